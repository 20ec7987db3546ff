"""People by cell: census blocks and entities, zones, grids. One load is one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely

from directory.db import transaction
from directory.population import CellRecord, StoredPeople, store_population
from directory.settings import Settings
from directory.staging import Database, Progress
from geo.errors import PositionError
from geo.points import LonLat
from importers import country
from importers.area_columns import (
    CODE_NAMES,
    LAT_NAMES,
    LON_NAMES,
    PEOPLE_NAMES,
    code_of,
    first_of,
    number_of,
    open_texts,
)
from importers.country import CountryFacts
from importers.errors import ImportFileError
from importers.guards import Limits
from importers.shapes import ShapeLayer, open_layers

SHAPE_LIMITS = Limits(file_bytes=1024**3)
SHAPES = {".geojson", ".json", ".gpkg", ".zip"}
CELL_NAMES = ("cell", "manzent_i", "manzent", "geocodigo", "id_manzent", "codigo", "id", "h3", "geocode")
# A zone's code begins with that of its comuna.
AREA_IN_CELL = {"geocodigo": 5, "geocode": 5, "manzent_i": 5, "manzent": 5}
AREA_NAMES = tuple(name for name in CODE_NAMES["comuna"] if name not in {"code", "codigo"})


@dataclass(frozen=True, slots=True)
class PopulationReport:
    """What a dataset of people holds after a load. Refused rows had no number of people, and are told."""

    dataset: str
    year: int
    rows: int
    refused_rows: tuple[int, ...]
    stored: StoredPeople

    def lines(self) -> list[str]:
        """The report in Spanish, for the person who loaded the file."""
        stored, changes = self.stored, self.stored.changes
        told = [
            f"{self.rows} filas leídas: {stored.cells} celdas con {stored.people:,.0f} personas"
            f" ({changes.inserted} nuevas, {changes.updated} cambiadas, {changes.deleted} retiradas)."
        ]
        if stored.cells_without_point:
            told.append(
                f"Sin geometría: {stored.cells_without_point} celdas con {stored.people_without_point:,.0f}"
                " personas; se cuentan por comuna, no en el mapa."
            )
        if stored.cells_without_area:
            told.append(
                f"Fuera de toda comuna: {stored.cells_without_area} celdas,"
                f" {stored.people_without_area:,.0f} personas."
            )
        if self.refused_rows:
            told.append(
                f"Filas sin número de personas legible: {', '.join(map(str, self.refused_rows[:10]))}."
            )
        return told


class _Cells:
    """Cells as the rows give them; rows of one cell (age bands, for example) add up."""

    def __init__(self, facts: CountryFacts, progress: Progress | None) -> None:
        self.facts, self.progress = facts, progress
        self.rows = 0
        self.refused: list[int] = []
        self.cells: dict[tuple[str, str], CellRecord] = {}

    def take(self, number: int, kind: str, texts: Mapping[str, str], point: LonLat | None) -> None:
        """Add one row to its cell."""
        self.rows += 1
        if self.progress is not None:
            self.progress(self.rows, None)
        column = next((name for name in CELL_NAMES if texts.get(name, "").strip()), "")
        people = number_of(first_of(texts, PEOPLE_NAMES))
        area = code_of(texts, AREA_NAMES, self.facts, "comuna")
        cell = texts.get(column, "").strip() or (area if point is None else None) or str(number)
        if people is None or people < 0:
            self.refused.append(number)
            return
        if area is None and column in AREA_IN_CELL:
            area = code_of({"code": cell[: AREA_IN_CELL[column]]}, ["code"], self.facts, "comuna")
        before = self.cells.get((kind, cell))
        total = people + (before.people if before else 0)
        self.cells[kind, cell] = CellRecord(kind, cell, total, point, area)


def load_population(
    database: Database,
    file: Path,
    *,
    name: str,
    year: int,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> PopulationReport:
    """Make a dataset exactly the cells of a file. Raises ImportFileError, and then nothing has changed.

    Polygons (GeoJSON, GeoPackage, zipped Shapefiles: every layer with people) become points inside of them;
    tables give lon and lat, or no position, and then their people are counted and told.
    """
    facts = country.read_facts((settings or Settings()).country_folder)
    cells = _Cells(facts, progress)
    if file.suffix.lower() in SHAPES:
        _read_shapes(file, cells)
    else:
        _read_table(file, cells)
    if not cells.cells:
        raise ImportFileError("ninguna fila trae personas", file=file, mend="revise el nombre de la columna")
    with transaction(database) as session:
        stored = store_population(session, name, year, cells.cells.values())
    return PopulationReport(name, year, cells.rows, tuple(cells.refused), stored)


def _read_shapes(file: Path, cells: _Cells) -> None:
    names: list[str] = []
    with open_layers(file, SHAPE_LIMITS) as layers:
        for layer in layers:
            names.append(layer.name)
            if set(PEOPLE_NAMES) & set(layer.fields):
                _read_layer(layer, cells)
    if not cells.rows:
        raise ImportFileError(
            f"ninguna capa tiene una columna de personas; capas: {', '.join(names)}",
            file=file,
            mend=f"nómbrela de una de estas formas: {', '.join(PEOPLE_NAMES[:8])}",
        )


def _read_layer(layer: ShapeLayer, cells: _Cells) -> None:
    for feature in layer.features:
        inside = None if feature.shape is None else shapely.point_on_surface(feature.shape)
        point = None if inside is None or inside.is_empty else LonLat(inside.x, inside.y)
        cells.take(feature.number, layer.name.lower(), feature.texts, point)


def _read_table(file: Path, cells: _Cells) -> None:
    with open_texts(file, PEOPLE_NAMES) as rows:
        for number, texts in rows:
            cells.take(number, file.stem.lower(), texts, _point(texts))


def _point(texts: Mapping[str, str]) -> LonLat | None:
    lon, lat = number_of(first_of(texts, LON_NAMES)), number_of(first_of(texts, LAT_NAMES))
    if lon is None or lat is None:
        return None
    try:
        return LonLat(lon, lat)
    except PositionError:
        return None  # people without a usable point are counted and told
