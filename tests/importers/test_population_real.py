"""The census as it is published: blocks, zones with polygons elsewhere, comunas, and a hexagon grid."""

import csv
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from sqlalchemy import Engine

from importers.population import LoadOptions, load_population
from tests.importers.population_world import (  # noqa: F401
    Load,
    Write,
    boxes,
    geojson,
    made_country,
    made_load,
    people,
    read,
)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "blocks", "entities"),
    [("censo2017_R15", (2_418, 204_848), (421, 18_836)), ("censo2017_R03", (3_928, 258_549), (638, 25_630))],
)
def test_real_census_blocks(
    country: Engine, shared_data: Path, name: str, blocks: tuple[int, int], entities: tuple[int, int]
) -> None:
    file = shared_data / "population" / f"{name}.zip"
    report = load_population(country, file, name=name, year=2017)
    assert (report.stored.people_without_area, report.problems) == (0, ())
    found = read(country, name)
    kinds = np.array(found.cells.kinds)
    for kind, expected in (("block", blocks), ("rural_entity", entities)):
        assert ((kinds == kind).sum(), found.cells.people[kinds == kind].sum()) == expected
    assert found.weights().sum() == pytest.approx(blocks[1] + entities[1])
    assert {(kind, living) for kind, living in zip(kinds, found.cells.settlements, strict=True)} == {
        *(("block", "urban"), ("rural_entity", "rural"))
    }
    assert {area[:2] for area in found.cells.areas if area} == {name[-2:]}
    # Every sample lies in the polygon of its cell, as the file draws it.
    for layer, kind in (("ENTIDAD_IND_C17", "rural_entity"), ("MANZANA_IND_C17", "block")):
        frame = pyogrio.read_dataframe(f"/vsizip/{file}/{layer}.shp").to_crs(4326).set_index("MANZENT_I")
        cells = np.flatnonzero(kinds[found.cell] == kind)
        codes = [found.cells.codes[found.cell[one]].lstrip("0") for one in cells]
        points = shapely.points(found.samples.lons[cells], found.samples.lats[cells])
        apart = shapely.distance(points, shapely.make_valid(frame.geometry.loc[codes].to_numpy()))
        assert apart.max() < 1e-6
    assert np.bincount(found.cell).max() <= 16


@pytest.mark.real_data
def test_real_zones_with_their_polygons_in_other_files(country: Engine, shared_data: Path) -> None:
    folder = shared_data / "population"
    shapes = sorted((folder / "zonas_urbanas").glob("*.geojson"))
    report = load_population(
        country,
        folder / "censo_2017_zonas.csv",
        name="zonas",
        year=2017,
        options=LoadOptions(shapes=shapes),
    )
    assert (report.stored.people, report.stored.people_without_area) == (16_788_841, 0)
    assert (report.stored.cells_without_point, report.stored.people_without_point) == (11_195, 2_019_972)
    assert sum(one.people for one in report.without_point) == 2_019_972
    found = read(country, "zonas")
    assert found.weights().sum() == pytest.approx(14_768_869)
    with (folder / "censo_2017_zonas.csv").open(encoding="utf-8") as handle:
        old = sum(int(row["poblacion"]) for row in csv.DictReader(handle) if row["edad"] == "65 y mas")
    assert found.facts.bands["65+"] == old
    assert set(found.facts.bands) == {"0-5", "6-14", "15-64", "65+"}


@pytest.mark.real_data
def test_real_people_without_geometry_are_counted(country: Engine, shared_data: Path) -> None:
    report = load_population(country, shared_data / "population/censo_2017_comunas.csv", name="c", year=2017)
    assert report.stored.people_without_point == 17_574_003
    assert report.stored.cells_without_area == 0
    assert people(country, "c") == (17_574_003, 346, 0)
    facts = read(country, "c").facts
    assert facts.bands["women"] + facts.bands["men"] == 17_574_003
    assert len(facts.bands) == 2 + 21 + 42


@pytest.mark.real_data
def test_a_real_hexagon_grid_elsewhere(country: Engine, shared_data: Path) -> None:
    file = shared_data / "osm" / "r5r_poa_hexgrid.csv"
    report = load_population(country, file, name="poa", year=2010)
    assert (report.stored.people, report.stored.cells_without_area) == (812_935, 1_227)
    found = read(country, "poa")
    assert (set(found.cells.kinds), len(found.samples)) == ({"h3"}, 1_227)
