"""Trips by public transport, and the one function that makes a reach of them.

The search is in `geo.transit_search`, the legs of a journey in `geo.transit_journey`.
"""

import math
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from geo.points import LonLat
from geo.road_graph import RoadGraph
from geo.snap import Snapper
from geo.timetable import Floats, Timetable
from geo.transit_days import earliest_arrivals
from geo.transit_journey import journey, line_of, steps_of
from geo.transit_search import AT_MOST, METHOD, TransitSearch
from geo.transit_walks import place, walks_from
from geo.travel import Access, Route, Target, Trip
from geo.units import Metres, Minutes

# A trip is also told for departures within the next half hour: one minute is an accident.
LATER = tuple(timedelta(minutes=minutes) for minutes in range(5, 31, 5))
# Longest walk that a later departure is compared with.
MOST_WALKED = Minutes(6 * 60.0)
# First radius of the search from a target back to its stops.
_FROM_STOP = Minutes(15.0)


class TransitReach(TransitSearch):
    """A `geo.travel.Reach` by public transport. For one thread."""

    def __init__(
        self,
        graph: RoadGraph,
        snapper: Snapper,
        timetable: Timetable,
        origin: LonLat,
        leave_at: datetime,
        off_road: Metres,
    ) -> None:
        """See `transit_reach`."""
        super().__init__(graph, snapper, timetable, origin, leave_at, off_road)
        self._later: dict[tuple[timedelta, float], Floats] = {}

    def trip(self, target: Target) -> Trip:
        """The trip for this departure, with those of the next half hour. Raises NoTripError for no trip."""
        way = journey(self, target)
        departures = self._departures(target, way.minutes)
        found = [value for value in departures if math.isfinite(value)]
        middle = median(departures)
        return Trip(
            way.minutes,
            way.metres,
            METHOD,
            False,
            Minutes(min(found)),
            Minutes(max(found)),
            Minutes(middle) if math.isfinite(middle) else None,
            way.access_metres,
            way.ferry,
        )

    def _departures(self, target: Target, minutes: Minutes) -> list[float]:
        """Minutes when leaving now and later within the half hour; infinite where a day brings no way."""
        access, origin, scanned = self.access(target), place(self.graph, self.walk.access), self.scanned
        assert scanned is not None
        radius = _FROM_STOP
        # As wide as the last walk of this departure is. Of others a longer last walk may be missed.
        while True:
            walks, direct = walks_from(self.graph, self.timetable.stops, origin, access, radius)
            now = min(direct, float((scanned.arrivals.seconds + walks).min())) / 60
            if now <= minutes + 1e-3 or radius > minutes:
                break
            radius = Minutes(radius * 2)
        if self.last_walk(target) is None:
            direct = minutes * 60
        values = [minutes * 60]
        for later in LATER:
            value = min(direct, float((self._left(later, self.scanned_to) + walks).min()))
            if math.isinf(value):  # the last vehicle for long has gone
                value = min(self._walked(access), float((self._left(later, AT_MOST * 60) + walks).min()))
            values.append(value)
        return [value / 60 for value in values]

    def _left(self, later: timedelta, seconds: float) -> Floats:
        """Seconds to every stop when leaving later; a scan for each is kept for the next target."""
        if (later, seconds) not in self._later:
            leave_at = self.leave_at + later
            scanned = earliest_arrivals(self.timetable, self.ready, leave_at, seconds)
            self._later[later, seconds] = scanned.arrivals.seconds
        return self._later[later, seconds]

    def _walked(self, access: Access) -> float:
        """Seconds of the whole way on foot; infinite beyond MOST_WALKED."""
        self.walk.know(MOST_WALKED)
        place = np.array([access.edge]), np.array([access.along]), np.array([access.metres])
        return float(self.walk.minutes_to(*place)[0][0]) * 60


def transit_reach(
    graph: RoadGraph,
    snapper: Snapper,
    timetable: Timetable,
    origin: LonLat,
    leave_at: datetime,
    off_road: Metres,
) -> TransitReach:
    """What public transport reaches from a place when leaving at a moment (aware).

    Where nothing runs, or the day is none of the timetable, it is what can be walked to, and `notes` say so.
    Raises NoTripError when the origin is farther than off_road from every road, and NetworkError when the
    timetable is of another network.
    """
    return TransitReach(graph, snapper, timetable, origin, leave_at, off_road)


def transit_route(reach: TransitReach, target: Target, language: str = "es") -> Route:
    """The way to a target that `minutes` gave minutes for, with its steps in es or en.

    Raises NoTripError where there is no trip, GeoError for another language.
    """
    way = journey(reach, target)
    return Route(reach.trip(target), line_of(way), steps_of(way, language))
