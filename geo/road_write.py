"""From the pieces of road of a reader to the folder that `geo.road_graph` opens."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from geo.errors import NetworkError
from geo.road_graph import DEGREE, FORMAT, MANIFEST, ROAD_MODES, SLOTS, Floats, Ints
from geo.travel import TravelMode

# An arc of no time at all would vanish from a sparse matrix.
LEAST_SECONDS = 0.001


@dataclass(frozen=True)
class Roads:
    """Edges between junctions. Shapes as in `geo.road_graph.RoadGraph`, which see.

    seconds: by mode, (E, 2): along and back, infinite where that mode may not go that way.
    """

    nodes: Floats
    edge_from: Ints
    edge_to: Ints
    edge_metres: npt.NDArray[np.float32]
    edge_ferry: npt.NDArray[np.bool_]
    edge_seconds: Mapping[TravelMode, npt.NDArray[np.float32]]
    shape_start: npt.NDArray[np.int64]
    shape: Ints


def write_graph(folder: Path, roads: Roads, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Write the arrays and the manifest of a network into an empty folder; returns the whole manifest.

    manifest: name, source (file, sha256, licence, day), profile, walking_kmh and anything else worth telling;
    id, format, bounds and counts are added here. Raises NetworkError when there is no road at all.
    """
    if not len(roads.edge_from):
        raise NetworkError("the file holds no road that can be walked or driven: nothing to build")
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()

    def save(name: str, array: npt.NDArray[Any]) -> None:
        solid = np.ascontiguousarray(array)
        np.save(folder / f"{name}.npy", solid, allow_pickle=False)
        digest.update(name.encode())
        digest.update(solid.data)

    for name in ("nodes", "edge_from", "edge_to", "edge_metres", "edge_ferry", "shape_start", "shape"):
        save(name, getattr(roads, name))
    counts = {"nodes": len(roads.nodes), "edges": len(roads.edge_from)}
    for mode in ROAD_MODES:
        save(f"edge_seconds_{mode}", roads.edge_seconds[mode])
        forward, edges = arcs(roads, mode)
        counts[f"{mode}_arcs"] = len(edges)
        backward = csr_array(forward.T.tocsr())
        order = (
            csr_array((np.arange(len(edges)), forward.indices, forward.indptr), forward.shape).T.tocsr().data
        )
        for direction, matrix, numbers in (("forward", forward, edges), ("reverse", backward, edges[order])):
            _save_arcs(save, f"{mode}_{direction}", matrix, numbers)
        save(f"{mode}_component", components(forward))
    # Of the shapes: bends stick out of the box of the nodes.
    west, south = (roads.shape.min(axis=0) / DEGREE).tolist()
    east, north = (roads.shape.max(axis=0) / DEGREE).tolist()
    whole = {
        **manifest,
        "format": FORMAT,
        "id": digest.hexdigest()[:16],
        "bounds": [west, south, east, north],
        "counts": counts,
    }
    (folder / MANIFEST).write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8")
    return whole


def arcs(roads: Roads, mode: TravelMode) -> tuple[csr_array, Ints]:
    """The arcs of a mode as compressed sparse rows of seconds, and the number of the edge of each.

    Of several edges between two nodes the quickest is kept: a sparse matrix would add them up. Loops are no
    arcs.
    """
    seconds = roads.edge_seconds[mode]
    tails = np.concatenate([roads.edge_from, roads.edge_to])
    heads = np.concatenate([roads.edge_to, roads.edge_from])
    values = np.maximum(np.concatenate([seconds[:, 0], seconds[:, 1]]).astype(np.float64), LEAST_SECONDS)
    edges = np.tile(np.arange(len(roads.edge_from), dtype=np.int32), 2)
    keep = np.flatnonzero(np.isfinite(values) & (tails != heads))
    keep = keep[np.lexsort((edges[keep], values[keep], heads[keep], tails[keep]))]
    first = np.ones(len(keep), bool)
    first[1:] = (np.diff(tails[keep]) != 0) | (np.diff(heads[keep]) != 0)
    keep = keep[first]
    size = len(roads.nodes)
    # Sorted by tail and head already: the rows keep this order, and so do the edges.
    matrix = coo_array((values[keep], (tails[keep], heads[keep])), shape=(size, size)).tocsr()
    return csr_array(matrix), edges[keep]


def components(matrix: csr_array) -> Ints:
    """Number of the strongly connected component of each node, 0 the largest; -1 for a node without arcs."""
    count, labels = connected_components(matrix, directed=True, connection="strong")
    sizes = np.bincount(labels, minlength=count)
    rank = np.empty(count, np.int32)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(count, dtype=np.int32)
    ranked: Ints = rank[labels]
    degree = np.diff(matrix.indptr) + np.bincount(matrix.indices, minlength=matrix.shape[0])
    ranked[degree == 0] = -1
    return ranked


def _save_arcs(save: Any, stem: str, matrix: csr_array, edges: Ints) -> None:
    """The rows of one mode and direction, with the empty row of the origin and room for its arcs."""
    indptr = np.append(matrix.indptr, matrix.indptr[-1]).astype(np.int32)
    room = np.zeros(SLOTS)
    save(f"{stem}_indptr", indptr)
    save(f"{stem}_indices", np.concatenate([matrix.indices, room.astype(np.int32)]).astype(np.int32))
    save(f"{stem}_seconds", np.concatenate([matrix.data, room]))
    save(f"{stem}_edge", edges.astype(np.int32))
