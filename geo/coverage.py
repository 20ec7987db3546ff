"""Coverage as algebra on reach rows: no roads are searched here, so a question costs milliseconds.

An *allowance* says how many seconds a trip to a place may take so that the person is still served there: the
minutes asked for, or less where the place closes earlier. Below zero the place does not count. Of places equally
near the one of lowest number counts, so that the same question has the same answer twice. Rows are taken one
after the other: memory is that of a few arrays over the samples, however many places there are.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.errors import GeoError
from geo.reach_rows import NO_TRIP, Flags, Floats, Numbers, ReachRows, Row, Seconds

NOBODY = -1
# Days are kept as bits of a word.
_WORD = 64
# Parts of a person in which people are added up where a rounding would tell.
_PARTS = 2**20


class Nearest(NamedTuple):
    """For each sample. seconds: (S,) to its place, NO_TRIP without one. place: (S,) its number, -1 without one."""

    seconds: Seconds
    place: Numbers


def nearest(rows: ReachRows, allowance: Floats) -> Nearest:
    """The nearest place within its allowance. allowance: (P,) seconds."""
    best = _none(rows)
    for place, samples, seconds in _kept(rows, _whole(rows, allowance)):
        closer = seconds < best.seconds[samples]
        mine = samples[closer]
        best.seconds[mine] = seconds[closer]
        best.place[mine] = place
    return best


def second_nearest(rows: ReachRows, allowance: Floats) -> Nearest:
    """The nearest place but one: what is left to people when their nearest fails. allowance: (P,) seconds."""
    return nearest_two(rows, allowance)[1]


def nearest_two(rows: ReachRows, allowance: Floats) -> tuple[Nearest, Nearest]:
    """`nearest` and `second_nearest` in one pass."""
    first, second = _none(rows), _none(rows)
    for place, samples, seconds in _kept(rows, _whole(rows, allowance)):
        held, holder = first.seconds[samples], first.place[samples]
        closer = seconds < held
        behind = np.where(closer, held, seconds)
        behind_place = np.where(closer, holder, np.int32(place))
        # Whoever is nearer than the nearest is nearer than the second: the former nearest takes its place.
        later = seconds < second.seconds[samples]
        second.seconds[samples[later]] = behind[later]
        second.place[samples[later]] = behind_place[later]
        first.seconds[samples[closer]] = seconds[closer]
        first.place[samples[closer]] = place
    return first, second


def covered(rows: ReachRows, allowance: Floats) -> Flags:
    """Which samples have a place within its allowance: (S,). allowance: (P,) seconds."""
    found = np.zeros(rows.size, bool)
    for _, samples, _ in _kept(rows, _whole(rows, allowance)):
        found[samples] = True
    return found


def covered_days(rows: ReachRows, allowance: Floats) -> Flags:
    """Which samples are covered on which day: (S, D). allowance: (P, D) seconds of each place on each day.

    Places alike on all days are looked at once. Others cost one look for each allowance that they have, not for
    each day.
    """
    allowance = np.asarray(allowance, np.float64)
    if allowance.ndim != 2:
        raise GeoError(f"allowances of days must be (places, days), not {allowance.shape}")
    limits = _whole(rows, allowance)
    days = limits.shape[1]
    if not days:
        return np.zeros((rows.size, 0), bool)
    words = [_day_bits(rows, limits[:, at : at + _WORD]) for at in range(0, days, _WORD)]
    # Little-endian bytes, lowest bit first: bit d of a word is day d.
    flat = np.stack(words, axis=1).astype("<u8").view(np.uint8)
    return np.unpackbits(flat, axis=1, count=days, bitorder="little").view(bool)


def lost_if_closed(rows: ReachRows, allowance: Floats, weights: Floats) -> Floats:
    """For each place, the people that it alone covers: (P,). weights: (S,) people of each sample."""
    weights = _people(rows, weights)
    covers, last = np.zeros(rows.size, np.int32), np.full(rows.size, NOBODY, np.int32)
    for place, samples, _ in _kept(rows, _whole(rows, allowance)):
        covers[samples] += 1
        last[samples] = place
    alone = covers == 1
    return np.bincount(last[alone], weights[alone], minlength=len(rows))


def mean_wait(days: Flags, weights: Floats) -> float | None:
    """Mean days from the first day until the first covered one, 0 when that is the first.

    Of the people who are covered on any of the days; None without such people. days: (S, D). weights: (S,).
    """
    ever = days.any(axis=1)
    people = float(weights[ever].sum())
    if not people:
        return None
    return float(weights[ever] @ days[ever].argmax(axis=1)) / people


def person_days(days: Flags, weights: Floats) -> float:
    """Sum over days of the people covered. days: (S, D). weights: (S,)."""
    return float(weights @ days.sum(axis=1))


def curve(seconds: npt.NDArray[np.number], weights: Floats, steps: Sequence[float]) -> Floats:
    """Share of people within so many minutes, for each step; 0 where there is nobody at all.

    seconds: (S,) to the nearest place, NO_TRIP or infinite without one. steps: minutes, in any order.
    """
    total = float(weights.sum())
    if not total:
        return np.zeros(len(steps))
    # One sum of the same order decides every step: 1 is reached exactly, and no step is below an earlier one.
    order = np.argsort(seconds, kind="stable")
    below = np.concatenate([[0.0], np.cumsum(weights[order])])
    bounds = np.asarray(steps, np.float64) * 60
    if np.issubdtype(seconds.dtype, np.integer):
        bounds = np.minimum(bounds, NO_TRIP - 1)
    shares: Floats = below[np.searchsorted(seconds[order], bounds, side="right")] / below[-1]
    return shares


def minutes_of(seconds: Seconds) -> Floats:
    """Minutes from whole seconds, infinite for NO_TRIP."""
    return np.where(seconds == NO_TRIP, np.inf, seconds / 60)


def by_group(
    values: npt.NDArray[np.floating | np.integer | np.bool_], groups: npt.NDArray[np.integer], count: int
) -> Floats:
    """Sums of values by group: (count,). groups: (S,) 0 to count - 1; those below zero belong to none."""
    inside = groups >= 0
    if not inside.all():
        values, groups = values[inside], groups[inside]
    return np.bincount(groups, values, minlength=count).astype(np.float64)


def weighted_median(values: Floats, weights: Floats, groups: npt.NDArray[np.integer], count: int) -> Floats:
    """The value of the middle person of each group: (count,); NaN for groups of nobody.

    That is the least value that at least half of the people do not exceed. values may be infinite.
    groups: as in `by_group`.
    """
    found = np.full(count, np.nan)
    inside = np.flatnonzero((groups >= 0) & (weights * _PARTS > 0.5))
    order = inside[np.lexsort((values[inside], groups[inside]))]
    if not len(order):
        return found
    owner = groups[order]
    # Whole numbers: a rounding must not move the middle, nor must the people of other groups.
    sums = np.cumsum(np.rint(weights[order] * _PARTS).astype(np.int64))
    ends = np.flatnonzero(np.append(owner[1:] != owner[:-1], True))
    before = np.concatenate([[0], sums[ends[:-1]]])
    middle = np.searchsorted(sums, before + (sums[ends] - before + 1) // 2)
    found[owner[ends]] = values[order[middle]]
    return found


def most_chosen(place: Numbers, weights: Floats, groups: npt.NDArray[np.integer], count: int) -> Numbers:
    """The place that most people of each group have as theirs: (count,); -1 where nobody has any.

    place: (S,) as in `Nearest`. groups: as in `by_group`. Of places of as many people the lowest number counts.
    """
    found = np.full(count, NOBODY, np.int32)
    some = np.flatnonzero((place >= 0) & (groups >= 0) & (weights > 0))
    if not len(some):
        return found
    places = int(place[some].max()) + 1
    pairs, which = np.unique(groups[some].astype(np.int64) * places + place[some], return_inverse=True)
    people = np.bincount(which, weights[some])
    order = np.lexsort((-pairs, people))  # most people last; of equals the lowest place last
    found[pairs[order] // places] = pairs[order] % places
    return found


class Change(NamedTuple):
    """What one change of places does: the samples that it touches, and what their nearest is from then on."""

    samples: Numbers
    after: Nearest


class Standing:
    """The nearest and the second nearest of every sample, kept so that a what-if touches only whom it concerns.

    first, second: as `nearest` and `second_nearest`. Closing a place takes as long as its own people are many.
    For several closings at once, and for one after another, make a new one with their allowances below zero.
    """

    def __init__(self, rows: ReachRows, allowance: Floats) -> None:
        """allowance: (P,) seconds. Raises GeoError as `nearest`."""
        self.first, self.second = nearest_two(rows, allowance)
        self._own = np.argsort(self.first.place, kind="stable").astype(np.int32)
        self._starts = np.searchsorted(self.first.place[self._own], np.arange(len(rows) + 1)).tolist()
        # In the order of the samples above: to close a place is to look at a slice.
        self._seconds, self._place = self.second.seconds[self._own], self.second.place[self._own]

    def closing(self, place: int) -> Change:
        """If this place were closed: its people go to their second nearest, or nowhere."""
        part = slice(self._starts[place], self._starts[place + 1])
        return Change(self._own[part], Nearest(self._seconds[part], self._place[part]))

    def opening(self, row: Row, allowance: float, place: int) -> Change:
        """If there were a place more, with this row, allowance in seconds, and number."""
        closer = (row.seconds <= allowance) & (row.seconds < self.first.seconds[row.samples])
        samples = row.samples[closer]
        return Change(samples, Nearest(row.seconds[closer], np.full(len(samples), place, np.int32)))

    def people(self, change: Change, weights: Floats) -> float:
        """People covered more after a change; below zero when fewer. weights: (S,)."""
        before, after = self.first.seconds[change.samples] < NO_TRIP, change.after.seconds < NO_TRIP
        return float(weights[change.samples] @ (after.astype(np.int8) - before.astype(np.int8)))

    def applied(self, change: Change) -> Nearest:
        """The nearest of all samples after a change; what is kept here stays."""
        seconds, place = self.first.seconds.copy(), self.first.place.copy()
        seconds[change.samples], place[change.samples] = change.after
        return Nearest(seconds, place)


def _none(rows: ReachRows) -> Nearest:
    return Nearest(np.full(rows.size, NO_TRIP, np.uint16), np.full(rows.size, NOBODY, np.int32))


def _whole(rows: ReachRows, allowance: Floats) -> Numbers:
    """Allowances in whole seconds: trips are whole seconds too. Raises GeoError when they do not fit the rows."""
    given = np.asarray(allowance, np.float64)
    if given.ndim == 0 or len(given) != len(rows):
        raise GeoError(
            f"there are {len(rows)} places but allowances for {given.shape}: give one for each place"
        )
    if np.isnan(given).any():
        raise GeoError(
            "an allowance is not a number: give seconds, below zero for a place that does not count"
        )
    return np.floor(np.clip(given, -1, NO_TRIP - 1)).astype(np.int32)


def _people(rows: ReachRows, weights: Floats) -> Floats:
    given = np.asarray(weights, np.float64)
    if given.shape != (rows.size,):
        raise GeoError(f"there are {rows.size} samples but people of {given.shape}: give one number for each")
    return given


def _kept(rows: ReachRows, limits: Numbers) -> Iterator[tuple[int, Numbers, Seconds]]:
    """The places that count, with the samples within their allowance."""
    longest = int(rows.limit * 60)
    for place in np.flatnonzero(limits >= 0).tolist():
        samples, seconds = rows.row(place)
        if (limit := int(limits[place])) < longest:
            near = seconds <= limit
            samples, seconds = samples[near], seconds[near]
        yield place, samples, seconds


def _day_bits(rows: ReachRows, limits: Numbers) -> npt.NDArray[np.uint64]:
    """Of each sample a word whose bit d tells whether it is covered on day d. limits: (P, up to 64)."""
    bits = np.zeros(rows.size, np.uint64)
    alike = (limits == limits[:, :1]).all(axis=1)
    always = np.where(alike, limits[:, 0], -1)
    for _, samples, _ in _kept(rows, always):
        bits[samples] = ~np.uint64(0)
    for place in np.flatnonzero(~alike).tolist():
        samples, seconds = rows.row(place)
        words: dict[int, int] = {}
        for day, limit in enumerate(limits[place].tolist()):
            if limit >= 0:
                words[limit] = words.get(limit, 0) | 1 << day
        for limit, word in words.items():
            bits[samples[seconds <= limit]] |= np.uint64(word)
    return bits
