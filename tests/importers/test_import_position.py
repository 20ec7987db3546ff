"""Positions: every rung, every check, and the tolerances by kind of boundary."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from step_records import at, codes, go, offer

from directory.records import PositionSource, Severity, StatedPosition
from geo.areas import Area, AreaIndex
from geo.coordinates import read_pair, read_point
from geo.points import LonLat
from importers.source import BEST_RUNGS
from importers.step_facts import StepFacts
from importers.steps.context import StepContext
from importers.steps.position_read import plain_degrees


@pytest.mark.parametrize(
    ("x", "y", "crs", "source", "note"),
    [
        ("-70.65000", "-33.44000", "EPSG:4326", PositionSource.GIVEN, None),
        ("-70,65000", "-33,44000", "EPSG:4326", PositionSource.GIVEN, None),
        ("70°39'00\"W", "33°26'24\"S", "EPSG:4326", PositionSource.GIVEN, None),
        ("-33.44000, -70.65000", "", "EPSG:4326", PositionSource.GIVEN, None),
        ("346625.1", "6298715.7", "EPSG:32719", PositionSource.PROJECTED, None),
        ("346625.1", "6298715.7", "UTM 19S WGS84", PositionSource.PROJECTED, None),
        ("-33.44000", "-70.65000", "EPSG:4326", PositionSource.REPAIRED, "swapped"),
        ("70.65000", "33.44000", "EPSG:4326", PositionSource.REPAIRED, "lon_sign+lat_sign"),
        ("-7065000", "-3344000", "EPSG:4326", PositionSource.REPAIRED, "lon_point_5+lat_point_5"),
    ],
)
def test_every_rung_lands_in_santiago(
    context: StepContext, x: str, y: str, crs: str, source: PositionSource, note: str | None
) -> None:
    record, issues = go(at(x, y, crs), context)
    assert record is not None
    where = record.location.position
    assert where is not None
    assert (where.source, where.note) == (source, note)
    assert where.point.lon == pytest.approx(-70.65, abs=1e-4)
    assert where.point.lat == pytest.approx(-33.44, abs=1e-4)
    assert codes(issues) == (["repaired_position"] if note else [])
    assert (record.location.area_code, record.location.zone) == ("13101", "America/Santiago")


@pytest.mark.parametrize(
    ("x", "y", "crs", "code"),
    [
        ("", "", "EPSG:4326", "no_position"),
        ("0", "0", "EPSG:4326", "placeholder_position"),
        ("1.0", "1.0", "EPSG:4326", "placeholder_position"),
        ("nan", "nan", "EPSG:4326", "unreadable_position"),
        ("inf", "-33.44", "EPSG:4326", "unreadable_position"),
        ("sin dato", "sin dato", "EPSG:4326", "unreadable_position"),
        ("-70.40205", "-23.65479", "EPSG:4326", "outside_stated_area"),
        ("2.35000", "48.85000", "EPSG:4326", "outside_country"),
        ("-58.38000", "-34.60000", "EPSG:4326", "outside_country"),
        ("-70.65000", "-33.44000", "UTM huso 19", "unknown_crs"),
        ("-70.65000", "-33.44000", "EPSG:32719", "unreadable_position"),
        ("1e3", "1e3", "EPSG:4326", "unreadable_position"),
    ],
)
def test_what_fails_a_check_stays_off_the_map(
    context: StepContext, x: str, y: str, crs: str, code: str
) -> None:
    record, issues = go(at(x, y, crs), context)
    assert record is not None
    assert record.location.position is None
    assert record.location.zone == "America/Santiago"
    assert codes(issues) == [code]
    assert issues[0].severity is Severity.ERROR
    assert issues[0].row == 2


def test_islands_are_the_country(context: StepContext) -> None:
    for lon, lat, name, zone in (
        ("-109.42700", "-27.15000", "Isla de Pascua", "Pacific/Easter"),
        ("-78.83000", "-33.63700", "Juan Fernández", "America/Santiago"),
    ):
        record, issues = go(at(lon, lat, stated_area=name, stated_area_code=None), context)
        assert record is not None
        assert record.location.position is not None
        assert (record.location.zone, issues) == (zone, [])


def test_precision_follows_the_decimals(context: StepContext) -> None:
    precisions = []
    for x, y in (("-70.65012", "-33.44012"), ("-70.650", "-33.440"), ("-70.6", "-33.4")):
        record, _ = go(at(x, y), context)
        assert record is not None
        assert record.location.position is not None
        precisions.append(record.location.position.precision_m)
    assert precisions == [10, 56, 5566]


def square(code: str, west: float, boundary: str = "official") -> Area:
    box = shapely.box(west, -34, west + 1, -33)
    return Area(code, f"Comuna {code}", None, box, LonLat(west + 0.5, -33.5), "America/Santiago", boundary)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("boundary", "lon", "code", "kept"),
    [
        ("official", "-69.99000", "beside_stated_area", True),
        ("official", "-69.97000", "outside_stated_area", False),
        ("approximate", "-69.97000", None, True),
        ("approximate", "-69.70000", "outside_stated_area", False),
    ],
)
def test_tolerances_by_kind_of_boundary(
    facts: StepFacts, boundary: str, lon: str, code: str | None, kept: bool
) -> None:
    areas = AreaIndex([square("13101", -71, boundary), square("13102", -70, boundary)])
    record, issues = go(
        at(lon, "-33.50000", stated_area="Comuna 13101"), StepContext(areas=areas, facts=facts)
    )
    assert record is not None
    assert (record.location.position is not None) is kept
    assert codes(issues) == ([code] if code else [])
    if kept:
        assert record.location.area_code == ("13102" if boundary == "official" else "13101")


def test_lower_rungs_only_where_the_source_asks_and_nothing_is_stated(
    areas: AreaIndex, facts: StepFacts
) -> None:
    rungs = BEST_RUNGS | {PositionSource.LOCALITY, PositionSource.COMUNA_SEAT}
    village = LonLat(-70.7, -33.45)
    context = StepContext(areas=areas, facts=facts, rungs=rungs, locality=lambda name, code: village)
    record, issues = go(offer(locality="La Villa"), context)
    assert record is not None
    assert record.location.position is not None
    assert (record.location.position.source, codes(issues)) == (
        PositionSource.LOCALITY,
        ["position_from_locality"],
    )
    context.locality = None
    record, issues = go(offer(locality="La Villa"), context)
    assert record is not None
    assert record.location.position is not None
    assert record.location.position.source is PositionSource.COMUNA_SEAT
    record, issues = go(at("0", "0", locality="La Villa"), context)
    assert record is not None
    assert record.location.position is None
    assert codes(issues) == ["placeholder_position"]


@settings(max_examples=200, deadline=None)
@given(
    lon=st.floats(-180, 180).map(lambda value: f"{value:.5f}"),
    lat=st.floats(-90, 90).map(lambda value: f"{value:.5f}"),
    comma=st.booleans(),
)
def test_the_quick_reading_of_positions_is_that_of_geo(
    context_of_plain: StepContext, lon: str, lat: str, comma: bool
) -> None:
    two = StatedPosition(lon.replace(".", "," if comma else "."), lat.replace(".", "," if comma else "."))
    point = read_point(two.x, two.y)
    assert plain_degrees(two, context_of_plain) == (point.lon, point.lat)
    one = StatedPosition(f"{lat}, {lon}")
    pair = read_pair(one.x)
    assert plain_degrees(one, context_of_plain) == (pair.lon, pair.lat)


@pytest.fixture(scope="module")
def context_of_plain(areas: AreaIndex, facts: StepFacts) -> StepContext:
    return StepContext(areas=areas, facts=facts)
