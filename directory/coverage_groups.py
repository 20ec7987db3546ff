"""People summed by area, settlement or band: the heads of a report, from what is known of each sample."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from directory.coverage_inputs import CoverageInputs
from directory.coverage_terms import AreaHead, Head, WhyLeftOut
from geo.coverage import Nearest, by_group, minutes_of, most_chosen, nearest, nearest_two, weighted_median
from geo.reach_rows import Flags, Floats, Numbers

# Digits of people: large cells are shared among their points, and the shares add up but for the last digits.
GRAIN = 6


@dataclass(frozen=True)
class Groups:
    """Into what samples are put: codes with their names and parents, and (S,) the number of each sample's."""

    codes: Sequence[str]
    names: Sequence[str]
    parents: Sequence[str | None]
    of: Numbers


class _Told(NamedTuple):
    """Of each group: median minutes, the offer that most are nearest to, their minutes to it, share of a second."""

    median: list[float | None]
    nearest: list[str | None]
    nearest_minutes: list[float | None]
    second: list[float | None]


class Tally:
    """What is known of each sample, and sums of it. One for a question."""

    def __init__(self, inputs: CoverageInputs) -> None:
        self.inputs = inputs
        self.first, self.second = nearest_two(inputs.rows, inputs.serving)
        self.estimate = inputs.latest is not None

    @cached_property
    def late(self) -> Nearest:
        """The nearest by the latest estimates; on a network what `first` is."""
        if self.inputs.latest is None:
            return self.first
        return nearest(self.inputs.latest, self.inputs.serving)

    @cached_property
    def covered(self) -> Flags:
        """(S,) within the minutes asked for: at best, for estimates."""
        return self.first.seconds <= self.inputs.seconds

    @cached_property
    def surely(self) -> Flags:
        """(S,) within the minutes asked for by the latest estimate too."""
        return self.late.seconds <= self.inputs.seconds

    @cached_property
    def minutes(self) -> Floats:
        """(S,) minutes to the nearest place that serves, infinite beyond the limit."""
        return minutes_of(self.first.seconds)

    def head(self, weights: Floats | None = None) -> Head:
        """All people asked about, or those of other weights (S,)."""
        some = self.inputs.weights if weights is None else weights
        everyone = np.zeros(len(some), np.int32)
        return self.heads(some, everyone, 1)[0]

    def heads(self, weights: Floats, of: Numbers, count: int) -> list[Head]:
        """One head for each group."""
        people = by_group(weights, of, count).tolist()
        high = by_group(weights * self.covered, of, count).tolist()
        low = by_group(weights * self.surely, of, count).tolist()
        return [self._head(*one) for one in zip(people, low, high, strict=True)]

    def _head(self, people: float, low: float, high: float) -> Head:
        if not people:
            return Head(0.0, None if self.estimate else 0.0, None, None)
        # Sums of the same people in another order may differ in the last digit.
        bounds = min(1.0, low / people), min(1.0, high / people)
        covered = None if self.estimate else round(min(high, people), GRAIN)
        return Head(round(people, GRAIN), covered, *bounds)

    def second_share(self) -> float | None:
        """Share of people with two places within the minutes; None for estimates and without people."""
        return self._seconds(np.zeros(len(self.inputs.weights), np.int32), 1)[0]

    def area_heads(
        self,
        groups: Groups,
        why: Mapping[WhyLeftOut, Flags] | None = None,
        unmet: Mapping[str, int] | None = None,
    ) -> tuple[AreaHead, ...]:
        """One for each group that holds a sample asked about, on the network or not."""
        weights, of, count = self.inputs.weights, groups.of, len(groups.codes)
        heads, told = self.heads(weights, of, count), self._told(of, count)
        reasons = {
            reason: by_group(weights * flags, of, count).tolist() for reason, flags in (why or {}).items()
        }
        held = by_group(self.inputs.inside, of, count) > 0
        return tuple(
            AreaHead(
                groups.codes[at],
                groups.names[at],
                groups.parents[at],
                heads[at],
                told.median[at],
                told.nearest[at],
                told.nearest_minutes[at],
                told.second[at],
                {reason: people[at] for reason, people in reasons.items() if people[at]},
                (unmet or {}).get(groups.codes[at], 0),
            )
            for at in np.flatnonzero(held).tolist()
        )

    def _told(self, of: Numbers, count: int) -> _Told:
        weights, places = self.inputs.weights, self.first.place
        chosen = most_chosen(places, weights, of, count)
        shown = self.inputs.shown
        names = [shown[place].name if place >= 0 else None for place in chosen.tolist()]
        if self.estimate:
            nothing: list[float | None] = [None] * count
            return _Told(nothing, names, nothing, nothing)
        median = weighted_median(self.minutes, weights, of, count)
        theirs = np.where((places == chosen[of]) & (places >= 0), weights, 0.0)
        far = weighted_median(self.minutes, theirs, of, count)
        return _Told(_finite(median), names, _finite(far), self._seconds(of, count))

    def _seconds(self, of: Numbers, count: int) -> list[float | None]:
        if self.estimate:
            return [None] * count
        weights = self.inputs.weights
        people = by_group(weights, of, count).tolist()
        twice = by_group(weights * (self.second.seconds <= self.inputs.seconds), of, count).tolist()
        return [min(1.0, two / all_) if all_ else None for two, all_ in zip(twice, people, strict=True)]


def area_groups(inputs: CoverageInputs, kind: str) -> Groups:
    """Samples by the area of a kind that they lie in."""
    cells = inputs.people.cells
    codes, of_cell = inputs.areas.grouped(cells.areas, kind)
    names = [inputs.areas.name(code) for code in codes]
    parents = [inputs.areas.parent_name(code) for code in codes]
    return Groups(codes, names, parents, of_cell[inputs.people.cell])


def settlement_groups(inputs: CoverageInputs) -> Groups:
    """Samples by how people live there; "unknown" where nobody says."""
    return _by_code(inputs, [one or "unknown" for one in inputs.people.cells.settlements], _SETTLEMENTS.index)


_SETTLEMENTS = ("urban", "mixed", "rural", "unknown")


def _by_code(inputs: CoverageInputs, codes: Sequence[str], order: Callable[[str], int]) -> Groups:
    found = sorted(set(codes), key=order)
    number = {code: at for at, code in enumerate(found)}
    of_cell = np.array([number[code] for code in codes], np.int32)
    return Groups(found, found, [None] * len(found), of_cell[inputs.people.cell])


def _finite(values: Floats) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]
