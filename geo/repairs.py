"""Candidate repairs of a position that cannot be where it says: proposals, never decisions.

`repairs` lists every reading that lands in the country; `the_only_repair` takes one only when exactly one
distinct position passes the caller's test (inside the declared commune). With two that fit, or none, the row
goes to a person.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from geo.crs import Crs, find_crs, to_wgs84, utm
from geo.errors import PositionError
from geo.points import Bounds, LonLat, great_circle

AS_GIVEN = "as_given"

# A lost decimal point with fewer decimals than this never told an address: 0.001 degrees are 110 metres.
_FEWEST_DECIMALS, _MOST_DECIMALS = 3, 16

# Two repairs this close are one position read in two ways.
_SAME_PLACE_M = 1.0

_WEB_MERCATOR = 3857


@dataclass(frozen=True, slots=True)
class Repair:
    """One reading. `steps` names what was done ("swapped", "lat_sign", "lon_point_6", "crs_32719"); empty
    when the position is taken as given.
    """

    point: LonLat
    steps: tuple[str, ...]

    @property
    def name(self) -> str:
        """The steps joined with "+", or "as_given"."""
        return "+".join(self.steps) or AS_GIVEN


def repairs(lon: float, lat: float, bounds: Bounds, projected: Sequence[Crs] | None = None) -> list[Repair]:
    """Every reading of two numbers that lands inside the bounds, the one as given included.

    lon and lat are the numbers of the two fields, whatever they hold. `projected` are the metre systems to
    try; by default web Mercator and the WGS 84 UTM zones that cover the bounds. Bounds do not cross the
    antimeridian. Raises PositionError when a number is not finite; an empty list when nothing lands inside.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise PositionError(f"position is not finite: {lon}, {lat}")
    systems = _metre_systems(bounds) if projected is None else tuple(projected)
    found = [
        repair
        for swap, (x, y) in (((), (lon, lat)), (("swapped",), (lat, lon)))
        for repair in (*_in_degrees(x, y, bounds, swap), *_in_metres(x, y, bounds, swap, systems))
    ]
    return sorted(found, key=lambda repair: len(repair.steps))


def the_only_repair(candidates: Iterable[Repair], inside: Callable[[LonLat], bool]) -> Repair | None:
    """The repair whose position alone passes the test, or None when none does or two distinct ones do.

    A position that passes as given competes like any other, so a repair never moves a point that was right.
    Of several readings of the same position the one with the fewest steps is returned.
    """
    fitting = sorted(
        (repair for repair in candidates if inside(repair.point)), key=lambda repair: len(repair.steps)
    )
    if not fitting:
        return None
    best = fitting[0]
    alone = all(great_circle(best.point, other.point) <= _SAME_PLACE_M for other in fitting)
    return best if alone else None


def _in_degrees(x: float, y: float, bounds: Bounds, swap: tuple[str, ...]) -> list[Repair]:
    lons = _readings(x, bounds.west, bounds.east, "lon")
    lats = _readings(y, bounds.south, bounds.north, "lat")
    return [
        Repair(LonLat(lon, lat), (*swap, *lon_steps, *lat_steps))
        for (lon, lon_steps), (lat, lat_steps) in product(lons, lats)
    ]


def _readings(value: float, low: float, high: float, axis: str) -> list[tuple[float, tuple[str, ...]]]:
    """Readings of one number within its range: with the other sign, with a decimal point put back."""
    found = []
    fewest = max(1, _FEWEST_DECIMALS - _decimals(value))
    for decimals in (0, *range(fewest, _MOST_DECIMALS)):
        point = (f"{axis}_point_{decimals}",) if decimals else ()
        for sign, flip in ((1, ()), (-1, (f"{axis}_sign",))):
            reading = sign * value / 10**decimals
            if low <= reading <= high and (value or not flip):
                found.append((reading, (*point, *flip)))
    return found


def _decimals(value: float) -> int:
    """Digits after the point in the shortest writing of a number: 0 for 12.0, 4 for -3345.0123."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _in_metres(
    x: float, y: float, bounds: Bounds, swap: tuple[str, ...], systems: Sequence[Crs]
) -> list[Repair]:
    if max(abs(x), abs(y)) <= 180:
        return []
    found = []
    for crs, (easting, thousands) in product(systems, _eastings(x)):
        try:
            point = to_wgs84(easting, y, crs)
        except PositionError:
            continue  # not a reading in this system: that is what is being found out
        if bounds.contains(point):
            found.append(Repair(point, (*swap, *thousands, f"crs_{crs.code}")))
    return found


def _eastings(x: float) -> list[tuple[float, tuple[str, ...]]]:
    """An easting as given; "346.123" beside a northing of millions may be 346 thousand and 123 metres."""
    whole = round(x * 1000)
    if 100 <= x < 1000 and math.isclose(x * 1000, whole, abs_tol=1e-6):
        return [(x, ()), (float(whole), ("thousands",))]
    return [(x, ())]


def _metre_systems(bounds: Bounds) -> tuple[Crs, ...]:
    first, last = (min(60, max(1, int((lon + 180) // 6) + 1)) for lon in (bounds.west, bounds.east))
    halves = [south for south, meets in ((True, bounds.south < 0), (False, bounds.north > 0)) if meets]
    zones = [utm(zone, south=south) for zone in range(first, last + 1) for south in halves]
    return (*zones, find_crs(_WEB_MERCATOR))
