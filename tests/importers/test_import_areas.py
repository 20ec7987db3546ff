"""Areas: the country's facts, official polygons in every format, tables of codes, gazetteers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.db import transaction
from directory.places import find_places
from directory.settings import Settings
from directory.territory import load_territory, nearest_area
from geo.points import LonLat
from importers.area_codes import CodesReport
from importers.areas import AreasReport, load_areas, load_country, load_places
from importers.errors import ImportFileError

Write = Callable[[str, bytes | str], Path]


@pytest.fixture(scope="module")
def country(module_engine: Engine) -> Engine:
    load_country(module_engine, Settings())
    return module_engine


def square(lon: float, lat: float, half: float = 0.05) -> dict[str, Any]:
    return shapely.geometry.mapping(shapely.box(lon - half, lat - half, lon + half, lat + half))


def collection(*features: tuple[dict[str, Any], dict[str, Any] | None], crs: str | None = None) -> str:
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": geometry}
            for properties, geometry in features
        ],
    }
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(document)


SANTIAGO = square(-70.65, -33.457)
ARICA = square(-70.30, -18.475)


def rows(engine: Engine, statement: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(statement)))


def everything(engine: Engine) -> list[Any]:
    return [
        rows(engine, "select md5(string_agg(t::text, '|' order by t::text)) from " + table + " t")
        for table in ("area", "place", "taxonomy_term", "synonym", "area_drawing", "holiday")
    ]


def test_the_country_is_whole_and_loading_it_again_changes_nothing(own_engine: Engine) -> None:
    country = own_engine
    load_country(country, Settings())
    kinds = dict(rows(country, "select kind, count(*) from area group by kind"))
    assert kinds == {"country": 1, "region": 16, "province": 56, "comuna": 346}
    drawn = dict(rows(country, "select coalesce(boundary, 'none'), count(*) from area group by 1"))
    assert drawn == {"official": 1, "approximate": 418}
    before = everything(country)
    report = load_country(country, Settings())
    assert report.changed == 0
    assert everything(country) == before


def test_approximate_shapes_never_replace_official_ones(own_engine: Engine, write: Write) -> None:
    load_country(own_engine, Settings())
    report = load_areas(own_engine, write("a.geojson", collection(({"cut": "13101"}, SANTIAGO))))
    assert isinstance(report, AreasReport)
    assert report.changed == ("13101",)
    assert len(report.missing) == 345
    before = everything(own_engine)
    assert load_country(own_engine, Settings()).changed == 0
    assert everything(own_engine) == before
    # One comuna makes no official region.
    assert rows(own_engine, "select code, boundary from area where code in ('13', '13101') order by 1") == [
        ("13", "approximate"),
        ("13101", "official"),
    ]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "zip"])
def test_every_format_gives_the_same_polygon(country: Engine, tmp_path: Path, suffix: str) -> None:
    frame = geopandas.GeoDataFrame(
        {"COD_COMUNA": [1101, 15101]},
        geometry=[shapely.geometry.shape(square(-70.15, -20.21)), shapely.geometry.shape(ARICA)],
        crs="EPSG:4674" if suffix != "geojson" else "EPSG:4326",
    )
    if suffix == "zip":
        (tmp_path / "shp").mkdir()
        frame.to_file(tmp_path / "shp" / "comuna.shp")
        packed = geopandas.pd.io.common.zipfile.ZipFile(tmp_path / "comunas.zip", "w")
        with packed:
            for part in (tmp_path / "shp").iterdir():
                packed.write(part, part.name)
    else:
        frame.to_file(tmp_path / f"comunas.{suffix}", layer="comuna")
    report = load_areas(country, tmp_path / f"comunas.{suffix}")
    assert isinstance(report, AreasReport)
    assert (report.shapes, report.unknown_codes, report.without_code) == (2, (), 0)
    found = rows(
        country, "select round(ST_Area(shape)::numeric, 6) from area where code in ('01101', '15101')"
    )
    assert [float(area) for (area,) in found] == [0.01, 0.01]


def test_projected_polygons_are_moved_to_degrees(country: Engine, write: Write) -> None:
    utm = square(346_000, 6_297_000, 5_000)
    load_areas(country, write("utm.geojson", collection(({"cut": "13101"}, utm), crs="EPSG:32719")))
    with transaction(country) as session:
        found = nearest_area(session, LonLat(-70.656, -33.457))
    assert found is not None
    assert (found.code, found.metres) == ("13101", 0.0)


def test_a_bow_tie_is_mended_and_parts_of_one_area_are_joined(country: Engine, write: Write) -> None:
    tie = {
        "type": "Polygon",
        "coordinates": [[[-70.7, -33.5], [-70.6, -33.4], [-70.6, -33.5], [-70.7, -33.4], [-70.7, -33.5]]],
    }
    file = write(
        "tie.geojson", collection(({"cut": "13101"}, tie), ({"cut": "13101"}, square(-70.4, -33.4, 0.01)))
    )
    load_areas(country, file)
    (found,) = rows(
        country, "select ST_IsValid(shape), ST_NumGeometries(shape) from area where code = '13101'"
    )
    assert found == (True, 3)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.geojson", "{", "no es un JSON completo"),
        ("a.geojson", '{"type": "FeatureCollection", "features": 3}', "FeatureCollection"),
        ("a.geojson", "[" * 100_000, "JSON"),
        ("a.geojson", collection(({"nombre": "Santiago"}, SANTIAGO)), "ninguna columna parece el código"),
        ("a.geojson", collection(({"cut": "99999"}, SANTIAGO)), "no existen"),
        ("a.geojson", collection(({"cut": "13101"}, square(500, -33))), "coordenadas"),
        ("a.geojson", collection(({"cut": "13101"}, {"type": "Polygon", "coordinates": [[["x"]]]})), "forma"),
        ("a.geojson", collection(({"cut": "13101"}, None)), "ningún polígono"),
        ("a.geojson", collection(({"cut": "13101"}, {"type": "Point", "coordinates": [0, 0]})), "polígono"),
        ("a.geojson", collection(({"cut": "13101"}, ARICA)), "lejos de la cabecera"),
        ("a.geojson", collection(({"cut": "13101"}, SANTIAGO), crs="nonsense"), "sistema de referencia"),
        ("a.zip", b"PK\x03\x04 not a zip", "comprimido"),
        ("a.gpkg", b"not a geopackage", "no se puede leer"),
        ("a.vrt", "<OGRVRTDataSource/>", "formato"),
        ("a.csv", "nombre;poblacion\nSantiago;3\n", "fila de títulos"),
        ("a.csv", "cut;poblacion\n13101;3\n13101;3\n", "se repite"),
        ("a.csv", "cut;nombre\nx;y\n", "código de comuna"),
        ("a.csv", "cut;nombre\n09999;Nueva\n", "no está en el directorio"),
    ],
)  # fmt: skip
def test_what_cannot_be_loaded_is_told_and_changes_nothing(
    country: Engine, write: Write, name: str, content: bytes | str, told: str
) -> None:
    before = everything(country)
    with pytest.raises(ImportFileError, match=told):
        load_areas(country, write(name, content))
    assert everything(country) == before


def test_another_level_and_an_unknown_one(country: Engine, write: Write) -> None:
    file = write("r.geojson", collection(({"region": 15}, square(-70.3, -18.47, 0.5))))
    report = load_areas(country, file, level="region")
    assert isinstance(report, AreasReport)
    assert report.changed == ("15",)
    with pytest.raises(ImportFileError, match="no es un nivel"):
        load_areas(country, file, level="galaxia")


def test_tables_set_people_and_keep_names(own_engine: Engine, write: Write) -> None:
    load_country(own_engine, Settings())
    table = write("t.csv", "CUT;COMUNA;POBLACION_2030\n1101;IQUIQUE;1000\n1107;Alto;2000\n")
    report = load_areas(own_engine, table)
    assert isinstance(report, CodesReport)
    assert report.names_differ == (("01107", "Alto Hospicio", "Alto"),)
    found = rows(
        own_engine, "select code, name, population from area where code in ('01101', '011') order by 1"
    )
    assert found == [("011", "Iquique", 3000), ("01101", "Iquique", 1000)]
    again = load_areas(own_engine, table)
    assert isinstance(again, CodesReport)
    assert again.areas.total == 0


def test_a_new_comuna_comes_in_with_its_province(own_engine: Engine, write: Write) -> None:
    load_country(own_engine, Settings())
    table = write("t.csv", "codigo_comuna,nombre_comuna,codigo_provincia\n11299,Puerto Nuevo,112\n")
    load_areas(own_engine, table)
    assert rows(own_engine, "select name, slug, parent_code, zone from area where code = '11299'") == [
        ("Puerto Nuevo", "puerto-nuevo", "112", "America/Coyhaique")
    ]


def test_places_without_coordinates_are_counted_and_left_out(own_engine: Engine, write: Write) -> None:
    load_country(own_engine, Settings())
    table = (
        "nombre,lat,lon\nCaleta Río Seco,-20.99,-70.16\nSin Punto,,\nLejos,95,3\n,-20,-70\n"
        + "x" * 200
        + ",-20,-70\n"
    )
    file = write("pueblos.csv", table)
    report = load_places(own_engine, file)
    assert (report.rows, report.places.inserted, report.without_position, report.without_name) == (5, 1, 2, 2)
    assert load_places(own_engine, file).places.total == 0
    with transaction(own_engine) as session:
        answer = find_places(session, "caleta rio seco")
    assert (answer.status, answer.places[0].name) == ("one", "Caleta Río Seco")
    load_places(own_engine, write("pueblos.csv", "nombre,lat,lon\nOtra,-20.99,-70.16\n"))
    assert rows(own_engine, "select name from place where source = 'pueblos'") == [("Otra",)]


@pytest.mark.real_data
def test_the_345_official_polygons(own_engine: Engine, shared_data: Path) -> None:
    load_country(own_engine, Settings())
    file = shared_data / "admin" / "chilemapas_comunas_345.geojson"
    report = load_areas(own_engine, file)
    assert isinstance(report, AreasReport)
    assert (report.shapes, len(report.changed), len(report.outlines)) == (345, 345, 72)
    assert report.missing == (("12202", "Antártica"),)
    before = everything(own_engine)
    again = load_areas(own_engine, file)
    assert isinstance(again, AreasReport)
    assert (again.changed, again.outlines) == ((), ())
    assert load_country(own_engine, Settings()).changed == 0
    assert everything(own_engine) == before
    with transaction(own_engine) as session:
        for point, code, zone in REAL_POINTS:
            check_point(session, point, code, zone)


REAL_POINTS = [
    (LonLat(-70.9171, -53.1638), "12101", "America/Punta_Arenas"),
    (LonLat(-109.4290, -27.1500), "05201", "Pacific/Easter"),
    (LonLat(-78.8300, -33.6370), "05104", "America/Santiago"),
    (LonLat(-72.0685, -45.5712), "11101", "America/Coyhaique"),
    (LonLat(-58.9622, -62.2003), "12202", "America/Punta_Arenas"),
]


def check_point(session: Session, point: LonLat, code: str, zone: str) -> None:
    territory = load_territory(session)
    found = nearest_area(session, point)
    assert found is not None
    assert (found.code, territory.area_at(point)) == (code, code)
    assert (found.zone, territory.zone(code)) == (zone, zone)


@pytest.mark.real_data
def test_the_real_tables_of_codes_add_nothing(country: Engine, shared_data: Path) -> None:
    expected = {
        "CUT_2018_v04.xls": (346, 0, 0),
        "ClasificacionComunasPNDR_Censo2024.xlsx": (345, 0, 1),
        "codigos_territoriales.csv": (346, 2, 0),
    }
    for name, (count, differ, missing) in expected.items():
        report = load_areas(country, shared_data / "admin" / name)
        assert isinstance(report, CodesReport)
        assert (report.rows, len(report.names_differ), len(report.missing)) == (count, differ, missing)
        assert (report.areas.total, report.unreadable) == (0, ())


@pytest.mark.real_data
def test_the_real_gazetteers(own_engine: Engine, shared_data: Path) -> None:
    load_country(own_engine, Settings())
    seats = load_places(own_engine, shared_data / "gazetteer" / "geonames_postal_cl.csv")
    # Every comuna seat is known by name, the 21 with codes from before 2018 among them.
    assert (seats.rows, seats.known, seats.places.total) == (346, 346, 0)
    towns = load_places(own_engine, shared_data / "gazetteer" / "geonames_cities500_cl.csv")
    assert towns.rows == 315
    assert towns.known + towns.places.inserted == 315
    named = load_places(own_engine, shared_data / "population" / "localidades_subdere_2021.csv")
    assert (named.rows, named.without_position) == (29_256, 29_256)
