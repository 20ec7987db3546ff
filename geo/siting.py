"""Where next: the best few of many candidate places, chosen greedily and bettered by exchange.

A `Benefit` says what each candidate does for each element of the demand; of several chosen candidates an element
has the best one. That one form holds

* maximal covering (Church and ReVelle 1974): an element is a sample, its value its people, `covering`;
* the p-median (Hakimi 1964): an element is a sample, its value the people-seconds saved, `saving`;
* rounds of mobile places: candidates are pairs of stop and day, `geo.siting_rounds`.

Such a benefit is monotone and submodular: `greedy` has at least 1 - 1/e of the optimum where only the number of
places is limited, 1/2 where their number a day is limited too (Nemhauser, Wolsey and Fisher 1978). How near it is
in the case at hand is told by `geo.siting_exact`.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import GeoError
from geo.reach_rows import NO_TRIP, Flags, Floats, Numbers, ReachRows, Seconds
from geo.units import Minutes

type Ints = npt.NDArray[np.int64]

# An exchange must better the whole by more than rounding can.
WORTH = 1e-9


@dataclass(frozen=True)
class Benefit:
    """What each of P candidates does for each of `size` elements, compressed; only what is above 0.

    indptr: (P + 1,) into elements and values; elements ascend within a candidate. Units are the maker's.
    """

    size: int
    indptr: Ints
    elements: Ints
    values: Floats

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def owners(self) -> Ints:
        """The candidate of every entry."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    def only(self, kept: Flags) -> "Benefit":
        """The benefit without the entries of all other candidates, whose numbers stay. kept: (P,)."""
        entries = np.repeat(kept, np.diff(self.indptr))
        counted = np.concatenate((np.zeros(1, np.int64), np.cumsum(entries)))
        return Benefit(self.size, counted[self.indptr], self.elements[entries], self.values[entries])

    def gain(self, candidate: int, best: Floats) -> float:
        """What a candidate adds to elements that have `best` (size,) already.

        Entries that add nothing stay in the sum as zeros: sums of the same shape cannot grow by rounding.
        """
        part = slice(self.indptr[candidate], self.indptr[candidate + 1])
        return float(np.maximum(self.values[part] - best[self.elements[part]], 0.0).sum())

    def raise_to(self, candidate: int, best: Floats) -> None:
        """Give `best` what a candidate gives, in place."""
        part = slice(self.indptr[candidate], self.indptr[candidate + 1])
        reached = self.elements[part]
        best[reached] = np.maximum(best[reached], self.values[part])

    def best_of(self, chosen: Iterable[int]) -> Floats:
        """What each element has of these candidates: (size,)."""
        best = np.zeros(self.size)
        for candidate in chosen:
            self.raise_to(candidate, best)
        return best

    def total(self, chosen: Iterable[int]) -> float:
        """What these candidates do together."""
        return float(self.best_of(chosen).sum())


@dataclass(frozen=True)
class Limits:
    """How many candidates may be chosen: `count` in all, and `per_day` of each day.

    day: (P,) the day of every candidate, from 0; None: there are no days. Raises GeoError when a number is
    negative or one of the two is missing.
    """

    count: int
    day: Numbers | None = None
    per_day: int | None = None

    def __post_init__(self) -> None:
        if self.count < 0 or (self.per_day is not None and self.per_day < 0):
            raise GeoError("the number of places to choose cannot be negative")
        if (self.day is None) != (self.per_day is None):
            raise GeoError("a limit a day needs the day of every candidate, and the other way round")

    def most(self, worth: Floats) -> Ints:
        """The candidates of largest summed worth within the limits, ascending; none of worth 0 or less."""
        order = np.argsort(-worth, kind="stable")
        order = order[worth[order] > 0]
        if self.day is not None and self.per_day is not None:
            order = order[_place_in_day(self.day[order]) < self.per_day]
        return np.sort(order[: self.count])

    def room(self, candidate: int, taken: dict[int, int]) -> bool:
        """Whether the candidate's day still has room; taken: how many each day has."""
        if self.day is None or self.per_day is None:
            return True
        return taken.get(int(self.day[candidate]), 0) < self.per_day

    def take(self, candidate: int, taken: dict[int, int]) -> None:
        """Count the candidate to its day."""
        if self.day is not None:
            day = int(self.day[candidate])
            taken[day] = taken.get(day, 0) + 1


class Choice(NamedTuple):
    """Chosen candidates, and what each adds to those before it; gains never grow.

    evaluations: how often a gain was counted, the first of every candidate included.
    """

    chosen: tuple[int, ...]
    gains: tuple[float, ...]
    evaluations: int

    @property
    def total(self) -> float:
        """What they do together."""
        return sum(self.gains)


def covering(rows: ReachRows, allowance: Floats, weights: Floats, already: Flags) -> Benefit:
    """People each candidate covers that nothing covers already.

    allowance: (P,) seconds a trip to the candidate may take, below 0: none. weights: (S,) people, not negative.
    already: (S,) covered by what is there. Raises GeoError when shapes or weights are wrong.
    """
    _check(rows, weights, allowance.shape == (len(rows),), already.shape == (rows.size,))
    trip = rows.seconds <= np.repeat(allowance, np.diff(rows.indptr))
    return _benefit(rows, np.where(trip & ~already[rows.samples], weights[rows.samples], 0.0))


def saving(rows: ReachRows, allowance: Floats, weights: Floats, known: Seconds, limit: Minutes) -> Benefit:
    """People-seconds each candidate saves against what is there.

    known: (S,) seconds to the nearest place there is, NO_TRIP: none. Who reaches none within the limit counts as
    taking the limit, before and after. allowance, weights and errors as in `covering`.
    """
    _check(rows, weights, allowance.shape == (len(rows),), known.shape == (rows.size,))
    trip = rows.seconds <= np.repeat(allowance, np.diff(rows.indptr))
    saved = taken(known, limit)[rows.samples] - rows.seconds
    return _benefit(rows, np.where(trip, saved * weights[rows.samples], 0.0))


def taken(known: Seconds, limit: Minutes) -> Floats:
    """Seconds that count for every sample: those known, and the limit for who has no trip within it."""
    seconds = np.where(known == NO_TRIP, np.inf, known.astype(float))
    return np.minimum(seconds, limit * 60)


def greedy(benefit: Benefit, limits: Limits, among: Iterable[int] | None = None) -> Choice:
    """One after the other what adds most to those before (lazily: Minoux 1978); of equals the lowest number.

    Candidates that add nothing are not chosen. among: only these; None: all.
    """
    best = np.zeros(benefit.size)
    numbers = range(len(benefit)) if among is None else sorted({int(one) for one in among})
    # What a candidate added earlier is at least what it adds now: mostly only the first few are counted again.
    queue = [(-benefit.gain(one, best), one, 0) for one in numbers]
    heapq.heapify(queue)
    evaluations, filled = len(queue), dict[int, int]()
    chosen, gains = list[int](), list[float]()
    while queue and len(chosen) < limits.count:
        stale, one, step = heapq.heappop(queue)
        if stale >= 0:
            break
        if not limits.room(one, filled):
            continue
        if step < len(chosen):
            heapq.heappush(queue, (-benefit.gain(one, best), one, len(chosen)))
            evaluations += 1
            continue
        benefit.raise_to(one, best)
        limits.take(one, filled)
        chosen.append(one)
        gains.append(-stale)
    return Choice(tuple(chosen), tuple(gains), evaluations)


def interchange(benefit: Benefit, start: Choice) -> Choice:
    """Exchange one chosen candidate for one that is not, the best first, until no exchange betters the whole.

    Teitz and Bart 1968, counted at once for all pairs as by Whitaker 1983. For choices without days. The result
    is in greedy order, its gains counted anew; its total is never below that of the start.
    """
    if not start.chosen:
        return start
    chosen, owners, evaluations = list(start.chosen), benefit.owners, start.evaluations
    while True:
        profit = _exchange(benefit, owners, chosen)
        evaluations += 1
        enters, leaves = divmod(int(profit.argmax()), len(chosen))
        if profit[enters, leaves] <= WORTH * max(1.0, benefit.total(chosen)):
            break
        chosen[leaves] = enters
    ordered = greedy(benefit, Limits(len(chosen)), chosen)
    better = ordered if ordered.total > start.total else start
    return better._replace(evaluations=evaluations)


def _exchange(benefit: Benefit, owners: Ints, chosen: list[int]) -> Floats:
    """What the whole wins when candidate (row) enters for chosen (column): (P, chosen)."""
    first, second, holder = _two_best(benefit, chosen)
    shape = (len(benefit), len(chosen))
    reached, value = benefit.elements, benefit.values
    enter = np.bincount(owners, np.maximum(value - first[reached], 0.0), minlength=shape[0])
    held = holder >= 0
    loss = np.bincount(holder[held], (first - second)[held], minlength=shape[1])
    # Who loses the best one falls back on the entering candidate where that is better than the second.
    back = np.maximum(np.minimum(value, first[reached]) - second[reached], 0.0)
    useful = np.flatnonzero((holder[reached] >= 0) & (back > 0))
    pair = owners[useful] * shape[1] + holder[reached[useful]]
    falls = np.bincount(pair, back[useful], minlength=shape[0] * shape[1]).reshape(shape)
    profit: Floats = enter[:, None] - loss[None, :] + falls
    profit[chosen] = -np.inf
    return profit


def _two_best(benefit: Benefit, chosen: list[int]) -> tuple[Floats, Floats, Ints]:
    """Best and second best of the chosen for each element, and the place in `chosen` of the best; -1: none."""
    first, second = np.zeros(benefit.size), np.zeros(benefit.size)
    holder = np.full(benefit.size, -1, np.int64)
    for place, candidate in enumerate(chosen):
        part = slice(benefit.indptr[candidate], benefit.indptr[candidate + 1])
        reached, value = benefit.elements[part], benefit.values[part]
        wins = value > first[reached]
        second[reached] = np.where(wins, first[reached], np.maximum(second[reached], value))
        first[reached] = np.where(wins, value, first[reached])
        holder[reached[wins]] = place
    return first, second, holder


def _benefit(rows: ReachRows, values: Floats) -> Benefit:
    kept = values > 0
    counted = np.concatenate((np.zeros(1, np.int64), np.cumsum(kept)))
    return Benefit(rows.size, counted[rows.indptr], rows.samples[kept].astype(np.int64), values[kept])


def _check(rows: ReachRows, weights: Floats, *fits: bool) -> None:
    if weights.shape != (rows.size,) or not all(fits):
        raise GeoError("rows, allowances, people and what is known must be of the same samples and places")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise GeoError("people of a sample must be a number and cannot be negative")


def _place_in_day(days: Numbers) -> Ints:
    """How many before each are of the same day."""
    order = np.argsort(days, kind="stable")
    ordered = days[order]
    starts = np.searchsorted(ordered, ordered, side="left")
    places = np.empty(len(days), np.int64)
    places[order] = np.arange(len(days)) - starts
    return places
