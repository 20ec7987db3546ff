"""How people move, what a trip is, and what every router must answer.

A router is anything that fits the `Router` protocol. The service is wired with one in `api.main`;
adding an engine is adding one file here and naming it there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from geo.points import LonLat
from geo.units import Metres, Minutes

# A position farther than this from every road is off the network, unless the area is rural (`RURAL_OFF_ROAD`).
OFF_ROAD = Metres(500.0)
RURAL_OFF_ROAD = Metres(2_000.0)
_NOTHING = Metres(0.0)


class TravelMode(StrEnum):
    """Ways to move. Public transport is a mode whether or not a router can do it."""

    FOOT = "foot"
    CAR = "car"
    TRANSIT = "transit"


class NoTrip(StrEnum):
    """Why a target has no minutes.

    not_yet: farther than what is known by now (`Reach.know` more). unreachable: no way leads there (another
    island, another component). off_network: the target is too far from any road. too_far: the straight line
    is too long to say anything.
    """

    NOT_YET = "not_yet"
    UNREACHABLE = "unreachable"
    OFF_NETWORK = "off_network"
    TOO_FAR = "too_far"


class Note(StrEnum):
    """What the person must be told about how the trips were reckoned."""

    ORIGIN_OFF_NETWORK = "origin_off_network"  # no road near the origin: estimated instead
    NO_TIMETABLE = "no_timetable"  # public transport asked for, no timetable is installed: estimated
    TIMETABLE_EXPIRED = "timetable_expired"  # no day of the installed timetable is this one: on foot
    NOTHING_RUNS = "nothing_runs"  # no vehicle leaves in time: on foot


@dataclass(frozen=True, slots=True)
class Access:
    """Where a point meets a network: on an edge, at a share of it, after walking some metres in a straight line.

    network: id of the graph that the edge number belongs to; any other graph refuses it. edge -1: no road
    that this mode may use is near enough; metres is then infinite.
    """

    network: str
    mode: TravelMode
    edge: int
    along: float
    metres: Metres


@dataclass(frozen=True, slots=True)
class Target:
    """A place to reach. access: where it meets the network, when that is stored; None: not known yet."""

    point: LonLat
    access: Access | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """One trip from the origin to one target.

    minutes and metres are door to door; earliest and latest bound the minutes when the method is an
    estimate, and hold those of other departures within the half hour by public transport (equal to minutes
    otherwise). typical: the median over those departures. access_metres: walked off the network at both ends
    together. ferry: the trip takes one; its timetable is not known.
    """

    minutes: Minutes
    metres: Metres
    method: str
    estimated: bool
    earliest: Minutes
    latest: Minutes
    typical: Minutes | None = None
    access_metres: Metres = _NOTHING
    ferry: bool = False


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """What is told of the network behind an answer. day: of the map data. timetable: its first and last day."""

    id: str
    name: str
    day: date | None
    licence: str
    timetable: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction of a route, in the language asked for. minutes and metres of this step alone."""

    text: str
    minutes: Minutes
    metres: Metres


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one trip: its line from origin to target, and the steps (none when only the line is known)."""

    trip: Trip
    line: tuple[LonLat, ...]
    steps: tuple[Step, ...] = ()


class Reach(Protocol):
    """What can be reached from one origin in one mode, leaving at one moment. Made for one question, by one thread.

    A search asks for more and more (`know`) until it can prove its answer (`geo.nearest`).
    """

    @property
    def method(self) -> str:
        """How the trips are reckoned: estimate, network or timetable."""
        ...

    @property
    def network(self) -> NetworkFacts | None:
        """The network they are reckoned on; None for estimates."""
        ...

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the person must be told; complete once `know` was asked for as far as the search went."""
        ...

    @property
    def known(self) -> Minutes:
        """Every trip of up to this many minutes is known; infinite when there is nothing left to learn."""
        ...

    def know(self, limit: Minutes) -> None:
        """Learn every trip of up to this many minutes. Nothing to do when it is known already."""
        ...

    def bound(self, straight: Metres) -> Minutes:
        """A lower bound: no place at least this far in a straight line is reached in fewer minutes.

        Grows with the distance; never more than `known` as long as something is left to learn.
        """
        ...

    def minutes(self, targets: Sequence[Target]) -> list[Minutes | NoTrip]:
        """Door to door, one per target in the same order. Exact up to `known`, NOT_YET beyond it."""
        ...

    def trip(self, target: Target) -> Trip:
        """The whole trip to a target that `minutes` gave minutes for. Raises GeoError for any other."""
        ...


class Router(Protocol):
    """Travel times from one origin, and the way there."""

    def reach(
        self, origin: LonLat, mode: TravelMode, leave_at: datetime, off_road: Metres = OFF_ROAD
    ) -> Reach:
        """What can be reached from the origin. off_road: how far from a road the origin may be."""
        ...

    def retimes(self, reach: Reach) -> bool:
        """Whether a second, finer engine can time the trips of a reach again (`retimed`)."""
        ...

    def retimed(self, reach: Reach, targets: Sequence[Target]) -> list[Minutes | None] | None:
        """Door to door minutes of a second, finer engine for a few targets; None for a target it cannot tell.

        None altogether when there is no such engine for this reach.
        """
        ...

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
        """The way to one target, with steps in `language` (es or en); None where there is none or no network."""
        ...
