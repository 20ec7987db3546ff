"""Rows of population files as they are read: texts, and where each row is."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely

from directory.staging import Progress
from geo.crs import Crs, find_crs, to_wgs84
from geo.errors import CrsError, PositionError
from geo.points import LonLat
from importers.area_columns import LAT_NAMES, LON_NAMES, PEOPLE_NAMES, first_of, number_of, open_texts
from importers.errors import ImportFileError
from importers.guards import Limits
from importers.population_columns import CELL_NAMES, code_in
from importers.shapes import ShapeLayer, multipolygon, open_layers
from importers.words import fold

SHAPE_LIMITS = Limits(file_bytes=1024**3)
SHAPES = {".geojson", ".json", ".gpkg", ".zip"}


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: shape or point in WGS 84 degrees, or neither. misplaced: why its position cannot be used."""

    layer: str
    number: int
    texts: Mapping[str, str]
    shape: Any = None
    point: LonLat | None = None
    misplaced: str = ""


@dataclass(slots=True)
class RawRows:
    """Every row of a file. broken: numbers of rows that could not be read at all."""

    rows: list[RawRow] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    broken: list[tuple[str, int]] = field(default_factory=list)

    def people_column(self, year: int) -> str:
        """The column of people: that of the year where there are several, and the same for every row."""
        present = [name for name in PEOPLE_NAMES if name in self.fields]
        return next((name for name in present if name.endswith(str(year))), present[0] if present else "")


def read_raw(
    file: Path, *, layers: Sequence[str] = (), crs: str | None = None, progress: Progress | None = None
) -> RawRows:
    """Rows of a file: of every layer with people, or of those named. Raises ImportFileError."""
    found = RawRows()
    if file.suffix.lower() in SHAPES:
        _read_shapes(file, {fold(name) for name in layers}, found, progress)
    else:
        _read_table(file, _system(file, crs), found, progress)
    return found


def read_shapes(files: Sequence[Path]) -> dict[str, Any]:
    """Shapes by code, from files that hold no people. Several features of one code are its parts."""
    parts: dict[str, list[Any]] = {}
    for file in files:
        with open_layers(file, SHAPE_LIMITS) as layers:
            for layer in layers:
                if set(CELL_NAMES) & set(layer.fields):
                    _collect(layer, parts)
        if not parts:
            raise ImportFileError(
                "ninguna de sus formas tiene un código",
                file=file,
                mend=f"nombre la columna del código de una de estas formas: {', '.join(CELL_NAMES[:6])}",
            )
    return {code: some[0] if len(some) == 1 else _joined(some) for code, some in parts.items()}


def _collect(layer: ShapeLayer, parts: dict[str, list[Any]]) -> None:
    for feature in layer.features:
        code, shape = code_in(feature.texts), polygons(feature.shape)
        if code and shape is not None:
            parts.setdefault(code, []).append(shape)


def _joined(shapes: Sequence[Any]) -> Any:
    return multipolygon(shapely.union_all(shapes))


def polygons(shape: Any) -> Any:
    """The polygons of a shape as one; None when it has none."""
    if shape is None:
        return None
    whole = multipolygon(shape)
    return None if whole.is_empty else whole


def _system(file: Path, crs: str | None) -> Crs | None:
    try:
        return find_crs(crs) if crs else None
    except CrsError as error:
        raise ImportFileError(
            f"no se reconoce el sistema de referencia ({error})", file=file, mend="escríbalo como EPSG:32719"
        ) from error


def _read_shapes(file: Path, wanted: Collection[str], found: RawRows, progress: Progress | None) -> None:
    names: list[str] = []
    with open_layers(file, SHAPE_LIMITS) as layers:
        for layer in layers:
            names.append(layer.name)
            if set(PEOPLE_NAMES) & set(layer.fields) and (not wanted or fold(layer.name) in wanted):
                found.layers.append(layer.name)
                found.fields += [name for name in layer.fields if name not in found.fields]
                for row in _features(layer):
                    found.rows.append(row)
                    _tell(progress, len(found.rows))
    if not found.layers:
        raise ImportFileError(
            f"ninguna capa tiene una columna de personas; capas: {', '.join(names)}",
            file=file,
            mend=f"nómbrela de una de estas formas: {', '.join(PEOPLE_NAMES[:8])}",
        )


def _features(layer: ShapeLayer) -> Iterator[RawRow]:
    for feature in layer.features:
        shape = polygons(feature.shape)
        point = None
        if shape is None and feature.shape is not None:
            inside = shapely.point_on_surface(feature.shape)
            point = LonLat(inside.x, inside.y)
        yield RawRow(layer.name, feature.number, feature.texts, shape, point)


def _read_table(file: Path, crs: Crs | None, found: RawRows, progress: Progress | None) -> None:
    found.layers.append(file.name)
    with open_texts(file, PEOPLE_NAMES) as rows:
        for number, texts in rows:
            found.fields = found.fields or list(texts)
            if texts:
                found.rows.append(_placed(file.name, number, texts, crs))
            else:
                found.broken.append((file.name, number))
            _tell(progress, len(found.rows))
    _check_system(file, found.rows)


def _placed(layer: str, number: int, texts: Mapping[str, str], crs: Crs | None) -> RawRow:
    said = first_of(texts, LON_NAMES), first_of(texts, LAT_NAMES)
    if not any(said):
        return RawRow(layer, number, texts)
    x, y = map(number_of, said)
    if x is None or y is None or (x == 0 and y == 0):
        return RawRow(layer, number, texts, misplaced=f"«{said[0]}, {said[1]}» no es una posición")
    try:
        point = to_wgs84(x, y, crs) if crs else LonLat(x, y)
    except PositionError:
        return RawRow(layer, number, texts, misplaced=f"{x:g}, {y:g} no cae en la tierra")
    return RawRow(layer, number, texts, point=point)


def _check_system(file: Path, rows: Sequence[RawRow]) -> None:
    """A table whose positions mostly fall off the earth has them in another system."""
    bad = [row for row in rows if row.misplaced.endswith("tierra")]
    if bad and len(bad) * 2 > sum(row.point is not None or bool(row.misplaced) for row in rows):
        raise ImportFileError(
            f"{len(bad)} posiciones no son grados: {bad[0].misplaced}",
            file=file,
            row=bad[0].number,
            mend="diga su sistema de referencia, por ejemplo --crs EPSG:32719",
        )


def _tell(progress: Progress | None, done: int) -> None:
    if progress is not None:
        progress(done, None)
