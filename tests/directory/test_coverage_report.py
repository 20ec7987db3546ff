"""Coverage on the made-up roads, worked out by hand, against brute force, and with nobody lost or counted twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from directory.coverage_terms import (
    AreaHead,
    CoverageMethod,
    CoverageQuery,
    CoverageReport,
)
from directory.eligibility import Person
from directory.planning import Planning
from directory.records import Facility
from geo.networks import Networks
from geo.open_roads import open_roads
from geo.reach import RoadReach
from geo.travel import RURAL_OFF_ROAD, NoTrip, Target, TravelMode
from geo.units import Minutes
from tests.directory.coverage_world import (
    AWAY,
    MONDAY,
    NEED,
    PEOPLE,
    SATURDAY,
    SUNDAY,
    VISITS,
    World,
    plain_roads,
    world,
)

__all__ = ["plain_roads", "world"]

ASKED = CoverageQuery(needs=(NEED,), minutes=15)
ON_ROADS = {"d1": 1_000, "d5": 500, "peumos": 300, "tranque": 200, "grande": 40, "sola": 10, "cerro": 60}
MEN = Person(sex="male")


def covered(world: World, **changes: object) -> float:
    """People covered."""
    found = world.planning.report(replace(ASKED, **changes)).total.covered  # type: ignore[arg-type]
    assert found is not None
    return found


def heads(areas: tuple[AreaHead, ...]) -> dict[str, tuple[float, float | None]]:
    return {one.code: (one.head.people, one.head.covered) for one in areas}


def together(report: CoverageReport) -> float:
    """Everybody a report speaks of."""
    assert report.total.covered is not None
    assert report.total.left_out is not None
    basis = report.basis
    return (
        report.total.covered + report.total.left_out + basis.people_off_network + basis.people_without_point
    )


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"minutes": 2},
        {"mode": TravelMode.FOOT, "minutes": 10},
        {"day": SUNDAY},
        {"day": MONDAY, "days": 14, "open_at": time(18)},
        {"person": MEN, "kinds": ("mobile_office",)},
    ],
)
def test_everybody_is_counted_once_whatever_is_asked(world: World, changes: dict[str, object]) -> None:
    report = world.planning.report(replace(ASKED, **changes))  # type: ignore[arg-type]
    assert together(report) == report.basis.people == PEOPLE
    for areas in (report.comunas, report.provinces, report.regions, report.settlements):
        assert sum(one.head.people for one in areas) == report.total.people
        assert sum(one.head.covered or 0.0 for one in areas) == report.total.covered
    cells = world.planning.cells(report.query)
    assert sum(one.covered or 0.0 for one in cells) == report.total.covered
    assert sum(one.people for one in cells) + report.basis.people_without_point == PEOPLE
    gaps = world.planning.gaps(report.query)
    for one in gaps.gaps:
        assert sum(one.why.values()) == one.head.left_out


def test_people_by_minutes_as_worked_out_by_hand(world: World) -> None:
    # d5 to d4 is half a kilometre of avenue; the ferry and its roads take 14.78 minutes more.
    assert covered(world, minutes=1) == 500 + 200
    assert covered(world, minutes=2) == 1_000 + 500 + 200
    assert covered(world, minutes=4) == 1_000 + 500 + 200
    assert covered(world, minutes=5) == 1_000 + 500 + 200 + 300
    assert covered(world, minutes=15) == 1_000 + 500 + 200 + 300 + 60
    assert covered(world, minutes=16) == covered(world, minutes=90) == sum(ON_ROADS.values()) - 10


def test_on_foot_the_same_people_are_farther(world: World) -> None:
    # 100 m a minute: d5 to d4 500 m, tranque to tranque_n 200 m, d1 to d4 1,501 m.
    assert covered(world, mode=TravelMode.FOOT, minutes=5) == 200
    assert covered(world, mode=TravelMode.FOOT, minutes=6) == 700
    assert covered(world, mode=TravelMode.FOOT, minutes=16) == 1_700


def test_the_curve_is_the_report_at_each_of_its_minutes(world: World) -> None:
    report = world.planning.report(ASKED)
    assert [step for step, _, _ in report.curve] == list(range(5, 95, 5))
    for step, low, high in report.curve:
        assert low == high == world.planning.report(replace(ASKED, minutes=step)).total.high


def test_areas_lie_in_each_other_and_tell_their_nearest(world: World) -> None:
    report = world.planning.report(ASKED)
    assert heads(report.comunas) == {
        "07101": (1_500, 1_500), "07102": (560, 560), "07103": (50, 0), "13101": (0, 0),
    }  # fmt: skip
    assert heads(report.provinces)["071"] == heads(report.regions)["07"] == (2_110, 2_060)
    assert heads(report.settlements) == {"urban": (1_500, 1_500), "rural": (610, 560)}
    assert heads(report.bands) == {"women": (520 + 240 + 150 + 90 + 20 + 30, 520 + 240 + 150 + 90 + 30)}
    talca, peumos, islands, santiago = report.comunas
    assert (talca.name, talca.parent, report.provinces[-1].parent) == ("Talca", "Talca", "Maule")
    assert talca.nearest == peumos.nearest == islands.nearest == "centro"
    # 1.50 minutes, whole seconds rounded up; the middle person of Los Peumos lives in the village.
    assert talca.median == pytest.approx(1.5, abs=0.02)
    assert peumos.median == peumos.nearest_minutes == pytest.approx(3.02 + 1.5, abs=0.02)
    assert islands.median == pytest.approx(14.78 + 0.5, abs=0.02)
    assert (santiago.head.high, santiago.median, santiago.nearest) == (None, None, None)


def test_the_second_nearest_is_another_place(world: World) -> None:
    near = world.planning.report(replace(ASKED, minutes=2))
    # d1: centro 1.50, callado (a1, against the costanera: along street 1) 2.99; d5: centro 0.50, tarde at f4 1.50.
    assert near.second == 500 / 2_110
    assert near.comunas[0].second == pytest.approx(500 / 1_500)


def test_what_is_covered_is_what_forward_searches_from_every_home_find(
    world: World, plain_roads: Path
) -> None:
    (installed,) = Networks(plain_roads).active()
    graph, snapper = open_roads(installed)
    inputs = world.planning.compute(ASKED)
    samples, places = inputs.people.samples, inputs.places
    for mode in (TravelMode.CAR, TravelMode.FOOT):
        inputs = world.planning.compute(replace(ASKED, mode=mode))
        targets = [
            Target(one.point, snapper.access(one.point, mode, RURAL_OFF_ROAD)) for one in places.providers
        ]
        for number, (lon, lat) in enumerate(zip(samples.lons.tolist(), samples.lats.tolist(), strict=True)):
            home = type(AWAY)(lon, lat)
            access = snapper.access(home, mode, RURAL_OFF_ROAD)
            assert (access.edge < 0) == (not inputs.known[number])
            if access.edge < 0:
                continue
            reach = RoadReach(graph, snapper, home, access, mode)
            reach.know(Minutes(60.0))
            for target, place in zip(reach.minutes(targets), places.of.tolist(), strict=True):
                row = inputs.rows.row(place)
                held = dict(zip(row.samples.tolist(), row.seconds.tolist(), strict=True))
                if isinstance(target, NoTrip) or target > 60:
                    assert held.get(number, 3_601) > 3_600
                else:
                    assert held[number] == pytest.approx(target * 60, abs=1)
                    assert held[number] >= target * 60 - 1e-3


def test_nobody_is_covered_on_a_day_when_all_is_closed(world: World) -> None:
    report = world.planning.report(replace(ASKED, day=SUNDAY))
    assert report.total.covered == 0
    assert report.basis.without_hours == 1
    # Of the three days from Saturday, Monday is open.
    assert covered(world, day=SATURDAY, days=3) == covered(world, day=MONDAY) == 2_060


def test_the_hour_asked_for_has_to_leave_time_to_be_served(world: World) -> None:
    # Only "tarde" (f4, 16 to 20) serves at six: d5 and d1 are 1.5 and 2.5 minutes away, tranque 4.03.
    assert covered(world, day=MONDAY, open_at=time(18), minutes=3) == 1_500
    assert covered(world, day=MONDAY, open_at=time(18), minutes=5) == 1_700
    assert covered(world, day=MONDAY, open_at=time(19, 45), minutes=3) == 1_500
    assert covered(world, day=MONDAY, open_at=time(19, 46), minutes=3) == 0


def test_people_arrive_and_are_still_served(world: World) -> None:
    # The last to be served at "centro" comes at 16:45; from d1 it is a minute and a half.
    late = {"day": MONDAY, "open_at": time(12), "minutes": 4, "kinds": ("treatment",), "person": MEN}
    assert covered(world, **late, leave_from=time(16, 43)) == 1_500
    assert covered(world, **late, leave_from=time(16, 44)) == 500
    assert covered(world, **late, leave_from=time(16, 45)) == 0


def test_a_mobile_point_counts_on_its_days_alone(world: World) -> None:
    van = {"kinds": ("mobile_office",), "minutes": 3}
    # peumos to peumos_e is a quarter of a kilometre of street; d1 is 3.02 + 0.5 minutes away.
    assert covered(world, **van) == 0
    assert [covered(world, **van, day=day) for day in VISITS] == [300, 300]
    assert covered(world, **van, day=VISITS[0] - timedelta(days=1)) == 0
    assert covered(world, **van, day=VISITS[0] - timedelta(days=1), days=2) == 300
    assert covered(world, **van, day=VISITS[0], mobile=False) == 0
    # It leaves at twelve, and a quarter of an hour is needed.
    assert covered(world, **van, day=VISITS[0], leave_from=time(11, 44)) == 300
    assert covered(world, **van, day=VISITS[0], leave_from=time(11, 45)) == 0


def test_who_is_not_admitted_is_not_covered_and_who_says_nothing_is(world: World) -> None:
    assert covered(world, minutes=1) == covered(world, minutes=1, person=Person(sex="female")) == 700
    assert covered(world, minutes=1, person=MEN) == 500
    basis = world.planning.report(replace(ASKED, person=MEN)).basis
    assert (basis.offers, basis.places) == (5, 5)


def test_offers_have_all_the_facilities_and_one_of_the_kinds(world: World) -> None:
    assert covered(world, facilities=(Facility.RAMP,)) == 0
    assert covered(world, kinds=("treatment", "mobile_office")) == 2_060


def test_an_area_and_a_band_narrow_people_and_not_offers(world: World) -> None:
    peumos = world.planning.report(replace(ASKED, area_code="07102"))
    assert heads(peumos.comunas) == {"07102": (560, 560)}
    assert (peumos.basis.people, peumos.basis.people_without_point, peumos.basis.spread) == (560, 0, 60)
    talca = world.planning.report(replace(ASKED, area_code="07101"))
    assert (talca.basis.people, talca.basis.people_off_network, talca.basis.people_without_point) == (
        1_595, 25, 70,
    )  # fmt: skip
    assert heads(world.planning.report(replace(ASKED, area_code="07")).comunas).keys() == {
        "07101", "07102", "07103",
    }  # fmt: skip
    women = world.planning.report(replace(ASKED, band="women"))
    assert women.total.people == 1_050
    basis = women.basis
    assert (basis.people, basis.people_off_network, basis.people_without_point) == (1_135, 11 + 41, 33)


def test_every_figure_says_what_it_stands_on(world: World) -> None:
    basis = world.planning.report(ASKED).basis
    assert (basis.method, basis.dataset, basis.dataset_title, basis.year) == (
        CoverageMethod.NETWORK, "survey", "Encuesta de prueba", 2024,
    )  # fmt: skip
    assert (basis.people_without_point, basis.people_off_network, basis.spread) == (75, 105, 60)
    assert (basis.offers, basis.places, basis.places_off_network, basis.without_point) == (6, 6, 1, 0)
    assert basis.network is not None
    assert basis.network.name == "Comarca"
    assert basis.offers_on is not None
    assert {"Nadie", "Programas de prueba"} < set(basis.sources)


def test_the_same_question_has_the_same_answer_twice_and_from_anybody(world: World) -> None:
    asked = replace(ASKED, day=MONDAY, days=3)
    first = world.planning.report(asked)
    assert world.planning.report(asked) == first
    other = Planning(world.engine, world.settings)
    assert other.report(asked) == first
    assert other.gaps(asked) == world.planning.gaps(asked)
    assert other.cells(asked) == world.planning.cells(asked)


def test_many_threads_ask_one_planning_and_each_has_its_own_answer(world: World) -> None:
    questions = [
        replace(ASKED, minutes=minutes, day=day) for minutes in (1, 2, 5, 16) for day in (None, MONDAY)
    ]
    alone = [Planning(world.engine, world.settings).report(one) for one in questions]
    shared = Planning(world.engine, world.settings)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(shared.report, questions * 2))
    assert answers == alone * 2
