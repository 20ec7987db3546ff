"""What can be reached by public transport: on foot to stops, by the timetable, on foot from all stops reached.

Earliest arrival when leaving at one moment: exact for the timetable and the roads as they are stored. Whoever
walks the whole way when that is quicker is reckoned to do so.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import NetworkError, NoTripError
from geo.points import LonLat, great_circles
from geo.reach import RoadReach, Seeds
from geo.road_graph import RoadGraph
from geo.snap import Snapper
from geo.timetable import Floats, Timetable
from geo.transit_days import Scanned, earliest_arrivals
from geo.transit_links import along_edge
from geo.transit_walks import walks_to_stops
from geo.travel import Access, Note, NoTrip, Target, TravelMode
from geo.units import Metres, Minutes

METHOD = "timetable"
# How far one walks to the first stop.
TO_STOP = Minutes(25.0)
# Whether anything runs is looked at for so long at least, however near the search's limit is.
AT_LEAST = Minutes(60.0)
# Vehicles are looked for no longer than this: a weekly bus is no answer to a question of today.
AT_MOST = Minutes(24 * 60.0)
# A straight line may be measured on a spheroid, which makes it up to 0.6 % longer than on our sphere.
_SPHERE, _METRE = 0.99, 1.0

type _Longs = npt.NDArray[np.int64]


class LastWalk(NamedTuple):
    """From which stop, and over which end (0, 1) of the stop's road; None: along that road to a place beside it."""

    stop: int
    end: int | None


class TransitSearch:
    """All of a `geo.travel.Reach` but the trips, which `geo.transit` tells. For one thread.

    graph, snapper, timetable, origin, leave_at, walk (on foot from the origin), ready (seconds to each stop on
    foot), roads and scanned are for `geo.transit_journey`.
    """

    def __init__(
        self,
        graph: RoadGraph,
        snapper: Snapper,
        timetable: Timetable,
        origin: LonLat,
        leave_at: datetime,
        off_road: Metres,
    ) -> None:
        """See `geo.transit.transit_reach`."""
        if timetable.network != graph.id:
            raise NetworkError(
                f"the timetable in {timetable.folder} belongs to network {timetable.network}, not to {graph.id}:"
                " build the network again with its GTFS"
            )
        self.method, self.network, self.notes = METHOD, graph.facts, tuple[Note, ...]()
        self.graph, self.timetable, self.origin, self.leave_at = graph, timetable, origin, leave_at
        self.snapper, self._off_road = snapper, off_road
        self.walk = RoadReach(graph, snapper, origin, None, TravelMode.FOOT, off_road=off_road)
        self.ready = walks_to_stops(self.walk, timetable, TO_STOP)
        self._land = snapper.facts.modes[TravelMode.FOOT].land
        self._snapped: dict[LonLat, Access] = {}
        self._known = Minutes(0.0)
        self.scanned_to = 0.0
        self.scanned: Scanned | None = None
        self.roads = self.walk
        self.stops: _Longs = np.empty(0, np.int64)
        self._stop_straight: Floats = np.empty(0)
        self._pace = graph.walking

    @property
    def known(self) -> Minutes:
        """Every trip of up to this many minutes is known; infinite when no vehicle could bring more."""
        return self._known

    def know(self, limit: Minutes) -> None:
        """Scan and search as far as this, from the beginning."""
        if not limit > self._known:
            return
        arrivals = self._scan(min(limit, AT_MOST) * 60).arrivals
        stops = self.timetable.stops
        self.stops = np.flatnonzero((arrivals.seconds <= limit * 60) & (stops.edge >= 0))
        self.notes = self._told(bool((arrivals.seconds <= max(limit, AT_LEAST) * 60).any()))
        self.roads = self._roads_from(arrivals.seconds[self.stops]) if len(self.stops) else self.walk
        self.roads.know(limit)
        lons, lats = self.timetable.lon[self.stops], self.timetable.lat[self.stops]
        self._stop_straight = great_circles(self.origin, lons, lats)
        self._pace = self._fastest()
        every_stop = len(self.stops) == len(stops.edge)
        done = math.isinf(self.roads.known) and (every_stop or limit >= AT_MOST)
        self._known = Minutes(math.inf) if done else limit

    def bound(self, straight: Metres) -> Minutes:
        """The bound of the roads, and that of places beside a stop, which no junction leads to."""
        if not len(self.stops) or self.scanned is None:
            return min(self._known, self.roads.bound(straight))
        beyond = np.maximum(0.0, straight * _SPHERE - self._stop_straight - _METRE)
        beside = self.scanned.arrivals.seconds[self.stops] + beyond / self._pace
        return min(self._known, self.roads.bound(straight), Minutes(float(beside.min()) / 60))

    def minutes(self, targets: Sequence[Target]) -> list[Minutes | NoTrip]:
        """Door to door. A target without access of this graph on foot is snapped first."""
        accesses = [self.access(target) for target in targets]
        values = self._values(accesses)
        return [self._told_of(access, value) for access, value in zip(accesses, values.tolist(), strict=True)]

    def last_walk(self, target: Target) -> LastWalk | None:
        """How a target is walked to at last; None when one walks all the way. Raises NoTripError for no trip."""
        (minutes,) = self.minutes([target])
        if isinstance(minutes, NoTrip):
            raise NoTripError(f"there is no trip to this target: {minutes}")
        access = self.access(target)
        stop, seconds = self._beside(access)
        if seconds <= minutes * 60 + 1e-6:
            return LastWalk(stop, None)
        seed = self.roads.journey(Target(target.point, access)).seed
        return None if seed is None else LastWalk(int(self.stops[seed // 2]), seed % 2)

    def access(self, target: Target) -> Access:
        """Where a target meets the roads on foot."""
        stored = target.access
        if stored and stored.network == self.graph.id and stored.mode is TravelMode.FOOT:
            return stored
        if target.point not in self._snapped:
            found = self.snapper.access(target.point, TravelMode.FOOT, self._off_road)
            self._snapped[target.point] = found
        return self._snapped[target.point]

    def _scan(self, seconds: float) -> Scanned:
        """Earliest arrivals for at least so many seconds; an earlier, longer scan serves as well."""
        if self.scanned is None or seconds > self.scanned_to:
            self.scanned_to = max(seconds, AT_LEAST * 60)
            self.scanned = earliest_arrivals(self.timetable, self.ready, self.leave_at, self.scanned_to)
        return self.scanned

    def _roads_from(self, seconds: Floats) -> RoadReach:
        """On foot from the origin, and from every stop reached after its seconds."""
        stops = self.timetable.stops
        # Two for each stop, in their order: `last_walk` counts on it.
        delays = seconds[:, None] + stops.leaving[self.stops]
        seeds = Seeds(stops.nodes[self.stops].ravel(), delays.ravel())
        return RoadReach(
            self.graph, self.snapper, self.origin, self.walk.access, TravelMode.FOOT,
            seeds=seeds, method=METHOD, off_road=self._off_road,
        )  # fmt: skip

    def _told(self, boarded: bool) -> tuple[Note, ...]:
        if boarded:
            return ()
        days = {self.leave_at.astimezone(zone).date() for zone, _, _ in self.timetable.zones}
        expired = not any(self.timetable.covers(day) for day in days)
        return (Note.TIMETABLE_EXPIRED if expired else Note.NOTHING_RUNS,)

    def _values(self, accesses: Sequence[Access]) -> Floats:
        """Minutes as far as they are known, by road and beside stops."""
        count = len(accesses)
        edges = np.fromiter((one.edge for one in accesses), np.int64, count)
        shares = np.fromiter((one.along for one in accesses), np.float64, count)
        metres = np.fromiter((one.metres for one in accesses), np.float64, count)
        values, _ = self.roads.minutes_to(edges, shares, metres)
        near = np.flatnonzero(np.isin(edges, self.timetable.stops.edge[self.stops]) & (edges >= 0))
        for row in near.tolist():
            values[row] = min(values[row], self._beside(accesses[row])[1] / 60)
        return values

    def _beside(self, access: Access) -> tuple[int, float]:
        """The stop on the target's own edge from where it is reached soonest along it, and its seconds."""
        stops, scanned = self.timetable.stops, self.scanned
        rows = self.stops[stops.edge[self.stops] == access.edge] if access.edge >= 0 else self.stops[:0]
        if not len(rows) or scanned is None:
            return -1, math.inf
        ends = np.full(len(rows), access.along)
        ride = along_edge(self.graph, stops.edge[rows], stops.along[rows], ends)
        seconds = scanned.arrivals.seconds[rows] + ride
        seconds += (stops.metres[rows] + access.metres) / self.graph.walking
        best = int(np.argmin(seconds))
        return int(rows[best]), float(seconds[best])

    def _told_of(self, access: Access, value: float) -> Minutes | NoTrip:
        if access.edge < 0:
            return NoTrip.OFF_NETWORK
        if value <= self._known and math.isfinite(value):
            return Minutes(value)
        if math.isinf(self._known) or not self._leads_to(access.edge):
            return NoTrip.UNREACHABLE
        return NoTrip.NOT_YET

    def _leads_to(self, edge: int) -> bool:
        """Whether the origin or any stop lies on the land of an edge."""
        stops, land = self.timetable.stops, self._land
        here = int(land[self.graph.edge_from[edge]])
        own = int(land[self.graph.edge_from[self.walk.access.edge]])
        return here == own or bool((land[stops.nodes[stops.edge >= 0, 0]] == here).any())

    def _fastest(self) -> float:
        """Metres a second: as fast as any road beside a stop is walked."""
        edges = self.timetable.stops.edge[self.stops]
        seconds = self.graph.edge_seconds[TravelMode.FOOT][edges].min(axis=1)
        pace = self.graph.edge_metres[edges] / np.maximum(seconds, 1e-3)
        return max(self.graph.walking, float(pace.max(initial=0.0)) * 1.01)
