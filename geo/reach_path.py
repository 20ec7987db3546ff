"""The way behind a search's answer: from predecessors to edges, metres, and a line to draw."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geo.points import LonLat
from geo.road_graph import DEGREE, Floats, Ints, ModeGraph, RoadGraph


class PathLeg(NamedTuple):
    """A part of one edge: from one share of it to another, 0 to 1; start above stop is against its direction."""

    edge: int
    start: float
    stop: float


def chain(predecessors: Ints, node: int, root: int) -> list[int]:
    """The nodes from the first one after the root to this one."""
    nodes = [node]
    while (before := int(predecessors[nodes[-1]])) != root:
        nodes.append(before)
    return nodes[::-1]


def legs(graph: RoadGraph, roads: ModeGraph, nodes: Sequence[int]) -> list[PathLeg]:
    """The edges along a chain of nodes, whole ones."""
    tails, heads = np.array(nodes[:-1], np.int64), np.array(nodes[1:], np.int64)
    if not len(tails):
        return []
    first, stop = roads.indptr[tails].astype(np.int64), roads.indptr[tails + 1]
    arcs = np.full(len(tails), -1)
    for step in range(int((stop - first).max())):
        at = np.minimum(first + step, stop - 1)
        arcs = np.where((roads.indices[at] == heads) & (arcs < 0), at, arcs)
    edges = roads.arcs_edge[arcs]
    forth = graph.edge_from[edges] == tails
    return [
        PathLeg(edge, 0.0, 1.0) if along else PathLeg(edge, 1.0, 0.0)
        for edge, along in zip(edges.tolist(), forth.tolist(), strict=True)
    ]


def metres(graph: RoadGraph, path: Sequence[PathLeg]) -> float:
    """Length of a path on the roads."""
    edges = [leg.edge for leg in path]
    shares = np.array([abs(leg.stop - leg.start) for leg in path])
    return float(graph.edge_metres[edges].astype(np.float64) @ shares) if path else 0.0


def ferry(graph: RoadGraph, path: Sequence[PathLeg]) -> bool:
    """Whether a path takes a ferry."""
    return bool(path) and bool(graph.edge_ferry[[leg.edge for leg in path]].any())


def line(graph: RoadGraph, path: Sequence[PathLeg]) -> tuple[LonLat, ...]:
    """The points along a path, each once."""
    points: list[tuple[float, float]] = []
    for leg in path:
        for lon, lat in leg_shape(graph, leg).tolist():
            if not points or points[-1] != (lon, lat):
                points.append((lon, lat))
    return tuple(LonLat(lon, lat) for lon, lat in points)


def leg_shape(graph: RoadGraph, leg: PathLeg) -> Floats:
    """Degrees along one leg, in rows of longitude and latitude; both ends are on it, cut where need be."""
    first, stop = graph.shape_start[leg.edge], graph.shape_start[leg.edge + 1]
    points = graph.shape[first:stop] / DEGREE
    low, high = min(leg.start, leg.stop), max(leg.start, leg.stop)
    if low > 0 or high < 1:
        points = _part(points, low, high)
    return points if leg.stop >= leg.start else points[::-1]


def _part(points: Floats, low: float, high: float) -> Floats:
    """The part of a line between two shares of its length."""
    lons = np.degrees(np.unwrap(np.radians(points[:, 0])))
    shrink = np.cos(np.radians((points[1:, 1] + points[:-1, 1]) / 2))
    steps = np.hypot(np.diff(lons) * shrink, np.diff(points[:, 1]))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = along / along[-1] if along[-1] > 0 else np.linspace(0, 1, len(along))
    shares = np.concatenate([[low], at[(at > low) & (at < high)], [high]])
    wrapped = (np.interp(shares, at, lons) + 180) % 360 - 180
    return np.stack([wrapped, np.interp(shares, at, points[:, 1])], axis=1)
