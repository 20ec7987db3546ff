"""Child process, second half: loaded by `importers.gdal_child` once GDAL's settings are in place."""

import json
import math
import sys
from typing import Any

import pyogrio
import shapely

from importers.readers_geojson import GEOMETRY_COLUMNS
from importers.readers_json import number_text, text_of

_CHUNK = 2_000


def print_layer(path: str, kind: str, layer: str, driver: str) -> None:
    """Print the header, then each feature of one layer."""
    if set(pyogrio.list_drivers()) != {driver}:
        _print(
            {"problem": "este GDAL trae formatos que no se conocen", "mend": "avise a quien mantiene Cercana"}
        )
        return
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
        chosen = layer or (names[0] if names else "")
        if chosen not in names:
            problem = f"no tiene la capa «{chosen}»; tiene: {', '.join(names)}"
            _print({"problem": problem, "mend": "declare una de ellas"})
            return
        _print_features(path, chosen)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        _print(
            {"problem": f"no se puede leer como {kind} ({str(error)[:200]})", "mend": "expórtelo de nuevo"}
        )


def _print_features(path: str, layer: str) -> None:
    done = 0
    while True:
        meta, _, geometries, fields = pyogrio.raw.read(
            path, layer=layer, skip_features=done, max_features=_CHUNK, force_2d=True, datetime_as_string=True
        )
        if not done:
            _print({"header": [*GEOMETRY_COLUMNS, *map(str, meta["fields"])], "crs": meta["crs"]})
        count = len(geometries) if geometries is not None else 0
        for number in range(count):
            _print([*_point(geometries[number]), *(_text(column[number]) for column in fields)])
        done += count
        if count < _CHUNK:
            return


def _point(wkb: bytes | None) -> tuple[str, str, str]:
    """Kind, x and y; no position for anything but a single point."""
    shape = shapely.from_wkb(wkb) if wkb is not None else None
    if shape is None or shape.is_empty:
        return "", "", ""
    if shape.geom_type == "MultiPoint" and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    if shape.geom_type != "Point":
        return str(shape.geom_type), "", ""
    return "Point", number_text(float(shape.x)), number_text(float(shape.y))


def _text(value: Any) -> str:
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float) and math.isnan(plain):  # how a column of numbers says that there is none
        return ""
    return text_of(plain) if isinstance(plain, str | int | float | bool | None) else str(plain)


def _print(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
