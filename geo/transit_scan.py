"""The Connection Scan: earliest arrival at every stop in one pass over connections sorted by departure.

Dibbelt, Pajor, Strasser, Wagner, "Connection Scan Algorithm" (2018). Compiled: import it where it is needed,
not at the top of a module, for the compiler takes its time and most networks have no timetable.

A vehicle is one trip on one service day, so yesterday's trips past midnight run beside today's: each day is a
*stream* of its own with its own zero, and streams are merged by time while they are scanned.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.compiled import compiled, inlined
from geo.gtfs_times import ALIGHT, BOARD
from geo.timetable import Connections, Ints
from geo.transit_links import Footpaths

type Floats = npt.NDArray[np.float64]
type Longs = npt.NDArray[np.int64]

NOBODY = -1  # no connection, no stop: from the start


class Streams(NamedTuple):
    """The connections to look at: [begin, end) of each stream, the seconds of its zero, and its services' days.

    zero: added to a connection's seconds to have seconds since the start of the search. active: (streams, trips'
    services) whether a service runs on the stream's day.
    """

    begin: Longs
    end: Longs
    zero: Floats
    active: npt.NDArray[np.bool_]


class Arrivals(NamedTuple):
    """By stop. seconds: of the earliest vehicle that arrives, infinite for none. ready: when one may board there.

    entered, left: the connection where that vehicle was boarded and the one it is left after; stream: its day.
    walked_from: the stop from which one walked to be ready, itself after a change there, NOBODY from the start.
    """

    seconds: Floats
    entered: Longs
    left: Longs
    stream: Ints
    ready: Floats
    walked_from: Ints


def scan(
    table: Connections, trip_service: Ints, paths: Footpaths, streams: Streams, ready: Floats
) -> Arrivals:
    """Earliest arrivals when `ready` (by stop, infinite where one cannot walk to) is when one may board first."""
    stops, trips = len(ready), len(trip_service)
    arrivals = Arrivals(
        np.full(stops, np.inf),
        np.full(stops, NOBODY, np.int64),
        np.full(stops, NOBODY, np.int64),
        np.full(stops, NOBODY, np.int32),
        ready.astype(np.float64),
        np.full(stops, NOBODY, np.int32),
    )
    aboard = np.full((len(streams.begin), trips), NOBODY, np.int64)
    ways = (paths.starts, paths.stops, paths.seconds)
    _scan(table, trip_service, ways, streams, aboard, ready.astype(np.float64), arrivals)
    return arrivals


@inlined
def _next(at, end, zero, departs):  # type: ignore[no-untyped-def]
    """The stream whose next connection departs first; NOBODY when all are at their end."""
    best, first = -1, np.inf
    for stream in range(len(at)):
        if at[stream] < end[stream]:
            moment = departs[at[stream]] + zero[stream]
            if moment < first:
                best, first = stream, moment
    return best


@inlined
def _boards(one, boarded, from_stop, walked_from, start):  # type: ignore[no-untyped-def]
    """Where a vehicle is boarded that can be boarded here, and was, or not (NOBODY), before.

    Whoever can walk from the start to a later stop of a vehicle boards it there when that is a shorter walk.
    """
    chosen = one
    if boarded >= 0:
        stop, before = from_stop[one], from_stop[boarded]
        nearer = walked_from[before] >= 0 or start[stop] < start[before]
        if walked_from[stop] >= 0 or not nearer:
            chosen = boarded
    return chosen


@inlined
def _change(stop, moment, starts, stops, seconds, ready, walked_from):  # type: ignore[no-untyped-def]
    """From a stop reached at this moment to all where one may change."""
    for way in range(starts[stop], starts[stop + 1]):
        there = moment + seconds[way]
        if there < ready[stops[way]]:
            ready[stops[way]] = there
            walked_from[stops[way]] = stop


@compiled
def _scan(table, trip_service, ways, streams, aboard, start, arrivals):  # type: ignore[no-untyped-def]
    # Taken out of their tuples once: doing so counts references, which would cost more than all the rest.
    departs, arrives, from_stop, to_stop, trips, flags = table
    begin, end, zeros, active = streams
    reached, entered, left, arrived_on, ready, walked_from = arrivals
    starts, stops, seconds = ways
    at = begin.copy()
    while True:
        stream = _next(at, end, zeros, departs)
        if stream < 0:
            return
        one = at[stream]
        at[stream] += 1
        trip, zero = trips[one], zeros[stream]
        if not active[stream, trip_service[trip]]:
            continue
        boarded = aboard[stream, trip]
        if flags[one] & BOARD and ready[from_stop[one]] <= departs[one] + zero:
            boarded = _boards(one, boarded, from_stop, walked_from, start)
            aboard[stream, trip] = boarded
        stop, moment = to_stop[one], arrives[one] + zero
        if boarded >= 0 and flags[one] & ALIGHT and moment < reached[stop]:
            reached[stop], entered[stop], left[stop], arrived_on[stop] = moment, boarded, one, stream
            _change(stop, moment, starts, stops, seconds, ready, walked_from)
