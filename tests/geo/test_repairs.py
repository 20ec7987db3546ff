"""Repairs are proposals: right when one reading fits, silent when two do."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import find_crs, from_wgs84
from geo.errors import PositionError
from geo.points import Bounds, LonLat, great_circle
from geo.repairs import AS_GIVEN, Repair, repairs, the_only_repair

COUNTRY = Bounds(-110.0, -56.6, -66.0, -17.4)
mainland = st.builds(LonLat, st.floats(-73.5, -68.0), st.floats(-52.0, -18.5))


def near(point: LonLat, metres: float = 20_000) -> "Near":
    return Near(point, metres)


class Near:
    """Stands in for the declared commune: everything within some kilometres."""

    def __init__(self, point: LonLat, metres: float) -> None:
        self.point, self.metres = point, metres

    def __call__(self, other: LonLat) -> bool:
        return great_circle(self.point, other) <= self.metres


PLACE = LonLat(-70.66012, -33.450123)


@pytest.mark.parametrize(
    ("lon", "lat", "name"),
    [
        (-70.66012, -33.450123, AS_GIVEN),
        (-33.450123, -70.66012, "swapped"),
        (70.66012, -33.450123, "lon_sign"),
        (-70.66012, 33.450123, "lat_sign"),
        (70.66012, 33.450123, "lon_sign+lat_sign"),
        (33.450123, 70.66012, "swapped+lon_sign+lat_sign"),
        (-7066012, -33450123, "lon_point_5+lat_point_6"),
        (-7066012, 33450123, "lon_point_5+lat_point_6+lat_sign"),
        (-70.66012, -3345.0123, "lat_point_2"),
        (-33450123, -7066012, "swapped+lon_point_5+lat_point_6"),
    ],
)
def test_each_kind_of_damage(lon: float, lat: float, name: str) -> None:
    repair = the_only_repair(repairs(lon, lat, COUNTRY), near(PLACE))
    assert repair is not None
    assert repair.name == name
    assert great_circle(repair.point, PLACE) < 1


@given(mainland, st.sampled_from([32718, 32719, 3857]), st.booleans())
def test_metres_read_as_degrees(point: LonLat, code: int, swap: bool) -> None:
    x, y = from_wgs84(point, find_crs(code))
    given_pair = (y, x) if swap else (x, y)
    repair = the_only_repair(repairs(*given_pair, COUNTRY), near(point))
    assert repair is not None
    assert repair.name == f"swapped+crs_{code}" if swap else f"crs_{code}"
    assert great_circle(repair.point, point) < 1


def test_thousands_of_metres() -> None:
    x, y = from_wgs84(PLACE, find_crs(32719))
    repair = the_only_repair(repairs(round(x) / 1000, round(y), COUNTRY), near(PLACE))
    assert repair is not None
    assert repair.name == "thousands+crs_32719"
    assert great_circle(repair.point, PLACE) < 1


def test_declared_systems_only() -> None:
    psad = find_crs("PSAD56 UTM 19S")
    found = repairs(346_000, 6_290_000, COUNTRY, [psad])
    assert [repair.name for repair in found] == ["crs_24879"]
    assert repairs(346_000, 6_290_000, COUNTRY, []) == []


@pytest.mark.parametrize(
    ("lon", "lat"), [(0.0, 0.0), (-70.66, 0.0), (1.0, 1.0), (-7066, -12), (1e300, -33.45)]
)
def test_nothing_is_made_of_nothing(lon: float, lat: float) -> None:
    assert repairs(lon, lat, COUNTRY) == []


def test_a_point_lost_with_too_few_digits_is_lost() -> None:
    """-3345 may be -33.45, but that is a kilometre wide: nobody's address."""
    assert repairs(-70.66012, -3345, COUNTRY) == []


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_not_finite(bad: float) -> None:
    with pytest.raises(PositionError):
        repairs(bad, -33.0, COUNTRY)


@given(st.lists(mainland, min_size=2, max_size=5), st.data())
def test_two_that_fit_are_no_repair(points: list[LonLat], data: st.DataObject) -> None:
    """Never a point when two distinct ones pass the test; the one when only one does."""
    candidates = [Repair(point, (f"step_{number}",)) for number, point in enumerate(points)]
    chosen = set(data.draw(st.lists(st.sampled_from(points), min_size=1)))
    answer = the_only_repair(candidates, lambda point: point in chosen)
    apart = any(great_circle(a, b) > 2 for a in chosen for b in chosen)
    if apart:
        assert answer is None
    elif all(great_circle(a, b) < 0.5 for a in chosen for b in chosen):
        assert answer is not None
        assert answer.point in chosen


@given(st.floats(-1e7, 1e7), st.floats(-1e7, 1e7))
def test_every_candidate_lies_in_bounds(lon: float, lat: float) -> None:
    for repair in repairs(lon, lat, COUNTRY):
        assert COUNTRY.contains(repair.point)
    as_given = [repair for repair in repairs(lon, lat, COUNTRY) if repair.name == AS_GIVEN]
    assert bool(as_given) == (COUNTRY.west <= lon <= COUNTRY.east and COUNTRY.south <= lat <= COUNTRY.north)


@given(mainland)
def test_a_right_position_is_left_alone(point: LonLat) -> None:
    repair = the_only_repair(repairs(point.lon, point.lat, COUNTRY), near(point))
    assert repair is not None
    assert repair == Repair(point, ())


def test_the_simplest_reading_of_one_place() -> None:
    twice = [Repair(PLACE, ("a", "b")), Repair(PLACE, ("a",))]
    assert the_only_repair(twice, lambda _: True) == twice[1]
    assert the_only_repair(twice, lambda _: False) is None
    assert the_only_repair([], lambda _: True) is None
