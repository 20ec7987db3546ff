"""A small random road network with rivers of missing roads, islands and ferries, and its oracle: networkx."""

import math
import random
from pathlib import Path

import networkx as nx
import numpy as np
from scipy.spatial import Delaunay

from geo.points import LonLat, great_circle
from geo.road_graph import DEGREE, ROAD_MODES, RoadGraph, open_graph
from geo.road_write import Roads, write_graph
from geo.snap import write_pieces
from geo.travel import Access, TravelMode
from tests.directory.referral_world import CENTER

WALKING_KMH = 5.1
# Middle of each land (degrees from the centre), its junctions and its spread: a mainland, an island with a
# ferry, an island without.
LANDS = ((0.0, 0.0, 220, 0.25), (1.0, 0.1, 25, 0.03), (0.9, -0.5, 12, 0.02))


def build_roads(folder: Path, seed: int) -> RoadGraph:
    """Write a network into the folder and open it."""
    random_ = random.Random(seed)
    nodes, edges = [], []
    for lon, lat, count, spread in LANDS:
        first = len(nodes)
        land = [
            (CENTER.lon + lon + random_.gauss(0, spread), CENTER.lat + lat + random_.gauss(0, spread))
            for _ in range(count)
        ]
        nodes += land
        edges += [(first + a, first + b, False) for a, b in _streets(land, random_)]
    edges.append((0, LANDS[0][2], True))
    roads = _roads(nodes, edges, random_)
    write_graph(folder, roads, {"name": "world", "source": {}, "walking_kmh": WALKING_KMH})
    write_pieces(folder, roads)
    return open_graph(folder)


def _streets(land: list[tuple[float, float]], random_: random.Random) -> list[tuple[int, int]]:
    pairs = {
        (int(min(a, b)), int(max(a, b)))
        for triangle in Delaunay(np.array(land)).simplices
        for a, b in zip(triangle, np.roll(triangle, 1), strict=True)
    }
    return [pair for pair in sorted(pairs) if random_.random() < 0.7]


def _roads(
    nodes: list[tuple[float, float]], edges: list[tuple[int, int, bool]], random_: random.Random
) -> Roads:
    shapes, starts, metres, seconds = [], [0], [], {mode: [] for mode in ROAD_MODES}
    for a, b, ferry in edges:
        bend = [(nodes[a][i] + nodes[b][i]) / 2 + random_.uniform(-0.004, 0.004) for i in (0, 1)]
        line = [LonLat(*nodes[a]), LonLat(*bend), LonLat(*nodes[b])]
        length = great_circle(line[0], line[1]) + great_circle(line[1], line[2])
        shapes += [(one.lon, one.lat) for one in line]
        starts.append(len(shapes))
        metres.append(length)
        for mode, pair in _seconds(length, ferry, random_).items():
            seconds[mode].append(pair)
    return Roads(
        np.round(np.array(nodes), 7),
        np.array([one[0] for one in edges], np.int32),
        np.array([one[1] for one in edges], np.int32),
        np.array(metres, np.float32),
        np.array([one[2] for one in edges]),
        {mode: np.array(pairs, np.float32) for mode, pairs in seconds.items()},
        np.array(starts, np.int64),
        np.round(np.array(shapes) * DEGREE).astype(np.int32),
    )


def _seconds(length: float, ferry: bool, random_: random.Random) -> dict[TravelMode, tuple[float, float]]:
    """Seconds along and back: one-ways, paths without cars, roads without people."""
    if ferry:
        return dict.fromkeys(ROAD_MODES, (1500.0, 1500.0))
    walk, drive = length / WALKING_KMH * 3.6, length / random_.choice([20, 40, 60, 90]) * 3.6
    kind = random_.random()
    foot = (math.inf, math.inf) if kind < 0.05 else (walk, walk)
    car = (drive, drive)
    if 0.05 < kind < 0.15:
        car = (math.inf, math.inf)
    elif kind < 0.3:
        car = (drive, math.inf) if random_.random() < 0.5 else (math.inf, drive)
    return {TravelMode.FOOT: foot, TravelMode.CAR: car}


def beside_a_road(graph: RoadGraph, random_: random.Random) -> LonLat:
    """A point some metres beside a road; now and then so far from it that it is off the network."""
    edge = random_.randrange(len(graph.edge_from))
    first, last = graph.shape_start[edge], graph.shape_start[edge + 1] - 1
    a, b = (graph.shape[one] / DEGREE for one in (random_.randrange(first, last), last))
    share, away = random_.random(), random_.choice([0.0, 0.0005, 0.002, 0.002, 0.03])
    lon, lat = (a + (b - a) * share).tolist()
    return LonLat(round(lon + random_.uniform(-away, away), 6), round(lat + random_.uniform(-away, away), 6))


class Oracle:
    """Minutes by networkx over the edges as they were written, not over the sparse rows."""

    def __init__(self, graph: RoadGraph, mode: TravelMode) -> None:
        self._graph, self._mode = graph, mode
        self._roads = nx.DiGraph()
        for edge, (a, b) in enumerate(zip(graph.edge_from.tolist(), graph.edge_to.tolist(), strict=True)):
            for tail, head, seconds in ((a, b, self._seconds(edge)[0]), (b, a, self._seconds(edge)[1])):
                kept = self._roads.get_edge_data(tail, head, {"seconds": math.inf})["seconds"]
                if seconds < kept:
                    self._roads.add_edge(tail, head, seconds=seconds)

    def minutes(self, origin: Access, targets: list[Access]) -> list[float | None]:
        """Door to door from one place on the network to others; None where there is no way."""
        if origin.edge < 0:
            return [None] * len(targets)
        along, back = self._seconds(origin.edge)
        roads = self._roads
        start = self._walk(origin)
        first, last = self._ends(origin)
        roads.add_edge("origin", last, seconds=start + _ride(1 - origin.along, along))
        roads.add_edge("origin", first, seconds=start + _ride(origin.along, back))
        reached = nx.single_source_dijkstra_path_length(roads, "origin", weight="seconds")
        roads.remove_node("origin")
        return [self._to(reached, origin, one) for one in targets]

    def _to(self, reached: dict[object, float], origin: Access, target: Access) -> float | None:
        if target.edge < 0:
            return None
        along, back = self._seconds(target.edge)
        first, last = self._ends(target)
        ways = [
            reached.get(first, math.inf) + _ride(target.along, along),
            reached.get(last, math.inf) + _ride(1 - target.along, back),
        ]
        if target.edge == origin.edge:
            ahead = target.along - origin.along
            ways.append(self._walk(origin) + (_ride(ahead, along) if ahead >= 0 else _ride(-ahead, back)))
        best = min(ways) + self._walk(target)
        return best / 60 if math.isfinite(best) else None

    def _seconds(self, edge: int) -> tuple[float, float]:
        along, back = self._graph.edge_seconds[self._mode][edge].tolist()
        return along, back

    def _ends(self, access: Access) -> tuple[int, int]:
        return int(self._graph.edge_from[access.edge]), int(self._graph.edge_to[access.edge])

    def _walk(self, access: Access) -> float:
        return access.metres / self._graph.walking


def _ride(share: float, seconds: float) -> float:
    """Seconds for a share of an edge: none for none of it, whichever way it may be driven."""
    return share * seconds if share > 0 else 0.0
