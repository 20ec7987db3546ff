"""Ways and areas as GeoJSON (RFC 7946): one feature, whose geometry is null when there is nothing to draw."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas import PlaceOut
from directory.journeys import NoWay
from geo.travel import Note, TravelMode

# Longitude and latitude, WGS 84.
Position = Annotated[list[float], Field(min_length=2, max_length=2)]
Ring = Annotated[list[Position], Field(min_length=4)]


class StartFields(BaseModel):
    """From where: a place as text, or as lon and lat."""

    model_config = ConfigDict(extra="forbid")

    place: Annotated[
        str | None,
        Field(max_length=200, description="Comuna, locality or coordinates as text", examples=["Talca"]),
    ] = None
    lon: Annotated[
        float | None,
        Field(ge=-180, le=180, allow_inf_nan=False, description="Longitude, WGS 84", examples=[-71.66]),
    ] = None
    lat: Annotated[
        float | None,
        Field(ge=-90, le=90, allow_inf_nan=False, description="Latitude, WGS 84", examples=[-35.43]),
    ] = None
    mode: TravelMode = TravelMode.CAR
    leave_at: Annotated[
        datetime | None,
        Field(description="When the person leaves; local time of the place if without offset; default now"),
    ] = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("give lon and lat together")
        if self.place is None and self.lon is None:
            raise ValueError("say where: place, or lon and lat")
        if self.place is not None and self.lon is not None:
            raise ValueError("say where once: place, or lon and lat")
        return self


class RouteRequest(StartFields):
    """The way to an offer: from where, to which, how, when, and in which language its steps are told."""

    to: Annotated[
        UUID,
        Field(
            description="Id of an offer (see /referrals and /offers/{id})",
            examples=["1d4c8a67-5b4d-5c96-8af9-a08888cf0e0e"],
        ),
    ]
    language: Annotated[Literal["es", "en"], Field(description="Language of the steps")] = "es"


class ReachableRequest(StartFields):
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


class RoadNetworkOut(BaseModel):
    """The road network behind an answer. day: of the map data. timetable: its first and last day, when it has one.

    licence is to be shown wherever the line or the area is.
    """

    id: str
    name: str
    day: date | None
    licence: str
    timetable: Annotated[list[date], Field(min_length=2, max_length=2)] | None


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
    network: RoadNetworkOut | None
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
    network: RoadNetworkOut | None


class ReachableOut(BaseModel):
    """A GeoJSON feature: the area reached, for drawing. Ask /referrals whether a place is inside: it is exact.

    geometry is null unless properties.status is answered.
    """

    type: Literal["Feature"]
    geometry: PolygonOut | MultiPolygonOut | None
    properties: AreaReachedOut
