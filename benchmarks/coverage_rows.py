"""Reach rows: what they cost against one SciPy search over the whole graph, in one run, and how that grows.

    .venv/bin/python -m benchmarks.coverage_rows FILE.osm.pbf [--copies 14] [--svg growth.svg]

The file's network is laid side by side as often as told (Andorra: 14 copies are 172 thousand nodes). People live,
and places stand, some metres beside junctions by chance. Prints processor milliseconds of this thread, medians:
  all      one SciPy search over the whole graph from a junction, forward: the anchor
  nearest  `RowBuilder.nearest`: seconds from every sample to the nearest of N places, without any limit that matters
  row      `RowBuilder.row`: one place within a limit; adding a place costs one, a full recompute costs one `nearest`
then rows a second and their memory, wall seconds of the pool by processes, and the growth of the cost of all rows
when samples and places are 10 and 100 times as many.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.sparse.csgraph import dijkstra

from benchmarks.network_copies import network
from geo.networks import Installed
from geo.reach_rows import LONGEST_LIMIT, Row, Samples
from geo.road_graph import ROAD_MODES, RoadGraph
from geo.row_build import RowBuilder
from geo.row_pool import build_rows
from geo.snap import Snapper, Snaps
from geo.travel import Access, TravelMode
from geo.units import Minutes

FAR = 2_000.0
TIMES = 15
SEED = 5


def cpu_ms(job: Callable[[], object]) -> float:
    """Processor milliseconds of this thread."""
    start = time.thread_time()
    job()
    return (time.thread_time() - start) * 1000


def medians(*jobs: Callable[[], object], times: int = TIMES) -> list[float]:
    """Median processor milliseconds of jobs that take turns, so that all feel the same neighbours."""
    for job in jobs:
        job()
    turns = [[cpu_ms(job) for job in jobs] for _ in range(times)]
    return [statistics.median(used) for used in zip(*turns, strict=True)]


@dataclass
class Country:
    """Samples and places of one mode, met with the roads once."""

    graph: RoadGraph
    snapper: Snapper
    mode: TravelMode
    samples: Samples
    snaps: Snaps
    lons: np.ndarray
    lats: np.ndarray
    accesses: list[Access]

    def builder(self, limit: float, people: int | None = None) -> RowBuilder:
        """For the first so many samples."""
        cut = slice(people)
        some = Samples("bench", self.samples.lons[cut], self.samples.lats[cut], self.samples.off_road[cut])
        snaps = Snaps(*(column[cut] for column in self.snaps))
        return RowBuilder(self.graph, self.snapper, some, self.mode, Minutes(limit), snaps=snaps)

    def all(self, node: int) -> np.ndarray:
        """The anchor."""
        roads = self.graph.forward[self.mode]
        with roads.seeded(np.array([node], np.int32), np.array([0.001])) as matrix:
            return np.asarray(dijkstra(matrix, indices=roads.nodes))


def beside_junctions(graph: RoadGraph, count: int, seed: int) -> np.ndarray:
    """(count, 2) degrees, some tens of metres off."""
    draw = np.random.default_rng(seed)
    return graph.nodes[draw.integers(0, len(graph.nodes), count)] + draw.normal(0, 3e-4, (count, 2))


def country(graph: RoadGraph, mode: TravelMode, people: int, places: int) -> Country:
    """So many samples and places."""
    snapper = Snapper(graph)
    lons, lats = beside_junctions(graph, people, SEED).T.copy()
    samples = Samples("bench", lons, lats, np.full(people, FAR))
    start = time.thread_time()
    snaps = snapper.snaps(lons, lats, mode, samples.off_road)
    took = time.thread_time() - start
    print(
        f"\n## {mode}: {people} samples met with the roads in {took:.1f} s, {took / people * 1e6:.0f} µs each"
    )
    at = beside_junctions(graph, places, SEED + 1).T.copy()
    accesses = snapper.accesses(*at, mode, np.full(places, FAR))
    return Country(graph, snapper, mode, samples, snaps, *at, accesses)


def nearest_table(one: Country) -> None:
    """Nearest of N against the anchor."""
    draw = np.random.default_rng(SEED)
    main = np.flatnonzero(one.graph.component[one.mode] == 0)
    builder = one.builder(LONGEST_LIMIT)
    print("| N | all | nearest | nearest/all | goal |\n|---|---|---|---|---|")
    for count in (12, 40, 400, len(one.accesses)):
        places = one.accesses[:count]
        anchor, nearest = medians(
            lambda: one.all(int(draw.choice(main))), lambda p=places: builder.nearest(p)
        )
        print(f"| {count} | {anchor:.2f} | {nearest:.2f} | {nearest / anchor:.2f} | <= 2.2 |")


def row_table(one: Country) -> None:
    """One row against a recompute, and what rows weigh."""
    print("\n| minutes | row | recompute | row/recompute | goal | rows/s | samples a row | kB a row |")
    print("|---|---|---|---|---|---|---|---|")
    for limit in (5.0, 15.0, 30.0, 60.0, 90.0):
        builder = one.builder(limit)
        builder.row(one.accesses[0])
        rows: list[Row] = []
        each = [
            cpu_ms(lambda b=builder, a=access, r=rows: r.append(b.row(a))) for access in one.accesses[:300]
        ]
        (recompute,) = medians(lambda b=builder: b.nearest(one.accesses), times=7)
        usual = statistics.median(each)
        weight = statistics.mean(row.samples.nbytes + row.seconds.nbytes for row in rows) / 1e3
        held = statistics.mean(len(row.samples) for row in rows)
        print(
            f"| {limit:.0f} | {usual:.2f} | {recompute:.2f} | 1/{recompute / usual:.0f} | <= 1/10"
            f" | {1000 / statistics.mean(each):.0f} | {held:.0f} | {weight:.1f} |"
        )


def pool_table(one: Country, workers: Iterable[int]) -> None:
    """Wall seconds of all rows, by processes."""
    graph = one.graph
    installed = Installed("bench", graph.folder, True, graph.manifest, None)
    far = np.full(len(one.accesses), FAR)
    print("\n| processes | wall s, first row to last | speed-up |\n|---|---|---|")
    alone = 0.0
    for count in workers:
        # Five times each place: starting processes is not what is asked.
        places = [np.tile(column, 5) for column in (one.lons, one.lats, far)]
        making = build_rows(installed, one.samples, one.mode, Minutes(60), *places, workers=count)
        next(making)
        start = time.perf_counter()
        made = sum(1 for _ in making)
        took = time.perf_counter() - start
        alone = alone or took
        print(f"| {count} | {took:.1f} ({made} rows) | {alone / took:.2f} |")


def growth_table(one: Country) -> list[tuple[str, int, float]]:
    """Processor seconds of all rows of 60 minutes as one, the other or both grow; points of the plot."""
    people, places = len(one.snaps.edge), len(one.accesses)
    found: list[tuple[str, int, float]] = []
    print("\n| samples | places | all rows, s | against the first | rows in MB | one nearest, ms |")
    print("|---|---|---|---|---|---|")
    for which in ("samples", "places", "both"):
        for times in (1, 10, 100):
            some = people // 100 * (times if which != "places" else 1)
            there = one.accesses[: places // 100 * (times if which != "samples" else 1)]
            builder = one.builder(60.0, some)
            builder.row(there[0])
            rows: list[Row] = []
            took = cpu_ms(lambda b=builder, t=there, r=rows: r.extend(b.row(a) for a in t)) / 1000
            found.append((which, times, took))
            weight = sum(row.samples.nbytes + row.seconds.nbytes for row in rows) / 1e6
            (near,) = medians(lambda b=builder, t=there: b.nearest(t), times=5)
            ratio = took / found[-(1 if times == 1 else 2 if times == 10 else 3)][2]
            print(f"| {some} | {len(there)} | {took:.3f} | {ratio:.1f} | {weight:.2f} | {near:.1f} |")
    return found


def plot(path: Path, points: list[tuple[str, int, float]]) -> None:
    """Both axes by powers of ten."""
    least = min(seconds for _, _, seconds in points)

    def at(times: int, seconds: float) -> tuple[float, float]:
        return 70 + 170 * float(np.log10(times)), 280 - 60 * float(np.log10(seconds / least))

    shapes = []
    for which, dash, lower in (("samples", "2 4", 4), ("places", "8 4", 14), ("both", "none", -4)):
        line = [at(times, seconds) for kind, times, seconds in points if kind == which]
        told = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
        x, y = line[-1]
        shapes.append(f'<polyline points="{told}" fill="none" stroke="#124" stroke-dasharray="{dash}"/>')
        shapes.append(
            f'<text x="{x + 6:.1f}" y="{y + lower:.1f}">{which}: x{points_ratio(points, which):.0f}</text>'
        )
    shapes += [f'<text x="{at(times, least)[0]:.0f}" y="310">x{times}</text>' for times in (1, 10, 100)]
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 330" font-family="sans-serif" font-size="13">'
        "<title>Processor time of all rows as samples, places or both grow</title>"
        f"{''.join(shapes)}</svg>",
        "utf-8",
    )
    print(f"\nplot: {path}")


def points_ratio(points: list[tuple[str, int, float]], which: str) -> float:
    """Cost of 100 times as many against once."""
    seconds = {times: took for kind, times, took in points if kind == which}
    return seconds[100] / seconds[1]


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pbf", type=Path)
    parser.add_argument("--copies", type=int, default=14)
    parser.add_argument("--people", type=int, default=100_000, help="samples")
    parser.add_argument("--places", type=int, default=2_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="processes of the pool")
    parser.add_argument("--svg", type=Path, help="where to draw the growth")
    asked = parser.parse_args()
    with TemporaryDirectory() as scratch:
        graph = network(asked.pbf, asked.copies, Path(scratch))
        print(graph.manifest["counts"])
        for mode in ROAD_MODES:
            one = country(graph, mode, asked.people, asked.places)
            nearest_table(one)
            row_table(one)
            if mode is TravelMode.CAR:
                pool_table(one, asked.workers)
                points = growth_table(one)
                if asked.svg:
                    plot(asked.svg, points)


if __name__ == "__main__":
    main()
