"""Child process: print every feature of Shapefiles or a GeoPackage with its whole shape, as JSON lines.

The same walls as `importers.gdal_child`: one driver, no network, no other files, little memory and time.
"""

import json
import math
import sys
from typing import Any

from importers.gdal_child import DRIVERS, _register_only

_CHUNK = 2_000


def main(kind: str, paths: list[str]) -> None:
    """Print for each layer {"layer", "crs", "fields"}, then one [WKB in hex or null, texts] per feature."""
    _register_only(DRIVERS[kind])
    # Imported only now: GDAL reads its settings when it is loaded, and registers its drivers then.
    import pyogrio

    if set(pyogrio.list_drivers()) != {DRIVERS[kind]}:
        _say(
            {"problem": "este GDAL trae formatos que no se conocen", "mend": "avise a quien mantiene Cercana"}
        )
        return
    for path in paths:
        try:
            for name, shape in pyogrio.list_layers(path):
                if shape is not None:
                    _print_layer(path, str(name))
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
            _say({"problem": f"no se puede leer ({str(error)[:200]})", "mend": "expórtelo de nuevo"})
            return


def _print_layer(path: str, name: str) -> None:
    """In pieces, so that memory does not grow with the layer."""
    from pyogrio.raw import read

    done = 0
    while True:
        meta, _, shapes, columns = read(
            path, layer=name, force_2d=True, skip_features=done, max_features=_CHUNK, datetime_as_string=True
        )
        if not done:
            _say({"layer": name, "crs": meta["crs"], "fields": [str(field) for field in meta["fields"]]})
        for number, shape in enumerate(shapes):
            hexed = shape.hex() if shape is not None else None
            _say([hexed, [_text(column[number]) for column in columns]])
        done += len(shapes)
        if len(shapes) < _CHUNK:
            return


def _text(value: Any) -> str:
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float) and math.isnan(plain):  # how pyogrio says that there is no number
        return ""
    return "" if plain is None else str(plain)


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
