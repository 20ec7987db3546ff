"""Travel times on the installed networks: the one that holds the origin answers, else the estimator.

Where several hold the origin the newest map answers, of equally new ones the smallest. A network that is built
again, removed or (not) used while the service runs is noticed within CHECK_SECONDS; questions under way end on
the one they began with. Where a person is never leaves this process: no log names an origin.
"""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from geo.errors import NetworkError
from geo.estimate import EstimateReach, EstimateRouter
from geo.networks import Networks, Stamp
from geo.open_network import OpenNetwork, Shelf
from geo.outside import OutsideReach
from geo.points import LonLat
from geo.reach import RoadReach
from geo.second_engine import described, drawn, learned, retimed_minutes
from geo.timetable import Timetable
from geo.transit import TransitReach, transit_reach, transit_route
from geo.travel import OFF_ROAD, RURAL_OFF_ROAD, Access, Note, NoTrip, Reach, Route, Target, TravelMode
from geo.units import Metres, Minutes

CHECK_SECONDS = 2.0

log = logging.getLogger(__name__)


class NetworkRouter:
    """A `geo.travel.Router` over a folder of networks. Safe to share between threads."""

    def __init__(
        self, networks: Networks, fallback: EstimateRouter, *, check_seconds: float = CHECK_SECONDS
    ) -> None:
        self.networks = networks
        self.fallback = fallback
        self._check_seconds = check_seconds
        self._lock = threading.Lock()
        self._next_check = 0.0
        self._stamp: Stamp | None = None
        self._shelves: tuple[Shelf, ...] = ()
        self._fault: str | None = None

    def reach(
        self, origin: LonLat, mode: TravelMode, leave_at: datetime, off_road: Metres = OFF_ROAD
    ) -> Reach:
        """What can be reached from the origin, on the network that holds it; estimated beyond its edges."""
        outside = self.fallback.reach(origin, mode, leave_at, off_road)
        network = self.network_at(origin)
        if network is None:
            return outside
        if mode is TravelMode.TRANSIT and network.timetable is None:
            return _noted(outside, Note.NO_TIMETABLE)
        access = network.snapper.access(origin, mode, off_road)
        if access.edge < 0:
            return _noted(outside, Note.ORIGIN_OFF_NETWORK)
        inside: Reach
        if mode is TravelMode.TRANSIT and network.timetable is not None:
            inside = self._by_timetable(network, network.timetable, origin, leave_at, off_road)
        else:
            inside = self._by_road(network, origin, access, mode)
        return OutsideReach(inside, outside, network.holds)

    def retimes(self, reach: Reach) -> bool:
        """Whether the trips of a reach are on the roads of a network that has tiles."""
        return self._on_roads(reach) is not None

    def retimed(self, reach: Reach, targets: Sequence[Target]) -> list[Minutes | None] | None:
        """Valhalla's minutes from road to road with our walks at both ends; None where they are far from ours."""
        found = self._on_roads(reach)
        return None if found is None else retimed_minutes(*found, targets)

    def route(
        self,
        origin: LonLat,
        target: Target,
        mode: TravelMode,
        leave_at: datetime,
        *,
        language: str = "es",
        off_road: Metres = OFF_ROAD,
    ) -> Route | None:
        """The way to one target: Valhalla's with its steps where there are tiles, else our own line.

        None when no network holds the origin, when the origin is off the road, and when no way leads there.
        """
        network = self.network_at(origin)
        if network is None:
            return None
        access = network.snapper.access(origin, mode, off_road)
        if access.edge < 0:
            return None
        if mode is TravelMode.TRANSIT:
            return self._ride(network, origin, target, leave_at, language, off_road)
        ours = self._by_road(network, origin, access, mode)
        if isinstance(learned(ours, [target])[0], NoTrip):
            return None
        return described(network, ours, target, language) or drawn(ours, target)

    def network_at(self, origin: LonLat) -> OpenNetwork | None:
        """The network that answers for a place; None when no usable one covers it."""
        for shelf in self._current():
            network = shelf.holds(origin)
            if network is not None:
                return network
        return None

    def opened(self) -> list[OpenNetwork]:
        """Every network in use that can be opened, in the order in which they are asked. Opens them."""
        return [network for shelf in self._current() if (network := shelf.network()) is not None]

    def warm(self) -> None:
        """Open every network, and search each timetable once: the first question need not wait for that."""
        for network in self.opened():
            walked = np.flatnonzero(network.graph.component[TravelMode.FOOT] == 0)
            if network.timetable is not None and len(walked):
                start = LonLat(*network.graph.nodes[walked[0]].tolist())
                moment = datetime.now(UTC)
                self._by_timetable(network, network.timetable, start, moment, RURAL_OFF_ROAD).know(
                    Minutes(5.0)
                )

    def faults(self) -> dict[str, str]:
        """What is found to be unusable of the networks in use so far, by name, in words."""
        told = {shelf.installed.name: fault for shelf in self._current() if (fault := shelf.told)}
        return told | ({str(self.networks.folder): self._fault} if self._fault else {})

    def _by_road(self, network: OpenNetwork, origin: LonLat, access: Access, mode: TravelMode) -> RoadReach:
        # Targets that nobody has looked up are looked for as far as any may be off the road: the walk is counted.
        return RoadReach(network.graph, network.snapper, origin, access, mode, off_road=RURAL_OFF_ROAD)

    def _by_timetable(
        self,
        network: OpenNetwork,
        timetable: Timetable,
        origin: LonLat,
        leave_at: datetime,
        off_road: Metres,
    ) -> TransitReach:
        return transit_reach(network.graph, network.snapper, timetable, origin, leave_at, off_road)

    def _ride(
        self,
        network: OpenNetwork,
        origin: LonLat,
        target: Target,
        leave_at: datetime,
        language: str,
        off_road: Metres,
    ) -> Route | None:
        if network.timetable is None:
            return None
        reach = self._by_timetable(network, network.timetable, origin, leave_at, off_road)
        if isinstance(learned(reach, [target])[0], NoTrip):
            return None
        return transit_route(reach, target, language)

    def _on_roads(self, reach: Reach) -> tuple[OpenNetwork, RoadReach] | None:
        """The network with tiles, and the search on its roads, of a reach that this router made."""
        ours = reach.inside if isinstance(reach, OutsideReach) else None
        if not isinstance(ours, RoadReach):
            return None
        for network in self.opened():
            if network.graph is ours.graph and network.valhalla is not None:
                return network, ours
        return None

    def _current(self) -> tuple[Shelf, ...]:
        """The networks in use, in the order in which they are asked; looked at again every few seconds."""
        if time.monotonic() >= self._next_check and self._lock.acquire(blocking=self._stamp is None):
            try:
                self._look_again()
            finally:
                self._lock.release()
        return self._shelves

    def _look_again(self) -> None:
        """Take up what changed; networks that did not stay open."""
        try:
            stamp = self.networks.stamp()
            if stamp != self._stamp:
                # One that could not be opened is tried again: somebody may have mended it.
                kept = {shelf.key: shelf for shelf in self._shelves if shelf.fault is None}
                self._shelves = tuple(
                    kept.get(fresh.key, fresh) for fresh in map(Shelf, self.networks.active())
                )
                self._stamp = stamp
            self._fault = None
        except NetworkError as error:
            if self._fault is None:
                log.error("Road networks cannot be looked at: %s", error)
            self._fault = str(error)
        self._next_check = time.monotonic() + self._check_seconds


def _noted(reach: EstimateReach, note: Note) -> EstimateReach:
    reach.notes = (*reach.notes, note)
    return reach
