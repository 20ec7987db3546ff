"""Tiles of our own areas, how they are served, and the small map for print."""

import math
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.dependencies import get_reading
from directory.db import reading, transaction
from directory.drawings import level_of
from directory.errors import NotFoundError
from directory.settings import ROOT, Settings
from directory.svg_map import svg_map
from directory.tiles import COMUNAS_FROM, MAX_ZOOM, tile
from geo.points import LonLat
from importers.areas import load_areas, load_country
from web.tiles import router

SANTIAGO = LonLat(-70.65, -33.457)
SHAPES = ROOT.parent / "shared" / "data" / "admin" / "chilemapas_comunas_345.geojson"


@pytest.fixture(scope="module")
def country(module_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Chile with one official comuna, a square around Santiago."""
    load_country(module_engine, Settings())
    ring = [[-70.8, -33.6], [-70.5, -33.6], [-70.5, -33.3], [-70.8, -33.3], [-70.8, -33.6]]
    file = tmp_path_factory.mktemp("areas") / "one.geojson"
    file.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"cut":"13101"},'
        f'"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}]}}'
    )
    load_areas(module_engine, file)
    return module_engine


@pytest.fixture
def asking(country: Engine) -> Iterator[Session]:
    with reading(country) as session:
        yield session


@pytest.fixture
def client(country: Engine) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(router)

    def in_country() -> Iterator[Session]:
        with reading(country) as session:
            yield session

    def missing(request: object, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 404)

    app.dependency_overrides[get_reading] = in_country
    app.add_exception_handler(NotFoundError, missing)
    with TestClient(app) as client:
        yield client


def at(point: LonLat, z: int) -> tuple[int, int, int]:
    turn = math.asinh(math.tan(math.radians(point.lat))) / math.pi
    return z, int((point.lon + 180) / 360 * 2**z), int((1 - turn) / 2 * 2**z)


def layers(content: bytes) -> list[str]:
    """Names of the layers of a tile: field 3 of the tile, field 1 of the layer."""
    names, place = [], 0
    while place < len(content):
        assert content[place] == 0x1A
        length, place = varint(content, place + 1)
        layer = content[place : place + length]
        start = layer.index(b"\x0a") + 1
        size, start = varint(layer, start)
        names.append(layer[start : start + size].decode())
        place += length
    return names


def varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (content[place] & 0x7F) << shift
        shift, place = shift + 7, place + 1
        if content[place - 1] < 0x80:
            return value, place


@pytest.mark.parametrize("z", range(4, MAX_ZOOM + 1))
def test_land_lies_below_the_official_areas(asking: Session, z: int) -> None:
    # Layers stand in the order they are drawn in; approximate comunas are not drawn.
    content = tile(asking, "areas", *at(SANTIAGO, z))
    assert layers(content) == ["land", "areas"]
    assert b"13101" in content
    assert b"13120" not in content


@pytest.mark.parametrize("z", range(MAX_ZOOM + 1))
def test_who_colours_comunas_has_them_at_every_zoom(asking: Session, z: int) -> None:
    figures, base = (tile(asking, layer, *at(SANTIAGO, z)) for layer in ("figures", "base"))
    kinds = b"comuna"  # of an area, as the tile says it
    assert (kinds in figures, kinds in base) == (True, z >= COMUNAS_FROM)
    assert (figures == base) == (z >= COMUNAS_FROM)


def test_each_layer_and_the_sea(asking: Session) -> None:
    assert layers(tile(asking, "outline", *at(SANTIAGO, 6))) == ["land"]
    names = tile(asking, "places", *at(SANTIAGO, 6))
    assert layers(names) == ["places"]
    assert b"Puente Alto" in names
    assert "Peñaflor".encode() in tile(asking, "places", *at(LonLat(-70.89, -33.61), 9))
    assert tile(asking, "areas", *at(LonLat(-120, 10), 6)) == b""


def test_rapa_nui_is_on_the_map(asking: Session) -> None:
    assert layers(tile(asking, "outline", *at(LonLat(-109.35, -27.12), 8))) == ["land"]


@pytest.mark.parametrize(
    ("layer", "z", "x", "y"),
    [
        ("offers", 1, 0, 0),
        ("", 1, 0, 0),
        ("areas", -1, 0, 0),
        ("areas", 13, 0, 0),
        ("areas", 1, 2, 0),
        ("areas", 1, 0, -1),
    ],
)
def test_tiles_that_do_not_exist(asking: Session, layer: str, z: int, x: int, y: int) -> None:
    with pytest.raises(NotFoundError):
        tile(asking, layer, z, x, y)


def test_levels_follow_the_zoom() -> None:
    assert [level_of(z) for z in (0, 5, 6, 8, 9, 12)] == [0, 0, 1, 1, 2, 2]


def test_a_tile_is_served_once_and_then_known(client: TestClient) -> None:
    z, x, y = at(SANTIAGO, 8)
    address = f"/teselas/areas/{z}/{x}/{y}.pbf"
    first = client.get(address)
    assert (first.status_code, first.headers["content-type"]) == (200, "application/vnd.mapbox-vector-tile")
    assert first.headers["cache-control"] == "public, max-age=86400"
    mark = first.headers["etag"]
    for known in (mark, f"W/{mark}", f'"other", {mark}'):
        again = client.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark)
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_empty_tile_has_no_content(client: TestClient) -> None:
    answer = client.get("/teselas/areas/8/1/1.pbf")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/teselas/nada/1/0/0.pbf", 404), ("/teselas/areas/1/2/0.pbf", 404),
        ("/teselas/areas/99/0/0.pbf", 422),
        ("/teselas/areas/1/-1/0.pbf", 422), ("/teselas/areas/1/99999999999999999999/0.pbf", 422),
        ("/teselas/areas/1/0/0", 404), ("/teselas/areas%00/1/0/0.pbf", 404),
        ("/teselas/areas/x/0/0.pbf", 422),
    ],
)  # fmt: skip
def test_wrong_addresses(client: TestClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_the_small_map_numbers_its_places(asking: Session) -> None:
    drawn = svg_map(asking, [(1, SANTIAGO), (2, LonLat(-70.6, -33.4))], 600, 300, title='<b>"x" & y</b>')
    tree = ElementTree.fromstring(drawn)
    name = {"svg": "http://www.w3.org/2000/svg"}
    assert tree.findtext("svg:title", namespaces=name) == '<b>"x" & y</b>'
    assert [pin.findtext("svg:text", namespaces=name) for pin in tree.iterfind("svg:g", name)][1:] == [
        "2",
        "1",
    ]
    for circle in tree.iter("{http://www.w3.org/2000/svg}circle"):
        assert 0 < float(circle.attrib["cx"]) < 600
        assert 0 < float(circle.attrib["cy"]) < 300
    assert tree.find(".//svg:path[@class='svg-area']", name) is not None
    assert "style=" not in drawn
    assert len(drawn) < 10_000


def test_the_small_map_of_nothing_or_of_far_places(asking: Session) -> None:
    assert svg_map(asking, []) == ""
    far = svg_map(asking, [(1, LonLat(-109.4, -27.1)), (2, LonLat(-70.9, -53.2)), (3, LonLat(0, 90))])
    ElementTree.fromstring(far)
    assert "svg-land" in far


@pytest.mark.real_data
def test_real_tiles_are_small(own_engine: Engine) -> None:
    if not Path(SHAPES).is_file():
        pytest.skip(f"the real polygons are not at {SHAPES}")
    load_country(own_engine, Settings())
    load_areas(own_engine, SHAPES)
    with transaction(own_engine) as session:
        sizes = [len(tile(session, "areas", *at(SANTIAGO, z))) for z in range(MAX_ZOOM + 1)]
    assert 0 < max(sizes) < 100_000
