"""What every reader answers: a table with its header found, and its rows one at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from directory.records import IssueRecord, Severity
from importers.errors import ImportFileError
from importers.source import Column, Format
from importers.words import fold

PREAMBLE_ROWS = 30
"""Rows in which the header must be found: what stands above it is a title or a note."""

Cells = list[str]


@dataclass(slots=True)
class Table:
    """A table being read. crs is what the file itself declares; encoding is what it was read with."""

    header: Cells
    header_row: int
    rows: Iterator[tuple[int, Cells] | IssueRecord]
    crs: str | None = None
    encoding: str | None = None


Numbered = Iterator[tuple[int, Cells]]


def table_of(path: Path, records: Numbered, columns: Sequence[Column], hints: Format) -> Table:
    """Find the header among the first rows, and answer the rows below it."""
    start: list[tuple[int, Cells]] = []
    for number, cells in records:
        start.append((number, cells))
        if _is_header(number, cells, columns, hints):
            return Table(cells, number, records)
        if len(start) >= max(PREAMBLE_ROWS, hints.header_row or 0):
            break
    raise _no_header(path, start, columns)


def _is_header(number: int, cells: Cells, columns: Sequence[Column], hints: Format) -> bool:
    if hints.header_row is not None:
        return number == hints.header_row
    if any(column.required for column in columns):
        present = {fold(cell) for cell in cells}
        return all(present.intersection(column.spellings) for column in columns if column.required)
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) >= 2 and len(filled) * 2 > len(cells) and len(set(filled)) == len(filled)


def _no_header(path: Path, start: list[tuple[int, Cells]], columns: Sequence[Column]) -> ImportFileError:
    wanted = [column for column in columns if column.required]
    best, row = 0, None
    missing = [column.name for column in wanted]
    for number, cells in start:
        present = {fold(cell) for cell in cells}
        lacking = [column.name for column in wanted if not present.intersection(column.spellings)]
        if len(wanted) - len(lacking) > best:
            best, row, missing = len(wanted) - len(lacking), number, lacking
    names = ", ".join(f"«{name}»" for name in missing)
    return ImportFileError(
        f"no se encontró la fila de títulos: falta {names}" if names else "no se encontró la fila de títulos",
        file=path,
        row=row,
        mend=f"ponga los títulos en las primeras {PREAMBLE_ROWS} filas, con sus nombres de siempre",
    )


def column_index(path: Path, header: Sequence[str], columns: Sequence[Column], row: int) -> dict[str, int]:
    """Where each declared column stands (-1: not in this file). Two columns for one name are refused."""
    places: dict[str, list[int]] = {}
    for position, text in enumerate(header):
        places.setdefault(fold(text), []).append(position)
    index = {}
    for column in columns:
        found = sorted({place for spelling in column.spellings for place in places.get(spelling, ())})
        if len(found) > 1:
            raise ImportFileError(
                f"{len(found)} columnas pueden ser «{column.name}»",
                file=path,
                row=row,
                field=column.name,
                mend="deje una sola, o cambie el título de las otras",
            )
        index[column.name] = found[0] if found else -1
    return index


def checked_widths(path: Path, table: Table) -> Table:
    """The table with rows of the header's width only; others become issues.

    A last row that is too short means that the file was cut: nothing of it may be published.
    """
    table.rows = _same_width(path, table.rows, len(table.header))
    return table


def _same_width(
    path: Path, rows: Iterator[tuple[int, Cells] | IssueRecord], width: int
) -> Iterator[tuple[int, Cells] | IssueRecord]:
    short: tuple[int, int] | None = None
    for item in rows:
        if short is not None:
            yield _ragged(*short, width)
            short = None
        if isinstance(item, IssueRecord) or len(item[1]) == width:
            yield item
            continue
        number, cells = item
        extra = cells[width:]
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < width:
            short = number, len(cells)
        elif any(cell.strip() for cell in extra):
            yield _ragged(number, len(cells), width)
        else:
            yield number, cells[:width]
    if short is not None:
        raise ImportFileError(
            f"la última fila tiene {short[1]} columnas y el título {width}: el archivo está cortado",
            file=path,
            row=short[0],
            mend="vuelva a exportarlo o a descargarlo entero; los datos publicados no cambian",
        )


def _ragged(number: int, found: int, width: int) -> IssueRecord:
    return IssueRecord(
        "ragged_row",
        f"La fila tiene {found} columnas y el título {width}; revise separadores y comillas. No se publicó.",
        Severity.ERROR,
        row=number,
    )
