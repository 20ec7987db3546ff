"""What a search wants to know of every node, written when a network is built (`NodeFacts` maps it).

land: by mode, (N,) number of the piece of the network, ways in one direction counted as ways: between two
lands there is no way at all. dry: (N,) the same on foot without ferries. ahead: by mode, (N,) float32 metres
of the longest ordinary road that leaves a node. long_node, long_edge, long_forth: by mode, sorted by node:
the roads longer than LONG that leave a node, and whether along the edge's own direction. has_long: (N,) bool.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.errors import NetworkError
from geo.road_graph import ROAD_MODES, Ints
from geo.road_write import Roads
from geo.travel import TravelMode

# Metres. Roads up to here blur the lower bound of a search by their whole length; longer ones are looked at
# piece by piece.
LONG = 300.0


@dataclass(frozen=True)
class ModeFacts:
    """See the module: arrays of one mode."""

    land: Ints
    ahead: npt.NDArray[np.float32]
    has_long: npt.NDArray[np.bool_]
    long_node: Ints
    long_edge: Ints
    long_forth: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class NodeFacts:
    """See the module. Mapped, read only."""

    dry: Ints
    modes: Mapping[TravelMode, ModeFacts]


def open_node_facts(folder: Path) -> NodeFacts:
    """Map the arrays. Raises NetworkError when one is missing."""

    def facts(mode: TravelMode) -> ModeFacts:
        names = ("land", "ahead", "has_long", "long_node", "long_edge", "long_forth")
        return ModeFacts(*(mapped(folder, f"{mode}_{name}") for name in names))

    return NodeFacts(mapped(folder, "dry"), {mode: facts(mode) for mode in ROAD_MODES})


def mapped(folder: Path, name: str) -> Any:
    """One array of a network, read only. Raises NetworkError when it is missing or broken."""
    path = folder / f"{name}.npy"
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError) as error:
        raise NetworkError(f"{path} cannot be read ({error}): build the network again") from error


def write_node_facts(folder: Path, roads: Roads) -> None:
    """Write the arrays into the folder of the graph."""
    dry = np.isfinite(roads.edge_seconds[TravelMode.FOOT]).any(axis=1) & ~roads.edge_ferry
    np.save(folder / "dry.npy", _lands(roads, dry))
    for mode in ROAD_MODES:
        usable = np.isfinite(roads.edge_seconds[mode])
        np.save(folder / f"{mode}_land.npy", _lands(roads, usable.any(axis=1)))
        for name, array in _leaving(roads, usable).items():
            np.save(folder / f"{mode}_{name}.npy", array)


def _lands(roads: Roads, chosen: npt.NDArray[np.bool_]) -> Ints:
    tails, heads = roads.edge_from[chosen], roads.edge_to[chosen]
    size = len(roads.nodes)
    matrix = coo_array((np.ones(len(tails), np.int8), (tails, heads)), shape=(size, size)).tocsr()
    _, labels = connected_components(matrix, directed=False)
    lands: Ints = labels.astype(np.int32)
    return lands


def _leaving(roads: Roads, usable: npt.NDArray[np.bool_]) -> dict[str, npt.NDArray[Any]]:
    """The roads that leave each node; ferries are none, for nothing is reached in the middle of one."""
    size = len(roads.nodes)
    ahead, has_long = np.zeros(size, np.float32), np.zeros(size, bool)
    long_parts = []
    for forth, tails in ((True, roads.edge_from), (False, roads.edge_to)):
        leaves = usable[:, 0 if forth else 1] & ~roads.edge_ferry
        short = np.flatnonzero(leaves & (roads.edge_metres <= LONG))
        np.maximum.at(ahead, tails[short], roads.edge_metres[short])
        edges = np.flatnonzero(leaves & (roads.edge_metres > LONG)).astype(np.int32)
        has_long[tails[edges]] = True
        long_parts.append((tails[edges], edges, np.full(len(edges), forth)))
    node, edge, direction = (np.concatenate(parts) for parts in zip(*long_parts, strict=True))
    order = np.argsort(node, kind="stable")
    return {
        "ahead": ahead,
        "has_long": has_long,
        "long_node": node[order].astype(np.int32),
        "long_edge": edge[order],
        "long_forth": direction[order],
    }
