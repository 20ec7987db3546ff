"""The terms of a referral question: what is asked, what an option is, what an answer holds."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from directory.eligibility import Person, Verdict
from directory.errors import QuestionError
from directory.memory import Served
from directory.records import Facility
from geo.points import LonLat
from geo.travel import OFF_ROAD, NetworkFacts, Note, TravelMode, Trip
from geo.units import Metres, Minutes

LONGEST_TRIP = Minutes(120.0)


class Rank(StrEnum):
    """soonest: earliest moment served (asked to arrive by an hour: latest departure).

    nearest: fewest minutes of travel, whenever it opens.
    """

    SOONEST = "soonest"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class ReferralQuery:
    """One question. leave_at carries its zone; needs are taxonomy codes, all of which must be met.

    arrive_by: be served no later than that, and leave no earlier than leave_at. off_road: how far from a road
    the origin may be.
    """

    origin: LonLat
    leave_at: datetime
    needs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    facilities: tuple[Facility, ...] = ()
    person: Person = field(default_factory=Person)
    mode: TravelMode = TravelMode.CAR
    max_minutes: Minutes = LONGEST_TRIP
    rank: Rank = Rank.SOONEST
    limit: int = 5
    area_code: str | None = None
    arrive_by: datetime | None = None
    off_road: Metres = OFF_ROAD

    def __post_init__(self) -> None:
        if self.leave_at.tzinfo is None or (self.arrive_by and self.arrive_by.tzinfo is None):
            raise QuestionError("leave_at and arrive_by need a time zone")
        if len(self.kinds) > 1:
            raise QuestionError("an offer is of one kind: ask for one at a time")

    @property
    def facet_names(self) -> list[str]:
        """The facets that every answer must have."""
        return [
            *(f"need:{one}" for one in self.needs),
            *(f"kind:{one}" for one in self.kinds),
            *(f"facility:{one}" for one in self.facilities),
        ]


@dataclass(frozen=True, slots=True)
class ReferralOption:
    """One place, with the reasons: the trip, when it serves, and whether this person is eligible.

    Of several offers at one location the best is kept: an option is a place to go to. point is the public
    position. served is None when the hours are unknown. leave: when to leave, asked to arrive by an hour. card is
    JSON text (OfferCard).
    """

    id: UUID
    point: LonLat | None
    trip: Trip | None
    served: Served | None
    verdict: Verdict
    location_id: UUID | None = None
    kind: str = ""
    zone: str = ""
    card: str = ""
    leave: datetime | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A place that was met and is not among the options, and the first reason that applied.

    too_far, unreachable, off_network: see geo.travel.NoTrip. not_eligible: option.verdict names the rules.
    not_open_in_time: no opening left. closed_on_arrival: nearer than an option, but served later (option.served).
    straight: metres in a straight line.
    """

    why: str
    straight: Metres
    option: ReferralOption


@dataclass(frozen=True, slots=True)
class ReferralAnswer:
    """Options, best first; and what was left out, with why.

    unknown_hours: near, but nobody stated when they open. unplaced: no public point (protected, or not trusted): call.
    beyond: when there are no options, the best one over the limit. left_out: offers met, by reason; passed_over:
    the nearest few of them. method, network, notes: how the trips were reckoned.
    """

    query: ReferralQuery
    options: list[ReferralOption]
    unknown_hours: list[ReferralOption]
    unplaced: list[ReferralOption]
    beyond: ReferralOption | None
    left_out: Counter[str]
    method: str
    passed_over: list[PassedOver] = field(default_factory=list)
    network: NetworkFacts | None = None
    notes: tuple[Note, ...] = ()
