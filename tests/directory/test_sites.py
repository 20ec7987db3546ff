"""Where next, on the made-up roads: every proposal is opened as a what-if and counted again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, product

import pytest
from pydantic import TypeAdapter

from directory.coverage import coverage_report
from directory.coverage_inputs import CoverageInputs
from directory.coverage_terms import CoverageQuery, SiteQuery, SiteReport
from directory.db import transaction
from directory.gazetteer import PlaceRecord, store_places
from directory.planning import Planning
from directory.site_ground import POOL_FROM
from directory.sites import find_sites
from directory.supply import Provider, Window
from geo.coverage import nearest
from geo.points import LonLat
from geo.row_pool import RowsCancelledError
from geo.travel import RURAL_OFF_ROAD, TravelMode
from geo.units import Minutes
from tests.directory.coverage_world import MONDAY, WILD, World, plain_roads, world
from tests.roads import PLACES

__all__ = ["plain_roads", "world"]

LOCALITIES = (
    "camelias",
    "copihues",
    "grande_s",
    "peumos",
    "peumos_e",
    "puntilla",
    "sola_e",
    "tranque",
    "tranque_e",
)
AREAS = {"camelias": "07102", "peumos": "07102", "grande_s": "07103", "sola_e": "07103"}
HERE = {name: PLACES[name] for name in LOCALITIES}
# On foot: few are covered today, and each locality stands for its own people.
FOOT = CoverageQuery(mode=TravelMode.FOOT, minutes=20)
DATES = tuple(MONDAY + timedelta(days=number) for number in (1, 2, 4))
WINDOWS = tuple(Window(day, 0.0, 1440.0) for day in DATES)


@pytest.fixture(scope="module")
def planning(world: World) -> Planning:
    """The planning of a world with localities, one of them off every road and one named twice."""
    records = [
        PlaceRecord("locality", name, point, AREAS.get(name, "07101"), 500.0) for name, point in HERE.items()
    ]
    records += [
        PlaceRecord("locality", "monte", WILD, "07101", 500.0),
        PlaceRecord("locality", "zz otra vez", PLACES["peumos"], "07102", 500.0),
    ]
    with transaction(world.engine) as session:
        store_places(session, "test", records)
    return world.planning


def opened(
    planning: Planning, query: CoverageQuery, sites: Iterable[tuple[LonLat, date | None]]
) -> CoverageInputs:
    """The question with these places opened, on a date or always: another way to the same numbers."""
    supply = planning.read_supply(query)
    added = [
        Provider(
            None, "new", "office", point, RURAL_OFF_ROAD, None, day is not None, "yes",
            tuple(one for one in WINDOWS if day is None or one.day == day), Minutes(0.0), None,
        )
        for point, day in sites
    ]  # fmt: skip
    return planning.compute(query, replace(supply, providers=(*supply.providers, *added)))


def people_covered(inputs: CoverageInputs) -> float:
    return coverage_report(inputs).total.covered or 0.0


def covered_with(planning: Planning, query: CoverageQuery, names: Iterable[str]) -> float:
    return people_covered(opened(planning, query, [(HERE[name], None) for name in names]))


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_other_places_cover_more(planning: Planning, count: int, exact: bool) -> None:
    found = find_sites(planning, SiteQuery(FOOT, count, exact=exact))
    best = max(covered_with(planning, FOOT, names) for names in combinations(LOCALITIES, count))
    assert found.after.covered == pytest.approx(best)
    assert covered_with(planning, FOOT, [one.name for one in found.sites]) == pytest.approx(best)
    assert found.before == planning.report(FOOT).total
    assert found.total == pytest.approx(best - (found.before.covered or 0))
    assert sum(one.gain for one in found.sites) == pytest.approx(found.total)
    gains = [one.gain for one in found.sites]
    assert gains == sorted(gains, reverse=True)
    if exact:
        assert (found.method, found.bound) == ("optimal", pytest.approx(found.total))
        assert found.gap == pytest.approx(0, abs=1e-9)
    else:
        assert (found.method, found.bound, found.gap) == ("greedy", None, None)


def test_what_is_told_of_the_first_place(planning: Planning) -> None:
    found = find_sites(planning, SiteQuery(FOOT, 1))
    # The 300 people of peumos; both places there reach them, and the one that is first by name is told.
    assert [(one.name, one.point, one.gain, one.day) for one in found.sites] == [
        ("peumos", PLACES["peumos"], 300, None)
    ]
    assert found.basis == planning.report(FOOT).basis


def test_places_off_the_network_are_told_and_double_ones_merged(planning: Planning) -> None:
    found = find_sites(planning, SiteQuery(FOOT, 50))
    assert (found.candidates, found.off_network) == (len(LOCALITIES), 1)
    assert "monte" not in {one.name for one in found.sites}
    assert "zz otra vez" not in {one.name for one in found.sites}
    # Places that nobody would gain by are not proposed.
    assert all(one.gain > 0 for one in found.sites)
    assert len(found.sites) < len(LOCALITIES)


def test_an_area_has_its_own_people_and_candidates(planning: Planning) -> None:
    query = SiteQuery(replace(FOOT, area_code="07103"), 5)
    found = find_sites(planning, query)
    assert found.candidates == 2
    assert {one.name: one.gain for one in found.sites} == {"grande_s": 40, "sola_e": 10}
    given = replace(
        query, points=(("plaza", PLACES["d5"]), ("isla", PLACES["sola_w"]), ("doble", PLACES["sola_w"]))
    )
    found = find_sites(planning, given)
    assert (found.candidates, [one.name for one in found.sites]) == (2, ["isla"])


def test_points_of_offers_may_be_candidates(planning: Planning) -> None:
    found = find_sites(planning, SiteQuery(FOOT, 1, "offer:mobile_office"))
    assert [(one.name, one.point) for one in found.sites] == [("van", PLACES["peumos_e"])]
    seats = find_sites(planning, SiteQuery(FOOT, 1, "comunas", points=(("x", PLACES["peumos"]),)))
    assert [one.name for one in seats.sites] == ["x"]


@pytest.mark.parametrize("count", [1, 2])
def test_least_mean_time(planning: Planning, count: int) -> None:
    query = replace(FOOT, minutes=45)
    found = find_sites(planning, SiteQuery(query, count, objective="mean"))
    everyone = found.before.people

    def mean(names: Iterable[str]) -> float:
        inputs = opened(planning, query, [(HERE[name], None) for name in names])
        seconds = nearest(inputs.rows, inputs.serving).seconds.astype(float).clip(max=45 * 60)
        return float(inputs.weights @ seconds) / 60 / everyone

    least = min(mean(names) for names in combinations(LOCALITIES, count))
    assert mean([one.name for one in found.sites]) == pytest.approx(least)
    assert found.total == pytest.approx(mean(()) - least)
    assert found.bound == pytest.approx(found.total)
    assert found.after.covered == pytest.approx(
        covered_with(planning, query, [one.name for one in found.sites])
    )


def round_query(**changes: object) -> SiteQuery:
    return replace(SiteQuery(FOOT, 3, dates=DATES), **changes)  # type: ignore[arg-type]


def day_totals(planning: Planning, visited: Iterable[tuple[str, date]]) -> tuple[float, float]:
    """People covered on one of the dates at least, and person-days, with these visits."""
    sites = [(HERE[name], day) for name, day in visited]
    covered = [
        people_covered(opened(planning, replace(FOOT, day=day), [one for one in sites if one[1] == day]))
        for day in DATES
    ]
    whole = replace(FOOT, day=DATES[0], days=(DATES[-1] - DATES[0]).days + 1)
    return people_covered(opened(planning, whole, sites)), sum(covered)


@pytest.mark.parametrize("objective", ["cover", "person_days"])
def test_no_other_round_serves_more(planning: Planning, objective: str) -> None:
    found = find_sites(planning, round_query(objective=objective, count=2))
    kind = ["cover", "person_days"].index(objective)
    nothing = day_totals(planning, ())
    names = ("peumos", "tranque", "grande_s", "puntilla")
    visits = list(product(names, DATES))
    best = max(
        day_totals(planning, pair)[kind] for pair in combinations(visits, 2) if pair[0][1] != pair[1][1]
    )
    told = day_totals(planning, [(one.name, one.day) for one in found.sites if one.day])
    assert told[kind] == pytest.approx(best)
    assert found.total == pytest.approx(best - nothing[kind])
    assert (found.method, found.bound) == ("optimal", pytest.approx(found.total))
    assert found.after.covered == pytest.approx(told[0])
    days = [one.day for one in found.sites]
    assert len(set(days)) == len(days) == 2
    assert days == sorted(days, key=str)


def test_a_round_keeps_its_limits(planning: Planning) -> None:
    found = find_sites(planning, round_query(count=50, stops_per_day=2, objective="person_days"))
    days = [one.day for one in found.sites]
    assert len(days) == 6
    assert all(days.count(day) == 2 for day in DATES)
    # The van stands beside peumos on the second date until noon: nobody gains there by another one.
    second = {one.name for one in found.sites if one.day == DATES[1]}
    assert not second & {"peumos", "peumos_e"}
    assert {one.name for one in found.sites if one.day == DATES[0]} & {"peumos", "peumos_e"}


def test_a_round_drives_no_longer_than_it_may(planning: Planning) -> None:
    free = find_sites(planning, round_query(count=3, stops_per_day=3, dates=DATES[:1]))
    near = find_sites(planning, round_query(count=3, stops_per_day=3, dates=DATES[:1], drive_minutes=12))
    far = find_sites(planning, round_query(count=3, stops_per_day=3, dates=DATES[:1], drive_minutes=500))
    assert far.total == pytest.approx(free.total)
    assert (near.method, near.bound) == ("routed", pytest.approx(free.total))
    assert 0 < near.total < free.total
    assert near.gap == pytest.approx(1 - near.total / free.total)
    # The island is twelve minutes away by ferry alone, and the tranque six from the town's edge.
    assert "grande_s" not in {one.name for one in near.sites}


def test_rows_are_told_as_they_are_made_and_can_be_stopped(planning: Planning) -> None:
    told: list[tuple[int, int | None]] = []
    find_sites(planning, SiteQuery(FOOT, 1), progress=lambda done, total: told.append((done, total)))
    assert told == [(number, len(LOCALITIES)) for number in range(1, len(LOCALITIES) + 1)]
    told.clear()
    with_drive = round_query(drive_minutes=30)
    find_sites(planning, with_drive, progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 2 * len(LOCALITIES)) for number in range(1, 2 * len(LOCALITIES) + 1)]
    with pytest.raises(RowsCancelledError):
        find_sites(planning, SiteQuery(FOOT, 1), cancelled=lambda: True)
    told.clear()
    with pytest.raises(RowsCancelledError):
        find_sites(
            planning, with_drive, progress=lambda *far: told.append(far), cancelled=lambda: len(told) >= 12
        )
    assert len(told) == 12


def test_the_same_question_twice(planning: Planning) -> None:
    query = SiteQuery(FOOT, 3)
    assert find_sites(planning, query) == find_sites(planning, query)


def test_nobody_to_serve(planning: Planning) -> None:
    nobody = SiteQuery(replace(FOOT, area_code="13101"), 2, points=(("x", PLACES["peumos"]),))
    for query in (nobody, replace(nobody, objective="mean"), replace(nobody, dates=DATES)):
        found = find_sites(planning, query)
        assert (found.sites, found.total, found.bound, found.gap) == ((), 0, 0, 0)
    lost = find_sites(planning, SiteQuery(FOOT, 2, points=(("monte", WILD),)))
    assert (lost.sites, lost.candidates, lost.off_network) == ((), 0, 1)


def test_many_candidates_are_searched_in_a_pool(planning: Planning) -> None:
    west, east = PLACES["peumo_bend"], PLACES["peumos_w"]
    step = (east.lon - west.lon) / POOL_FROM
    points = tuple((f"{one}", LonLat(west.lon + one * step, -35.389)) for one in range(POOL_FROM))
    query = SiteQuery(FOOT, 1, points=points)
    told: list[tuple[int, int | None]] = []
    found = find_sites(planning, query, progress=lambda *far: told.append(far))
    assert told[-1] == (POOL_FROM, POOL_FROM) == (found.candidates, found.candidates)
    few = find_sites(planning, replace(query, points=points[::2]))
    assert found.total >= few.total > 0
    (site,) = found.sites
    assert found.after.covered == pytest.approx(people_covered(opened(planning, FOOT, [(site.point, None)])))
    with pytest.raises(RowsCancelledError):
        find_sites(planning, query, cancelled=lambda: True)


def test_reports_go_through_json(planning: Planning) -> None:
    shape = TypeAdapter(SiteReport)
    found = find_sites(planning, round_query())
    assert shape.validate_python(shape.dump_python(found, mode="json")) == found
