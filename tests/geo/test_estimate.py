"""The estimator: honest ranges, a true lower bound, and no land trip over water."""

import time
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeoError
from geo.estimate import CAR, FOOT, EstimateProfile, EstimateRouter, ModeProfile, Refusal
from geo.points import LonLat, great_circle
from geo.travel import Router, TravelMode, Trip
from geo.units import Metres, Minutes

NOON = datetime(2025, 6, 2, 12, tzinfo=UTC)
ORIGIN = LonLat(-70.65, -33.44)
ROUTER = EstimateRouter()
UNLIMITED = EstimateRouter(EstimateProfile(farthest=None))
positions = st.builds(LonLat, st.floats(-75, -67), st.floats(-55, -18))
modes = st.sampled_from(TravelMode)


def trip(router: Router, origin: LonLat, target: LonLat, mode: TravelMode) -> Trip | None:
    return router.trips(origin, [target], mode, NOON)[0]


@given(positions, positions, modes, st.floats(0.994, 1.006))
def test_fastest_is_a_lower_bound(a: LonLat, b: LonLat, mode: TravelMode, spheroid: float) -> None:
    """Also when the straight line was measured on the spheroid, up to 0.6 % longer or shorter."""
    found = trip(UNLIMITED, a, b, mode)
    assert found is not None
    assert UNLIMITED.fastest(Metres(great_circle(a, b) * spheroid), mode) <= found.minutes


@given(st.floats(0, 1e6), st.floats(0, 1e6), modes)
def test_the_bound_grows_with_the_distance(a: float, b: float, mode: TravelMode) -> None:
    near, far = sorted((a, b))
    assert ROUTER.fastest(Metres(near), mode) <= ROUTER.fastest(Metres(far), mode)


@given(positions, positions, modes)
def test_the_range_holds_the_estimate(a: LonLat, b: LonLat, mode: TravelMode) -> None:
    found = trip(UNLIMITED, a, b, mode)
    assert found is not None
    assert found.estimated
    assert found.method == "estimate"
    assert found.earliest <= found.minutes <= found.latest
    assert found.metres >= great_circle(a, b) * (1 - 1e-9)


@given(positions, st.lists(positions, max_size=8), modes)
def test_one_trip_per_target_in_order(origin: LonLat, targets: list[LonLat], mode: TravelMode) -> None:
    together = ROUTER.trips(origin, targets, mode, NOON)
    assert together == [trip(ROUTER, origin, target, mode) for target in targets]


def test_figures_of_the_study() -> None:
    """One kilometre on foot at x1.3 and 5.1 km/h, and by car at x1.4, 35 km/h and two minutes."""
    target = LonLat(ORIGIN.lon, ORIGIN.lat + 1000 / 111_195.08)
    walk, drive = (trip(ROUTER, ORIGIN, target, mode) for mode in (TravelMode.FOOT, TravelMode.CAR))
    assert walk is not None
    assert drive is not None
    assert walk.minutes == pytest.approx(15.29, abs=0.01)
    assert (walk.earliest, walk.latest) == pytest.approx((13.0, 26.76), abs=0.01)
    assert drive.minutes == pytest.approx(4.4, abs=0.01)
    assert drive.metres == pytest.approx(1400, abs=0.1)


def test_a_car_has_to_be_reached() -> None:
    here = trip(ROUTER, ORIGIN, ORIGIN, TravelMode.CAR)
    assert here is not None
    assert here.minutes == CAR.access > 0


def test_the_bus_is_never_slower_than_walking() -> None:
    near, far = LonLat(-70.649, -33.44), LonLat(-70.55, -33.44)
    assert trip(ROUTER, ORIGIN, near, TravelMode.TRANSIT) == trip(ROUTER, ORIGIN, near, TravelMode.FOOT)
    bus, walk = (trip(ROUTER, ORIGIN, far, mode) for mode in (TravelMode.TRANSIT, TravelMode.FOOT))
    assert bus is not None
    assert walk is not None
    assert bus.minutes < walk.minutes
    assert bus.latest / bus.earliest >= 5, "nobody knows the timetable: the range says so"


def test_too_far_is_refused() -> None:
    target = LonLat(-70.65, -34.2)
    assert trip(ROUTER, ORIGIN, target, TravelMode.CAR) is None
    assert ROUTER.refusal(ORIGIN, target) is Refusal.TOO_FAR
    assert trip(UNLIMITED, ORIGIN, target, TravelMode.CAR) is not None
    assert UNLIMITED.refusal(ORIGIN, target) is None


def test_no_land_trip_over_water() -> None:
    """Castro is on an island, Chaiten is on the mainland across 60 km of sea."""
    asked: list[LonLat] = []

    def island(point: LonLat) -> str | None:
        asked.append(point)
        return "island" if point.lon < -73 else None

    router = EstimateRouter(EstimateProfile(farthest=None), island)
    castro, chonchi, chaiten = LonLat(-73.76, -42.48), LonLat(-73.81, -42.62), LonLat(-72.71, -42.92)
    near, over = router.trips(castro, [chonchi, chaiten], TravelMode.CAR, NOON)
    assert near is not None
    assert over is None
    assert asked == [castro, chonchi, chaiten]
    assert router.refusal(castro, chaiten) is Refusal.SEPARATED
    assert router.refusal(castro, chonchi) is None


def test_nothing_asked_nothing_answered() -> None:
    assert ROUTER.trips(ORIGIN, [], TravelMode.FOOT, NOON) == []


def test_impossible_figures_are_refused() -> None:
    with pytest.raises(GeoError, match="cannot be estimated"):
        ModeProfile(0.9, 5, Minutes(0), 0.5, 2)
    with pytest.raises(GeoError, match="range"):
        ModeProfile(1.3, 5, Minutes(0), 1.1, 2)


def test_arrays_agree_with_trips() -> None:
    target = LonLat(-70.5, -33.44)
    found = trip(ROUTER, ORIGIN, target, TravelMode.FOOT)
    table = ROUTER.estimates(np.array([great_circle(ORIGIN, target)]), TravelMode.FOOT)
    assert found is not None
    assert [column[0] for column in table] == pytest.approx(
        [found.minutes, found.metres, found.earliest, found.latest]
    )
    assert found.minutes == pytest.approx(float(FOOT.minutes(np.array([great_circle(ORIGIN, target)]))[0]))


def test_a_thousand_targets_are_quick() -> None:
    """About 1 ms on an idle core; ten times that on a busy one still shows a loop gone quadratic."""
    targets = [LonLat(-70.65 + number / 5000, -33.44) for number in range(1000)]
    runs = []
    for _ in range(20):
        start = time.process_time()
        ROUTER.trips(ORIGIN, targets, TravelMode.CAR, NOON)
        runs.append(time.process_time() - start)
    assert min(runs) < 0.010
