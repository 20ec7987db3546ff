"""A bound that no choice of places passes, and the candidates that it rules out.

Put a price u >= 0 on every element. Whatever is chosen, an element has at most its price and what the chosen
candidates give above it, so a choice does at most sum(u) + the sum of its candidates' worth above the prices; and
the most of that within the limits is found by sorting. This is the Lagrangian bound of covering (Galvao and ReVelle
1996) and of the p-median (Narula, Ogbu and Samuelsson 1977). The prices are moved by subgradient steps.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.reach_rows import Floats
from geo.siting import Benefit, Choice, Ints, Limits

MOST_STEPS = 600
# Entries looked at in all: some seconds, whatever the size.
WORK = 500_000_000
FEWEST_STEPS = 50
# Steps without a better bound until they are halved; the share of the last direction that the next one keeps.
PATIENCE = 20
KEPT = 0.75
SMALLEST_STRIDE = 1e-4
# Differences below this are of counting, not of choosing.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Bound:
    """No choice within the limits does more than `value`.

    possible: (P,) candidates of which a choice better than the given one may be made; all others are ruled out.
    """

    value: float
    possible: npt.NDArray[np.bool_]


def upper_bound(benefit: Benefit, limits: Limits, choice: Choice, steps: int | None = None) -> Bound:
    """The Lagrangian bound, from the prices that `choice` gives (the well known bound by next gains).

    steps: how often the prices are moved; None: as often as some seconds allow.
    """
    search = _Prices(benefit, limits, choice)
    for _ in range(steps or _steps(benefit)):
        if not search.step():
            break
    return Bound(max(search.lowest, choice.total), search.possible)


def _steps(benefit: Benefit) -> int:
    return max(FEWEST_STEPS, min(MOST_STEPS, WORK // max(1, len(benefit.values))))


class _Prices:
    """The prices of the elements on their way down."""

    def __init__(self, benefit: Benefit, limits: Limits, choice: Choice) -> None:
        self._benefit, self._limits, self._target = benefit, limits, choice.total
        self._owners = benefit.owners
        self._price = self._best_price = benefit.best_of(choice.chosen)
        self._direction = np.zeros(benefit.size)
        self._stride, self._waited = 1.0, 0
        self.lowest = np.inf
        self.possible = np.ones(len(benefit), np.bool_)

    def step(self) -> bool:
        """Count the bound at these prices and move them. False: no more can be won."""
        above = np.maximum(self._benefit.values - self._price[self._benefit.elements], 0.0)
        worth = np.bincount(self._owners, above, minlength=len(self._benefit))
        picked = self._limits.most(worth)
        bound = float(self._price.sum() + worth[picked].sum())
        self._rule_out(bound, worth, picked)
        self._waited += 1
        if bound < self.lowest:
            self.lowest, self._best_price, self._waited = bound, self._price, 0
        if self.lowest - self._target <= ROUNDING * self.lowest:
            return False
        if self._waited > PATIENCE:
            # Smaller steps, from the best prices so far.
            self._stride, self._waited = self._stride / 2, 0
            self._price, self._direction = self._best_price, np.zeros(self._benefit.size)
            return self._stride > SMALLEST_STRIDE
        return self._move(bound, self._slope(above, picked))

    def _rule_out(self, bound: float, worth: Floats, picked: Ints) -> None:
        """A choice with this candidate does at most the bound, with it in place of the least picked."""
        least = float(worth[picked].min()) if len(picked) == self._limits.count and len(picked) else 0.0
        hopeless = bound - least + worth < self._target * (1 - ROUNDING)
        hopeless[picked] = False
        self.possible &= ~hopeless

    def _slope(self, above: Floats, picked: Ints) -> Floats:
        """How the bound grows with each price: 1, less the picked candidates that give more than the price."""
        slope = np.ones(self._benefit.size)
        for one in picked.tolist():
            part = slice(self._benefit.indptr[one], self._benefit.indptr[one + 1])
            slope[self._benefit.elements[part]] -= above[part] > 0
        # A price of nothing cannot fall.
        slope[(self._price <= 0) & (slope > 0)] = 0.0
        return slope

    def _move(self, bound: float, slope: Floats) -> bool:
        self._direction = slope + KEPT * self._direction
        steepness = float(self._direction @ self._direction)
        if steepness == 0:
            return False
        length = self._stride * (bound - self._target) / steepness
        self._price = np.maximum(self._price - length * self._direction, 0.0)
        return True
