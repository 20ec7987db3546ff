"""Areas: the country's own facts, then official polygons. One load is one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from directory import drawings
from directory.calendar_store import bump_version, load_holidays
from directory.db import transaction
from directory.gazetteer import AREAS_SOURCE, refresh_precisions, store_places
from directory.settings import Settings
from directory.staging import Changes, Database, Progress, Transaction
from directory.taxonomy import store_needs
from directory.territory_store import (
    APPROXIMATE,
    OFFICIAL,
    ShapeRecord,
    dissolve,
    read_areas,
    seats_outside,
    store_areas,
    store_shapes,
    without_official_shape,
)
from importers import country
from importers.area_codes import CodesReport, load_codes
from importers.area_columns import code_of, names_of_code
from importers.country import CountryFacts
from importers.errors import ImportFileError
from importers.guards import Limits
from importers.localities import PlacesReport, load_places
from importers.readers import READERS
from importers.shapes import Feature, ShapeLayer, multipolygon, open_layers
from importers.words import fold

__all__ = ["AreasReport", "CountryReport", "PlacesReport", "load_areas", "load_country", "load_places"]

# Polygons of a whole country weigh more than any table of offers.
SHAPE_LIMITS = Limits(file_bytes=1024**3)
TABLES = {".csv", ".tsv", ".txt", ".xls", ".xlsx", ".ods"} & set(READERS)
# A seat so far outside its own polygon means that the codes are not those of the polygons.
SEAT_SLACK_M = 30_000.0
SEATS_OUTSIDE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class CountryReport:
    """What loading the country's facts changed. All zero: everything was there."""

    areas: Changes
    shapes: int
    needs: Changes
    places: Changes

    @property
    def changed(self) -> int:
        """Rows changed in all."""
        return self.areas.total + self.shapes + self.needs.total + self.places.total


@dataclass(frozen=True, slots=True)
class AreasReport:
    """What a file of polygons gave. missing: areas of the level that still have no official shape."""

    level: str
    shapes: int
    changed: tuple[str, ...]
    outlines: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    unknown_codes: tuple[str, ...]
    without_code: int
    without_shape: int
    far_from_seat: tuple[str, ...]

    def lines(self) -> list[str]:
        """The report in Spanish, for the person who loaded the file."""
        told = [f"{self.shapes} polígonos leídos, {len(self.changed)} áreas cambiaron."]
        if self.outlines:
            told.append(f"{len(self.outlines)} contornos de provincias y regiones rehechos.")
        if self.missing:
            names = ", ".join(f"{code} {name}" for code, name in self.missing[:10])
            told.append(f"Sin polígono oficial quedan {len(self.missing)}: {names}.")
        if self.unknown_codes:
            told.append(f"Códigos que no existen: {', '.join(self.unknown_codes[:10])}.")
        if self.without_code or self.without_shape:
            told.append(f"Sin código legible: {self.without_code}; sin polígono: {self.without_shape}.")
        if self.far_from_seat:
            told.append(f"Lejos de su cabecera, revíselas: {', '.join(self.far_from_seat[:10])}.")
        return told


def load_country(database: Database, settings: Settings, progress: Progress | None = None) -> CountryReport:
    """Areas, approximate shapes, outline, needs, places and holidays of the country."""
    facts = country.read_facts(settings.country_folder)
    areas, places = country.read_areas(facts)
    tell = progress or _silent
    with transaction(database) as session:
        stored = store_areas(session, areas)
        tell(1, 5)
        shapes = store_shapes(
            session, country.read_shapes(facts.folder / "areas_approximate.geojson"), APPROXIMATE
        )
        if shapes:
            shapes += dissolve(session, shapes)
        shapes += store_shapes(session, country.read_outline(facts), OFFICIAL)
        drawings.redraw(session, shapes)
        tell(2, 5)
        needs = store_needs(session, country.read_needs(facts), language=facts.language)
        tell(3, 5)
        named = store_places(session, AREAS_SOURCE, places).changes
        tell(4, 5)
        load_holidays(session, settings)
        if stored.total or shapes:
            bump_version(session)
        tell(5, 5)
    return CountryReport(stored, len(shapes), needs, named)


def load_areas(
    database: Database,
    file: Path,
    *,
    level: str = "comuna",
    code_column: str | None = None,
    layer: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> AreasReport | CodesReport:
    """Official polygons (GeoJSON, GeoPackage, zipped Shapefile), or a table of codes (CSV, XLS, XLSX, ODS).

    Areas that the file lacks keep what they have. Raises ImportFileError, and then nothing has changed.
    """
    facts = country.read_facts((settings or Settings()).country_folder)
    if file.suffix.lower() in TABLES:
        return load_codes(database, file, facts, level=level, code_column=code_column)
    names = names_of_code(file, level, code_column)
    found = _Polygons(file, facts, level, names)
    with open_layers(file, SHAPE_LIMITS) as layers:
        found.read(_chosen(file, layers, layer or level), progress or _silent)
    with transaction(database) as session:
        return _store(session, found)


class _Polygons:
    """The polygons of a file by area code."""

    def __init__(self, file: Path, facts: CountryFacts, level: str, names: tuple[str, ...]) -> None:
        self.file, self.facts, self.level, self.names = file, facts, level, names
        self.parts: dict[str, list[Any]] = {}
        self.read_features = self.without_code = self.without_shape = 0

    def read(self, layer: ShapeLayer, progress: Progress) -> None:
        """Read a layer to its end."""
        if not set(self.names) & set(layer.fields):
            raise ImportFileError(
                f"ninguna columna parece el código de {self.level}; tiene: {', '.join(layer.fields[:20])}",
                file=self.file,
                mend="diga cuál es con --code-column",
            )
        for feature in layer.features:
            self._take(feature)
            progress(feature.number, None)
        if not self.parts:
            raise ImportFileError(
                f"no trae ningún polígono con código de {self.level}", file=self.file, mend="revise el nivel"
            )

    def _take(self, feature: Feature) -> None:
        self.read_features += 1
        code = code_of(feature.texts, self.names, self.facts, self.level)
        shape = None if feature.shape is None else multipolygon(feature.shape)
        if code is None:
            self.without_code += 1
        elif shape is None or shape.is_empty:
            self.without_shape += 1
        else:
            self.parts.setdefault(code, []).append(shape)

    def shapes(self, known: set[str]) -> Iterator[ShapeRecord]:
        """One shape for each known code; several features of one area are its parts."""
        for code, parts in self.parts.items():
            if code in known:
                whole = parts[0] if len(parts) == 1 else multipolygon(shapely.union_all(parts))
                yield ShapeRecord(code, whole.wkb)


def _chosen(file: Path, layers: Iterator[ShapeLayer], wanted: str) -> ShapeLayer:
    """The layer named like the level (COMUNA_C17), or the only one."""
    first, names = next(layers, None), list[str]()
    if first is None:
        raise ImportFileError("no trae ninguna capa de polígonos", file=file, mend="revise el archivo")
    if file.suffix.lower() in {".geojson", ".json"}:
        return first
    current: ShapeLayer | None = first
    while current is not None:
        names.append(current.name)
        if fold(wanted) in fold(current.name):
            return current
        current = next(layers, None)
    raise ImportFileError(
        f"ninguna capa se llama como «{wanted}»; tiene: {', '.join(names)}",
        file=file,
        mend="diga cuál es con --layer",
    )


def _store(session: Transaction, found: _Polygons) -> AreasReport:
    known = {code for code, area in read_areas(session).items() if area.kind == found.level}
    unknown = sorted(set(found.parts) - known)
    if len(unknown) * 2 > len(found.parts):
        raise ImportFileError(
            f"{len(unknown)} de sus {len(found.parts)} códigos no existen ({', '.join(unknown[:5])}...)",
            file=found.file,
            mend="revise que sea el nivel correcto, o diga la columna del código con --code-column",
        )
    changed = store_shapes(session, found.shapes(known), OFFICIAL)
    far = seats_outside(session, sorted(known & set(found.parts)), SEAT_SLACK_M)
    if len(far) > SEATS_OUTSIDE_SHARE * len(found.parts):
        raise ImportFileError(
            f"{len(far)} polígonos quedan lejos de la cabecera de su área: los códigos no son los suyos",
            file=found.file,
            mend="revise la columna del código",
        )
    outlines = dissolve(session, changed) if found.level == "comuna" and changed else []
    drawings.redraw(session, [*changed, *outlines])
    refresh_precisions(session)
    if changed:
        bump_version(session)  # whoever remembers the areas reads them again
    return AreasReport(
        found.level,
        found.read_features,
        tuple(changed),
        tuple(outlines),
        tuple(without_official_shape(session, found.level)),
        tuple(unknown),
        found.without_code,
        found.without_shape,
        tuple(far),
    )


def _silent(done: int, total: int | None) -> None:
    """Tells nobody."""
