"""Reach rows where there is no road network: the soonest and the latest trip by straight line, never one number.

Exactly what `geo.estimate.EstimateRouter.trips` says of each pair, for as many pairs as a country has: samples
are found around a place by a tree of points on the sphere, as far as the soonest trip of the limit may go.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from geo.estimate import METHOD, EstimateRouter
from geo.points import EARTH_RADIUS_M, LonLat, great_circles
from geo.reach_rows import (
    Floats,
    Numbers,
    ReachRows,
    Row,
    Samples,
    check_rows,
    check_samples,
    joined,
    whole_seconds,
)
from geo.row_near import chord, on_sphere
from geo.travel import TravelMode
from geo.units import Metres, Minutes

_HALF_ROUND = math.pi * EARTH_RADIUS_M


class EstimatedRows(NamedTuple):
    """Rows by the soonest and by the latest minutes of each estimate: the truth is most often in between."""

    soonest: ReachRows
    latest: ReachRows


def estimated_rows(
    router: EstimateRouter,
    samples: Samples,
    lons: Sequence[float],
    lats: Sequence[float],
    mode: TravelMode,
    limit: Minutes,
) -> EstimatedRows:
    """One row for each place, at degrees. Trips that the router refuses (too far, another land) are in neither.

    Raises GeoError when rows cannot be of this mode or limit, or a sample or place is nowhere on the globe.
    """
    check_rows(mode, limit)
    check_samples(samples)
    places = [LonLat(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)]
    land = _lands(router, samples)
    reach = chord(_farthest(router, mode, limit))
    soonest, latest = [], []
    tree = cKDTree(on_sphere(samples.lons, samples.lats)) if len(samples) else None
    for place in places:
        middle = on_sphere(np.array([place.lon]), np.array([place.lat]))[0]
        near = tree.query_ball_point(middle, reach, return_sorted=True) if tree is not None else []
        rows = _two_rows(router, samples, land, place, np.array(near, np.int32), mode, limit)
        soonest.append(rows[0])
        latest.append(rows[1])
    return EstimatedRows(*(joined(METHOD, samples, mode, limit, rows) for rows in (soonest, latest)))


def _farthest(router: EstimateRouter, mode: TravelMode, limit: Minutes) -> Metres:
    """No straight line longer than this has an estimate whose soonest trip is within the limit."""
    low, high = 0.0, _HALF_ROUND if router.farthest is None else min(router.farthest, _HALF_ROUND)
    if router.estimates(np.array([high]), mode).earliest[0] <= limit:
        return Metres(high)
    while high - low > 1.0:
        middle = (low + high) / 2
        soon = router.estimates(np.array([middle]), mode).earliest[0] <= limit
        low, high = (middle, high) if soon else (low, middle)
    return Metres(high + 1.0)  # whole seconds are rounded up but for a grain


def _lands(router: EstimateRouter, samples: Samples) -> list[str | None] | None:
    """The landmass of each sample, asked once; None when the router knows of none."""
    separation = router.separation
    if separation is None:
        return None
    return [separation(LonLat(*at)) for at in zip(samples.lons.tolist(), samples.lats.tolist(), strict=True)]


def _two_rows(
    router: EstimateRouter,
    samples: Samples,
    land: list[str | None] | None,
    place: LonLat,
    near: Numbers,
    mode: TravelMode,
    limit: Minutes,
) -> tuple[Row, Row]:
    straight = great_circles(place, samples.lons[near], samples.lats[near])
    allowed = np.ones(len(near), bool) if router.farthest is None else straight <= router.farthest
    if land is not None and router.separation is not None:
        here = router.separation(place)
        allowed &= np.fromiter((land[one] == here for one in near.tolist()), bool, len(near))
    near, straight = near[allowed], straight[allowed]
    told = router.estimates(straight, mode)
    return _row(near, told.earliest, limit), _row(near, told.latest, limit)


def _row(near: Numbers, minutes: Floats, limit: Minutes) -> Row:
    whole = whole_seconds(minutes * 60)
    kept = whole <= limit * 60
    return Row(near[kept], whole[kept].astype(np.uint16))
