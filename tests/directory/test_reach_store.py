"""Reach rows in the database: made once, kept by whoever is stopped, refused when stale, swept when of no use."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from directory.coverage_rows import ON_THE_SPOT
from directory.coverage_terms import CoverageQuery
from directory.db import make_engine, transaction
from directory.errors import CoverageNotReadyError, QuestionError
from directory.people import read_people
from directory.planning import Planning
from directory.population import CellRecord, remove_population
from directory.reach_store import CHUNK, RowCounts, make_rows
from directory.settings import Settings
from geo.networks import Networks
from geo.points import LonLat
from geo.row_build import RowBuilder
from geo.travel import RURAL_OFF_ROAD, TravelMode
from importers.network_build import Ingredients, builder
from tests.directory.coverage_world import (
    CELLS,
    NEED,
    OFFERS,
    World,
    bench,
    bench_engine,
    install_plain,
    offer,
    plain_roads,
    seed_offers,
    seed_people,
)
from tests.roads import FOLDER, PLACES, ROADS

__all__ = ["bench", "bench_engine", "plain_roads"]

ASKED = CoverageQuery(needs=(NEED,), minutes=15)
CORNERS = sorted(name for name in PLACES if len(name) == 2)
# More than are made on the spot, and than are written together.
MANY = [offer(f"{n} {name}", LonLat(PLACES[name].lon, PLACES[name].lat + n * 1e-4), at)
        for at, (n, name) in enumerate(((n, name) for n in range(3) for name in CORNERS), 20)]  # fmt: skip


@pytest.fixture
def land(bench: World) -> Engine:
    """The engine of a world without rows."""
    return bench.engine


def made(engine: Engine, networks: Path, **changes: object) -> RowCounts:
    values = {"mode": TravelMode.CAR, "workers": 1} | changes
    return make_rows(engine, Settings(networks=networks), **values)  # type: ignore[arg-type]


def stored(engine: Engine) -> int:
    with transaction(engine) as session:
        return int(session.scalar(text("select count(*) from reach_row")) or 0)


def ready(engine: Engine, networks: Path, **changes: object) -> tuple[bool, int, int]:
    told = Planning(engine, Settings(networks=networks)).readiness(replace(ASKED, **changes))  # type: ignore[arg-type]
    return told.ready, told.missing, told.total


def test_rows_are_made_once_and_only_where_the_network_is(land: Engine, plain_roads: Path) -> None:
    assert ready(land, plain_roads) == (True, 5, 6)
    told: list[tuple[int, int | None]] = []
    first = made(land, plain_roads, progress=lambda done, total: told.append((done, total)))
    # Of the six places one is in Santiago.
    assert (first.network, first.dataset, first.made, first.kept, first.dropped) == (
        "comarca",
        "survey",
        5,
        0,
        0,
    )
    assert told == [(done, 5) for done in range(1, 6)]
    again = made(land, plain_roads)
    assert (again.made, again.kept, again.cancelled, stored(land)) == (0, 5, False, 5)
    assert ready(land, plain_roads) == (True, 0, 6)
    assert ready(land, plain_roads, mode=TravelMode.FOOT) == (True, 5, 6)


def test_a_stored_row_is_what_the_builder_makes_and_answers_the_same(land: Engine, plain_roads: Path) -> None:
    planning = Planning(land, Settings(networks=plain_roads))
    on_the_spot = planning.compute(ASKED)
    assert stored(land) == 0
    made(land, plain_roads)
    from_store = Planning(land, Settings(networks=plain_roads)).compute(ASKED)
    assert planning.report(ASKED) == Planning(land, Settings(networks=plain_roads)).report(ASKED)
    for place in range(len(on_the_spot.places)):
        for one, other in zip(on_the_spot.rows.row(place), from_store.rows.row(place), strict=True):
            assert one.tolist() == other.tolist()


def test_many_missing_rows_are_asked_for_and_never_guessed(land: Engine, plain_roads: Path) -> None:
    seed_offers(land, MANY)
    assert len(MANY) > ON_THE_SPOT
    assert ready(land, plain_roads) == (False, len(MANY), len(MANY))
    planning = Planning(land, Settings(networks=plain_roads))
    with pytest.raises(CoverageNotReadyError, match="cercana coverage rows") as refused:
        planning.report(ASKED)
    assert (refused.value.missing, refused.value.total) == (len(MANY), len(MANY))
    made(land, plain_roads)
    # From d5 the ferry is within the quarter of an hour.
    assert planning.report(ASKED).total.covered == 2_100


def test_who_is_cancelled_or_killed_keeps_what_was_made(land: Engine, plain_roads: Path) -> None:
    seed_offers(land, MANY)
    done = 0

    def progress(count: int, total: int | None) -> None:
        nonlocal done
        done = count

    stopped = made(land, plain_roads, progress=progress, cancelled=lambda: done >= CHUNK + 2)
    assert stopped.cancelled
    assert CHUNK <= stopped.made == stored(land) < len(MANY)

    def killed(count: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(land, plain_roads, progress=killed)
    assert stored(land) == stopped.made
    rest = made(land, plain_roads)
    assert (rest.made, rest.kept, rest.cancelled) == (len(MANY) - stopped.made, stopped.made, False)


def test_a_point_that_appears_moves_or_closes_touches_its_row_alone(land: Engine, plain_roads: Path) -> None:
    made(land, plain_roads)
    moved = [offer("centro", "d3", 2) if one.source_ref == "centro" else one for one in OFFERS]
    seed_offers(land, moved)
    assert ready(land, plain_roads) == (True, 1, 6)
    again = made(land, plain_roads)
    assert (again.made, again.kept, again.dropped, stored(land)) == (1, 4, 1, 5)
    seed_offers(land, [*moved, offer("nuevo", "f1", 9)])
    assert made(land, plain_roads).made == 1
    seed_offers(land, OFFERS[:2])
    assert (made(land, plain_roads).dropped, stored(land)) == (5, 2)


def test_rows_of_another_graph_are_refused_and_swept(land: Engine, tmp_path: Path) -> None:
    networks = install_plain(tmp_path / "networks")
    made(land, networks)
    before = Planning(land, Settings(networks=networks))
    slow = before.report(ASKED).total.covered
    real = Ingredients(ROADS, [], False, [FOLDER / "profile.toml"])
    Networks(networks).install("comarca", builder("Comarca", real))
    assert ready(land, networks) == (True, 5, 6)
    assert before.readiness(ASKED).missing == 5
    assert before.report(ASKED).basis.network != Planning(land, Settings()).networks()
    assert before.report(replace(ASKED, minutes=2)).total.covered != slow
    assert (made(land, networks).dropped, stored(land)) == (5, 5)


def test_rows_of_other_people_are_refused_and_swept(land: Engine, plain_roads: Path) -> None:
    made(land, plain_roads)
    planning = Planning(land, Settings(networks=plain_roads))
    assert planning.report(ASKED).total.people == 2_110
    # More people in the same places need no other rows; people elsewhere do.
    seed_people(land, [replace(one, people=one.people * 3) for one in CELLS])
    assert planning.readiness(ASKED).missing == 0
    assert planning.report(ASKED).total.people == 6_330
    seed_people(land, [*CELLS, CellRecord("block", "c3", 7, PLACES["c3"], "07101", "urban")])
    assert planning.readiness(ASKED).missing == 5
    assert planning.report(ASKED).total.people == 2_117
    again = made(land, plain_roads)
    assert (again.made, again.dropped, stored(land)) == (5, 5, 5)
    seed_people(land, CELLS, "other")
    assert made(land, plain_roads, dataset="other").made == 5
    with transaction(land) as session:
        remove_population(session, "other")
    assert (made(land, plain_roads, dataset="survey").dropped, stored(land)) == (5, 5)


def test_where_roads_are_sought_elsewhere_rows_are_made_anew(land: Engine, plain_roads: Path) -> None:
    made(land, plain_roads)
    with transaction(land) as session:
        # A comuna that is urban from now on: its people are on the network only near a road.
        session.execute(text("update population set settlement = 'urban' where cell = 'peumos'"))
        session.execute(text("update calendar_state set version = version + 1"))
    assert ready(land, plain_roads) == (True, 5, 6)


def test_a_row_that_does_not_reach_far_enough_is_missing_and_a_longer_one_is_cut(
    land: Engine, plain_roads: Path
) -> None:
    made(land, plain_roads)
    settings = Settings(networks=plain_roads)
    report = Planning(land, settings).report(ASKED)
    with transaction(land) as session:
        session.execute(text("update reach_row set limit_minutes = 30"))
    assert ready(land, plain_roads) == (True, 5, 6)
    assert made(land, plain_roads).made == 5
    with transaction(land) as session:
        session.execute(text("update reach_row set limit_minutes = 120"))
    assert ready(land, plain_roads) == (True, 0, 6)
    assert Planning(land, settings).report(ASKED) == report


def test_two_runs_at_once_and_an_import_between_make_every_row_once(land: Engine, plain_roads: Path) -> None:
    seed_offers(land, MANY)
    counts: list[RowCounts] = []
    runs = [threading.Thread(target=lambda: counts.append(made(land, plain_roads))) for _ in range(2)]
    for run in runs:
        run.start()
    seed_offers(land, MANY[:-1])
    for run in runs:
        run.join()
    assert len(counts) == 2
    made(land, plain_roads)
    assert stored(land) == len(MANY) - 1
    assert ready(land, plain_roads) == (True, 0, len(MANY) - 1)


def test_the_engine_of_the_service_may_make_rows_too(land: Engine, plain_roads: Path) -> None:
    service = make_engine(land.url.render_as_string(hide_password=False), read_only=True)
    assert made(service, plain_roads).made == 5
    assert Planning(service, Settings(networks=plain_roads)).report(ASKED).total.covered == 2_060
    service.dispose()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dataset": "none"}, "dataset"),
        ({"network": "none"}, "network"),
        ({"mode": TravelMode.TRANSIT}, "mode"),
    ],
)
def test_what_cannot_be_made_is_refused(
    land: Engine, plain_roads: Path, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(QuestionError) as refused:
        made(land, plain_roads, **changes)
    assert refused.value.field == field


def test_without_people_or_roads_there_is_nothing_to_make(
    land: Engine, tmp_path: Path, plain_roads: Path
) -> None:
    with transaction(land) as session:
        remove_population(session, "survey")
    with pytest.raises(QuestionError) as no_people:
        made(land, plain_roads)
    assert no_people.value.field == "dataset"
    seed_people(land)
    with pytest.raises(QuestionError) as no_roads:
        made(land, tmp_path)
    assert no_roads.value.field == "network"


def test_candidates_have_rows_without_being_stored(land: Engine, plain_roads: Path) -> None:
    planning = Planning(land, Settings(networks=plain_roads))
    inputs = planning.compute(ASKED)
    points = [PLACES["d4"], PLACES["sola_e"], LonLat(-70.0, -30.0)]
    told: list[int] = []
    rows = planning.rows_to(inputs, points, progress=lambda done, total: told.append(done))
    assert (len(rows), told, stored(land)) == (3, [1, 2, 3], 0)
    roads = inputs.roads
    assert roads is not None
    with transaction(land) as session:
        samples = read_people(session, "survey").samples
    fresh = RowBuilder(roads.graph, roads.snapper, samples, TravelMode.CAR, rows.limit)
    expected = fresh.row(roads.snapper.access(points[0], TravelMode.CAR, RURAL_OFF_ROAD))
    assert rows.row(0).seconds.tolist() == expected.seconds.tolist()
    assert len(rows.row(2).samples) == 0
    stop: Callable[[], bool] = lambda: True  # noqa: E731
    assert len(planning.rows_to(inputs, points, cancelled=stop).samples) == 0
