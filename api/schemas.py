"""What comes in and goes out over JSON, with examples. All integers are bounded."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.schemas_directory import NeedOut
from directory.answers import Status
from directory.card import OfferCard
from directory.records import Facility
from directory.referrals import Rank
from geo.points import LonLat
from geo.travel import Note, TravelMode

Code = Annotated[str, Field(pattern=r"^[a-z0-9_.-]{1,60}$")]
AreaCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,8}$")]


class OriginRequest(BaseModel):
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

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("give lon and lat together")
        if self.place is None and self.lon is None:
            raise ValueError("say where: place, or lon and lat")
        if self.place is not None and self.lon is not None:
            raise ValueError("say where once: place, or lon and lat")
        return self

    @property
    def origin(self) -> LonLat | None:
        """The position, when it is given as one."""
        return LonLat(self.lon, self.lat) if self.lon is not None and self.lat is not None else None


class ReferralRequest(OriginRequest):
    """A referral question: a place (as text or as lon and lat), what is needed, by whom, how, when."""

    needs: Annotated[
        list[Code],
        Field(
            max_length=10,
            description="Codes of needs (see /needs), all to be met; a group counts for all below it",
            examples=[["social_security.pension_payment"]],
        ),
    ] = Field(default_factory=list)
    words: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=300,
            description="A need in everyday words, besides the codes; typos are forgiven",
            examples=["pagarme la pensión"],
        ),
    ] = None
    kind: Annotated[Code | None, Field(description="Only offers of this kind", examples=["branch"])] = None
    accessibility: Annotated[
        list[Facility], Field(max_length=10, description="Facilities the place must have")
    ] = Field(default_factory=list)
    age: Annotated[int | None, Field(ge=0, le=130, description="In whole years")] = None
    sex: Literal["female", "male", "other"] | None = None
    insurance: Annotated[
        Code | None, Field(description="Health insurance code of the country", examples=["fonasa_b"])
    ] = None
    residence: Annotated[
        AreaCode | None,
        Field(description="Area code where the person lives (see /areas)", examples=["07101"]),
    ] = None
    pregnant: bool | None = None
    referred: Annotated[bool | None, Field(description="Whether another service refers the person")] = None
    mode: TravelMode = TravelMode.CAR
    leave_at: Annotated[
        datetime | None,
        Field(
            description="When the person leaves; local time of the place if without offset; default now. "
            "Calendars are known for some months ahead: a moment beyond is refused with the last known day"
        ),
    ] = None
    arrive_by: Annotated[
        datetime | None,
        Field(
            description="Be served no later than this (on foot or by car); options then say when to `leave`. "
            "leave_at is the earliest departure; default the beginning of that day, or now"
        ),
    ] = None
    max_minutes: Annotated[int, Field(ge=1, le=1440, description="Longest trip, minutes")] = 120
    rank: Rank = Rank.SOONEST
    limit: Annotated[int, Field(ge=1, le=20)] = 5


class PlaceOut(BaseModel):
    """A place found by name or coordinates.

    precision: what its point stands for (exact: itself; street: the middle of one, whatever the number; locality,
    comuna, province, region: the middle or seat of one). precision_m: how far off it may be, in metres.
    precision_words: the same in Spanish.
    """

    id: str
    name: str
    kind: str
    comuna: str | None
    region: str | None
    area_code: str | None
    lon: float
    lat: float
    precision_m: float
    precision: Literal["exact", "street", "locality", "comuna", "province", "region"]
    precision_words: str


class PlacesOut(BaseModel):
    """one: the first is meant; many: choose; none: not found. not_understood: the part that names no place."""

    status: Literal["one", "many", "none"]
    places: list[PlaceOut]
    not_understood: str | None


class TripOut(BaseModel):
    """Door to door, without traffic. estimated: no road network was asked; earliest and latest then bound it.

    By public transport they hold the trips that leave within the next half hour, and typical_minutes is their
    median. access_metres: walked off the roads, both ends together. ferry: the trip takes one, whose timetable is
    not known. method: estimate, network, timetable; "+valhalla" when timed again by a second engine.
    """

    minutes: float
    earliest_minutes: float
    latest_minutes: float
    typical_minutes: float | None
    metres: float
    access_metres: float
    ferry: bool
    method: str
    estimated: bool


class NetworkOut(BaseModel):
    """The road network behind the answer. day: of its map data. timetable: first and last day, when it has one."""

    id: str
    name: str
    day: date | None
    licence: str
    timetable: tuple[date, date] | None


class ServedOut(BaseModel):
    """When the person is served, and the opening in which that happens. Times carry the place's offset."""

    at: datetime
    opens: datetime
    closes: datetime
    kind: Literal["regular", "visit", "exception"]
    open_on_leaving: bool


class EligibilityOut(BaseModel):
    """yes, no, or missing with the data that are missing."""

    answer: Literal["yes", "no", "missing"]
    reasons: list[str]


class OptionOut(BaseModel):
    """One option: a place to go to, or to call.

    lon and lat are null when the address is hidden; when it is approximate they are its comuna's seat, and the
    trip is counted to there. leave: when to leave, asked to arrive by an hour. offer is the card;
    offer.demonstration says that it is not a real one.
    """

    id: UUID
    kind: str
    zone: str
    lon: float | None
    lat: float | None
    trip: TripOut | None
    served: ServedOut | None
    leave: datetime | None
    eligibility: EligibilityOut
    offer: OfferCard


class PassedOverOut(BaseModel):
    """A place near that is not among the options, and the first reason that applied.

    closed_on_arrival: nearer than an option, but served later (option.served). not_eligible: option.eligibility
    names the rules. off_network: too far from any road. Others: see left_out.
    """

    why: Literal[
        "closed_on_arrival", "not_eligible", "not_open_in_time", "too_far", "unreachable", "off_network"
    ]
    straight_metres: float
    option: OptionOut


class LeftOutOut(BaseModel):
    """How many offers were met on the way to the answer and left out, by the first reason that applied.

    too_far: the trip is longer than max_minutes. unreachable: near, but no way leads there (water between).
    off_network: too far from any road that is known.
    not_eligible: a rule says no for this person (missing data never do). not_open_in_time: no opening left, in
    the days whose calendars are known, in which the person could be served. Offers beyond the proof that
    nothing farther can be better are not met, and so not counted.
    """

    too_far: int = 0
    unreachable: int = 0
    off_network: int = 0
    not_eligible: int = 0
    not_open_in_time: int = 0


class ReferralsOut(BaseModel):
    """The answer.

    status: answered; or there is something to choose first, and no options: ambiguous_place (choose of places),
    unknown_place, ambiguous_need (the words speak of several: choose of understood_needs), unknown_need.
    options: best first. unknown_hours: near, but nobody stated when they open. unplaced: their address is
    protected, call them. beyond: when there are no options, the best one beyond max_minutes.
    passed_over: the nearest few places that are not options, with the reason. method, network, notes: how trips
    were reckoned. demonstration: whether the directory holds demonstration data.
    """

    status: Status
    origin: PlaceOut | None
    not_understood: Annotated[
        str | None, Field(description="The part of `place` that names no place (a street, for example)")
    ]
    understood_needs: Annotated[
        list[NeedOut] | None, Field(description="What `words` speak of; null when none were given")
    ]
    leave_at: datetime | None
    arrive_by: datetime | None
    method: str | None
    network: NetworkOut | None
    notes: list[Note]
    demonstration: bool
    options: list[OptionOut]
    unknown_hours: list[OptionOut]
    unplaced: list[OptionOut]
    beyond: OptionOut | None
    left_out: LeftOutOut
    passed_over: list[PassedOverOut]
    places: list[PlaceOut]
