"""What is read of streets from a map file, and the file of a network that holds it."""

import gzip
import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import NetworkError
from geo.osm_streets import write_streets
from geo.road_build import build_network, silent
from geo.road_graph import read_manifest
from geo.street_file import LONGEST_NAME, MAIN, STREETS, MainRoad, StreetPiece, clean_name, read_streets
from tests.geo.osm_text import STREET, TOWN, Way, default_profile, line, osm_file

NAMED = STREET | {"name": "Calle Larga"}


def read(folder: Path, ways: list[Way]) -> list[MainRoad | StreetPiece]:
    """What is kept of these ways over four nodes in a row."""
    write_streets(osm_file(folder / "town.osm", line(1, 2, 3, 4), ways), folder, silent)
    return list(read_streets(folder))


def test_main_roads_keep_their_line_and_streets_their_place(tmp_path: Path) -> None:
    road, street = read(tmp_path, [([1, 2, 3, 4], {"highway": "primary"}), ([1, 2, 3], NAMED)])
    assert isinstance(road, MainRoad)
    assert road.road_class == "primary"
    assert len(road.line) == 2  # nodes in a row are two corners
    assert isinstance(street, StreetPiece)
    assert street.name == "Calle Larga"
    west, south, east, north = street.box
    assert west <= street.point[0] <= east
    assert south <= street.point[1] <= north
    assert (east - west) + (north - south) > 0.005


def test_a_named_main_road_is_both(tmp_path: Path) -> None:
    found = read(tmp_path, [([1, 2], {"highway": "trunk", "name": "Ruta 5 Sur"})])
    assert [type(one) for one in found] == [MainRoad, StreetPiece]


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "proposed", "name": "Calle Larga"},
        {"highway": "cycleway", "name": "Ciclovía"},
        {"highway": "primary_link"},
        {"highway": "residential", "name": " .,- "},
        {"waterway": "river", "name": "Río Viejo"},
    ],
)
def test_what_is_no_address_is_left_out(tmp_path: Path, tags: dict[str, str]) -> None:
    assert read(tmp_path, [([1, 2], tags)]) == []


def test_ways_that_the_extract_cuts(tmp_path: Path) -> None:
    found = read(tmp_path, [([1, 99], NAMED), ([1, 2, 99], NAMED), ([1], {"highway": "motorway"})])
    assert [type(one) for one in found] == [StreetPiece]


def test_the_same_map_gives_the_same_file_and_the_manifest_tells_it(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        build_network(TOWN, folder, name="Comarca", profile=default_profile())
    assert (one / STREETS).read_bytes() == (other / STREETS).read_bytes()
    told = read_manifest(one)["streets"]
    found = list(read_streets(one))
    assert told["roads"] == sum(isinstance(row, MainRoad) for row in found) == 11
    assert told["pieces"] == len(found) - 11
    assert {row.road_class for row in found if isinstance(row, MainRoad)} <= set(MAIN)


def test_a_network_without_the_file_has_none(tmp_path: Path) -> None:
    assert list(read_streets(tmp_path)) == []


@pytest.mark.parametrize(
    "row",
    [
        "{",
        "[]",
        "{}",
        "null",
        '["road","primary",1,2,3]',
        '["road","alley",1,2,3,4]',
        '["road","primary",1,"x",3,4]',
        '["name","Calle",1,2,3]',
        '["name",5,1,2,3,4,5,6]',
        '["else","Calle",1,2,3,4,5,6]',
    ],
)
def test_damage_is_told_with_the_file(tmp_path: Path, row: str) -> None:
    file = tmp_path / STREETS
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.write(row + "\n")
    with pytest.raises(NetworkError, match="build the network again") as told:
        list(read_streets(tmp_path))
    assert str(file) in str(told.value)


def test_a_map_that_cannot_be_read(tmp_path: Path) -> None:
    broken = tmp_path / "broken.osm.pbf"
    shutil.copy(TOWN, broken)
    with pytest.raises(NetworkError, match="broken"):
        write_streets(broken, tmp_path, silent)


@given(st.text(max_size=300))
def test_names_are_one_line_that_can_be_seen(text: str) -> None:
    name = clean_name(text)
    assert len(name) <= LONGEST_NAME
    assert name == name.strip()
    assert clean_name(name) == name
    assert all(one == " " or one.isprintable() for one in name)
    json.dumps(name).encode()
