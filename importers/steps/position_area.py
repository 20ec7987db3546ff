"""Whether a point can be in the comuna that its row states."""

from collections.abc import Iterable
from enum import Enum

import numpy as np

from directory.records import OfferRecord
from geo.points import LonLat
from geo.units import Metres
from importers.steps.context import StepContext
from importers.steps.position_read import plain_degrees

TOLERANCE = Metres(2_000)
"""Official boundaries are drawn this coarsely: a point so near is taken as inside."""

FAR_FROM_SEAT = Metres(60_000)
"""With an approximate boundary only a point also this far from the comuna's seat is doubted."""


class Fit(Enum):
    """How a point lies to the stated comuna."""

    INSIDE = "inside"
    BESIDE = "beside"
    COAST = "coast"
    OUTSIDE = "outside"


def prepare(records: Iterable[OfferRecord], context: StepContext) -> None:
    """Find the comunas of a batch's plain points at once: one by one takes thirty times as long."""
    points = list(
        {degrees for one in records if (degrees := plain_degrees(one.location.stated_position, context))}
    )
    context.comunas_at.clear()
    if points:
        lons, lats = np.array(points).T
        context.comunas_at.update(zip(points, context.areas.at_many(lons, lats).tolist(), strict=True))


def comuna_at(point: LonLat, context: StepContext) -> str | None:
    """Code of the comuna that holds the point."""
    key = (point.lon, point.lat)
    if key not in context.comunas_at:
        context.comunas_at[key] = context.areas.at(point)
    return context.comunas_at[key]


def fit(point: LonLat, stated: str | None, context: StepContext) -> Fit:
    """How the point lies to the stated comuna, or, when none is stated, to the country."""
    held_by = comuna_at(point, context)
    if stated is None:
        if held_by is not None:
            return Fit.INSIDE
        return Fit.COAST if context.areas.at(point, TOLERANCE) is not None else Fit.OUTSIDE
    if held_by == stated:
        return Fit.INSIDE
    if not _is_official(stated, context):
        return _near_seat(point, stated, context)
    outside = context.areas.distance_outside(stated, point)
    if outside is not None and outside <= TOLERANCE:
        return Fit.BESIDE if held_by is not None else Fit.COAST
    return Fit.OUTSIDE


def _is_official(code: str, context: StepContext) -> bool:
    return context.areas[code].boundary == "official" and context.areas[code].polygon is not None


def _near_seat(point: LonLat, stated: str, context: StepContext) -> Fit:
    """Approximate boundaries say little: a point not far from the seat passes without a word."""
    away = context.areas.distance_to_seat(stated, point)
    near = away is not None and away <= FAR_FROM_SEAT and context.facts.holds(point)
    return Fit.INSIDE if near else Fit.OUTSIDE


def settled_area(point: LonLat | None, stated: str | None, context: StepContext) -> str | None:
    """The comuna to publish: by official polygon where there is a point, else as stated."""
    if point is None:
        return stated
    held_by = comuna_at(point, context)
    if held_by is not None and (stated is None or _is_official(held_by, context)):
        return held_by
    return stated or context.areas.at(point, TOLERANCE)
