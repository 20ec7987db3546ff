"""Reach rows written down by hand."""

from collections.abc import Sequence

import numpy as np

from geo.reach_rows import ReachRows, Row
from geo.travel import TravelMode
from geo.units import Minutes


def rows_of(trips: Sequence[dict[int, int]], size: int, limit: float = 90.0) -> ReachRows:
    """Rows from what each place's samples take, in seconds."""
    lengths = [len(one) for one in trips]
    pairs = [pair for one in trips for pair in sorted(one.items())]
    return ReachRows(
        "graph",
        "points",
        TravelMode.CAR,
        Minutes(limit),
        size,
        np.cumsum([0, *lengths]),
        np.array([sample for sample, _ in pairs], np.int32),
        np.array([seconds for _, seconds in pairs], np.uint16),
    )


def row_of(trips: dict[int, int]) -> Row:
    return rows_of([trips], 0).row(0)
