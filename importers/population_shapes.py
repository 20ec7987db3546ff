"""Shapes of population cells: where their people are taken to live, how they are drawn, and which overlap.

The rule of samples. A cell of up to 4 km2 has one: a point on its surface. A larger one has one for every
4 km2, at most 16, in a square lattice: its step is the side of a square of the area over the number wanted,
and its middle that of the box; points outside the shape are left out, and the step grows by a twentieth until
no more than wanted are left. Where none is left it has one on its surface. Each stands for an equal share of
the people. The same shape gives the same points.
"""

import math
from collections.abc import Sequence
from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import shapely

from geo.points import EARTH_RADIUS_M, LonLat

SAMPLE_KM2 = 4.0
MOST_SAMPLES = 16
# Cells share borders, and generalised borders cross a little: more than this of the smaller one is no border.
OVERLAP = 0.1
# Metres that a drawn border may differ from the true one.
DRAWN_M = 5.0
DRAWN_LARGE_M = 25.0
_GROWTH = 1.05
_DIGITS = 7
_M_PER_DEGREE = EARTH_RADIUS_M * math.pi / 180


def area_km2(shape: Any) -> float:
    """Square kilometres of a shape in degrees, on a plane at its middle: to 1 % for cells of a census."""
    lat = (shape.bounds[1] + shape.bounds[3]) / 2
    return float(shapely.area(shape)) * math.cos(math.radians(lat)) * (_M_PER_DEGREE / 1000) ** 2


def inside(shape: Any) -> LonLat:
    """A point on the surface of a shape."""
    point = shapely.point_on_surface(shape)
    return LonLat(round(point.x, _DIGITS), round(point.y, _DIGITS))


def samples_of(shape: Any) -> tuple[LonLat, ...]:
    """Where the people of a shape are taken to live, from south to north, then west to east."""
    area = area_km2(shape)
    wanted = min(MOST_SAMPLES, math.ceil(area / SAMPLE_KM2))
    if wanted <= 1:
        return (inside(shape),)
    step = math.sqrt(area / wanted)
    shapely.prepare(shape)
    points = _lattice(shape, step)
    while len(points) > wanted:
        step *= _GROWTH
        points = _lattice(shape, step)
    return tuple(LonLat(lon, lat) for lon, lat in points.tolist()) or (inside(shape),)


def _lattice(shape: Any, step_km: float) -> npt.NDArray[np.float64]:
    west, south, east, north = shape.bounds
    high = step_km * 1000 / _M_PER_DEGREE
    wide = high / math.cos(math.radians((south + north) / 2))
    lats, lons = np.meshgrid(_centred(south, north, high), _centred(west, east, wide), indexing="ij")
    points = np.round(np.column_stack([lons.ravel(), lats.ravel()]), _DIGITS)
    held: npt.NDArray[np.float64] = points[shapely.contains_xy(shape, points)]
    return held


def _centred(low: float, high: float, step: float) -> npt.NDArray[np.float64]:
    """As many steps as fit, to the nearest whole number, around the middle of a range."""
    count = max(1, round((high - low) / step))
    steps: npt.NDArray[np.float64] = np.arange(count, dtype=float) - (count - 1) / 2
    return (low + high) / 2 + steps * step


def drawn(shape: Any) -> bytes:
    """A multipolygon generalised by some metres, as WKB; the smallest cells stay as they are."""
    tolerance = (DRAWN_LARGE_M if area_km2(shape) > SAMPLE_KM2 else DRAWN_M) / _M_PER_DEGREE
    simple = shapely.simplify(shape, tolerance, preserve_topology=True)
    kept = simple if not simple.is_empty and shapely.is_valid(simple) else shape
    many = kept if kept.geom_type == "MultiPolygon" else shapely.MultiPolygon([kept])
    wkb: bytes = shapely.to_wkb(many)
    return wkb


def hexagon(cell: str) -> Any:
    """The shape of an H3 cell; None when it is none, or lies over the antimeridian."""
    if not h3.is_valid_cell(cell):
        return None
    corners = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
    lons = [lon for lon, _ in corners]
    return shapely.Polygon(corners) if max(lons) - min(lons) < 180 else None


def square(middle: LonLat, side_m: float) -> Any:
    """A square cell of a grid around its middle, of so many metres a side."""
    high = side_m / 2 / _M_PER_DEGREE
    wide = high / math.cos(math.radians(middle.lat))
    return shapely.box(middle.lon - wide, middle.lat - high, middle.lon + wide, middle.lat + high)


def overlaps(shapes: Sequence[Any]) -> list[tuple[int, int, float]]:
    """Pairs of shapes that share more than OVERLAP of the smaller one, worst first, with that share."""
    found = np.array(shapes, dtype=object)
    if len(found) < 2:
        return []
    areas = shapely.area(found)
    first, second = shapely.STRtree(found).query(found)
    apart = (first < second) & (
        _boxes_share(shapely.bounds(found), first, second) > OVERLAP * np.minimum(areas[first], areas[second])
    )
    first, second = first[apart], second[apart]
    common = shapely.area(shapely.intersection(found[first], found[second]))
    shares = common / np.minimum(areas[first], areas[second])
    order = [place for place in np.argsort(-shares, kind="stable") if shares[place] > OVERLAP]
    return [(int(first[place]), int(second[place]), float(shares[place])) for place in order]


def _boxes_share(boxes: Any, first: Any, second: Any) -> npt.NDArray[np.float64]:
    """Square degrees that the boxes of pairs share: no more than their shapes can."""
    west, south = np.maximum(boxes[first, :2], boxes[second, :2]).T
    east, north = np.minimum(boxes[first, 2:], boxes[second, 2:]).T
    shared: npt.NDArray[np.float64] = np.clip(east - west, 0, None) * np.clip(north - south, 0, None)
    return shared
