"""People: census blocks, zones without geometry, grids. Every person of a file is counted or told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from directory.settings import Settings
from importers.areas import load_country
from importers.errors import ImportFileError
from importers.population import load_population

Write = Callable[[str, bytes | str], Path]


@pytest.fixture(scope="module")
def country(module_engine: Engine) -> Engine:
    load_country(module_engine, Settings())
    return module_engine


def people(engine: Engine, dataset: str) -> tuple[float, int, int]:
    """People, cells, and cells with a point."""
    with engine.connect() as connection:
        statement = (
            "select coalesce(sum(people), 0), count(*), count(geog) from population where dataset = :name"
        )
        found = connection.execute(text(statement), {"name": dataset}).one()
    return float(found[0]), int(found[1]), int(found[2])


def test_a_grid_by_points(country: Engine, write: Write) -> None:
    file = write("grid.csv", "id,lon,lat,population\na,-70.65,-33.45,10\nb,-70.60,-33.40,2.5\n")
    report = load_population(country, file, name="grid", year=2020)
    assert report.stored.changes.inserted == 2
    assert people(country, "grid") == (12.5, 2, 2)
    assert load_population(country, file, name="grid", year=2020).stored.changes.total == 0
    smaller = write("grid.csv", "id,lon,lat,population\na,-70.65,-33.45,11\n")
    changes = load_population(country, smaller, name="grid", year=2020).stored.changes
    assert (changes.inserted, changes.updated, changes.deleted) == (0, 1, 1)
    with country.connect() as connection:
        assert connection.scalar(text("select area_code from population where dataset = 'grid'")) == "13101"


def test_rows_of_one_zone_add_up_and_stay_without_a_point(country: Engine, write: Write) -> None:
    file = write(
        "z.csv", "geocodigo,edad,poblacion\n01101011001,0 a 5,10\n01101011001,6 a 14,5\n1101011002,x,1\n"
    )
    report = load_population(country, file, name="zones", year=2017)
    assert (report.stored.cells, report.stored.people) == (3 - 1, 16)
    assert (report.stored.cells_without_point, report.stored.people_without_point) == (2, 16)
    with country.connect() as connection:
        codes = connection.scalars(text("select distinct area_code from population where dataset = 'zones'"))
        assert "01101" in set(codes)


def test_rows_without_people_are_told(country: Engine, write: Write) -> None:
    file = write("g.csv", "id,lon,lat,population\na,-70,-33,ten\nb,-70,-33,-4\nc,-70,-33,\nd,-70,-33,7\n")
    report = load_population(country, file, name="odd", year=2020)
    assert (report.rows, report.refused_rows) == (4, (2, 3, 4))
    assert people(country, "odd") == (7.0, 1, 1)
    assert any("2, 3, 4" in line for line in report.lines())


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("g.csv", "id,lon,lat\na,-70,-33\n", "títulos"),
        ("g.csv", "id,population\na,x\n", "ninguna fila trae personas"),
        ("g.geojson", '{"type": "FeatureCollection", "features": []}', "columna de personas"),
        ("g.zip", b"PK\x05\x06" + bytes(18), "shp"),
    ],
)
def test_a_file_without_people_is_refused(
    country: Engine, write: Write, name: str, content: bytes | str, told: str
) -> None:
    with pytest.raises(ImportFileError, match=told):
        load_population(country, write(name, content), name="none", year=2020)
    assert people(country, "none") == (0.0, 0, 0)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "count", "blocks"), [("censo2017_R15", 223_684, 2_839), ("censo2017_R03", 284_179, 4_566)]
)
def test_real_census_blocks(country: Engine, shared_data: Path, name: str, count: int, blocks: int) -> None:
    file = shared_data / "population" / f"{name}.zip"
    report = load_population(country, file, name=name, year=2017)
    assert report.stored.people_without_area == 0
    assert people(country, name) == (count, blocks, blocks)
    assert load_population(country, file, name=name, year=2017).stored.changes.total == 0


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "count", "cells"),
    [("censo_2017_zonas", 16_788_841, 16_053), ("censo_2017_comunas", 17_574_003, 346)],
)
def test_real_people_without_geometry_are_counted(
    country: Engine, shared_data: Path, name: str, count: int, cells: int
) -> None:
    report = load_population(country, shared_data / "population" / f"{name}.csv", name=name, year=2017)
    assert report.stored.people_without_point == count
    assert report.stored.cells_without_area == 0
    assert people(country, name) == (count, cells, 0)


@pytest.mark.real_data
def test_a_real_hexagon_grid_elsewhere(country: Engine, shared_data: Path) -> None:
    file = shared_data / "osm" / "r5r_poa_hexgrid.csv"
    report = load_population(country, file, name="poa", year=2010)
    assert (report.stored.people, report.stored.cells_without_area) == (812_935, 1_227)
