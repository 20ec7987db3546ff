"""Readers: encodings, delimiters, preambles, sheets, geographic formats, and what they refuse."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from directory.records import IssueRecord
from importers.errors import ImportFileError
from importers.guards import DEFAULT_LIMITS, Limits
from importers.readers import READERS, open_table, read_rows
from importers.readers_encoding import find_encoding
from importers.source import Column, Format

Write = Callable[[str, bytes | str], Path]
COLUMNS = (Column("codigo", ("id",), required=True), Column("nombre", required=True), Column("nota"))
PLAIN = Format()
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1")


def cells(path: Path, hints: Format = PLAIN, columns: tuple[Column, ...] = COLUMNS) -> list[list[str]]:
    with open_table(path, hints, columns) as table:
        return [item[1] for item in table.rows if not isinstance(item, IssueRecord)]


def issues(path: Path) -> list[IssueRecord]:
    with open_table(path, Format(), COLUMNS) as table:
        return [item for item in table.rows if isinstance(item, IssueRecord)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimited_in_every_encoding(write: Write, encoding: str, delimiter: str) -> None:
    rows = [["codigo", "nombre"], ["1", "Ñuñoa, Peñalolén; María"], ["2", "O'Higgins «Ánimas»"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path = write("tabla.csv", text.getvalue().encode(encoding))
    assert cells(path) == rows[1:]


NAMES = st.text(st.sampled_from("abcñáéíóúÑ ;,\"'\t|¿«»\n{%}<>=+-@"), max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=1, max_size=8), encoding=st.sampled_from(ENCODINGS))
def test_what_is_written_is_read(tmp_path: Path, names: list[str], encoding: str) -> None:
    text = io.StringIO()
    rows = [[str(number), name] for number, name in enumerate(names)]
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerows([["codigo", "nombre"], *rows])
    path = tmp_path / "tabla.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    declared = Format(encoding="cp1252" if encoding == "latin-1" else encoding)
    assert cells(path, declared) == rows


@pytest.mark.parametrize("codec", ["mac-roman", "cp850"])
def test_an_encoding_that_cannot_be_told_is_a_question(write: Write, codec: str) -> None:
    path = write("tabla.csv", "codigo;nombre\n1;Peñalolén María Ángel Ñuñoa corazón\n".encode(codec))
    with pytest.raises(ImportFileError, match="codificación") as error:
        cells(path)
    assert "Peñalolén" in str(error.value)  # the sample shows how each codec would read it
    assert cells(path, Format(encoding=codec))[0][1].startswith("Peñalolén")


def test_declared_encoding_wins_and_wrong_ones_say_so(write: Write) -> None:
    path = write("tabla.csv", "codigo;nombre\n1;Ñuñoa\n".encode("cp1252"))
    with pytest.raises(ImportFileError, match="utf-8"):
        cells(path, Format(encoding="utf-8"))
    with pytest.raises(ImportFileError, match="no existe"):
        cells(path, Format(encoding="martian"))
    utf16 = write("sin_marca.csv", "codigo;nombre\n1;a\n".encode("utf-16-le"))
    with pytest.raises(ImportFileError, match="UTF-16"):
        find_encoding(utf16)


def test_preamble_is_skipped_and_rows_keep_their_numbers(write: Write) -> None:
    path = write("tabla.csv", "Listado de algo\n\nID,Nombre\n1,uno\n,\n2,dos\n")
    with open_table(path, Format(), COLUMNS) as table:
        assert table.header_row == 3
        rows = [
            row for row in read_rows(path, table, COLUMNS, key="codigo") if not isinstance(row, IssueRecord)
        ]
    assert [(row.number, row.key, row.text("nombre"), row.text("nota")) for row in rows] == [
        (4, "1", "uno", ""),
        (6, "2", "dos", ""),
    ]


def test_missing_and_doubled_columns_are_named(write: Write) -> None:
    with pytest.raises(ImportFileError, match="«nombre»"):
        cells(write("sin.csv", "codigo;otra\n1;2\n"))
    path = write("doble.csv", "codigo;id;nombre\n1;2;3\n")
    with (
        pytest.raises(ImportFileError, match="2 columnas pueden ser «codigo»"),
        open_table(path, Format(), COLUMNS) as table,
    ):
        list(read_rows(path, table, COLUMNS))


def test_ragged_and_malformed_rows_are_issues_and_a_cut_end_is_refused(write: Write) -> None:
    middle = 'codigo;nombre;nota\n1;uno\n2;dos;x;y\n3;"tres" cuatro;z\n4;cuatro;\n'
    path = write("tabla.csv", middle)
    assert cells(path) == [["4", "cuatro", ""]]
    assert [(one.code, one.row) for one in issues(path)] == [
        ("ragged_row", 2),
        ("ragged_row", 3),
        ("malformed_row", 4),
    ]
    with pytest.raises(ImportFileError, match="cortado"):
        cells(write("corta.csv", middle + "5;cin"))
    with pytest.raises(ImportFileError, match="comilla"):
        cells(write("comilla.csv", middle + '5;"cinco;'))


def workbook(path: Path, rows: list[list[object]], title: str = "Datos") -> Path:
    book = Workbook()
    book.create_sheet(title)
    for row in rows:
        book[title].append(row)
    book.save(path)
    return path


def test_workbook_sheet_preamble_and_typed_cells(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Título"],
        [],
        ["codigo", "nombre", "nota"],
        [1101, True, date(2026, 5, 4)],
        [2.5, "b"],
    ]
    path = workbook(tmp_path / "tabla.xlsx", rows)
    assert cells(path, Format(sheet="datos")) == [["1101", "Sí", "2026-05-04"], ["2.5", "b", ""]]
    with pytest.raises(ImportFileError, match="no tiene la hoja"):
        cells(path, Format(sheet="Otra"))


def test_a_workbook_that_claims_every_cell_ends_with_its_child(tmp_path: Path) -> None:
    path = workbook(tmp_path / "enorme.xlsx", [["codigo", "nombre"], ["1", "a"]])
    sheet = "xl/worksheets/sheet2.xml"
    grown = tmp_path / "grande.xlsx"
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(grown, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            body = before.read(name)
            if name == sheet:
                body = body.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            after.writestr(name, body)
    with pytest.raises(ImportFileError, match="memoria"):
        cells(grown, Format(sheet="Datos"))


def test_json_lines(write: Write) -> None:
    lines = [
        '{"codigo": 1, "nombre": "a", "sub": {"x": [1, 2]}}',
        "no",
        '{"nombre": null, "codigo": 2.0}',
        "",
    ]
    path = write("tabla.jsonl", "\n".join(lines))
    with open_table(path) as table:
        assert table.header == ["codigo", "nombre", "sub.x"]
        found = list(table.rows)
    assert found[0] == (1, ["1", "a", "1;2"])
    assert isinstance(found[1], IssueRecord)
    assert found[2] == (3, ["2", "", ""])
    with pytest.raises(ImportFileError, match="cortado"):
        cells(write("corta.jsonl", '{"codigo": 1, "nombre": "a"}\n{"codigo"'), columns=())


def collection(*features: object, **more: object) -> str:
    return json.dumps({"type": "FeatureCollection", **more, "features": list(features)})


def feature(x: object, y: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [x, y]}}


def test_geojson_streams_features_of_one_line(write: Write) -> None:
    many = [feature(-70.5, -33.25, codigo=number, nombre="ñ" * 500) for number in range(500)]
    path = write("puntos.geojson", collection(*many, crs={"properties": {"name": "EPSG:4326"}}))
    with open_table(path) as table:
        rows = list(table.rows)
        assert table.crs == "EPSG:4326"
        assert table.header[:4] == ["geometry_type", "geometry_x", "geometry_y", "codigo"]
    assert len(rows) == 500
    assert not isinstance(rows[0], IssueRecord)
    assert rows[0][1][:4] == ["Point", "-70.5", "-33.25", "0"]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"type": "Topology"}',
        collection(feature(1, 2))[:-20],
        '{"type": "FeatureCollection", "features": [' + "[" * 100_000,
        '{"type": "FeatureCollection", "features": [NaN]}',
        '{"type": "FeatureCollection", "features": ["' + "x" * (2 << 20),
    ],
)
def test_broken_geojson_is_refused(write: Write, text: str) -> None:
    with pytest.raises(ImportFileError):
        cells(write("roto.geojson", text), columns=())


@pytest.mark.parametrize("name", ["a.gpkg", "a.zip"])
def test_geographic_files_through_the_child(tmp_path: Path, name: str) -> None:
    frame = geopandas.GeoDataFrame(
        {"Name": ["{{7*7}} ñ", "b"]}, geometry=[shapely.Point(-70, -33), shapely.Point(-71, -34)], crs=4326
    )
    path = tmp_path / name
    if name == "a.zip":
        frame.to_file(tmp_path / "capa.shp", driver="ESRI Shapefile", encoding="utf-8")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("capa.*"):
                archive.write(part, part.name)
    else:
        frame.to_file(path, driver="GPKG")
    with open_table(path) as table:
        place = table.header.index("Name")
        rows = [item[1] for item in table.rows if not isinstance(item, IssueRecord)]
    assert [(row[1], row[2], row[place]) for row in rows] == [
        ("-70", "-33", "{{7*7}} ñ"),
        ("-71", "-34", "b"),
    ]


def test_only_known_formats_are_read(write: Write) -> None:
    for name in ("a.vrt", "a.parquet", "a", "a.shp"):
        with pytest.raises(ImportFileError, match="no se leen"):
            cells(write(name, "x"))
    assert ".csv" in READERS


def test_empty_absent_and_large_files_are_refused(write: Write, tmp_path: Path) -> None:
    for path, words in ((write("vacio.csv", ""), "vacío"), (tmp_path / "no.csv", "no existe")):
        with pytest.raises(ImportFileError, match=words):
            cells(path)
    small = Limits(file_bytes=10)
    with (
        pytest.raises(ImportFileError, match="máximo"),
        open_table(write("grande.csv", "codigo;nombre\n" * 9), limits=small),
    ):
        pass
    assert DEFAULT_LIMITS.file_bytes > small.file_bytes
