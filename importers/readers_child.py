"""Workbooks and geographic files, read in a child process (see `importers.child`)."""

import struct
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from importers.child import answers
from importers.errors import ImportFileError
from importers.guards import Limits, check_zip
from importers.readers_table import Cells, Table, table_of
from importers.source import Column, Format

_OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
_SHAPE_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}


@contextmanager
def open_workbook(path: Path, hints: Format, columns: Sequence[Column], limits: Limits) -> Iterator[Table]:
    """One sheet of an XLSX, XLS or ODS file as a table."""
    if path.suffix.lower() == ".xls":
        _check_start(path, _OLE2, "una planilla XLS")
    else:
        check_zip(path, limits, workbook=True)
    with answers(
        "importers.workbook_child", [str(path.resolve()), hints.sheet or ""], path, limits
    ) as values:
        next(values)  # the names of the sheets, for messages
        records = _even(_numbered(values))
        table = table_of(path, records, columns, hints)
        table.rows = _fitted(records, len(table.header))
        yield table


def _numbered(values: Iterator[Any]) -> Iterator[tuple[int, Cells]]:
    yield from enumerate(values, start=1)


def _even(records: Iterator[tuple[int, Cells]]) -> Iterator[tuple[int, Cells]]:
    """Rows without the empty cells a sheet has at its right."""
    for number, cells in records:
        while cells and not cells[-1].strip():
            cells.pop()
        yield number, cells


def _fitted(records: Iterator[tuple[int, Cells]], width: int) -> Iterator[tuple[int, Cells]]:
    """Rows as wide as the header: cells right of it have no name and are notes of people."""
    for number, cells in records:
        if cells:
            yield number, (cells + [""] * (width - len(cells)))[:width]


@contextmanager
def open_geopackage(path: Path, hints: Format, columns: Sequence[Column], limits: Limits) -> Iterator[Table]:
    """One layer of a GeoPackage."""
    _check_start(path, b"SQLite format 3\0", "un GeoPackage")
    with _open_layer(path, path, "gpkg", hints, limits) as table:
        yield table


@contextmanager
def open_shapefile(path: Path, hints: Format, columns: Sequence[Column], limits: Limits) -> Iterator[Table]:
    """A zip with one Shapefile, unpacked to a folder of its own."""
    entries = check_zip(path, limits)
    wanted = [entry for entry in entries if PurePosixPath(entry.filename).suffix.lower() in _SHAPE_PARTS]
    if sum(entry.filename.lower().endswith(".shp") for entry in wanted) != 1:
        raise ImportFileError(
            "el .zip debe traer un solo Shapefile", file=path, mend="comprima juntos .shp, .shx, .dbf y .prj"
        )
    with tempfile.TemporaryDirectory(prefix="cercana-") as folder:
        shape = _unpack(path, wanted, Path(folder))
        with _open_layer(shape, path, "shp", hints, limits) as table:
            yield table


def _unpack(path: Path, entries: Sequence[zipfile.ZipInfo], folder: Path) -> Path:
    """Write the parts under one name of our own; zipfile never writes more than an entry declares."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in entries:
                part = folder / f"datos{PurePosixPath(entry.filename).suffix.lower()}"
                with archive.open(entry) as packed, part.open("wb") as unpacked:
                    while block := packed.read(1 << 20):
                        unpacked.write(block)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise ImportFileError(
            "el .zip está dañado o incompleto", file=path, mend="vuelva a crearlo o a descargarlo"
        ) from error
    shape = folder / "datos.shp"
    _check_start(shape, struct.pack(">i", 9994), "un Shapefile")
    return shape


@contextmanager
def _open_layer(path: Path, shown: Path, kind: str, hints: Format, limits: Limits) -> Iterator[Table]:
    arguments = [str(path.resolve()), kind, hints.layer or ""]
    with answers("importers.gdal_child", arguments, shown, limits) as values:
        first = next(values)
        yield Table(first["header"], 0, _numbered(values), crs=first["crs"])


def _check_start(path: Path, mark: bytes, what: str) -> None:
    """Refuse a file whose first bytes are not those of its kind: the name alone proves nothing."""
    with path.open("rb") as handle:
        if handle.read(len(mark)) != mark:
            raise ImportFileError(f"no es {what}, aunque así se llame", file=path, mend="revise el archivo")
