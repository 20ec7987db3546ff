"""Small made-up worlds of samples and candidate places, and every choice of them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations

import numpy as np
from hypothesis import strategies as st

from geo.reach_rows import Floats, ReachRows
from geo.siting import Benefit, Limits
from geo.travel import TravelMode
from geo.units import Minutes

LIMIT = Minutes(60.0)


def rows_of(trips: Sequence[dict[int, int]], size: int) -> ReachRows:
    """Rows of places given as {sample: seconds}."""
    ordered = [sorted(one.items()) for one in trips]
    flat = list(chain.from_iterable(ordered))
    return ReachRows(
        network="made-up",
        fingerprint="made-up",
        mode=TravelMode.CAR,
        limit=LIMIT,
        size=size,
        indptr=np.cumsum([0, *(len(one) for one in ordered)], dtype=np.int64),
        samples=np.array([sample for sample, _ in flat], np.int32),
        seconds=np.array([seconds for _, seconds in flat], np.uint16),
    )


def random_rows(rng: np.random.Generator, places: int, size: int, share: float = 0.3) -> ReachRows:
    """Rows where each place reaches about this share of the samples; some reach none."""
    kept = rng.random((places, size)) < share
    seconds = rng.integers(0, 3600, (places, size), endpoint=True)
    return rows_of(
        [{int(s): int(seconds[p, s]) for s in np.flatnonzero(kept[p])} for p in range(places)], size
    )


def dense(rows: ReachRows) -> Floats:
    """(samples, places) seconds, inf where there is no trip."""
    table = np.full((rows.size, len(rows)), np.inf)
    for place in range(len(rows)):
        row = rows.row(place)
        table[row.samples, place] = row.seconds
    return table


def anywhere(rows: ReachRows) -> Floats:
    """Allowances that every trip meets."""
    return np.full(len(rows), 65_535.0)


def allowed(limits: Limits, chosen: Iterable[int]) -> bool:
    """Whether a choice keeps the limits; counted on its own."""
    numbers = list(chosen)
    if limits.day is None or limits.per_day is None:
        return len(numbers) <= limits.count
    days = [int(limits.day[one]) for one in numbers]
    return len(numbers) <= limits.count and all(days.count(day) <= limits.per_day for day in days)


def choices(limits: Limits, candidates: int) -> Iterator[tuple[int, ...]]:
    """Every choice within the limits."""
    for count in range(min(limits.count, candidates) + 1):
        for chosen in combinations(range(candidates), count):
            if allowed(limits, chosen):
                yield chosen


def best_total(benefit: Benefit, limits: Limits) -> float:
    """The optimum, by trying every choice on a dense table."""
    table = np.zeros((len(benefit) + 1, benefit.size))
    for one in range(len(benefit)):
        part = slice(benefit.indptr[one], benefit.indptr[one + 1])
        table[one, benefit.elements[part]] = benefit.values[part]
    return max(
        float(table[[-1, *chosen]].max(axis=0, initial=0).sum()) for chosen in choices(limits, len(benefit))
    )


@st.composite
def benefits(draw: st.DrawFn, most: int = 7) -> Benefit:
    """Any benefit of a few candidates, empty ones and none at all among them; values of one element may be equal."""
    size = draw(st.integers(1, 8))
    value = st.one_of(st.integers(1, 3).map(float), st.floats(1e-3, 1e6))
    one = st.dictionaries(st.integers(0, size - 1), value, max_size=size)
    candidates = draw(st.lists(one, max_size=most))
    ordered = [sorted(given.items()) for given in candidates]
    flat = list(chain.from_iterable(ordered))
    return Benefit(
        size,
        np.cumsum([0, *(len(given) for given in ordered)], dtype=np.int64),
        np.array([element for element, _ in flat], np.int64),
        np.array([worth for _, worth in flat], float),
    )


@st.composite
def limits_of(draw: st.DrawFn, benefit: Benefit) -> Limits:
    """Any limits, with days or without."""
    count = draw(st.integers(0, 5))
    if draw(st.booleans()):
        return Limits(count)
    days = draw(st.lists(st.integers(0, 2), min_size=len(benefit), max_size=len(benefit)))
    return Limits(count, np.array(days, np.int32), draw(st.integers(0, 2)))
