"""Where a place meets the roads: the nearest point on the nearest road that a mode may use, and how far it is.

Nothing is ever moved farther than the caller allows: beyond it a place is off the network (edge -1). The one
who asks walks the metres in between, and counts them.

The nearest road is left for another one in three cases only:
* by car, when it belongs to a small component (a car park cut off by its barrier; `SMALL_NODES`): for the nearest
  road of a bigger component within reach that lies on the same dry land, which is to say that it can be walked
  to without a ferry. An islander stays on the island.
* by car, when it is a road for cars alone and fast (`FAST_ROAD`): nobody starts a trip on a motorway. For the
  nearest other road within reach.
* on foot, when it belongs to a tiny component: for a bigger one at most GIVE_WAY metres farther.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geo import snap_cells
from geo.points import LonLat
from geo.reach_write import NodeFacts, mapped, open_node_facts
from geo.road_graph import DEGREE, RoadGraph
from geo.snap_cells import METRES_PER_DEGREE, Floats, Longs
from geo.snap_write import CELL, COVER_CELL, FAST, PIECE, SMALL, USABLE, wrapped, write_pieces
from geo.travel import Access, TravelMode
from geo.units import Metres

__all__ = ["Snapper", "Snaps", "write_pieces"]

# A network covers a place when there is any road within about so many metres.
COVERS = Metres(5_000.0)
# Metres that a walker goes farther to get off a stray path.
GIVE_WAY = 50.0
# Most places are this near to a road: looked for first, so that few pieces are touched.
_FIRST_RADII = (75.0, 300.0)
_POINTS_AT_ONCE = 8_192
_PAIRS_AT_ONCE = 1_000_000
_ANY_LAND = -1


class Snaps(NamedTuple):
    """Arrays of one length: edge (-1: off the network), share of the edge, metres (infinite when off)."""

    edge: npt.NDArray[np.int32]
    along: Floats
    metres: Floats


class _Wanted(NamedTuple):
    """Which pieces may be snapped to: those whose flags under this mask are these."""

    mask: int
    flags: int


def road_mode(mode: TravelMode) -> TravelMode:
    """The mode that is on the road: public transport walks to its stops."""
    return TravelMode.CAR if mode is TravelMode.CAR else TravelMode.FOOT


class Snapper:
    """Snaps places to the roads of one graph. Maps arrays only; safe between threads."""

    def __init__(self, graph: RoadGraph) -> None:
        """Raises NetworkError when the pieces of the graph are missing."""
        self.graph = graph
        self.facts: NodeFacts = open_node_facts(graph.folder)
        self._pieces: npt.NDArray[Any] = mapped(graph.folder, "pieces")
        self._keys: Longs = mapped(graph.folder, "cell_keys")
        self._starts: Longs = mapped(graph.folder, "cell_starts")
        self._covers: Longs = mapped(graph.folder, "cover_keys")

    def access(self, point: LonLat, mode: TravelMode, off_road: Metres) -> Access:
        """Where one place meets the roads; edge -1 when there is none within off_road metres."""
        return self.accesses(np.array([point.lon]), np.array([point.lat]), mode, off_road)[0]

    def accesses(
        self, lons: Floats, lats: Floats, mode: TravelMode, off_road: Metres | Floats
    ) -> list[Access]:
        """`access` of many places, degrees; off_road: metres, one for all or one for each.

        Public transport begins on foot: its accesses are those of TravelMode.FOOT.
        """
        edges, alongs, metres = self.snaps(lons, lats, mode, off_road)
        network, road = self.graph.id, road_mode(mode)
        return [
            Access(network, road, edge, along, Metres(far))
            for edge, along, far in zip(edges.tolist(), alongs.tolist(), metres.tolist(), strict=True)
        ]

    def snaps(self, lons: Floats, lats: Floats, mode: TravelMode, off_road: Metres | Floats) -> Snaps:
        """`accesses` as arrays. Memory is bounded whatever the number of places, beside the answer itself."""
        lons, lats = np.asarray(lons, np.float64), np.asarray(lats, np.float64)
        far = np.broadcast_to(np.asarray(off_road, np.float64), lons.shape)
        count = len(lons)
        answer = Snaps(np.full(count, -1, np.int32), np.zeros(count), np.full(count, np.inf))
        # Neighbours together: they touch the same pages.
        order = (
            np.argsort(snap_cells.keys(lons, lats, CELL), kind="stable")
            if count > 1
            else np.zeros(count, int)
        )
        for start in range(0, len(order), _POINTS_AT_ONCE):
            rows = order[start : start + _POINTS_AT_ONCE]
            part = self._snapped(lons[rows], lats[rows], road_mode(mode), far[rows])
            answer.edge[rows], answer.along[rows], answer.metres[rows] = part
        return answer

    def holds(self, point: LonLat) -> bool:
        """Whether the network covers this place at all: whether there is a road within about five kilometres."""
        lons, lats = np.array([point.lon]), np.array([point.lat])
        runs = snap_cells.around(lons, lats, np.array([COVERS]), COVER_CELL)
        first = np.searchsorted(self._covers, runs.first)
        last = np.searchsorted(self._covers, runs.last, side="right")
        return bool((last > first).any())

    def _snapped(self, lons: Floats, lats: Floats, mode: TravelMode, far: Floats) -> Snaps:
        usable = _Wanted(USABLE[mode], USABLE[mode])
        best = np.full(len(lons), -1)
        metres, along = np.full(len(lons), np.inf), np.zeros(len(lons))
        looked = np.zeros(len(lons))
        for radius in (*_FIRST_RADII, np.inf):
            rest = np.flatnonzero((best < 0) & (looked < far))
            if not len(rest):
                break
            looked[rest] = np.minimum(far[rest], radius)
            best[rest], along[rest], metres[rest] = self._nearest(
                lons[rest], lats[rest], looked[rest], usable
            )
        self._give_way(lons, lats, mode, far, (best, along, metres))
        edge = np.full(len(lons), -1, np.int32)
        edge[best >= 0] = self._pieces["edge"][best[best >= 0]]
        return Snaps(edge, along, metres)

    def _give_way(
        self,
        lons: Floats,
        lats: Floats,
        mode: TravelMode,
        far: Floats,
        found: tuple[Longs, Floats, Floats],
    ) -> None:
        """Leave the roads that are not to be kept (see the module) where another one is near enough."""
        best, metres = found[0], found[2]
        on = np.flatnonzero(best >= 0)
        flags = self._pieces["flags"][best[on]]
        bad = SMALL[mode] | (FAST if mode is TravelMode.CAR else 0)
        on, flags = on[(flags & bad) != 0], flags[(flags & bad) != 0]
        if not len(on):
            return
        radius, lands = far[on], np.full((len(on), 2), _ANY_LAND)
        if mode is TravelMode.FOOT:
            radius = np.minimum(radius, metres[on] + GIVE_WAY)
        else:
            slow = (flags & FAST) == 0
            lands[slow] = self._lands(self._pieces["edge"][best[on[slow]]])
        wanted = _Wanted(USABLE[mode] | bad, USABLE[mode])
        better = self._nearest(lons[on], lats[on], radius, wanted, lands)
        moved = better[0] >= 0
        for old, new in zip(found, better, strict=True):
            old[on[moved]] = new[moved]

    def _lands(self, edges: Longs) -> Longs:
        """The dry land of both ends of each edge."""
        dry, graph = self.facts.dry, self.graph
        return np.stack([dry[graph.edge_from[edges]], dry[graph.edge_to[edges]]], axis=1).astype(np.int64)

    def _nearest(
        self, lons: Floats, lats: Floats, radius: Floats, wanted: _Wanted, lands: Longs | None = None
    ) -> tuple[Longs, Floats, Floats]:
        """The nearest piece within the radius (-1: none), the share of its edge, and the metres.

        lands: where the piece has to be, of either of two; _ANY_LAND for anywhere. The lowest edge wins a tie.
        """
        runs = snap_cells.around(lons, lats, radius + PIECE / 2 + 1.0, CELL)
        starts = self._starts[np.searchsorted(self._keys, runs.first)]
        stops = self._starts[np.searchsorted(self._keys, runs.last, side="right")]
        total = int((stops - starts).sum())
        if total > _PAIRS_AT_ONCE and len(lons) > 1:
            half = len(lons) // 2
            parts = [
                self._nearest(
                    lons[cut], lats[cut], radius[cut], wanted, None if lands is None else lands[cut]
                )
                for cut in (slice(half), slice(half, None))
            ]
            piece, along, metres = (np.concatenate(both) for both in zip(*parts, strict=True))
            return piece, along, metres
        run, pieces = snap_cells.expand(starts, stops)
        owner = runs.owner[run]
        records = self._pieces[pieces]
        keep = (records["flags"] & wanted.mask) == wanted.flags
        if lands is not None:
            keep &= self._on_land(records["edge"], lands[owner])
        owner, pieces, records = owner[keep], pieces[keep], records[keep]
        metres, share = _distances(lons[owner], lats[owner], records)
        near = metres <= radius[owner]
        return _least(len(lons), owner[near], pieces[near], share[near], metres[near], records["edge"][near])

    def _on_land(self, edges: npt.NDArray[np.int32], lands: Longs) -> npt.NDArray[np.bool_]:
        here = self._lands(edges.astype(np.int64))
        anywhere = (lands == _ANY_LAND).any(axis=1)
        same: npt.NDArray[np.bool_] = (here[:, :, None] == lands[:, None, :]).any(axis=(1, 2)) | anywhere
        return same


def _distances(lons: Floats, lats: Floats, records: npt.NDArray[Any]) -> tuple[Floats, Floats]:
    """Metres from each point to its piece, and the share of the edge there: plane geometry around the point."""
    shrink = np.cos(np.radians(lats)) * METRES_PER_DEGREE
    x = wrapped(records["lon"] / DEGREE - lons) * shrink
    y = (records["lat"] / DEGREE - lats) * METRES_PER_DEGREE
    east = wrapped((records["lon_to"] / DEGREE) - (records["lon"] / DEGREE)) * shrink
    north = (records["lat_to"] / DEGREE - records["lat"] / DEGREE) * METRES_PER_DEGREE
    square = east * east + north * north
    square[square == 0] = 1.0
    along = np.minimum(np.maximum(-(x * east + y * north) / square, 0.0), 1.0)
    start, stop = records["share"].astype(np.float64), records["share_to"].astype(np.float64)
    share = np.where(along == 1.0, stop, start + along * (stop - start))
    return np.hypot(x + along * east, y + along * north), share


def _least(
    count: int, owner: Longs, pieces: Longs, share: Floats, metres: Floats, edges: npt.NDArray[np.int32]
) -> tuple[Longs, Floats, Floats]:
    """The row of fewest metres of every owner; of equal ones that of the lowest edge, then nearest its start."""
    piece, along, least = np.full(count, -1), np.zeros(count), np.full(count, np.inf)
    if len(owner):
        starts = snap_cells.firsts(owner)
        lowest = np.minimum.reduceat(metres, np.flatnonzero(starts))[np.cumsum(starts) - 1]
        tied = np.flatnonzero(metres <= lowest)
        tied = tied[np.lexsort((share[tied], edges[tied], owner[tied]))]
        chosen = tied[snap_cells.firsts(owner[tied])]
        mine = owner[chosen]
        piece[mine], along[mine], least[mine] = pieces[chosen], share[chosen], metres[chosen]
    return piece, along, least
