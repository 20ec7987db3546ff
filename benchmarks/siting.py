"""The next best places: greedy, exchange and the exact optimum, as shares of the optimum and ratios of time.

    .venv/bin/python -m benchmarks.siting [FILE.osm.pbf] [--copies 2] [--minutes 10] [--plain]

Without a file a made-up plane: 12,000 samples in 40 towns and between them, 1,000 of them candidates, trips in a
straight line. With one the roads of that file, so many copies side by side: samples and candidates at junctions by
chance, by car. People of a sample are log-normal. Prints, for the next 3 and 10 places of covering and of least
mean minutes: what greedy and exchange reach of the optimum, the bound of Lagrange above it, the gap that HiGHS
leaves, processor milliseconds, and greedy over exact. --plain solves without ruling candidates out first, too.
Then rounds: of 200 stops on 10 days at most 3 a day, with and without a limit of driving between made-up points.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.network_copies import network
from geo.reach_rows import NO_TRIP, Floats, ReachRows, Row, Samples, joined
from geo.row_build import RowBuilder
from geo.siting import Benefit, Choice, Limits, covering, greedy, interchange, saving
from geo.siting_bound import upper_bound
from geo.siting_exact import optimum
from geo.siting_rounds import Aim, day_limits, routed, visits
from geo.snap import Snapper
from geo.travel import RURAL_OFF_ROAD, TravelMode
from geo.units import Minutes

SAMPLES, CANDIDATES, TOWNS, SEED = 12_000, 1_000, 40, 20260105
# Made-up trips: a candidate is reached from so far (of a plane 1 wide) in the whole limit.
REACH = 0.08
SOLVER_SECONDS = 120.0
STOPS, DAYS, PER_DAY = 200, 10, 3


def milliseconds[Result](work: Callable[[], Result]) -> tuple[Result, float]:
    """What a piece of work gives, and processor milliseconds of this process."""
    start = time.process_time()
    made = work()
    return made, (time.process_time() - start) * 1000


def people_of(size: int) -> Floats:
    """People of each sample."""
    return np.random.default_rng(SEED).lognormal(3, 1, size).round()


def plane(limit: Minutes) -> ReachRows:
    """Rows over a made-up plane."""
    rng = np.random.default_rng(SEED)
    towns = rng.random((TOWNS, 2))
    inside = towns[rng.integers(0, TOWNS, SAMPLES // 2)] + rng.normal(0, 0.03, (SAMPLES // 2, 2))
    points = np.vstack([inside, rng.random((SAMPLES - SAMPLES // 2, 2))])
    places = points[rng.choice(SAMPLES, CANDIDATES, replace=False)]
    rows = []
    for place, near in zip(places, cKDTree(points).query_ball_point(places, REACH), strict=True):
        held = np.sort(np.array(near, np.int32))
        seconds = np.ceil(np.hypot(*(points[held] - place).T) / REACH * limit * 60)
        rows.append(Row(held, seconds.astype(np.uint16)))
    nowhere = np.zeros(SAMPLES)
    return joined("plane", Samples("plane", nowhere, nowhere, nowhere), TravelMode.CAR, limit, rows)


def roads(file: Path, copies: int, limit: Minutes) -> ReachRows:
    """Rows over the roads of a file."""
    with TemporaryDirectory() as folder:
        graph = network(file, copies, Path(folder))
        print(f"{file.name}, {copies} copies: {len(graph.nodes):,} nodes")
        nodes = np.random.default_rng(SEED).choice(len(graph.nodes), SAMPLES, replace=False)
        lons, lats = np.ascontiguousarray(graph.nodes[nodes].T)
        far = np.full(SAMPLES, float(RURAL_OFF_ROAD))
        samples = Samples("junctions", lons, lats, far)
        builder = RowBuilder(graph, Snapper(graph), samples, TravelMode.CAR, limit)
        accesses = builder.accesses(lons[:CANDIDATES], lats[:CANDIDATES], far[:CANDIDATES])
        rows, spent = milliseconds(lambda: [builder.row(one) for one in accesses])
        print(f"{CANDIDATES} rows: {spent / CANDIDATES:.2f} ms each")
        return joined(graph.id, samples, TravelMode.CAR, limit, rows)


def compare(name: str, benefit: Benefit, count: int, plain: bool) -> None:
    """One line of the table."""
    limits = Limits(count)
    first, greedy_ms = milliseconds(lambda: greedy(benefit, limits))
    start, exchange_ms = milliseconds(lambda: interchange(benefit, first))
    bound, bound_ms = milliseconds(lambda: upper_bound(benefit, limits, start))
    exact, exact_ms = milliseconds(lambda: optimum(benefit, limits, start, seconds=SOLVER_SECONDS))
    best = exact.choice.total
    print(
        f"| {name} | {count} | {first.total / best:.4f} | {start.total / best:.4f} | {bound.value / best:.4f} |"
        f" {exact.proof} {exact.gap:.5f} | {int(bound.possible.sum())} | {greedy_ms:.1f} | {exchange_ms:.1f} |"
        f" {bound_ms:.0f} | {exact_ms:.0f} | 1/{exact_ms / greedy_ms:.0f} |"
        + (plain_cells(benefit, limits, start, greedy_ms) if plain else "")
    )


def plain_cells(benefit: Benefit, limits: Limits, start: Choice, greedy_ms: float) -> str:
    """The same by HiGHS alone."""
    found, spent = milliseconds(
        lambda: optimum(
            benefit, limits, start, seconds=SOLVER_SECONDS, most_entries=len(benefit.values), rule_out=False
        )
    )
    return f" {found.proof} {found.gap:.5f} | {spent:.0f} | 1/{spent / greedy_ms:.0f} |"


def rounds(rows: ReachRows, people: Floats) -> None:
    """Rounds of some of the stops."""
    some = joined(
        rows.network,
        Samples(rows.fingerprint, *(np.zeros(rows.size),) * 3),
        rows.mode,
        rows.limit,
        [rows.row(one) for one in range(STOPS)],
    )
    allowance = np.full((STOPS, DAYS), float(rows.limit * 60))
    nobody = np.zeros((rows.size, DAYS), bool)
    points = np.random.default_rng(SEED).uniform(0, 120, (STOPS, 2))
    driving = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    limits = day_limits(STOPS, DAYS, PER_DAY, DAYS * PER_DAY)
    for aim in Aim:
        compare_round(visits(some, allowance, people, nobody, aim), limits, driving, aim)


def compare_round(benefit: Benefit, limits: Limits, driving: Floats, aim: Aim) -> None:
    """One line about one aim."""
    first, greedy_ms = milliseconds(lambda: greedy(benefit, limits))
    exact, exact_ms = milliseconds(lambda: optimum(benefit, limits, first, seconds=SOLVER_SECONDS))
    driven, driven_ms = milliseconds(lambda: routed(benefit, limits, driving, Minutes(60.0)))
    print(
        f"round, {aim}: greedy at least {first.total / exact.bound:.4f} of the optimum in {greedy_ms:.0f} ms;"
        f" exact {exact.proof}, gap {exact.gap:.5f}, {exact_ms:.0f} ms;"
        f" at most 60 minutes of driving {driven.total / exact.bound:.4f} in {driven_ms:.0f} ms"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    limit = Minutes(asked.minutes)
    rows = plane(limit) if asked.file is None else roads(asked.file, asked.copies, limit)
    people = people_of(rows.size)
    print(f"{rows.size:,} samples, {len(rows):,} candidates, {len(rows.seconds):,} trips")
    print(
        "| objective | k | greedy | exchange | Lagrange | exact, gap | left | greedy ms | exchange ms |"
        " Lagrange ms | exact ms | greedy / exact |"
        + (" HiGHS alone, gap | ms | greedy / it |" if asked.plain else "")
    )
    allowance = np.full(len(rows), float(limit * 60))
    cover = covering(rows, allowance, people, np.zeros(rows.size, bool))
    median = saving(rows, allowance, people, np.full(rows.size, NO_TRIP, np.uint16), limit)
    for name, benefit in (("cover", cover), ("mean", median)):
        for count in (3, 10):
            compare(name, benefit, count, asked.plain)
    rounds(rows, people)


if __name__ == "__main__":
    main()
