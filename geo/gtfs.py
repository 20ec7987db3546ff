"""A public transport timetable as its publisher gives it: one GTFS zip, checked and told.

What cannot be read is left out, counted by what was wrong with it, and told with the network's facts: a feed
with one bad row is still a timetable. What would make every answer wrong is an error instead.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import NetworkError
from geo.gtfs_days import Days, read_days
from geo.gtfs_files import MOST_BYTES, FeedFiles
from geo.gtfs_times import Calls, Ints, expanded, read_calls, read_time

type Floats = npt.NDArray[np.float64]

# transfers.txt: transfer_type.
_LEAST_TIME, _IMPOSSIBLE = "2", "3"
_STAYS_ABOARD = {"4", "5"}


@dataclass(frozen=True)
class Stops:
    """Places where vehicles stop. index: by stop_id. station: number of the station a stop belongs to, or itself."""

    index: dict[str, int]
    names: list[str]
    lon: Floats
    lat: Floats
    station: Ints


@dataclass(frozen=True)
class Trips:
    """Trips by number: the number of the route, of the service (its days) and of the headsign."""

    route: Ints
    service: Ints
    headsign: Ints


@dataclass(frozen=True)
class Route:
    """What is written on the vehicle. kind: route_type of GTFS (3: bus, 1: metro, 2: train, 4: ferry...)."""

    short: str
    long: str
    kind: int


@dataclass(frozen=True)
class Transfer:
    """What the publisher says of changing from one stop to another. seconds: None where it is impossible."""

    origin: int
    target: int
    seconds: int | None


@dataclass(frozen=True)
class Feed:
    """One feed. left_out: how many rows or trips were left out, by why. by_interval: trips made from frequencies."""

    name: str
    agencies: list[str]
    zone: str
    stops: Stops
    routes: list[Route]
    headsigns: list[str]
    trips: Trips
    days: Days
    calls: Calls
    transfers: list[Transfer]
    left_out: dict[str, int]
    by_interval: int


def read_feed(path: Path, most_bytes: int = MOST_BYTES) -> Feed:
    """Read one GTFS zip. Raises NetworkError that names the file and the mend when it is no timetable."""
    files = FeedFiles(path, most_bytes)
    try:
        return _feed(files)
    finally:
        files.close()


def _feed(files: FeedFiles) -> Feed:
    bad = Counter[str]()
    agencies, zone = _agencies(files)
    days = read_days(files, bad)
    stops = _stops(files, bad)
    routes, route_index = _routes(files)
    trip_index, trips, headsigns = _trips(files, route_index, days, bad)
    calls = read_calls(files, trip_index, stops.index, (stops.lon, stops.lat), bad)
    calls, origin, made = expanded(files, calls, trip_index, bad)
    if not len(calls):
        raise NetworkError(
            f"{files.path.name} has no trip that can be used ({_told(bad)}): ask the publisher for a valid feed"
        )
    towards, headsigns = _headsigns(calls, trips.headsign[origin], headsigns, stops)
    return Feed(
        files.path.name,
        agencies,
        zone,
        stops,
        routes,
        headsigns,
        Trips(trips.route[origin], trips.service[origin], towards),
        days,
        calls,
        _transfers(files, stops, bad),
        {why: count for why, count in sorted(bad.items()) if count},
        made,
    )


def _told(bad: Counter[str]) -> str:
    return (
        ", ".join(f"{why}: {count}" for why, count in sorted(bad.items()) if count) or "its tables are empty"
    )


def _agencies(files: FeedFiles) -> tuple[list[str], str]:
    """Names, and the time zone that GTFS says all agencies of a feed share."""
    frame = files.table("agency.txt", ("agency_name", "agency_timezone"))
    zones = set(frame["agency_timezone"])
    if len(zones) != 1:
        raise NetworkError(
            f"{files.path.name}: agency.txt must have one agency_timezone for all, it has {sorted(zones)}"
        )
    zone = zones.pop()
    try:
        ZoneInfo(zone)
    except (ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise _unknown_zone(files, zone) from error
    except KeyError as error:
        raise _unknown_zone(files, zone) from error
    return frame["agency_name"].tolist(), zone


def _unknown_zone(files: FeedFiles, zone: str) -> NetworkError:
    return NetworkError(
        f"{files.path.name}: agency.txt has agency_timezone {zone!r}, which is no time zone such as America/Santiago"
    )


def _stops(files: FeedFiles, bad: Counter[str]) -> Stops:
    """All places with a position; one without takes that of its station."""
    frame = files.table("stops.txt", ("stop_id", "stop_lat", "stop_lon"), ("stop_name", "parent_station"))
    known = frame.drop_duplicates("stop_id")
    bad["stops.txt: repeated stop_id"] += len(frame) - len(known)
    parent = known["parent_station"].to_numpy()
    row_of = {stop: row for row, stop in enumerate(known["stop_id"])}
    station = np.array([row_of.get(name, row) for row, name in enumerate(parent)], np.int64)
    lon, lat = (_degrees(known[column], most) for column, most in (("stop_lon", 180), ("stop_lat", 90)))
    nowhere = np.isnan(lon) | np.isnan(lat)
    lon, lat = np.where(nowhere, lon[station], lon), np.where(nowhere, lat[station], lat)
    # (0, 0) is the sea off Africa: what a spreadsheet makes of nothing.
    keep = ~(np.isnan(lon) | np.isnan(lat) | ((lon == 0) & (lat == 0)))
    bad["stops.txt: stop_lat or stop_lon"] += int((~keep).sum())
    number = np.cumsum(keep) - 1
    station = np.where(keep[station], number[station], number)[keep]
    names = known["stop_name"].to_numpy()
    titles = [
        name or names[row_of.get(up, row)] for row, (name, up) in enumerate(zip(names, parent, strict=True))
    ]
    rows = np.flatnonzero(keep)
    index = {stop: position for position, stop in enumerate(known["stop_id"].to_numpy()[rows])}
    return Stops(index, [titles[row] for row in rows], lon[rows], lat[rows], station.astype(np.int32))


def _degrees(column: pd.Series, most: float) -> Floats:
    values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    return np.where(np.abs(values) <= most, values, np.nan)


def _routes(files: FeedFiles) -> tuple[list[Route], dict[str, int]]:
    columns = ("route_short_name", "route_long_name", "route_type")
    frame = files.table("routes.txt", ("route_id",), columns)
    routes: list[Route] = []
    index: dict[str, int] = {}
    for row in frame.itertuples(index=False):
        kind = int(row.route_type) if row.route_type.isascii() and row.route_type.isdigit() else 3
        index.setdefault(row.route_id, len(routes))
        routes.append(Route(row.route_short_name, row.route_long_name, kind))
    return routes, index


def _trips(
    files: FeedFiles, routes: dict[str, int], days: Days, bad: Counter[str]
) -> tuple[dict[str, int], Trips, list[str]]:
    """Trips whose route is known and that run on some day."""
    frame = files.table("trips.txt", ("route_id", "service_id", "trip_id"), ("trip_headsign",))
    running = {service for service, row in days.index.items() if days.runs[row].any()}
    stray = ~frame["route_id"].isin(routes)
    idle = ~stray & ~frame["service_id"].isin(running)
    again = ~stray & ~idle & frame["trip_id"].duplicated()
    for why, rows in (
        ("unknown route_id", stray),
        ("a service that never runs", idle),
        ("repeated trip_id", again),
    ):
        bad[f"trips.txt: {why}"] += int(rows.sum())
    frame = frame[~(stray | idle | again)]
    headsigns = {text: number for number, text in enumerate(dict.fromkeys(frame["trip_headsign"]))}
    numbers = (
        frame["route_id"].map(routes),
        frame["service_id"].map(days.index),
        frame["trip_headsign"].map(headsigns),
    )
    trips = Trips(*(column.to_numpy(np.int32) for column in numbers))
    return {trip: row for row, trip in enumerate(frame["trip_id"])}, trips, list(headsigns)


def _headsigns(calls: Calls, headsign: Ints, texts: list[str], stops: Stops) -> tuple[Ints, list[str]]:
    """A trip without a headsign goes towards its last stop. Calls number the trips without gaps."""
    last = calls.stop[np.flatnonzero(np.diff(calls.trip, append=-1))]
    every = dict.fromkeys([*texts, *(stops.names[stop] for stop in np.unique(last).tolist())])
    number = {text: position for position, text in enumerate(every)}
    known = np.array([number.get(name, 0) for name in stops.names], np.int32)
    blank = np.array([not text for text in texts], np.bool_)[headsign]
    return np.where(blank, known[last], headsign).astype(np.int32), list(every)


def _transfers(files: FeedFiles, stops: Stops, bad: Counter[str]) -> list[Transfer]:
    """Rules between stops, those of stations for each of their stops. Rules for single routes or trips are not used."""
    columns = ("from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time")
    narrow = ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id")
    frame = files.table("transfers.txt", (), (*columns, *narrow))
    members: dict[int, list[int]] = {}
    for stop, station in enumerate(stops.station.tolist()):
        members.setdefault(station, []).append(stop)
    found = []
    for row in frame.itertuples(index=False):
        if row.transfer_type in _STAYS_ABOARD or any(getattr(row, column) for column in narrow):
            bad["transfers.txt: rules of single routes or trips"] += 1
            continue
        origin, target = stops.index.get(row.from_stop_id), stops.index.get(row.to_stop_id)
        seconds = read_time("0:00:00") if not row.min_transfer_time else _seconds(row.min_transfer_time)
        if origin is None or target is None or seconds is None:
            bad["transfers.txt: stop_id or min_transfer_time"] += 1
            continue
        said = (
            None if row.transfer_type == _IMPOSSIBLE else seconds if row.transfer_type == _LEAST_TIME else 0
        )
        found += [
            Transfer(a, b, said) for a in members.get(origin, [origin]) for b in members.get(target, [target])
        ]
    return found


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
