"""Cells of a grid of degrees: which of them lie around a point, over the antimeridian and at the poles too.

Keys of cells grow from south to north and, within a row, from west to east: the cells of one row are one run.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geo.points import EARTH_RADIUS_M

type Floats = npt.NDArray[np.float64]
type Longs = npt.NDArray[np.int64]

METRES_PER_DEGREE = EARTH_RADIUS_M * np.pi / 180
# So much is added to every window, degrees: rounding never loses a piece on its very edge.
_MARGIN = 1e-6


class Runs(NamedTuple):
    """Runs of keys, sorted by owner: row number of the point, first and last key (both included)."""

    owner: Longs
    first: Longs
    last: Longs


def keys(lons: Floats, lats: Floats, size: float) -> Longs:
    """Key of the cell of each point. Longitudes may lie outside of -180 to 180; size: degrees."""
    columns = round(360 / size)
    column = np.floor((lons + 180) % 360 / size).astype(np.int64) % columns
    return _row(lats, size) * columns + column


def around(lons: Floats, lats: Floats, metres: Floats, size: float) -> Runs:
    """The cells that hold everything within so many metres of each point."""
    columns = round(360 / size)
    reach = metres / METRES_PER_DEGREE + _MARGIN
    south, north = _row(lats - reach, size), _row(lats + reach, size)
    farthest = np.minimum(np.abs(lats) + reach, 90.0)
    wide = np.minimum(reach / np.maximum(np.cos(np.radians(farthest)), 1e-9), 360.0)
    west = np.floor((lons + 180 - wide) / size).astype(np.int64)
    east = np.floor((lons + 180 + wide) / size).astype(np.int64)
    whole = east - west + 1 >= columns
    if whole.any():
        west, east = np.where(whole, 0, west), np.where(whole, columns - 1, east)
    owner, row = expand(south, north + 1)
    runs = [_run(owner, row, np.maximum(west, 0)[owner], np.minimum(east, columns - 1)[owner], columns)]
    for over, low, high in (
        (west < 0, west + columns, np.full_like(west, columns - 1)),
        (east >= columns, np.zeros_like(east), east - columns),
    ):
        if over.any():
            mine = over[owner]
            runs.append(_run(owner[mine], row[mine], low[owner[mine]], high[owner[mine]], columns))
    if len(runs) == 1:
        return runs[0]
    together = [np.concatenate(parts) for parts in zip(*runs, strict=True)]
    order = np.argsort(together[0], kind="stable")
    return Runs(*(part[order] for part in together))


def expand(start: Longs, stop: Longs) -> tuple[Longs, Longs]:
    """Every number of the ranges start to stop (not included), and the row number of its range."""
    counts = np.maximum(stop - start, 0)
    owner = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return owner, np.arange(len(owner)) + (start - ends + counts)[owner]


def firsts(column: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which rows of a sorted column hold another value than the row before."""
    first = np.ones(len(column), bool)
    np.not_equal(column[1:], column[:-1], out=first[1:])
    return first


def _row(lats: Floats, size: float) -> Longs:
    rows = np.floor((lats + 90) / size).astype(np.int64)
    inside: Longs = np.minimum(np.maximum(rows, 0), round(180 / size) - 1)
    return inside


def _run(owner: Longs, row: Longs, low: Longs, high: Longs, columns: int) -> Runs:
    return Runs(owner, row * columns + low, row * columns + high)
