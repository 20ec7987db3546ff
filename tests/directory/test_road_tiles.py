"""Main roads in the tiles of the map: by zoom, generalised, within the tile that the map asks for anyway."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.db import reading
from directory.networks import refresh_networks
from directory.road_drawings import LEVELS, SHOWN_FROM, road_level, shown_classes
from directory.settings import Settings
from directory.svg_map import svg_area
from directory.tiles import MAX_ZOOM, tile
from geo.points import LonLat
from geo.reach_area import without_gaps
from geo.street_file import MAIN
from importers.areas import load_country
from tests.directory.test_tiles import layers
from tests.geo.osm_text import Node, Way, osm_file
from tests.roads import app_with, install

TOWN = LonLat(-71.65, -35.42)
# Each class as a road of two hundred kilometres through the town, with a bend of ten metres every half kilometre.
STEP, STEPS = 0.005, 400


def bendy() -> tuple[list[Node], list[Way]]:
    """Roads from west to east, a hundred metres from each other."""
    nodes: list[Node] = []
    ways: list[Way] = []
    for row, name in enumerate(MAIN):
        ids = range(row * 1000 + 1, row * 1000 + STEPS + 2)
        nodes += [
            (id_, TOWN.lon + (at - STEPS / 2) * STEP, TOWN.lat + row * 0.001 + 0.0001 * (at % 2))
            for at, id_ in enumerate(ids)
        ]
        ways += [([one, one + 1], {"highway": name, "name": f"Ruta {row}"}) for one in ids[:-1]]
    return nodes, ways


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bendy")
    return install(place / "networks", roads=osm_file(place / "bendy.osm", *bendy()), tiles=False)


@pytest.fixture(scope="module")
def country(module_engine: Engine, folder: Path) -> Engine:
    load_country(module_engine, Settings())
    assert refresh_networks(module_engine, Settings(networks=folder)).faults == ()
    return module_engine


@pytest.fixture
def asking(country: Engine) -> Iterator[Session]:
    with reading(country) as session:
        yield session


def at(z: int) -> tuple[int, int, int]:
    """The tile of the town."""
    turn = math.asinh(math.tan(math.radians(TOWN.lat))) / math.pi
    return z, int((TOWN.lon + 180) / 360 * 2**z), int((1 - turn) / 2 * 2**z)


@pytest.mark.parametrize("z", range(MAX_ZOOM + 1))
def test_each_zoom_has_the_classes_that_it_can_show(asking: Session, z: int) -> None:
    content = tile(asking, "roads", *at(z))
    shown = [name for name in MAIN if name.encode() in content]
    assert shown == [name for name in MAIN if SHOWN_FROM.get(name, z + 1) <= z]
    assert layers(tile(asking, "base", *at(z))) == [
        *layers(tile(asking, "areas", *at(z))),
        *(["roads"] if shown else []),
        *layers(tile(asking, "places", *at(z))),
    ]
    assert shown_classes(z) == shown[::-1]  # the largest lies on top


def test_levels_cover_the_zooms_and_each_is_lighter_than_the_next(asking: Session) -> None:
    assert [road_level(z) for z in (0, 5, 6, 8, 9, 11, 12)] == [0, 0, 1, 1, 2, 2, 3]
    assert max(deepest for deepest, _ in LEVELS.values()) == MAX_ZOOM
    corners = [
        asking.scalar(
            text(
                "select sum(ST_NPoints(shape)) from base_road where level = :level and road_class = 'motorway'"
            ),
            {"level": level},
        )
        for level in LEVELS
    ]
    assert corners[:2] == [corners[0]] * 2 == [2, 2]  # four hundred ways are one straight line
    assert corners[3] > STEPS > corners[2]
    assert asking.scalar(text("select max(ST_NPoints(shape)) from base_road")) <= 128


def test_nothing_where_there_is_no_network(asking: Session) -> None:
    z, x, y = at(12)
    assert tile(asking, "roads", z, x, y + 20) == b""


def test_tiles_change_with_the_network(country: Engine, folder: Path) -> None:
    z, x, y = at(12)
    path = f"/teselas/base/{z}/{x}/{y}.pbf"
    with TestClient(app_with(country, folder, Settings(horizon_days=7))) as client:
        first = client.get(path)
        assert first.headers["cache-control"] == "public, max-age=86400"
        mark = first.headers["etag"]
        assert client.get(path, headers={"If-None-Match": mark}).status_code == 304
        assert client.get(f"/teselas/roads/{z}/{x}/{y}.pbf").content in first.content


def test_the_drawing_of_an_area_has_the_roads(asking: Session) -> None:
    around = shapely.Point(TOWN.lon, TOWN.lat).buffer(0.02)
    drawn = svg_area(asking, without_gaps(around), TOWN, title='<b>"x"</b>')
    assert drawn.count('class="svg-road"') == len(SHOWN_FROM) == 4
    assert drawn.count('class="svg-reach"') == 1
    assert "<b>" not in drawn
    two = shapely.MultiPolygon([around, shapely.box(-71.8, -35.5, -71.7, -35.4)])
    assert svg_area(asking, two, TOWN, title="x").count("Z") == 2
