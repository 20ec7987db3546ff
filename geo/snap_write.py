"""What snapping needs beside the graph, written when a network is built (`geo.snap` reads it).

pieces.npy: every road cut into straight pieces of at most PIECE metres, 32 bytes each, sorted by the cell of
their middle. cell_keys.npy and cell_starts.npy: the cells that hold any, and where each begins among the
pieces. cover_keys.npy: the coarse cells where there is any road. Ferries are no pieces: nobody boards at sea.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geo import snap_cells
from geo.errors import NetworkError
from geo.reach_write import write_node_facts
from geo.road_graph import DEGREE, ROAD_MODES
from geo.road_write import Roads
from geo.snap_cells import METRES_PER_DEGREE, Floats, Longs
from geo.travel import TravelMode

# Metres: a piece is found from its middle, so half of this is added to every search.
PIECE = 150.0
CELL = 0.0025
COVER_CELL = 0.02
RECORD = np.dtype(
    [
        ("lon", "<i4"),
        ("lat", "<i4"),
        ("lon_to", "<i4"),
        ("lat_to", "<i4"),
        ("edge", "<i4"),
        ("share", "<f4"),
        ("share_to", "<f4"),
        ("flags", "<u4"),
    ]
)
# What a piece is: usable by a mode; of a small component of that mode; for cars alone and fast.
USABLE = {TravelMode.FOOT: 1, TravelMode.CAR: 2}
SMALL = {TravelMode.FOOT: 4, TravelMode.CAR: 8}
FAST = 16

# A strongly connected component with fewer nodes than this is small: for cars a car park behind a barrier, on
# foot a stray path. Never more than a quarter of the largest, so that a hand-made network has a main one too.
SMALL_NODES = {TravelMode.FOOT: 20, TravelMode.CAR: 100}
# Nobody starts a trip on a motorway: metres a second of a road that only cars may use.
FAST_ROAD = 65 / 3.6
_EDGES_AT_ONCE = 200_000
_PIECES_AT_ONCE = 1_000_000


def write_pieces(folder: Path, roads: Roads) -> None:
    """Write what snapping and reaching need into the folder of a graph that `write_graph` has just written.

    Needs 16 bytes of memory for each piece, beside the roads themselves. Raises NetworkError when the graph is
    not there.
    """
    flags = _flags(folder, roads)
    loose = folder / "pieces.part"
    cells, covers = [], [np.empty(0, np.int64)]
    with loose.open("wb") as file:
        for records in _records(roads, flags):
            records.tofile(file)
            lons, lats = _middle(records)
            cells.append(snap_cells.keys(lons, lats, CELL))
            covers.append(np.unique(snap_cells.keys(lons, lats, COVER_CELL)))
    keys = np.concatenate([*cells, np.empty(0, np.int64)])
    _save_sorted(folder, loose, keys)
    np.save(folder / "cover_keys.npy", np.unique(np.concatenate(covers)))
    loose.unlink()
    write_node_facts(folder, roads)


def _save_sorted(folder: Path, loose: Path, keys: Longs) -> None:
    """The records by cell, then by edge as they came."""
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    np.save(folder / "cell_keys.npy", found)
    np.save(folder / "cell_starts.npy", np.append(starts, len(keys)).astype(np.int64))
    if not len(keys):
        np.save(folder / "pieces.npy", np.empty(0, RECORD))
        return
    before = np.memmap(loose, RECORD, "r")
    after = np.lib.format.open_memmap(folder / "pieces.npy", "w+", RECORD, (len(keys),))
    for start in range(0, len(keys), _PIECES_AT_ONCE):
        part = order[start : start + _PIECES_AT_ONCE]
        after[start : start + len(part)] = before[part]
    after.flush()


def _flags(folder: Path, roads: Roads) -> npt.NDArray[np.uint32]:
    """By edge; 0 where nothing may be snapped to."""
    flags = np.zeros(len(roads.edge_from), np.uint32)
    for mode in ROAD_MODES:
        usable = np.isfinite(roads.edge_seconds[mode]).any(axis=1) & ~roads.edge_ferry
        flags[usable] |= USABLE[mode]
        flags[usable & _of_small_component(folder, roads, mode)] |= SMALL[mode]
    seconds = roads.edge_seconds[TravelMode.CAR].min(axis=1)
    fast = roads.edge_metres > FAST_ROAD * seconds
    only_cars = (flags & (USABLE[TravelMode.CAR] | USABLE[TravelMode.FOOT])) == USABLE[TravelMode.CAR]
    flags[fast & only_cars] |= FAST
    return flags


def _of_small_component(folder: Path, roads: Roads, mode: TravelMode) -> npt.NDArray[np.bool_]:
    """Edges of which either end lies in a small component: what cannot be left, or not be entered, is small."""
    path = folder / f"{mode}_component.npy"
    try:
        labels = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise NetworkError(
            f"{path} cannot be read ({error}): write the graph before its pieces, or build the network again"
        ) from error
    sizes = np.append(np.bincount(labels[labels >= 0]), 0)  # the last one is for the label -1
    small = sizes < min(SMALL_NODES[mode], sizes.max() // 4)
    of_small: npt.NDArray[np.bool_] = small[labels[roads.edge_from]] | small[labels[roads.edge_to]]
    return of_small


def _records(roads: Roads, flags: npt.NDArray[np.uint32]) -> Iterator[npt.NDArray[Any]]:
    for start in range(0, len(flags), _EDGES_AT_ONCE):
        chosen = np.flatnonzero(flags[start : start + _EDGES_AT_ONCE]) + start
        if len(chosen):
            yield _pieces(roads, chosen, flags[chosen])


def _pieces(roads: Roads, edges: Longs, flags: npt.NDArray[np.uint32]) -> npt.NDArray[Any]:
    """Straight pieces of these edges, in their order."""
    owner, at = snap_cells.expand(roads.shape_start[edges], roads.shape_start[edges + 1] - 1)
    start, end = roads.shape[at] / DEGREE, roads.shape[at + 1] / DEGREE
    step = end - start
    step[:, 0] = wrapped(step[:, 0])
    metres = _lengths(start, step)
    share, share_to = _shares(owner, metres, len(edges))
    cuts = np.maximum(np.ceil(metres / PIECE), 1).astype(np.int64)
    segment, number = snap_cells.expand(np.zeros_like(cuts), cuts)
    low, high = number / cuts[segment], (number + 1) / cuts[segment]
    records = np.empty(len(segment), RECORD)
    for name, along in (("", low), ("_to", high)):
        place = start[segment] + step[segment] * along[:, None]
        records["lon" + name], records["lat" + name] = np.rint(place.T * DEGREE)
        records["share" + name] = share[segment] + (share_to - share)[segment] * along
    records["edge"] = edges[owner[segment]]
    records["flags"] = flags[owner[segment]]
    return records


def _lengths(start: Floats, step: Floats) -> Floats:
    """Metres of straight segments, degrees in rows of longitude and latitude."""
    shrink = np.cos(np.radians(start[:, 1] + step[:, 1] / 2))
    metres: Floats = np.hypot(step[:, 0] * shrink, step[:, 1]) * METRES_PER_DEGREE
    return metres


def _shares(owner: Longs, metres: Floats, edges: int) -> tuple[Floats, Floats]:
    """Where on its edge each segment begins and ends, 0 to 1; exactly 0 and 1 at the ends of the edge."""
    total = np.bincount(owner, metres, edges)[owner]
    done = np.cumsum(metres)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    before = (done[first] - metres[first])[np.cumsum(np.diff(owner, prepend=owner[:1]) != 0)]
    solid = np.where(total > 0, total, 1.0)
    share_to = np.clip((done - before) / solid, 0.0, 1.0)
    share = np.clip((done - metres - before) / solid, 0.0, 1.0)
    share[first] = 0.0
    share_to[np.append(first[1:], len(owner)) - 1] = 1.0
    return share, share_to


def _middle(records: npt.NDArray[Any]) -> tuple[Floats, Floats]:
    """Degrees; longitudes may leave -180 to 180."""
    lons = records["lon"] / DEGREE
    return (
        lons + wrapped(records["lon_to"] / DEGREE - lons) / 2,
        (records["lat"] / 2 + records["lat_to"] / 2) / DEGREE,
    )


def wrapped(degrees: Floats) -> Floats:
    """Differences of longitudes the short way round."""
    over = np.abs(degrees) > 180
    if over.any():
        degrees = np.where(over, (degrees + 180) % 360 - 180, degrees)
    return degrees
