"""Travel times where there is no road network: straight line, circuity and a speed, always as a range.

This is the answer of last resort. It knows no roads, no hills, no ferries and no timetables, so every trip
says `estimated=True` and carries the range that measured trips fell into. A router with a road network is
another file that fits `geo.travel.Router`; nothing here changes for it.

Figures: section 7 of the reach study ("Fallback with no road network"), measured on Heidelberg (flat) and
Andorra (mountains), and its literature: circuity 1.2 (Newell), 1.21-1.23 (O'Sullivan), 1.3 (Wang 2024).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import GeoError, NoTripError
from geo.points import LonLat, great_circles
from geo.travel import OFF_ROAD, NetworkFacts, Note, NoTrip, Reach, Route, Target, TravelMode, Trip
from geo.units import Metres, Minutes

type Floats = npt.NDArray[np.float64]

# Names the island or landmass of a position; None is the mainland. Positions with different names have no
# land between them. Where an area of the mainland is reached only by sea, give it a name of its own.
type Separation = Callable[[LonLat], str | None]

METHOD = "estimate"

# PostGIS measures on the WGS 84 spheroid and we on a sphere. They differ by up to 0.6 %, and a lower bound
# must hold for either.
_SPHERE_SLACK = 0.99

_MEASURED_UP_TO = Metres(60_000)
_METRES_PER_MINUTE = 1000 / 60  # of one km/h


class Refusal(StrEnum):
    """Why there is no estimate for a pair of positions."""

    SEPARATED = "separated"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True)
class ModeProfile:
    """How one mode is estimated: minutes = access + straight line x circuity / speed.

    shortest and longest multiply the minutes and give the range. Raises GeoError when a figure is not
    possible: circuity below 1 is a trip shorter than the straight line.
    """

    circuity: float
    speed_kmh: float
    access: Minutes
    shortest: float
    longest: float

    def __post_init__(self) -> None:
        if not (self.circuity >= 1 and self.speed_kmh > 0 and self.access >= 0):
            raise GeoError(f"a trip cannot be estimated with {self}")
        if not 0 < self.shortest <= 1 <= self.longest:
            raise GeoError(f"the range must hold the estimate itself: {self}")

    def minutes(self, straight: Floats) -> Floats:
        """Minutes door to door for straight lines in metres; grows with the distance."""
        return self.access + straight * (self.circuity / (self.speed_kmh * _METRES_PER_MINUTE))


# On foot 5.1 km/h, range x0.85 to x1.75; by car 35 km/h and 2 minutes to reach and leave it, range x0.5 to
# x2.3: reach study, section 7, "honest behaviour".
FOOT = ModeProfile(circuity=1.3, speed_kmh=5.1, access=Minutes(0), shortest=0.85, longest=1.75)
CAR = ModeProfile(circuity=1.4, speed_kmh=35, access=Minutes(2), shortest=0.5, longest=2.3)
# Nobody measured this one. 15 km/h with stops and transfers and 10 minutes to walk and wait are an
# assumption for a city by day; the range is wide because the timetable is unknown and may be empty.
TRANSIT = ModeProfile(circuity=1.4, speed_kmh=15, access=Minutes(10), shortest=0.5, longest=3.0)

_DEFAULT_MODES: Mapping[TravelMode, ModeProfile] = MappingProxyType(
    {TravelMode.FOOT: FOOT, TravelMode.CAR: CAR, TravelMode.TRANSIT: TRANSIT}
)


@dataclass(frozen=True, slots=True)
class EstimateProfile:
    """The figures of a country or region.

    farthest: straight lines longer than this get no estimate (None: no limit). Beyond 60 km the ranges were
    never measured, and where mountains or fjords lie between they are badly wrong: Puerto Montt to Chaiten
    is 162 km, 4.5 hours by the formula and 9 by the ferry that sails three times a week.
    """

    modes: Mapping[TravelMode, ModeProfile] = field(default_factory=lambda: _DEFAULT_MODES)
    farthest: Metres | None = _MEASURED_UP_TO

    def ways(self, mode: TravelMode) -> tuple[ModeProfile, ...]:
        """The ways a mode may be travelled: whoever takes a bus walks when walking is quicker."""
        walk = (self.modes[TravelMode.FOOT],) if mode is TravelMode.TRANSIT else ()
        return (self.modes[mode], *walk)


class Estimates(NamedTuple):
    """Arrays of one shape: minutes with their range, and metres along the way."""

    minutes: Floats
    metres: Floats
    earliest: Floats
    latest: Floats


class EstimateRouter:
    """A `geo.travel.Router` that needs no data. Safe to share between threads."""

    method = METHOD

    def __init__(self, profile: EstimateProfile | None = None, separation: Separation | None = None) -> None:
        """`separation` is asked once for the origin and once per target near enough."""
        self._profile = profile or EstimateProfile()
        self._separation = separation

    @property
    def farthest(self) -> Metres | None:
        """Straight lines longer than this get no estimate; None: no limit."""
        return self._profile.farthest

    @property
    def separation(self) -> Separation | None:
        """What names the landmass of a position; None: all land is one."""
        return self._separation

    def reach(
        self, origin: LonLat, mode: TravelMode, leave_at: datetime, off_road: Metres = OFF_ROAD
    ) -> "EstimateReach":
        """What can be reached from the origin. Roads are not known: off_road changes nothing."""
        return EstimateReach(self, origin, mode, leave_at)

    def retimes(self, reach: Reach) -> bool:
        """There is no finer engine."""
        return False

    def retimed(self, reach: Reach, targets: Sequence[Target]) -> None:
        """There is no finer engine."""
        return None

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
        """Without roads there is no way to draw."""
        return None

    def trips(
        self, origin: LonLat, targets: Sequence[LonLat], mode: TravelMode, leave_at: datetime
    ) -> list[Trip | None]:
        """One trip per target in the same order; None where `refusal` gives a reason.

        leave_at changes nothing: there is no traffic and no timetable here.
        """
        if not targets:
            return []
        straight = great_circles(origin, *_columns(targets))
        columns = [column.tolist() for column in self.estimates(straight, mode)]
        reached = self._reached(origin, targets, straight)
        return [
            Trip(minutes, metres, METHOD, True, earliest, latest) if reachable else None
            for reachable, minutes, metres, earliest, latest in zip(reached, *columns, strict=True)
        ]

    def fastest(self, straight: Metres, mode: TravelMode) -> Minutes:
        """A lower bound of the minutes over this straight line, measured on a sphere or a spheroid.

        Infinite where the line is too long for an estimate: there is no trip to bound.
        """
        bound = np.array([straight * _SPHERE_SLACK])
        if self._profile.farthest is not None and bound[0] > self._profile.farthest:
            return Minutes(float("inf"))
        return Minutes(float(min(way.minutes(bound)[0] for way in self._profile.ways(mode))))

    def estimates(self, straight: Floats, mode: TravelMode) -> Estimates:
        """Minutes, metres and range for an array of straight lines in metres, without any refusal."""
        first, *others = self._profile.ways(mode)
        best = _by_one_way(first, straight)
        for way in others:
            other = _by_one_way(way, straight)
            quicker = other.minutes < best.minutes
            best = Estimates(*(np.where(quicker, new, old) for new, old in zip(other, best, strict=True)))
        return best

    def refusal(self, origin: LonLat, target: LonLat) -> Refusal | None:
        """Why a pair gets no trip, for the page to tell; None when it gets one."""
        farthest = self._profile.farthest
        straight = great_circles(origin, *_columns([target]))
        if farthest is not None and straight[0] > farthest:
            return Refusal.TOO_FAR
        if self._separation is not None and self._separation(origin) != self._separation(target):
            return Refusal.SEPARATED
        return None

    def _reached(self, origin: LonLat, targets: Sequence[LonLat], straight: Floats) -> list[bool]:
        farthest = self._profile.farthest
        near = [True] * len(targets) if farthest is None else (straight <= farthest).tolist()
        if self._separation is None:
            return near
        separation = self._separation
        here = separation(origin)
        return [close and separation(target) == here for close, target in zip(near, targets, strict=True)]


class EstimateReach:
    """A `geo.travel.Reach` that knows all it ever will from the start."""

    method = METHOD
    network: NetworkFacts | None = None
    known = Minutes(float("inf"))

    def __init__(
        self,
        router: EstimateRouter,
        origin: LonLat,
        mode: TravelMode,
        leave_at: datetime,
        notes: tuple[Note, ...] = (),
    ) -> None:
        self.notes = notes
        self._router, self._origin, self._mode, self._leave_at = router, origin, mode, leave_at

    def know(self, limit: Minutes) -> None:
        """Nothing is left to learn."""

    def bound(self, straight: Metres) -> Minutes:
        """See `EstimateRouter.fastest`."""
        return self._router.fastest(straight, self._mode)

    def minutes(self, targets: Sequence[Target]) -> list[Minutes | NoTrip]:
        """Door to door; the middle of the range."""
        points = [one.point for one in targets]
        trips = self._router.trips(self._origin, points, self._mode, self._leave_at)
        return [
            trip.minutes if trip is not None else self._refused(point)
            for trip, point in zip(trips, points, strict=True)
        ]

    def trip(self, target: Target) -> Trip:
        """The trip with its range. Raises NoTripError where `EstimateRouter.refusal` gives a reason."""
        (trip,) = self._router.trips(self._origin, [target.point], self._mode, self._leave_at)
        if trip is None:
            raise NoTripError(f"no estimate to this target: {self._refused(target.point)}")
        return trip

    def _refused(self, point: LonLat) -> NoTrip:
        refusal = self._router.refusal(self._origin, point)
        return NoTrip.UNREACHABLE if refusal is Refusal.SEPARATED else NoTrip.TOO_FAR


def _columns(points: Sequence[LonLat]) -> tuple[Floats, Floats]:
    count = len(points)
    lons = np.fromiter((point.lon for point in points), np.float64, count)
    lats = np.fromiter((point.lat for point in points), np.float64, count)
    return lons, lats


def _by_one_way(way: ModeProfile, straight: Floats) -> Estimates:
    minutes = way.minutes(straight)
    return Estimates(minutes, straight * way.circuity, minutes * way.shortest, minutes * way.longest)
