"""Slow and simple answers to compare the Connection Scan with: a twin in plain Python, and a search by labels.

The search by labels knows no connections and no order: it lets every vehicle of every day run again and again
until no stop is reached any sooner.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import numpy as np

from geo.gtfs import Feed, Route, Stops, Trips
from geo.gtfs_days import Days
from geo.gtfs_times import ALIGHT, BOARD, Calls
from geo.timetable import Connections, Timetable
from geo.transit_build import Merged, mirrored
from geo.transit_links import Footpaths, StopAccess, turned
from geo.transit_scan import Streams

NOWHERE = math.inf
DAYS = 4


@dataclass(frozen=True)
class Call:
    """A call of a trip: seconds of the service day."""

    stop: int
    arrives: int
    departs: int
    board: bool
    alight: bool


@dataclass(frozen=True)
class Vehicle:
    """A trip with the days it runs on."""

    zone: ZoneInfo
    days: frozenset[date]
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class World:
    """One random timetable in both forms."""

    timetable: Timetable
    vehicles: list[Vehicle]
    walks: dict[int, list[tuple[int, float]]]
    stops: int


def zero_of(day: date, zone: ZoneInfo) -> float:
    """Noon less twelve hours."""
    return datetime.combine(day, time(12), zone).timestamp() - 12 * 3600


def by_labels(world: World, ready: dict[int, float], leave: datetime, until: float) -> dict[int, float]:
    """Earliest arrival by vehicle at each stop, seconds after leaving; vehicles depart within `until`."""
    may, arrived = dict(ready), dict[int, float]()
    running = [
        [(call, zero_of(day, vehicle.zone) - leave.timestamp()) for call in vehicle.calls]
        for vehicle in world.vehicles
        for day in vehicle.days
    ]
    changed = True
    while changed:
        changed = False
        for calls in running:
            changed |= _ride(world, calls, may, arrived, until)
    return arrived


def _ride(
    world: World,
    calls: list[tuple[Call, float]],
    may: dict[int, float],
    arrived: dict[int, float],
    until: float,
) -> bool:
    aboard, changed = False, False
    for number, (call, zero) in enumerate(calls):
        when = call.arrives + zero
        if aboard and call.alight and when < arrived.get(call.stop, NOWHERE):
            arrived[call.stop] = when
            changed = True
            for stop, seconds in world.walks.get(call.stop, []):
                may[stop] = min(may.get(stop, NOWHERE), when + seconds)
        goes_on = number + 1 < len(calls)
        leaves = call.departs + zero
        if goes_on and leaves > until:
            return changed
        if call.board and leaves >= 0 and may.get(call.stop, NOWHERE) <= leaves:
            aboard = True
    return changed


def plain_scan(
    table: Connections, trip_service: np.ndarray, paths: Footpaths, streams: Streams, ready: list[float]
) -> list[float]:
    """The Connection Scan without Numba: earliest arrivals by vehicle."""
    order = sorted(
        (float(table.departs[one]) + float(streams.zero[stream]), one, stream)
        for stream in range(len(streams.begin))
        for one in range(streams.begin[stream], streams.end[stream])
        if streams.active[stream, trip_service[table.trip[one]]]
    )
    may, arrived, aboard = list(ready), [NOWHERE] * len(ready), set[tuple[int, int]]()
    for moment, one, stream in order:
        vehicle = stream, int(table.trip[one])
        if table.flags[one] & BOARD and may[table.from_stop[one]] <= moment:
            aboard.add(vehicle)
        stop, when = int(table.to_stop[one]), float(table.arrives[one]) + float(streams.zero[stream])
        if vehicle in aboard and table.flags[one] & ALIGHT and when < arrived[stop]:
            arrived[stop] = when
            for way in range(paths.starts[stop], paths.starts[stop + 1]):
                to = int(paths.stops[way])
                may[to] = min(may[to], when + float(paths.seconds[way]))
    return arrived


def random_world(dice: Random) -> World:
    """A few stops and lines over four days, in one zone of time or two, with every irregularity."""
    stops, first = dice.randint(3, 7), date(2026, 9, dice.choice((3, 4, 14)))
    names = dice.sample(["America/Santiago", "America/Punta_Arenas"], dice.randint(1, 2))
    feeds, vehicles = [], []
    for name in sorted(names):
        services = [[dice.random() < 0.6 for _ in range(DAYS)] for _ in range(dice.randint(1, 3))]
        services[0][dice.randrange(DAYS)] = True
        trips = [
            (dice.randrange(len(services)), _random_calls(dice, stops)) for _ in range(dice.randint(1, 7))
        ]
        feeds.append(_feed(name, stops, first, services, trips))
        for service, calls in trips:
            days = frozenset(first + timedelta(days=day) for day in range(DAYS) if services[service][day])
            vehicles.append(Vehicle(ZoneInfo(name), days, calls))
    walks = _random_walks(dice, stops)
    return World(_timetable(feeds, walks), vehicles, walks, stops)


def _random_calls(dice: Random, stops: int) -> tuple[Call, ...]:
    """Few different minutes, so that times are often equal; often past midnight, sometimes past the next one."""
    now, calls = dice.choice((6, 8, 22, 23, 24, 25, 47)) * 3600 + dice.randint(0, 12) * 300, []
    for _ in range(dice.randint(2, 6)):
        leaves = now + dice.choice((0, 0, 60, 300))
        calls.append(Call(dice.randrange(stops), now, leaves, dice.random() < 0.85, dice.random() < 0.85))
        now = leaves + dice.choice((0, 60, 240, 300, 600))
    return tuple(calls)


def _random_walks(dice: Random, stops: int) -> dict[int, list[tuple[int, float]]]:
    walks = {stop: [(stop, float(dice.choice((1, 60, 120))))] for stop in range(stops) if dice.random() < 0.9}
    for _ in range(dice.randint(0, 4)):
        a, b = dice.sample(range(stops), 2)
        if b not in dict(walks.setdefault(a, [])):
            walks[a].append((b, float(dice.choice((60, 240, 300)))))
    return walks


def _feed(
    zone: str, stops: int, first: date, services: list[list[bool]], trips: list[tuple[int, tuple[Call, ...]]]
) -> Feed:
    """As it is after reading; every stop is called at, so that numbers stay."""
    calls = [(number, call) for number, (_, of_trip) in enumerate(trips) for call in of_trip]
    flags = [call.board * BOARD + call.alight * ALIGHT for _, call in calls]
    columns = [[number for number, _ in calls]]
    columns += [[getattr(call, name) for _, call in calls] for name in ("stop", "arrives", "departs")]
    spread = np.arange(stops, dtype=np.float64)
    return Feed(
        zone,
        ["Buses"],
        zone,
        Stops(
            {}, [f"stop {stop}" for stop in range(stops)], spread, spread, np.arange(stops, dtype=np.int32)
        ),
        [Route("1", "", 3)],
        [""],
        Trips(
            *(
                np.array(column, np.int32)
                for column in ([0] * len(trips), [s for s, _ in trips], [0] * len(trips))
            )
        ),
        Days({str(number): number for number in range(len(services))}, first, np.array(services)),
        Calls(*(np.array(column, np.int32) for column in columns), np.array(flags, np.uint8)),
        [],
        {},
        0,
    )


class _AllStops(Merged):
    """Feeds that share all their stops, served or not."""

    def __init__(self, feeds: list[Feed]) -> None:
        super().__init__(feeds)
        self._served = [np.arange(len(feed.stops.lon)) for feed in feeds]
        self._stops = [0] * len(feeds)


def _timetable(feeds: list[Feed], walks: dict[int, list[tuple[int, float]]]) -> Timetable:
    merged, stops = _AllStops(feeds), len(feeds[0].stops.lon)
    ahead, zones = merged.connections()
    pairs = sorted((a, b, seconds) for a, ways in walks.items() for b, seconds in ways)
    starts = np.searchsorted([a for a, _, _ in pairs], np.arange(stops + 1)).astype(np.int64)
    paths = Footpaths(
        starts, np.array([b for _, b, _ in pairs], np.int32), np.array([s for _, _, s in pairs], np.float64)
    )
    nothing = np.zeros((stops, 2))
    access = StopAccess(
        np.full(stops, -1, np.int32), nothing[:, 0], nothing[:, 0], nothing.astype(np.int32), nothing, nothing
    )
    arrays = merged.trips()
    lon = feeds[0].stops.lon
    timetable = Timetable(
        Path("nowhere"), merged.facts(zones), ahead, mirrored(ahead, zones), paths, turned(paths), access, lon, lon,
        arrays["runs"], arrays["trip_service"], arrays["trip_line"], arrays["trip_headsign"],
    )  # fmt: skip
    for table in (timetable.ahead, timetable.mirror):
        for column in table:
            column.setflags(write=False)  # as mapped arrays are: Numba compiles once
    for ways in (timetable.walks, timetable.walks_back):
        for column in (ways.starts, ways.stops, ways.seconds):
            column.setflags(write=False)
    timetable.trip_service.setflags(write=False)
    return timetable
