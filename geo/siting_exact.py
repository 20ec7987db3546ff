"""The best choice there is, by mixed-integer programming (HiGHS), and a bound that no choice passes.

The model is nested covering. Order the candidates of an element by what they do for it: to have at least the
third best value is to have one of the first three candidates. So every element is some *sets* of candidates, each
inside the next, with the difference of two values as the prize of the larger. Equal sets of different elements are
one set with one prize, which makes the model many times smaller (Church 2008 did the same for the p-median), and
a set needs only its difference to the one inside it, which keeps it sparse. Covering is the case of one set for
each element. Candidates that `geo.siting_bound` rules out never reach the solver.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from geo.errors import GeoError
from geo.reach_rows import Floats
from geo.siting import Benefit, Choice, Ints, Limits, greedy
from geo.siting_bound import ROUNDING, upper_bound

# Candidates of all sets. A larger model would take longer to read than anyone waits: then only the bound is told.
MOST_ENTRIES = 1_000_000
# The first step of HiGHS does not look at the clock: in a model with more entries it is left out.
MOST_PRESOLVED = 150_000
SEED = 20260105


class Proof(StrEnum):
    """How sure a choice is.

    optimal: no choice is better. time_limit: the solver was stopped; the bound is true all the same. too_large:
    the solver was not tried; the bound is that of Lagrange.
    """

    OPTIMAL = "optimal"
    TIME_LIMIT = "time_limit"
    TOO_LARGE = "too_large"


@dataclass(frozen=True)
class Optimum:
    """The best choice found, in greedy order, and the bound: no choice within the limits does more.

    sets: how many different sets of candidates the elements were merged into, 0 where none was needed.
    """

    choice: Choice
    bound: float
    proof: Proof
    sets: int

    @property
    def gap(self) -> float:
        """Share of the bound that the choice lacks; 0 where there is nothing to win."""
        return max(0.0, 1 - self.choice.total / self.bound) if self.bound > 0 else 0.0


@dataclass(frozen=True)
class Sets:
    """The nested sets of a benefit, each once.

    prize: (J,). inner: (J,) the set inside it, -1: none. indptr, candidates: those that it has and the inner
    set has not.
    """

    prize: Floats
    inner: Ints
    indptr: Ints
    candidates: Ints

    def __len__(self) -> int:
        return len(self.prize)


def optimum(
    benefit: Benefit,
    limits: Limits,
    start: Choice,
    *,
    seconds: float,
    most_entries: int = MOST_ENTRIES,
    rule_out: bool = True,
) -> Optimum:
    """The best choice there is, at least as good as `start` (a choice within the limits).

    seconds: when HiGHS is stopped. Stopped or refused for its size, it still tells the best choice known and a
    true bound, the lower of the solver's and Lagrange's. With the time limit hit, the same question may find
    another choice on another machine. rule_out: give HiGHS only what Lagrange's bound leaves; False: everything.
    Raises GeoError when the solver breaks down.
    """
    if start.total == 0 or limits.count == 0:
        return Optimum(start, start.total, Proof.OPTIMAL, 0)
    bound = upper_bound(benefit, limits, start)
    if rule_out and bound.value - start.total <= ROUNDING * bound.value:
        return Optimum(start, bound.value, Proof.OPTIMAL, 0)
    sets = nested_sets(benefit.only(bound.possible) if rule_out else benefit)
    if len(sets.candidates) > most_entries:
        return Optimum(start, bound.value, Proof.TOO_LARGE, len(sets))
    solved, solver_bound, finished = _solve(sets, len(benefit), limits, seconds)
    found = greedy(benefit, limits, solved)
    choice = found if found.total > start.total else start
    # The solver's bound may lie below what is reached: by its rounding, or because it holds without the candidates
    # that were ruled out, of which no choice better than the start can be made.
    proven = max(min(solver_bound, bound.value), choice.total)
    return Optimum(choice, proven, Proof.OPTIMAL if finished else Proof.TIME_LIMIT, len(sets))


def nested_sets(benefit: Benefit) -> Sets:
    """The sets of candidates that give an element at least each of its values, equal ones merged."""
    if not len(benefit.values):
        return Sets(np.empty(0), np.empty(0, np.int64), np.zeros(1, np.int64), np.empty(0, np.int64))
    owners = benefit.owners
    order = np.lexsort((owners, -benefit.values, benefit.elements))
    owner, element, value = owners[order], benefit.elements[order], benefit.values[order]
    new = np.diff(element, prepend=-1) != 0
    begins = np.flatnonzero(new | (np.diff(value, prepend=-1.0) != 0))
    ends = np.append(begins[1:], len(owner))
    # The prize of a set is what its elements lose without it: down to their next value, or to nothing.
    following = np.append(np.where(new[begins[1:]], 0.0, value[begins[1:]]), 0.0)
    kinds, first = _equal(_marks(owner, new, ends, len(benefit)))
    inside = np.where(new[begins], -1, kinds[np.arange(len(begins)) - 1])
    sizes = (ends - begins)[first]
    return Sets(
        np.bincount(kinds, value[begins] - following),
        inside[first],
        np.concatenate(([0], np.cumsum(sizes))),
        owner[np.repeat(begins[first] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())],
    )


def _marks(owner: Ints, new: npt.NDArray[np.bool_], ends: Ints, size: int) -> npt.NDArray[np.uint64]:
    """A mark of 128 bits for each set: (2, sets). Sums of random marks: different sets collide one in 10^25."""
    marks = np.random.default_rng(SEED).integers(0, 2**64, (2, size), np.uint64)
    running = np.concatenate((np.zeros((2, 1), np.uint64), np.cumsum(marks[:, owner], axis=1)), axis=1)
    start = np.maximum.accumulate(np.where(new, np.arange(len(owner)), 0))
    marks_of: npt.NDArray[np.uint64] = running[:, ends] - running[:, start[ends - 1]]
    return marks_of


def _equal(marks: npt.NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Number of the kind of each, kinds numbered as they appear, and the first of each kind."""
    order = np.lexsort((marks[1], marks[0]))
    ordered = marks[:, order]
    fresh = np.append(True, (np.diff(ordered, axis=1) != 0).any(axis=0))
    kinds = np.empty(len(order), np.int64)
    kinds[order] = np.cumsum(fresh) - 1
    first = np.full(int(fresh.sum()), len(order), np.int64)
    np.minimum.at(first, kinds, np.arange(len(order)))
    rank = np.argsort(first)
    number = np.empty(len(rank), np.int64)
    number[rank] = np.arange(len(rank))
    return number[kinds], first[rank]


def _solve(sets: Sets, size: int, limits: Limits, seconds: float) -> tuple[Ints, float, bool]:
    """Candidates that HiGHS chose (none if it found nothing), its bound (infinite if none), and if it finished."""
    sizes = np.diff(sets.indptr)
    # A set of one candidate is that candidate: it needs no variable of its own.
    alone = (sizes == 1) & (sets.inner < 0)
    variable = np.where(alone, sets.candidates[sets.indptr[:-1]], 0)
    variable[~alone] = size + np.arange((~alone).sum())
    profit = np.bincount(variable, sets.prize, minlength=size + int((~alone).sum()))
    chosen = np.zeros(len(profit))
    chosen[:size] = 1
    # Numbers near 1 keep the solver's tolerances small beside the prizes.
    scale = float(profit.max())
    result = milp(
        -profit / scale,
        integrality=chosen,
        bounds=Bounds(0, 1),
        constraints=_constraints(sets, variable, alone, size, len(profit), limits),
        options={
            "time_limit": seconds,
            "mip_rel_gap": 0.0,
            "presolve": len(sets.candidates) <= MOST_PRESOLVED,
        },
    )
    if result.status not in (0, 1):
        raise GeoError(f"the solver could not answer, ask for a choice without exact: {result.message}")
    told = result.mip_dual_bound
    bound = np.inf if told is None or not np.isfinite(told) else -float(told) * scale
    picked = np.empty(0, np.int64) if result.x is None else np.flatnonzero(result.x[:size] > 0.5)
    return picked, bound, result.status == 0


def _constraints(
    sets: Sets, variable: Ints, alone: npt.NDArray[np.bool_], size: int, width: int, limits: Limits
) -> list[LinearConstraint]:
    """A set is reached by what it has more than its inner one, or by that; and the limits."""
    joined = np.flatnonzero(~alone)
    sizes = np.diff(sets.indptr)
    kept = np.repeat(~alone, sizes)
    nested = joined[sets.inner[joined] >= 0]
    row_of = variable - size
    rows = np.concatenate((row_of[joined], np.repeat(row_of, sizes)[kept], row_of[nested]))
    columns = np.concatenate((variable[joined], sets.candidates[kept], variable[sets.inner[nested]]))
    signs = np.concatenate((np.ones(len(joined)), -np.ones(len(rows) - len(joined))))
    found = []
    if len(joined):
        reach = csr_array((signs, (rows, columns)), shape=(len(joined), width))
        found.append(LinearConstraint(reach, -np.inf, 0))
    all_of = csr_array((np.ones(size), (np.zeros(size, np.int64), np.arange(size))), shape=(1, width))
    found.append(LinearConstraint(all_of, 0, limits.count))
    if limits.day is not None and limits.per_day is not None and size:
        days = int(limits.day.max()) + 1
        by_day = csr_array((np.ones(size), (limits.day, np.arange(size))), shape=(days, width))
        found.append(LinearConstraint(by_day, 0, limits.per_day))
    return found
