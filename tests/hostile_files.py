"""Files in every readable format whose every text tries to be code; tests/test_hostile_names.py imports them."""

import csv
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

import geopandas
import shapely
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook

PAYLOADS = (
    "{{7*7}}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{% raw",
    "{# nota",
    "<img src=x onerror=window.XSS=1>",
    "${window.XSS=1}",
    "</script><script>window.XSS=1</script>",
    "'\"><svg onload=window.XSS=1>",
    "'; drop table offer; --",
    "\"comillas\" 'simples' `acentos` \\barras\\",
    "=cmd|'/c calc'!A0",
    "javascript:window.XSS=1",
    "%s %(x)s {0} {} %00",
    "<!--]]>&lt;b&gt;&amp;",
)
# Part of the mapping file: header in the tables, short enough for a Shapefile.
TEXTS = {
    "name": "nombre", "organization": "instituc", "service": "servicio", "description": "descripc",
    "address": "calle", "locality": "sector", "region": "zona", "eligibility": "requisito",
    "email": "correo", "url": "pagina",
}  # fmt: skip
# What a Placemark has places of its own for.
KML = {"name": "name", "description": "description"}
OTHERS = {"ref": "codigo", "comuna": "comuna", "hours": "horario", "phone": "fono", "x": "lon", "y": "lat"}
HEADER = (*OTHERS.values(), *TEXTS.values())

Rows = Sequence[Mapping[str, str]]


def said(payload: str, part: str) -> str:
    """What a cell holds: the payload, and which part it is, so that none stands in for another."""
    return f"{payload} {TEXTS[part]}"


def rows() -> list[dict[str, str]]:
    """A good row for every payload, and one whose comuna, hours and phone are payloads: an issue each."""
    found = [
        {
            "codigo": f"{payload} {number}",
            "comuna": "Santiago",
            "horario": "24/7",
            "fono": "",
            "lon": f"{-70.65 - number / 2000:.5f}",
            "lat": f"{-33.44 - number / 3000:.5f}",
            **{header: said(payload, part) for part, header in TEXTS.items()},
        }
        for number, payload in enumerate(PAYLOADS)
    ]
    wrong = [
        {**row, "codigo": f"mala {row['codigo']}", "lon": "", "lat": "", column: payload}
        for payload, row in zip(PAYLOADS, found, strict=True)
        for column in ("comuna", "horario", "fono", "lon")
    ]
    return found + wrong


def write_delimited(path: Path, rows: Rows) -> None:
    """CSV or TSV."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, HEADER, delimiter="\t" if path.suffix == ".tsv" else ";")
        writer.writeheader()
        writer.writerows(rows)


def write_json_lines(path: Path, rows: Rows) -> None:
    """One object a line."""
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


def write_geojson(path: Path, rows: Rows) -> None:
    """Points with the cells as properties."""
    features = [
        {
            "type": "Feature",
            "properties": dict(row),
            "geometry": {"type": "Point", "coordinates": [-70.65, -33.44]},
        }
        for row in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def write_xlsx(path: Path, rows: Rows) -> None:
    """Every cell a text, also what looks like a formula."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate([dict(zip(HEADER, HEADER, strict=True)), *rows], 1):
        for column, header in enumerate(HEADER, 1):
            sheet.cell(number, column, row[header]).data_type = "s"
    book.save(path)


def write_ods(path: Path, rows: Rows) -> None:
    """The same as OpenDocument."""
    document = OpenDocumentSpreadsheet()
    table = Table(name="datos")
    for row in [dict(zip(HEADER, HEADER, strict=True)), *rows]:
        line = TableRow()
        for header in HEADER:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=row[header]))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(path)


def write_layer(path: Path, rows: Rows, driver: str) -> None:
    """What GDAL writes: the cells as attributes of points."""
    points = [shapely.Point(-70.65, -33.44)] * len(rows)
    frame = geopandas.GeoDataFrame([dict(row) for row in rows], geometry=points, crs=4326)
    frame.to_file(path, driver=driver, encoding="UTF-8" if driver == "ESRI Shapefile" else None)


def write_kml(path: Path, rows: Rows) -> None:
    """Placemarks with name and description of their own, and the other cells in both kinds of ExtendedData."""
    root = Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = SubElement(root, "Document")
    for row in rows:
        place = SubElement(document, "Placemark")
        SubElement(place, "name").text = row["nombre"]
        SubElement(place, "description").text = row["descripc"]
        extended = SubElement(place, "ExtendedData")
        schema = SubElement(extended, "SchemaData", schemaUrl="#datos")
        for number, header in enumerate(header for header in HEADER if header not in ("nombre", "descripc")):
            if number % 2:
                SubElement(schema, "SimpleData", name=header).text = row[header]
            else:
                SubElement(SubElement(extended, "Data", name=header), "value").text = row[header]
        SubElement(SubElement(place, "Point"), "coordinates").text = "-70.65,-33.44"
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def write_shapefile(path: Path, rows: Rows) -> None:
    """A zip with the parts of one Shapefile."""
    folder = path.with_suffix("")
    folder.mkdir()
    write_layer(folder / "datos.shp", rows, "ESRI Shapefile")
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)


# Suffix: how it is written, and the need its offers are for, so that a search finds this format's alone.
FORMATS: Mapping[str, tuple[Callable[[Path, Rows], None], str]] = {
    ".csv": (write_delimited, "treatment.outpatient"),
    ".tsv": (write_delimited, "treatment.residential"),
    ".xlsx": (write_xlsx, "treatment.day"),
    ".ods": (write_ods, "treatment.detox"),
    ".jsonl": (write_json_lines, "social_security.certificates"),
    ".geojson": (write_geojson, "social_security.winter_bonus"),
    ".gpkg": (lambda path, rows: write_layer(path, rows, "GPKG"), "health.hospital"),
    ".zip": (write_shapefile, "health.primary_care"),
    ".kml": (write_kml, "adverse_event.debt"),
}


def write_mapping(path: Path, source_id: str, suffix: str) -> None:
    """The mapping file for the tables above."""
    columns = OTHERS | TEXTS | (KML if suffix == ".kml" else {})
    lines = "\n".join(f'{part} = "{header}"' for part, header in columns.items())
    path.write_text(
        f'[source]\nid = "{source_id}"\ntitle = "<b>{{{{7*7}}}}</b>"\npublisher = "<i>{{% raw</i>"\n'
        f'licence = "CC0"\nperiod_days = 30\n\n[columns]\n{lines}\n\n'
        f'[defaults]\nkind = "branch"\nneeds = ["{FORMATS[suffix][1]}"]\n',
        encoding="utf-8",
    )
