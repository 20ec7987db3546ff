"""From GTFS feeds to the timetable that `geo.timetable` opens, beside the road network that its stops lie on."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.errors import NetworkError
from geo.gtfs import Feed, Transfer, read_feed
from geo.gtfs_times import ALIGHT, BOARD
from geo.road_graph import RoadGraph
from geo.snap import Snapper
from geo.timetable import Connections, Names, Timetable, packed, write_timetable
from geo.transit_days import earliest_arrivals
from geo.transit_links import footpaths, snap_stops, turned

# (what is being done, how much is done, of how much), as `geo.road_build` tells it.
type Progress = Callable[[str, int, int | None], None]
type _Numbers = npt.NDArray[np.int64]

READING, WALKING, WRITING = "timetable: feeds", "timetable: ways between stops", "timetable: connections"


def build_timetable(
    feeds: Sequence[Path],
    folder: Path,
    graph: RoadGraph,
    snapper: Snapper,
    progress: Progress | None = None,
) -> tuple[date, date]:
    """Write the timetable of these GTFS zips into the folder of the network; its first and last day with service.

    Raises NetworkError, naming the file and the mend, when a feed cannot be used; bad rows are only counted
    (`Timetable.facts`).
    """
    tell = progress or (lambda _stage, _done, _total: None)
    if not feeds:
        raise NetworkError("a timetable needs at least one GTFS zip")
    read: list[Feed] = []
    for number, path in enumerate(feeds):
        tell(READING, number, len(feeds))
        read.append(read_feed(path))
    tell(READING, len(feeds), len(feeds))
    merged = Merged(sorted(read, key=lambda feed: feed.zone))
    access = snap_stops(graph, snapper, merged.lon, merged.lat)
    walks = footpaths(
        graph, access, merged.lon, merged.lat, merged.transfers,
        lambda done, total: tell(WALKING, done, total),
    )  # fmt: skip
    tell(WRITING, 0, None)
    ahead, zones = merged.connections()
    facts = {
        **merged.facts(zones),
        "network": graph.id,
        "stops_off_the_roads": int((access.edge < 0).sum()),
        "ways_between_stops": len(walks.stops),
    }
    arrays = {"stop_lon": merged.lon, "stop_lat": merged.lat, **merged.trips()}
    write_timetable(
        folder, facts, merged.names, (ahead, mirrored(ahead, zones)), (walks, turned(walks)), access, arrays
    )
    _warmed(Timetable.open(folder))
    tell(WRITING, 1, 1)
    return merged.first, merged.last


def _warmed(timetable: Timetable) -> None:
    """One small search: what was written can be read, and the first question need not wait for the compiler."""
    noon = datetime.combine(timetable.first_day, time(12), timetable.zones[0][0])
    earliest_arrivals(timetable, np.zeros(len(timetable.lon)), noon, 60)


class Merged:
    """Several feeds numbered as one: stops that are served, then lines, headsigns, services and trips."""

    def __init__(self, feeds: Sequence[Feed]) -> None:
        """feeds: those of one zone of time next to each other."""
        self._feeds = feeds
        self.first = min(feed.days.first for feed in feeds)
        self.last = max(feed.days.last for feed in feeds)
        self._served = [np.unique(feed.calls.stop) for feed in feeds]
        self._stops = _offsets([len(served) for served in self._served])
        pairs = list(zip(feeds, self._served, strict=True))
        self.lon = np.concatenate([feed.stops.lon[served] for feed, served in pairs])
        self.lat = np.concatenate([feed.stops.lat[served] for feed, served in pairs])
        self.names = Names(
            [feed.stops.names[stop] for feed, served in pairs for stop in served.tolist()],
            [(route.short, route.long, route.kind) for feed in feeds for route in feed.routes],
            [text for feed in feeds for text in feed.headsigns],
        )

    @property
    def transfers(self) -> list[Transfer]:
        """The publishers' rules, for the stops that are served."""
        rules = []
        for feed, served, offset in zip(self._feeds, self._served, self._stops, strict=True):
            number = {stop: offset + row for row, stop in enumerate(served.tolist())}
            rules += [
                Transfer(number[rule.origin], number[rule.target], rule.seconds)
                for rule in feed.transfers
                if rule.origin in number and rule.target in number
            ]
        return rules

    def connections(self) -> tuple[Connections, list[tuple[str, int, int]]]:
        """All connections by zone of time and departure; within a trip in the order they are travelled."""
        trips = _offsets([len(feed.trips.route) for feed in self._feeds])
        parts: dict[str, list[Connections]] = {}
        for feed, served, stop_offset, trip_offset in zip(
            self._feeds, self._served, self._stops, trips, strict=True
        ):
            stop = (np.searchsorted(served, feed.calls.stop) + stop_offset).astype(np.int32)
            parts.setdefault(feed.zone, []).append(_rides(feed, stop, trip_offset))
        zones, sorted_parts, start = [], [], 0
        for zone, tables in parts.items():
            whole = _joined(tables)
            order = np.argsort(whole.departs, kind="stable")
            sorted_parts.append(whole.rows(order))
            zones.append((zone, start, start + len(order)))
            start += len(order)
        return _joined(sorted_parts), zones

    def trips(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by trip, and the days of the services."""
        feeds = self._feeds
        lines = _offsets([len(feed.routes) for feed in feeds])
        headsigns = _offsets([len(feed.headsigns) for feed in feeds])
        services = _offsets([len(feed.days.index) for feed in feeds])
        runs = np.zeros(
            (sum(len(feed.days.index) for feed in feeds), (self.last - self.first).days + 1), np.bool_
        )
        for feed, offset in zip(feeds, services, strict=True):
            start = (feed.days.first - self.first).days
            rows, days = feed.days.runs.shape
            runs[offset : offset + rows, start : start + days] = feed.days.runs

        def numbered(name: str, offsets: list[int]) -> npt.NDArray[np.int32]:
            columns = [
                getattr(feed.trips, name) + offset for feed, offset in zip(feeds, offsets, strict=True)
            ]
            return np.concatenate(columns).astype(np.int32)

        return {
            "runs": packed(runs),
            "trip_service": numbered("service", services),
            "trip_line": numbered("route", lines),
            "trip_headsign": numbered("headsign", headsigns),
        }

    def facts(self, zones: list[tuple[str, int, int]]) -> dict[str, Any]:
        """What is told of the timetable, also what was left out of it."""
        return {
            "days": [self.first.isoformat(), self.last.isoformat()],
            "zones": zones,
            "latest_seconds": max(int(feed.calls.arrives.max()) for feed in self._feeds),
            "stops": len(self.lon),
            "connections": zones[-1][2],
            "feeds": [_feed_facts(feed) for feed in self._feeds],
        }


def mirrored(ahead: Connections, zones: Sequence[tuple[str, int, int]]) -> Connections:
    """The same connections for the reversed search, see `geo.timetable`."""
    parts = []
    for _, start, end in zones:
        zone = ahead.rows(slice(start, end))
        # From the last one: a trip is then met in its reversed order where times are equal.
        order = np.argsort(-zone.arrives[::-1], kind="stable")
        turn = zone.rows(slice(None, None, -1)).rows(order)
        flags = (turn.flags & BOARD) // BOARD * ALIGHT + (turn.flags & ALIGHT) // ALIGHT * BOARD
        parts.append(
            Connections(
                -turn.arrives, -turn.departs, turn.to_stop, turn.from_stop, turn.trip, flags.astype(np.uint8)
            )
        )
    return _joined(parts)


def _joined(tables: Sequence[Connections]) -> Connections:
    columns: Any = zip(*tables, strict=True)
    return Connections(*(np.concatenate(column) for column in columns))


def _rides(feed: Feed, stop: npt.NDArray[np.int32], trip_offset: int) -> Connections:
    """From each call of a trip to its next one."""
    calls = feed.calls
    here = np.flatnonzero(calls.trip[1:] == calls.trip[:-1])
    flags = ((calls.flags[here] & BOARD) | (calls.flags[here + 1] & ALIGHT)).astype(np.uint8)
    trip = (calls.trip[here] + trip_offset).astype(np.int32)
    return Connections(calls.departs[here], calls.arrives[here + 1], stop[here], stop[here + 1], trip, flags)


def _feed_facts(feed: Feed) -> dict[str, Any]:
    return {
        "file": feed.name,
        "agencies": feed.agencies,
        "zone": feed.zone,
        "days": [feed.days.first.isoformat(), feed.days.last.isoformat()],
        "trips": len(feed.trips.route),
        "trips_by_interval": feed.by_interval,
        "left_out": feed.left_out,
    }


def _offsets(counts: Sequence[int]) -> list[int]:
    """Where each part begins when they are put one after the other."""
    return [0, *np.cumsum(counts)[:-1].tolist()]
