"""Builds a road network from an OpenStreetMap file: reads, cuts at junctions, times every piece, writes."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from geo.errors import NetworkError
from geo.osm_roads import OsmRoads, Progress, read_roads
from geo.osm_streets import write_streets
from geo.road_graph import DEGREE
from geo.road_pieces import Pieces, cut_pieces
from geo.road_profile import RoadProfile
from geo.road_times import piece_seconds
from geo.road_write import Roads, write_graph
from geo.snap_write import write_pieces

__all__ = ["LICENCE", "STAGES", "Progress", "build_network", "read_network"]

LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
# In this order; `Progress` is told of each.
STAGES = ("checksum", "ferry lines", "nodes", "ways", "junctions", "streets", "arrays", "snapping")
_CHUNK = 1 << 22


def silent(_stage: str, _done: int, _total: int | None) -> None:
    """Progress that nobody watches."""


def build_network(
    pbf: Path,
    folder: Path,
    *,
    name: str,
    profile: RoadProfile,
    licence: str = LICENCE,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write the whole network of an OSM file into an empty folder; returns its manifest.

    Raises NetworkError when the file is missing, broken or without roads, when the folder holds something, or
    when it cannot be written; the folder is then left empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NetworkError(f"{folder} is not an empty folder: name a new one for the network")
    tell = progress or silent
    digest = file_digest(pbf, tell)
    roads, counts, day = read_network(pbf, profile, tell)
    manifest = {
        "name": name,
        "source": {"file": pbf.name, "sha256": digest, "licence": licence, "day": day},
        "profile": {"name": "roads", "version": profile.version},
        "walking_kmh": profile.walking_kmh,
        "ferry_boarding_seconds": profile.ferry.boarding_seconds,
        "elevation": False,  # slopes are not reckoned with
        "read": counts,
    }
    try:
        return _write(pbf, folder, roads, manifest, tell)
    except OSError as error:
        raise NetworkError(f"{folder} cannot be written ({error}): make room or name another") from error


def _write(pbf: Path, folder: Path, roads: Roads, manifest: dict[str, Any], tell: Progress) -> dict[str, Any]:
    """Streets, arrays, manifest and snapping; nothing at all when one of them fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        manifest["streets"] = write_streets(pbf, folder, tell)
        tell("arrays", 0, None)
        whole = write_graph(folder, roads, manifest)
        tell("arrays", 1, 1)
        tell("snapping", 0, None)
        write_pieces(folder, roads)
    except BaseException:
        for path in folder.glob("*"):
            path.unlink()
        raise
    tell("snapping", 1, 1)
    return whole


def read_network(
    pbf: Path, profile: RoadProfile, progress: Progress = silent
) -> tuple[Roads, dict[str, int], str | None]:
    """The roads of an OSM file, what was read and left out, and the day of the data (ISO)."""
    osm = read_roads(pbf, profile, progress)
    progress("junctions", 0, None)
    pieces = cut_pieces(osm)
    if not len(pieces.tail):
        raise NetworkError(f"{pbf} holds roads without their nodes: cut the extract with complete ways")
    roads = network_roads(osm, pieces, profile)
    progress("junctions", len(roads.nodes), len(roads.nodes))
    return roads, dict(sorted(osm.counts.items())), osm.day.isoformat() if osm.day else None


def network_roads(osm: OsmRoads, pieces: Pieces, profile: RoadProfile) -> Roads:
    """The arrays to write: pieces with their nodes, shapes and times."""
    nodes = np.empty((pieces.nodes, 2))
    for at, ends in ((pieces.start[:-1], pieces.tail), (pieces.start[1:] - 1, pieces.head)):
        nodes[ends, 0] = pieces.x[at] / DEGREE
        nodes[ends, 1] = pieces.y[at] / DEGREE
    ferry = np.array([kind.highway == "ferry" for kind in osm.kinds])
    return Roads(
        nodes,
        pieces.tail,
        pieces.head,
        pieces.metres,
        ferry[osm.kind[pieces.way]],
        piece_seconds(osm, pieces, profile),
        pieces.start,
        np.column_stack([pieces.x, pieces.y]),
    )


def file_digest(path: Path, progress: Progress = silent) -> str:
    """SHA-256 of a file. Raises NetworkError when it cannot be read."""
    try:
        size, done, digest = path.stat().st_size, 0, hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                done += len(chunk)
                progress("checksum", done, size)
    except OSError as error:
        raise NetworkError(f"{path} cannot be read ({error}): name an OpenStreetMap extract") from error
    return digest.hexdigest()
