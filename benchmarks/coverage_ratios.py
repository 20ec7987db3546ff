"""What a question of coverage costs against what it replaces: ratios of processor time, in one run.

recompute: one search from all places at once over the network and the people it reaches (`RowBuilder.nearest`);
what closing a place, adding one, or another day would cost without rows. Places are inhabited cells by chance, where
they meet the roads is known, as it is of offers. Each is at its place on one weekday only for the seven days.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import dijkstra

from benchmarks.coverage_town import CAR, FOOT, Cells, OurTown, ValhallaTown, inside
from benchmarks.network_copies import SHIFT, file_of_copies, network
from geo.coverage import Standing, covered, covered_days, lost_if_closed, nearest, nearest_two
from geo.points import LonLat
from geo.reach_rows import Flags, ReachRows
from geo.row_build import RowBuilder
from geo.snap import Snapper
from geo.travel import RURAL_OFF_ROAD, Access, TravelMode
from geo.valhalla_tiles import build_tiles

CASES = ((FOOT, 30), (CAR, 10))
DAYS = 7
_TIMES = 15


def copied(cells: Cells, copies: int) -> Cells:
    """The cells of as many towns side by side."""
    moved = np.arange(copies)[:, None] * SHIFT
    return replace(
        cells,
        ids=[f"{one}-{copy}" for copy in range(copies) for one in cells.ids],
        lons=(cells.lons + moved).ravel(),
        lats=np.tile(cells.lats, copies),
        people=np.tile(cells.people, copies),
        facilities=np.tile(cells.facilities, copies),
    )


def cpu(job: Callable[[], object], times: int = _TIMES) -> float:
    """Median processor milliseconds of this thread; the first run does not count."""
    used = []
    for _ in range(times + 1):
        start = time.thread_time()
        job()
        used.append((time.thread_time() - start) * 1000)
    return statistics.median(used[1:] or used)


def weekly(rows: ReachRows, allowance: float) -> np.ndarray:
    """Allowances of places that each are there on one weekday: (P, DAYS)."""
    weekday = np.random.default_rng(7).integers(0, DAYS, len(rows))
    return np.where(weekday[:, None] == np.arange(DAYS), allowance, -1.0)


def by_days(rows: ReachRows, allowance: np.ndarray, people: np.ndarray) -> np.ndarray:
    """People covered on each day."""
    counts: np.ndarray = people @ covered_days(rows, allowance)
    return counts


def closed(standing: Standing, people: np.ndarray, places: Sequence[int]) -> None:
    """Every one of these places closed, by itself."""
    for place in places:
        standing.people(standing.closing(place), people)


def added(
    standing: Standing, builder: RowBuilder, access: Access, seconds: float, people: np.ndarray
) -> float:
    """A place more: its row, and the people who gain."""
    return standing.people(standing.opening(builder.row(access), seconds, -2), people)


def one_to_all(town: OurTown, mode: TravelMode) -> object:
    """The anchor: SciPy from one node to all others."""
    graph = town.graph.reverse[mode]
    node = int(np.flatnonzero(town.graph.component[mode] == 0)[0])
    with graph.seeded(np.array([node], np.int32), np.array([0.001])) as matrix:
        return dijkstra(matrix, indices=graph.nodes)


def of_case(
    town: OurTown, valhalla: ValhallaTown, cells: Cells, points: list[LonLat], case: tuple[TravelMode, int]
) -> list[tuple[str, float, str]]:
    """What was done, milliseconds, and of which anchor a share is wanted."""
    mode, minutes = case
    rows, builder = town.rows(cells, points, mode, minutes), town.builder(cells, mode, minutes)
    accesses = [town.snapper.access(one, mode, RURAL_OFF_ROAD) for one in points]
    seconds = 60.0 * minutes
    allowance, people = np.full(len(points), seconds), cells.people
    standing, week = Standing(rows, allowance), weekly(rows, seconds)
    every, some = range(len(points)), iter(range(10**9))
    check(standing, rows, builder, accesses, allowance)

    def drawn() -> Flags:
        return inside(valhalla.isochrones(points, mode, minutes), cells)

    return [
        ("one SciPy search, one node to all", cpu(lambda: one_to_all(town, mode)), ""),
        ("recompute", cpu(lambda: builder.nearest(accesses)), "one SciPy search, one node to all"),
        ("union of isochrones", cpu(drawn, 1), "recompute"),
        ("covered, from rows", cpu(lambda: people[covered(rows, allowance)].sum()), "recompute"),
        ("nearest, from rows", cpu(lambda: nearest(rows, allowance)), "recompute"),
        ("nearest and second, from rows", cpu(lambda: nearest_two(rows, allowance)), "recompute"),
        ("close one place", cpu(lambda: closed(standing, people, every)) / len(points), "recompute"),
        ("close each in turn, all told", cpu(lambda: lost_if_closed(rows, allowance, people)), "recompute"),
        (
            "add one place, with its search",
            cpu(lambda: added(standing, builder, accesses[next(some) % len(accesses)], seconds, people), 60),
            "recompute",
        ),
        ("seven days of mobile places", cpu(lambda: by_days(rows, week, people)), "recompute"),
    ]


def check(
    standing: Standing,
    rows: ReachRows,
    builder: RowBuilder,
    accesses: Sequence[Access],
    allowance: np.ndarray,
) -> None:
    """What is compared must be the same: rows against the search, and an update against a recompute."""
    told = builder.nearest(accesses)
    assert np.array_equal(np.isfinite(told), covered(rows, allowance))
    without = [one for number, one in enumerate(accesses) if number != 5]
    after = standing.applied(standing.closing(5)).place >= 0
    assert np.array_equal(np.isfinite(builder.nearest(without)), after)


def print_ratios(pbf: Path, cells: Cells, copies: int, places: int, folder: Path) -> None:
    """Lay the town side by side, measure, and print."""
    graph = network(pbf, copies, folder)
    file_of_copies(pbf, copies, folder / "copies.osm.pbf")
    build_tiles(folder / "copies.osm.pbf", folder / "copies")
    town, valhalla, many = (
        OurTown(graph, Snapper(graph)),
        ValhallaTown(folder / "copies"),
        copied(cells, copies),
    )
    points = many.drawn(places, 1)
    print(
        f"\n{graph.manifest['counts']['nodes']} nodes, {len(many.ids)} cells, {places} places: processor ms\n"
    )
    print("| | " + " | ".join(f"{mode} {minutes} min | share" for mode, minutes in CASES) + " | of |")
    print("|---" * (2 * len(CASES) + 2) + "|")
    columns = [of_case(town, valhalla, many, points, case) for case in CASES]
    anchors = [{name: spent for name, spent, _ in column} for column in columns]
    for lines in zip(*columns, strict=True):
        cellsof = [
            f"{spent:.3g} | {share(spent, known.get(anchor))}"
            for (_, spent, anchor), known in zip(lines, anchors, strict=True)
        ]
        print(f"| {lines[0][0]} | " + " | ".join(cellsof) + f" | {lines[0][2]} |")


def share(spent: float, anchor: float | None) -> str:
    """How many times the anchor, or what part of it."""
    if anchor is None:
        return ""
    if spent > 10 * anchor:
        return f"{spent / anchor:,.0f} x"
    return f"{spent / anchor:.2f}" if spent > anchor / 10 else f"1/{anchor / spent:,.0f}"
