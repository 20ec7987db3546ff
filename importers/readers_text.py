"""CSV, TSV and JSON lines. Lines are bounded, memory too, whatever the file says of itself."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from directory.records import IssueRecord, Severity
from importers.errors import ImportFileError
from importers.guards import Limits
from importers.readers_encoding import find_encoding
from importers.readers_json import cells_of, check_keys, flatten
from importers.readers_table import PREAMBLE_ROWS, Cells, Table, checked_widths, table_of
from importers.source import Column, Format
from importers.words import fold

_DELIMITERS = (";", ",", "\t", "|")


@contextmanager
def open_delimited(path: Path, hints: Format, columns: Sequence[Column], limits: Limits) -> Iterator[Table]:
    """A CSV or TSV file as a table."""
    with path.open("rb") as raw:
        _check_first_line(path, raw.read(8 * limits.line_chars), limits)
    encoding = find_encoding(path, hints.encoding)
    with path.open(encoding=encoding, newline="") as handle:
        lines = _bounded_lines(handle, path, limits)
        start = list(islice(lines, PREAMBLE_ROWS + (hints.header_row or 0)))
        delimiter = hints.delimiter or _find_delimiter(start, columns)
        table = _delimited_table(path, chain(start, lines), delimiter, columns, hints)
        table.encoding = encoding
        yield checked_widths(path, table)


def _check_first_line(path: Path, start: bytes, limits: Limits) -> None:
    """Refuse a file of one endless line before its encoding is looked for, which reads all of it."""
    if len(start) >= 8 * limits.line_chars and b"\n" not in start and b"\r" not in start:
        raise _long_line(path, 1, limits)


def _bounded_lines(handle: TextIO, path: Path, limits: Limits) -> Iterator[str]:
    number, most = 0, limits.line_chars
    try:
        while line := handle.readline(most + 1):
            number += 1
            if len(line) > most:
                raise _long_line(path, number, limits)
            yield line
    except UnicodeDecodeError as error:
        raise ImportFileError(
            f"hay bytes que no son {handle.encoding}",
            file=path,
            row=number + 1,
            mend="declare la codificación correcta, o guárdelo como «CSV UTF-8»",
        ) from error


def _long_line(path: Path, row: int, limits: Limits) -> ImportFileError:
    return ImportFileError(
        f"una línea pasa de {limits.line_chars // 1024} mil caracteres",
        file=path,
        row=row,
        mend="revise que el archivo tenga una fila por línea y que las comillas cierren",
    )


def _find_delimiter(start: Sequence[str], columns: Sequence[Column]) -> str:
    """The delimiter under which most of the expected headers appear; without any, the most even one."""
    expected = {spelling for column in columns for spelling in column.spellings}

    def score(delimiter: str) -> tuple[int, int]:
        rows = [row for row in _lenient_rows(start, delimiter) if row]
        matches = max((len(expected.intersection(map(fold, row))) for row in rows), default=0)
        widths = [len(row) for row in rows if len(row) > 1]
        return matches, max((widths.count(width) * (width - 1) for width in set(widths)), default=0)

    return max(_DELIMITERS, key=score)


def _lenient_rows(start: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(start, delimiter=delimiter))
    except csv.Error:
        return []  # this delimiter reads nothing here: another one scores better


def _delimited_table(
    path: Path, lines: Iterator[str], delimiter: str, columns: Sequence[Column], hints: Format
) -> Table:
    broken: list[IssueRecord] = []
    records = _records(path, csv.reader(lines, delimiter=delimiter, strict=True), broken)
    table = table_of(path, records, columns, hints)
    table.rows = _with_broken(records, broken)
    return table


def _records(path: Path, reader: Iterator[Cells], broken: list[IssueRecord]) -> Iterator[tuple[int, Cells]]:
    """Numbered rows. A row with broken quotes becomes an issue; quotes open at the end mean a cut file."""
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end" in str(error) or "field limit" in str(error):
                raise _open_quotes(path, number) from error
            broken.append(_malformed(number))
            yield number, []
            continue
        yield number, cells


def _with_broken(
    records: Iterator[tuple[int, Cells]], broken: list[IssueRecord]
) -> Iterator[tuple[int, Cells] | IssueRecord]:
    for item in records:
        if broken:
            yield from broken
            broken.clear()
        elif item[1]:
            yield item


def _open_quotes(path: Path, row: int) -> ImportFileError:
    return ImportFileError(
        "se abre una comilla que no cierra: el archivo está cortado o mal exportado",
        file=path,
        row=row,
        mend="vuelva a exportarlo o a descargarlo entero; los datos publicados no cambian",
    )


def _malformed(row: int) -> IssueRecord:
    return IssueRecord(
        "malformed_row",
        "Comillas mal puestas en la fila: una comilla dentro de un texto se escribe doble. No se publicó.",
        Severity.ERROR,
        row=row,
    )


@contextmanager
def open_json_lines(path: Path, hints: Format, columns: Sequence[Column], limits: Limits) -> Iterator[Table]:
    """A file with one JSON object per line: nested names are joined with a point, lists with ';'."""
    del columns
    encoding = find_encoding(path, hints.encoding or None)
    keys: dict[str, int] = {}
    with path.open(encoding=encoding) as handle:
        for _, found in _objects(handle, path, limits):
            if isinstance(found, dict):
                for key in found:
                    keys.setdefault(key, len(keys))
                check_keys(path, keys, limits)
    with path.open(encoding=encoding) as handle:
        yield Table(list(keys), 0, _json_rows(handle, path, keys, limits), encoding=encoding)


def _objects(handle: TextIO, path: Path, limits: Limits) -> Iterator[tuple[int, dict[str, str] | None]]:
    """Each line's object, flattened; None for a line that is no JSON object."""
    for number, line in enumerate(_bounded_lines(handle, path, limits), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        yield number, flatten(found) if isinstance(found, dict) else None


def _json_rows(
    handle: TextIO, path: Path, keys: dict[str, int], limits: Limits
) -> Iterator[tuple[int, Cells] | IssueRecord]:
    last_broken: IssueRecord | None = None
    for number, found in _objects(handle, path, limits):
        if last_broken is not None:
            yield last_broken
            last_broken = None
        if found is None:
            last_broken = IssueRecord(
                "malformed_row", "La línea no es un objeto JSON. No se publicó.", Severity.ERROR, row=number
            )
        else:
            yield number, cells_of(found, keys)
    if last_broken is not None:
        raise ImportFileError(
            "la última línea no es un objeto JSON: el archivo está cortado",
            file=path,
            row=last_broken.row,
            mend="vuelva a exportarlo entero; los datos publicados no cambian",
        )
