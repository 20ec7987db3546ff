"""Coverage and gaps: who is within reach of a fitting offer, where, and why the others are not."""

from collections.abc import Mapping

import numpy as np

from directory.coverage_groups import Tally, area_groups, settlement_groups
from directory.coverage_inputs import NOT_SERVING, CoverageInputs
from directory.coverage_terms import LONGEST, AreaHead, CoverageReport, GapReport, WhyLeftOut
from geo.coverage import covered, curve
from geo.reach_rows import Flags

# Minutes between the steps of the curve.
STEP = 5


def coverage_report(inputs: CoverageInputs) -> CoverageReport:
    """The whole report of one question."""
    tally = Tally(inputs)
    return CoverageReport(
        inputs.query,
        inputs.basis,
        tally.head(),
        _curve(tally),
        comunas=tally.area_heads(area_groups(inputs, "comuna")),
        provinces=tally.area_heads(area_groups(inputs, "province")),
        regions=tally.area_heads(area_groups(inputs, "region")),
        settlements=tally.area_heads(settlement_groups(inputs)),
        bands=_bands(tally),
        second=tally.second_share(),
    )


def gap_report(inputs: CoverageInputs, unmet: Mapping[str, int]) -> GapReport:
    """Comunas by people left out, most first. unmet: needs recorded as unmet, by area code.

    Comunas of which nobody's trips are known (off the network, or empty) are no gaps, unless a need was recorded.
    """
    tally = Tally(inputs)
    why = {} if tally.estimate else why_left_out(tally)
    areas = tally.area_heads(area_groups(inputs, "comuna"), why, unmet)
    told = [one for one in areas if one.head.people or one.unmet]
    return GapReport(inputs.query, inputs.basis, tally.head(), tuple(sorted(told, key=_most_left_out)))


def why_left_out(tally: Tally) -> dict[WhyLeftOut, Flags]:
    """(S,) samples by the one reason for which they are left out; those off the network have none.

    A closed place in reach comes first, for its hours could be changed; then one in reach that does not take the
    person; then the water; then distance.
    """
    inputs = tally.inputs
    admits = inputs.places.any([one.verdict != "no" for one in inputs.places.providers])
    limit = float(inputs.rows.limit * 60)

    def within(places: Flags, seconds: float) -> Flags:
        return covered(inputs.rows, np.where(places, seconds, NOT_SERVING))

    left = inputs.known & inputs.inside & ~tally.covered
    found: dict[WhyLeftOut, Flags] = {}
    for reason, applies in (
        (WhyLeftOut.CLOSED, within(admits, inputs.seconds)),
        (WhyLeftOut.NOT_ELIGIBLE, within(~admits, inputs.seconds)),
        (WhyLeftOut.FERRY_ONLY, _across_water(inputs, admits)),
        (WhyLeftOut.TOO_FAR, within(admits, limit)),
        (WhyLeftOut.NOT_ELIGIBLE, within(~admits, limit)),
        (WhyLeftOut.NO_OFFER, np.ones(len(left), bool)),
    ):
        found[reason] = found.get(reason, np.zeros(len(left), bool)) | (left & applies)
        left = left & ~applies
    return found


def _across_water(inputs: CoverageInputs, admits: Flags) -> Flags:
    """(S,) whom only a ferry leads to the places that would take the person."""
    if inputs.roads is None or not admits.any():
        return np.zeros(len(inputs.weights), bool)
    places, roads = inputs.places, inputs.roads
    accesses = roads.snapper.accesses(
        places.lons[admits], places.lats[admits], inputs.query.mode, places.off_roads[admits]
    )
    return roads.builder.ferry_only(accesses)


def _curve(tally: Tally) -> tuple[tuple[int, float, float], ...]:
    """Shares of people by minutes, at the latest and at best."""
    steps = list(range(STEP, LONGEST[tally.inputs.query.mode] + 1, STEP))
    weights = tally.inputs.weights
    low, high = (curve(one.seconds, weights, steps).tolist() for one in (tally.late, tally.first))
    return tuple(zip(steps, low, high, strict=True))


def _bands(tally: Tally) -> tuple[AreaHead, ...]:
    """One head for each band of the dataset: its people alone."""
    inputs = tally.inputs
    found = []
    for key in inputs.people.cells.bands:
        weights = np.where(inputs.known & inputs.inside, inputs.people.weights(key), 0.0)
        found.append(AreaHead(key, key, None, tally.head(weights)))
    return tuple(found)


def _most_left_out(area: AreaHead) -> tuple[float, float, str]:
    """Sorts first where most people are surely or possibly left out; estimates by their worse bound."""
    people, low = area.head.people, area.head.low
    left = area.head.left_out
    return (-(people * (1 - (low or 0.0)) if left is None else left), -people, area.code)
