"""What can be reached on the roads from one place: limited searches by Dijkstra's algorithm, as far as asked.

Every time is door to door: from the origin in a straight line on foot to the road, along it, and on foot to the
target. Times up to `known` are exact; nothing is said of longer ones.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import dijkstra

from geo import reach_path
from geo.errors import NetworkError, NoTripError
from geo.points import LonLat, great_circle
from geo.reach_bound import Horizon, horizon
from geo.reach_path import PathLeg
from geo.reach_start import Seeds, own_ways, ride, starts
from geo.road_graph import Floats, Ints, RoadGraph
from geo.snap import Snapper, road_mode
from geo.snap_cells import expand
from geo.travel import OFF_ROAD, Access, Note, NoTrip, Target, TravelMode, Trip
from geo.units import Metres, Minutes

__all__ = ["Journey", "RoadReach", "Seeds"]

METHOD = "network"
# A trip shorter than this share of the straight line is impossible: reach study, pitfall 6.
_LEAST_DETOUR = 0.99
# Whether a search has seen everything is looked at when few nodes were reached, or when none lies in the last
# part of its limit: a search that could go on has some there.
_FEW, _LAST_PART = 2_000, 0.98
_WHY = {1: NoTrip.NOT_YET, 2: NoTrip.UNREACHABLE, 3: NoTrip.OFF_NETWORK}


class Journey(NamedTuple):
    """The way of one trip. seed: row of the seed where it starts; None: at the origin itself."""

    access: Access
    minutes: Minutes
    path: list[PathLeg]
    seed: int | None


class RoadReach:
    """A `geo.travel.Reach` on one graph. For one thread; any number of them may share the graph."""

    def __init__(
        self,
        graph: RoadGraph,
        snapper: Snapper,
        origin: LonLat,
        origin_access: Access | None,
        mode: TravelMode,
        *,
        seeds: Seeds | None = None,
        method: str = METHOD,
        notes: tuple[Note, ...] = (),
        off_road: Metres = OFF_ROAD,
    ) -> None:
        """origin_access: None, or one of another graph or mode, is snapped here, as targets are.

        mode: public transport is walked. off_road: how far from a road such targets and origins may be.
        Raises NoTripError when the origin is off the network and there are no seeds either.
        """
        self.method, self.notes, self.network = method, notes, graph.facts
        self.graph, self.origin, self.mode = graph, origin, road_mode(mode)
        self._snapper, self._off_road = snapper, off_road
        self._roads = graph.forward[self.mode]
        self._facts = snapper.facts.modes[self.mode]
        self._snapped: dict[LonLat, Access] = {}
        (self.access,) = self.accesses([Target(origin, origin_access)])
        self.ways = own_ways(graph, self.mode, self.access)
        if not self.ways and seeds is None:
            raise NoTripError(
                f"the origin is off the network: no road within {off_road:.0f} m; estimate instead"
            )
        self._starts = starts(self.ways, seeds)
        self._lands = np.unique(self._facts.land[self._starts.nodes])
        self._known = Minutes(0.0)
        self._seconds: Floats | None = None
        self._before: Ints | None = None
        self._reached: tuple[Ints, Floats] | None = None
        self._horizon: Horizon | None = None

    @property
    def known(self) -> Minutes:
        """Every trip of up to this many minutes is known; infinite when all there is has been reached."""
        return self._known

    def know(self, limit: Minutes) -> None:
        """Search as far as this, from the beginning: that costs less than to keep a frontier."""
        if not limit > self._known:
            return
        seconds = limit * 60 * (1 + 1e-12)  # that no trip of just so many minutes is lost by rounding
        with self._roads.seeded(self._starts.nodes, self._starts.seconds) as matrix:
            self._seconds, self._before = dijkstra(
                matrix, indices=self._roads.nodes, limit=seconds, return_predecessors=True
            )
        self._reached = self._horizon = None
        self._known = Minutes(math.inf) if self._exhausted(seconds) else limit

    def reached(self) -> tuple[Ints, Floats]:
        """The nodes that were reached by now, and their seconds."""
        if self._reached is None:
            if self._seconds is None:
                return np.empty(0, np.int32), np.empty(0)
            nodes = np.flatnonzero(self._seconds[:-1] < np.inf).astype(np.int32)
            self._reached = nodes, self._seconds[nodes]
        return self._reached

    def bound(self, straight: Metres) -> Minutes:
        """See `geo.reach_bound`. Straight lines may be measured on a sphere or a spheroid."""
        if self._known <= 0:
            return self._known
        if self._horizon is None:
            self._horizon = horizon(
                self.graph, self._facts, self.mode, self.origin, self.access, self.ways, self.reached()
            )
        return min(self._known, Minutes(self._horizon.seconds(straight) / 60))

    def minutes(self, targets: Sequence[Target]) -> list[Minutes | NoTrip]:
        """Door to door. A target without access of this graph and mode is snapped first."""
        accesses = self.accesses(targets)
        count = len(accesses)
        edges = np.fromiter((one.edge for one in accesses), np.int64, count)
        shares = np.fromiter((one.along for one in accesses), np.float64, count)
        metres = np.fromiter((one.metres for one in accesses), np.float64, count)
        values, why = self.minutes_to(edges, shares, metres)
        return [
            Minutes(value) if reason == 0 else _WHY[reason]
            for value, reason in zip(values.tolist(), why.tolist(), strict=True)
        ]

    def minutes_to(
        self, edges: npt.NDArray[np.int64], shares: Floats, metres: Floats
    ) -> tuple[Floats, npt.NDArray[np.int8]]:
        """`minutes` for arrays of accesses to this graph in this mode, and 0 where they hold.

        Otherwise 1: not yet, 2: unreachable, 3: off the network.
        """
        by_way = self._by_way(edges, shares)
        values = (np.minimum.reduce(by_way) + metres / self.graph.walking) / 60
        why = np.where(values <= self._known, 0, 1).astype(np.int8)
        land = self._facts.land[self.graph.edge_from[edges]]
        nowhere = np.isinf(values) & (math.isinf(self._known) | ~np.isin(land, self._lands))
        why[nowhere] = 2
        why[edges < 0] = 3
        return values, why

    def trip(self, target: Target) -> Trip:
        """The whole trip. Where it starts at a seed, metres are counted from there and minutes are not.

        Raises NoTripError when `minutes` has none, and NetworkError when the trip is shorter than the straight
        line, which only a broken graph can bring about.
        """
        access, minutes, path, seed = self.journey(target)
        walked = access.metres + (self.access.metres if seed is None else 0.0)
        metres = Metres(walked + reach_path.metres(self.graph, path))
        straight = great_circle(self.origin, target.point)
        if seed is None and metres + 1 < _LEAST_DETOUR * straight:
            raise NetworkError(
                f"a trip of {metres:.0f} m between places that are {straight:.0f} m apart:"
                f" network {self.graph.id} is broken, build it again"
            )
        ferry = reach_path.ferry(self.graph, path)
        return Trip(
            minutes, metres, self.method, False, minutes, minutes, access_metres=Metres(walked), ferry=ferry
        )

    def path(self, target: Target) -> list[PathLeg]:
        """The roads to a target, in order, without the walks at both ends. Raises NoTripError as `trip`."""
        return self.journey(target).path

    def line(self, path: Sequence[PathLeg]) -> tuple[LonLat, ...]:
        """The points along a path, to draw it."""
        return reach_path.line(self.graph, path)

    def journey(self, target: Target) -> Journey:
        """All that is known of the way to a target. Raises NoTripError when `minutes` has no minutes for it."""
        (access,) = self.accesses([target])
        place = np.array([access.edge]), np.array([access.along])
        (minutes,), (reason,) = self.minutes_to(*place, np.array([access.metres]))
        if reason:
            raise NoTripError(f"no trip to this target: {_WHY[int(reason)]}")
        way = int(np.argmin([seconds[0] for seconds in self._by_way(*place)]))
        if way == 2:
            path, seed = [PathLeg(access.edge, self.access.along, access.along)], None
        else:
            path, seed = self._from_start(access, way)
        return Journey(access, Minutes(float(minutes)), [leg for leg in path if leg.start != leg.stop], seed)

    def _from_start(self, access: Access, way: int) -> tuple[list[PathLeg], int | None]:
        """The path over the end of the target's edge (0: where it begins), and the seed where it starts."""
        assert self._before is not None  # there are minutes, so there was a search
        end = self.graph.edge_from if way == 0 else self.graph.edge_to
        nodes = reach_path.chain(self._before, int(end[access.edge]), self._roads.nodes)
        whence = int(self._starts.whence[np.searchsorted(self._starts.nodes, nodes[0])])
        seed = whence - len(self.ways) if whence >= len(self.ways) else None
        first = [self.ways[whence].leg] if seed is None else []
        last = PathLeg(access.edge, float(way), access.along)
        return [*first, *reach_path.legs(self.graph, self._roads, nodes), last], seed

    def _by_way(self, edges: npt.NDArray[np.int64], shares: Floats) -> list[Floats]:
        """Seconds to places on edges: over where the edge begins, over where it ends, on the origin's own edge."""
        count = len(edges)
        own = np.full(count, np.inf)
        seconds = self.graph.edge_seconds[self.mode][edges].astype(np.float64)
        here = np.flatnonzero((edges == self.access.edge) & (edges >= 0))
        if len(here):
            step = shares[here] - self.access.along
            forth = np.where(step >= 0, ride(np.abs(step), seconds[here, 0]), np.inf)
            back = np.where(step <= 0, ride(np.abs(step), seconds[here, 1]), np.inf)
            own[here] = np.minimum(forth, back) + self.access.metres / self.graph.walking
        if self._seconds is None:
            return [np.full(count, np.inf), np.full(count, np.inf), own]
        start, stop = self.graph.edge_from[edges], self.graph.edge_to[edges]
        return [
            self._seconds[start] + ride(shares, seconds[:, 0]),
            self._seconds[stop] + ride(1 - shares, seconds[:, 1]),
            own,
        ]

    def _exhausted(self, limit: float) -> bool:
        """Whether nothing was left out: every start was reached, and every neighbour of what was reached."""
        if math.isinf(limit):
            return True
        assert self._seconds is not None
        if not np.isfinite(self._seconds[self._starts.nodes]).all():
            return False
        nodes, seconds = self.reached()
        if len(nodes) > _FEW and seconds.max() > _LAST_PART * limit:
            return False
        _, arcs = expand(
            self._roads.indptr[nodes].astype(np.int64), self._roads.indptr[nodes + 1].astype(np.int64)
        )
        return bool((self._seconds[self._roads.indices[arcs]] < np.inf).all())

    def accesses(self, targets: Sequence[Target]) -> list[Access]:
        """Of this graph and mode: those of the targets where they are, else snapped, once for each place."""
        network, mode, snapped = self.graph.id, self.mode, self._snapped
        found = [
            one.access
            if one.access is not None and one.access.network == network and one.access.mode is mode
            else snapped.get(one.point)
            for one in targets
        ]
        missing = list({one.point for one, access in zip(targets, found, strict=True) if access is None})
        if missing:
            lons, lats = (np.array(column) for column in zip(*((p.lon, p.lat) for p in missing), strict=True))
            snapped |= zip(missing, self._snapper.accesses(lons, lats, mode, self._off_road), strict=True)
        return [
            snapped[one.point] if access is None else access
            for one, access in zip(targets, found, strict=True)
        ]
