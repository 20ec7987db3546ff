"""Public transport on the made-up roads: by hand and by brute force."""

import math
import threading
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from statistics import median

import numpy as np
import pytest

from geo.errors import NoTripError
from geo.points import great_circle
from geo.transit import LATER, METHOD, transit_reach
from geo.transit_journey import Walk, journey
from geo.travel import OFF_ROAD, Access, Note, NoTrip, Target
from geo.units import Metres, Minutes
from tests.geo.transit_oracle import by_labels
from tests.geo.transit_town import (
    CAMELIAS,
    FOOT,
    FRONTERA,
    ISLAND,
    PEUMOS,
    PLACES,
    PLAZA,
    SEA,
    TERMINAL,
    Town,
    at,
    built_town,
    random_place,
    stop_point,
    walks,
    world_of,
)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with built_town() as found:
        yield found


# By hand from the tables of the feed: the arrival of the vehicle; a place beside its stop is a minute away.
BY_HAND = [
    ("terminal", "peumos", "2026-09-15", "10:00", 20, "Tuesday, 101 at 10:05"),
    ("terminal", "camelias", "2026-09-15", "10:00", 35, "Tuesday, 101 at 10:05"),
    ("peumos", "terminal", "2026-09-15", "08:40", 20, "Tuesday, 101 back leaves Los Peumos at 8:45"),
    ("aromos", "terminal", "2026-09-15", "08:55", 11, "the circular at 9:00, the first of its exact times"),
    ("aromos", "frontera", "2026-09-15", "08:55", 23, "the same to the Terminal, and a kilometre on foot"),
    ("aromos", "camelias", "2026-09-15", "09:35", 60, "circular 9:40, change at the Terminal, 101 at 10:05"),
    ("terminal", "tranque", "2026-09-20", "08:55", 25, "Sunday, 202 at 9:00"),
    ("terminal", "tranque", "2026-09-18", "08:55", 25, "holiday, 202 runs as on Sundays"),
    ("terminal", "camelias", "2026-09-18", "10:00", 90, "holiday: no 101 at 10:05, an extra one at 11:00"),
    ("terminal", "puntilla", "2026-09-18", "23:30", 50, "Friday night, N1 leaves the Terminal at 23:48"),
    ("peumos", "puntilla", "2026-09-19", "00:00", 20, "after midnight of Friday, Los Peumos at 24:05"),
    ("terminal", "puntilla", "2026-09-05", "23:30", 50, "clocks go forward at midnight: 24:20 is 1:20 now"),
    ("terminal", "tranque", "2026-09-06", "08:55", 25, "the day of that change, by summer time"),
    ("terminal", "puntilla", "2027-04-03", "23:30", 50, "clocks go back at midnight: 24:20 is 23:20 again"),
    ("terminal", "tranque", "2027-04-04", "08:55", 25, "the day after, by winter time"),
]  # fmt: skip


@pytest.mark.parametrize(("origin", "target", "day", "time", "minutes", "why"), BY_HAND)
def test_arrivals_by_hand(
    town: Town, origin: str, target: str, day: str, time: str, minutes: float, why: str
) -> None:
    found = town.minutes(PLACES[origin], PLACES[target], at(day, time))
    assert minutes <= found <= minutes + 1, why


@pytest.mark.parametrize(
    ("day", "time", "note"),
    [
        ("2026-09-15", "03:30", Note.NOTHING_RUNS),
        ("2026-09-21", "00:00", Note.NOTHING_RUNS),  # N1 runs after midnight of Friday and Saturday only
        ("2026-07-31", "10:00", Note.TIMETABLE_EXPIRED),
        ("2028-01-03", "10:00", Note.TIMETABLE_EXPIRED),
    ],
)
def test_where_nothing_runs_one_walks_and_is_told(town: Town, day: str, time: str, note: Note) -> None:
    reach = town.reach(TERMINAL, at(day, time))
    assert reach.notes == (note,)
    targets = [Target(place) for place in PLACES.values()]
    walked = [town.walk(TERMINAL, target.point) for target in targets]
    found = reach.minutes(targets)
    for value, walk in zip(found, walked, strict=True):
        assert value == (pytest.approx(walk) if walk <= 120 else NoTrip.NOT_YET)
    (leg,) = journey(reach, Target(FRONTERA)).legs
    assert isinstance(leg, Walk)


def test_nothing_is_told_where_something_runs(town: Town) -> None:
    assert town.reach(TERMINAL, at("2026-09-15", "10:00")).notes == ()
    # the last night's bus after midnight, and the first bus of all
    assert town.reach(PEUMOS, at("2028-01-01", "00:01")).notes == ()
    assert town.reach(PEUMOS, at("2028-01-01", "00:06")).notes == (Note.TIMETABLE_EXPIRED,)
    # Saturday's bus after midnight still runs on Sunday
    assert town.reach(PEUMOS, at("2027-12-26", "00:01")).notes == ()
    assert town.reach(TERMINAL, at("2026-08-01", "06:55")).notes == ()


def test_a_bus_within_the_hour_is_no_silence(town: Town) -> None:
    """However near the search's limit is."""
    reach = town.reach(TERMINAL, at("2026-09-20", "06:40"), limit=5)
    assert reach.notes == ()


def test_every_answer_is_that_of_brute_force(town: Town) -> None:
    """On foot to every stop, by the search by labels, on foot from every stop; each walk a search of its own."""
    dice, world = Random(5), world_of(town)
    stops = [stop_point(town, stop) for stop in range(world.stops)]
    checked = ridden = 0
    for _ in range(25):
        leave = at(f"2026-09-{dice.randint(14, 20)}", f"{dice.randint(6, 23):02}:{dice.randint(0, 59):02}")
        origin, targets = random_place(town, dice), [random_place(town, dice) for _ in range(8)]
        reach = transit_reach(town.graph, town.snapper, town.timetable, origin, leave, OFF_ROAD)
        ready = walks(town, origin, None, [point for point, _ in stops])
        arrived = by_labels(world, {s: m * 60 for s, m in enumerate(ready) if m <= 25}, leave, 86_400)
        direct = np.array(walks(town, origin, None, targets))
        by_stop = np.array([
            np.array(walks(town, *stops[stop], targets)) + seconds / 60 for stop, seconds in arrived.items()
        ]).reshape(-1, len(targets))  # fmt: skip
        expected = np.minimum(direct, by_stop.min(axis=0, initial=math.inf))
        for limit in (10, 45, 240):
            reach.know(Minutes(limit))
            found = reach.minutes([Target(target) for target in targets])
            for target, value, best, walk in zip(
                targets, found, expected.tolist(), direct.tolist(), strict=True
            ):
                checked += 1
                ridden += best < walk - 1e-6
                if best <= limit - 1e-6:
                    assert value == pytest.approx(best, abs=1e-3), (origin, target, leave)
                else:
                    assert isinstance(value, NoTrip)
                assert best >= reach.bound(great_circle(origin, target)) - 1e-6
                assert reach.bound(Metres(great_circle(origin, target) * 1.006)) <= max(best, 1e-6) + 1e-6
    assert (checked, ridden > 100) == (600, True)


def test_the_bound_grows_and_stays_below_what_is_known(town: Town) -> None:
    reach = town.reach(TERMINAL, at("2026-09-15", "10:00"), limit=30)
    bounds = [reach.bound(Metres(float(metres))) for metres in range(0, 20_000, 250)]
    assert bounds == sorted(bounds)
    assert bounds[0] <= 1
    assert bounds[-1] == 30


def test_a_trip_tells_the_departures_of_the_half_hour(town: Town) -> None:
    leave = at("2026-09-15", "16:50")
    reach = town.reach(TERMINAL, leave)
    for point in (PEUMOS, FRONTERA, PLAZA):
        trip = reach.trip(Target(point))
        each = [town.minutes(TERMINAL, point, leave + later) for later in (timedelta(0), *LATER)]
        assert trip.minutes == pytest.approx(each[0])
        assert (trip.earliest, trip.typical, trip.latest) == pytest.approx(
            (min(each), median(each), max(each))
        )
        assert (trip.method, trip.estimated, trip.ferry) == (METHOD, False, False)
        assert trip.metres >= 0.99 * great_circle(TERMINAL, point)
        assert 0 < trip.access_metres < 60


def test_who_misses_the_last_bus_for_long_is_told(town: Town) -> None:
    """The 101 leaves at 10:05 and then at 17:30; on foot it takes more than an hour and a half."""
    target = Target(CAMELIAS)
    trip = town.reach(TERMINAL, at("2026-09-15", "09:58"), limit=60).trip(target)
    walked = town.walk(TERMINAL, CAMELIAS)
    assert (trip.minutes, trip.earliest) == pytest.approx((37, 32), abs=1)
    assert (trip.typical, trip.latest) == pytest.approx((walked, walked))


def test_an_island_is_unreachable_and_the_sea_off_the_network(town: Town) -> None:
    reach = town.reach(TERMINAL, at("2026-09-15", "10:00"))
    assert reach.minutes([Target(ISLAND), Target(SEA)]) == [NoTrip.UNREACHABLE, NoTrip.OFF_NETWORK]
    for point in (ISLAND, SEA):
        with pytest.raises(NoTripError, match="no trip"):
            reach.trip(Target(point))


def test_accesses_of_another_graph_are_not_believed(town: Town) -> None:
    reach = town.reach(TERMINAL, at("2026-09-15", "10:00"))
    stale = Access("another", FOOT, 0, 0.5, Metres(1.0))
    assert reach.minutes([Target(PEUMOS, stale)]) == reach.minutes([Target(PEUMOS)])


def test_all_is_known_at_last(town: Town) -> None:
    reach = town.reach(TERMINAL, at("2026-09-15", "10:00"), limit=10)
    assert reach.known == 10
    assert reach.minutes([Target(PEUMOS)]) == [NoTrip.NOT_YET]
    reach.know(Minutes(24 * 60.0))
    assert math.isinf(reach.known)
    assert isinstance(reach.minutes([Target(PEUMOS)])[0], float)


def test_threads_share_a_timetable(town: Town) -> None:
    leave, found = at("2026-09-15", "10:00"), {}

    def ask(number: int) -> None:
        found[number] = [town.minutes(TERMINAL, place, leave) for place in PLACES.values()]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(8)] == [found[0]] * 8


def test_an_origin_off_the_network_is_no_trip(town: Town) -> None:
    with pytest.raises(NoTripError, match="off the network"):
        transit_reach(town.graph, town.snapper, town.timetable, SEA, at("2026-09-15", "10:00"), OFF_ROAD)
