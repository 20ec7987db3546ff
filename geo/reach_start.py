"""Where a search starts: both ends of the origin's own edge, and any nodes that were reached some other way."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.reach_path import PathLeg
from geo.road_graph import Floats, Ints, RoadGraph
from geo.road_write import LEAST_SECONDS
from geo.snap_cells import firsts
from geo.travel import Access, TravelMode


class Seeds(NamedTuple):
    """Nodes where a search starts as well, and the seconds after which it does: stops that were reached."""

    nodes: Ints
    seconds: Floats


class Way(NamedTuple):
    """A way along the origin's own edge to one of its ends. delay: seconds of walking to the edge."""

    node: int
    leg: PathLeg
    metres: float
    delay: float
    seconds: float


class Starts(NamedTuple):
    """Sorted by node, each once. whence: row of the way, or of the seed after all ways."""

    nodes: Ints
    seconds: Floats
    whence: Ints


def own_ways(graph: RoadGraph, mode: TravelMode, access: Access) -> list[Way]:
    """The ways on from where the origin meets its road; none when it is off the network."""
    if access.edge < 0:
        return []
    edge, along = access.edge, access.along
    delay, length = access.metres / graph.walking, float(graph.edge_metres[edge])
    forth, back = (float(seconds) for seconds in graph.edge_seconds[mode][edge])
    ways = (
        (int(graph.edge_to[edge]), PathLeg(edge, along, 1.0), 1 - along, forth),
        (int(graph.edge_from[edge]), PathLeg(edge, along, 0.0), along, back),
    )
    return [
        Way(node, leg, share * length, delay, seconds)
        for node, leg, share, whole in ways
        if np.isfinite(seconds := float(ride(np.array([share]), np.array([whole]))[0]))
    ]


def starts(ways: list[Way], seeds: Seeds | None) -> Starts:
    """All starts together; of several at one node the soonest."""
    more = seeds or Seeds(np.empty(0, np.int32), np.empty(0))
    nodes = np.concatenate([np.array([way.node for way in ways], np.int32), more.nodes])
    seconds = np.concatenate([np.array([way.delay + way.seconds for way in ways]), more.seconds])
    order = np.lexsort((seconds, nodes))
    order = order[firsts(nodes[order])]
    return Starts(
        nodes[order].astype(np.int32), np.maximum(seconds[order], LEAST_SECONDS), order.astype(np.int32)
    )


def ride(share: Floats, seconds: Floats) -> npt.NDArray[np.float64]:
    """Seconds of a part of an edge; no part takes no time, even where the edge may not be ridden."""
    return np.multiply(share, seconds, out=np.zeros(len(share)), where=share > 0)
