"""The journey behind an arrival: its walks and rides, to be told step by step and drawn.

Rides are drawn from stop to stop: the shapes of a feed are not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from geo import reach_path
from geo.errors import NoTripError
from geo.points import LonLat, great_circle
from geo.reach import RoadReach
from geo.reach_path import PathLeg
from geo.timetable import Timetable
from geo.transit_search import LastWalk, TransitSearch
from geo.transit_words import Words, words
from geo.travel import Access, NoTrip, Step, Target, TravelMode
from geo.units import Metres, Minutes


@dataclass(frozen=True, slots=True)
class Walk:
    """On foot, to a stop or (None) to the target."""

    stop: str | None
    arrives: datetime
    metres: Metres
    line: tuple[LonLat, ...]
    ferry: bool = False


@dataclass(frozen=True, slots=True)
class Ride:
    """One vehicle. name: what is written on it; kind: route_type of GTFS; calls: stops from boarding to alighting."""

    name: str
    kind: int
    headsign: str
    start: str
    end: str
    departs: datetime
    arrives: datetime
    calls: int
    metres: Metres
    line: tuple[LonLat, ...]


@dataclass(frozen=True, slots=True)
class Journey:
    """Legs in order. minutes: from leaving, waits included."""

    legs: tuple[Walk | Ride, ...]
    leave_at: datetime
    minutes: Minutes
    access_metres: Metres

    @property
    def metres(self) -> Metres:
        """Of all legs: walks by road, rides in straight lines from stop to stop."""
        return Metres(sum(leg.metres for leg in self.legs))

    @property
    def ferry(self) -> bool:
        """Whether a walk takes a ferry of the road network, whose timetable is not known."""
        return any(isinstance(leg, Walk) and leg.ferry for leg in self.legs)


def journey(reach: TransitSearch, target: Target) -> Journey:
    """The way to a target that `minutes` gave minutes for. Raises NoTripError for any other."""
    last = reach.last_walk(target)
    (minutes,) = reach.minutes([target])
    assert not isinstance(minutes, NoTrip)
    end = reach.leave_at + timedelta(minutes=minutes)
    access = reach.access(target)
    off = Metres(reach.walk.access.metres + access.metres)
    if last is None:
        path = reach.roads.path(Target(target.point, access))
        legs: tuple[Walk | Ride, ...] = (_walk(reach, None, end, path, off, (reach.origin, target.point)),)
    else:
        walked = Metres(float(reach.timetable.stops.metres[last.stop]) + access.metres)
        ends = _point(reach.timetable, last.stop), target.point
        path = _from_stop(reach, last, Target(target.point, access))
        legs = (*_rides(reach, last.stop), _walk(reach, None, end, path, walked, ends))
    return Journey(legs, reach.leave_at, minutes, off)


def steps_of(way: Journey, language: str) -> tuple[Step, ...]:
    """What to do, in es or en. A step's minutes include the wait before it."""
    told, steps, before = words(language), [], way.leave_at
    for leg in way.legs:
        minutes = Minutes((leg.arrives - before).total_seconds() / 60)
        steps.append(Step(_text(leg, told, way.leave_at), minutes, leg.metres))
        before = leg.arrives
    return tuple(steps)


def line_of(way: Journey) -> tuple[LonLat, ...]:
    """All legs as one line."""
    line: list[LonLat] = []
    for leg in way.legs:
        line += [point for point in leg.line if not line or point != line[-1]]
    return tuple(line)


def _text(leg: Walk | Ride, told: Words, leave_at: datetime) -> str:
    if isinstance(leg, Walk):
        metres = told.metres(leg.metres)
        if leg.stop is None:
            return told.walk_to_end.format(metres=metres)
        return told.walk_to_stop.format(metres=metres, stop=leg.stop)
    later = leg.departs.date() > leave_at.astimezone(leg.departs.tzinfo).date()
    one, many = told.stops
    return told.ride.format(
        departs=f"{leg.departs:%H:%M}",
        day=told.next_day if later else "",
        vehicle=told.named(leg.kind),
        line=f" {leg.name}" if leg.name else "",
        towards=told.towards.format(headsign=leg.headsign) if leg.headsign else "",
        start=leg.start,
        end=leg.end,
        arrives=f"{leg.arrives:%H:%M}",
        stops=one if leg.calls == 1 else many.format(count=leg.calls),
    )


def _rides(reach: TransitSearch, last: int) -> list[Walk | Ride]:
    """Everything up to alighting at the last stop."""
    assert reach.scanned is not None
    arrivals, names = reach.scanned.arrivals, reach.timetable.names.stops
    legs: list[Walk | Ride] = []
    stop = last
    while True:
        ride, board = _ride(reach, stop)
        legs.append(ride)
        before = int(arrivals.walked_from[board])
        if before < 0:
            legs.append(_first_walk(reach, board))
            return legs[::-1]
        if before != board:
            arrived = reach.leave_at + timedelta(seconds=float(arrivals.ready[board]))
            legs.append(_change(reach, before, board, min(arrived, ride.departs), names[board]))
        stop = before


def _ride(reach: TransitSearch, stop: int) -> tuple[Ride, int]:
    """The vehicle that is left at a stop, and the stop where it is boarded."""
    assert reach.scanned is not None
    table, arrivals, timetable = reach.timetable.ahead, reach.scanned.arrivals, reach.timetable
    entered, left = int(arrivals.entered[stop]), int(arrivals.left[stop])
    zero = float(reach.scanned.streams.zero[arrivals.stream[stop]])
    zone = next(zone for zone, start, end in timetable.zones if start <= entered < end)
    rows = np.arange(entered, left + 1)
    rows = rows[table.trip[entered : left + 1] == table.trip[entered]]
    calls = [int(table.from_stop[entered]), *table.to_stop[rows].tolist()]
    points = tuple(_point(timetable, call) for call in calls)
    short, long, kind = timetable.names.lines[timetable.trip_line[table.trip[entered]]]

    def moment(seconds: npt.NDArray[np.int32]) -> datetime:
        return (reach.leave_at + timedelta(seconds=float(seconds) + zero)).astimezone(zone)

    ride = Ride(
        short or long,
        kind,
        timetable.names.headsigns[timetable.trip_headsign[table.trip[entered]]],
        timetable.names.stops[calls[0]],
        timetable.names.stops[calls[-1]],
        moment(table.departs[entered]),
        moment(table.arrives[left]),
        len(rows),
        Metres(sum(great_circle(a, b) for a, b in pairwise(points))),
        points,
    )
    return ride, calls[0]


def _first_walk(reach: TransitSearch, stop: int) -> Walk:
    """From the origin to the first stop."""
    target = _as_target(reach, stop)
    walked = Metres(reach.walk.access.metres + float(reach.timetable.stops.metres[stop]))
    arrives = reach.leave_at + timedelta(seconds=float(reach.ready[stop]))
    ends = reach.origin, target.point
    return _walk(reach, reach.timetable.names.stops[stop], arrives, reach.walk.path(target), walked, ends)


def _change(reach: TransitSearch, start: int, stop: int, arrives: datetime, name: str) -> Walk:
    """From stop to stop; in a straight line where only the publisher knows the way."""
    origin, target = _as_target(reach, start), _as_target(reach, stop)
    ends = origin.point, target.point
    if origin.access is None or target.access is None:
        return Walk(name, arrives, Metres(great_circle(*ends)), ends)
    walk = RoadReach(reach.graph, reach.snapper, origin.point, origin.access, TravelMode.FOOT)
    walk.know(Minutes(30.0))
    try:
        path = walk.path(target)
    except NoTripError:
        return Walk(name, arrives, Metres(great_circle(*ends)), ends)
    return _walk(reach, name, arrives, path, Metres(origin.access.metres + target.access.metres), ends)


def _walk(
    reach: TransitSearch,
    stop: str | None,
    arrives: datetime,
    path: Sequence[PathLeg],
    off: Metres,
    ends: tuple[LonLat, LonLat],
) -> Walk:
    """A walk along a path of roads. off: metres off the roads at both ends."""
    metres = Metres(reach_path.metres(reach.graph, path) + off)
    line = (ends[0], *reach_path.line(reach.graph, path), ends[1])
    return Walk(stop, arrives, metres, line, reach_path.ferry(reach.graph, path))


def _from_stop(reach: TransitSearch, last: LastWalk, target: Target) -> list[PathLeg]:
    """The path from the stop itself to a target with access: the search began at an end of the stop's road."""
    stops = reach.timetable.stops
    edge, along = int(stops.edge[last.stop]), float(stops.along[last.stop])
    if last.end is None:
        assert target.access is not None
        path = [PathLeg(edge, along, target.access.along)]
    else:
        path = [PathLeg(edge, along, float(last.end)), *reach.roads.path(target)]
    return [leg for leg in path if leg.start != leg.stop]


def _as_target(reach: TransitSearch, stop: int) -> Target:
    """A stop as a place to walk to or from; no access when it is off the roads."""
    stops = reach.timetable.stops
    edge = int(stops.edge[stop])
    point = _point(reach.timetable, stop)
    if edge < 0:
        return Target(point)
    metres = Metres(float(stops.metres[stop]))
    return Target(point, Access(reach.graph.id, TravelMode.FOOT, edge, float(stops.along[stop]), metres))


def _point(timetable: Timetable, stop: int) -> LonLat:
    return LonLat(float(timetable.lon[stop]), float(timetable.lat[stop]))
