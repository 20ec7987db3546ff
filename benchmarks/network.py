"""The five nearest on a road network: the search by growing limits against its anchors, in one run.

    .venv/bin/python -m benchmarks.network FILE.osm.pbf [--copies 21] [--origins 100] [--valhalla]

The file's network is laid side by side as often as told, each copy linked to the next, so that a small extract
makes a graph of any size (Andorra: 21 copies are 258 thousand nodes, 220 are 2.7 million). Prints processor
milliseconds of this process, medians over seeded origins:
  all    one SciPy search over the whole graph, from the same matrix: the anchor
  loop   limits growing by GROWTH on `RoadReach.minutes_to`, until five are known
  search `geo.nearest.find_nearest` with candidates in batches by straight line, as the directory asks
  --valhalla: its matrix from one origin to 50 places around (timedistancematrix), on as many linked copies
then what the parts of one question cost, and the memory that one search takes beside the mapped graph.
"""

import argparse
import math
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.sparse.csgraph import dijkstra

from benchmarks.network_copies import file_of_copies, network
from geo.nearest import GROWTH, PACE, find_nearest
from geo.points import LonLat, great_circles
from geo.reach import RoadReach
from geo.road_graph import RoadGraph
from geo.snap import Snapper
from geo.travel import NoTrip, Target, TravelMode
from geo.units import Metres, Minutes
from geo.valhalla import Valhalla
from geo.valhalla_tiles import build_tiles

WANTED = 5
# Valhalla's targets are this near in a straight line: it refuses long walks.
REACH = {TravelMode.FOOT: 30e3, TravelMode.CAR: 150e3}


@dataclass(frozen=True)
class Place:
    """A candidate."""

    straight: Metres
    target: Target


class Batches:
    """Candidates in batches by straight line, as the database hands them out."""

    def __init__(self, places: Sequence[Place], size: int = 40) -> None:
        self._rest, self._size, self.straight = list(places), size, Metres(0)

    def more(self) -> list[Place]:
        """The next ones."""
        batch, self._rest = self._rest[: self._size], self._rest[self._size :]
        self.straight = batch[-1].straight if self._rest else Metres(math.inf)
        return batch

    def targets(self, candidates: Sequence[Place]) -> list[Target]:
        """Where they are."""
        return [one.target for one in candidates]


class Five:
    """Judge of the five soonest."""

    def __init__(self) -> None:
        self.best: list[float] = []

    def weigh(self, reached: Sequence[tuple[Place, Minutes]]) -> None:
        """Keep the best."""
        self.best = sorted([*self.best, *(minutes for _, minutes in reached)])[:WANTED]

    def refuse(self, candidate: Place, why: NoTrip) -> None:
        """Nobody is told."""

    def proven(self, known: Minutes) -> bool:
        """Whether five are known and nothing can be sooner."""
        return len(self.best) == WANTED and self.best[-1] <= known

    def narrow(self, pending: list[Place]) -> list[Place]:
        """All may still win."""
        return pending


@dataclass
class Town:
    """N random places of one graph, snapped, and how to ask for the five nearest."""

    graph: RoadGraph
    snapper: Snapper
    mode: TravelMode
    points: np.ndarray

    def __post_init__(self) -> None:
        """Snap them all, as is done when offers are published."""
        lons, lats = self.points.T.copy()
        self.accesses = self.snapper.accesses(lons, lats, self.mode, Metres(2_000))
        self.arrays = self.snapper.snaps(lons, lats, self.mode, Metres(2_000))
        self.targets = [
            Target(LonLat(*spot), one) for spot, one in zip(self.points.tolist(), self.accesses, strict=True)
        ]

    def reach(self, origin: LonLat) -> RoadReach:
        """Snapped anew: that is part of a question."""
        return RoadReach(self.graph, self.snapper, origin, None, self.mode, off_road=Metres(2_000))

    def loop(self, origin: LonLat) -> list[float]:
        """Limits growing until five are known."""
        reach = self.reach(origin)
        straight = great_circles(origin, self.points[:, 0], self.points[:, 1])
        limit = 2.0 + float(np.partition(straight, WANTED - 1)[WANTED - 1]) / PACE[self.mode]
        while True:
            reach.know(Minutes(limit))
            minutes, why = reach.minutes_to(self.arrays.edge.astype(np.int64), *self.arrays[1:])
            known = np.sort(minutes[why == 0])[:WANTED]
            if len(known) == WANTED or math.isinf(reach.known):
                return list(known.tolist())
            limit *= GROWTH

    def by_line(self, origin: LonLat) -> list[Place]:
        """Candidates by straight line: the database's work, not measured."""
        straight = great_circles(origin, self.points[:, 0], self.points[:, 1])
        return [Place(Metres(float(straight[row])), self.targets[row]) for row in np.argsort(straight)]

    def search(self, origin: LonLat, places: Sequence[Place]) -> list[float]:
        """As the directory does."""
        judge = Five()
        find_nearest(
            self.reach(origin), Batches(places), judge, self.mode, wanted=WANTED, most=Minutes(math.inf)
        )
        return judge.best

    def all(self, node: int) -> np.ndarray:
        """The whole graph from one node."""
        with self.graph.forward[self.mode].seeded(np.array([node], np.int32), np.array([0.001])) as matrix:
            return np.asarray(dijkstra(matrix, indices=self.graph.forward[self.mode].nodes))


def cpu_ms(jobs: Iterator[Callable[[], object]]) -> float:
    """Median processor milliseconds of this thread; the first job is not counted."""
    used = []
    for job in jobs:
        start = time.thread_time()
        job()
        used.append((time.thread_time() - start) * 1000)
    return statistics.median(used[1:])


def table(graph: RoadGraph, snapper: Snapper, count: int, valhalla: Valhalla | None) -> None:
    """All modes and numbers of places."""
    random = np.random.default_rng(1)
    print("| mode | N | all | loop | all/loop | search | all/search | Valhalla 1-50 | /loop | wrong |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for mode in (TravelMode.CAR, TravelMode.FOOT):
        nodes = np.flatnonzero(graph.component[mode] == 0)
        starts = random.choice(nodes, count + 1)
        matrix = cpu_ms(matrices(valhalla, mode, graph)) if valhalla else math.nan
        for size in (40, 400, 2_000):
            spots = graph.nodes[random.choice(nodes, size)] + random.normal(0, 5e-4, (size, 2))
            print(row(Town(graph, snapper, mode, spots), starts, matrix))


def row(town: Town, starts: np.ndarray, matrix: float) -> str:
    """One line of the table. matrix: milliseconds of Valhalla."""
    origins = [LonLat(*town.graph.nodes[node].tolist()) for node in starts]
    asked = [(one, town.by_line(one)) for one in origins]
    whole = cpu_ms((lambda n=node: town.all(n)) for node in starts[:20])
    loop = cpu_ms((lambda o=one: town.loop(o)) for one in origins)
    search = cpu_ms((lambda o=one, p=places: town.search(o, p)) for one, places in asked)
    wrong = sum(not np.allclose(town.loop(one), town.search(one, places)) for one, places in asked)
    return (
        f"| {town.mode} | {len(town.points)} | {whole:.2f} | {loop:.2f} | {whole / loop:.1f} | {search:.2f} "
        f"| {whole / search:.1f} | {matrix:.1f} | {matrix / loop:.0f} | {wrong} |"
    )


def matrices(valhalla: Valhalla, mode: TravelMode, graph: RoadGraph) -> Iterator[Callable[[], object]]:
    """Valhalla's matrices from junctions to 50 others within REACH metres."""
    random = np.random.default_rng(3)
    nodes = np.flatnonzero(graph.component[mode] == 0)
    for start in random.choice(nodes, 12):
        origin = LonLat(*graph.nodes[start].tolist())
        near = nodes[great_circles(origin, *graph.nodes[nodes].T.copy()) < REACH[mode]]
        targets = [LonLat(*graph.nodes[node].tolist()) for node in random.choice(near, 50)]
        yield lambda o=origin, t=targets: valhalla.minutes(o, t, mode)


def parts(graph: RoadGraph, snapper: Snapper, count: int) -> None:
    """What the parts of one question cost by car, by how far the search goes, and its memory."""
    random = np.random.default_rng(2)
    nodes = random.choice(np.flatnonzero(graph.component[TravelMode.CAR] == 0), count + 1)
    origins = [LonLat(*graph.nodes[node].tolist()) for node in nodes]
    snap = cpu_ms((lambda o=one: snapper.access(o, TravelMode.CAR, Metres(500))) for one in origins)
    print(f"\none access {snap:.2f} ms")
    print("| minutes | nodes reached | know | bound | MB of one search |\n|---|---|---|---|---|")
    for limit in (2.0, 5.0, 15.0, 60.0):
        made = [RoadReach(graph, snapper, one, None, TravelMode.CAR) for one in origins]
        know = cpu_ms((lambda r=reach, far=limit: r.know(Minutes(far))) for reach in made)
        bound = cpu_ms((lambda r=reach: r.bound(Metres(1e3))) for reach in made)
        reached = statistics.median(len(reach.reached()[0]) for reach in made)
        tracemalloc.start()
        RoadReach(graph, snapper, origins[0], None, TravelMode.CAR).know(Minutes(limit))
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        del made
        print(f"| {limit:.0f} | {reached:.0f} | {know:.2f} | {bound:.2f} | {peak:.1f} |")


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pbf", type=Path)
    parser.add_argument("--copies", type=int, default=21)
    parser.add_argument("--origins", type=int, default=100)
    parser.add_argument("--valhalla", action="store_true", help="build its tiles of the copies too")
    asked = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        start = time.perf_counter()
        graph = network(asked.pbf, asked.copies, folder)
        print(f"built in {time.perf_counter() - start:.1f} s: {graph.manifest['counts']}\n")
        valhalla = None
        if asked.valhalla:
            file_of_copies(asked.pbf, asked.copies, folder / "copies.osm.pbf")
            build_tiles(folder / "copies.osm.pbf", folder / "tiles")
            valhalla = Valhalla(folder / "tiles")
        snapper = Snapper(graph)
        table(graph, snapper, asked.origins, valhalla)
        parts(graph, snapper, asked.origins // 4)


if __name__ == "__main__":
    main()
