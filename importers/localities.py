"""Places to search by: gazetteer and locality files, as tables or as polygons with a name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import shapely

from directory.db import transaction
from directory.gazetteer import PlaceRecord, store_places
from directory.settings import Settings
from directory.staging import Changes, Database, Progress
from directory.territory_store import read_areas
from geo.errors import PositionError
from geo.points import LonLat
from importers import country
from importers.area_columns import (
    CODE_NAMES,
    LAT_NAMES,
    LON_NAMES,
    PEOPLE_NAMES,
    PLACE_NAMES,
    code_of,
    first_of,
    number_of,
    open_texts,
)
from importers.country import CountryFacts
from importers.errors import ImportFileError
from importers.guards import Limits
from importers.shapes import open_layers

SHAPES = {".geojson", ".json", ".gpkg", ".zip"}
LONGEST_NAME = 120
# Names that census layers give to what has none.
NAMELESS = {"indeterminada", "indeterminado", "sin nombre", "s n"}


@dataclass(frozen=True, slots=True)
class PlacesReport:
    """What a file of places gave. known: under the same name in the same comuna already."""

    rows: int
    places: Changes
    known: int
    without_position: int
    without_name: int

    def lines(self) -> list[str]:
        """The report in Spanish, for the person who loaded the file."""
        return [
            f"{self.rows} filas leídas: {self.places.inserted} lugares nuevos,"
            f" {self.places.updated} cambiados, {self.places.deleted} retirados;"
            f" {self.known} ya se conocían.",
            f"Sin coordenadas (no se publican): {self.without_position}; sin nombre: {self.without_name}.",
        ]


@dataclass(slots=True)
class _Counts:
    rows: int = 0
    without_position: int = 0
    without_name: int = 0
    known_areas: set[str] = field(default_factory=set)


def load_places(
    database: Database, file: Path, *, settings: Settings | None = None, progress: Progress | None = None
) -> PlacesReport:
    """Make the places of this file (by its name) exactly its rows. Raises ImportFileError.

    Rows without coordinates are counted and left out: a name without a point answers no search.
    """
    facts = country.read_facts((settings or Settings()).country_folder)
    counts = _Counts()
    with transaction(database) as session:
        counts.known_areas = {code for code, one in read_areas(session).items() if one.kind == "comuna"}
        texts = _shape_texts(file) if file.suffix.lower() in SHAPES else _table_texts(file)
        stored = store_places(session, file.stem, _records(texts, facts, counts, progress))
        if not counts.rows:
            raise ImportFileError("no trae ninguna fila", file=file, mend="revise el archivo")
    return PlacesReport(
        counts.rows, stored.changes, stored.known, counts.without_position, counts.without_name
    )


def _table_texts(file: Path) -> Iterator[tuple[Mapping[str, str], LonLat | None]]:
    with open_texts(file, PLACE_NAMES) as rows:
        for _, texts in rows:
            yield texts, _point(texts)


def _shape_texts(file: Path) -> Iterator[tuple[Mapping[str, str], LonLat | None]]:
    """Features of the layers that name places, each at a point inside of it."""
    with open_layers(file, Limits(file_bytes=1024**3)) as layers:
        for layer in layers:
            if not set(PLACE_NAMES) & set(layer.fields):
                continue
            for feature in layer.features:
                inside = None if feature.shape is None else shapely.point_on_surface(feature.shape)
                yield feature.texts, None if inside is None else LonLat(inside.x, inside.y)


def _records(
    texts_and_points: Iterator[tuple[Mapping[str, str], LonLat | None]],
    facts: CountryFacts,
    counts: _Counts,
    progress: Progress | None,
) -> Iterator[PlaceRecord]:
    for texts, point in texts_and_points:
        counts.rows += 1
        if progress is not None:
            progress(counts.rows, None)
        name = " ".join(first_of(texts, PLACE_NAMES).replace("\0", "").split())
        if point is None:
            counts.without_position += 1
        elif not name or len(name) > LONGEST_NAME or name.lower() in NAMELESS:
            counts.without_name += 1
        else:
            yield _record(name, point, texts, facts, counts.known_areas)


def _record(
    name: str, point: LonLat, texts: Mapping[str, str], facts: CountryFacts, known: set[str]
) -> PlaceRecord:
    code = code_of(texts, CODE_NAMES["comuna"], facts, "comuna")
    people = number_of(first_of(texts, PEOPLE_NAMES))
    return PlaceRecord(
        "locality",
        name.title() if name.isupper() else name,
        point,
        code if code in known else None,
        population=round(people) if people is not None and 0 <= people < 2**31 else None,
    )


def _point(texts: Mapping[str, str]) -> LonLat | None:
    lon, lat = number_of(first_of(texts, LON_NAMES)), number_of(first_of(texts, LAT_NAMES))
    if lon is None or lat is None:
        return None
    try:
        return LonLat(lon, lat)
    except PositionError:
        return None  # counted as a row without position
