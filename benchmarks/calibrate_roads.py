"""Our times on the road against Valhalla's, at pairs of junctions; and the numbers of the profile fitted to them.

    .venv/bin/python -m benchmarks.calibrate_roads EXTRACT.osm.pbf [MORE.osm.pbf] [--fit] [--profile FILE ...]

Every extract gets Valhalla tiles and our network, both in a folder that is kept (--keep) or removed. Origins and
targets are junctions of the largest component, drawn with a seed: one seed to fit with, another to judge by. With
--fit a factor for every group of roads and seconds for every kind of junction are fitted (never negative), over
the way that our own search takes; what they would change is printed, for a person to round and write into
`fixtures/network/profile.toml`.
"""

import argparse
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.sparse.csgraph import dijkstra

from geo.osm_roads import OsmRoads, read_roads
from geo.points import LonLat
from geo.road_build import network_roads, silent
from geo.road_graph import ROAD_MODES, Floats, Ints
from geo.road_pieces import Pieces, cut_pieces
from geo.road_profile import RoadProfile, load_profile
from geo.road_times import waits
from geo.road_write import Roads, arcs, components
from geo.travel import TravelMode
from geo.valhalla import Habits, Valhalla
from geo.valhalla_tiles import build_tiles

PROFILE = Path(__file__).parents[1] / "fixtures" / "network" / "profile.toml"
TRAIN, JUDGE = 20260105, 20260412
ORIGINS, TARGETS = 24, 250
NEAREST_M = 300.0  # nearer pairs say more about rounding than about roads
SMALL = 0.005


@dataclass(frozen=True)
class Sample:
    """Pairs of places with Valhalla's minutes; NaN where it has none."""

    origins: Floats
    targets: Floats  # (origins, targets, 2)
    minutes: Floats


@dataclass(frozen=True)
class Network:
    """One extract, cut and timed."""

    osm: OsmRoads
    pieces: Pieces
    roads: Roads


def built(pbf: Path, profile: RoadProfile) -> Network:
    """Read, cut and time an extract."""
    osm = read_roads(pbf, profile, silent)
    pieces = cut_pieces(osm)
    return Network(osm, pieces, network_roads(osm, pieces, profile))


def sample(network: Network, valhalla: Valhalla, mode: TravelMode, seed: int) -> Sample:
    """Junctions of the largest component by chance, and Valhalla's minutes between them."""
    rng = np.random.default_rng(seed)
    matrix, _ = arcs(network.roads, mode)
    main = np.flatnonzero(components(matrix) == 0)
    nodes = network.roads.nodes
    origins = nodes[rng.choice(main, min(ORIGINS, len(main)), replace=False)]
    targets = np.array([nodes[rng.choice(main, min(TARGETS, len(main)), replace=False)] for _ in origins])
    minutes = [
        valhalla.minutes(LonLat(*origin), [LonLat(*one) for one in row], mode)
        for origin, row in zip(origins.tolist(), targets.tolist(), strict=True)
    ]
    return Sample(
        origins, targets, np.array([[math.nan if one is None else one for one in row] for row in minutes])
    )


def kept_sample(
    folder: Path, network: Network, tiles: Path, habits: Habits, mode: TravelMode, seed: int
) -> Sample:
    """`sample`, kept in a file: Valhalla's answers do not change with our profile."""
    path = folder / f"{mode}-{seed}.npz"
    if not path.is_file():
        found = sample(network, Valhalla(tiles, habits), mode, seed)
        np.savez(path, origins=found.origins, targets=found.targets, minutes=found.minutes)
    with np.load(path) as held:
        return Sample(held["origins"], held["targets"], held["minutes"])


def nodes_at(network: Network, places: Floats) -> Ints:
    """Numbers of the nodes at these places; -1 where none is any more."""
    names = {tuple(place): number for number, place in enumerate(network.roads.nodes.tolist())}
    found = [names.get(tuple(place), -1) for place in places.reshape(-1, 2).tolist()]
    return np.array(found, np.int32).reshape(places.shape[:-1])


def our_minutes(network: Network, pairs: Sample, mode: TravelMode) -> Floats:
    """Our minutes of the same pairs; NaN where there is no way or the node is gone."""
    matrix, _ = arcs(network.roads, mode)
    found = np.full(pairs.minutes.shape, np.nan)
    starts, ends = nodes_at(network, pairs.origins), nodes_at(network, pairs.targets)
    for row, start in enumerate(starts.tolist()):
        if start >= 0:
            seconds = dijkstra(matrix, indices=start)
            found[row] = np.where(ends[row] >= 0, seconds[ends[row]], np.nan) / 60
    found[~np.isfinite(found)] = np.nan
    return found


def straight(pairs: Sample) -> Floats:
    """Metres of each pair in a straight line, near enough."""
    step = np.radians(pairs.targets - pairs.origins[:, None, :])
    east = step[..., 0] * np.cos(np.radians(pairs.targets[..., 1]))
    metres: Floats = 6_371_008.8 * np.hypot(east, step[..., 1])
    return metres


def agreement(ours: Floats, pairs: Sample) -> tuple[float, float, float, int]:
    """Median and 90th percentile of the error in percent, the median with its sign, and the number of pairs."""
    judged = np.isfinite(ours) & np.isfinite(pairs.minutes) & (straight(pairs) >= NEAREST_M)
    error = ours[judged] / pairs.minutes[judged] - 1
    size = np.abs(error) * 100
    return (
        float(np.median(size)), float(np.percentile(size, 90)), float(np.median(error) * 100), int(judged.sum())
    )  # fmt: skip


def piece_groups(network: Network, profile: RoadProfile) -> tuple[list[str], Ints]:
    """A group of like roads for each piece: class, whether its limit is tagged, whether it is rough."""
    numbers: dict[str, int] = {}
    names: list[int] = []
    for kind in network.osm.kinds:
        name = kind.group
        numbers.setdefault(name, len(numbers))
        names.append(numbers[name])
    return list(numbers), np.array(names, np.int32)[network.osm.kind[network.pieces.way]]


def fit(network: Network, pairs: Sample, mode: TravelMode, profile: RoadProfile) -> Iterator[str]:
    """Factors and seconds that would bring our times nearest to Valhalla's, on the ways that we take."""
    groups, of_piece = piece_groups(network, profile)
    seconds = network.roads.edge_seconds[mode].astype(np.float64)
    open_ = np.isfinite(seconds)
    counts = {name: one.astype(np.float64) for name, one in waits(network.osm, network.pieces, open_, mode)}
    each = (profile.car if mode is TravelMode.CAR else profile.foot).waits
    plain = np.where(open_, seconds, 0.0) - sum(each.get(name, 0.0) * count for name, count in counts.items())
    rows, wanted = _features(network, pairs, mode, plain, list(counts.values()), of_piece, len(groups))
    rows, names = _merged(rows, groups, list(counts))
    weight = 1 / np.maximum(wanted, 30.0)
    answer, _ = nnls(rows * weight[:, None], wanted * weight)
    share = rows * np.concatenate([np.ones(len(names) - len(counts)), [each.get(one, 1.0) for one in counts]])
    for number, name in enumerate(names):
        yield f"  {name:36} {answer[number]:6.2f}   {share[:, number].sum() / share.sum():6.1%}"


def _features(
    network: Network,
    pairs: Sample,
    mode: TravelMode,
    plain: Floats,
    counts: list[Floats],
    of_piece: Ints,
    groups: int,
) -> tuple[Floats, Floats]:
    """One row for each pair: seconds by group of road, then of each kind of wait; and Valhalla's seconds."""
    matrix, edges = arcs(network.roads, mode)
    rows: list[Floats] = []
    wanted: list[float] = []
    ends = nodes_at(network, pairs.targets)
    for row, start in enumerate(nodes_at(network, pairs.origins).tolist()):
        if start < 0:
            continue
        _, before = dijkstra(matrix, indices=start, return_predecessors=True)
        for column, end in enumerate(ends[row].tolist()):
            if not math.isfinite(pairs.minutes[row, column]) or end < 0 or (end != start and before[end] < 0):
                continue
            path, way = _path(matrix, edges, network, before, start, end)
            found = np.zeros(groups + len(counts))
            np.add.at(found, of_piece[path], plain[path, way])
            for number, wait in enumerate(counts, groups):
                found[number] = wait[path, way].sum()
            rows.append(found)
            wanted.append(pairs.minutes[row, column] * 60)
    return np.array(rows), np.array(wanted)


def _merged(rows: Floats, groups: list[str], waits: list[str]) -> tuple[Floats, list[str]]:
    """Groups of less than a hundredth of the time are one: too little to fit a number to."""
    total = rows[:, : len(groups)].sum(axis=0)
    large = total >= SMALL * total.sum()
    rest = rows[:, : len(groups)][:, ~large].sum(axis=1, keepdims=True)
    kept = [name for name, keep in zip(groups, large, strict=True) if keep]
    waiting = ["at " + name if name not in ("turn", "signals", "lights") else name for name in waits]
    columns = [rows[:, : len(groups)][:, large], rest, rows[:, len(groups) :]]
    return np.hstack(columns), [*kept, "the rest", *waiting]


def _path(
    matrix: object, edges: Ints, network: Network, before: Ints, start: int, end: int
) -> tuple[Ints, npt.NDArray[np.int64]]:
    """Edges of the way from start to end, and 0 or 1: along or back."""
    path, ways = [], []
    while end != start:
        tail = int(before[end])
        first, last = matrix.indptr[tail], matrix.indptr[tail + 1]  # type: ignore[attr-defined]
        arc = first + int(np.flatnonzero(matrix.indices[first:last] == end)[0])  # type: ignore[attr-defined]
        path.append(int(edges[arc]))
        ways.append(0 if network.roads.edge_from[edges[arc]] == tail else 1)
        end = tail
    return np.array(path, np.int32), np.array(ways, np.int64)


def main() -> None:
    """Compare, and fit when asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("extracts", nargs="+", type=Path)
    parser.add_argument("--profile", nargs="+", type=Path, default=[PROFILE])
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--keep", type=Path, help="folder for tiles and Valhalla's answers")
    chosen = parser.parse_args()
    profile = load_profile(*chosen.profile)
    habits = Habits(walking_kmh=profile.walking_kmh, boarding=profile.ferry.boarding_seconds)
    print(f"profile {profile.version}\n")
    print("| extract | mode | median | p90 | signed median | pairs |", "|---|---|---|---|---|---|", sep="\n")
    with tempfile.TemporaryDirectory() as scratch:
        for pbf in chosen.extracts:
            folder = (chosen.keep or Path(scratch)) / pbf.name.split(".")[0]
            folder.mkdir(parents=True, exist_ok=True)
            tiles = folder / "tiles"
            if not tiles.exists():
                build_tiles(pbf, tiles)
            network = built(pbf, profile)
            for mode in ROAD_MODES:
                judged = kept_sample(folder, network, tiles, habits, mode, JUDGE)
                middle, most, signed, count = agreement(our_minutes(network, judged, mode), judged)
                print(f"| {pbf.name} | {mode} | {middle:.1f} % | {most:.1f} % | {signed:+.1f} % | {count} |")
                if chosen.fit:
                    trained = kept_sample(folder, network, tiles, habits, mode, TRAIN)
                    print(*fit(network, trained, mode, profile), sep="\n")


if __name__ == "__main__":
    main()
