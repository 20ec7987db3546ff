"""Distances: symmetric, triangular, the same one by one and in bulk, and never web-Mercator metres."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import find_crs, from_wgs84
from geo.errors import PositionError
from geo.points import EARTH_RADIUS_M, Bounds, LonLat, great_circle, great_circles

positions = st.builds(LonLat, st.floats(-180, 180), st.floats(-90, 90))


@given(positions, positions)
def test_distance_is_symmetric_and_bounded(a: LonLat, b: LonLat) -> None:
    metres = great_circle(a, b)
    assert metres == pytest.approx(great_circle(b, a), abs=1e-6)
    assert 0 <= metres <= math.pi * EARTH_RADIUS_M * (1 + 1e-12)


@given(positions, positions, positions)
def test_no_detour_is_shorter(a: LonLat, b: LonLat, c: LonLat) -> None:
    # A metre: near the antipode the haversine keeps half the digits of a float.
    assert great_circle(a, c) <= great_circle(a, b) + great_circle(b, c) + 1


@given(positions, st.lists(positions, max_size=20))
def test_in_bulk_as_one_by_one(origin: LonLat, others: list[LonLat]) -> None:
    lons = np.array([other.lon for other in others])
    lats = np.array([other.lat for other in others])
    one_by_one = [great_circle(origin, other) for other in others]
    assert great_circles(origin, lons, lats) == pytest.approx(one_by_one, abs=0.5)


@pytest.mark.parametrize(
    ("latitude", "reach_m"),
    [(0.0, 10_000), (-33.45, 8_350), (-53.16, 6_010)],
    ids=["equator", "Santiago", "south"],
)
def test_web_mercator_metres_shrink(latitude: float, reach_m: float) -> None:
    """Ten kilometres of EPSG:3857 at Punta Arenas are six on the ground: never measure in it."""
    mercator = find_crs(3857)
    x_a, y_a = from_wgs84(LonLat(-70.9, latitude), mercator)
    x_b, _ = from_wgs84(LonLat(-70.8, latitude), mercator)
    ground = great_circle(LonLat(-70.9, latitude), LonLat(-70.8, latitude))
    assert 10_000 * ground / (x_b - x_a) == pytest.approx(reach_m, rel=0.005)
    assert math.isfinite(y_a)


@pytest.mark.parametrize(("lon", "lat"), [(math.nan, 0), (0, math.inf), (180.1, 0), (0, -90.1)])
def test_impossible_positions_are_refused(lon: float, lat: float) -> None:
    with pytest.raises(PositionError):
        LonLat(lon, lat)


def test_bounds_hold_their_edges() -> None:
    box = Bounds(-76, -56, -66, -17)
    assert box.contains(LonLat(-76, -17))
    assert not box.contains(LonLat(-76.001, -17))


def test_a_box_over_the_antimeridian() -> None:
    box = Bounds(170, -50, -170, -30)
    assert box.width == 20
    assert box.contains(LonLat(175, -40))
    assert box.contains(LonLat(-175, -40))
    assert not box.contains(LonLat(0, -40))
    assert box.meets(Bounds(-175, -45, -160, -35))
    assert not box.meets(Bounds(-76, -56, -66, -17))
    assert not box.meets(Bounds(-175, 0, -160, 10))


boxes = st.builds(
    lambda lons, lats: Bounds(lons[0], min(lats), lons[1], max(lats)),
    st.tuples(st.floats(-180, 180), st.floats(-180, 180)),
    st.tuples(st.floats(-90, 90), st.floats(-90, 90)),
)


@given(boxes, boxes, positions)
def test_boxes_that_share_a_point_meet(a: Bounds, b: Bounds, point: LonLat) -> None:
    assert a.meets(b) == b.meets(a)
    if a.contains(point) and b.contains(point):
        assert a.meets(b)
    lons, lats = np.array([point.lon, np.nan]), np.array([point.lat, 0.0])
    assert a.contains_many(lons, lats).tolist() == [a.contains(point), False]
