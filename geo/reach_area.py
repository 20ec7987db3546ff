"""The area within some minutes, to draw it: never to count with, for it holds the gaps between roads too.

The roads that are reached (partly reached ones to where the time ends) are put on a grid of squares, the squares
and their neighbours are joined, and the outline is straightened. Squares are as fine as the size of the
drawing allows.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.ndimage import binary_dilation

from geo.points import LonLat
from geo.reach import RoadReach
from geo.reach_path import leg_shape
from geo.road_graph import DEGREE, Floats, RoadGraph
from geo.snap_cells import METRES_PER_DEGREE, Longs, expand
from geo.snap_write import wrapped
from geo.units import Metres, Minutes

# Metres of a square at least, and squares across the area at most, to begin with.
_SQUARE, _ACROSS = 40.0, 160
# Corners of the outline at most: about 20 bytes each as GeoJSON.
_CORNERS = 800
# Gaps of fewer squares than this are filled.
_GAP = 12
_DECIMALS = 1e-5
# Square metres of a hole in a drawing that is worth its line.
WALKED_GAP = 500_000.0


def reach_area(reach: RoadReach, minutes: Minutes) -> Any:
    """A Polygon or MultiPolygon in degrees, WGS 84, that holds the origin; under 20 kB as GeoJSON.

    Searches as far as it has to. What lies beyond the antimeridian is a part of its own.
    """
    reach.know(minutes)
    plane = _Plane(reach.origin)
    lines = _reached_lines(reach, plane, minutes * 60)
    size = max(_SQUARE, float(np.ptp(lines.reshape(-1, 2), axis=0).max()) / _ACROSS)
    while True:
        outline = _outline(lines, size)
        if shapely.get_num_coordinates(outline) <= _CORNERS:
            return plane.degrees(outline)
        size *= 1.4


def without_gaps(area: Any) -> Any:
    """The area without holes smaller than WALKED_GAP: blocks of houses between streets that are all reached."""

    def solid(part: Any) -> Any:
        _, lat = part.centroid.coords[0]
        square = METRES_PER_DEGREE**2 * max(float(np.cos(np.radians(lat))), 1e-6)
        kept = [ring for ring in part.interiors if shapely.Polygon(ring).area * square > WALKED_GAP]
        return shapely.Polygon(part.exterior, kept)

    parts = [solid(part) for part in shapely.get_parts(area)]
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0]


def reach_extents(area: Any, origin: LonLat) -> tuple[Metres, Metres, Metres, Metres]:
    """How far an area of `reach_area` goes from its origin: to the north, east, south and west."""
    points = shapely.get_coordinates(area)
    easts = wrapped(points[:, 0] - origin.lon) * METRES_PER_DEGREE * np.cos(np.radians(origin.lat))
    norths = (points[:, 1] - origin.lat) * METRES_PER_DEGREE
    north, east, south, west = (
        Metres(max(float(one), 0.0)) for one in (norths.max(), easts.max(), -norths.min(), -easts.min())
    )
    return north, east, south, west


class _Plane:
    """Metres east and north of one point."""

    def __init__(self, centre: LonLat) -> None:
        self._centre = np.array([centre.lon, centre.lat])
        shrink = max(float(np.cos(np.radians(centre.lat))), 1e-6)
        self._scale = np.array([METRES_PER_DEGREE * shrink, METRES_PER_DEGREE])

    def metres(self, degrees: Floats) -> Floats:
        """From rows of longitude and latitude."""
        away = degrees - self._centre
        away[:, 0] = wrapped(away[:, 0])
        flat: Floats = away * self._scale
        return flat

    def degrees(self, shape: Any) -> Any:
        """A geometry in degrees, within -180 to 180 and -90 to 90."""

        def back(points: Floats) -> Floats:
            turned: Floats = points / self._scale + self._centre
            return turned

        whole = shapely.transform(shape, back)
        west, south, east, north = whole.bounds
        if west < -180 or east > 180:
            world = shapely.box(-180, -90, 180, 90)
            turned = (
                shapely.transform(whole, lambda xy, by=by: xy + np.array([by, 0])) for by in (-360, 0, 360)
            )
            whole = shapely.union_all([shapely.intersection(one, world) for one in turned])
        elif south < -90 or north > 90:
            whole = shapely.intersection(whole, shapely.box(-180, -90, 180, 90))
        return shapely.set_precision(whole, _DECIMALS)


def _reached_lines(reach: RoadReach, plane: _Plane, limit: float) -> Floats:
    """Straight pieces of road that are reached within so many seconds: (n, 2 ends, 2 metres)."""
    graph = reach.graph
    nodes, seconds = reach.reached()
    near = seconds <= limit
    nodes, seconds = nodes[near], seconds[near]
    roads = graph.forward[reach.mode]
    owner, arcs = expand(roads.indptr[nodes].astype(np.int64), roads.indptr[nodes + 1].astype(np.int64))
    edges = roads.arcs_edge[arcs].astype(np.int64)
    part = np.minimum((limit - seconds[owner]) / np.maximum(roads.seconds[arcs], 1e-9), 1.0)
    forth = graph.edge_from[edges] == nodes[owner]
    land = ~graph.edge_ferry[edges]
    lines = [_parts(graph, plane, edges[land], forth[land], part[land])]
    here = [plane.metres(np.array([[reach.origin.lon, reach.origin.lat]]))[0]]
    for way in reach.ways:
        left = max(limit - way.delay, 0.0)
        share = min(left / way.seconds, 1.0) if way.seconds > 0 else 0.0
        leg = way.leg._replace(stop=way.leg.start + (way.leg.stop - way.leg.start) * share)
        points = plane.metres(leg_shape(graph, leg))
        here.append(points[0])
        lines.append(np.stack([points[:-1], points[1:]], axis=1))
    lines.append(np.array([[here[0], end] for end in here]))
    return np.concatenate(lines)


def _parts(
    graph: RoadGraph, plane: _Plane, edges: Longs, forth: npt.NDArray[np.bool_], part: Floats
) -> Floats:
    """The straight pieces of these edges, cut after a part of the edge seen from where it is entered."""
    owner, at = expand(graph.shape_start[edges], graph.shape_start[edges + 1] - 1)
    start, stop = (plane.metres(graph.shape[index] / DEGREE) for index in (at, at + 1))
    length = np.hypot(*(stop - start).T)
    total = np.bincount(owner, length, len(edges))
    before = np.cumsum(length) - length
    before -= (np.cumsum(total) - total)[owner]
    done = np.where(forth[owner], before, total[owner] - before - length)
    share = np.clip((part[owner] * total[owner] - done) / np.maximum(length, 1e-9), 0.0, 1.0)
    first = np.where(forth[owner, None], start, stop)
    last = first + (np.where(forth[owner, None], stop, start) - first) * share[:, None]
    lines: Floats = np.stack([first, last], axis=1)[share > 0]
    return lines


def _outline(lines: Floats, size: float) -> Any:
    """The straightened outline of the squares, of so many metres, that lines meet, and their neighbours."""
    steps = np.maximum(np.ceil(np.hypot(*(lines[:, 1] - lines[:, 0]).T) / (size / 2)), 1).astype(np.int64)
    owner, number = expand(np.zeros_like(steps), steps + 1)
    along = (number / steps[owner])[:, None]
    points = lines[owner, 0] + (lines[owner, 1] - lines[owner, 0]) * along
    cells = np.floor(points / size).astype(np.int64)
    low = cells.min(axis=0) - 2
    column, row = (cells - low).T
    grid = np.zeros((int(row.max()) + 3, int(column.max()) + 3), bool)
    grid[row, column] = True
    grid = binary_dilation(grid, np.ones((3, 3), bool))
    edges = np.diff(grid.astype(np.int8), axis=1, prepend=0)
    rows, begin = np.nonzero(edges == 1)
    end = np.nonzero(edges == -1)[1]
    west, south = (begin + low[0]) * size, (rows + low[1]) * size
    boxes = shapely.box(west, south, (end + low[0]) * size, south + size)
    joined = shapely.union_all(boxes)
    solid = [
        shapely.Polygon(one.exterior, [ring for ring in one.interiors if _big(ring, size)])
        for one in shapely.get_parts(joined)
    ]
    return shapely.simplify(shapely.MultiPolygon(solid) if len(solid) > 1 else solid[0], size * 0.72)


def _big(ring: Any, size: float) -> bool:
    return bool(shapely.area(shapely.Polygon(ring)) >= _GAP * size * size)
