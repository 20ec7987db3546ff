"""Rounds of mobile places: which stops on which days.

A candidate is a pair of stop and day, numbered day by day: number = day * stops + stop. The pairs of a day are a
part of the partition matroid that a limit of stops a day is, so `geo.siting.greedy` has at least half of the
optimum, and `geo.siting_exact.optimum` solves it. The driving from stop to stop is no matroid: `routed` heeds it
by inserting stops where they cost least, which is a heuristic without guarantee.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import GeoError
from geo.reach_rows import Flags, Floats, ReachRows
from geo.siting import Benefit, Ints, Limits
from geo.units import Minutes

# No time at all: minutes of driving below which a stop lies on the way.
ON_THE_WAY = 1e-6
LEAST_GAIN = 1e-9


class Aim(StrEnum):
    """What rounds are for. person_days: people, counted on every day they are covered. once: people covered on
    at least one of the days."""

    PERSON_DAYS = "person_days"
    ONCE = "once"


class Visit(NamedTuple):
    """A stop on a day, both as numbers from 0."""

    stop: int
    day: int


class DayRound(NamedTuple):
    """One day's stops in the order they are driven to, and minutes of driving, from and to the base if any."""

    day: int
    stops: tuple[int, ...]
    minutes: float


@dataclass(frozen=True)
class Rounds:
    """Rounds of all days with a stop. visits: in the order they were chosen, with what each added."""

    visits: tuple[Visit, ...]
    gains: tuple[float, ...]
    days: tuple[DayRound, ...]

    @property
    def total(self) -> float:
        """What they do together."""
        return sum(self.gains)


def visits(rows: ReachRows, allowance: Floats, weights: Floats, already: Flags, aim: Aim) -> Benefit:
    """What each stop does on each day, candidates numbered day by day.

    rows: of the stops. allowance: (stops, D) seconds a trip to the stop may take that day, below 0: not there.
    weights: (S,) people. already: (S, D) covered that day by what is there. Raises GeoError when shapes or
    weights are wrong.
    """
    days = allowance.shape[1] if allowance.ndim == 2 else 0
    if allowance.shape != (len(rows), days) or already.shape != (rows.size, days):
        raise GeoError(
            "allowances must be of the stops and days, and what is covered of the samples and days"
        )
    if weights.shape != (rows.size,) or not np.isfinite(weights).all() or (weights < 0).any():
        raise GeoError("people of a sample must be a number of each, and cannot be negative")
    counted = already.any(axis=1) if aim is Aim.ONCE else None
    parts = [
        _day(rows, allowance[:, day], weights, already[:, day] if counted is None else counted)
        for day in range(days)
    ]
    shift = 0 if aim is Aim.ONCE else rows.size
    elements = [reached + day * shift for day, (_, reached) in enumerate(parts)]
    sizes = np.concatenate([np.zeros(1, np.int64), *(size for size, _ in parts)])
    reached = np.concatenate([np.empty(0, np.int64), *elements])
    values = weights[reached % rows.size] if rows.size else np.empty(0)
    return Benefit(rows.size * (1 if aim is Aim.ONCE else days), np.cumsum(sizes), reached, values)


def day_limits(stops: int, days: int, per_day: int, count: int) -> Limits:
    """Limits of a benefit made by `visits`: so many stops a day, and visits in all."""
    return Limits(count, np.repeat(np.arange(days, dtype=np.int32), stops), per_day)


def visits_of(chosen: Iterable[int], stops: int) -> tuple[Visit, ...]:
    """Stops and days of candidates made by `visits`."""
    return tuple(Visit(one % stops, one // stops) for one in chosen)


def routed(
    benefit: Benefit,
    limits: Limits,
    driving: Floats,
    longest: Minutes,
    base: tuple[Floats, Floats] | None = None,
) -> Rounds:
    """Rounds in which no day drives longer than `longest`. A heuristic, without guarantee.

    Greedy with cheapest insertion, once by what a visit adds and once by what it adds for its driving; the better
    of both. benefit, limits: by `visits`, `day_limits`. driving: (stops, stops) minutes from row to column, inf:
    no way. base: minutes from the base to each stop and from each stop to it; None: a day starts at its first
    stop and ends at its last. Raises GeoError when minutes are negative, no number, or of another shape.
    """
    if limits.day is None or limits.per_day is None:
        raise GeoError("rounds need a limit of stops a day")
    stops = driving.shape[0]
    matrix = _with_base(driving, base)
    days = len(benefit) // stops if stops else 0
    if days * stops != len(benefit):
        raise GeoError("driving minutes must be of the same stops as the visits")
    planners = [_Planner(benefit, limits, matrix, float(longest), days, rule) for rule in (False, True)]
    return max((planner.plan() for planner in planners), key=lambda one: one.total)


class _Planner:
    """One run of the greedy insertion. The base is the last row and column of the minutes."""

    def __init__(
        self, benefit: Benefit, limits: Limits, minutes: Floats, longest: float, days: int, by_minute: bool
    ) -> None:
        self._benefit, self._limits, self._minutes = benefit, limits, minutes
        self._longest, self._by_minute = longest, by_minute
        self._stops = len(minutes) - 1
        self._owners = benefit.owners
        # A day is driven from the base to the base.
        self._tours = [[self._stops, self._stops] for _ in range(days)]
        self._driven = np.zeros(days)
        self._extra = np.tile(self._insertion(self._tours[0])[0], days) if days else np.empty(0)
        self._open = np.full(len(benefit), bool(limits.per_day))

    def plan(self) -> Rounds:
        """Insert visits until nothing is gained, or nothing fits."""
        best = np.zeros(self._benefit.size)
        chosen, gains = list[Visit](), list[float]()
        while len(chosen) < self._limits.count:
            one, gain = self._next(best)
            if gain <= LEAST_GAIN:
                break
            self._benefit.raise_to(one, best)
            chosen.append(Visit(one % self._stops, one // self._stops))
            gains.append(gain)
            self._insert(*chosen[-1])
        return Rounds(tuple(chosen), tuple(gains), tuple(self._rounds()))

    def _next(self, best: Floats) -> tuple[int, float]:
        """The visit to insert and what it adds; adds 0 where none fits."""
        entries = np.maximum(self._benefit.values - best[self._benefit.elements], 0.0)
        gain = np.bincount(self._owners, entries, minlength=len(self._benefit))
        left = np.repeat(self._longest - self._driven, self._stops)
        gain[~self._open | (self._extra > left)] = 0.0
        if not len(gain):
            return -1, 0.0
        worth = gain / np.maximum(self._extra, ON_THE_WAY) if self._by_minute else gain
        one = int(worth.argmax())
        return one, float(gain[one])

    def _insert(self, stop: int, day: int) -> None:
        """Put the stop where it costs least, and count anew what others would cost that day."""
        tour = self._tours[day]
        extra, place = self._insertion(tour)
        tour.insert(int(place[stop]) + 1, stop)
        self._driven[day] += extra[stop]
        of_day = slice(day * self._stops, (day + 1) * self._stops)
        self._extra[of_day] = self._insertion(tour)[0]
        self._open[day * self._stops + stop] = False
        if len(tour) - 2 >= (self._limits.per_day or 0):
            self._open[of_day] = False

    def _insertion(self, tour: list[int]) -> tuple[Floats, Ints]:
        """Least minutes that each stop adds to a tour, and after which of its places: (stops,) each."""
        before, after = tour[:-1], tour[1:]
        legs = self._minutes[before, after]
        extra = self._minutes[before, :-1] + self._minutes[:-1, after].T - legs[:, None]
        place = extra.argmin(axis=0)
        # Where minutes break the triangle inequality a stop may save some: that is no reason to add more stops.
        return np.maximum(extra[place, np.arange(self._stops)], 0.0), place

    def _rounds(self) -> Iterable[DayRound]:
        for day, tour in enumerate(self._tours):
            if len(tour) > 2:
                yield DayRound(day, tuple(tour[1:-1]), float(self._minutes[tour[:-1], tour[1:]].sum()))


def _with_base(driving: Floats, base: tuple[Floats, Floats] | None) -> Floats:
    """Minutes with the base as last row and column; without one it is everywhere at once."""
    stops = len(driving)
    outward, home = base or (np.zeros(stops), np.zeros(stops))
    if driving.shape != (stops, stops) or outward.shape != (stops,) or home.shape != (stops,):
        raise GeoError("driving minutes must be from every stop to every stop, and to and from the base")
    matrix = np.zeros((stops + 1, stops + 1))
    matrix[:-1, :-1], matrix[-1, :-1], matrix[:-1, -1] = driving, outward, home
    if np.isnan(matrix).any() or (matrix < 0).any():
        raise GeoError("driving minutes must be numbers and cannot be negative; no way is infinite")
    return matrix


def _day(
    rows: ReachRows, allowance: Floats, weights: Floats, already: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Entries of each stop on one day, and their samples."""
    kept = rows.seconds <= np.repeat(allowance, np.diff(rows.indptr))
    kept &= ~already[rows.samples] & (weights[rows.samples] > 0)
    counted = np.concatenate((np.zeros(1, np.int64), np.cumsum(kept)))
    return np.diff(counted[rows.indptr]), rows.samples[kept].astype(np.int64)
