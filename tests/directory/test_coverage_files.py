"""Coverage as files: read back with the tools that people open them with, figure by figure."""

import csv
import json
import sqlite3
import xml.etree.ElementTree as xml
from contextlib import closing
from dataclasses import replace
from datetime import date, time
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import geopandas
import pyogrio
import pytest
import shapely

from directory.coverage_files import FORMATS, FileParts, write_file
from directory.coverage_terms import (
    AreaHead,
    Basis,
    CellFigures,
    CoverageMethod,
    CoverageQuery,
    CoverageReport,
    Head,
)
from directory.eligibility import Person
from directory.supply import Provider
from geo.points import LonLat
from geo.travel import OFF_ROAD, NetworkFacts
from geo.units import Minutes

OFFER = UUID(int=7)
QUERY = CoverageQuery(
    minutes=30, needs=("treatment",), day=date(2026, 12, 1), open_at=time(17), person=Person(age=30)
)
NETWORK = NetworkFacts("abc123", "comarca", date(2026, 1, 5), "ODbL")
BASIS = Basis(
    CoverageMethod.NETWORK, "censo", "Censo de prueba", 2024, True, 1000.5, 20.0, 30.0, 5.0, 3, 2, 1, 1,
    date(2026, 11, 1), NETWORK, ("INE", "OSM"),
)  # fmt: skip
HOSTILE = '=HYPERLINK("http://x")'
COMUNAS = (
    AreaHead("07101", "Talca", "Talca", Head(800.25, 600.125, 0.75, 0.75), 12.5, "Centro", 9.25, 0.5),
    AreaHead("07102", HOSTILE, "Talca", Head(200.25, 0.0, 0.0, 0.0)),
    AreaHead("", "Sin territorio conocido", None, Head(0.0, 0.0, None, None)),
)
REPORT = CoverageReport(
    QUERY, BASIS, Head(1000.5, 600.125, 0.6, 0.6), ((5, 0.1, 0.1),), COMUNAS, (), COMUNAS[:1], (), (), 0.25
)
CELLS = (
    CellFigures("block", "1-1", "07101", LonLat(-71.65, -35.42), 800.25, 600.125, 9.25, OFFER),
    CellFigures("entity", "2-'1", None, LonLat(-71.123456789, -35.5), 200.25, None, None, None),
)
OFFERS = (
    Provider(
        OFFER, "Centro <b>", "treatment", LonLat(-71.66, -35.43), OFF_ROAD, "07101", False, "yes", None,
        Minutes(15.0), None,
    ),
    Provider(
        None, "@stop", "scenario", LonLat(-71.5, -35.4), OFF_ROAD, None, True, "missing", (), Minutes(15.0), 8.0
    ),
)  # fmt: skip
SHAPE = shapely.multipolygons([shapely.box(-71.8, -35.6, -71.5, -35.3)])
PARTS = FileParts(REPORT, CELLS, OFFERS, {"07101": shapely.to_wkb(SHAPE)})


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "coverage.gpkg"
    path.write_bytes(write_file(".gpkg", PARTS))
    return path


def sheet(parts: FileParts) -> list[dict[str, str]]:
    written = write_file(".csv", parts)
    assert written.startswith(b"\xef\xbb\xbf")  # or spreadsheets show Ã± for ñ
    return list(csv.DictReader(StringIO(written.decode("utf-8-sig"), newline="")))


def table(package: Path, name: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(package)) as file:
        return list(file.execute(f'select * from "{name}"'))


def test_csv_holds_every_figure_with_its_basis() -> None:
    rows = sheet(PARTS)
    assert [(row["level"], row["code"]) for row in rows] == [
        ("all", ""), ("region", "07101"), ("comuna", "07101"), ("comuna", "07102"), ("comuna", ""),
    ]  # fmt: skip
    talca = rows[2]
    assert [float(talca[name]) for name in ("people", "covered", "left_out", "share_low", "median_minutes")] == [
        800.25, 600.125, 200.125, 0.75, 12.5,
    ]  # fmt: skip
    for row in rows:
        told = {name: row[name] for name in ("dataset", "year", "network_on", "offers_on", "day", "minutes")}
        assert list(told.values()) == ["censo", "2024", "2026-01-05", "2026-11-01", "2026-12-01", "30"]
        assert (row["demonstration"], row["mode"], row["open_at"], row["method"]) == (
            "true", "car", "17:00", "network",
        )  # fmt: skip
        assert json.loads(row["person"])["age"] == 30


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"])
def test_no_cell_of_the_csv_is_run_by_a_spreadsheet(name: str) -> None:
    hostile = replace(REPORT, comunas=(replace(COMUNAS[0], name=name, nearest=name),))
    rows = sheet(replace(PARTS, report=hostile))
    assert (rows[2]["name"], rows[2]["nearest"]) == (f"'{name}", f"'{name}")


def test_estimates_have_bounds_and_no_heads() -> None:
    bounds = replace(REPORT, total=Head(10.0, None, 0.25, 0.75), comunas=())
    row = sheet(replace(PARTS, report=bounds))[0]
    assert (row["covered"], row["left_out"], row["share_low"], row["share_high"]) == ("", "", "0.25", "0.75")


def test_geojson_is_points_of_cells_with_the_basis() -> None:
    document = json.loads(write_file(".geojson", PARTS))
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document  # RFC 7946: always WGS 84
    assert document["basis"]["network_on"] == "2026-01-05"
    assert document["total"]["covered"] == 600.125
    first, second = document["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [-71.65, -35.42]}
    assert first["properties"]["minutes"] == 9.25
    assert first["properties"]["nearest"] == str(OFFER)
    assert second["geometry"]["coordinates"] == [-71.123457, -35.5]
    assert (second["properties"]["covered"], second["properties"]["area_code"]) == (None, None)


def test_geopackage_layers_have_the_same_figures(package: Path) -> None:
    assert {name: kind for name, kind in pyogrio.list_layers(package)} == {
        "comunas": "MultiPolygon", "cells": "Point", "offers": "Point", "basis": None, "layer_styles": None,
    }  # fmt: skip
    comunas = geopandas.read_file(package, layer="comunas")
    assert comunas.crs.to_epsg() == 4326
    assert list(comunas["code"]) == ["07101", "07102"]
    assert list(comunas["name"]) == ["Talca", HOSTILE]
    assert list(comunas["covered"]) == [600.125, 0.0]
    assert comunas.geometry[0].equals(SHAPE)
    assert comunas.geometry[1] is None
    cells = geopandas.read_file(package, layer="cells")
    assert list(cells["people"]) == [800.25, 200.25]
    assert list(cells["minutes"].isna()) == [False, True]
    assert cells["share"][0] == pytest.approx(600.125 / 800.25)
    assert [(point.x, point.y) for point in cells.geometry] == [
        (one.point.lon, one.point.lat) for one in CELLS
    ]
    offers = geopandas.read_file(package, layer="offers")
    assert list(offers["name"]) == ["Centro <b>", "@stop"]
    assert list(offers["mobile"]) == [False, True]
    assert list(offers["hours_known"]) == [False, True]


def test_geopackage_tells_what_its_figures_stand_on(package: Path) -> None:
    basis = {fact: value for _, fact, value in table(package, "basis")}
    assert basis["dataset_title"] == "Censo de prueba"
    assert (basis["year"], basis["people_off_network"], basis["minutes"]) == ("2024", "30.0", "30")
    assert (basis["network_on"], basis["needs"], basis["scenario"]) == ("2026-01-05", "treatment", None)


def test_geopackage_opens_with_a_style_for_each_layer(package: Path) -> None:
    with closing(sqlite3.connect(package)) as file:
        styles = list(
            file.execute("select f_table_name, f_geometry_column, styleQML, useAsDefault from layer_styles")
        )
        columns = {
            layer: {row[1] for row in file.execute(f'pragma table_info("{layer}")')} for layer, *_ in styles
        }
        listed = {row[0] for row in file.execute("select table_name from gpkg_contents")}
    assert [layer for layer, *_ in styles] == ["comunas", "cells", "offers"]
    assert {"basis", "layer_styles"} <= listed
    for layer, geometry, qml, default in styles:
        assert geometry in columns[layer]
        assert default
        renderer = xml.fromstring(qml).find("renderer-v2")
        assert renderer is not None
        attribute = renderer.get("attr")
        assert attribute is None or attribute in columns[layer]
        assert renderer.findall(".//symbol")


@pytest.mark.parametrize("suffix", FORMATS)
def test_nothing_to_tell_is_a_file_still(suffix: str) -> None:
    empty = replace(REPORT, comunas=(), regions=(), total=Head(0.0, 0.0, None, None))
    assert write_file(suffix, FileParts(empty, (), (), {}))
