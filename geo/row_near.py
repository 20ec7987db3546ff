"""Which samples may reach a place within a limit at all, by straight lines: a tree of points on the sphere."""

import math

import numpy as np
from scipy.spatial import cKDTree

from geo.points import EARTH_RADIUS_M
from geo.reach_rows import Floats, Numbers
from geo.road_graph import RoadGraph
from geo.road_write import LEAST_SECONDS
from geo.travel import TravelMode
from geo.units import Metres

# Great circles and chords are rounded differently: nothing on the very edge is lost.
_SLACK = 1e-9


def on_sphere(lons: Floats, lats: Floats) -> Floats:
    """(n, 3) points on the sphere of radius 1, from degrees."""
    lon, lat = np.radians(lons), np.radians(lats)
    flat = np.cos(lat)
    return np.column_stack([flat * np.cos(lon), flat * np.sin(lon), np.sin(lat)])


def chord(metres: Metres) -> float:
    """The straight line between two points of the sphere of radius 1 that are so far apart along it, or a hair more."""
    half = min(metres / EARTH_RADIUS_M, math.pi) / 2
    return 2 * math.sin(half) * (1 + _SLACK) + _SLACK


def near_any(lons: Floats, lats: Floats, places: Floats, metres: Metres) -> Numbers:
    """Numbers of the points, ascending, that are within so many metres of any place. places: `on_sphere`."""
    far, _ = cKDTree(places).query(on_sphere(lons, lats), distance_upper_bound=chord(metres))
    return np.flatnonzero(np.isfinite(far)).astype(np.int32)


def fastest(graph: RoadGraph, mode: TravelMode) -> float:
    """Metres a second that nobody exceeds, on any road of the mode or off it."""
    seconds = graph.edge_seconds[mode].min(axis=1).astype(np.float64)
    speeds = graph.edge_metres / np.maximum(seconds, LEAST_SECONDS)
    return max(float(speeds.max(initial=0.0)), graph.walking)
