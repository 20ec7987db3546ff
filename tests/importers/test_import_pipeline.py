"""Files into the database and back: counts, twice nothing, refusals, checks, demonstration."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from directory.db import transaction
from directory.errors import NotFoundError, PublishError
from directory.gazetteer import PlaceRecord, store_places
from directory.settings import ROOT, Settings
from geo.points import LonLat
from importers import pipeline, report
from importers.areas import load_country
from importers.demo import load_demo
from importers.errors import ImportFileError

FIXTURES = ROOT / "fixtures" / "sources"
HEADER = (
    "codigo;nombre;organizacion;direccion;comuna;cod_comuna;region;coordenadas;telefono;horario;servicios\n"
)


def row(number: int, name: str = "Pago") -> str:
    where = f"{-33.4 - number / 1000:.5f}, -70.65000"
    return (
        f"U-{number};{name} {number};Pago urbano;Calle {number};Santiago;13101;;{where};;;Pago de pensiones y"
        " beneficios\n"
    )


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(horizon_days=7)


@pytest.fixture(scope="module")
def country_engine(module_engine: Engine, settings: Settings) -> Engine:
    load_country(module_engine, settings)
    return module_engine


def active(engine: Engine, source: str) -> list[tuple[str, str]]:
    statement = text(
        "select source_ref, digest from service_at_location"
        " where source_id = :source and withdrawn_at is null order by 1"
    )
    with engine.connect() as connection:
        return [(ref, digest) for ref, digest in connection.execute(statement, {"source": source})]


Write = Callable[[str, bytes | str], Path]


def test_twice_is_nothing_and_truncated_is_refused(
    country_engine: Engine, settings: Settings, write: Write
) -> None:
    whole = HEADER + "".join(row(number) for number in range(1, 21))
    path = write("pagos.csv", whole)

    def run(path: Path, **how: bool) -> report.RunReport:
        return pipeline.run(country_engine, "ips_urban_pay_points", [path], settings=settings, **how)

    checked = run(path, check=True)
    assert checked.new == 20
    assert active(country_engine, "ips_urban_pay_points") == []

    first = run(path)
    assert (first.new, first.rows_read, first.issues) == (20, 20, 0)
    again = run(path)
    assert again.quiet
    assert again.unchanged == 20
    before = active(country_engine, "ips_urban_pay_points")

    cut_in_row = write("cortado.csv", whole.encode()[:-60])
    with pytest.raises(ImportFileError, match="cortado"):
        run(cut_in_row)
    quotes = write("comillas.csv", HEADER + row(1) + row(2).replace("Pago 2", '"Pago 2'))
    with pytest.raises(ImportFileError, match="comilla"):
        run(quotes)
    half = write("mitad.csv", HEADER + "".join(row(number) for number in range(1, 11)))
    with pytest.raises(PublishError):
        run(half)
    assert active(country_engine, "ips_urban_pay_points") == before
    forced = run(half, force=True)
    assert forced.withdrawn == 10


def test_an_unknown_source_lists_those_there_are(country_engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="senda_programs"):
        pipeline.run(country_engine, "nothing", [Path("x.csv")])


def test_a_mapping_file_brings_a_table_without_code(country_engine: Engine, settings: Settings) -> None:
    folder = FIXTURES / "generic_table"
    files = [folder / "input.toml", folder / "input.tsv"]
    done = pipeline.run(country_engine, "generic_table", files, settings=settings)
    assert done.source_id == "municipal_job_offices"
    assert done.new == 3
    assert [one["name"] for one in done.files] == ["input.tsv"]


def test_reports_escape_what_files_hold(country_engine: Engine, settings: Settings, write: Write) -> None:
    hostile = "<img src=x onerror=alert(1)> {{7*7}} {% raw"
    rows = row(1).replace("Pago 1", hostile).replace("13101", "99999").replace("Santiago", "Nada<b>")
    path = write("pagos.csv", HEADER + rows)
    done = pipeline.run(
        country_engine, "ips_urban_pay_points", [path], check=True, force=True, settings=settings
    )
    page = report.as_html(done)
    assert "<img" not in page
    assert "&lt;b&gt;" in page
    assert "<script" not in page
    assert '<html lang="es-CL">' in page
    assert hostile in report.as_text(done)
    assert '"source_id": "ips_urban_pay_points"' in report.as_json(done)


def test_a_village_of_the_gazetteer_stands_in_and_says_so(
    country_engine: Engine, settings: Settings, write: Write
) -> None:
    village = PlaceRecord("locality", "Pueblo Nuevo de Prueba", LonLat(-69.6, -18.3), "15201")
    with transaction(country_engine) as session:
        store_places(session, "test", [village])
    head = "codigo;nombre;organizacion;localidad;comuna;cod_comuna;latitud;longitud;servicios\n"
    need = "Pago de pensiones y beneficios"
    rows = (
        f"R-1;Uno;Pago;Pueblo nuevo de prueba;Putre;15201;;;{need}\nR-2;Dos;Pago;Otro;Putre;15201;;;{need}\n"
    )
    calendar = write("calendario.csv", "codigo,fecha,desde,hasta\nR-1,10-11-2026,10:00,12:00\n")
    files = [write("puntos.csv", head + rows), calendar]
    done = pipeline.run(country_engine, "ips_mobile_pay_points", files, settings=settings, check=True)
    assert done.issue_counts == {"no_visits": 1, "position_from_locality": 1, "position_from_seat": 1}


def test_the_demonstration_loads_once(own_engine: Engine, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, horizon_days=7)
    load_country(own_engine, settings)
    seen: list[int] = []
    reports = load_demo(own_engine, settings, lambda done, total: seen.append(done))
    assert {one.source_id for one in reports} >= {"senda_programs", "ips_branches", "ips_mobile_pay_points"}
    assert all(one.demonstration for one in reports)
    assert {one.source_id: one.rows_read for one in reports}["ips_mobile_pay_points"] == 1501
    assert 1501 in seen
    # No row of ours may be wrong: warnings about coasts and shared doors are all there may be.
    assert all(
        sample.severity.value == "warning"
        for one in reports
        for samples in one.issue_samples.values()
        for sample in samples
    )
    assert load_demo(own_engine, settings) == []
