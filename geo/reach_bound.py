"""How soon a place at some straight line could be reached at best, told from what a search has reached.

Whoever gets to a place passes a last junction, follows one of its roads for a part, and walks the rest in a
straight line. So a place at least S metres away takes no less than, over all junctions,

    seconds(junction) + max(0, S - straight(junction) - road ahead) / walking speed

which is true whatever the roads are like, and needs no highest speed: it is the frontier of the search itself.
Roads longer than `LONG` are cut, or a single one would take the bound for its whole length. Ferries are no
such roads, for nobody lives in the middle of one. Junctions not reached yet take longer than what is known.
"""

import math

import numpy as np

from geo.points import LonLat, great_circle, great_circles
from geo.reach_start import Way
from geo.reach_write import LONG, ModeFacts
from geo.road_graph import Floats, Ints, RoadGraph
from geo.travel import Access, TravelMode

# A straight line may be measured on a spheroid, which makes it up to 0.6 % longer than on our sphere.
_SPHERE = 0.99
# Lengths of roads are rounded when they are stored.
_LENGTH, _METRE = 1.01, 1.0


class Horizon:
    """The lower bound as a function of the straight line: made once for each state of a search."""

    def __init__(self, metres: Floats, seconds: Floats, walking: float) -> None:
        """metres: the straight line up to which each point of the search leads without walking on."""
        order = np.argsort(metres)
        self._metres, sorted_seconds = metres[order], seconds[order]
        self._walking = walking
        self._beyond = np.minimum.accumulate(sorted_seconds[::-1])[::-1]
        self._on_foot = np.minimum.accumulate(sorted_seconds - self._metres / walking)

    def seconds(self, straight: float) -> float:
        """No place at least so many metres away takes fewer, unless it leads over what was not reached."""
        metres = straight * _SPHERE
        at = int(np.searchsorted(self._metres, metres))
        ride = float(self._beyond[at]) if at < len(self._beyond) else math.inf
        walk = float(self._on_foot[at - 1]) + metres / self._walking if at else math.inf
        return max(0.0, min(ride, walk) - 1e-6)


def horizon(
    graph: RoadGraph,
    facts: ModeFacts,
    mode: TravelMode,
    origin: LonLat,
    access: Access,
    ways: list[Way],
    reached: tuple[Ints, Floats],
) -> Horizon:
    """The bound after a search. access: of the origin, with the ways on from there. reached: with seconds."""
    nodes, seconds = reached
    places = graph.nodes[nodes]
    straight = great_circles(origin, places[:, 0], places[:, 1])
    metres = [straight + facts.ahead[nodes] * _LENGTH + _METRE]
    parts = [seconds]
    long = facts.has_long[nodes]
    if long.any():
        far = _long_roads(graph, facts, mode, origin, (nodes[long], seconds[long], straight[long]))
        metres.append(far[0])
        parts.append(far[1])
    for way in ways:
        end = great_circle(origin, LonLat(*graph.nodes[way.node].tolist()))
        own = (access.metres, end, way.metres, way.delay, way.seconds)
        pieces = _cut(*(np.array([one], np.float64) for one in own))
        metres.append(pieces[0])
        parts.append(pieces[1])
    return Horizon(np.concatenate(metres), np.concatenate(parts), graph.walking)


def _long_roads(
    graph: RoadGraph,
    facts: ModeFacts,
    mode: TravelMode,
    origin: LonLat,
    reached: tuple[Ints, Floats, Floats],
) -> tuple[Floats, Floats]:
    """The long roads ahead of these nodes (with seconds and straight lines), cut."""
    nodes, seconds, straight = reached
    first = np.searchsorted(facts.long_node, nodes)
    count = np.searchsorted(facts.long_node, nodes, side="right") - first
    owner = np.repeat(np.arange(len(nodes)), count)
    at = np.arange(len(owner)) + np.repeat(first - (np.cumsum(count) - count), count)
    edges, forth = facts.long_edge[at], facts.long_forth[at]
    ends = graph.nodes[np.where(forth, graph.edge_to[edges], graph.edge_from[edges])]
    ride = graph.edge_seconds[mode][edges, np.where(forth, 0, 1)].astype(np.float64)
    end = great_circles(origin, ends[:, 0], ends[:, 1])
    return _cut(straight[owner], end, graph.edge_metres[edges].astype(np.float64), seconds[owner], ride)


def _cut(start: Floats, end: Floats, length: Floats, delay: Floats, ride: Floats) -> tuple[Floats, Floats]:
    """Roads cut into pieces of up to LONG metres: the straight line each leads to, and its first seconds.

    start, end: straight lines of both ends of the road; delay: seconds at its start; ride: seconds along it.
    """
    cuts = np.maximum(np.ceil(length / LONG), 1).astype(np.int64)
    owner = np.repeat(np.arange(len(cuts)), cuts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(cuts) - cuts, cuts)
    low, high = number / cuts[owner], (number + 1) / cuts[owner]
    solid = length * _LENGTH + _METRE
    metres = np.minimum(start[owner] + high * solid[owner], end[owner] + (1 - low) * solid[owner])
    # No metre and no second: a road of no length, ridden in no time (0 x infinity is not a number).
    return metres + _METRE, delay[owner] + np.where(low > 0, low * ride[owner], 0.0)
