"""Small road graphs for tests, written and opened as real ones are."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo.points import LonLat
from geo.road_graph import RoadGraph, open_graph
from geo.road_write import Roads, write_graph
from geo.snap import Snapper, write_pieces
from geo.snap_cells import METRES_PER_DEGREE
from geo.travel import TravelMode

WALK = 5.0 / 3.6
DRIVE = 40 / 3.6
CENTRE = LonLat(0.0, 0.0)


@dataclass(frozen=True)
class Edge:
    """A road between two nodes by number. foot, car: metres a second along and back; None: not that way.

    via: points in between, metres east and north of the centre.
    """

    start: int
    end: int
    foot: tuple[float | None, float | None] = (WALK, WALK)
    car: tuple[float | None, float | None] = (DRIVE, DRIVE)
    via: tuple[tuple[float, float], ...] = ()
    ferry: bool = False


def place(east: float, north: float, centre: LonLat = CENTRE) -> LonLat:
    """A point so many metres east and north of the centre."""
    lon = centre.lon + east / (METRES_PER_DEGREE * math.cos(math.radians(centre.lat)))
    return LonLat((lon + 180) % 360 - 180, centre.lat + north / METRES_PER_DEGREE)


def roads_of(nodes: Sequence[tuple[float, float]], edges: Sequence[Edge], centre: LonLat = CENTRE) -> Roads:
    """The arrays of a graph. nodes: metres east and north of the centre."""

    def degrees(point: tuple[float, float]) -> tuple[float, float]:
        at = place(*point, centre)
        return at.lon, at.lat

    lines = [[nodes[edge.start], *edge.via, nodes[edge.end]] for edge in edges]
    metres = np.array([sum(np.hypot(*np.diff(line, axis=0).T)) for line in lines])
    shape = np.rint(np.array([degrees(point) for line in lines for point in line]) * 1e7)

    def seconds(mode: TravelMode) -> np.ndarray:
        speeds = [getattr(edge, str(mode)) for edge in edges]
        pairs = np.array([[np.inf if v is None else 1 / v for v in pair] for pair in speeds])
        return (np.where(np.isinf(pairs), np.inf, pairs * metres[:, None])).astype(np.float32)

    return Roads(
        np.array([degrees(point) for point in nodes]),
        np.array([edge.start for edge in edges], np.int32),
        np.array([edge.end for edge in edges], np.int32),
        metres.astype(np.float32),
        np.array([edge.ferry for edge in edges]),
        {mode: seconds(mode) for mode in (TravelMode.FOOT, TravelMode.CAR)},
        np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int64),
        shape.astype(np.int32),
    )


def written(folder: Path, roads: Roads, extra: Mapping[str, object] | None = None) -> RoadGraph:
    """The graph of these roads, from a folder."""
    manifest = {"name": "test", "source": {"licence": "none"}, "walking_kmh": 5.0, **(extra or {})}
    write_graph(folder, roads, manifest)
    write_pieces(folder, roads)
    return open_graph(folder)


def graph_of(
    folder: Path,
    nodes: Sequence[tuple[float, float]],
    edges: Sequence[Edge],
    centre: LonLat = CENTRE,
) -> tuple[RoadGraph, Snapper]:
    """A graph and its snapper."""
    graph = written(folder, roads_of(nodes, edges, centre))
    return graph, Snapper(graph)


def random_graph(folder: Path, draw: np.random.Generator, size: int = 40) -> tuple[RoadGraph, Snapper]:
    """Junctions at random with roads between near ones: one-ways, bends, loops, parallels, modes, islands."""
    spots = [(float(x), float(y)) for x, y in draw.uniform(-2_000, 2_000, (size, 2))]
    spots += [(x, y + 6_000.0) for x, y in spots[: size // 5]]

    def speeds(usual: float) -> tuple[float | None, float | None]:
        speed = usual * float(draw.uniform(0.3, 1.5))
        kind = draw.integers(10)
        return (None, None) if kind == 0 else (speed, None) if kind < 3 else (speed, speed * 0.8)

    edges = []
    for start, (x, y) in enumerate(spots):
        far = [float(np.hypot(a - x, b - y)) for a, b in spots]
        for end in np.argsort(far)[: 1 + draw.integers(1, 4)]:
            if end == start and draw.integers(8):
                continue
            bends = tuple(
                (x + float(dx), y + float(dy)) for dx, dy in draw.normal(0, 120, (draw.integers(0, 3), 2))
            )
            via = bends or (((x + 90, y + 90), (x - 90, y + 90)) if end == start else ())
            walk = speeds(WALK) if draw.integers(4) else (WALK, WALK)
            edges.append(Edge(start, int(end), walk, speeds(DRIVE), via))
    edges.append(Edge(0, 1, ferry=True))
    return graph_of(folder, spots, edges)
