"""What-ifs: kept within bounds, compared, and told in words when they can no longer be made."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import InternalError

from directory import scenarios
from directory.coverage_terms import Change, ChangeKind
from directory.db import make_engine, transaction
from directory.errors import NotFoundError, QuestionError
from directory.planning import Planning
from directory.records import OfferRecord
from directory.scenario_changes import MOST_CHANGES
from directory.scenarios import (
    cell_difference,
    delete_scenario,
    difference,
    list_scenarios,
    read_changes,
    read_scenario,
    save_scenario,
    unreached,
)
from geo.points import LonLat
from tests.directory.coverage_world import (
    AWAY,
    MONDAY,
    OFFERS,
    SUNDAY,
    WILD,
    World,
    make_world,
    offer,
    plain_roads,
    seed_offers,
)
from tests.directory.scenario_world import NARROW, STOP, asked, draw, figures, forgetting, world
from tests.roads import PLACES

__all__ = ["forgetting", "plain_roads", "world"]
pytestmark = pytest.mark.usefixtures("forgetting")


def test_a_difference_tells_gains_and_losses_apart(world: World) -> None:
    # The office leaves the town for Los Peumos: one comuna gains what the other loses.
    number = save_scenario(
        world.engine,
        "traslado",
        [
            Change(ChangeKind.MOVE, offer=world.ids["centro"], point=PLACES["peumos"]),
            Change(ChangeKind.CLOSE, offer=world.ids["tarde"]),
            Change(ChangeKind.CLOSE, offer=world.ids["callado"]),
        ],
    ).id
    query = replace(NARROW, minutes=2)
    found = difference(world.planning, query, None, number)
    covered = [found.before.total.covered, found.after.total.covered]
    assert None not in covered
    assert found.gained == 300
    assert found.lost > 0
    assert covered[1] == pytest.approx((covered[0] or 0) + found.gained - found.lost)
    areas = {one.code: (one.head.covered, two.head.covered) for one, two in found.areas}
    assert set(areas) == {one.code for one in found.before.comunas}
    assert areas["07102"][1] == (areas["07102"][0] or 0) + 300
    back = difference(world.planning, query, number, None)
    assert (back.gained, back.lost) == (found.lost, found.gained)
    pairs = cell_difference(world.planning, query, None, number)
    moved = {one.cell for one, two in pairs if one.covered != two.covered}
    assert "peumos" in moved
    assert sum((two.covered or 0) - (one.covered or 0) for one, two in pairs) == pytest.approx(
        found.gained - found.lost
    )


def test_estimates_are_compared_by_their_bounds(world: World) -> None:
    number = save_scenario(world.engine, "uno", [Change(ChangeKind.CLOSE, offer=world.ids["centro"])]).id
    found = difference(world.planning, replace(NARROW, estimate=True), None, number)
    assert (found.gained, found.lost, found.after.total.covered) == (0, 0, None)
    assert (found.after.total.low or 0) < (found.before.total.low or 0)


def test_a_stop_serves_on_its_days_alone(world: World) -> None:
    query = replace(NARROW, minutes=2, kinds=("mobile_office",))
    covered = {}
    for day in (MONDAY, SUNDAY):
        covered[day] = asked(world, replace(query, day=day), STOP).total.covered
    assert covered == {MONDAY: 300, SUNDAY: 0}
    assert asked(world, query, STOP).total.covered == 0


def test_a_place_that_no_road_leads_to_is_told(world: World) -> None:
    number = save_scenario(world.engine, "lejos", [
        Change(ChangeKind.OPEN, name="Cerro", point=WILD), Change(ChangeKind.OPEN, name="Centro", point=PLACES["d4"]),
    ]).id  # fmt: skip
    assert unreached(world.planning.compute(replace(NARROW, scenario=number))) == ("Cerro",)
    assert unreached(world.planning.compute(replace(NARROW, scenario=number, estimate=True))) == ()


def test_offers_that_are_not_there_are_named(own_engine: Engine, plain_roads: Path) -> None:
    made = make_world(own_engine, plain_roads)
    draw(own_engine)
    for kind in (ChangeKind.CLOSE, ChangeKind.MOVE, ChangeKind.HOURS):
        check_names(own_engine, made.planning, kind)


def check_names(own_engine: Engine, planning: Planning, kind: ChangeKind) -> None:
    ids = seed_offers(own_engine, [*OFFERS, unplaced()])
    point = PLACES["f4"] if kind is ChangeKind.MOVE else None
    good = Change(ChangeKind.CLOSE, offer=ids["van"])
    for offer_id, words in (
        (uuid4(), "no existe la oferta"),
        (ids["nowhere"], "«nowhere» no tiene ubicación"),
    ):
        with pytest.raises(QuestionError, match=rf"Cambio 2 .*{words}") as caught:
            save_scenario(own_engine, "malo", [good, Change(kind, offer=offer_id, point=point)])
        assert caught.value.field == "changes"
    saved = save_scenario(own_engine, "bueno", [good, Change(kind, offer=ids["centro"], point=point)])
    seed_offers(own_engine, [one for one in OFFERS if one.source_ref != "centro"])
    with pytest.raises(QuestionError, match=r"Escenario «bueno»: Cambio 2 .*«centro» ya no está") as caught:
        planning.report(replace(NARROW, scenario=saved.id))
    assert caught.value.field == "scenario"
    # The scenario can still be looked at and deleted.
    with transaction(own_engine) as session:
        assert read_scenario(session, saved.id) == saved
    delete_scenario(own_engine, saved.id)


def unplaced() -> OfferRecord:
    made = offer("nowhere", "d1", 50)
    return replace(made, location=replace(made.location, position=None))


def test_a_point_out_of_the_country_is_told(world: World) -> None:
    sea = LonLat(-80.0, -35.0)
    for change in (Change(ChangeKind.OPEN, name="Isla", point=sea), replace(STOP, point=sea),
                   Change(ChangeKind.MOVE, offer=world.ids["van"], point=sea)):  # fmt: skip
        with pytest.raises(QuestionError, match=r"Cambio 1 .*-80.00000, -35.00000 .*fuera del país"):
            save_scenario(world.engine, "mar", [change])


def test_a_scenario_is_kept_listed_replaced_and_forgotten(world: World, module_database_url: str) -> None:
    engine = make_engine(module_database_url, read_only=True)
    change = Change(ChangeKind.CLOSE, offer=world.ids["van"])
    saved = save_scenario(engine, "  Sin la ronda ", [change], note="para marzo")
    assert (saved.name, saved.note, saved.changes) == ("Sin la ronda", "para marzo", (change,))
    with pytest.raises(QuestionError, match="Ya hay un escenario «Sin la ronda»") as caught:
        save_scenario(engine, "Sin la ronda", [STOP])
    assert caught.value.field == "name"
    again = save_scenario(engine, "Sin la ronda", [change, STOP], replaces=saved.id)
    assert (again.id, again.changes) == (saved.id, (change, STOP))
    with transaction(engine) as session:
        assert list_scenarios(session) == [again]
    delete_scenario(engine, saved.id)
    for number in (saved.id, 0, 2**40):
        with pytest.raises(NotFoundError), transaction(engine) as session:
            read_scenario(session, number)
        with pytest.raises(NotFoundError):
            delete_scenario(engine, number)
        with pytest.raises(NotFoundError):
            world.planning.report(replace(NARROW, scenario=number))
    with pytest.raises(InternalError, match="read-only"), transaction(engine) as session:
        session.execute(text("delete from coverage_scenario"))
    engine.dispose()


def test_nobody_can_fill_the_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios, "MOST_SCENARIOS", 2)
    first = save_scenario(world.engine, "uno", [STOP])
    save_scenario(world.engine, "dos", [STOP])
    with pytest.raises(QuestionError, match="Ya hay 2 escenarios"):
        save_scenario(world.engine, "tres", [STOP])
    assert save_scenario(world.engine, "otro", [STOP], replaces=first.id).name == "otro"
    with pytest.raises(QuestionError, match=f"de 1 a {MOST_CHANGES} cambios"):
        save_scenario(world.engine, "largo", [STOP] * (MOST_CHANGES + 1))
    for name, note in (("", ""), ("x" * 81, ""), ("a\nb", ""), ("x", "y" * 1_001), ("x", "\0")):
        with pytest.raises(QuestionError):
            save_scenario(world.engine, name, [STOP], note=note)


def test_a_scenario_of_another_version_is_told(world: World) -> None:
    saved = save_scenario(world.engine, "uno", [STOP])
    with transaction(world.engine) as session:
        session.execute(text("""update coverage_scenario set changes = '[{"kind": "burn"}]'"""))
    with pytest.raises(QuestionError, match=f"El escenario {saved.id} no se puede leer"):
        world.planning.report(replace(NARROW, scenario=saved.id))
    delete_scenario(world.engine, saved.id)


def test_two_changes_of_one_offer_that_agree_are_both_made(world: World) -> None:
    changes = read_changes([
        {"kind": "hours", "offer": str(world.ids["centro"]), "hours": "Su 09:00-17:00"},
        {"kind": "move", "offer": str(world.ids["centro"]), "point": {"lon": AWAY.lon, "lat": AWAY.lat}},
    ])  # fmt: skip
    number = save_scenario(world.engine, "dos", changes).id
    supply = world.planning.read_supply(replace(NARROW, day=SUNDAY, scenario=number))
    (moved,) = [one for one in supply.providers if one.id == world.ids["centro"]]
    assert (moved.point, moved.area_code) == (AWAY, "13101")
    assert [(one.day, one.opens, one.closes) for one in moved.windows or ()] == [(SUNDAY, 540.0, 1020.0)]


def test_a_change_of_an_offer_that_is_not_asked_about_changes_nothing(world: World) -> None:
    query = replace(NARROW, kinds=("mobile_office",), day=MONDAY)
    found = asked(world, query, Change(ChangeKind.CLOSE, offer=world.ids["centro"]))
    assert figures(found) == figures(world.planning.report(query))


def test_a_planning_that_is_new_answers_the_same(world: World) -> None:
    number = save_scenario(world.engine, "uno", [Change(ChangeKind.CLOSE, offer=world.ids["centro"])]).id
    query = replace(NARROW, scenario=number)
    assert Planning(world.engine, world.settings).report(query) == world.planning.report(query)
