"""The tables of a GTFS zip as data frames of text. Never unpacked to disk; every file is taken as hostile.

Reference: https://gtfs.org/documentation/schedule/reference (comma separated, UTF-8, header in the first row).
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import NetworkError

# What a feed may hold unpacked. The largest of a country's capital is below half a gigabyte.
MOST_BYTES = 4 * 1024**3
MOST_ENTRIES = 500
CHUNK_ROWS = 500_000

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)


class FeedFiles:
    """One zip of tables."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        """Raises NetworkError for what is no zip, or one too large to be a feed."""
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise NetworkError(
                f"{path.name} is no readable zip ({error}): download the GTFS feed again"
            ) from error
        self._members = self._checked(most_bytes)

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()

    def holds(self, name: str) -> bool:
        """Whether the feed has this table, e.g. calendar.txt."""
        return name in self._members

    def table(self, name: str, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
        """The whole table as text without surrounding blanks; "" where a value, or an optional column, is not.

        An absent table is an error when it has required columns, an empty one otherwise.
        """
        wanted = (*required, *optional)
        if not self.holds(name) and not required:
            return pd.DataFrame({column: [] for column in wanted}, dtype=str)
        with self._read(name, required, wanted, dtype=str) as reader:
            frame = pd.concat(reader, ignore_index=True)
        for column in wanted:
            frame[column] = frame[column].fillna("").str.strip() if column in frame else ""
        return frame[list(wanted)]

    def chunks(
        self, name: str, required: Sequence[str], optional: Sequence[str] = ()
    ) -> Iterator[pd.DataFrame]:
        """A large table in parts; every column a category (see `decoded`), absent optional columns are left out."""
        with self._read(name, required, (*required, *optional), dtype="category") as reader:
            yield from reader

    def _checked(self, most_bytes: int) -> dict[str, zipfile.ZipInfo]:
        """Entries by the last part of their name: some publishers zip the folder."""
        entries = self._zip.infolist()
        size = sum(entry.file_size for entry in entries)
        if len(entries) > MOST_ENTRIES:
            raise NetworkError(f"{self.path.name} holds {len(entries)} files: a GTFS feed has about ten")
        if size > most_bytes:
            raise NetworkError(
                f"{self.path.name} would take {size / 1e6:.0f} MB unpacked, more than the {most_bytes / 1e6:.0f} MB"
                " allowed: take a feed of one region"
            )
        members: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = entry.filename.rsplit("/", 1)[-1]
            if entry.is_dir() or not name.endswith(".txt") or entry.filename.startswith("__MACOSX"):
                continue
            if name in members:
                raise NetworkError(f"{self.path.name} holds {name} twice: zip one feed alone")
            members[name] = entry
        return members

    @contextmanager
    def _read(
        self, name: str, required: Sequence[str], wanted: Sequence[str], dtype: Any
    ) -> Iterator[Iterator[pd.DataFrame]]:
        """Parts of a table. What a broken file raises, here or while parts are read, becomes a NetworkError."""
        where = f"{self.path.name}: {name}"
        if not self.holds(name):
            raise NetworkError(f"{where} is missing: ask the publisher for a complete GTFS feed")
        try:
            with self._zip.open(self._members[name]) as stream, _frames(stream, wanted, dtype) as reader:
                yield _named(reader, where, required)
        except UnicodeDecodeError as error:
            raise NetworkError(f"{where} is not UTF-8 ({error.reason}): save it as UTF-8") from error
        except pd.errors.EmptyDataError as error:
            raise NetworkError(f"{where} is empty: ask the publisher for a complete GTFS feed") from error
        except (*_BROKEN, pd.errors.ParserError, RuntimeError) as error:
            raise NetworkError(f"{where} cannot be read ({error}): download the feed again") from error


def _frames(stream: IO[bytes], wanted: Sequence[str], dtype: Any) -> Any:
    """Pandas' reader in parts. "NA" is a name like any other. What a row has beyond its header is not read."""
    return pd.read_csv(
        stream,
        dtype=dtype,
        na_filter=False,
        skipinitialspace=True,
        encoding="utf-8-sig",
        index_col=False,
        usecols=lambda column: column.strip() in wanted,
        chunksize=CHUNK_ROWS,
    )


def _named(reader: Iterator[pd.DataFrame], where: str, required: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Parts with clean column names; NetworkError when a required column is not there."""
    for frame in reader:
        clean = frame.rename(columns=str.strip)
        for column in required:
            if column not in clean:
                raise NetworkError(f"{where} has no column {column}: ask the publisher for a valid GTFS feed")
        yield clean


def decoded(
    frame: pd.DataFrame, column: str, value: Callable[[str], float], missing: float, dtype: Any
) -> npt.NDArray[Any]:
    """A category column as numbers; each different text is read once. missing: no field, or no such column."""
    if column not in frame:
        return np.full(len(frame), missing, dtype)
    categories = frame[column].cat
    # The last entry is for rows too short to have the field: their code is -1.
    known = [value(str(text).strip()) for text in categories.categories]
    table: npt.NDArray[Any] = np.array([*known, missing], dtype)
    numbers: npt.NDArray[Any] = table[categories.codes.to_numpy()]
    return numbers
