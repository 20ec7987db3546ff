"""Valhalla beside our own search: its minutes with our walks at both ends, kept only where the two agree.

Valhalla is asked from road to road, between the very points where our search meets the road: it would move a far
place without counting the way. Where its answer is of another way (an islander put on the mainland), ours stands.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from geo.errors import NetworkError
from geo.open_network import OpenNetwork
from geo.points import LonLat
from geo.reach import RoadReach
from geo.reach_path import PathLeg, leg_shape
from geo.road_graph import RoadGraph
from geo.travel import Access, NoTrip, Reach, Route, Target, Trip
from geo.units import Metres, Minutes
from geo.valhalla import METHOD, ValhallaRoute

# Between these times ours the two engines speak of the same trip.
AGREEMENT = (0.4, 2.5)
# The longest trip that a route is looked for, and how far the first search goes.
MOST = Minutes(72 * 60.0)
_FIRST, _GROWTH = Minutes(30.0), 3.0

log = logging.getLogger(__name__)


def retimed_minutes(
    network: OpenNetwork, ours: RoadReach, targets: Sequence[Target]
) -> list[Minutes | None] | None:
    """Minutes door to door by Valhalla, one per target; None where ours has none or the two do not agree.

    None altogether when there are no tiles, or they fail (which is logged).
    """
    if network.valhalla is None:
        return None
    known = learned(ours, targets)
    accesses = ours.accesses(targets)
    rows = [row for row, one in enumerate(known) if not isinstance(one, NoTrip)]
    origin = on_road(network.graph, ours.access)
    ends = [on_road(network.graph, accesses[row]) for row in rows]
    try:
        told = network.valhalla.minutes(origin, ends, ours.mode) if ends else []
    except NetworkError as error:
        log.error("Valhalla cannot time trips on %s again: %s", network.name, error)
        return None
    found: list[Minutes | None] = [None] * len(targets)
    for row, minutes in zip(rows, told, strict=True):
        own = known[row]
        if minutes is not None and not isinstance(own, NoTrip):
            walked = Metres(ours.access.metres + accesses[row].metres)
            found[row] = agreed(own, minutes, walked, network.graph)
    return found


def agreed(own: Minutes, minutes: Minutes, walked: Metres, graph: RoadGraph) -> Minutes | None:
    """Minutes from road to road with our walks at both ends; None where they are of another trip than our own."""
    whole = minutes + walked / graph.walking / 60
    least, most = (share * own for share in AGREEMENT)
    return Minutes(whole) if least <= whole <= most else None


def learned(reach: Reach, targets: Sequence[Target]) -> list[Minutes | NoTrip]:
    """Search until the trips to all targets are known, or none takes less than MOST."""
    limit = _FIRST
    while True:
        known = reach.minutes(targets)
        if NoTrip.NOT_YET not in known or limit > MOST:
            return known
        reach.know(limit)
        limit = Minutes(limit * _GROWTH)


def described(network: OpenNetwork, ours: RoadReach, target: Target, language: str) -> Route | None:
    """Valhalla's way with its steps, where it has one that agrees with ours; the walks at both ends are ours."""
    if network.valhalla is None:
        return None
    graph, journey, trip = network.graph, ours.journey(target), ours.trip(target)
    begin, end = on_road(graph, ours.access), on_road(graph, journey.access)
    try:
        told = network.valhalla.route(begin, end, ours.mode, language)
    except NetworkError as error:
        log.error("Valhalla cannot draw a way on %s: %s", network.name, error)
        return None
    minutes = None if told is None else agreed(trip.minutes, told.minutes, trip.access_metres, graph)
    if told is None or minutes is None:
        return None
    return Route(_retold(trip, told, minutes), joined(ours.origin, told.line, target.point), told.steps)


def drawn(ours: RoadReach, target: Target) -> Route:
    """Our own way, without steps."""
    line = ours.line(ours.path(target))
    return Route(ours.trip(target), joined(ours.origin, line, target.point))


def joined(origin: LonLat, line: Sequence[LonLat], target: LonLat) -> tuple[LonLat, ...]:
    """A line from door to door: straight to the road and from it."""
    points = [origin, *line, target]
    return tuple(point for row, point in enumerate(points) if not row or point != points[row - 1])


def on_road(graph: RoadGraph, access: Access) -> LonLat:
    """The point of the road where a place meets it."""
    lon, lat = leg_shape(graph, PathLeg(access.edge, access.along, access.along))[0].tolist()
    return LonLat(lon, lat)


def _retold(trip: Trip, told: ValhallaRoute, minutes: Minutes) -> Trip:
    metres = Metres(told.metres + trip.access_metres)
    return replace(
        trip,
        minutes=minutes,
        earliest=minutes,
        latest=minutes,
        metres=metres,
        method=METHOD,
        ferry=told.ferry,
    )
