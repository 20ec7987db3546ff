"""The way from a place to one offer, and the area around a place: what routes and pages ask of the router.

An offer whose address is protected has no way: its public point is the middle of its comuna, or nothing. Days
without calendars can be asked for, unlike in a referral question: roads have no opening hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from geoalchemy2 import Geometry
from shapely.geometry.base import BaseGeometry
from sqlalchemy import cast, func, select
from sqlalchemy.orm import Session

from directory.card import OfferCard
from directory.departure import find_start, local_moment
from directory.errors import NotFoundError, QuestionError
from directory.places import FoundPlace
from directory.records import Visibility
from directory.tables import Offer
from directory.territory import Territory
from geo.outside import OutsideReach
from geo.points import LonLat
from geo.reach import RoadReach
from geo.reach_area import reach_area
from geo.transit import TransitReach
from geo.travel import (
    NetworkFacts,
    Note,
    NoTrip,
    Reach,
    Route,
    Router,
    Target,
    TravelMode,
    Trip,
)
from geo.units import Minutes

_EVERYTHING = Minutes(float("inf"))


class NoWay(StrEnum):
    """Why there is no way to show.

    no_network: no road network is installed for the origin. no_timetable: none of public transport is.
    origin_off_network: no road is near enough to the origin. outside_network: the network ends before the
    offer. off_network: no road is near enough to the offer. unreachable: no way leads there (another island).
    too_far: nothing can be said of so far. not_drawn: the trip is known, its line is not.
    """

    NO_NETWORK = "no_network"
    NO_TIMETABLE = "no_timetable"
    ORIGIN_OFF_NETWORK = "origin_off_network"
    OUTSIDE_NETWORK = "outside_network"
    OFF_NETWORK = "off_network"
    UNREACHABLE = "unreachable"
    TOO_FAR = "too_far"
    NOT_DRAWN = "not_drawn"


@dataclass(frozen=True, slots=True)
class Start:
    """Where and when a trip starts. leave_at without zone is local time of the place; None is now."""

    place: str | None = None
    origin: LonLat | None = None
    mode: TravelMode = TravelMode.CAR
    leave_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """An offer that can be gone to: where its public point is, and its card."""

    id: UUID
    point: LonLat
    kind: str
    card: OfferCard


@dataclass(frozen=True, slots=True)
class Journey:
    """The way to an offer; or why there is none; or the places to choose from, when it is not clear from where.

    trip: its minutes and metres, an estimate where there is no route. notes and network: how it was reckoned.
    """

    destination: Destination
    place: FoundPlace | None
    places: Sequence[FoundPlace] = ()
    not_understood: str | None = None
    leave_at: datetime | None = None
    trip: Trip | None = None
    route: Route | None = None
    why: NoWay | None = None
    network: NetworkFacts | None = None
    notes: tuple[Note, ...] = ()

    @property
    def status(self) -> Literal["answered", "no_way", "ambiguous_place", "unknown_place"]:
        """Whether there is a way, and if not, what to do first."""
        if self.place is None:
            return "ambiguous_place" if self.places else "unknown_place"
        return "answered" if self.route is not None else "no_way"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is reached from a place, as a shape in degrees; or the places to choose from."""

    place: FoundPlace | None
    places: Sequence[FoundPlace] = ()
    not_understood: str | None = None
    leave_at: datetime | None = None
    area: BaseGeometry | None = None
    network: NetworkFacts | None = None
    notes: tuple[Note, ...] = ()

    @property
    def status(self) -> Literal["answered", "ambiguous_place", "unknown_place"]:
        """Whether there is an area, and if not, what there is to choose from."""
        if self.place is None:
            return "ambiguous_place" if self.places else "unknown_place"
        return "answered"


def find_journey(
    session: Session, router: Router, territory: Territory, start: Start, to: UUID, *, language: str = "es"
) -> Journey:
    """The way from the start to an offer, with steps in `language` (es or en).

    Raises NotFoundError when there is no such offer, QuestionError when it has no point that can be gone to or
    the start cannot be understood.
    """
    destination = find_destination(session, to)
    found = find_start(session, territory, start.origin, start.place)
    if found.status != "one":
        return Journey(destination, None, found.places, found.not_understood)
    place = found.places[0]
    moment = _moment(start, territory, place)
    off_road = territory.off_road(place.area_code)
    reach = router.reach(place.point, start.mode, moment, off_road)
    target = Target(destination.point)
    route = router.route(place.point, target, start.mode, moment, language=language, off_road=off_road)
    trip, why = (route.trip, None) if route is not None else _without_route(reach, target)
    if route is not None and start.mode is TravelMode.TRANSIT:
        reach.know(route.trip.minutes)  # only then it notes what ran
    return Journey(
        destination,
        place,
        not_understood=found.not_understood,
        leave_at=moment,
        trip=trip,
        route=route,
        why=why,
        network=reach.network,
        notes=reach.notes,
    )


def find_surroundings(
    session: Session, router: Router, territory: Territory, start: Start, minutes: Minutes
) -> Surroundings:
    """The area that is reached within so many minutes: for drawing, not for counting.

    Raises QuestionError where no road network is installed: an estimate has no area.
    """
    found = find_start(session, territory, start.origin, start.place)
    if found.status != "one":
        return Surroundings(None, found.places, found.not_understood)
    place = found.places[0]
    moment = _moment(start, territory, place)
    reach = router.reach(place.point, start.mode, moment, territory.off_road(place.area_code))
    roads = _roads(reach, minutes)
    if roads is None:
        raise _no_area(reach, start)
    return Surroundings(
        place,
        not_understood=found.not_understood,
        leave_at=moment,
        area=reach_area(roads, minutes),
        network=reach.network,
        notes=reach.notes,
    )


def find_destination(session: Session, to: UUID) -> Destination:
    """An active offer with a public point of its own. Raises NotFoundError, or QuestionError when it has none."""
    row = session.execute(
        select(
            Offer.id,
            Offer.kind,
            Offer.card,
            func.ST_X(cast(Offer.geog, Geometry)).label("lon"),
            func.ST_Y(cast(Offer.geog, Geometry)).label("lat"),
        ).where(Offer.id == to)
    ).one_or_none()
    if row is None:
        raise NotFoundError("there is no such offer")
    card: OfferCard = row.card
    if card["position"]["visibility"] != Visibility.FULL:
        raise QuestionError(
            "La dirección de este lugar es reservada: hay que llamar antes de ir.", field="to"
        )
    if row.lon is None:
        raise QuestionError(
            "No se sabe el punto exacto de este lugar: hay que llamar antes de ir.", field="to"
        )
    return Destination(row.id, LonLat(row.lon, row.lat), row.kind, card)


def _moment(start: Start, territory: Territory, place: FoundPlace) -> datetime:
    zone = ZoneInfo(territory.zone(place.area_code))
    return local_moment(start.leave_at, zone, "leave_at") if start.leave_at else datetime.now(zone)


def _without_route(reach: Reach, target: Target) -> tuple[Trip | None, NoWay]:
    """Why there is no route, and what is known of the trip nevertheless."""
    reach.know(_EVERYTHING)
    (known,) = reach.minutes([target])
    trip = None if isinstance(known, NoTrip) else reach.trip(target)
    if reach.network is None:
        return trip, next((_NOTED[note] for note in reach.notes if note in _NOTED), NoWay.NO_NETWORK)
    if isinstance(known, NoTrip):
        return None, _REASONS[known]
    return trip, NoWay.OUTSIDE_NETWORK if trip is not None and trip.estimated else NoWay.NOT_DRAWN


_NOTED = {
    Note.ORIGIN_OFF_NETWORK: NoWay.ORIGIN_OFF_NETWORK,
    Note.NO_TIMETABLE: NoWay.NO_TIMETABLE,
}
_REASONS = {
    NoTrip.UNREACHABLE: NoWay.UNREACHABLE,
    NoTrip.OFF_NETWORK: NoWay.OFF_NETWORK,
    NoTrip.TOO_FAR: NoWay.TOO_FAR,
    NoTrip.NOT_YET: NoWay.TOO_FAR,
}


def _roads(reach: Reach, minutes: Minutes) -> RoadReach | None:
    """The roads that a reach is on: of public transport, those walked from the stops that it reaches."""
    inside = reach.inside if isinstance(reach, OutsideReach) else reach
    if isinstance(inside, TransitReach):
        inside.know(minutes)
        return inside.roads
    return inside if isinstance(inside, RoadReach) else None


def _no_area(reach: Reach, start: Start) -> QuestionError:
    field = "place" if start.origin is None else "lon"
    if Note.ORIGIN_OFF_NETWORK in reach.notes:
        words = "No hay ningún camino conocido cerca de este punto: elija uno más cerca de un camino."
    elif Note.NO_TIMETABLE in reach.notes:
        words = "Aquí no hay horarios de transporte público instalados: pregunte a pie o en auto."
        field = "mode"
    else:
        words = (
            "Aquí no hay una red de caminos instalada, y sin ella no se puede dibujar hasta dónde se llega."
        )
    return QuestionError(words, field=field)
