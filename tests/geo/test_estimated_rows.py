"""Estimated rows against the estimator's own trips, pair by pair."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeoError, PositionError
from geo.estimate import METHOD, EstimateProfile, EstimateRouter, Separation
from geo.estimated_rows import estimated_rows
from geo.points import LonLat
from geo.reach_rows import ReachRows
from geo.travel import TravelMode
from geo.units import Metres, Minutes
from tests.geo.row_world import CAR, FOOT, samples_at, seconds_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def by_trips(
    router: EstimateRouter, points: list[LonLat], place: LonLat, mode: TravelMode, limit: float
) -> tuple[dict[int, int], dict[int, int]]:
    """Whole seconds of the soonest and the latest trip from every sample, by the router that answers questions."""
    soonest, latest = {}, {}
    for number, point in enumerate(points):
        (trip,) = router.trips(point, [place], mode, NOON)
        if trip is None:
            continue
        for kept, minutes in ((soonest, trip.earliest), (latest, trip.latest)):
            # A thousandth of a second over is not over: trips are sums of rounded numbers.
            if (seconds := math.ceil(minutes * 60 - 0.002)) <= limit * 60:
                kept[number] = seconds
    return soonest, latest


def compare(
    router: EstimateRouter, points: list[LonLat], places: list[LonLat], mode: TravelMode, limit: float
) -> int:
    lons, lats = [one.lon for one in places], [one.lat for one in places]
    found = estimated_rows(router, samples_at(points), lons, lats, mode, Minutes(limit))
    for number, place in enumerate(places):
        pair = by_trips(router, points, place, mode, limit)
        assert (seconds_of(found.soonest.row(number)), seconds_of(found.latest.row(number))) == pair
    assert {(one.network, len(one), one.size) for one in found} == {(METHOD, len(places), len(points))}
    return len(found.latest.samples)


def spots(seed: int, lon: float, lat: float, spread: float, count: int) -> list[LonLat]:
    draw = np.random.default_rng(seed)
    return [
        LonLat((east + 180) % 360 - 180, max(-90.0, min(90.0, north)))
        for east, north in draw.normal((lon, lat), spread, (count, 2)).tolist()
    ]


@pytest.mark.parametrize("mode", [FOOT, CAR])
@pytest.mark.parametrize("limit", [0.5, 10.0, 60.0, 240.0, 1_000.0])
@pytest.mark.parametrize(("lon", "lat"), [(-70.6, -33.4), (179.99, -16.5), (30.0, 89.5)])
def test_every_pair_is_what_the_estimator_says(
    lon: float, lat: float, limit: float, mode: TravelMode
) -> None:
    points, places = spots(1, lon, lat, 0.3, 150), spots(2, lon, lat, 0.3, 6)
    kept = compare(EstimateRouter(), points, [*places, points[0]], mode, limit)
    assert kept > 0 or limit == 0.5


def halves(point: LonLat) -> str | None:
    """An island of everything east of a line."""
    return "island" if point.lon > -70.6 else None


@pytest.mark.parametrize("farthest", [None, Metres(0.0), Metres(9_000.0), Metres(1e9)])
@pytest.mark.parametrize("separation", [None, halves])
def test_how_far_and_over_what_water(farthest: Metres | None, separation: Separation | None) -> None:
    router = EstimateRouter(replace(EstimateProfile(), farthest=farthest), separation)
    points, places = spots(3, -70.6, -33.4, 0.2, 200), spots(4, -70.6, -33.4, 0.2, 5)
    for limit in (30.0, 1_000.0):
        compare(router, points, [*places, points[7]], CAR, limit)


@given(
    seed=st.integers(0, 10_000),
    limit=st.floats(0.05, 1_000),
    spread=st.floats(0.001, 30),
    lat=st.floats(-90, 90),
    mode=st.sampled_from([FOOT, CAR]),
)
def test_anywhere_on_the_globe(seed: int, limit: float, spread: float, lat: float, mode: TravelMode) -> None:
    router = EstimateRouter(replace(EstimateProfile(), farthest=None))
    compare(router, spots(seed, 170.0, lat, spread, 25), spots(seed + 1, 170.0, lat, spread, 3), mode, limit)


def test_the_soonest_hold_the_latest() -> None:
    points, places = spots(5, -70.6, -33.4, 0.3, 300), spots(6, -70.6, -33.4, 0.3, 4)
    soonest, latest = estimated_rows(
        EstimateRouter(),
        samples_at(points),
        [one.lon for one in places],
        [one.lat for one in places],
        CAR,
        Minutes(45),
    )
    assert 0 < len(latest.samples) < len(soonest.samples)
    for number in range(4):
        early, late = seconds_of(soonest.row(number)), seconds_of(latest.row(number))
        assert late.keys() <= early.keys()
        assert all(early[sample] <= seconds for sample, seconds in late.items())


def test_nobody_and_nowhere() -> None:
    point = LonLat(-70.6, -33.4)
    empty: ReachRows
    for empty in estimated_rows(EstimateRouter(), samples_at([]), [point.lon], [point.lat], CAR, Minutes(5)):
        assert (len(empty), empty.size, len(empty.samples)) == (1, 0, 0)
    for empty in estimated_rows(EstimateRouter(), samples_at([point]), [], [], CAR, Minutes(5)):
        assert (len(empty), empty.size) == (0, 1)


def test_what_is_refused() -> None:
    samples = samples_at([LonLat(0, 0)])
    with pytest.raises(GeoError, match="transit"):
        estimated_rows(EstimateRouter(), samples, [0.0], [0.0], TravelMode.TRANSIT, Minutes(5))
    with pytest.raises(GeoError, match="minutes"):
        estimated_rows(EstimateRouter(), samples, [0.0], [0.0], CAR, Minutes(2_000))
    with pytest.raises(PositionError, match="out of range"):
        estimated_rows(EstimateRouter(), samples, [0.0], [95.0], CAR, Minutes(5))
    with pytest.raises(PositionError, match="finite"):
        estimated_rows(EstimateRouter(), samples, [math.nan], [5.0], CAR, Minutes(5))
