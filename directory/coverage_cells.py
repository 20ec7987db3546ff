"""Every cell of a question: its people, how many are covered, and how far its middle sample is from an offer."""

import numpy as np

from directory.coverage_groups import GRAIN, Tally
from directory.coverage_inputs import CoverageInputs
from directory.coverage_terms import CellFigures
from geo.coverage import by_group
from geo.points import LonLat
from geo.reach_rows import Floats, Numbers


def cell_figures(inputs: CoverageInputs) -> list[CellFigures]:
    """One for each cell of the area asked about that has a point, in the order of the dataset.

    covered is None where nothing is known (off the network; estimates).
    """
    tally, cells, cell = Tally(inputs), inputs.people.cells, inputs.people.cell
    count = len(cells)
    people = by_group(np.where(inputs.inside, inputs.people.weights(inputs.query.band), 0.0), cell, count)
    reached = by_group(inputs.weights * tally.covered, cell, count)
    known = by_group((inputs.known & inputs.inside).astype(np.float64), cell, count) > 0
    asked = np.flatnonzero(by_group(inputs.inside.astype(np.float64), cell, count) > 0)
    middle = middle_samples(tally.minutes, inputs.people.share * inputs.known, cell, count)
    ids = [one.id for one in inputs.shown]
    counted = not tally.estimate
    found = []
    for at in asked.tolist():
        sample = int(middle[at])
        minutes = float(tally.minutes[sample]) if counted and known[at] else float("inf")
        place = int(tally.first.place[sample]) if known[at] else -1
        found.append(
            CellFigures(
                cells.kinds[at],
                cells.codes[at],
                cells.areas[at],
                LonLat(float(cells.lons[at]), float(cells.lats[at])),
                round(float(people[at]), GRAIN),
                round(min(float(reached[at]), float(people[at])), GRAIN) if counted and known[at] else None,
                minutes if np.isfinite(minutes) else None,
                ids[place] if place >= 0 else None,
            )
        )
    return found


def middle_samples(values: Floats, shares: Floats, cell: Numbers, count: int) -> Numbers:
    """(C,) the sample at which half of a cell's people are reached, by value; -1 without one.

    values, shares, cell: (S,).
    """
    found = np.full(count, -1, np.int32)
    some = np.flatnonzero(shares > 0)
    order = some[np.lexsort((some, values[some], cell[some]))]
    if not len(order):
        return found
    owner, sums = cell[order], np.cumsum(shares[order])
    ends = np.flatnonzero(np.append(owner[1:] != owner[:-1], True))
    before = np.concatenate([[0.0], sums[ends[:-1]]])
    half = np.searchsorted(sums, before + (sums[ends] - before) / 2 * (1 - 1e-12))
    found[owner[ends]] = order[np.minimum(half, ends)]
    return found
