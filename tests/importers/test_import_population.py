"""People: census blocks, zones, grids, points. Every person of a file is counted once, or told."""

import csv
from pathlib import Path

import h3
import pytest
import shapely
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from cercana import cli
from directory.errors import NotFoundError
from importers.errors import ImportFileError
from importers.population import load_population
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


def test_a_grid_by_points(country: Engine, write: Write) -> None:
    file = write("grid.csv", "id,lon,lat,population\na,-70.65,-33.45,10\nb,-70.60,-33.40,2.5\n")
    report = load_population(country, file, name="grid", year=2020)
    assert report.stored.changes.inserted == 2
    assert people(country, "grid") == (12.5, 2, 2)
    assert load_population(country, file, name="grid", year=2020).stored.changes.total == 0
    smaller = write("grid.csv", "id,lon,lat,population\na,-70.65,-33.45,11\n")
    changes = load_population(country, smaller, name="grid", year=2020).stored.changes
    assert (changes.inserted, changes.updated, changes.deleted) == (0, 1, 1)
    assert read(country, "grid").cells.areas == ("13101",)


def test_rows_of_one_zone_add_up_and_stay_without_a_point(country: Engine, load: Load) -> None:
    rows = "geocodigo,edad,poblacion\n01101011001,0 a 5,10\n01101011001,6 a 14,5\n1101011002,x,1\n"
    report = load("z.csv", rows, dataset="zones")
    assert (report.stored.cells, report.stored.people) == (2, 16)
    assert (report.stored.cells_without_point, report.stored.people_without_point) == (2, 16)
    found = read(country, "zones")
    assert found.without_point == {"01101": 16}
    assert found.facts.bands == {"x": 1, "0-5": 10, "6-14": 5}
    assert any("01101 16" in line for line in report.lines())


def test_bands_in_columns_and_in_rows_are_the_same(country: Engine, load: Load) -> None:
    load(
        "c.csv",
        "id,lon,lat,personas,mujeres,hombres,edad_0_14,edad_15_mas\na,-70.65,-33.45,10,6,4,3,7\n",
        dataset="columns",
    )
    rows = "id,lon,lat,sexo,edad,personas\n" + "".join(
        f"a,-70.65,-33.45,{sex},{age},{count}\n"
        for sex, age, count in (
            *(("Ambos sexos", "Total", 10), ("mujer", "Total", 6), ("hombre", "Total", 4)),
            *(("Ambos sexos", "0 a 14", 3), ("Ambos sexos", "15 y más", 7)),
        )
    )
    load("r.csv", rows, dataset="rows")
    expected = {"men": 4, "women": 6, "0-14": 3, "15+": 7}
    for name in ("columns", "rows"):
        facts = read(country, name).facts
        assert (facts.people, facts.bands) == (10, expected)


def test_h3_cells_need_no_more_than_their_id(country: Engine, load: Load) -> None:
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(-33.45, -70.65, 9), 2))
    rows = "h3_index,population\n" + "".join(f"{cell},5\n" for cell in cells) + "89nada,7\n"
    report = load("h.csv", rows, dataset="hexagons")
    found = read(country, "hexagons")
    assert found.cells.codes == tuple(cells)
    assert {
        h3.latlng_to_cell(lat, lon, 9) for lon, lat in zip(found.cells.lons, found.cells.lats, strict=True)
    } == {*cells}
    assert found.weights().sum() == 5 * len(cells)
    # Nobody is lost: the people of what is no cell are counted, without a place.
    assert report.stored.people_without_point == 7
    assert "«89nada» no es una celda H3" in report.problems[0].line


def test_a_square_grid_by_its_middles(country: Engine, load: Load) -> None:
    rows = "id,x,y,population\na,346000,6298500,10\nb,347000,6298500,20\n"
    load("s.csv", rows, dataset="squares", crs="EPSG:32719", side_m=1_000)
    with country.connect() as connection:
        area, apart = connection.execute(
            text(
                "select sum(ST_Area(shape::geography)) / 1e6, ST_Distance(min(geog::text)::geography,"
                " max(geog::text)::geography) from population where dataset = 'squares'"
            )
        ).one()
    assert area == pytest.approx(2, rel=0.01)
    assert apart == pytest.approx(1_000, rel=0.01)
    with pytest.raises(ImportFileError, match="se traslapan"):
        load("s.csv", rows, dataset="squares", crs="EPSG:32719", side_m=1_500)


def test_people_and_polygons_in_two_files(country: Engine, load: Load, write: Write) -> None:
    shapes = write(
        "shapes.geojson",
        geojson(
            ({"geocodigo": "1405011001"}, shapely.box(-69.33, -20.49, -69.32, -20.48)),
            ({"geocodigo": "01405011001"}, shapely.box(-69.31, -20.49, -69.30, -20.48)),
            ({"geocodigo": "99999999999"}, shapely.box(-70.0, -20.27, -69.99, -20.26)),
        ),
    )
    rows = "geocodigo,poblacion\n01405011001,30\n01405012001,5\n"
    report = load("p.csv", rows, dataset="joined", shapes=[shapes])
    found = read(country, "joined")
    assert found.cells.settlements == ("urban",)
    assert found.without_point == {"01405": 5}
    assert (report.unused_shapes, report.stored.people) == (1, 35)
    with country.connect() as connection:
        parts = connection.scalar(
            text(
                "select ST_NumGeometries(shape) from population where dataset = 'joined' and shape is not null"
            )
        )
    assert parts == 2


def test_villages_of_one_name_are_not_one(country: Engine, load: Load) -> None:
    rows = "codigo_comuna,localidad,tipo,lon,lat,habitantes\n" + "".join(
        f"7101.0,Indeterminada,Localidad rural,-71.{number},-35.4,4\n" for number in (60, 61)
    )
    load("v.csv", rows, dataset="villages")
    found = read(country, "villages")
    assert found.cells.codes == ("07101:indeterminada", "07101:indeterminada#2")
    assert (found.cells.kinds[0], found.cells.settlements[0]) == ("locality", "rural")


def test_a_name_stays_with_its_year_until_it_is_replaced(country: Engine, load: Load) -> None:
    rows = "id,lon,lat,poblacion_2017,poblacion_2024\na,-70.65,-33.45,10,12\n"
    assert load("y.csv", rows, dataset="census", year=2017).stored.people == 10
    with pytest.raises(ImportFileError, match=r"los datos de 2017.*--replace"):
        load("y.csv", rows, dataset="census", year=2024)
    assert load("y.csv", rows, dataset="census 2024", year=2024).stored.people == 12
    assert read(country, "census").facts.people == 10
    assert load("y.csv", rows, dataset="census", year=2024, replace=True).stored.people == 12


def test_the_command_line_loads_lists_and_removes(
    country: Engine, module_database_url: str, write: Write, tmp_path: Path
) -> None:
    def run(*arguments: str) -> str:
        done = CliRunner().invoke(
            cli,
            ["population", *arguments],
            env={"CERCANA_DATABASE_URL": module_database_url},
        )
        assert done.exit_code == 0, done.output
        return done.output

    file = write("c.csv", "id,lon,lat,personas\na,-70.65,-33.45,1234\nb,-70.65,-33.46,-1\n")
    problems = tmp_path / "problems.csv"
    told = ("--title", "Mi censo", "--source", "INE", "--licence", "CC BY", "--problems", str(problems))
    output = run("load", str(file), "--name", "mine", "--year", "2022", *told)
    assert "1.234 personas" in output
    with problems.open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["row"], row["column"], row["people_counted"]) for row in rows] == [("3", "personas", "no")]
    # Cells of the table break over lines as the terminal is wide; words do not.
    assert {"mine", "2022", "1.234", "INE"} <= set(run("list").replace("│", " ").split())
    assert "Removed mine: 1 cells, 1.234 people." in run("remove", "mine")
    assert "mine" not in run("list")
    with pytest.raises(NotFoundError, match="«mine»"):
        CliRunner().invoke(
            cli,
            ["population", "remove", "mine"],
            env={"CERCANA_DATABASE_URL": module_database_url},
            catch_exceptions=False,
        )
