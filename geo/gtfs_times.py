"""stop_times.txt and frequencies.txt: when each trip is at which stop.

Blank times are legal (only the ends of a trip must be timed) and frequent: most stops of many feeds are blank.
They are filled in between the stated ones: by shape_dist_traveled, else by the straight line from stop to stop.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import NetworkError
from geo.gtfs_files import FeedFiles, decoded
from geo.points import EARTH_RADIUS_M

type Ints = npt.NDArray[np.int32]
type Floats = npt.NDArray[np.float64]

BLANK = -1
_BAD = -2
_UNKNOWN = -1
_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)", re.ASCII)
_MOST_HOURS = 7 * 24  # a trip of more than a week is a typing error
_MOST_CALLS = 400_000_000
# Bits of `Calls.flags`.
BOARD, ALIGHT = 1, 2
_NOT_THERE = 1  # pickup_type and drop_off_type: 1 is "none"; the others need a call to the operator or driver

_COLUMNS = ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence")
_OPTIONAL = ("pickup_type", "drop_off_type", "shape_dist_traveled")


@dataclass(frozen=True)
class Calls:
    """One row per call of a trip at a stop, by trip and sequence. Seconds of the service day, not below zero.

    A service day begins twelve hours before its noon, so seconds pass 86,400 after midnight.
    """

    trip: Ints
    stop: Ints
    arrives: Ints
    departs: Ints
    flags: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.trip)

    def kept(self, mask: npt.NDArray[np.bool_]) -> "Calls":
        """The rows where the mask is true."""
        return Calls(
            self.trip[mask], self.stop[mask], self.arrives[mask], self.departs[mask], self.flags[mask]
        )


def read_time(text: str) -> int:
    """Seconds of a time written H:MM:SS, past 24:00:00 too; BLANK for none, below that for what is no time."""
    if not text:
        return BLANK
    match = _TIME.fullmatch(text)
    if not match or int(match[1]) > _MOST_HOURS:
        return _BAD
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])


def read_calls(
    files: FeedFiles,
    trips: Mapping[str, int],
    stops: Mapping[str, int],
    where: tuple[Floats, Floats],
    bad: Counter[str],
) -> Calls:
    """The calls of all known trips, with every time filled in. where: longitudes and latitudes of the stops.

    Left out and counted in `bad`: rows that cannot be read, trips with unknown stops, trips that go back in time.
    """
    calls, travelled = _read(files, trips, stops, bad)
    calls, travelled = _without_strangers(calls, travelled, bad)
    calls, travelled = _within_stated(calls, travelled, bad)
    position = _positions(calls, travelled, where)
    filled = _interpolated(calls, position)
    return _going_forward(filled, bad)


def _read(
    files: FeedFiles, trips: Mapping[str, int], stops: Mapping[str, int], bad: Counter[str]
) -> tuple[Calls, Floats]:
    """Rows in order of trip and sequence, times as stated (BLANK where not), and shape_dist_traveled (NaN)."""
    parts: list[tuple[npt.NDArray[np.generic], ...]] = []
    for frame in files.chunks("stop_times.txt", _COLUMNS, _OPTIONAL):
        trip = decoded(frame, "trip_id", lambda text: trips.get(text, _UNKNOWN), _UNKNOWN, np.int32)
        stop = decoded(frame, "stop_id", lambda text: stops.get(text, _UNKNOWN), _UNKNOWN, np.int32)
        order = decoded(frame, "stop_sequence", _whole, _BAD, np.int32)
        arrives = decoded(frame, "arrival_time", read_time, BLANK, np.int32)
        departs = decoded(frame, "departure_time", read_time, BLANK, np.int32)
        board = decoded(frame, "pickup_type", _whole, 0, np.int32) != _NOT_THERE
        alight = decoded(frame, "drop_off_type", _whole, 0, np.int32) != _NOT_THERE
        travelled = decoded(frame, "shape_dist_traveled", _number, np.nan, np.float32)
        readable = (order >= 0) & (arrives >= BLANK) & (departs >= BLANK)
        bad["stop_times.txt: time or stop_sequence"] += int((~readable).sum())
        bad["stop_times.txt: unknown trip_id"] += int((readable & (trip == _UNKNOWN)).sum())
        keep = readable & (trip != _UNKNOWN)
        flags = (board * BOARD + alight * ALIGHT).astype(np.uint8)
        columns = (trip, stop, order, arrives, departs, flags, travelled)
        parts.append(tuple(column[keep] for column in columns))
    trip, stop, order, arrives, departs, flags, travelled = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    # A stop left at once says its time in one column only.
    arrives, departs = (
        np.where(arrives == BLANK, departs, arrives),
        np.where(departs == BLANK, arrives, departs),
    )
    by = np.lexsort((order, trip))
    return Calls(trip[by], stop[by], arrives[by], departs[by], flags[by]), travelled[by].astype(np.float64)


def _without_strangers(calls: Calls, travelled: Floats, bad: Counter[str]) -> tuple[Calls, Floats]:
    """Without the trips that call at a stop that stops.txt does not have: their other times would mislead."""
    strangers = np.unique(calls.trip[calls.stop == _UNKNOWN])
    bad["trips with an unknown stop_id"] += len(strangers)
    keep = ~np.isin(calls.trip, strangers)
    return calls.kept(keep), travelled[keep]


def _within_stated(calls: Calls, travelled: Floats, bad: Counter[str]) -> tuple[Calls, Floats]:
    """Without rows before the first or after the last stated time of their trip: nothing to fill them from."""
    before, after = _neighbours(calls.departs != BLANK)
    trip = np.append(calls.trip, _UNKNOWN)
    keep = (trip[before] == calls.trip) & (trip[after] == calls.trip)
    bad["stop_times.txt: untimed end of a trip"] += int((~keep).sum())
    return calls.kept(keep), travelled[keep]


def _neighbours(stated: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of the stated value at or before, and at or after, each row; -1 (the last entry) where there is none."""
    rows = np.arange(len(stated))
    before = np.maximum.accumulate(np.where(stated, rows, -1)) if len(rows) else rows
    after = np.minimum.accumulate(np.where(stated, rows, len(rows))[::-1])[::-1] if len(rows) else rows
    return before, np.where(after == len(rows), -1, after)


def _positions(calls: Calls, travelled: Floats, where: tuple[Floats, Floats]) -> Floats:
    """How far along its trip each call is. Only differences within a trip mean anything.

    A trip whose shape_dist_traveled is stated everywhere and never falls is measured by it.
    """
    lon, lat = np.radians(where[0][calls.stop]), np.radians(where[1][calls.stop])
    steps = np.zeros(len(calls))
    east = np.diff(lon) * np.cos((lat[1:] + lat[:-1]) / 2)
    steps[1:] = np.hypot(east, np.diff(lat)) * EARTH_RADIUS_M
    same = np.zeros(len(calls), np.bool_)
    same[1:] = calls.trip[1:] == calls.trip[:-1]
    # Stops at one place take a moment too, and a trip of such stops is spread evenly.
    steps = np.where(same, np.maximum(steps, 1.0), 0.0)
    stated = np.zeros(len(calls))
    stated[1:] = np.diff(travelled)
    unusable = np.isnan(travelled) | (same & ~(stated >= 0))
    flat = np.bincount(calls.trip, weights=np.where(same, np.nan_to_num(stated), 0.0)) <= 0
    by_line = np.bincount(calls.trip, weights=unusable) > 0
    by_line |= flat
    return np.cumsum(np.where(by_line[calls.trip], steps, np.where(same, stated, 0.0)))


def _interpolated(calls: Calls, position: Floats) -> Calls:
    """Every blank time in proportion of the way between the stated ones around it, whole seconds."""
    stated = calls.departs != BLANK
    before, after = _neighbours(stated)
    start, end = calls.departs[before], calls.arrives[after]
    whole = position[after] - position[before]
    rows = np.arange(len(calls))
    evenly = (rows - before) / np.maximum(after - before, 1)
    share = np.where(whole > 0, (position - position[before]) / np.where(whole > 0, whole, 1.0), evenly)
    between = np.rint(start + share * (end - start)).astype(np.int32)
    return Calls(
        calls.trip,
        calls.stop,
        np.where(stated, calls.arrives, between),
        np.where(stated, calls.departs, between),
        calls.flags,
    )


def _going_forward(calls: Calls, bad: Counter[str]) -> Calls:
    """Without trips that arrive before they left, or leave a stop before they arrived there."""
    wrong = calls.departs < calls.arrives
    wrong[1:] |= (calls.trip[1:] == calls.trip[:-1]) & (calls.arrives[1:] < calls.departs[:-1])
    backward = np.unique(calls.trip[wrong])
    bad["trips that go back in time"] += len(backward)
    return calls.kept(~np.isin(calls.trip, backward))


def expanded(
    files: FeedFiles, calls: Calls, trips: Mapping[str, int], bad: Counter[str]
) -> tuple[Calls, Ints, int]:
    """Trips with a frequency become one trip per departure. Also: the trip each row's trip was, and how many are new.

    Where exact_times is not 1 the feed promises only the interval: the departures are then those of an even
    rhythm from the start of the period. The rows' trips are numbered anew, from 0 without gaps.
    """
    periods = _periods(files, trips, bad)
    first = np.flatnonzero(np.diff(calls.trip, prepend=_UNKNOWN))
    lengths = np.diff(np.append(first, len(calls)))
    begins: list[npt.NDArray[np.int64]] = []
    shifts: list[npt.NDArray[np.int64]] = []
    for start, trip in enumerate(calls.trip[first].tolist()):
        own = periods.get(trip)
        begin = calls.departs[first[start]]
        shift = np.zeros(1, np.int64) if own is None else own - begin
        shifts.append(shift)
        begins.append(np.full(len(shift), start))
    if not begins:
        return calls, np.zeros(0, np.int32), 0
    which, shift = np.concatenate(begins), np.concatenate(shifts)
    total = int(lengths[which].sum())
    if total > _MOST_CALLS:
        raise NetworkError(f"{files.path.name}: frequencies.txt makes {total} calls: check its headway_secs")
    made = int(sum(len(periods[trip]) for trip in calls.trip[first].tolist() if trip in periods))
    if not made:
        return (
            Calls(np.repeat(np.arange(len(first), dtype=np.int32), lengths), *_columns(calls)),
            calls.trip[first],
            0,
        )
    offset = np.arange(total) - np.repeat(np.cumsum(lengths[which]) - lengths[which], lengths[which])
    rows = np.repeat(first[which], lengths[which]) + offset
    later = np.repeat(shift, lengths[which]).astype(np.int32)
    numbered = np.repeat(np.arange(len(which), dtype=np.int32), lengths[which])
    whole = Calls(
        numbered,
        calls.stop[rows],
        calls.arrives[rows] + later,
        calls.departs[rows] + later,
        calls.flags[rows],
    )
    return whole, calls.trip[first[which]], made


def _columns(calls: Calls) -> tuple[Ints, Ints, Ints, npt.NDArray[np.uint8]]:
    return calls.stop, calls.arrives, calls.departs, calls.flags


def _periods(
    files: FeedFiles, trips: Mapping[str, int], bad: Counter[str]
) -> dict[int, npt.NDArray[np.int64]]:
    """The departures of each trip that has frequencies, in order, each once."""
    if not files.holds("frequencies.txt"):
        return {}
    frame = files.table("frequencies.txt", ("trip_id", "start_time", "end_time", "headway_secs"))
    found: dict[int, list[npt.NDArray[np.int64]]] = {}
    for row in frame.itertuples(index=False):
        start, end, headway = read_time(row.start_time), read_time(row.end_time), _whole(row.headway_secs)
        trip = trips.get(row.trip_id)
        if trip is None or start < 0 or end <= start or headway <= 0:
            bad["frequencies.txt: trip_id, time or headway_secs"] += 1
            continue
        found.setdefault(trip, []).append(np.arange(start, end, headway))
    return {trip: np.unique(np.concatenate(parts)) for trip, parts in found.items()}


def _whole(text: str) -> int:
    """A whole number from 0 on; 0 for nothing stated, below zero for what is no number."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else _BAD


def _number(text: str) -> float:
    try:
        return float(text) if text else float("nan")
    except ValueError:
        return float("nan")
