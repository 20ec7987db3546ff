"""The Connection Scan against a search by labels and a twin in plain Python, forward and reversed."""

import math
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geo.errors import NetworkError
from geo.transit_days import day_zero, earliest_arrivals, latest_departures
from geo.transit_scan import NOBODY
from tests.geo.transit_oracle import World, by_labels, plain_scan, random_world

CASES = 60
SEEDS = range(10)  # CASES for each
SANTIAGO = ZoneInfo("America/Santiago")


def a_moment(dice: Random) -> datetime:
    """Around the days of `random_world`, at full minutes and between them."""
    hours = dice.choice((-2, 3, 9, 10, 11, 12, 13, 25, 26, 27, 28, 29, 50, 52))
    start = datetime(2026, 9, dice.choice((3, 4, 5, 6, 14)), tzinfo=UTC)
    return start + timedelta(hours=hours, minutes=dice.randint(0, 59), seconds=dice.choice((0, 0, 30, 0.25)))


def as_array(seconds: dict[int, float], stops: int) -> np.ndarray:
    return np.array([seconds.get(stop, math.inf) for stop in range(stops)])


@pytest.mark.parametrize("seed", SEEDS)
def test_arrivals_are_those_of_a_search_by_labels(seed: int) -> None:
    dice, found = Random(seed), 0
    for _ in range(CASES):
        world, leave = random_world(dice), a_moment(dice)
        until = float(dice.choice((1800, 3600, 6 * 3600, 30 * 3600)))
        ready = {stop: float(dice.choice((0, 60, 200.5))) for stop in dice.sample(range(world.stops), 2)}
        start = as_array(ready, world.stops)
        scanned = earliest_arrivals(world.timetable, start, leave, until)
        expected = as_array(by_labels(world, ready, leave, until), world.stops)
        np.testing.assert_allclose(scanned.arrivals.seconds, expected, atol=1e-5)
        table = world.timetable
        plain = plain_scan(table.ahead, table.trip_service, table.walks, scanned.streams, start.tolist())
        assert plain == scanned.arrivals.seconds.tolist()
        found += check_pointers(world, start, leave, until)
    assert found > CASES / 4


def check_pointers(world: World, start: np.ndarray, leave: datetime, until: float) -> int:
    """Every arrival is explained by a ride that could be boarded, after a walk from one that arrived before."""
    scanned = earliest_arrivals(world.timetable, start, leave, until)
    table, arrivals, streams = world.timetable.ahead, scanned.arrivals, scanned.streams
    reached = np.flatnonzero(np.isfinite(arrivals.seconds))
    for stop in reached.tolist():
        entered, left = int(arrivals.entered[stop]), int(arrivals.left[stop])
        zero = streams.zero[arrivals.stream[stop]]
        assert table.trip[entered] == table.trip[left]
        assert entered <= left
        assert table.to_stop[left] == stop
        assert table.arrives[left] + zero == arrivals.seconds[stop]
        board = int(table.from_stop[entered])
        assert arrivals.ready[board] <= table.departs[entered] + zero
        before = int(arrivals.walked_from[board])
        if before == NOBODY:
            assert arrivals.ready[board] == start[board]
        else:
            seconds = dict(world.walks[before])[board]
            assert arrivals.ready[board] == pytest.approx(arrivals.seconds[before] + seconds)
            assert arrivals.seconds[before] < arrivals.seconds[stop]
    return len(reached)


def arrives(world: World, goal: dict[int, float], stop: int, by: datetime, lead: float) -> bool:
    """Whether who stands at a stop so many seconds before is at the goal in time, by vehicle."""
    reached = by_labels(world, {stop: 0.0}, by - timedelta(seconds=lead), lead)
    return any(reached.get(end, math.inf) + walk <= lead for end, walk in goal.items())


@pytest.mark.parametrize("seed", SEEDS)
def test_latest_departures_are_the_last_that_still_arrive(seed: int) -> None:
    dice, found = Random(1000 + seed), 0
    for _ in range(CASES):
        world, by = random_world(dice), a_moment(dice).replace(microsecond=0)
        window = float(dice.choice((3600, 6 * 3600, 30 * 3600)))
        goal = {stop: float(dice.choice((0, 60, 200))) for stop in dice.sample(range(world.stops), 2)}
        before = latest_departures(world.timetable, as_array(goal, world.stops), by, window).arrivals.seconds

        for stop, lead in enumerate(before.tolist()):
            if lead <= window:
                found += 1
                assert arrives(world, goal, stop, by, lead)
                assert not arrives(world, goal, stop, by, lead - 1)
            else:
                assert not arrives(world, goal, stop, by, window)
    assert found > CASES / 4


@pytest.mark.parametrize(
    ("day", "midnight"),
    [
        (date(2026, 9, 5), datetime(2026, 9, 5, 4, tzinfo=UTC)),  # an ordinary day of winter, UTC-4
        (
            date(2026, 9, 6),
            datetime(2026, 9, 6, 3, tzinfo=UTC),
        ),  # clocks go from 0 to 1: the day begins at 23
        (date(2026, 9, 7), datetime(2026, 9, 7, 3, tzinfo=UTC)),  # summer, UTC-3
        (date(2027, 4, 3), datetime(2027, 4, 3, 3, tzinfo=UTC)),  # at its end clocks go back from 24 to 23
        (date(2027, 4, 4), datetime(2027, 4, 4, 4, tzinfo=UTC)),
    ],
)
def test_a_service_day_begins_twelve_hours_before_noon(day: date, midnight: datetime) -> None:
    assert day_zero(day, SANTIAGO) == midnight.timestamp()


def test_a_moment_without_a_zone_is_refused() -> None:
    world = random_world(Random(1))
    with pytest.raises(NetworkError, match="no time zone"):
        earliest_arrivals(world.timetable, np.zeros(world.stops), datetime(2026, 9, 4, 8), 3600)
