"""Supply against demand: stated capacities shared among the people in reach, and how evenly."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from directory.coverage_groups import Tally, area_groups
from directory.coverage_inputs import NOT_SERVING, CoverageInputs, serving_seconds
from directory.coverage_terms import AreaHead, SupplyReport
from directory.errors import QuestionError
from geo.catchment import even_zones, gini, mean_access, ratio_of_means, two_step, worst_share
from geo.coverage import by_group
from geo.reach_rows import Flags, Floats, Numbers, ReachRows, Row

# Access is told as places for so many people.
PER = 1_000.0
ONE_ZONE = (1.0,)
_NOTHING = Row(np.empty(0, np.int32), np.empty(0, np.uint16))


def supply_report(inputs: CoverageInputs, decay: Sequence[float] = ONE_ZONE) -> SupplyReport:
    """Two-step floating catchment areas, as wide as the minutes asked for.

    decay: weights of zones of equal width, from near to far (`geo.catchment.SLOW_DECAY`: E2SFCA); else one zone.
    Only trips on which the person is still served make demand. Raises QuestionError (field network) for
    estimates: capacity cannot be shared among people that nobody counts.
    """
    if inputs.latest is not None:
        raise QuestionError(
            "La oferta se reparte solo con una red de caminos: instala una, o pregunta por la cobertura.",
            field="network",
        )
    stated, capacity = _capacity(inputs)
    weights = inputs.weights
    trips = served_rows(inputs.rows, np.where(capacity > 0, inputs.allowance, NOT_SERVING))
    access = PER * two_step(trips, capacity, weights, even_zones(float(inputs.seconds), decay))
    serving = inputs.serving >= 0
    settlements = np.array([one or "" for one in inputs.people.cells.settlements])[inputs.people.cell]
    return SupplyReport(
        inputs.query,
        inputs.basis,
        capacity=float(capacity[serving].sum()),
        without_capacity=int((serving & ~stated).sum()),
        zero=int((serving & stated & (capacity == 0)).sum()),
        mean=mean_access(access, weights) or 0.0,
        worst_decile=worst_share(access, weights),
        gini=gini(access, weights),
        rural_urban=ratio_of_means(access, weights, settlements == "rural", settlements == "urban"),
        comunas=_by_comuna(inputs, access),
    )


def served_rows(rows: ReachRows, allowance: Floats) -> ReachRows:
    """The rows without trips that are longer than a place allows. allowance: (P,) seconds, below 0: no trip."""
    kept = [rows.row(place) if far >= 0 else _NOTHING for place, far in enumerate(allowance.tolist())]
    cut = [row.seconds <= far for row, far in zip(kept, allowance.tolist(), strict=True)]
    lengths = [int(near.sum()) for near in cut]
    return replace(
        rows,
        indptr=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        samples=np.concatenate(
            [_NOTHING.samples, *(row.samples[near] for row, near in zip(kept, cut, strict=True))]
        ),
        seconds=np.concatenate(
            [_NOTHING.seconds, *(row.seconds[near] for row, near in zip(kept, cut, strict=True))]
        ),
    )


def _capacity(inputs: CoverageInputs) -> tuple[Flags, Floats]:
    """(P,) whether a place states a capacity, and how much: of its providers that serve the person, together."""
    places = inputs.places
    seconds = serving_seconds(places.providers, inputs.query, inputs.rows.limit)
    serving = [one if far >= 0 else None for one, far in zip(places.providers, seconds, strict=True)]
    stated = places.any([one is not None and one.capacity is not None for one in serving])
    each = np.array([one.capacity or 0.0 if one else 0.0 for one in serving], np.float64)
    return stated, np.bincount(places.of, each, minlength=len(places)).astype(np.float64)


def _by_comuna(inputs: CoverageInputs, access: Floats) -> tuple[tuple[AreaHead, float], ...]:
    groups = area_groups(inputs, "comuna")
    means = _means(access, inputs.weights, groups.of, len(groups.codes))
    by_code = dict(zip(groups.codes, means, strict=True))
    return tuple((head, by_code[head.code]) for head in Tally(inputs).area_heads(groups))


def _means(access: Floats, weights: Floats, of: Numbers, count: int) -> list[float]:
    people, held = by_group(weights, of, count), by_group(weights * access, of, count)
    return list(np.divide(held, people, out=np.zeros(count), where=people > 0).tolist())
