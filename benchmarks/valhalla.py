"""Our road times against Valhalla's on held-out trips, and what Valhalla costs.

    .venv/bin/python -m benchmarks.valhalla FILE.osm.pbf ... [--pairs 6000] [--seed 20260403] [--questions 60]

For each file a network and its tiles are built in a temporary folder. Prints the audit (seed 1 is what the road
profile may be tuned on: hold out another), then processor milliseconds of this process for one question, the
median over seeded ones, and its resident memory. Every figure is of one run: compare within a table only.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.sparse.csgraph import dijkstra

from geo.network_audit import audit
from geo.points import LonLat, great_circles
from geo.road_build import build_network
from geo.road_graph import RoadGraph, open_graph
from geo.road_profile import load_profile
from geo.snap import Snapper
from geo.travel import TravelMode
from geo.units import Metres
from geo.valhalla import Habits, Valhalla
from geo.valhalla_tiles import build_tiles

ROOT = Path(__file__).parent.parent
# Candidates lie about as far away as this, metres.
AROUND = {TravelMode.FOOT: 3_000.0, TravelMode.CAR: 10_000.0}
THREADS = 4


def resident() -> float:
    """Megabytes of memory that this process has in use now, of its own (mapped files not counted)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_ms[T](questions: Sequence[T], ask: Callable[[T], object]) -> float:
    """Median processor milliseconds of one question; the first is not counted."""
    used = []
    for one in questions:
        start = time.process_time()
        ask(one)
        used.append((time.process_time() - start) * 1000)
    return statistics.median(used[1:])


def wall_of_build(pbf: Path, folder: Path) -> float:
    """Seconds to build the tiles."""
    start = time.perf_counter()
    build_tiles(pbf, folder)
    return time.perf_counter() - start


def trips(
    graph: RoadGraph, snapper: Snapper, mode: TravelMode, count: int, random: np.random.Generator
) -> list[tuple[int, list[LonLat]]]:
    """Origins, as nodes, with 50 junctions around each."""
    nodes = np.flatnonzero(graph.component[mode] == 0)
    places = graph.nodes[nodes]
    nodes = nodes[snapper.snaps(places[:, 0], places[:, 1], mode, Metres(10.0)).metres < 1]
    found = []
    for origin in random.choice(nodes, 4 * count):
        far = great_circles(
            point(graph, int(origin)), graph.nodes[nodes, 0].copy(), graph.nodes[nodes, 1].copy()
        )
        near = nodes[(far > 100) & (far < AROUND[mode])]
        if len(near) >= 50:
            targets = [point(graph, int(one)) for one in random.choice(near, 50, replace=False)]
            found.append((int(origin), targets))
    return found[:count]


def point(graph: RoadGraph, node: int) -> LonLat:
    """Where a node lies."""
    lon, lat = graph.nodes[node].tolist()
    return LonLat(lon, lat)


def one_to_all(graph: RoadGraph, mode: TravelMode, node: int) -> object:
    """The anchor: SciPy's search from one node to all others."""
    with graph.forward[mode].seeded(np.array([node], np.int32), np.array([0.001])) as matrix:
        return dijkstra(matrix, indices=graph.forward[mode].nodes)


def costs(graph: RoadGraph, snapper: Snapper, engine: Valhalla, count: int) -> None:
    """The table of processor time."""
    print("| mode | SciPy one-to-all | 1->20 | 1->50 | 1->50 / one-to-all | route and steps (es) | None |")
    print("|---|---|---|---|---|---|---|")
    for mode in (TravelMode.FOOT, TravelMode.CAR):
        print(_row(graph, trips(graph, snapper, mode, count, np.random.default_rng(3)), mode, engine))


def _row(graph: RoadGraph, asked: list[tuple[int, list[LonLat]]], mode: TravelMode, engine: Valhalla) -> str:
    nodes = [node for node, _ in asked]
    origins = [(point(graph, node), targets) for node, targets in asked]
    anchor = cpu_ms(nodes, lambda node: one_to_all(graph, mode, node))
    few = cpu_ms(origins, lambda one: engine.minutes(one[0], one[1][:20], mode))
    many = cpu_ms(origins, lambda one: engine.minutes(one[0], one[1], mode))
    way = cpu_ms(origins, lambda one: engine.route(one[0], one[1][0], mode, "es"))
    nothing = sum(one is None for origin, targets in origins for one in engine.minutes(origin, targets, mode))
    return (
        f"| {mode} | {anchor:.1f} | {few:.1f} | {many:.1f} | {many / anchor:.1f} | {way:.1f} |"
        f" {nothing / (50 * len(origins)):.2%} |"
    )


_MEMORY = """
import sys, threading
from pathlib import Path
from benchmarks.valhalla import THREADS, resident, trips
before = resident()
from geo.road_graph import open_graph
from geo.snap import Snapper
from geo.travel import TravelMode
from geo.points import LonLat
from geo.valhalla import Valhalla
import numpy as np
graph = open_graph(Path(sys.argv[1])); snapper = Snapper(graph)
asked = {mode: trips(graph, snapper, mode, 20, np.random.default_rng(3)) for mode in (TravelMode.FOOT, TravelMode.CAR)}
def work():
    for mode, pairs in asked.items():
        for node, targets in pairs:
            origin = LonLat(*graph.nodes[node].tolist())
            engine.minutes(origin, targets, mode); engine.route(origin, targets[0], mode)
figures = [resident()]
engine = Valhalla(Path(sys.argv[2]), actors=int(sys.argv[3])); figures.append(resident())
hands = [threading.Thread(target=work) for _ in range(THREADS)]
for one in hands: one.start()
for one in hands: one.join()
figures.append(resident())
print(*(f"{b - a:.0f}" for a, b in zip(figures, figures[1:])))
"""


def memory(network: Path, tiles: Path) -> None:
    """What a worker takes, in children of one, two and four actors."""
    print(
        f"| actors | MB to open | MB more after {THREADS} threads of 40 matrices 1->50 and 40 routes each |"
    )
    print("|---|---|---|")
    for actors in (1, 2, 4):
        done = subprocess.run(
            [sys.executable, "-c", _MEMORY, str(network), str(tiles), str(actors)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        opened, more = done.stdout.split()
        print(f"| {actors} | {opened} | {more} |")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--pairs", type=int, default=6_000)
    parser.add_argument("--seed", type=int, default=20260403, help="not the one of `cercana network audit`")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--profile", type=Path, nargs="*", default=[], help="laid over the default, in order")
    options = parser.parse_args()
    profile = load_profile(ROOT / "fixtures" / "network" / "profile.toml", *options.profile)
    for pbf in options.files:
        with TemporaryDirectory() as folder:
            network, tiles = Path(folder, "net"), Path(folder, "tiles")
            build_network(pbf, network, name=pbf.stem, profile=profile)
            wall = wall_of_build(pbf, tiles)
            size = sum(one.stat().st_size for one in tiles.iterdir()) / 1e6
            graph = open_graph(network)
            snapper = Snapper(graph)
            engine = Valhalla(tiles, Habits(walking_kmh=float(graph.manifest["walking_kmh"])))
            print(f"\n## {pbf.name}: {len(graph.nodes):,} nodes; tiles {size:.1f} MB in {wall:.1f} s\n")
            report = audit(graph, snapper, engine, pairs=options.pairs, seed=options.seed)
            print("```", *report.lines(), "```\n", sep="\n")
            costs(graph, snapper, engine, options.questions)
            print()
            memory(network, tiles)


if __name__ == "__main__":
    main()
