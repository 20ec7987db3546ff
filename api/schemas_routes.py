"""Ways and areas as GeoJSON (RFC 7946): one feature, whose geometry is null when there is nothing to draw."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas import NetworkOut, OriginRequest, PlaceOut
from directory.journeys import NoWay
from geo.travel import Note, TravelMode

# Longitude and latitude, WGS 84.
Position = Annotated[list[float], Field(min_length=2, max_length=2)]
Ring = Annotated[list[Position], Field(min_length=4)]


class StartRequest(OriginRequest):
    """From where, how and when."""

    mode: TravelMode = TravelMode.CAR
    leave_at: Annotated[
        datetime | None,
        Field(description="When the person leaves; local time of the place if without offset; default now"),
    ] = None


class RouteRequest(StartRequest):
    """The way to an offer: from where, to which, how, when, and in which language its steps are told."""

    to: Annotated[
        UUID,
        Field(
            description="Id of an offer (see /referrals and /offers/{id})",
            examples=["1d4c8a67-5b4d-5c96-8af9-a08888cf0e0e"],
        ),
    ]
    language: Annotated[Literal["es", "en"], Field(description="Language of the steps")] = "es"


class ReachableRequest(StartRequest):
    """What is reached from a place within so many minutes."""

    minutes: Annotated[int, Field(ge=1, le=120, description="Door to door, minutes", examples=[30])] = 30


class LineOut(BaseModel):
    """GeoJSON LineString, from the origin to the offer."""

    type: Literal["LineString"]
    coordinates: Annotated[list[Position], Field(min_length=2)]


class PolygonOut(BaseModel):
    """GeoJSON Polygon."""

    type: Literal["Polygon"]
    coordinates: list[Ring]


class MultiPolygonOut(BaseModel):
    """GeoJSON MultiPolygon."""

    type: Literal["MultiPolygon"]
    coordinates: list[list[Ring]]


class StepOut(BaseModel):
    """One instruction, in the language asked for; minutes and metres of this step alone."""

    text: str
    minutes: float
    metres: int


class WayOut(BaseModel):
    """What is told of a way.

    status: answered; no_way (see why); or there is something to choose first: ambiguous_place (choose of places),
    unknown_place. why is null unless no_way. no_network: no road network is installed for the origin.
    no_timetable: none of public transport is. origin_off_network: no road is near enough to the origin.
    outside_network: the network ends before the offer. off_network: no road is near enough to the offer.
    unreachable: no way leads there (another island). too_far: nothing can be said of so far. not_drawn: the trip
    is known, its line is not.

    minutes and metres are door to door, and by car without traffic. Where there is no way they are an estimate
    (estimated is true) or null. access_metres: of them, walked off the network at both ends together. ferry:
    the way takes one, whose timetable is not known. steps may be empty although there is a line.
    """

    status: Literal["answered", "no_way", "ambiguous_place", "unknown_place"]
    why: NoWay | None
    to: UUID
    origin: PlaceOut | None
    not_understood: str | None
    places: list[PlaceOut]
    mode: TravelMode
    leave_at: datetime | None
    minutes: float | None
    metres: int | None
    access_metres: int | None
    method: str | None
    estimated: bool | None
    ferry: bool | None
    notes: list[Note]
    network: NetworkOut | None
    steps: list[StepOut]


class RouteOut(BaseModel):
    """A GeoJSON feature: the line of the way. geometry is null unless properties.status is answered."""

    type: Literal["Feature"]
    geometry: LineOut | None
    properties: WayOut


class AreaReachedOut(BaseModel):
    """What is told of an area. status: answered; or choose of places first; or no such place."""

    status: Literal["answered", "ambiguous_place", "unknown_place"]
    origin: PlaceOut | None
    not_understood: str | None
    places: list[PlaceOut]
    mode: TravelMode
    leave_at: datetime | None
    minutes: int
    notes: list[Note]
    network: NetworkOut | None


class ReachableOut(BaseModel):
    """A GeoJSON feature: the area reached, for drawing. Ask /referrals whether a place is inside: it is exact.

    geometry is null unless properties.status is answered.
    """

    type: Literal["Feature"]
    geometry: PolygonOut | MultiPolygonOut | None
    properties: AreaReachedOut
