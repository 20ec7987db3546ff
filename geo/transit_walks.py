"""Walks between one place and all stops of a timetable, either way."""

import numpy as np
from scipy.sparse.csgraph import dijkstra

from geo.reach import RoadReach
from geo.road_graph import Floats, RoadGraph
from geo.road_write import LEAST_SECONDS
from geo.timetable import Timetable
from geo.transit_links import StopAccess, along_edge, beside, met, seconds_at
from geo.travel import Access, TravelMode
from geo.units import Minutes


def place(graph: RoadGraph, access: Access) -> StopAccess:
    """Where one place meets the roads, as one row."""
    return met(graph, np.array([access.edge], np.int32), np.array([access.along]), np.array([access.metres]))


def walks_to_stops(walk: RoadReach, timetable: Timetable, most: Minutes) -> Floats:
    """Seconds on foot from the origin of `walk` to every stop; infinite beyond `most`."""
    walk.know(most)
    stops = timetable.stops
    by_road = seconds_at(walk.reached(), stops.nodes, stops.entering)
    seconds = np.minimum(by_road, beside(walk.graph, place(walk.graph, walk.access), stops))
    return np.where((stops.edge >= 0) & (seconds <= most * 60), seconds, np.inf)


def walks_from(
    graph: RoadGraph, stops: StopAccess, origin: StopAccess, target: Access, most: Minutes
) -> tuple[Floats, float]:
    """Seconds on foot to a target from all stops, and from one other place; infinite beyond `most`."""
    end = place(graph, target)
    roads = graph.reverse[TravelMode.FOOT]
    nodes, first = end.nodes[0], np.maximum(end.entering[0], LEAST_SECONDS)
    usable = first <= most * 60
    if nodes[0] == nodes[1]:
        usable[np.argmax(first)] = False
    with roads.seeded(nodes[usable], first[usable]) as matrix:
        reached = dijkstra(matrix, indices=roads.nodes, limit=most * 60)
    found = np.flatnonzero(np.isfinite(reached[:-1])).astype(np.int32)
    both = []
    for starts in (stops, origin):
        by_road = seconds_at((found, reached[found]), starts.nodes, starts.leaving)
        seconds = np.minimum(by_road, _beside_end(graph, starts, end))
        both.append(np.where((starts.edge >= 0) & (seconds <= most * 60), seconds, np.inf))
    return both[0], float(both[1][0])


def _beside_end(graph: RoadGraph, starts: StopAccess, end: StopAccess) -> Floats:
    """Seconds along the edge of the end from the starts that lie on it."""
    seconds = np.full(len(starts.edge), np.inf)
    same = np.flatnonzero((starts.edge == end.edge[0]) & (starts.edge >= 0))
    to = np.broadcast_to(end.along, same.shape)
    seconds[same] = along_edge(graph, starts.edge[same], starts.along[same], to)
    seconds[same] += (starts.metres[same] + end.metres[0]) / graph.walking
    return seconds
