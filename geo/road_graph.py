"""A road network as it lies on disk: arrays that are mapped into memory, and a manifest that says of what.

One undirected edge for each piece of road between two junctions; for each mode the seconds along it and back.
For searching, the same as compressed sparse rows for each mode and direction (forward: from an origin;
reverse: towards a target). Processes share the mapped pages; a worker adds only what a search allocates.

Every row number is the number of a node. One more row, the last, is the *origin* of a search: it has no arcs on
disk but room for SLOTS of them (`ModeGraph.seeded`), so that a search may start at any place of any edge, or at
many places at once, without copying the graph.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from geo.errors import NetworkError
from geo.points import Bounds
from geo.travel import NetworkFacts, TravelMode

type Ints = npt.NDArray[np.int32]
type Floats = npt.NDArray[np.float64]

FORMAT = 1
MANIFEST = "manifest.json"
# Modes that travel on roads; public transport walks on FOOT between its stops.
ROAD_MODES = (TravelMode.FOOT, TravelMode.CAR)
# Places where one search may start, at most, without copying the graph.
SLOTS = 4096
# Shapes are kept as whole ten-millionths of a degree, as OpenStreetMap does.
DEGREE = 1e7


@dataclass(frozen=True)
class ModeGraph:
    """One mode in one direction. arcs_edge: number of the edge of each arc, in the order of the arcs.

    indptr has N + 2 entries, indices and seconds have room for SLOTS arcs behind their last (see `seeded`).
    """

    indptr: Ints
    indices: Ints
    seconds: Floats
    arcs_edge: Ints
    lock: threading.Lock

    @property
    def nodes(self) -> int:
        """Number of nodes; also the row of the origin."""
        return len(self.indptr) - 2

    @contextmanager
    def seeded(self, nodes: Ints, seconds: Floats) -> Iterator[csr_array]:
        """The graph with arcs from the origin's row to these nodes, for one search.

        Zero seconds would be no arc at all in a sparse matrix: give at least a millisecond. A lock is held
        meanwhile: it costs nothing, for SciPy's searches hold the interpreter anyway.
        """
        count, arcs = len(nodes), len(self.arcs_edge)
        indices, values = self.indices, self.seconds
        with self.lock:
            if count > SLOTS:
                indices = np.concatenate([indices[:arcs], np.asarray(nodes, np.int32)])
                values = np.concatenate([values[:arcs], seconds])
            else:
                indices[arcs : arcs + count] = nodes
                values[arcs : arcs + count] = seconds
            self.indptr[-1] = arcs + count
            size = self.nodes + 1
            yield csr_array(
                (values[: arcs + count], indices[: arcs + count], self.indptr), shape=(size, size), copy=False
            )


@dataclass(frozen=True)
class RoadGraph:
    """A network opened from its folder. Arrays are read only, but for the origin's row. Safe between threads.

    nodes: (N, 2) degrees, WGS 84, longitude first. edge_from, edge_to: (E,) node numbers. edge_metres: (E,).
    edge_ferry: (E,) whether it is a ferry. edge_seconds: by mode, (E, 2) seconds along and back, infinite where
    not allowed. shape_start: (E + 1,) into shape: (P, 2) ten-millionths of a degree, both ends included.
    component: by mode, (N,) number of the strongly connected component, 0 the largest; -1: not of this mode.
    cells and pieces: for snapping, see `geo.snap`.
    """

    folder: Path
    manifest: dict[str, Any]
    nodes: Floats
    edge_from: Ints
    edge_to: Ints
    edge_metres: npt.NDArray[np.float32]
    edge_ferry: npt.NDArray[np.bool_]
    edge_seconds: dict[TravelMode, npt.NDArray[np.float32]]
    shape_start: npt.NDArray[np.int64]
    shape: Ints
    forward: dict[TravelMode, ModeGraph]
    reverse: dict[TravelMode, ModeGraph]
    component: dict[TravelMode, Ints]

    @property
    def id(self) -> str:
        """Changes with every array: what was snapped to another graph is refused."""
        return str(self.manifest["id"])

    @property
    def bounds(self) -> Bounds:
        """The box of all nodes, degrees."""
        return Bounds(*self.manifest["bounds"])

    @property
    def walking(self) -> float:
        """Metres a second on foot, off the network too."""
        return float(self.manifest["walking_kmh"]) / 3.6

    @property
    def facts(self) -> NetworkFacts:
        """What is told of it with every answer."""
        source = self.manifest["source"]
        day, timetable = source.get("day"), self.manifest.get("timetable")
        return NetworkFacts(
            self.id,
            str(self.manifest["name"]),
            date.fromisoformat(day) if day else None,
            str(source.get("licence", "")),
            (date.fromisoformat(timetable[0]), date.fromisoformat(timetable[1])) if timetable else None,
        )


def open_graph(folder: Path) -> RoadGraph:
    """Map a network's arrays. Raises NetworkError when the folder is incomplete or of another format."""
    manifest = read_manifest(folder)

    def array(name: str, mode: str = "r") -> Any:
        path = folder / f"{name}.npy"
        try:
            return np.asarray(np.load(path, mmap_mode="c" if mode == "c" else "r", allow_pickle=False))
        except (OSError, ValueError) as error:
            raise NetworkError(f"{path} cannot be read ({error}): build the network again") from error

    def graph(mode: TravelMode, direction: str) -> ModeGraph:
        stem = f"{mode}_{direction}"
        return ModeGraph(
            array(f"{stem}_indptr", "c"),
            array(f"{stem}_indices", "c"),
            array(f"{stem}_seconds", "c"),
            array(f"{stem}_edge"),
            threading.Lock(),
        )

    return RoadGraph(
        folder,
        manifest,
        array("nodes"),
        array("edge_from"),
        array("edge_to"),
        array("edge_metres"),
        array("edge_ferry"),
        {mode: array(f"edge_seconds_{mode}") for mode in ROAD_MODES},
        array("shape_start"),
        array("shape"),
        {mode: graph(mode, "forward") for mode in ROAD_MODES},
        {mode: graph(mode, "reverse") for mode in ROAD_MODES},
        {mode: array(f"{mode}_component") for mode in ROAD_MODES},
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a network. Raises NetworkError when there is none or it is of another format."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NetworkError(f"{folder} holds no network ({error}): build it again") from error
    if manifest.get("format") != FORMAT:
        raise NetworkError(
            f"{folder} is of format {manifest.get('format')}, this Cercana reads {FORMAT}: build it again"
        )
    return manifest
