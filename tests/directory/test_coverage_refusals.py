"""Questions of coverage that cannot be asked so, and bounds where no road network is."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from directory.coverage_terms import CoverageMethod, CoverageQuery, WhyLeftOut
from directory.eligibility import Person
from directory.errors import NotFoundError, QuestionError
from directory.planning import Planning
from directory.population import CellRecord
from directory.settings import Settings
from geo.networks import Networks
from geo.travel import TravelMode
from tests.directory.coverage_world import (
    AWAY,
    MONDAY,
    NEED,
    PEOPLE,
    World,
    bench,
    bench_engine,
    install_plain,
    plain_roads,
    seed_people,
    world,
)

__all__ = ["bench", "bench_engine", "plain_roads", "world"]

ASKED = CoverageQuery(needs=(NEED,), minutes=15)
UNTIL = date(2030, 1, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dataset": "census"}, "dataset"),
        ({"network": "chile"}, "network"),
        ({"mode": TravelMode.TRANSIT}, "mode"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 91}, "minutes"),
        ({"minutes": 61, "mode": TravelMode.FOOT}, "minutes"),
        ({"needs": ("nothing",)}, "needs"),
        ({"needs": ("a\0b",)}, "needs"),
        ({"kinds": ("castle",)}, "kinds"),
        ({"person": Person(insurance="gold")}, "insurance"),
        ({"person": Person(residence="99999")}, "residence"),
        ({"area_code": "99999"}, "area_code"),
        ({"band": "men"}, "band"),
        ({"day": UNTIL}, "day"),
        ({"day": MONDAY, "days": 60}, "day"),
        ({"day": MONDAY, "days": 0}, "days"),
        ({"day": MONDAY, "days": 1_000}, "days"),
        ({"days": 7}, "day"),
        ({"open_at": time(17)}, "open_at"),
    ],
)
def test_every_refusal_names_the_part_to_mend(world: World, changes: dict[str, object], field: str) -> None:
    asked = replace(ASKED, **changes)  # type: ignore[arg-type]
    for ask in (world.planning.report, world.planning.gaps, world.planning.supply, world.planning.readiness):
        with pytest.raises(QuestionError) as refused:
            ask(asked)
        assert refused.value.field == field


def test_a_scenario_that_is_gone_is_told(world: World) -> None:
    with pytest.raises((NotFoundError, QuestionError)):
        world.planning.report(replace(ASKED, scenario=77))


def test_without_people_nothing_can_be_told(bench: World) -> None:
    with bench.engine.begin() as connection:
        connection.exec_driver_sql("delete from population")
        connection.exec_driver_sql("delete from population_dataset")
    assert bench.planning.datasets() == []
    with pytest.raises(QuestionError, match="population load") as refused:
        bench.planning.report(ASKED)
    assert refused.value.field == "dataset"


def test_cells_beyond_every_network_are_told_and_not_called_uncovered(bench: World) -> None:
    seed_people(bench.engine, [CellRecord("block", "away", 80, AWAY, "13101")], "away")
    asked = replace(ASKED, dataset="away")
    # A network that is named holds none of them: nothing is known.
    named = bench.planning.gaps(replace(asked, network="comarca"))
    assert (named.total.people, named.total.covered, named.total.high) == (0, 0, None)
    assert named.basis.people_off_network == named.basis.people == 80
    assert named.gaps == ()
    # Without a name none is chosen, and bounds are told: the offer in Santiago stands where they live.
    guessed = bench.planning.report(asked)
    assert guessed.basis.method is CoverageMethod.ESTIMATE
    assert (guessed.total.people, guessed.total.low, guessed.total.high) == (80, 1, 1)
    assert bench.planning.readiness(asked).estimate


def test_the_network_that_holds_most_people_answers_unless_another_is_named(
    bench: World, tmp_path: Path
) -> None:
    folder = install_plain(tmp_path / "networks")
    planning = Planning(bench.engine, Settings(networks=folder))
    assert [one.name for one in planning.networks()] == ["comarca"]
    assert planning.readiness(ASKED).network == "comarca"
    assert planning.report(replace(ASKED, network="comarca")).total == planning.report(ASKED).total
    # Taken out of use, it answers no more: bounds are told instead.
    Networks(folder).unuse("comarca")
    assert planning.report(ASKED).basis.method is CoverageMethod.ESTIMATE
    with pytest.raises(QuestionError) as refused:
        planning.report(replace(ASKED, network="comarca"))
    assert refused.value.field == "network"


def test_estimates_are_bounds_of_shares_and_count_no_heads(world: World) -> None:
    told = world.planning.report(replace(ASKED, estimate=True))
    basis = told.basis
    assert (basis.method, basis.network, basis.people_off_network) == (CoverageMethod.ESTIMATE, None, 0)
    # Those off the roads are among them; those without point are not.
    assert (told.total.people, basis.people, basis.people_without_point) == (PEOPLE - 75, PEOPLE, 75)
    areas = (*told.comunas, *told.provinces, *told.settlements, *told.bands)
    for head in (told.total, *(one.head for one in areas)):
        assert head.covered is head.left_out is None
        assert head.low is not None
        assert head.high is not None
        assert 0 <= head.low <= head.high <= 1
    assert {one.median for one in areas} == {one.second for one in areas} == {told.second} == {None}
    # In a straight line "callado" is six metres nearer to d1 than "centro" is.
    assert told.comunas[0].nearest == "callado"
    lows, highs = ([step[side] for step in told.curve] for side in (1, 2))
    assert lows == sorted(lows)
    assert highs == sorted(highs)
    assert all(low <= high for low, high in zip(lows, highs, strict=True))
    gaps = world.planning.gaps(told.query)
    assert all(one.why == {} for one in gaps.gaps)
    assert WhyLeftOut.NO_OFFER not in gaps.gaps[0].why


@pytest.mark.parametrize("mode", [TravelMode.CAR, TravelMode.FOOT])
def test_the_bounds_of_estimates_hold_what_the_network_counts(world: World, mode: TravelMode) -> None:
    # In town, where no water lies between; trips of less than five minutes are too short for any estimate.
    asked = replace(ASKED, area_code="07101", mode=mode)
    for minutes in (5, 8, 13, 21, 34, 55):
        counted = world.planning.report(replace(asked, minutes=minutes)).total
        bounds = world.planning.report(replace(asked, minutes=minutes, estimate=True)).total
        assert counted.high is not None
        assert bounds.low is not None
        assert bounds.high is not None
        # Of 1,525 people 25 are off the roads, where only estimates speak of them.
        assert bounds.low - 0.02 <= counted.high <= bounds.high + 0.02
