"""Public transport with the real feeds of Porto Alegre."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest

from geo.points import LonLat
from geo.transit_days import earliest_arrivals, latest_departures
from geo.travel import Note, NoTrip, Target
from tests.geo.transit_town import BRAZIL, Town, built_porto_alegre


@pytest.fixture(scope="module")
def porto_alegre() -> Iterator[Town]:
    with built_porto_alegre() as found:
        yield found


@pytest.mark.real_data
def test_porto_alegre_is_read_whole(porto_alegre: Town) -> None:
    facts = porto_alegre.timetable.facts
    assert facts["connections"] == 141_252
    assert [feed["left_out"] for feed in facts["feeds"]] == [{}, {}]
    assert facts["days"] == ["2019-03-01", "2019-12-31"]
    assert facts["stops"] == 4_010
    departs = porto_alegre.timetable.ahead.departs
    assert bool((np.diff(departs) >= 0).all())


@pytest.mark.real_data
def test_times_filled_in_for_porto_alegre_are_those_of_buses(porto_alegre: Town) -> None:
    """Between stated times, which 96 of 100 calls do not have, no bus flies and none stands still."""
    ahead, lon, lat = porto_alegre.timetable.ahead, porto_alegre.timetable.lon, porto_alegre.timetable.lat
    seconds = np.maximum(ahead.arrives - ahead.departs, 1)
    a, b = ahead.from_stop, ahead.to_stop
    metres = np.hypot((lon[a] - lon[b]) * math.cos(math.radians(-30)), lat[a] - lat[b]) * 111_195
    kmh = metres / seconds * 3.6
    assert 12 < np.median(kmh) < 30
    assert np.quantile(kmh, 0.99) < 100


@pytest.mark.real_data
def test_porto_alegre_by_day_and_by_night(porto_alegre: Town) -> None:
    centre, east = LonLat(-51.2285, -30.0277), LonLat(-51.18, -30.02)
    day = datetime(2019, 5, 14, 14, 0, tzinfo=BRAZIL)
    reach = porto_alegre.reach(centre, day)
    assert reach.notes == ()
    trip = reach.trip(Target(east))
    assert 25 <= trip.minutes <= 40
    assert trip.typical is not None
    assert trip.earliest <= trip.typical <= trip.latest
    night = porto_alegre.reach(centre, day.replace(hour=3, minute=30), limit=60)
    assert night.notes == (Note.NOTHING_RUNS,)
    assert night.minutes([Target(east)]) == [NoTrip.NOT_YET]
    walked = porto_alegre.walk(centre, LonLat(-51.23, -30.06))
    assert night.minutes([Target(LonLat(-51.23, -30.06))]) == [pytest.approx(walked)]
    today = porto_alegre.reach(centre, datetime(2026, 9, 15, 14, tzinfo=BRAZIL), limit=60)
    assert today.notes == (Note.TIMETABLE_EXPIRED,)


@pytest.mark.real_data
def test_porto_alegre_backwards_agrees_with_forwards(porto_alegre: Town) -> None:
    """Whoever leaves a stop when `latest_departures` says is there in time, and a minute later is not."""
    timetable, by = porto_alegre.timetable, datetime(2019, 5, 14, 15, 0, tzinfo=BRAZIL)
    stops, dice = len(timetable.lon), Random(3)
    goal = np.full(stops, math.inf)
    goal[dice.randrange(stops)] = 0.0
    (end,) = np.flatnonzero(np.isfinite(goal)).tolist()
    leads = latest_departures(timetable, goal, by, 3600).arrivals.seconds
    inside = np.flatnonzero(leads <= 3600)
    assert len(inside) > 100
    for stop in dice.sample(inside.tolist(), 40):
        for later, in_time in ((0, True), (1, False)):
            lead = float(leads[stop]) - later
            start = np.full(stops, math.inf)
            start[stop] = 0.0
            found = earliest_arrivals(timetable, start, by - timedelta(seconds=lead), 3600).arrivals.seconds[
                end
            ]
            assert (found <= lead) == in_time
