"""Areas: who holds a point, how far outside it is, in metres, at any latitude."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.areas import Area, AreaIndex, Boundary, nearest_seat, pad_code
from geo.errors import AreaError
from geo.gazetteer import Spelling
from geo.points import LonLat, great_circle
from geo.units import Metres


def area(
    code: str,
    name: str,
    polygon: object = None,
    parent: str | None = None,
    seat: LonLat | None = None,
    boundary: Boundary = "official",
) -> Area:
    return Area(code, name, parent, polygon, seat, "America/Punta_Arenas", boundary)


REGION = area("12", "Región de Magallanes", shapely.box(-76, -56, -66, -48))
EAST = area("12101", "Punta Arenas", shapely.box(-71, -54, -70, -53), "12", LonLat(-70.9, -53.16))
WEST = area("12102", "Laguna Blanca", shapely.box(-72, -54, -71, -53), "12", LonLat(-71.9, -52.3))
BLANK = area("12202", "Antártica", None, "12", LonLat(-62.2, -62.2), "approximate")
INDEX = AreaIndex([REGION, EAST, WEST, BLANK])
FLAT = AreaIndex([EAST, WEST])


def test_the_smallest_area_holds_the_point() -> None:
    assert INDEX.at(LonLat(-70.5, -53.5)) == "12101"
    assert INDEX.at(LonLat(-69.5, -53.5)) == "12"
    assert INDEX.at(LonLat(-60, -53.5)) is None
    assert INDEX.at(LonLat(-71, -53.5)) == "12101", "on the shared border the first code, always"


def test_the_coast_has_a_tolerance() -> None:
    sea = LonLat(-69.99, -53.5)  # 662 m east of the square
    assert FLAT.at(sea) is None
    assert FLAT.at(sea, Metres(600)) is None
    assert FLAT.at(sea, Metres(700)) == "12101"
    assert FLAT.at(LonLat(-70.99, -52.999), Metres(5000)) == "12101", "the nearest, not the first found"
    assert FLAT.at(LonLat(-71.01, -52.999), Metres(5000)) == "12102"


def test_in_bulk_as_one_by_one() -> None:
    random = np.random.default_rng(1)
    lons, lats = random.uniform(-78, -64, 500), random.uniform(-57, -47, 500)
    together = INDEX.at_many(lons, lats, Metres(20_000)).tolist()
    assert together == [
        INDEX.at(LonLat(lon, lat), Metres(20_000))
        for lon, lat in zip(lons.tolist(), lats.tolist(), strict=True)
    ]


def test_bulk_edges() -> None:
    assert INDEX.at_many(np.array([]), np.array([])).tolist() == []
    assert INDEX.at_many(np.array([np.nan]), np.array([-53.5]), Metres(10)).tolist() == [None]
    assert AreaIndex([]).at_many(np.array([-70.5]), np.array([-53.5]), Metres(10)).tolist() == [None]
    assert AreaIndex([BLANK]).at(LonLat(-62.2, -62.2)) is None, "a seat is not an area"
    with pytest.raises(AreaError, match="do not make positions"):
        INDEX.at_many(np.array([1.0]), np.array([]))


def test_distances_are_metres_not_degrees() -> None:
    east, north = LonLat(-69.9, -53.5), LonLat(-70.5, -52.9)
    assert INDEX.distance_outside("12101", east) == pytest.approx(6_614, rel=0.002)
    assert INDEX.distance_outside("12101", north) == pytest.approx(11_120, rel=0.01)
    assert INDEX.distance_outside("12101", LonLat(-70.5, -53.5)) == 0
    assert INDEX.distance_outside("12202", east) is None
    with pytest.raises(AreaError, match="no area"):
        INDEX.distance_outside("99", east)


@given(st.floats(-75, -66), st.floats(-58, -50))
def test_distance_against_a_walk_along_the_border(lon: float, lat: float) -> None:
    point = LonLat(lon, lat)
    outside = INDEX.distance_outside("12101", point)
    border = shapely.segmentize(EAST.polygon.exterior, 0.005)
    walked = min(great_circle(point, LonLat(x, y)) for x, y in border.coords)
    assert outside is not None
    if shapely.intersects_xy(EAST.polygon, lon, lat):
        assert outside == 0
    else:
        assert walked - 300 <= outside <= walked + 1


@given(st.floats(-85, 85), st.floats(0, 360), st.floats(100, 50_000))
def test_the_tolerance_is_round_at_every_latitude(lat: float, bearing: float, metres: float) -> None:
    """A small square seen from any side: inside the tolerance when nearer, outside when farther."""
    square = AreaIndex([area("1", "Cuadra", shapely.box(-0.0001, lat - 0.0001, 0.0001, lat + 0.0001))])
    turn, rise = math.sin(math.radians(bearing)), math.cos(math.radians(bearing))
    degrees = metres / 111_195
    point = LonLat(turn * degrees / math.cos(math.radians(lat)), max(-90, min(90, lat + rise * degrees)))
    outside = square.distance_outside("1", point)
    assert outside is not None
    assert square.at(point, Metres(outside + 1)) == "1"
    if outside > 2:
        assert square.at(point, Metres(outside - 1)) is None


def test_names() -> None:
    twice = AreaIndex(
        [
            area("1", "Región Uno"),
            area("2", "Región Dos"),
            area("101", "Santa María", parent="1"),
            area("201", "Sta. Maria", parent="2"),
            area("301", "Peñaflor", parent="9"),
        ],
        Spelling(prefixes=("comuna de",), abbreviations={"Sta.": "Santa"}),
    )
    assert twice.by_name("SANTA MARIA") == ("101", "201")
    assert twice.by_name("Comuna de Sta María", parent="2") == ("201",)
    assert twice.by_name("penaflor", parent="9") == ("301",)
    assert twice.by_name("penaflor", parent="1") == ()
    assert twice.by_name("Atlantis") == ()
    assert twice.ancestors("101") == ("1",)
    assert len(twice) == 5
    assert "101" in twice
    assert {one.code for one in twice} == {"1", "2", "101", "201", "301"}


@pytest.mark.parametrize(
    ("areas", "reason"),
    [
        ([EAST, EAST], "twice"),
        ([area("1", "Línea", shapely.LineString([(0, 0), (1, 1)]))], "not a polygon"),
        ([area("1", "Vacía", shapely.Polygon())], "not a polygon"),
        ([area("1", "Metros", shapely.box(346_000, 6_290_000, 347_000, 6_291_000))], "not in degrees"),
        ([area("1", "Lazo", shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))], "invalid"),
    ],
)
def test_areas_that_cannot_be_used(areas: list[Area], reason: str) -> None:
    with pytest.raises(AreaError, match=reason):
        AreaIndex(areas)


def test_circles_of_parents_are_told() -> None:
    with pytest.raises(AreaError, match="own ancestor"):
        AreaIndex([area("1", "Uno", parent="2"), area("2", "Dos", parent="1")]).ancestors("1")


def test_seats() -> None:
    assert INDEX.distance_to_seat("12101", LonLat(-70.9, -53.16)) == 0
    assert INDEX.distance_to_seat("12", LonLat(-70.9, -53.16)) is None
    assert nearest_seat(list(INDEX), LonLat(-70.9, -53.2)) == ("12101", pytest.approx(4_448, rel=0.01))
    assert nearest_seat([REGION], LonLat(-70.9, -53.2)) is None


@pytest.mark.parametrize(
    ("code", "width", "padded"),
    [
        ("1101", 5, "01101"),
        (1101, 5, "01101"),
        ("13101", 5, "13101"),
        ("1101.0", 5, "01101"),
        (" 9 ", 2, "09"),
    ],
)
def test_codes_get_their_zero_back(code: str | int, width: int, padded: str) -> None:
    assert pad_code(code, width) == padded


@pytest.mark.parametrize("code", ["", "101", "131011", "1a01", "-1101", "1.5", "١١٠١"])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(AreaError, match="not a code of 5 digits"):
        pad_code(code, 5)


def test_threads_share_an_index() -> None:
    index = AreaIndex(
        [area(str(n), f"Área {n}", shapely.Point(n, 0).buffer(0.4, quad_segs=500)) for n in range(50)]
    )
    lons, lats = np.tile(np.arange(50.0), 200), np.zeros(10_000)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: index.at_many(lons, lats).tolist(), range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][:3] == ["0", "1", "2"]
