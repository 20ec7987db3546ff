"""Public transport: building a timetable, the bare scan, and a whole reach, on real feeds and on copies of them.

    .venv/bin/python -m benchmarks.transit NETWORK.osm.pbf FEED.zip [FEED.zip ...] --day 2019-05-14 --hour 14
        [--copies 1 21] [--count 100]

Copies repeat every trip some seconds later, stops and roads the same: they scale connections. The anchor is the
Connection Scan in plain Python, on the same table and for the same questions (few of them: it is slow).
Prints a markdown table; milliseconds are medians of CPU time of this thread, megabytes those of the process.
"""

import argparse
import math
import resource
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from datetime import time as clock
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from directory.settings import ROOT
from geo import transit_build
from geo.gtfs import Feed, Trips, read_feed
from geo.gtfs_times import BOARD, Calls
from geo.points import LonLat
from geo.road_build import build_network
from geo.road_graph import RoadGraph, open_graph
from geo.road_profile import load_profile
from geo.snap import Snapper
from geo.timetable import FOLDER, Timetable
from geo.transit import transit_reach
from geo.transit_days import earliest_arrivals
from geo.travel import OFF_ROAD, NoTrip, Target, TravelMode
from geo.units import Minutes

LIMITS = (30.0, 60.0, 120.0)
PLAIN_COUNT = 3
TARGETS = 400


def milliseconds(work: Callable[..., object], *given: object) -> float:
    """CPU of this thread."""
    start = time.thread_time()
    work(*given)
    return (time.thread_time() - start) * 1e3


def megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def copied(feed: Feed, copies: int) -> Feed:
    """Every trip so many times, each some seconds later than the one before."""
    calls, trips = feed.calls, len(feed.trips.route)
    columns = [np.tile(column, copies) for column in (calls.stop, calls.flags)]
    number = np.repeat(np.arange(copies, dtype=np.int32), len(calls))
    late = number * 37
    every = Calls(
        np.tile(calls.trip, copies) + number * np.int32(trips), columns[0], np.tile(calls.arrives, copies) + late,
        np.tile(calls.departs, copies) + late, columns[1],
    )  # fmt: skip
    own = feed.trips
    whole = Trips(*(np.tile(column, copies) for column in (own.route, own.service, own.headsign)))
    return Feed(**{**vars(feed), "calls": every, "trips": whole})


def plain_scan(
    timetable: Timetable, ready: Sequence[float], leave_at: datetime, seconds: float
) -> list[float]:
    """The scan of one service day in plain Python."""
    zone = timetable.zones[0][0]
    zero = datetime.combine(leave_at.date(), clock(12), zone).timestamp() - 43_200 - leave_at.timestamp()
    runs = timetable.running(leave_at.date()).tolist()
    low, high = np.searchsorted(
        timetable.ahead.departs, np.array([-zero, seconds - zero + 1]).astype(np.int32)
    )
    columns = [column[low:high].tolist() for column in timetable.ahead]
    service, paths = timetable.trip_service.tolist(), timetable.walks
    starts, stops, walks = paths.starts.tolist(), paths.stops.tolist(), paths.seconds.tolist()
    may, arrived, aboard = list(ready), [math.inf] * len(ready), set[int]()
    for departs, arrives, origin, stop, trip, flags in zip(*columns, strict=True):
        if not runs[service[trip]]:
            continue
        if trip not in aboard:
            if not flags & BOARD or may[origin] > departs + zero:
                continue
            aboard.add(trip)
        if flags > BOARD and arrives + zero < arrived[stop]:
            arrived[stop] = arrives + zero
            for way in range(starts[stop], starts[stop + 1]):
                may[stops[way]] = min(may[stops[way]], arrives + zero + walks[way])
    return arrived


def origins(timetable: Timetable, dice: Random, count: int) -> list[LonLat]:
    """Places some hundred metres from stops on the roads."""
    rows = np.flatnonzero(timetable.stops.edge >= 0).tolist()
    picked = [dice.choice(rows) for _ in range(count)]
    return [
        LonLat(
            float(timetable.lon[row]) + dice.gauss(0, 0.002), float(timetable.lat[row]) + dice.gauss(0, 0.002)
        )
        for row in picked
    ]


def measured(graph: RoadGraph, snapper: Snapper, timetable: Timetable, leave_at: datetime, count: int) -> str:
    """One row's cells: scans, plain scan, reaches by limit, targets, trips."""
    dice = Random(1)
    places = [
        place
        for place in origins(timetable, dice, 2 * count)
        if snapper.access(place, TravelMode.FOOT, OFF_ROAD).edge >= 0
    ][:count]
    targets = [
        Target(place, snapper.access(place, TravelMode.FOOT, OFF_ROAD))
        for place in origins(timetable, dice, TARGETS)
    ]
    scans, plains, starts, minutes, first, later = [], [], [], [], [], []
    reaches: dict[float, list[float]] = {limit: [] for limit in LIMITS}
    for number, place in enumerate(places):
        begun = time.thread_time()
        reach = transit_reach(graph, snapper, timetable, place, leave_at, OFF_ROAD)
        starts.append((time.thread_time() - begun) * 1e3)
        scans.append(milliseconds(earliest_arrivals, timetable, reach.ready, leave_at, 3600))
        if number < PLAIN_COUNT:
            ready = reach.ready.tolist()
            plains.append(milliseconds(plain_scan, timetable, ready, leave_at, 3600))
            exact = earliest_arrivals(timetable, reach.ready, leave_at, 3600).arrivals.seconds.tolist()
            assert plain_scan(timetable, ready, leave_at, 3600) == exact
        for limit in LIMITS:
            reaches[limit].append(milliseconds(reach.know, Minutes(limit)))
        minutes.append(milliseconds(reach.minutes, targets))
        found = [
            t
            for t, value in zip(targets, reach.minutes(targets), strict=True)
            if not isinstance(value, NoTrip)
        ]
        if len(found) > 1:
            first.append(milliseconds(reach.trip, found[0]))
            later.append(milliseconds(reach.trip, found[1]))
    cells = [scans, plains, starts, *reaches.values(), minutes, first, later]
    return " | ".join(f"{median(cell):.1f}" for cell in cells)


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pbf", type=Path)
    parser.add_argument("feeds", type=Path, nargs="+")
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    parser.add_argument("--hour", type=int, default=14)
    parser.add_argument("--copies", type=int, nargs="+", default=[1])
    parser.add_argument("--count", type=int, default=50)
    options = parser.parse_args()
    print(
        "| connections | build s | MB on disk | MB of the build | scan 60 min | the same in Python | to the stops |"
        f" {' | '.join(f'know {limit:.0f}' for limit in LIMITS)} | {TARGETS} targets | first trip | next trip |"
    )
    print("|" + "---|" * (9 + len(LIMITS)))
    with TemporaryDirectory() as name:
        folder = Path(name) / "network"
        profile = load_profile(ROOT / "fixtures" / "network" / "profile.toml")
        build_network(options.pbf, folder, name="benchmark", profile=profile)
        graph = open_graph(folder)
        snapper = Snapper(graph)
        for copies in options.copies:
            transit_build.read_feed = lambda path, copies=copies: copied(read_feed(path), copies)
            begun = time.perf_counter()
            transit_build.build_timetable(options.feeds, folder, graph, snapper)
            seconds, most = time.perf_counter() - begun, megabytes()
            timetable = Timetable.open(folder)
            disk = sum(path.stat().st_size for path in (folder / FOLDER).iterdir()) / 1e6
            leave_at = datetime.combine(options.day, clock(options.hour), timetable.zones[0][0])
            cells = measured(graph, snapper, timetable, leave_at, options.count)
            print(
                f"| {timetable.facts['connections']:,} | {seconds:.1f} | {disk:.0f} | {most:.0f} | {cells} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
