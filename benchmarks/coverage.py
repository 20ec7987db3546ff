"""How many people live within some minutes of some points: our reach rows, isochrones and circles, in one run.

    .venv/bin/python -m benchmarks.coverage poa.osm.pbf hexgrid.csv [--draws 20] [--copies 9] [--places 300]

hexgrid.csv: cells with id, lon, lat, population, healthcare. The points are the twelve cells with most health
facilities, then --draws times twelve inhabited cells by chance. Truth, and what each method is: see
`benchmarks.coverage_town`. With --copies the town is laid side by side so many times (nine of Porto Alegre are 179
thousand nodes), and ratios of processor time are printed: see `benchmarks.coverage_ratios`.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.coverage_ratios import print_ratios
from benchmarks.coverage_town import (
    CAR,
    CASES,
    DETOUR,
    FOOT,
    Cells,
    OurTown,
    ValhallaTown,
    in_circles,
    inside,
    read_cells,
)
from benchmarks.network_copies import PROFILE
from geo.coverage import covered, covered_days, mean_wait, nearest, person_days
from geo.open_network import TILES
from geo.points import LonLat
from geo.reach_rows import NO_TRIP, Flags, Floats
from geo.travel import TravelMode
from importers.network_build import Ingredients, builder

POINTS = 12
METHODS = ("reach rows", "isochrones, fine", "isochrones, default", "circles", f"circles x {DETOUR}")
OURS, ISOCHRONES = 0, (1, 2)
# Points that are there every day; the others come once a week.
FIXED = 4
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def told(
    ours: OurTown,
    valhalla: ValhallaTown,
    cells: Cells,
    points: Sequence[LonLat],
    case: tuple[TravelMode, int],
) -> list[tuple[Flags, float]]:
    """Who is covered by each of METHODS, and the processor milliseconds that it took."""
    mode, minutes = case
    jobs: list[Callable[[], Flags]] = [
        lambda: ours.covered(cells, points, mode, minutes),
        lambda: inside(valhalla.isochrones(points, mode, minutes), cells),
        lambda: inside(valhalla.isochrones(points, mode, minutes, fine=False), cells),
        lambda: in_circles(cells, points, mode, minutes, 1.0),
        lambda: in_circles(cells, points, mode, minutes, DETOUR),
    ]
    found = []
    for job in jobs:
        start = time.thread_time()
        flags = job()
        found.append((flags, (time.thread_time() - start) * 1000))
    return found


def table_of_points(ours: OurTown, valhalla: ValhallaTown, cells: Cells, points: Sequence[LonLat]) -> None:
    """Share of people, its error in points, and people counted wrongly either way, of one set of points."""
    truths, took = {}, {}
    for mode in (FOOT, CAR):
        start = time.thread_time()
        truths[mode] = valhalla.matrix(cells, points, mode).min(axis=0)
        took[mode] = (time.thread_time() - start) * 1000
    print("| | " + " | ".join(f"{mode} {minutes}" for mode, minutes in CASES) + " |")
    print("|---" * (len(CASES) + 1) + "|")
    whole = [truths[mode] <= 60 * minutes for mode, minutes in CASES]
    matrix = (
        f"{cells.share(one):.1f} % ({took[mode]:.0f} ms)" for one, (mode, _) in zip(whole, CASES, strict=True)
    )
    print("| truth (matrix with access legs) | " + " | ".join(matrix) + " |")
    columns = [told(ours, valhalla, cells, points, case) for case in CASES]
    for number, method in enumerate(METHODS):
        line = []
        for truth, column in zip(whole, columns, strict=True):
            flags, spent = column[number]
            share, over, under = (cells.share(one) for one in (flags, flags & ~truth, truth & ~flags))
            line.append(f"{share:.1f} % ({over - under:+.2f}; +{over:.1f} -{under:.1f}; {spent:.0f} ms)")
        print(f"| {method} | " + " | ".join(line) + " |")


def table_of_draws(ours: OurTown, valhalla: ValhallaTown, cells: Cells, draws: int) -> None:
    """Errors over points drawn by chance, and how often ours is the larger one."""
    heads, wrong = (np.empty((len(METHODS), len(CASES), draws)) for _ in range(2))
    for draw in range(draws):
        points = cells.drawn(POINTS, draw)
        truths = {mode: valhalla.matrix(cells, points, mode).min(axis=0) for mode in (FOOT, CAR)}
        for number, (mode, minutes) in enumerate(CASES):
            truth = truths[mode] <= 60 * minutes
            flags = [one for one, _ in told(ours, valhalla, cells, points, (mode, minutes))]
            heads[:, number, draw] = [abs(cells.share(one) - cells.share(truth)) for one in flags]
            wrong[:, number, draw] = [cells.share(one ^ truth) for one in flags]
    print_errors(heads, f"Error of the number of people, in points, over {draws} draws of {POINTS} cells")
    print_errors(wrong, "People counted wrongly either way, in points, over the same draws")


def print_errors(errors: Floats, title: str) -> None:
    """Mean and greatest over the draws of errors: (methods, cases, draws)."""
    print(f"\n{title}: mean / greatest\n")
    print("| | " + " | ".join(f"{mode} {minutes}" for mode, minutes in CASES) + " |")
    print("|---" * (len(CASES) + 1) + "|")
    for method, of_cases in zip(METHODS, errors, strict=True):
        print(f"| {method} | " + " | ".join(f"{one.mean():.2f} / {one.max():.2f}" for one in of_cases) + " |")
    for number in ISOCHRONES:
        more = errors[OURS] - errors[number]
        times = (f"{(one > 0).sum()} (by {max(one.max(), 0):.2f} at most)" for one in more)
        print(f"| draws where ours is larger than {METHODS[number]} | " + " | ".join(times) + " |")


def table_of_differences(
    ours: OurTown, valhalla: ValhallaTown, cells: Cells, points: Sequence[LonLat]
) -> None:
    """Why shares differ: seconds to the nearest point, ours less Valhalla's, of people near the limit."""
    print("\nSeconds to the nearest point, ours less truth, of cells within a fifth of the limit\n")
    print(
        "| | p5 | p25 | median | p75 | p95 | people whose truth is within 10 s of the limit |",
        "|---|---|---|---|---|---|---|",
        sep="\n",
    )
    for mode, minutes in CASES:
        limit = 60 * minutes
        truth = valhalla.matrix(cells, points, mode).min(axis=0)
        mine = soonest(ours, cells, points, mode, 3 * minutes)
        near = (np.abs(truth - limit) < limit / 5) & np.isfinite(mine)
        parts = np.percentile(mine[near] - truth[near], [5, 25, 50, 75, 95])
        edge = cells.share(np.abs(truth - limit) <= 10)
        print(f"| {mode} {minutes} | " + " | ".join(f"{one:+.0f}" for one in parts) + f" | {edge:.1f} % |")


def soonest(ours: OurTown, cells: Cells, points: Sequence[LonLat], mode: TravelMode, minutes: int) -> Floats:
    """Seconds to the nearest point; infinite beyond the minutes."""
    rows = ours.rows(cells, points, mode, minutes)
    found = nearest(rows, np.full(len(points), 60.0 * minutes)).seconds
    return np.where(found == NO_TRIP, np.inf, found)


def table_of_days(ours: OurTown, cells: Cells, points: Sequence[LonLat]) -> None:
    """A week in which the first FIXED points are always there and each other one comes on one weekday."""
    mode, minutes = CASES[0]
    rows = ours.rows(cells, points, mode, minutes)
    allowance = np.full((len(points), len(WEEK)), -1.0)
    allowance[:FIXED] = 60.0 * minutes
    always = covered(rows, allowance[:, 0])
    for stop in range(FIXED, len(points)):
        allowance[stop, (stop - FIXED) % len(WEEK)] = 60.0 * minutes
    days = covered_days(rows, allowance)
    union = covered(rows, allowance.max(axis=1))
    print(f"\n{mode} {minutes}: {FIXED} fixed points, {len(points) - FIXED} that come once a week\n")
    print("| | without mobile | with mobile | all stops as if at once |", "|---|---|---|---|", sep="\n")
    for number, day in enumerate(WEEK):
        shares = (cells.share(one) for one in (always, days[:, number], union))
        print(f"| {day} | " + " | ".join(f"{one:.1f} %" for one in shares) + " |")
    people, week = cells.people, np.repeat(always[:, None], len(WEEK), axis=1)
    for one, name in ((days, "with"), (week, "without")):
        print(
            f"\n{name} mobile: {person_days(one, people):,.0f} person-days, mean wait {mean_wait(one, people):.2f} days"
        )


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pbf", type=Path)
    parser.add_argument("cells", type=Path)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--copies", type=int, default=9)
    parser.add_argument("--places", type=int, default=300)
    asked = parser.parse_args()
    cells = read_cells(asked.cells)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "town").mkdir()
        builder("town", Ingredients(asked.pbf, [], True, [PROFILE]))(folder / "town")
        ours, valhalla = OurTown.of(folder / "town"), ValhallaTown(folder / "town" / TILES)
        points = cells.most_facilities(POINTS)
        print(
            f"{len(cells.ids)} cells, {cells.people.sum():.0f} people, the {POINTS} cells with most facilities"
        )
        print("Share of people (error in points; people wrongly in, wrongly out; processor time)\n")
        table_of_points(ours, valhalla, cells, points)
        table_of_differences(ours, valhalla, cells, points)
        table_of_days(ours, cells, points)
        if asked.draws:
            table_of_draws(ours, valhalla, cells, asked.draws)
        if asked.copies:
            print_ratios(asked.pbf, cells, asked.copies, asked.places, folder)


if __name__ == "__main__":
    main()
