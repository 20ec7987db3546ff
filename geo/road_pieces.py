"""Cuts ways at junctions and barriers: from the flat arrays of a reader to pieces between two nodes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.osm_roads import Longs, OsmRoads
from geo.points import EARTH_RADIUS_M
from geo.road_graph import DEGREE, ROAD_MODES, Ints
from geo.travel import TravelMode

type Bools = npt.NDArray[np.bool_]
type Metre32 = npt.NDArray[np.float32]
# A barrier takes this much of the road on either side, in ten-millionths of a degree: about a metre.
BARRIER = 100
WORLD = 1_800_000_000  # ten-millionths of a degree: makes every coordinate positive
_SPREAD = (
    (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333), (1, 0x5555555555555555),
)  # fmt: skip


@dataclass(frozen=True)
class Pieces:
    """Pieces of way. x, y: (P,) their vertices one after the other; piece e has start[e] to start[e + 1].

    tail, head: (E,) numbers of the nodes at both ends, 0 to nodes - 1. way: (E,) the way it is of. metres: (E,).
    closed: by mode, (E,) whether a barrier on it stops the mode. lit: (nodes,) whether there are traffic lights;
    lights: (E,) how many stand between its ends.
    """

    x: Ints
    y: Ints
    start: Longs
    tail: Ints
    head: Ints
    way: Ints
    metres: Metre32
    closed: dict[TravelMode, Bools]
    nodes: int
    lit: Bools
    lights: Ints


@dataclass
class _Line:
    """Vertices of all ways, one after the other. node: number of the OSM node, rises beyond for made ones."""

    node: Longs
    x: Ints
    y: Ints
    way: Ints
    cut: Bools
    run: Longs  # changes where a way begins, or where nodes of it are missing


def cut_pieces(roads: OsmRoads) -> Pieces:
    """All pieces between junctions. Adds to `roads.counts` what was left out."""
    line = _line(roads)
    stopped = {mode: np.isin(roads.ids, roads.stops[mode])[line.node] for mode in ROAD_MODES}
    line, closed_after = _with_barriers(line, stopped, len(roads.ids))
    line.cut |= _loop_middles(line)
    return _pieces(line, closed_after, roads)


def metres_between(x: Ints, y: Ints) -> npt.NDArray[np.float64]:
    """Metres from each vertex to the next, on the sphere of `geo.points`."""
    lon, lat = np.radians(x / DEGREE), np.radians(y / DEGREE)
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    metres: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return metres


def _line(roads: OsmRoads) -> _Line:
    """Vertices with what the file lacks taken out; cut where ways meet, begin, end or break off."""
    way = np.repeat(np.arange(len(roads.kind), dtype=np.int32), np.diff(roads.start))
    place = np.minimum(np.searchsorted(roads.ids, roads.refs), max(len(roads.ids) - 1, 0))
    there = roads.ids[place] == roads.refs if len(roads.ids) else np.zeros(len(place), bool)
    roads.counts["nodes missing"] = int((~there).sum())
    roads.counts["ways with nodes missing"] = len(np.unique(way[~there]))
    # A new run begins behind every missing node.
    run = np.cumsum(~there) + way
    node, way, run = place[there], way[there], run[there]
    keep = np.ones(len(node), bool)
    same_place = (np.diff(roads.x[node]) == 0) & (np.diff(roads.y[node]) == 0) & (np.diff(run) == 0)
    same_node = np.diff(node) == 0
    keep[1:] = ~(same_place & same_node)
    roads.counts["nodes repeated"] = int((~keep).sum())
    node, way, run = node[keep], way[keep], run[keep]
    used = np.bincount(node, minlength=len(roads.ids))
    cut = used[node] > 1
    ends = np.flatnonzero(np.diff(run))
    cut[ends] = cut[ends + 1] = True
    if len(cut):
        cut[0] = cut[-1] = True
    return _Line(node, roads.x[node], roads.y[node], way, cut, run)


def _with_barriers(
    line: _Line, stopped: dict[TravelMode, Bools], nodes: int
) -> tuple[_Line, dict[TravelMode, Bools]]:
    """A node that stops a mode gets made nodes a metre off on either side; between them the mode is stopped.

    Returns the line, and by mode whether the stretch after each vertex is closed.
    """
    anywhere = np.logical_or.reduce(list(stopped.values()))
    line.cut |= anywhere
    at = np.flatnonzero(anywhere)
    same = np.append(np.diff(line.run) == 0, False)
    before, after = at[same[at - 1] & (at > 0)], at[same[at]]
    # Made vertices: one before each in `before`, one after each in `after`; in the order of the line.
    home, beside = np.concatenate([before, after]), np.concatenate([before - 1, after + 1])
    order = np.argsort(np.concatenate([before * 2, after * 2 + 1]), kind="stable")
    place = np.concatenate([before, after + 1])[order]
    x, y = _towards(line, home[order], beside[order])
    closed = {}
    for mode, mask in stopped.items():
        behind = mask & same  # from the barrier to what follows it
        from_made = np.concatenate([mask[before], np.zeros(len(after), bool)])[order]
        closed[mode] = np.insert(behind, place, from_made)
    grown = _Line(
        np.insert(line.node, place, nodes + np.arange(len(place))),
        np.insert(line.x, place, x),
        np.insert(line.y, place, y),
        np.insert(line.way, place, line.way[home[order]]),
        np.insert(line.cut, place, True),
        np.insert(line.run, place, line.run[home[order]]),
    )
    return grown, closed


def _towards(line: _Line, home: Longs, beside: Longs) -> tuple[Ints, Ints]:
    """A metre from one vertex towards another, or a third of the way when they are near."""
    dx = (line.x[beside].astype(np.int64) - line.x[home]).astype(np.float64)
    dy = (line.y[beside].astype(np.int64) - line.y[home]).astype(np.float64)
    share = np.minimum(BARRIER / np.maximum(np.hypot(dx, dy), 1.0), 1 / 3)
    x = line.x[home] + np.rint(dx * share).astype(np.int32)
    y = line.y[home] + np.rint(dy * share).astype(np.int32)
    return x.astype(np.int32), y.astype(np.int32)


def _spans(line: _Line) -> tuple[Longs, Longs]:
    """First and last vertex of every piece."""
    at = np.flatnonzero(line.cut)
    first, last = at[:-1], at[1:]
    inside = line.run[first] == line.run[last]
    return first[inside], last[inside]


def _loop_middles(line: _Line) -> Bools:
    """A piece that ends where it began is cut once more: a loop is no arc, and people live on it."""
    first, last = _spans(line)
    loop = (line.node[first] == line.node[last]) & (last - first > 1)
    middle = np.zeros(len(line.cut), bool)
    middle[(first[loop] + last[loop]) // 2] = True
    return middle


def _pieces(line: _Line, closed_after: dict[TravelMode, Bools], roads: OsmRoads) -> Pieces:
    first, last = _spans(line)
    numbers, at = np.unique(np.concatenate([line.node[first], line.node[last]]), return_index=True)
    place = np.concatenate([first, last])[at]
    # Neighbours get numbers near each other, nodes and pieces: a search then reads few pages.
    near = np.argsort(_curve(line.x[place], line.y[place]), kind="stable")
    rank = np.empty(len(numbers), np.int32)
    rank[near] = np.arange(len(numbers), dtype=np.int32)
    order = np.argsort(rank[np.searchsorted(numbers, line.node[first])], kind="stable")
    first, last = first[order], last[order]
    size = last - first + 1
    start = np.zeros(len(first) + 1, np.int64)
    np.cumsum(size, out=start[1:])
    # The vertices of each piece, both ends included.
    vertex = np.arange(start[-1]) + np.repeat(first - start[:-1], size)
    steps = np.append(0.0, np.cumsum(metres_between(line.x, line.y)))
    signals = np.searchsorted(roads.ids, roads.signals)
    return Pieces(
        line.x[vertex],
        line.y[vertex],
        start,
        rank[np.searchsorted(numbers, line.node[first])],
        rank[np.searchsorted(numbers, line.node[last])],
        line.way[first],
        (steps[last] - steps[first]).astype(np.float32),
        {mode: after[first] for mode, after in closed_after.items()},
        len(numbers),
        np.isin(numbers[near], signals),
        _between(np.isin(line.node, signals), first, last),
    )


def _curve(x: Ints, y: Ints) -> npt.NDArray[np.uint64]:
    """Place on the Z-order curve: the bits of both coordinates in turn."""
    mixed = np.zeros(len(x), np.uint64)
    for shift, degrees in ((0, x + np.int64(WORLD)), (1, y + np.int64(WORLD))):
        bits = degrees.astype(np.uint64)
        for step, mask in _SPREAD:
            bits = (bits | (bits << np.uint64(step))) & np.uint64(mask)
        mixed |= bits << np.uint64(shift)
    return mixed


def _between(marked: Bools, first: Longs, last: Longs) -> Ints:
    """How many vertices between the ends of each piece are marked."""
    until = np.append(0, np.cumsum(marked))
    count: Ints = (until[last] - until[first + 1]).astype(np.int32)
    return count
