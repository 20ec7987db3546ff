"""Searches in a timetable at a real moment: which service days matter, and the scan over them both ways."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from geo.errors import NetworkError
from geo.timetable import Connections, Timetable

if TYPE_CHECKING:
    from geo.transit_scan import Arrivals, Streams

type Floats = npt.NDArray[np.float64]

_HALF_DAY = 12 * 3600.0


def day_zero(day: date, zone: ZoneInfo) -> float:
    """Where the seconds of a service day count from, as a POSIX timestamp: twelve hours before its noon (GTFS)."""
    return datetime.combine(day, time(12), zone).timestamp() - _HALF_DAY


@dataclass(frozen=True)
class Scanned:
    """A search's answer with the days it was made on. seconds in `arrivals` count from the moment of the search."""

    arrivals: "Arrivals"
    streams: "Streams"


def earliest_arrivals(timetable: Timetable, ready: Floats, leave_at: datetime, seconds: float) -> Scanned:
    """Earliest arrival at every stop by vehicles that depart within `seconds` of leaving.

    ready: by stop, seconds after leaving when one can be there on foot; infinite where not. leave_at: aware.
    Arrivals later than `seconds` are among the answers, but not all of the earliest ones.
    """
    from geo.transit_scan import scan

    streams = _streams(timetable, timetable.ahead, leave_at, seconds, mirror=False)
    return Scanned(scan(timetable.ahead, timetable.trip_service, timetable.walks, streams, ready), streams)


def latest_departures(timetable: Timetable, left: Floats, arrive_by: datetime, seconds: float) -> Scanned:
    """The reverse: how many seconds before `arrive_by` one must board, at the latest, at every stop.

    left: by stop, seconds that the walk from there to the goal takes; infinite where there is none. The
    arrivals' seconds are those before the moment (infinite: no vehicle leads there within `seconds`), their
    connections those of `Timetable.mirror`.
    """
    from geo.transit_scan import scan

    streams = _streams(timetable, timetable.mirror, arrive_by, seconds, mirror=True)
    return Scanned(
        scan(timetable.mirror, timetable.trip_service, timetable.walks_back, streams, left), streams
    )


def _streams(
    timetable: Timetable, table: Connections, moment: datetime, seconds: float, *, mirror: bool
) -> "Streams":
    """The service days with connections in the time between the moment and `seconds` after (or before) it."""
    from geo.transit_scan import Streams

    if moment.tzinfo is None:
        raise NetworkError(f"{moment} has no time zone: a timetable needs one")
    now = moment.timestamp()
    begins, ends, zeros, active = [], [], [], []
    for zone, start, stop in timetable.zones:
        for day in _days(timetable, moment.astimezone(zone), seconds, mirror=mirror):
            zero = day_zero(day, zone) - now
            if mirror:
                zero = -zero
            # Of the same type as the column, or NumPy would copy the whole column first.
            ends_of_time = np.array([math.ceil(-zero), math.floor(seconds - zero) + 1], table.departs.dtype)
            low, high = np.searchsorted(table.departs[start:stop], ends_of_time)
            runs = timetable.running(day)
            if low < high and runs.any():
                begins.append(start + low)
                ends.append(start + high)
                zeros.append(zero)
                active.append(runs)
    return Streams(
        np.array(begins, np.int64),
        np.array(ends, np.int64),
        np.array(zeros, np.float64),
        np.array(active, np.bool_).reshape(len(begins), len(timetable.runs)),
    )


def _days(timetable: Timetable, moment: datetime, seconds: float, *, mirror: bool) -> Sequence[date]:
    """Service days that may have a vehicle on the way in that time; one more at each end for clock changes."""
    ahead = math.ceil(seconds / 86_400) + 1
    back = timetable.longest_day + 1
    first, last = (-back - ahead, 1) if mirror else (-back, ahead)
    return [moment.date() + timedelta(days=number) for number in range(first, last + 1)]
