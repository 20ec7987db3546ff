"""One way to open any file as a table. The extension chooses the reader; the content must then agree.

Nothing here lets a library guess the format from the content: that is how a file called .csv comes to read
other files and to call other hosts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from directory.records import IssueRecord
from importers.errors import ImportFileError
from importers.guards import DEFAULT_LIMITS, Limits, check_file
from importers.readers_child import open_geopackage, open_shapefile, open_workbook
from importers.readers_geojson import open_geojson
from importers.readers_kml import open_kml
from importers.readers_table import Table, column_index
from importers.readers_text import open_delimited, open_json_lines
from importers.source import Column, Format, Row

UNDECLARED = Format()

type Reader = Callable[[Path, Format, Sequence[Column], Limits], AbstractContextManager[Table]]

READERS: Mapping[str, Reader] = {
    ".csv": open_delimited,
    ".tsv": open_delimited,
    ".txt": open_delimited,
    ".xlsx": open_workbook,
    ".xls": open_workbook,
    ".ods": open_workbook,
    ".jsonl": open_json_lines,
    ".ndjson": open_json_lines,
    ".geojson": open_geojson,
    ".gpkg": open_geopackage,
    ".zip": open_shapefile,
    ".kml": open_kml,
}


def open_table(
    path: Path, hints: Format = UNDECLARED, columns: Sequence[Column] = (), limits: Limits = DEFAULT_LIMITS
) -> AbstractContextManager[Table]:
    """The file as a table, once it has passed the guards. ImportFileError says what is wrong with it."""
    check_file(path, limits)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ImportFileError(
            f"no se leen archivos «{path.suffix or 'sin extensión'}»",
            file=path,
            mend=f"use uno de estos formatos: {', '.join(sorted(READERS))}",
        )
    return reader(path, hints, columns, limits)


def read_rows(
    path: Path,
    table: Table,
    columns: Sequence[Column],
    *,
    key: str | None = None,
    sides: Mapping[str, Mapping[str, Sequence[Row]]] | None = None,
) -> Iterator[Row | IssueRecord]:
    """The table's rows as parsers see them. Rows with nothing in them are left out."""
    index = column_index(path, table.header, columns, table.header_row)
    place = index[key] if key is not None else -1
    joined: Mapping[str, Mapping[str, Sequence[Row]]] = sides or {}
    for item in table.rows:
        if isinstance(item, IssueRecord):
            yield item
            continue
        number, cells = item
        if any(cells) and not "".join(cells).isspace():
            yield Row(number, cells, index, joined, cells[place].strip() if place >= 0 else "", [])
