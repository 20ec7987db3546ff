"""Supply against demand by floating catchment areas, and how evenly it is spread over people.

`two_step` is the two-step floating catchment area method of Luo and Wang ("Measures of spatial accessibility to
health care in a GIS environment", Environment and Planning B 30, 2003) with one zone of weight 1, and the enhanced
method of Luo and Qi ("An enhanced two-step floating catchment area (E2SFCA) method for measuring spatial
accessibility to primary care physicians", Health & Place 15, 2009) with several: of place j with capacity C the
ratio R[j] = C[j] / sum over people k in its zones of W[zone of k]; of sample i the access A[i] = sum over places j
in whose zones it is of R[j] W[zone of i].

Whatever the zones, access summed over all people is the capacity of the places that anybody is in reach of.
"""

from collections.abc import Sequence

import numpy as np

from geo.errors import GeoError
from geo.reach_rows import NO_TRIP, Flags, Floats, ReachRows

type Zones = Sequence[tuple[float, float]]

# The weights of Luo and Qi for three zones of ten minutes each, of a decay that is slow.
SLOW_DECAY = (1.0, 0.68, 0.22)
# That many people of those with least access are "the worst off".
WORST = 0.1


def even_zones(seconds: float, weights: Sequence[float] = SLOW_DECAY) -> tuple[tuple[float, float], ...]:
    """Zones as wide as each other, of these weights from near to far; the last ends at so many seconds."""
    return tuple((seconds * (number + 1) / len(weights), weight) for number, weight in enumerate(weights))


def two_step(rows: ReachRows, capacity: Floats, weights: Floats, zones: Zones) -> Floats:
    """Capacity that falls to each person of a sample: (S,); 0 where no place is in reach.

    capacity: (P,) of each place; one of zero gives nothing. weights: (S,) people of each sample. zones: seconds
    up to which (included) a zone goes, ascending, and its weight. Raises GeoError for figures that cannot be.
    """
    capacity, weights = np.asarray(capacity, np.float64), np.asarray(weights, np.float64)
    _check(rows, capacity, weights)
    by_seconds = _by_seconds(zones)
    if zones[-1][0] > rows.limit * 60:
        raise GeoError(f"zones go to {zones[-1][0]:.0f} s, rows to {rows.limit * 60:.0f} s: ask for less")
    access = np.zeros(rows.size)
    for place in np.flatnonzero(capacity > 0).tolist():
        samples, seconds = rows.row(place)
        decay = by_seconds[seconds]
        demand = float(weights[samples] @ decay)
        if demand > 0:  # else nobody is there to use it
            access[samples] += capacity[place] / demand * decay
    return access


def mean_access(access: Floats, weights: Floats) -> float | None:
    """Mean over people; None without any. access, weights: (S,)."""
    people = float(weights.sum())
    return float(access @ weights) / people if people else None


def gini(access: Floats, weights: Floats) -> float:
    """Gini coefficient of access over people, from 0 (all have the same) to below 1; 0 when nobody has any.

    Twice the area between the Lorenz curve and the diagonal. access, weights: (S,), neither below zero.
    """
    people, held = _lorenz(access, weights)
    if not people[-1] or not held[-1]:
        return 0.0
    people, held = people / people[-1], held / held[-1]
    # Equal shares may differ from the diagonal by a rounding.
    return max(0.0, 1.0 - float(np.diff(people) @ (held[1:] + held[:-1])))


def worst_share(access: Floats, weights: Floats, part: float = WORST) -> float:
    """Share of all access that this part of the people has, those with least; 0 when nobody has any.

    A sample at the border counts with that part of its people. access, weights: (S,).
    """
    people, held = _lorenz(access, weights)
    if not people[-1] or not held[-1]:
        return 0.0
    return float(np.interp(part * people[-1], people, held)) / float(held[-1])


def ratio_of_means(access: Floats, weights: Floats, above: Flags, below: Flags) -> float | None:
    """Mean access of some people over that of others (rural over urban); None without people or access below.

    above, below: (S,) who belongs to which.
    """
    over = mean_access(access[above], weights[above])
    under = mean_access(access[below], weights[below])
    return None if over is None or not under else over / under


def _lorenz(access: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """People, from least access to most, and the access that they hold together; both begin with 0."""
    order = np.argsort(access, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(weights[order])])
    held = np.concatenate([[0.0], np.cumsum(access[order] * weights[order])])
    return people, held


def _by_seconds(zones: Zones) -> Floats:
    """The weight of a trip of so many whole seconds; 0 beyond the last zone."""
    if not zones:
        raise GeoError("there are no zones: give at least one, as seconds and weight")
    bounds, decay = np.array(zones, np.float64).T
    if not np.isfinite([bounds, decay]).all() or (np.diff(bounds) <= 0).any():
        raise GeoError(f"zones {zones} must be seconds, ascending, and weights")
    if bounds[0] < 0 or decay.min() < 0:
        raise GeoError(f"zones {zones} must not be below zero")
    zone = np.searchsorted(bounds, np.arange(NO_TRIP + 1))
    return np.append(decay, 0.0)[zone]


def _check(rows: ReachRows, capacity: Floats, weights: Floats) -> None:
    if capacity.shape != (len(rows),) or weights.shape != (rows.size,):
        raise GeoError(
            f"{len(rows)} places and {rows.size} samples, but capacities of {capacity.shape}"
            f" and people of {weights.shape}: give one number for each"
        )
    for what, given in (("capacity", capacity), ("people", weights)):
        wrong = np.flatnonzero(~np.isfinite(given) | (given < 0))
        if len(wrong):
            raise GeoError(f"{what} of number {wrong[0]} is {given[wrong[0]]}: it must be zero or more")
