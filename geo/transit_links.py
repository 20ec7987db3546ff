"""Where the stops of a timetable meet the road network, and how long it is on foot from stop to stop."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.points import LonLat, great_circle
from geo.reach_start import ride
from geo.road_graph import ModeGraph, RoadGraph
from geo.road_write import LEAST_SECONDS
from geo.snap import Snapper
from geo.travel import OFF_ROAD, TravelMode

if TYPE_CHECKING:  # reading feeds needs pandas; who only asks a timetable does not
    from geo.gtfs import Transfer

type Ints = npt.NDArray[np.int32]
type Floats = npt.NDArray[np.float64]

# To get from one vehicle to another at the same stop, and beside every walk between two stops.
CHANGE_SECONDS = 60.0
# Nobody changes to a stop farther than this on foot.
WALK_SECONDS = 8 * 60.0
# Searches are done together for the stops of one square of so many degrees, on the roads around it.
_CELL_DEGREES = 0.02
_SOURCES_AT_ONCE = 64
_METRES_PER_DEGREE = 111_195.0
# Some ways are walked faster than the network's usual pace; the roads around a square reach a bit farther.
_FASTER = 1.3


@dataclass(frozen=True)
class StopAccess:
    """Where stops meet the roads; arrays of one row per stop.

    edge: -1 when no road is near. nodes: (S, 2) both ends of the edge. leaving: (S, 2) seconds on foot from the
    stop to those nodes, entering: from them to the stop; infinite where there is no way. metres: off the road.
    """

    edge: Ints
    along: Floats
    metres: Floats
    nodes: Ints
    leaving: Floats
    entering: Floats


@dataclass(frozen=True)
class Footpaths:
    """Ways to change, by stop: `starts` has one entry more than there are stops. Seconds include the change itself."""

    starts: npt.NDArray[np.int64]
    stops: Ints
    seconds: Floats


def snap_stops(graph: RoadGraph, snapper: Snapper, lon: Floats, lat: Floats) -> StopAccess:
    """The nearest walkable road of each stop."""
    return met(graph, *snapper.snaps(lon, lat, TravelMode.FOOT, OFF_ROAD))


def met(graph: RoadGraph, edge: Ints, along: Floats, metres: Floats) -> StopAccess:
    """What follows from where places meet the roads: edge -1 for none, share of the edge, metres off the road."""
    on = np.maximum(edge, 0)
    forth, back = (graph.edge_seconds[TravelMode.FOOT][on, way].astype(np.float64) for way in (0, 1))
    off = np.where(edge >= 0, metres / graph.walking, np.inf)
    nodes = np.stack([graph.edge_from[on], graph.edge_to[on]], axis=1).astype(np.int32)
    leaving = np.stack([ride(along, back), ride(1 - along, forth)], axis=1) + off[:, None]
    entering = np.stack([ride(along, forth), ride(1 - along, back)], axis=1) + off[:, None]
    return StopAccess(edge, along, metres, nodes, leaving, entering)


def seconds_at(reached: tuple[Ints, Floats], nodes: Ints, more: Floats) -> Floats:
    """The least of seconds at both nodes and `more` from (or to) there, both (S, 2); reached: sorted nodes, seconds."""
    known, seconds = reached
    if not len(known):
        return np.full(len(nodes), np.inf)
    at = np.minimum(np.searchsorted(known, nodes), len(known) - 1)
    whole = np.where(known[at] == nodes, seconds[at] + more, np.inf)
    least: Floats = whole.min(axis=1)
    return least


def beside(graph: RoadGraph, start: StopAccess, ends: StopAccess) -> Floats:
    """Seconds on foot from one place (one row) to those on its very edge without leaving it; infinite elsewhere."""
    seconds = np.full(len(ends.edge), np.inf)
    if start.edge[0] < 0:
        return seconds
    same = np.flatnonzero(ends.edge == start.edge[0])
    seconds[same] = along_edge(
        graph, ends.edge[same], np.broadcast_to(start.along, same.shape), ends.along[same]
    )
    seconds[same] += (start.metres[0] + ends.metres[same]) / graph.walking
    return seconds


def footpaths(
    graph: RoadGraph,
    access: StopAccess,
    lon: Floats,
    lat: Floats,
    transfers: Sequence["Transfer"],
    tell: Callable[[int, int], None],
) -> Footpaths:
    """Changes between stops by the roads and by what the publisher says of them; and at each stop itself."""
    found = {(stop, stop): CHANGE_SECONDS for stop in range(len(lon))}
    done = 0
    for origins, targets, seconds in _walks(graph, access, lon, lat):
        pairs = zip(origins.tolist(), targets.tolist(), seconds.tolist(), strict=True)
        found.update({(a, b): walk + CHANGE_SECONDS for a, b, walk in pairs if a != b})
        done += len(np.unique(origins))
        tell(done, len(lon))
    for rule in transfers:
        _obey(found, rule, lon, lat, graph.walking)
    order = sorted(found)
    starts = np.searchsorted(np.array([a for a, _ in order]), np.arange(len(lon) + 1))
    stops = np.array([b for _, b in order], np.int32)
    return Footpaths(starts.astype(np.int64), stops, np.array([found[pair] for pair in order]))


def turned(paths: Footpaths) -> Footpaths:
    """The same by the stop where each ends, for searches towards a place."""
    origins = np.repeat(np.arange(len(paths.starts) - 1, dtype=np.int32), np.diff(paths.starts))
    order = np.argsort(paths.stops, kind="stable")
    starts = np.searchsorted(paths.stops[order], np.arange(len(paths.starts)))
    return Footpaths(starts.astype(np.int64), origins[order], paths.seconds[order])


def _obey(
    found: dict[tuple[int, int], float], rule: "Transfer", lon: Floats, lat: Floats, walking: float
) -> None:
    """The publisher knows the platforms: its least time stands instead of ours, unless the walk alone is longer."""
    pair = (rule.origin, rule.target)
    if rule.seconds is None:
        found.pop(pair, None)
        return
    ends = [LonLat(float(lon[stop]), float(lat[stop])) for stop in pair]
    walk = found[pair] - CHANGE_SECONDS if pair in found else great_circle(*ends) / walking
    # A change takes a moment, or a chain of them could be scanned in the wrong order.
    found[pair] = max(float(rule.seconds), walk, 1.0)


def _walks(
    graph: RoadGraph, access: StopAccess, lon: Floats, lat: Floats
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]]:
    """(from stops, to stops, seconds) of all walks of up to WALK_SECONDS, square by square."""
    snapped = np.flatnonzero(access.edge >= 0)
    cells = np.stack([np.floor(lon[snapped] / _CELL_DEGREES), np.floor(lat[snapped] / _CELL_DEGREES)], axis=1)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    order = np.argsort(cell, kind="stable")
    for members in np.split(snapped[order], np.flatnonzero(np.diff(cell[order])) + 1):
        if not len(members):
            continue
        # Stops on a long road hang on nodes that may be far away.
        near = _around(graph, lon[members], lat[members])
        around = np.unique(np.concatenate([near, access.nodes[members].ravel()]))
        place = np.full(len(graph.nodes), -1, np.int32)
        place[around] = np.arange(len(around), dtype=np.int32)
        inside = (place[access.nodes[snapped]] >= 0).any(axis=1)
        for start in range(0, len(members), _SOURCES_AT_ONCE):
            origins = members[start : start + _SOURCES_AT_ONCE]
            yield _searched(graph, access, around, place, origins, snapped[inside])


def _around(graph: RoadGraph, lon: Floats, lat: Floats) -> npt.NDArray[np.int64]:
    """Nodes that a walk from these stops may touch."""
    metres = WALK_SECONDS * graph.walking * _FASTER + OFF_ROAD
    up = metres / _METRES_PER_DEGREE
    wide = up / max(np.cos(np.radians(np.abs(lat).max() + up)), 0.01)
    x, y = graph.nodes[:, 0], graph.nodes[:, 1]
    inside: npt.NDArray[np.bool_] = (
        (x >= lon.min() - wide) & (x <= lon.max() + wide) & (y >= lat.min() - up) & (y <= lat.max() + up)
    )
    return np.flatnonzero(inside)


def _searched(
    graph: RoadGraph,
    access: StopAccess,
    around: npt.NDArray[np.int64],
    place: Ints,
    origins: npt.NDArray[np.int64],
    targets: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    roads = _local(graph.forward[TravelMode.FOOT], around, place)
    rows = np.repeat(np.arange(len(origins)), 2) + len(around)
    heads, first = place[access.nodes[origins]].ravel(), access.leaving[origins].ravel()
    usable = (heads >= 0) & np.isfinite(first)
    tails = np.concatenate([roads[0], rows[usable]])
    size = len(around) + len(origins)
    graph_here = _least(
        tails, np.concatenate([roads[1], heads[usable]]), np.concatenate([roads[2], first[usable]]), size
    )
    reached = dijkstra(graph_here, indices=np.arange(len(around), size), limit=WALK_SECONDS)
    ends = place[access.nodes[targets]]
    entering = np.where(ends >= 0, access.entering[targets], np.inf)
    walks = np.minimum(*(reached[:, ends[:, end]] + entering[:, end] for end in (0, 1)))
    walks = np.minimum(walks, _on_one_edge(graph, access, origins, targets))
    a, b = np.nonzero(walks <= WALK_SECONDS)
    return origins[a], targets[b], walks[a, b]


def _local(
    roads: ModeGraph, around: npt.NDArray[np.int64], place: Ints
) -> tuple[npt.NDArray[np.int64], Ints, Floats]:
    """The arcs between these nodes: tails, heads (numbered by `place`), seconds."""
    starts, ends = roads.indptr[around].astype(np.int64), roads.indptr[around + 1].astype(np.int64)
    lengths = ends - starts
    arcs = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
    heads = place[roads.indices[arcs]]
    keep = heads >= 0
    tails = np.repeat(np.arange(len(around)), lengths)
    return tails[keep], heads[keep], roads.seconds[arcs][keep]


def _least(tails: npt.NDArray[np.int64], heads: Ints, seconds: Floats, size: int) -> csr_array:
    """A sparse matrix with the quickest of parallel arcs: building one would add them up."""
    order = np.lexsort((seconds, heads, tails))
    tails, heads, seconds = tails[order], heads[order], seconds[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(tails) != 0) | (np.diff(heads) != 0)
    values = np.maximum(seconds[first], LEAST_SECONDS)
    return csr_array((values, (tails[first], heads[first])), shape=(size, size))


def _on_one_edge(
    graph: RoadGraph, access: StopAccess, origins: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
) -> Floats:
    """Seconds between stops of the same edge without leaving it; infinite for other pairs. (origins, targets)."""
    seconds = np.full((len(origins), len(targets)), np.inf)
    a, b = np.nonzero(access.edge[origins][:, None] == access.edge[targets][None, :])
    first, second = origins[a], targets[b]
    seconds[a, b] = along_edge(graph, access.edge[first], access.along[first], access.along[second])
    seconds[a, b] += (access.metres[first] + access.metres[second]) / graph.walking
    return seconds


def along_edge(graph: RoadGraph, edge: Ints, start: Floats, end: Floats) -> Floats:
    """Seconds on foot along edges from one share of them to another; infinite against a way of one direction."""
    way = np.where(end >= start, 0, 1)
    whole = graph.edge_seconds[TravelMode.FOOT][edge, way].astype(np.float64)
    return ride(np.abs(end - start), whole)
