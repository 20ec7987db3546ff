"""Coverage in space and time: mobile points count on their days only, and what they add is told day by day."""

from dataclasses import replace
from datetime import date

import numpy as np

from directory.coverage_inputs import NOT_SERVING, CoverageInputs, days_from, on_days
from directory.coverage_terms import DayCoverage, DaysReport
from directory.errors import QuestionError
from geo.coverage import covered, covered_days, mean_wait, person_days
from geo.reach_rows import Flags, Floats


def days_report(inputs: CoverageInputs, first: date, count: int) -> DaysReport:
    """Coverage of so many days from first on. inputs: with the windows of those days, and mobile points in.

    Raises QuestionError (field network) for estimates: bounds of every day would say nothing.
    """
    if inputs.latest is not None:
        raise QuestionError(
            "Día por día se cuenta solo con una red de caminos: instala una, o pregunta por la cobertura.",
            field="network",
        )
    days = list(days_from(first, count))
    mobile = np.array([one.mobile for one in inputs.places.providers], bool)
    every, fixed = (_covered(inputs, days, left_out) for left_out in (np.zeros_like(mobile), mobile))
    shares, without = _shares(inputs, every), _shares(inputs, fixed)
    weights = inputs.weights
    return DaysReport(
        replace(inputs.query, day=first, days=count),
        inputs.basis,
        tuple(DayCoverage(*one) for one in zip(days, shares, without, strict=True)),
        any_day=_share(inputs, every.any(axis=1)),
        any_day_without_mobile=_share(inputs, fixed.any(axis=1)),
        union=_share(inputs, covered(inputs.rows, _at_once(inputs))),
        mean_wait=mean_wait(every, weights),
        person_days=person_days(every, weights),
        person_days_without_mobile=person_days(fixed, weights),
    )


def day_allowances(inputs: CoverageInputs, days: list[date], left_out: Flags) -> Floats:
    """(P, D) seconds that a trip to each place may take on each day. left_out: (N,) providers not to count."""
    places, query = inputs.places, inputs.query
    found = np.full((len(places), len(days)), NOT_SERVING)
    for place, one, out in zip(places.of.tolist(), places.providers, left_out.tolist(), strict=True):
        if not out:
            found[place] = np.maximum(found[place], on_days(one, query, days, inputs.rows.limit))
    capped: Floats = np.minimum(found, inputs.seconds)
    return capped


def _covered(inputs: CoverageInputs, days: list[date], left_out: Flags) -> Flags:
    return covered_days(inputs.rows, day_allowances(inputs, days, left_out))


def _at_once(inputs: CoverageInputs) -> Floats:
    """(P,) as a map without days would have it: every point that admits the person, every minute of the day."""
    admits = inputs.places.any([one.verdict != "no" for one in inputs.places.providers])
    return np.where(admits, float(inputs.seconds), NOT_SERVING)


def _shares(inputs: CoverageInputs, days: Flags) -> list[float]:
    return [_share(inputs, days[:, day]) for day in range(days.shape[1])]


def _share(inputs: CoverageInputs, flags: Flags) -> float:
    people = float(inputs.weights.sum())
    return min(1.0, float(inputs.weights @ flags) / people) if people else 0.0
