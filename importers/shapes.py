"""Polygons from files: GeoJSON without GDAL; zipped Shapefiles and GeoPackages through a limited child.

Everything comes out in WGS 84 degrees, valid, and on the earth, or is refused with the reason.
"""

import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import shapely
import shapely.errors

from geo.crs import Crs, find_crs, to_wgs84_many
from geo.errors import CrsError
from importers.child import answers
from importers.errors import ImportFileError
from importers.guards import Limits, check_file, check_zip
from importers.words import fold

# Census archives hold a dozen layers of five files each.
ARCHIVE_ENTRIES = 500
_SHAPE_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
_DEGREES = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: its number in the layer (from 1), texts by folded column name, and shape in degrees."""

    number: int
    texts: dict[str, str]
    shape: Any  # shapely has no types; None when the file has none


@dataclass(slots=True)
class ShapeLayer:
    """One layer, read as it is consumed."""

    name: str
    fields: tuple[str, ...]
    features: Iterator[Feature]


@contextmanager
def open_layers(path: Path, limits: Limits) -> Iterator[Iterator[ShapeLayer]]:
    """The layers of a file, one after the other; what is not read of one is passed over."""
    check_file(path, limits)
    with ExitStack() as stack:
        suffix = path.suffix.lower()
        if suffix in {".geojson", ".json"}:
            yield iter([_geojson_layer(path)])
        elif suffix == ".gpkg":
            yield _child_layers("gpkg", [path], path, limits, stack)
        elif suffix == ".zip":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cercana-")))
            yield _zipped_layers(path, folder, limits, stack)
        else:
            raise ImportFileError(
                f"«{suffix}» no es un formato de polígonos que se lea",
                file=path,
                mend="envíelo como GeoJSON, GeoPackage (.gpkg) o Shapefile comprimido (.zip)",
            )


def _geojson_layer(path: Path) -> ShapeLayer:
    try:
        document = json.loads(path.read_bytes(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ImportFileError(
            f"no es un JSON completo ({error})", file=path, mend="vuelva a exportarlo o a descargarlo"
        ) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise ImportFileError("no es un FeatureCollection de GeoJSON", file=path, mend="expórtelo de nuevo")
    crs = _declared(path, document.get("crs"))
    fields = tuple(dict.fromkeys(fold(str(key)) for one in features for key in _properties(one)))
    return ShapeLayer(path.stem, fields, _geojson_features(path, features, crs))


def _geojson_features(path: Path, features: Sequence[dict[str, Any]], crs: Crs) -> Iterator[Feature]:
    for number, one in enumerate(features, 1):
        texts = {fold(str(key)): _text(value) for key, value in _properties(one).items()}
        yield Feature(number, texts, _geojson_shape(path, number, one.get("geometry"), crs))


def _geojson_shape(path: Path, number: int, geometry: object, crs: Crs) -> Any:
    if geometry is None:
        return None
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
    except (shapely.errors.ShapelyError, ValueError) as error:
        raise _bad_shape(path, number, str(error)) from error
    return _on_earth(path, number, shape, crs)


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def _declared(path: Path, crs: object) -> Crs:
    """The system a GeoJSON declares in the old way; without it, degrees, as the standard says."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return _crs(path, str(name or _DEGREES))


def _crs(path: Path, name: str, *, layer: str = "") -> Crs:
    if not name:
        raise ImportFileError(
            f"la capa «{layer}» no dice su sistema de referencia",
            file=path,
            mend="agregue el .prj, o expórtela en grados WGS 84 (EPSG:4326)",
        )
    try:
        return find_crs(name)
    except CrsError as error:
        raise ImportFileError(
            f"no se reconoce su sistema de referencia ({error})",
            file=path,
            mend="expórtelo en grados WGS 84 (EPSG:4326)",
        ) from error


def _zipped_layers(path: Path, folder: Path, limits: Limits, stack: ExitStack) -> Iterator[ShapeLayer]:
    entries = check_zip(path, replace(limits, zip_entries=ARCHIVE_ENTRIES))
    wanted = [entry for entry in entries if Path(entry.filename).suffix.lower() in _SHAPE_PARTS]
    try:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder, wanted)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise ImportFileError(
            "el .zip está dañado o incompleto", file=path, mend="vuelva a crearlo o a descargarlo"
        ) from error
    found = sorted(one for one in folder.rglob("*") if one.suffix.lower() == ".shp")
    if not found:
        raise ImportFileError(
            "no contiene ningún .shp", file=path, mend="comprima .shp, .shx, .dbf y .prj juntos"
        )
    return _child_layers("shp", found, path, limits, stack)


def _child_layers(
    kind: str, files: Sequence[Path], told: Path, limits: Limits, stack: ExitStack
) -> Iterator[ShapeLayer]:
    """Layers as one child prints them; told is the file the person knows."""
    arguments = [kind, *(str(file.resolve()) for file in files)]
    values = stack.enter_context(answers("importers.shapes_child", arguments, told, limits))
    head = next(values, None)
    while isinstance(head, dict):
        waiting: list[dict[str, Any]] = []
        fields = tuple(fold(name) for name in head["fields"])
        crs = _crs(told, str(head["crs"] or ""), layer=head["layer"])
        features = _child_features(values, fields, crs, told, waiting)
        yield ShapeLayer(str(head["layer"]), fields, features)
        for _ in features:
            pass  # a layer that nobody wanted
        head = waiting.pop() if waiting else None


def _child_features(
    values: Iterator[Any], fields: Sequence[str], crs: Crs, told: Path, waiting: list[dict[str, Any]]
) -> Iterator[Feature]:
    """Features up to the head of the next layer, which is put aside."""
    for number, value in enumerate(values, 1):
        if isinstance(value, dict):
            waiting.append(value)
            return
        hexed, texts = value
        shape = shapely.from_wkb(hexed) if hexed is not None else None
        yield Feature(number, dict(zip(fields, texts, strict=True)), _on_earth(told, number, shape, crs))


def _on_earth(path: Path, number: int, shape: Any, crs: Crs) -> Any:
    """The shape in WGS 84 degrees, valid; None when the file has none."""
    if shape is None or shape.is_empty:
        return None
    flat = shapely.force_2d(shape)
    degrees = _degrees(shapely.get_coordinates(flat), crs)
    if not np.isfinite(degrees).all():
        raise _bad_shape(path, number, f"sus coordenadas no son de {crs.name}")
    moved = shapely.set_coordinates(flat, degrees)
    return moved if shapely.is_valid(moved) else shapely.make_valid(moved)


def _degrees(xy: Any, crs: Crs) -> Any:
    return np.column_stack(to_wgs84_many(xy[:, 0], xy[:, 1], crs))


def _bad_shape(path: Path, number: int, reason: str) -> ImportFileError:
    return ImportFileError(
        f"la forma del elemento {number} no se puede usar: {reason}",
        file=path,
        mend="corríjala y expórtelo de nuevo",
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def multipolygon(shape: Any) -> Any:
    """The polygons of a shape as one valid multipolygon: what mending left of lines and points is dropped."""
    valid = shape if shapely.is_valid(shape) else shapely.make_valid(shape)
    parts = shapely.get_parts(shapely.get_parts(valid))
    polygons = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return shapely.MultiPolygon(polygons)
