"""What a map file says of streets beside how they are travelled: main roads to draw, and names to search by.

Streamed: no more than one way is held.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
import shapely
from osmium.filter import KeyFilter

from geo.osm_roads import TELL_EVERY, Progress, locations, objects
from geo.street_file import MAIN, STREETS, clean_name

# Classes whose names are addresses: links, cycleways and what is not built yet are left out.
NAMED = frozenset(
    {*MAIN, "unclassified", "residential", "living_street", "pedestrian", "road", "service", "track"}
    | {"footway", "path", "steps"}
)
# What a line may be off by, in degrees: two metres, less than the deepest tile shows.
FINEST = 0.00002
_DECIMALS = 5


def write_streets(pbf: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    """Write the main roads and named streets of an OSM file; returns what the manifest says of them.

    That is {"roads", "pieces": counts, "sha256": of the file written}. Raises NetworkError when the map cannot be
    read, OSError when the folder cannot be written.
    """
    counts = {"roads": 0, "pieces": 0}
    progress("streets", 0, None)
    with (
        (folder / STREETS).open("wb") as raw,
        # Without name and moment of its own: the same map gives the same bytes.
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as file,
    ):
        for number, way in enumerate(objects(pbf, osmium.osm.WAY, KeyFilter("highway"), locations(pbf)), 1):
            for row in _rows(way):
                counts["roads" if row[0] == "road" else "pieces"] += 1
                file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            if number % TELL_EVERY == 0:
                progress("streets", number, None)
    progress("streets", counts["pieces"], counts["pieces"])
    return counts | {"sha256": hashlib.sha256((folder / STREETS).read_bytes()).hexdigest()}


def _rows(way: Any) -> Iterator[list[Any]]:
    """The lines of the file that a way makes: a main road, a piece of a street, both or nothing."""
    highway, name = way.tags.get("highway", ""), clean_name(way.tags.get("name", ""))
    main, named = highway in MAIN, bool(name) and highway in NAMED
    if not main and not named:
        return
    line = [
        (round(node.lon, _DECIMALS), round(node.lat, _DECIMALS))
        for node in way.nodes
        if node.location.valid()  # the extract may have been cut here
    ]
    if len(line) < 2:
        return
    if main:
        corners = shapely.get_coordinates(shapely.simplify(shapely.LineString(line), FINEST))
        yield ["road", highway, *corners.round(_DECIMALS).ravel().tolist()]
    if named:
        lons, lats = zip(*line, strict=True)
        yield ["name", name, *line[len(line) // 2], min(lons), min(lats), max(lons), max(lats)]
