"""Coverage in space and time: mobile points on their days, never all at once; supply against demand; cells."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from directory.coverage_catchments import served_rows
from directory.coverage_cells import middle_samples
from directory.coverage_inputs import on_days
from directory.coverage_terms import CoverageQuery
from directory.eligibility import Person
from directory.errors import QuestionError
from directory.planning import Planning
from directory.records import CapacityRecord, HoursText, Timing, VisitRecord
from directory.supply import by_day
from geo.catchment import SLOW_DECAY
from geo.units import Minutes
from tests.directory.coverage_world import (
    CELLS,
    DAYS,
    MONDAY,
    NEED,
    OFFICE,
    PEOPLE,
    SUNDAY,
    VISITS,
    World,
    bench,
    bench_engine,
    offer,
    plain_roads,
    seed_offers,
    world,
)

__all__ = ["bench", "bench_engine", "plain_roads", "world"]

ASKED = CoverageQuery(needs=(NEED,), minutes=3, person=Person(sex="male"))
ZONE = ZoneInfo("America/Santiago")
# A van that stops at four villages, a week apart each, for three hours.
ROUND = {"peumos": 1, "tranque": 8, "grande_s": 15, "camelias": 22}


def stop(name: str, day: date) -> Timing:
    return Timing(visits=(VisitRecord(day, time(9), time(12)),))


@pytest.fixture
def month(bench: World) -> Planning:
    """Nothing but one office, open on weekdays at d4, and the van's round."""
    vans = [
        offer(
            f"van {place}",
            place,
            row,
            timing=stop(place, MONDAY + timedelta(days=after)),
            kind="mobile_office",
        )
        for row, (place, after) in enumerate(ROUND.items(), 3)
    ]
    seed_offers(bench.engine, [offer("oficina", "d4", 2), *vans])
    return bench.planning


def test_the_union_of_a_month_is_what_no_day_has(month: Planning) -> None:
    told = month.days(ASKED, MONDAY, 28)
    people = 2_110
    office = 1_500 / people
    by_day = {one.day: (one.with_mobile, one.without_mobile) for one in told.days}
    villages = {"peumos": 300, "tranque": 200, "grande_s": 40, "camelias": 30}
    for number in range(28):
        day = MONDAY + timedelta(days=number)
        there = sum(villages[place] for place, after in ROUND.items() if after == number)
        fixed = 1_500 if day.weekday() < 5 else 0
        assert by_day[day] == pytest.approx(((fixed + there) / people, fixed / people)), day
    # All stops at once: a share that is true on no day at all.
    assert told.union == told.any_day == pytest.approx((1_500 + 300 + 200 + 40 + 30) / people)
    assert max(share for share, _ in by_day.values()) < told.union - 0.12
    assert told.any_day_without_mobile == pytest.approx(office)
    # Twenty days of the office, and four stops.
    assert told.person_days == 20 * 1_500 + 570
    assert told.person_days_without_mobile == 20 * 1_500
    waits = 300 * 1 + 200 * 8 + 40 * 15 + 30 * 22
    assert told.mean_wait == pytest.approx(waits / (1_500 + 570))


def test_a_map_without_days_shows_stops_that_are_over(month: Planning) -> None:
    # In the last two weeks two villages are visited; a union of all stops still shows four.
    told = month.days(ASKED, MONDAY + timedelta(days=14), 14)
    assert told.any_day == pytest.approx((1_500 + 40 + 30) / 2_110)
    assert told.union == pytest.approx((1_500 + 570) / 2_110)


def test_each_day_is_the_report_of_that_day(world: World) -> None:
    told = world.planning.days(ASKED, MONDAY, 7)
    for one in told.days:
        asked = replace(ASKED, day=one.day)
        assert world.planning.report(asked).total.high == one.with_mobile
        assert world.planning.report(replace(asked, mobile=False)).total.high == one.without_mobile
    assert told.any_day == world.planning.report(replace(ASKED, day=MONDAY, days=7)).total.high
    assert max(one.with_mobile for one in told.days) <= told.any_day <= told.union
    assert told.days[6].day == SUNDAY
    assert (told.days[6].with_mobile, told.days[2].with_mobile > told.days[2].without_mobile) == (0, True)
    assert told.days[2].day == VISITS[0]


@pytest.mark.parametrize(
    ("first", "count", "field"),
    [(MONDAY, 0, "count"), (MONDAY, 400, "count"), (date(2020, 1, 1), 3, "day"), (MONDAY, DAYS + 30, "day")],
)
def test_days_that_nobody_knows_are_refused(world: World, first: date, count: int, field: str) -> None:
    with pytest.raises(QuestionError) as refused:
        world.planning.days(ASKED, first, count)
    assert refused.value.field == field


def test_without_roads_there_is_no_day_by_day_and_no_supply(world: World) -> None:
    for asking in (world.planning.supply, lambda query: world.planning.days(query, MONDAY, 3)):
        with pytest.raises(QuestionError) as refused:
            asking(replace(ASKED, estimate=True))
        assert refused.value.field == "network"


def test_supply_is_shared_among_those_in_reach(world: World) -> None:
    # Within three minutes: "centro" (30) of d1 and d5; "mujeres" (8) of tranque, but not for men.
    men = world.planning.supply(ASKED)
    assert men.capacity == 30
    assert men.comunas[0][1] == pytest.approx(30 / 1_500 * 1_000)
    assert men.mean == pytest.approx(30 / 2_110 * 1_000)
    assert men.rural_urban == 0
    women = world.planning.supply(replace(ASKED, person=Person(sex="female")))
    by_name = {area.code: access for area, access in women.comunas}
    assert by_name["07101"] == pytest.approx(20)
    assert by_name["07102"] == pytest.approx(8 / 560 * 1_000)
    # What is there is what people have: nothing is made, nothing is lost.
    assert women.mean * 2_110 / 1_000 == pytest.approx(women.capacity) == pytest.approx(38)
    # "callado" and "santiago" say nothing, "tarde" says none is free.
    assert (women.without_capacity, women.zero) == (2, 1)
    assert women.worst_decile == 0
    # Twenty for a thousand in town (1,500), forty in tranque (200), none for the rest (410): by the Lorenz curve.
    people, held = np.cumsum([0, 410, 1_500, 200]) / 2_110, np.cumsum([0, 0, 30, 8]) / 38
    assert women.gini == pytest.approx(1 - np.diff(people) @ (held[1:] + held[:-1]))


def test_with_decay_those_who_are_near_have_more(world: World) -> None:
    # Within three minutes of "centro" d5 (500 people) is in the first zone, d1 (1,000) in the second.
    told = world.planning.supply(ASKED, SLOW_DECAY)
    assert told.mean * 2_110 / 1_000 == pytest.approx(30)
    weights = np.array([1.0, 0.68])
    each = 30 * weights / (np.array([500, 1_000]) @ weights)
    assert told.worst_decile == 0
    assert told.comunas[0][1] == pytest.approx(30 / 1_500 * 1_000)
    even = world.planning.supply(ASKED)
    assert told.gini > even.gini
    people, held = (
        np.cumsum([0, 610, 1_000, 500]) / 2_110,
        np.cumsum([0, 0, 1_000 * each[1], 500 * each[0]]) / 30,
    )
    assert told.gini == pytest.approx(1 - np.diff(people) @ (held[1:] + held[:-1]))


def test_on_a_day_only_those_who_serve_have_capacity(world: World) -> None:
    evening = world.planning.supply(replace(ASKED, day=MONDAY, open_at=time(18)))
    assert (evening.capacity, evening.zero, evening.mean, evening.gini) == (0, 1, 0, 0)
    last = replace(ASKED, day=MONDAY, open_at=time(12), leave_from=time(16, 44))
    late = world.planning.supply(last)
    # From d5 one still arrives in time, from d1 not any more.
    assert late.comunas[0][1] == pytest.approx(30 / 500 * 1_000 * 500 / 1_500)


def test_rows_are_cut_where_a_place_closes(world: World) -> None:
    rows = world.planning.compute(ASKED).rows
    allowance = np.array([-1.0, 0.0, 60.0, 100.5, 5_400.0, 300.0])
    cut = served_rows(rows, allowance)
    assert len(cut) == len(rows) == len(allowance)
    for place, far in enumerate(allowance.tolist()):
        whole, part = rows.row(place), cut.row(place)
        assert part.samples.tolist() == whole.samples[whole.seconds <= far].tolist()
        assert part.seconds.tolist() == whole.seconds[whole.seconds <= far].tolist()


def test_cells_tell_their_minutes_and_the_offer(world: World) -> None:
    cells = {one.cell: one for one in world.planning.cells(replace(ASKED, minutes=9))}
    assert set(cells) == {one.cell for one in CELLS if one.point is not None}
    assert sum(one.people for one in cells.values()) == PEOPLE - 75
    d5, cerro, sola, wild = cells["d5"], cells["cerro"], cells["sola"], cells["wild"]
    assert (d5.people, d5.covered, d5.nearest) == (500, 500, world.ids["centro"])
    assert d5.minutes == pytest.approx(0.5, abs=0.02)
    # One half lives at camelias, 3.89 + 0.45 minutes from peumos, and is the middle of the cell; the other at
    # puntilla, 3.46 + 0.64 + 0.45.
    assert (cerro.people, cerro.covered) == (60, 30)
    assert cerro.minutes == pytest.approx(3.89 + 0.45 + 4.52, abs=0.03)
    assert (sola.covered, sola.minutes, sola.nearest) == (0, None, None)
    assert (wild.people, wild.covered, wild.minutes, wild.nearest) == (25, None, None, None)
    guessed = world.planning.cells(replace(ASKED, estimate=True))
    assert {one.covered for one in guessed} == {one.minutes for one in guessed} == {None}


def test_the_middle_of_a_cell_is_where_half_of_it_is() -> None:
    values = np.array([5.0, 1.0, 3.0, np.inf, 2.0])
    shares = np.array([0.5, 0.25, 0.25, 1.0, 0.0])
    cell = np.array([0, 0, 0, 1, 2], np.int32)
    assert middle_samples(values, shares, cell, 4).tolist() == [2, 3, -1, -1]


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def test_openings_become_windows_by_the_clock_on_the_wall() -> None:
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    night = by_day(local(MONDAY, 22), local(tuesday, 6), MONDAY, tuesday)
    assert [(one.day, one.opens, one.closes) for one in night] == [(MONDAY, 1_320, 1_800), (tuesday, 0, 360)]
    whole = by_day(local(MONDAY, 0), local(wednesday, 0), MONDAY, wednesday)
    assert [(one.day, one.opens, one.closes) for one in whole] == [(MONDAY, 0, 2_880), (tuesday, 0, 1_440)]
    assert by_day(local(MONDAY, 9), local(MONDAY, 17), tuesday, wednesday) == []


def test_a_night_that_is_over_at_six_serves_nobody_who_leaves_then(bench: World) -> None:
    nights = Timing(texts=(HoursText("Mo 22:00-06:00"),))
    always = Timing(texts=(HoursText("24/7"),))
    seed_offers(
        bench.engine,
        [offer("noche", "d4", 2, timing=nights), offer("siempre", "peumos", 3, timing=always)],
    )
    planning = bench.planning

    def covered(**changes: object) -> float | None:
        return planning.report(replace(ASKED, minutes=2, **changes)).total.covered  # type: ignore[arg-type]

    tuesday = MONDAY + timedelta(days=1)
    assert covered(day=MONDAY) == 1_800
    assert covered(day=tuesday) == 300
    assert covered(day=tuesday, leave_from=time(5)) == 1_800
    assert covered(day=MONDAY, open_at=time(23, 59)) == 1_800
    assert covered(day=tuesday, open_at=time(5, 44), leave_from=time(0)) == 1_800
    assert covered(day=tuesday, open_at=time(5, 46), leave_from=time(0)) == 300


def test_a_short_window_needs_all_of_it(world: World) -> None:
    (van,) = [
        one for one in world.planning.read_supply(replace(ASKED, day=VISITS[0])).providers if one.mobile
    ]
    short = replace(van, windows=(replace(van.windows[0], closes=van.windows[0].opens + 10),))  # type: ignore[index]
    asked = replace(ASKED, leave_from=time(8, 30))
    assert on_days(short, asked, [VISITS[0], VISITS[1]], Minutes(90.0)) == [1_800, -1]
    assert on_days(replace(short, verdict="no"), asked, [VISITS[0]], Minutes(90.0)) == [-1]


def test_capacity_is_the_newest_and_the_whole_of_it(bench: World) -> None:
    offers = [
        offer("uno", "d4", 2, capacity=CapacityRecord("cupos", 1, MONDAY, maximum=7)),
        offer("dos", "d4", 3, capacity=CapacityRecord("cupos", 5, MONDAY), timing=OFFICE),
    ]
    seed_offers(bench.engine, offers)
    planning = bench.planning
    told = planning.supply(ASKED)
    assert (told.capacity, told.basis.places, told.basis.offers) == (12, 1, 2)
    full = replace(offers[1], capacity=CapacityRecord("cupos", 0, MONDAY, maximum=0))
    seed_offers(bench.engine, [full])
    told = planning.supply(ASKED)
    assert (told.capacity, told.zero, told.without_capacity, told.mean, told.gini) == (0, 1, 0, 0, 0)
