"""The terms of a coverage question: what is asked, and what an answer holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from uuid import UUID

from directory.coverage_question import (
    LEAVE_FROM,
    LONGEST,
    AreaHead,
    Basis,
    CoverageMethod,
    CoverageQuery,
    Head,
    WhyLeftOut,
)
from geo.points import LonLat

__all__ = [
    "LEAVE_FROM",
    "LONGEST",
    "AreaHead",
    "Basis",
    "CellFigures",
    "Change",
    "ChangeKind",
    "CoverageMethod",
    "CoverageQuery",
    "CoverageReport",
    "DatasetFacts",
    "DayCoverage",
    "DaysReport",
    "GapReport",
    "Head",
    "JobState",
    "Scenario",
    "ScenarioDifference",
    "Site",
    "SiteQuery",
    "SiteReport",
    "SupplyReport",
    "WhyLeftOut",
]


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """Coverage, whole and by areas, and the curve: (minutes, low share, high share), equal on a network.

    bands: by age or sex where the dataset gives them. settlements: urban, mixed, rural.
    """

    query: CoverageQuery
    basis: Basis
    total: Head
    curve: tuple[tuple[int, float, float], ...]
    comunas: tuple[AreaHead, ...]
    provinces: tuple[AreaHead, ...]
    regions: tuple[AreaHead, ...]
    settlements: tuple[AreaHead, ...]
    bands: tuple[AreaHead, ...]
    second: float | None


@dataclass(frozen=True, slots=True)
class GapReport:
    """Comunas by people left out, most first, each with why, the nearest option, and recorded unmet needs."""

    query: CoverageQuery
    basis: Basis
    total: Head
    gaps: tuple[AreaHead, ...]


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """Shares of people covered on one day, with mobile points and without."""

    day: date
    with_mobile: float
    without_mobile: float


@dataclass(frozen=True, slots=True)
class DaysReport:
    """Coverage day by day. any_day: share covered at least once. union: as if all mobile points stood at once on
    every day (what must not be told as coverage). mean_wait: mean days until the next covered day of those who
    are covered at least once. person_days: sum over days of people covered.
    """

    query: CoverageQuery
    basis: Basis
    days: tuple[DayCoverage, ...]
    any_day: float
    any_day_without_mobile: float
    union: float
    mean_wait: float | None
    person_days: float
    person_days_without_mobile: float


@dataclass(frozen=True, slots=True)
class SupplyReport:
    """Supply against demand by two-step floating catchment areas. access: places per 1,000 people.

    worst_decile: share of all access that the tenth of people with least access have. gini: of access over
    people, 0 equal. rural_urban: mean access of rural over urban people, None without either.
    without_capacity: fitting places that state none (not counted); zero: those that state zero.
    """

    query: CoverageQuery
    basis: Basis
    capacity: float
    without_capacity: int
    zero: int
    mean: float
    worst_decile: float
    gini: float
    rural_urban: float | None
    comunas: tuple[tuple[AreaHead, float], ...]


@dataclass(frozen=True, slots=True)
class CellFigures:
    """One cell of a map or file. minutes: to the nearest fitting offer, of its middle sample; None: beyond."""

    kind: str
    cell: str
    area_code: str | None
    point: LonLat
    people: float
    covered: float | None
    minutes: float | None
    nearest: UUID | None


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """A population dataset as it is listed. bands: keys of its age and sex bands, with people."""

    name: str
    title: str
    year: int
    source: str
    licence: str
    demonstration: bool
    cells: int
    people: float
    people_without_point: float
    samples: int
    fingerprint: str
    bands: Mapping[str, float] = field(default_factory=dict)


class ChangeKind(StrEnum):
    """What a scenario may change."""

    CLOSE = "close"
    OPEN = "open"
    MOVE = "move"
    HOURS = "hours"
    MOBILE_STOP = "mobile_stop"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a scenario.

    close, move, hours: offer says of which; move needs point. open, mobile_stop: a new place at point, called
    name, that meets every need asked for. hours: weekly hours as OSM opening_hours text, for open, move and hours
    (None: the whole of every day). days: ISO dates of a mobile stop, from opens to closes. capacity: people it
    can take, for supply against demand.
    """

    kind: ChangeKind
    offer: UUID | None = None
    point: LonLat | None = None
    name: str | None = None
    hours: str | None = None
    days: tuple[date, ...] = ()
    opens: time | None = None
    closes: time | None = None
    capacity: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A saved what-if."""

    id: int
    name: str
    note: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ScenarioDifference:
    """A question asked of two states of the directory (None: as it is today). areas: before and after."""

    before: CoverageReport
    after: CoverageReport
    areas: tuple[tuple[AreaHead, AreaHead], ...]
    gained: float
    lost: float


@dataclass(frozen=True, slots=True)
class SiteQuery:
    """Where next: the best `count` of some candidate places for a coverage question.

    candidates: "localities", "comunas" (their seats) or "offer:KIND" (points of offers of a kind); points: names
    and points, in the place of those. objective: "cover" (most people newly within the minutes) or "mean" (least
    mean minutes; who has no place within the minutes counts with the minutes); with dates "cover" (people covered
    on at least one of them) or "person_days". exact: solve by HiGHS too, and tell the gap. stops_per_day and
    dates: a mobile round: which stops on which days, at most so many a day and `count` in all; empty dates: fixed
    places. drive_minutes: no day of a round drives longer from its first stop to its last; None: whatever it is.
    """

    coverage: CoverageQuery
    count: int = 5
    candidates: str = "localities"
    points: tuple[tuple[str, LonLat], ...] = ()
    objective: str = "cover"
    exact: bool = True
    dates: tuple[date, ...] = ()
    stops_per_day: int = 1
    drive_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A proposed place. gain: people newly covered by it after those before it (or mean minutes saved)."""

    name: str
    point: LonLat
    gain: float
    day: date | None = None


@dataclass(frozen=True, slots=True)
class SiteReport:
    """Proposed places, best first; stops of a round by day, in the order they are driven to.

    before, after: people within the minutes (on at least one of the dates). total: sum of the gains. bound: no
    choice does better, when `exact`; gap = 1 - total / bound. method: "optimal", "time_limit" (the solver was
    stopped), "too_large" (it was not tried), "greedy" or "routed" (a heuristic). candidates: distinct points that
    were compared; off_network: those that were not, for no road leads to them.
    """

    query: SiteQuery
    basis: Basis
    before: Head
    after: Head
    sites: tuple[Site, ...]
    total: float
    bound: float | None
    gap: float | None
    method: str
    candidates: int = 0
    off_network: int = 0


@dataclass(frozen=True, slots=True)
class JobState:
    """Long work. state: waiting, running, done, failed, cancelled. result: JSON of a done one."""

    id: UUID
    kind: str
    state: str
    done: int
    total: int | None
    told: str
    error: str | None
    result: dict[str, object] | None
