"""Reference systems: names, shifts, mends, and threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import accuracy, find_crs, from_wgs84, to_wgs84, to_wgs84_many, utm
from geo.errors import CrsError, PositionError
from geo.points import Bounds, LonLat, great_circle

SANTIAGO = LonLat(-70.6506, -33.4372)
E, N = 346_000.0, 6_290_000.0


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        (4326, 4326),
        ("4674", 4674),
        ("EPSG:4674", 4674),
        ("epsg: 5361", 5361),
        ("SRID=32719", 32719),
        ("urn:ogc:def:crs:EPSG::4674", 4674),
        ("urn:ogc:def:crs:EPSG:9.8:4674", 4674),
        ("http://www.opengis.net/def/crs/EPSG/0/3857", 3857),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
        ("WGS84", 4326),
        ("WGS 1984", 4326),
        ("SIRGAS 2000", 4674),
        ("UTM 18S WGS84", 32718),
        ("WGS84 / UTM zona 19 Sur", 32719),
        ("WGS-84 huso 19 H", 32719),
        ("WGS84 UTM 19N", 32619),
        ("SIRGAS 2000 UTM 18S", 31978),
        ("SIRGAS 2000 / UTM zone 19S", 31979),
        ("SIRGAS95 UTM 19S", 31994),
        ("SIRGAS-Chile 2002 UTM 19S", 5361),
        ("SIRGAS Chile UTM 19S", 20049),
        ("SIRGAS CHILE 2016, UTM HUSO 18 SUR", 9154),
        ("SAD69 UTM 18S", 29188),
        ("SAD 1969 UTM huso 19 S", 29189),
        ("PSAD56 UTM 19S", 24879),
        ("PSAD-56 Huso 18 Sur", 24878),
        ("Datum Provisional South American 1956, UTM 19S", 24879),
        ("UTM 12S SIRGAS-Chile 2021", 20042),
    ],
)
def test_names_people_declare(declared: str | int, code: int) -> None:
    assert find_crs(declared).code == code


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ("UTM 19S", "no datum"),
        ("WGS84 UTM 19", "hemisphere"),
        ("WGS84 UTM 61S", "not understood"),
        ("PSAD56 UTM 40S", "EPSG knows no"),
        ("hola", "not understood"),
        ("", "names no datum"),
        (999_999, "no coordinate reference system"),
        ("EPSG:4979", "not a two-dimensional"),
        ("EPSG:5773", "not a two-dimensional"),
    ],
)
def test_names_that_are_not_enough(declared: str | int, reason: str) -> None:
    with pytest.raises(CrsError, match=reason):
        find_crs(declared)


def test_a_datum_declared_once_serves_every_zone() -> None:
    assert find_crs("UTM 18S", datum="PSAD56").code == 24878
    with pytest.raises(CrsError, match="not one of"):
        find_crs("UTM 18S", datum="Atlantis")


def test_a_deprecated_code_gives_its_successor() -> None:
    """EPSG:29179 has no shift: taken as it is, SAD69 would be read as WGS 84."""
    assert find_crs(29179).code == 29189


def test_old_datums_differ_by_hundreds_of_metres() -> None:
    new = to_wgs84(E, N, find_crs("WGS84 UTM 19S"))
    assert 300 < great_circle(new, to_wgs84(E, N, find_crs("PSAD56 UTM 19S"))) < 500
    assert 50 < great_circle(new, to_wgs84(E, N, find_crs("SAD69 UTM 19S"))) < 100
    for same in (
        "SIRGAS 2000 UTM 19S",
        "SIRGAS-Chile 2002 UTM 19S",
        "SIRGAS Chile UTM 19S",
        "SIRGAS95 UTM 19S",
    ):
        assert great_circle(new, to_wgs84(E, N, find_crs(same))) < 1


def test_the_meridian_arc() -> None:
    """From the equator to 45 degrees the WGS 84 meridian measures 4,984,944.378 m (textbook value)."""
    point = to_wgs84(500_000, 10_000_000 - 0.9996 * 4_984_944.378, find_crs(32719))
    assert great_circle(point, LonLat(-69, -45)) < 0.01


def test_the_local_shift_wins() -> None:
    """Brazil's SAD69 shift claims 5 m and a box that holds Santiago; Chile's own is the one to use."""
    sad = find_crs("SAD69 UTM 19S")
    assert accuracy(sad, SANTIAGO) == 4
    assert accuracy(find_crs("PSAD56 UTM 19S"), SANTIAGO) == 17
    assert accuracy(find_crs(4326), SANTIAGO) == 2
    assert accuracy(find_crs("SIRGAS Chile"), SANTIAGO) == 5
    assert accuracy(find_crs("SIRGAS 2000"), SANTIAGO) == 1


def test_the_area_limits_the_shifts() -> None:
    crs = find_crs("PSAD56 UTM 19S")
    north_of_chile, colombia = Bounds(-71, -26, -67, -17.5), Bounds(-79, 5, -67, 12)
    assert to_wgs84(E, N, crs, Bounds(-73, -36, -68, -26)) == to_wgs84(E, N, crs)
    assert to_wgs84(E, N, crs, north_of_chile).lat == pytest.approx(-33.52, abs=0.01)
    with pytest.raises(PositionError, match="no shift"):
        to_wgs84(E, N, crs, Bounds(-60, 20, -50, 30))
    assert accuracy(crs, LonLat(-72.0, 8.0), colombia) != 17


def test_no_published_shift_is_told() -> None:
    """PSAD56 was never fitted south of 43.5 S: better no point than a point nobody vouches for."""
    with pytest.raises(PositionError, match="no shift from PSAD56"):
        to_wgs84(370_000, 4_110_000, find_crs("PSAD56 UTM 19S"))
    # EPSG's box for Tierra del Fuego holds Punta Arenas, though its SAD69 maps end at 45 S.
    assert to_wgs84(370_000, 4_110_000, find_crs("SAD69 UTM 19S")).lat == pytest.approx(-53.1, abs=0.1)


@pytest.mark.parametrize(
    ("x", "y", "declared", "mend"),
    [
        (-70.65, -33.44, "WGS84 UTM 19S", "declare EPSG:4326"),
        (E, N, "EPSG:4326", "declare the UTM zone"),
        (N, E, "WGS84 UTM 19S", "swap"),
        (float("nan"), N, "WGS84 UTM 19S", "not finite"),
        (float("inf"), N, "WGS84 UTM 19S", "not finite"),
        (1e12, 1e12, "WGS84 UTM 19S", "far outside"),
    ],
)
def test_errors_name_the_mend(x: float, y: float, declared: str, mend: str) -> None:
    crs = find_crs(declared)
    with pytest.raises(PositionError, match=mend):
        to_wgs84(x, y, crs)
    lons, lats = to_wgs84_many(np.array([x, x]), np.array([y, y]), crs)
    assert np.isnan(lons).all()
    assert np.isnan(lats).all()


def test_bad_rows_do_not_spoil_good_ones() -> None:
    crs = find_crs("PSAD56 UTM 19S")
    lons, lats = to_wgs84_many(np.array([E, np.nan, -70.6, E]), np.array([N, N, -33.4, N - 200_000]), crs)
    assert np.isnan(lons).tolist() == [False, True, True, False]
    assert LonLat(lons[0], lats[0]) == to_wgs84(E, N, crs)
    assert LonLat(lons[3], lats[3]) == to_wgs84(E, N - 200_000, crs)


def test_nothing_and_unequal() -> None:
    lons, lats = to_wgs84_many(np.array([]), np.array([]), find_crs(32719))
    assert lons.size == lats.size == 0
    with pytest.raises(PositionError, match="do not make positions"):
        to_wgs84_many(np.array([1.0]), np.array([1.0, 2.0]), find_crs(32719))


def test_a_box_over_the_antimeridian() -> None:
    crs = find_crs(2193)  # New Zealand, whose area of use ends at -178
    auckland = LonLat(174.76, -36.85)
    assert great_circle(to_wgs84(*from_wgs84(auckland, crs), crs), auckland) < 0.01


@given(st.floats(-76, -66), st.floats(-56, -17.5), st.sampled_from([18, 19]))
def test_round_trip_through_utm(lon: float, lat: float, zone: int) -> None:
    crs, point = utm(zone, south=True), LonLat(lon, lat)
    assert great_circle(to_wgs84(*from_wgs84(point, crs), crs), point) < 0.01


@given(st.floats(-72, -69), st.floats(-35.9, -26.1))
def test_round_trip_through_an_old_datum(lon: float, lat: float) -> None:
    crs, point = find_crs("PSAD56 UTM 19S"), LonLat(lon, lat)
    assert great_circle(to_wgs84(*from_wgs84(point, crs), crs), point) < 0.01


@given(st.floats(-72, -69), st.floats(-42, -19))
def test_neighbouring_shifts_disagree_by_their_accuracy(lon: float, lat: float) -> None:
    """Along the edge between two fitted boxes the way back may use the neighbour: 91 m at worst, measured."""
    crs, point = find_crs("PSAD56 UTM 19S"), LonLat(lon, lat)
    assert great_circle(to_wgs84(*from_wgs84(point, crs), crs), point) < 150


def test_threads_share_transformers() -> None:
    crs = find_crs("SAD69 UTM 19S")
    expected = to_wgs84(E, N, crs)
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: to_wgs84(E, N, crs), range(400)))
    assert answers == {expected}
