"""What a coverage question asks, and what every answer carries. Imported from directory.coverage_terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from directory.eligibility import Person
from directory.records import Facility
from geo.travel import NetworkFacts, TravelMode

# Reach rows are kept as far as this; a question may not ask for more.
LONGEST: Mapping[TravelMode, int] = {TravelMode.FOOT: 60, TravelMode.CAR: 90}
LEAVE_FROM = time(6, 0)


class CoverageMethod(StrEnum):
    """network: counted on reach rows. estimate: two bounds by straight line, shares only, no heads counted."""

    NETWORK = "network"
    ESTIMATE = "estimate"


class WhyLeftOut(StrEnum):
    """Why people are left out; the first that applies, from the place that is nearest to serving them.

    closed: a place in reach does not serve that day, or not long enough. not_eligible: it does not take this
    person. ferry_only: all that do lie across water, by ferry. too_far: within the rows' limit, not within the
    asked minutes. no_offer: none within the rows' limit.
    """

    CLOSED = "closed"
    NOT_ELIGIBLE = "not_eligible"
    FERRY_ONLY = "ferry_only"
    TOO_FAR = "too_far"
    NO_OFFER = "no_offer"


@dataclass(frozen=True, slots=True)
class CoverageQuery:
    """Who is within `minutes` of a fitting offer.

    dataset: of people; None: the newest that is no demonstration, else the newest. network: its name; None: the
    one in use that holds most samples. estimate: bounds even where a network is. day: only offers that serve on
    that day, with `days` > 1 on at least one of so many days from it on; None: whatever the day; mobile points
    then do not count, for they are not there on most days. leave_from: nobody leaves earlier. open_at: offers that
    still serve at this hour. mobile: whether mobile points count on their days. area_code: only people of this
    area. band: only people of this band (a key of the dataset's bands). scenario: id of a saved one.
    """

    dataset: str | None = None
    network: str | None = None
    mode: TravelMode = TravelMode.CAR
    minutes: int = 60
    needs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    facilities: tuple[Facility, ...] = ()
    person: Person = field(default_factory=Person)
    day: date | None = None
    days: int = 1
    leave_from: time = LEAVE_FROM
    open_at: time | None = None
    mobile: bool = True
    area_code: str | None = None
    band: str | None = None
    scenario: int | None = None
    estimate: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """People and how many of them are covered. low and high: bounds of the share, 0 to 1; equal on a network.

    covered is None for estimates: bounds are told, heads are not counted. share is None where there is nobody.
    """

    people: float
    covered: float | None
    low: float | None
    high: float | None

    @property
    def left_out(self) -> float | None:
        """People who are not covered; None for estimates."""
        return None if self.covered is None else self.people - self.covered


@dataclass(frozen=True, slots=True)
class AreaHead:
    """One area (or settlement kind, or band). parent: name of what it lies in.

    median: minutes to the nearest fitting offer of the middle person, None beyond the limit or for estimates.
    nearest, nearest_minutes: the offer most people here are nearest to, and their median minutes to it.
    second: share of people with two different places within the minutes. why: people left out, by reason.
    """

    code: str
    name: str
    parent: str | None
    head: Head
    median: float | None = None
    nearest: str | None = None
    nearest_minutes: float | None = None
    second: float | None = None
    why: Mapping[WhyLeftOut, float] = field(default_factory=dict)
    unmet: int = 0


@dataclass(frozen=True, slots=True)
class Basis:
    """What every figure carries. Counts of what could not be counted are here, so that nothing is lost silently.

    offers: those that fit the question; places: their distinct points. without_hours: fitting offers whose hours
    nobody stated (not counted on a day). without_point: fitting offers without public position.
    people_without_point, people_off_network: not known, in neither covered nor left out. offers_on: day of the
    newest import. spread: people of large cells that were spread evenly over several points.
    places_off_network: of the places of fitting offers, those that no road of the network is near.
    """

    method: CoverageMethod
    dataset: str
    dataset_title: str
    year: int
    demonstration: bool
    people: float
    people_without_point: float
    people_off_network: float
    spread: float
    offers: int
    places: int
    without_hours: int
    without_point: int
    offers_on: date | None
    network: NetworkFacts | None
    sources: tuple[str, ...] = ()
    places_off_network: int = 0
