"""A coverage answer as files: CSV of areas, GeoJSON of cells, GeoPackage with styles. All from one set of parts.

Each file says what its figures stand on: columns of every CSV row, a member of the GeoJSON, a table of the GeoPackage.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

import orjson

from directory.coverage_terms import AreaHead, CoverageReport
from directory.coverage_values import (
    FileParts,
    Values,
    area_values,
    basis_values,
    cell_values,
    read_file_parts,
)

__all__ = ["FORMATS", "FileParts", "read_file_parts", "write_file"]

# Spreadsheets run cells that begin like this; an apostrophe makes them text.
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Degrees to about a decimetre: more is noise (RFC 7946, section 11.2).
DIGITS = 6
LEVELS: Mapping[str, str] = {
    "region": "regions",
    "province": "provinces",
    "comuna": "comunas",
    "settlement": "settlements",
    "band": "bands",
}


def write_file(suffix: str, parts: FileParts) -> bytes:
    """The bytes of a file. suffix: a key of FORMATS."""
    return FORMATS[suffix].write(parts)


def write_csv(parts: FileParts) -> bytes:
    """Areas, settlements, bands and the whole, a row each, with the basis in every row. RFC 4180.

    UTF-8 with a byte order mark, without which spreadsheets take it for something else.
    """
    rows = [_safe(one) for one in csv_rows(parts.report)]
    made = StringIO(newline="")
    writer = csv.DictWriter(made, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode("utf-8-sig")


def csv_rows(report: CoverageReport) -> Iterator[Values]:
    """The rows of the CSV file; the first is the whole."""
    basis = basis_values(report.query, report.basis)
    yield {"level": "all", **area_values(AreaHead("", "", None, report.total, second=report.second)), **basis}
    for level, name in LEVELS.items():
        for one in getattr(report, name):
            yield {"level": level, **area_values(one), **basis}


def write_geojson(parts: FileParts) -> bytes:
    """Cells as points with their figures: RFC 7946, WGS 84. The basis and the whole are members of their own."""
    document = {
        "type": "FeatureCollection",
        "basis": basis_values(parts.report.query, parts.report.basis),
        "total": area_values(AreaHead("", "", None, parts.report.total, second=parts.report.second)),
        "features": [
            {
                "type": "Feature",
                "geometry": {
                    "type": "Point",
                    "coordinates": [round(one.point.lon, DIGITS), round(one.point.lat, DIGITS)],
                },
                "properties": cell_values(one),
            }
            for one in parts.cells
        ],
    }
    return orjson.dumps(document)


def write_geopackage(parts: FileParts) -> bytes:
    """Layers comunas, cells and offers with styles for QGIS, and a table of what the figures stand on."""
    from directory.coverage_geopackage import geopackage

    return geopackage(parts)


def _safe(row: Values) -> Values:
    return {name: _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet runs; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_RUN_BY_SPREADSHEETS):
        return f"'{value}"
    return str(value).lower() if isinstance(value, bool) else value


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One kind of file. media_type: as HTTP calls it."""

    media_type: str
    write: Callable[[FileParts], bytes]


FORMATS: Mapping[str, FileFormat] = {
    ".csv": FileFormat("text/csv; charset=utf-8", write_csv),
    ".gpkg": FileFormat("application/geopackage+sqlite3", write_geopackage),
    ".geojson": FileFormat("application/geo+json", write_geojson),
}
