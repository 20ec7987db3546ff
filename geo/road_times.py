"""Seconds along and back of every piece of road, for walkers and drivers."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from geo.osm_roads import OsmRoads
from geo.osm_tags import FERRY, WayKind, seconds_per_metre
from geo.road_graph import Floats, Ints
from geo.road_pieces import Bools, Pieces
from geo.road_profile import RoadProfile
from geo.road_turns import least_turns, meeting_ends
from geo.travel import TravelMode

# Roads within this many kilometres make a place urban or not.
NEAR_KM = 2.0
CELL = 0.005  # degrees: cells of about half a kilometre
KM_PER_DEGREE = 111.195


def piece_seconds(
    osm: OsmRoads, pieces: Pieces, profile: RoadProfile
) -> dict[TravelMode, npt.NDArray[np.float32]]:
    """By mode, (E, 2): along and back, infinite where that mode may not go that way."""
    kind = osm.kind[pieces.way]
    pace = {name: kind_paces(osm.kinds, name)[kind] for name in ("foot", "car", "car_urban")}
    urban = urban_ends(pieces, np.isfinite(pace["car"]).any(axis=1), profile)
    metres = pieces.metres.astype(np.float64)[:, None]
    car = np.where(urban, pace["car_urban"], pace["car"]) * metres
    foot = pace["foot"] * metres
    _ferries(osm, pieces, profile, (foot, car))
    for mode, seconds in ((TravelMode.FOOT, foot), (TravelMode.CAR, car)):
        seconds[pieces.closed[mode]] = np.inf
        each = (profile.car if mode is TravelMode.CAR else profile.foot).waits
        for name, count in waits(osm, pieces, np.isfinite(seconds), mode):
            if name in each:
                seconds += each[name] * count
    return {TravelMode.FOOT: foot.astype(np.float32), TravelMode.CAR: car.astype(np.float32)}


def waits(
    osm: OsmRoads, pieces: Pieces, open_: Bools, mode: TravelMode
) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """What is waited for at the end of each piece, along and back, to be multiplied by the profile's seconds.

    By class: 1 where three or more pieces of the mode meet. `signals`: 1 where there are traffic lights too;
    `lights`: those that stand between the ends. `turn` (cars): the seconds of the slightest turn. open_: (E, 2)
    where the mode may go along and back. One after the other: all together would fill the memory.
    """
    meeting = meeting_ends(pieces, open_.any(axis=1))
    highways = [one.highway.removesuffix("_link") for one in osm.kinds]
    names = sorted(set(highways))
    number = np.array([names.index(one) for one in highways])[osm.kind[pieces.way]]
    for at, name in enumerate(names):
        yield name, (meeting & (number == at)[:, None]).astype(np.float32)
    lit = pieces.lit[np.column_stack([pieces.head, pieces.tail])]
    yield "signals", (lit & meeting).astype(np.float32)
    yield "lights", np.repeat(pieces.lights[:, None], 2, axis=1).astype(np.float32)
    if mode is TravelMode.CAR:
        yield "turn", least_turns(pieces, open_).astype(np.float32)


def kind_paces(kinds: list[WayKind], name: str) -> Floats:
    """(K, 2) seconds a metre of each kind of way, along and back."""
    return np.array([[seconds_per_metre(kmh) for kmh in getattr(one, name)] for one in kinds])


def _ferries(osm: OsmRoads, pieces: Pieces, profile: RoadProfile, times: tuple[Floats, Floats]) -> None:
    """A tagged duration is that of the whole way: each piece has its share by length."""
    kind = osm.kind[pieces.way]
    minutes = np.array([one.minutes or np.nan for one in osm.kinds])[kind]
    ferry = np.array([one.highway == FERRY for one in osm.kinds])[kind]
    whole = np.bincount(pieces.way, pieces.metres, minlength=len(osm.kind))[pieces.way]
    share = pieces.metres / np.maximum(whole, 1e-3)
    given = np.isfinite(minutes) & ferry
    for seconds in times:
        seconds[given] = np.where(np.isfinite(seconds[given]), (share * minutes * 60)[given][:, None], np.inf)
        seconds[ferry] += (share * profile.ferry.boarding_seconds)[ferry][:, None]


def urban_ends(pieces: Pieces, driven: Bools, profile: RoadProfile) -> Bools:
    """(E, 2): whether the end of the piece, along and back, lies where roads are dense."""
    dense = road_density(pieces, driven) >= profile.urban_km
    found: Bools = np.column_stack([dense[:, 1], dense[:, 0]])
    return found


def road_density(pieces: Pieces, driven: Bools) -> Floats:
    """(E, 2): kilometres of driven road in a square kilometre around the tail and the head of each piece."""
    first, last = pieces.start[:-1], pieces.start[1:] - 1
    columns = [_cell(pieces.x[at]) for at in (first, last)]
    rows = [_cell(pieces.y[at]) for at in (first, last)]
    half = np.where(driven, pieces.metres / 2000, 0.0)
    row, column = np.concatenate(rows), np.concatenate(columns)
    cells, where = np.unique(_key(row, column), return_inverse=True)
    km = np.bincount(where, np.tile(half, 2), minlength=len(cells))
    density = _around(cells, km)
    found: Floats = density[where].reshape(2, -1).T
    return found


def _cell(ten_millionths: Ints) -> npt.NDArray[np.int64]:
    return np.floor_divide(ten_millionths, int(CELL * 1e7)).astype(np.int64)


def _key(row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    key: npt.NDArray[np.int64] = (row << 32) + column
    return key


def _around(cells: npt.NDArray[np.int64], km: Floats) -> Floats:
    """Kilometres a square kilometre in the disc around each cell: rows of cells summed by differences."""
    row, column = cells >> 32, (cells & 0xFFFFFFFF).astype(np.int64)
    column = np.where(column >= 1 << 31, column - (1 << 32), column)
    row = (cells - column) >> 32
    total = np.append(0.0, np.cumsum(km))
    high = CELL * KM_PER_DEGREE
    wide = high * np.cos(np.radians((row + 0.5) * CELL))
    reach = int(NEAR_KM / high)
    length, area = np.zeros(len(cells)), np.zeros(len(cells))
    for step in range(-reach, reach + 1):
        half = np.floor(np.sqrt(NEAR_KM**2 - (step * high) ** 2) / np.maximum(wide, 1e-6)).astype(np.int64)
        half = np.minimum(half, 1_000)
        left = np.searchsorted(cells, _key(row + step, column - half))
        right = np.searchsorted(cells, _key(row + step, column + half), side="right")
        length += total[right] - total[left]
        area += (2 * half + 1) * wide * high
    return length / area
