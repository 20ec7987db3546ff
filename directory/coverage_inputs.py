"""What a coverage question is answered from: people, places, the time between them, and when each place serves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from itertools import groupby

import numpy as np

from directory.coverage_areas import AreaNames
from directory.coverage_roads import Roads
from directory.coverage_terms import Basis, CoverageQuery
from directory.people import People
from directory.supply import Provider, Supply, asked_days
from geo.reach_rows import Flags, Floats, Numbers, ReachRows
from geo.units import Minutes

# Of a place that does not serve, or does not take the person.
NOT_SERVING = -1.0


@dataclass(frozen=True)
class Places:
    """The distinct points of providers, by longitude and latitude: P of them, in the order of the reach rows.

    off_roads: (P,) metres. providers: N, by place, those of a place by name and id. of: (N,) place of each.
    """

    lons: Floats
    lats: Floats
    off_roads: Floats
    providers: tuple[Provider, ...]
    of: Numbers

    def __len__(self) -> int:
        return len(self.lons)

    @cached_property
    def points(self) -> list[tuple[float, float]]:
        """Longitude and latitude of each."""
        return list(zip(self.lons.tolist(), self.lats.tolist(), strict=True))

    def best(self, seconds: Sequence[float] | Floats) -> Floats:
        """(P,) the largest of the seconds of the providers at each place. seconds: (N,)."""
        found = np.full(len(self), NOT_SERVING)
        np.maximum.at(found, self.of, np.asarray(seconds, np.float64))
        return found

    def any(self, flags: Sequence[bool]) -> Flags:
        """(P,) whether one of the providers of a place is flagged. flags: (N,)."""
        found = np.zeros(len(self), bool)
        found[self.of[np.asarray(flags, bool)]] = True
        return found


def distinct_places(providers: Sequence[Provider]) -> Places:
    """The places of providers. One whose offers lie in areas of different kinds is as far off the road as any."""
    ordered = sorted(providers, key=lambda one: (one.point.lon, one.point.lat, one.name, str(one.id)))
    groups = [list(group) for _, group in groupby(ordered, key=lambda one: one.point)]
    return Places(
        np.array([group[0].point.lon for group in groups], np.float64),
        np.array([group[0].point.lat for group in groups], np.float64),
        np.array([max(one.off_road for one in group) for group in groups], np.float64),
        tuple(ordered),
        np.repeat(np.arange(len(groups), dtype=np.int32), [len(group) for group in groups]),
    )


@dataclass(frozen=True)
class CoverageInputs:
    """All arrays of one question. S samples, P places.

    weights: (S,) people asked about (band and area) of each sample whose trips are known, 0 elsewhere. known: (S,)
    those on the network (all, for estimates). rows: of the network, or the soonest estimates; latest: the latest
    estimates. serving: (P,) seconds that a trip may take so that the person is still served, below 0 where nobody
    is; not capped by the minutes asked for. inside: (S,) in the area asked about. roads: None for estimates.
    """

    query: CoverageQuery
    basis: Basis
    people: People
    areas: AreaNames
    inside: Flags
    weights: Floats
    known: Flags
    supply: Supply
    places: Places
    rows: ReachRows
    latest: ReachRows | None
    serving: Floats
    roads: Roads | None

    @property
    def seconds(self) -> int:
        """Of the minutes asked for."""
        return self.query.minutes * 60

    @property
    def allowance(self) -> Floats:
        """(P,) seconds a trip may take to count as covered: `serving`, within the minutes asked for."""
        return np.minimum(self.serving, self.seconds)

    @cached_property
    def shown(self) -> tuple[Provider, ...]:
        """The provider that is told of each place: the one that serves longest, then by name."""
        seconds = serving_seconds(self.places.providers, self.query, self.rows.limit)
        best: dict[int, tuple[float, Provider]] = {}
        for place, far, one in zip(self.places.of.tolist(), seconds, self.places.providers, strict=True):
            if place not in best or far > best[place][0]:
                best[place] = far, one
        return tuple(best[place][1] for place in range(len(self.places)))


def asked(supply: Supply, query: CoverageQuery) -> list[Provider]:
    """The providers of a supply that a question speaks of: without mobile ones if it says so."""
    return [one for one in supply.providers if query.mobile or not one.mobile]


def serving_seconds(providers: Sequence[Provider], query: CoverageQuery, limit: Minutes) -> list[float]:
    """(N,) how long a trip to each provider may take, on the best of the days asked for; at most the limit."""
    span = asked_days(query)
    if span is None:
        return [limit * 60 if _always(one) else NOT_SERVING for one in providers]
    days = list(days_from(span[0], query.days))
    return [max(on_days(one, query, days, limit)) for one in providers]


def on_days(provider: Provider, query: CoverageQuery, days: Sequence[date], limit: Minutes) -> list[float]:
    """Seconds that a trip to one provider may take on each day, NOT_SERVING where nobody is served.

    The person leaves no earlier than `leave_from`, and arrives with enough time left before closing (all of it, in
    a window that is shorter). The window has to hold `open_at`, where that is asked for.
    """
    best = dict.fromkeys(days, NOT_SERVING)
    if provider.verdict != "no":
        leave = minutes_of(query.leave_from)
        for window in provider.windows or ():
            needed = min(provider.needed, window.closes - window.opens)
            if window.day in best and _holds(window.opens, window.closes - needed, query.open_at):
                left = min(float(limit), window.closes - needed - leave) * 60
                best[window.day] = max(best[window.day], left if left >= 0 else NOT_SERVING)
    return [best[day] for day in days]


def days_from(first: date, count: int) -> Iterator[date]:
    """So many days."""
    return (first + timedelta(days=number) for number in range(count))


def minutes_of(clock: time) -> float:
    """Minutes after midnight."""
    return clock.hour * 60 + clock.minute + clock.second / 60


def _holds(opens: float, last: float, hour: time | None) -> bool:
    return hour is None or opens <= minutes_of(hour) <= last


def _always(provider: Provider) -> bool:
    """Whether a provider counts when no day is asked for: a fixed one, whatever its hours."""
    return provider.verdict != "no" and not provider.mobile
