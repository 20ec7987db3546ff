"""Bad files of people: what is refused says so, nobody counts twice, and nobody is lost."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from sqlalchemy import Engine

from importers.errors import ImportFileError
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


def test_rows_without_people_are_named_with_what_mends_them(country: Engine, load: Load) -> None:
    rows = "id,lon,lat,population\na,-70,-33,ten\nb,-70,-33,-4\nc,-70,-33,\nd,-70,-33,7\ne,-70,-33,NaN\n"
    report = load("g.csv", rows + "f,-70,-33,1e99\ng,-70,-33,900000000\n", dataset="odd")
    assert (report.rows, report.refused_rows) == (7, (2, 3, 4, 6, 7, 8))
    assert people(country, "odd") == (7.0, 1, 1)
    assert {one.column for one in report.problems} == {"population"}
    told = "\n".join(report.lines())
    assert "g.csv, columna «population», fila 3: el número de personas -4 es negativo. Qué hacer: " in told
    assert "Filas que no se cargaron: 6." in told


@pytest.mark.parametrize(
    ("rows", "total", "refused"),
    [
        (("1.234", "12.5"), 1.234 + 12.5, 0),
        (("1.234", "1.234.567"), 1_235_801, 0),
        (("1.234", "7"), 7, 1),
    ],
)
def test_thousands_are_read_where_the_file_shows_them(
    country: Engine, load: Load, rows: Sequence[str], total: float, refused: int
) -> None:
    content = "id;lon;lat;population\n" + "".join(
        f"{number};-70.65;-33.45;{people}\n" for number, people in enumerate(rows)
    )
    report = load("t.csv", content, dataset="thousands")
    assert report.stored.people == pytest.approx(total)
    assert len(report.refused_rows) == refused


def test_a_cell_that_comes_twice_is_counted_once(country: Engine, load: Load) -> None:
    rows = "id,lon,lat,population\na,-70.65,-33.45,10\nb,-70.66,-33.45,1\na,-70.65,-33.45,10\n"
    report = load("d.csv", rows, dataset="twice")
    assert people(country, "twice") == (11, 2, 2)
    assert report.refused_rows == (4,)
    assert "repite la celda a, que ya dio la fila 2" in report.problems[0].line
    bands = "geocodigo,edad,poblacion\n01101011001,0 a 5,10\n01101011001,0 a 5,10\n"
    assert load("e.csv", bands, dataset="twice").stored.people == 10


def test_rows_without_code_that_may_be_one_are_told(country: Engine, load: Load) -> None:
    report = load(
        "p.csv", "lon,lat,personas\n-70.65,-33.45,3\n-70.65,-33.45,3\n-70.65,-33.45,4\n", dataset="p"
    )
    assert (report.stored.people, report.twins) == (10, 1)


def test_ages_that_share_years_are_refused(country: Engine, load: Load) -> None:
    rows = "geocodigo,edad,poblacion\n01101011001,0 a 14,10\n01101011001,0 a 5,4\n"
    with pytest.raises(ImportFileError, match="se contarían dos veces"):
        load("a.csv", rows, dataset="ages")
    whole = load("a.csv", rows + "01101011001,total,30\n", dataset="ages")
    assert whole.stored.people == 30


def test_a_band_that_cannot_be_read_leaves_the_people(country: Engine, load: Load) -> None:
    rows = "id,lon,lat,personas,mujeres\na,-70.65,-33.45,10,*\nb,-70.65,-33.45,10,90\n"
    report = load("b.csv", rows, dataset="stars")
    assert report.stored.people == 20
    assert report.refused_rows == ()
    assert report.problems[0].counted
    assert report.crowded == ("point b",)


def test_cells_that_lie_on_one_another_are_refused_whole(country: Engine, load: Load) -> None:
    load("o.geojson", geojson(*boxes(0, 0.02)), dataset="over")
    with pytest.raises(ImportFileError, match=r"1 pares.*b0 y unit b0\.005 \(50%\).*allow-overlaps"):
        load("o.geojson", geojson(*boxes(0, 0.005, 0.03)), dataset="over")
    assert people(country, "over") == (20, 2, 2)
    allowed = load("o.geojson", geojson(*boxes(0, 0.005, 0.03)), dataset="over", allow_overlaps=True)
    assert allowed.stored.people == 30
    assert any("Se cuentan todas" in line for line in allowed.lines())


def test_a_sliver_or_an_empty_cell_below_is_no_overlap(country: Engine, load: Load) -> None:
    load("s.geojson", geojson(*boxes(0, 0.0095)), dataset="slivers")
    load("s.geojson", geojson(*boxes(0), *boxes(0.002, poblacion=0)), dataset="slivers")
    assert people(country, "slivers") == (10, 2, 2)


def test_two_levels_of_the_same_people_are_refused_until_one_is_chosen(
    country: Engine, load: Load, tmp_path: Path
) -> None:
    file = tmp_path / "levels.gpkg"
    for layer, size, count in (("zona", 0.04, 100), ("manzana", 0.01, 40)):
        shape = shapely.box(-70.65, -33.45, -70.65 + size, -33.45 + size)
        pyogrio.raw.write(
            file,
            np.array([shapely.to_wkb(shape)], object),
            [np.array(["1"], object), np.array([count])],
            ["id", "poblacion"],
            layer=layer,
            geometry_type="Polygon",
            crs="EPSG:4326",
            append=file.exists(),
        )
    with pytest.raises(ImportFileError, match=r"(zone 1 y block 1|block 1 y zone 1) \(100%\).*--layer"):
        load(file.name, file.read_bytes(), dataset="levels")
    assert load(file.name, file.read_bytes(), dataset="levels", layers=["MANZANA"]).stored.people == 40


def test_more_people_than_can_stand_in_a_cell_are_refused(country: Engine, load: Load) -> None:
    report = load("f.geojson", geojson(*boxes(0, poblacion=9_000_000), *boxes(0.02)), dataset="full")
    assert (report.stored.people, report.refused_rows) == (10, (1,))
    assert "no caben en" in report.problems[0].line


def test_axes_in_the_wrong_columns(country: Engine, load: Load) -> None:
    rows = "id,lat,lon,population\na,-70.65,-33.45,10\nb,-70.60,-33.40,2\nc,-33.4,-70.6,5\n"
    with pytest.raises(ImportFileError, match="ejes cambiados"):
        load("w.csv", rows, dataset="axes")
    assert people(country, "axes") == (0, 0, 0)
    right = "".join(f"r{number},-33.4,-70.6{number},1\n" for number in range(5))
    report = load("w.csv", rows + right, dataset="axes")
    # Their people are counted, and stand on no map until the position is mended.
    assert (report.stored.people, report.stored.people_without_point) == (22, 12)
    assert [(one.row, one.counted) for one in report.problems] == [(2, True), (3, True)]


def test_metres_without_a_system_are_refused_and_read_with_it(country: Engine, load: Load) -> None:
    rows = "id,x,y,comuna,population\na,346000,6298500,13101,10\nb,347000,6298500,13101,20\n"
    with pytest.raises(ImportFileError, match="--crs EPSG:32719"):
        load("m.csv", rows, dataset="metres")
    load("m.csv", rows, dataset="metres", crs="EPSG:32719")
    assert np.allclose(read(country, "metres").cells.lats, -33.44, atol=0.02)
    # The zone beside it puts Santiago into the sea.
    with pytest.raises(ImportFileError, match="lejos de la comuna"):
        load("m.csv", rows, dataset="metres", crs="EPSG:32718")
    with pytest.raises(ImportFileError, match="sistema de referencia"):
        load("m.csv", rows, dataset="metres", crs="Marte")
    wrong = geojson(({"id": "a", "poblacion": 3}, shapely.box(346000, 6298500, 347000, 6299500)))
    with pytest.raises(ImportFileError, match="WGS 84"):
        load("m.geojson", wrong, dataset="metres")
    assert people(country, "metres") == (30, 2, 2)


def test_positions_that_are_none_are_named_and_their_people_kept(country: Engine, load: Load) -> None:
    rows = "id,lon,lat,comuna,population\na,0,0,07101,10\nb,x,-33,07101,2\nc,-71.6,-35.4,07101,5\nd,-71.6,-95,,1\n"
    report = load("n.csv", rows, dataset="nowhere")
    assert (report.stored.people, report.stored.people_without_point) == (18, 13)
    assert read(country, "nowhere").without_point == {"07101": 12, None: 1}
    assert [(one.row, one.column, one.counted) for one in report.problems] == [
        *((2, "posición", True), (3, "posición", True), (5, "posición", True))
    ]


def test_cells_outside_every_comuna_are_told_and_kept(country: Engine, load: Load) -> None:
    rows = "id,lon,lat,comuna,population\na,-51.2,-30.0,,10\nb,-70.65,-33.45,99999,5\n"
    report = load("far.csv", rows, dataset="outside")
    assert (report.stored.cells_without_area, report.stored.people_without_area) == (1, 10)
    # A comuna that does not exist is told, and the one at the position taken.
    assert report.stored.unknown_areas == 1
    found = read(country, "outside")
    assert found.cells.areas == (None, "13101")
    assert found.weights().sum() == 15


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
    country: Engine, load: Load, name: str, content: bytes | str, told: str
) -> None:
    with pytest.raises(ImportFileError, match=told):
        load(name, content, dataset="none")
    assert people(country, "none") == (0.0, 0, 0)
