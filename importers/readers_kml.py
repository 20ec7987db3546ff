"""KML, read as a stream without GDAL, whose driver keeps the name and the description of a place and no more.

Each Placemark is a row: its name, its description, its point as `geometry_x` and `geometry_y`, and a column for
every `Data` and `SimpleData` of its ExtendedData. Links in the file (NetworkLink, href) are never followed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from importers.errors import ImportFileError
from importers.guards import Limits
from importers.readers_geojson import GEOMETRY_COLUMNS
from importers.readers_json import cells_of, check_keys, number_text
from importers.readers_table import Cells, Table
from importers.source import Column, Format
from importers.words import fold

FIXED_COLUMNS = (*GEOMETRY_COLUMNS, "name", "description")
# Files typed by hand often declare no namespace at all; the root must be <kml> all the same.
_NAMESPACES = {
    "",
    "http://www.opengis.net/kml/2.2",
    "http://www.opengis.net/kml/2.3",
    "http://earth.google.com/kml/2.0",
    "http://earth.google.com/kml/2.1",
    "http://earth.google.com/kml/2.2",
    "http://www.google.com/kml/ext/2.2",
}
_SHAPES = {
    "Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Model", "Track", "MultiTrack",
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_DEPTH = 100
_SHOWN = 20


@contextmanager
def open_kml(path: Path, hints: Format, columns: Sequence[Column], limits: Limits) -> Iterator[Table]:
    """Every Placemark of the file, or those of the declared layer: a Document or Folder of that name."""
    del columns
    keys = {name: place for place, name in enumerate(FIXED_COLUMNS)}
    with path.open("rb") as handle:
        document, count = _Document(path, handle, limits, hints.layer), 0
        for _, placemark in document.placemarks():
            count += 1
            for key in _extended(placemark):
                keys.setdefault(key, len(keys))
            check_keys(path, keys, limits)
        if not count:
            raise document.without_places()
    with path.open("rb") as handle:
        rows = _rows(_Document(path, handle, limits, hints.layer), keys)
        yield Table(list(keys), 0, rows, crs="EPSG:4326")  # KML knows no other system


def _rows(document: "_Document", keys: Mapping[str, int]) -> Iterator[tuple[int, Cells]]:
    for number, placemark in document.placemarks():
        texts = {
            name: _text(child) for child in placemark if (name := _local(child)) in ("name", "description")
        }
        yield number, cells_of(_extended(placemark) | texts | _geometry(placemark), keys)


def _local(element: Element) -> str:
    """The element's name without its namespace; nothing for an element that is not KML's."""
    space, _, name = element.tag.rpartition("}")
    return name if space.removeprefix("{") in _NAMESPACES else ""


def _text(element: Element | None) -> str:
    """All text inside, without the indentation around it."""
    return "".join(element.itertext()).strip() if element is not None else ""


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if _local(child) == name), None)


def _extended(placemark: Element) -> dict[str, str]:
    """ExtendedData as texts by column. What one place says twice under a name is joined with ';', as lists are."""
    found: dict[str, list[str]] = {}
    for name, text in _pairs(_child(placemark, "ExtendedData")):
        # A column called like one of ours would make two columns of one name, which is refused further on.
        key = f"ExtendedData.{name}" if fold(name) in FIXED_COLUMNS else name
        texts = found.setdefault(key, [])
        if text and text not in texts:
            texts.append(text)
    return {key: ";".join(texts) for key, texts in found.items()}


def _pairs(extended: Element | None) -> Iterator[tuple[str, str]]:
    """Name and text of both kinds of columns: Data with its value, and SimpleData inside SchemaData."""
    for child in extended if extended is not None else ():
        kind = _local(child)
        if kind == "Data" and child.get("name"):
            yield child.attrib["name"], _text(_child(child, "value"))
        elif kind == "SchemaData":
            for simple in child:
                if _local(simple) == "SimpleData" and simple.get("name"):
                    yield simple.attrib["name"], _text(simple)


def _geometry(placemark: Element) -> dict[str, str]:
    """The point's texts. A geometry that is no single point gives its type and no position."""
    shape = next((child for child in placemark if _local(child) in _SHAPES), None)
    if shape is None:
        return {}
    kind = _local(shape)
    if kind == "MultiGeometry":
        parts = [child for child in shape if _local(child) in _SHAPES]
        shape = parts[0] if len(parts) == 1 else shape
    said = _text(_child(shape, "coordinates")) if _local(shape) == "Point" else ""
    if not said:
        return {"geometry_type": kind}
    x, y = _position(said)
    return {"geometry_type": kind, "geometry_x": x, "geometry_y": y}


def _position(said: str) -> tuple[str, str]:
    """Longitude and latitude of "lon,lat[,height]".

    What is not that is handed on as it stands, so that the position step tells of it: without a text the place
    would look as if it had stated none, and a seat could stand in.
    """
    parts = [part.strip() for part in said.split(",")]
    if len(parts) not in (2, 3):
        return said[:100], said[:100]
    x, y = (number_text(float(part)) if _NUMBER.fullmatch(part) else part[:100] for part in parts[:2])
    return x, y


class _Source:
    """The file's bytes, which end in a refusal when one thing in it has no end.

    The parser keeps whatever is not complete: without this, one endless text or tag would fill the memory.
    """

    def __init__(self, path: Path, handle: BinaryIO, limits: Limits) -> None:
        self._path, self._handle, self._most = path, handle, limits.feature_chars
        self._since = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if self._since > self._most:
            raise _error(self._path, "un elemento es demasiado largo o no se cierra")
        block = self._handle.read(size)
        self._since += len(block)
        return block

    def complete(self) -> None:
        """Something ended and was forgotten: the count starts again."""
        self._since = 0


class _Document:
    """A cursor over the Placemarks of one KML file, holding at most one of them."""

    def __init__(self, path: Path, handle: BinaryIO, limits: Limits, layer: str | None) -> None:
        self.path, self.limits, self.layer = path, limits, layer
        self._source = _Source(path, handle, limits)
        self._open: list[Element] = []
        self._titles: list[str] = []  # of the open elements; only Documents and Folders get one
        self._seen_titles: dict[str, None] = {}
        self._words: set[str] = set()
        self._place_depth = 0
        self._number = 0

    def placemarks(self) -> Iterator[tuple[int, Element]]:
        """Each Placemark with its number in the file, from 1. Its content is gone when the next one is asked."""
        for event, found in self._events():
            if event == "start-ns":
                self._know(found[:1])
            elif event == "start":
                self._enter(found)
            elif self._leave(found):
                if self.layer is None or self.layer in self._titles:
                    yield self._number, found
                self._forget(found)
            elif not self._place_depth:
                self._forget(found)

    def _events(self) -> Iterator[tuple[str, Any]]:
        """Elements, and the prefixes of namespaces. A DTD is refused before anything it declares is used."""
        try:
            yield from iterparse(self._source, ("start", "end", "start-ns"), forbid_dtd=True)
        except DefusedXmlException as error:
            raise ImportFileError(
                "declara entidades o una DTD, que no se aceptan",
                file=self.path,
                mend="exporte el KML sin DTD",
            ) from error
        except ParseError as error:
            problem = f"el XML está mal formado o incompleto (línea {error.position[0]})"
            raise _error(self.path, problem) from error
        except (ValueError, LookupError) as error:
            raise _error(self.path, "el XML declara una codificación que no se lee") from error

    def _enter(self, element: Element) -> None:
        if not self._open:
            self._check_root(element)
        self._open.append(element)
        self._titles.append("")
        if len(self._open) > _DEPTH:
            raise _error(self.path, "tiene demasiados niveles")
        self._know((element.tag, *element.attrib))
        if not self._place_depth and _local(element) == "Placemark":
            self._place_depth = len(self._open)

    def _know(self, words: Sequence[str]) -> None:
        """The parser never forgets a name of an element or attribute: a file with ever new ones has no end."""
        self._words.update(words)
        if len(self._words) > self.limits.columns:
            raise _error(self.path, f"usa más de {self.limits.columns} nombres de elementos distintos")

    def _check_root(self, element: Element) -> None:
        space, _, name = element.tag.rpartition("}")
        if name != "kml":
            raise _error(self.path, "no es KML")
        if not _local(element):
            raise _error(self.path, f"«{space.removeprefix('{')[:80]}» no es el espacio de nombres de KML")

    def _leave(self, element: Element) -> bool:
        """Whether the element that ends is a Placemark."""
        depth = len(self._open)
        self._open.pop()
        self._titles.pop()
        if self._place_depth == depth:
            self._place_depth = 0
            self._number += 1
            return True
        if not self._place_depth and self._open and _local(element) == "name":
            self._entitle(_text(element))
        return False

    def _entitle(self, title: str) -> None:
        if _local(self._open[-1]) in ("Document", "Folder"):
            self._titles[-1] = title
            if len(self._seen_titles) < _SHOWN:
                self._seen_titles[title[:80]] = None

    def _forget(self, element: Element) -> None:
        """Let the element go: clearing it alone would leave an empty one in its parent for each row."""
        element.clear()
        if self._open:
            del self._open[-1][:]
        self._source.complete()

    def without_places(self) -> ImportFileError:
        """What to say of a file, or a layer, without a Placemark."""
        if self.layer is not None:
            names = ", ".join(self._seen_titles) or "ninguna"
            return ImportFileError(
                f"no tiene lugares (Placemark) en la capa «{self.layer}»; tiene: {names}",
                file=self.path,
                mend="declare una de ellas, o ninguna para leer todo",
            )
        return ImportFileError(
            "no trae ningún lugar (Placemark)",
            file=self.path,
            mend="si solo enlaza a otro archivo (NetworkLink), descargue ese y envíelo",
        )


def _error(path: Path, problem: str) -> ImportFileError:
    return ImportFileError(problem, file=path, mend="vuelva a exportarlo como KML 2.2, en UTF-8")
