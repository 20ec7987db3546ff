"""GeoJSON, read as a stream without GDAL: one feature at a time, whether or not the file has line breaks.

Each feature's properties become cells; its point becomes the columns `geometry_x` and `geometry_y`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TextIO

from directory.records import IssueRecord, Severity
from importers.errors import ImportFileError
from importers.guards import Limits
from importers.readers_encoding import find_encoding
from importers.readers_json import cells_of, check_keys, flatten, number_text
from importers.readers_table import Cells, Table
from importers.source import Column, Format

GEOMETRY_COLUMNS = ("geometry_type", "geometry_x", "geometry_y")
_BLOCK = 64 * 1024


@contextmanager
def open_geojson(path: Path, hints: Format, columns: Sequence[Column], limits: Limits) -> Iterator[Table]:
    """A FeatureCollection as a table: its header is the union of the properties' names."""
    del columns
    encoding = find_encoding(path, hints.encoding)
    keys = {name: place for place, name in enumerate(GEOMETRY_COLUMNS)}
    with path.open(encoding=encoding) as handle:
        document = _Document(path, handle, limits)
        for feature in document.features():
            for key in _properties(feature):
                keys.setdefault(key, len(keys))
            check_keys(path, keys, limits)
    with path.open(encoding=encoding) as handle:
        rows = _rows(_Document(path, handle, limits), keys)
        yield Table(list(keys), 0, rows, crs=document.crs, encoding=encoding)


def _rows(document: "_Document", keys: Mapping[str, int]) -> Iterator[tuple[int, Cells] | IssueRecord]:
    for number, feature in enumerate(document.features(), start=1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            yield IssueRecord(
                "malformed_row",
                "El elemento no es un Feature de GeoJSON. No se publicó.",
                Severity.ERROR,
                row=number,
            )
        else:
            yield number, cells_of(_properties(feature) | _point(feature.get("geometry")), keys)


def _properties(feature: object) -> dict[str, str]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    flat = flatten(properties) if isinstance(properties, dict) else {}
    return {key: text for key, text in flat.items() if key not in GEOMETRY_COLUMNS}


def _point(geometry: object) -> dict[str, str]:
    """The point's texts. A geometry that is no single point gives its type and no position."""
    if not isinstance(geometry, dict):
        return {}
    kind, at = str(geometry.get("type", "")), geometry.get("coordinates")
    if kind == "MultiPoint" and isinstance(at, list) and len(at) == 1:
        at = at[0]
    elif kind != "Point":
        at = None
    if isinstance(at, list) and len(at) >= 2 and all(_is_number(part) for part in at[:2]):
        x, y = (number_text(float(part)) for part in at[:2])
        return {"geometry_type": kind, "geometry_x": x, "geometry_y": y}
    return {"geometry_type": kind}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


class _Document:
    """A cursor over the top level of one GeoJSON text, holding at most one feature of it."""

    def __init__(self, path: Path, handle: TextIO, limits: Limits) -> None:
        self.path, self.handle, self.limits = path, handle, limits
        self.crs: str | None = None
        self._buffer, self._at, self._ended = "", 0, False
        self._decoder = json.JSONDecoder(parse_constant=_no_constant)

    def features(self) -> Iterator[Any]:
        """Every element of "features", in order."""
        self._take("{")
        kind, found = None, False
        while not self._skip_if("}"):
            name = self._value()
            self._take(":")
            if name == "features" and self._peek() == "[":
                found = True
                yield from self._elements()
            else:
                value = self._value()
                kind = value if name == "type" else kind
                self._keep_crs(name, value, found)
            self._skip_if(",")
        if kind != "FeatureCollection" or not found:
            raise self._error("no es un FeatureCollection de GeoJSON")

    def _elements(self) -> Iterator[Any]:
        self._take("[")
        while not self._skip_if("]"):
            yield self._value()
            self._skip_if(",")

    def _keep_crs(self, name: object, value: object, found: bool) -> None:
        if name != "crs" or not isinstance(value, dict):
            return
        properties = value.get("properties")
        self.crs = str(properties.get("name")) if isinstance(properties, dict) else None
        if found and self.crs is not None:
            raise self._error("declara «crs» después de «features»")

    def _peek(self) -> str:
        while True:
            while self._at < len(self._buffer):
                if not self._buffer[self._at].isspace():
                    return self._buffer[self._at]
                self._at += 1
            if not self._fill():
                raise self._error("termina antes de tiempo: está cortado")

    def _take(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._error(f"se esperaba «{mark}»")
        self._at += 1

    def _skip_if(self, mark: str) -> bool:
        if self._peek() != mark:
            return False
        self._at += 1
        return True

    def _value(self) -> Any:
        """The next JSON value, reading on while it is incomplete and within its bound."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise self._error("tiene demasiados niveles") from error
            except ValueError as error:
                self._read_on(error)
                continue
            if end == len(self._buffer) and self._fill():
                continue  # a number may go on in the next block
            self._at = end
            return value

    def _read_on(self, error: ValueError) -> None:
        if len(self._buffer) - self._at > self.limits.feature_chars:
            raise self._error("un elemento es demasiado largo o está mal escrito") from error
        if not self._fill():
            raise self._error("está cortado o mal escrito") from error

    def _fill(self) -> bool:
        """Read one block more, forgetting what was used. False at the end of the file."""
        try:
            block = self.handle.read(_BLOCK)
        except UnicodeDecodeError as error:
            raise self._error(f"hay bytes que no son {self.handle.encoding}") from error
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        return bool(block)

    def _error(self, problem: str) -> ImportFileError:
        mend = "vuelva a exportarlo como GeoJSON (FeatureCollection, EPSG:4326)"
        return ImportFileError(problem, file=self.path, mend=mend)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
