"""Snapping: against brute force, and the places where other engines moved people over water."""

import math
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.errors import NetworkError
from geo.points import LonLat
from geo.road_graph import RoadGraph
from geo.snap import Snapper
from geo.snap_cells import METRES_PER_DEGREE
from geo.snap_write import SMALL_NODES, write_pieces
from geo.travel import Access, TravelMode
from geo.units import Metres
from tests.geo.graphs import DRIVE, WALK, Edge, graph_of, place, random_graph, roads_of, written

FOOT, CAR = TravelMode.FOOT, TravelMode.CAR
NEAR, FAR = Metres(500.0), Metres(2_000.0)
NOT = (None, None)
CENTRES = [
    LonLat(-70.66, -33.45),
    LonLat(179.9999, 65.0),
    LonLat(-180.0, -16.5),
    LonLat(12.0, 89.9),
    LonLat(0, 0),
]

type Spots = list[tuple[float, float]]


def grid(
    east: float, north: float, side: int, step: float = 100.0, first: int = 0
) -> tuple[Spots, list[Edge]]:
    """A square of streets with its corner here; nodes numbered from `first`."""
    spots = [(east + x * step, north + y * step) for y in range(side) for x in range(side)]
    across = [(n, n + 1) for n in range(side * side) if n % side < side - 1]
    up = [(n, n + side) for n in range(side * side - side)]
    return spots, [Edge(first + a, first + b) for a, b in across + up]


def by_brute_force(graph: RoadGraph, point: LonLat, mode: TravelMode) -> tuple[float, set[int]]:
    """Metres to the nearest edge of this mode, and the edges that near."""
    best: dict[int, float] = {}
    scale = np.array([METRES_PER_DEGREE * math.cos(math.radians(point.lat)), METRES_PER_DEGREE])
    for edge, (start, stop) in enumerate(zip(graph.shape_start, graph.shape_start[1:], strict=False)):
        if np.isfinite(graph.edge_seconds[mode][edge]).any() and not graph.edge_ferry[edge]:
            away = graph.shape[start:stop] / 1e7 - [point.lon, point.lat]
            away[:, 0] = (away[:, 0] + 180) % 360 - 180
            best[edge] = shapely.LineString(away * scale).distance(shapely.Point(0, 0))
    least = min(best.values())
    return least, {edge for edge, metres in best.items() if metres < least + 0.05}


@pytest.mark.parametrize("seed", range(12))
def test_the_nearest_road_of_the_mode_as_by_brute_force(seed: int, tmp_path: Path) -> None:
    draw = np.random.default_rng(seed)
    graph, snapper = random_graph(tmp_path, draw)
    for mode in (FOOT, CAR):
        sizes = np.bincount(graph.component[mode][graph.component[mode] >= 0])
        for spot in draw.uniform(-3_000, 3_000, (60, 2)):
            point = place(*spot)
            least, edges = by_brute_force(graph, point, mode)
            access = snapper.access(point, mode, FAR)
            if least > FAR:
                assert access == Access(graph.id, mode, -1, 0.0, Metres(math.inf))
                continue
            assert access.metres > least - 0.05
            labels = {
                int(graph.component[mode][n]) for e in edges for n in (graph.edge_from[e], graph.edge_to[e])
            }
            if all(label >= 0 and sizes[label] * 4 > sizes.max() for label in labels):
                assert access.metres == pytest.approx(least, abs=0.05)
                assert access.edge in edges


@pytest.mark.parametrize("centre", CENTRES)
def test_anywhere_on_the_globe(centre: LonLat, tmp_path: Path) -> None:
    _, snapper = graph_of(tmp_path, [(-400, 0), (400, 0), (400, 400)], [Edge(0, 1), Edge(1, 2)], centre)
    for east in (-300.0, -1.0, 0.0, 1.0, 299.0):
        access = snapper.access(place(east, 40, centre), FOOT, NEAR)
        assert (access.edge, access.along, access.metres) == (
            0,
            pytest.approx((east + 400) / 800, abs=2e-3),
            pytest.approx(40, rel=2e-3),
        )
    assert snapper.access(place(0, -600, centre), FOOT, NEAR).edge == -1
    assert snapper.holds(place(0, -600, centre))
    assert snapper.holds(place(2_500, 0, centre))
    assert not snapper.holds(LonLat(centre.lon / 2 + 45, -centre.lat / 2 + 5))


def test_off_the_network_is_just_beyond_what_was_allowed(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, [(0, 0), (1_000, 0)], [Edge(0, 1)])
    for north, edge in ((499.0, 0), (501.0, -1)):
        assert snapper.access(place(500, north), CAR, NEAR).edge == edge
    lons, lats = np.array([place(500, 900).lon] * 2), np.array([place(500, 900).lat] * 2)
    one, other = snapper.accesses(lons, lats, CAR, np.array([500.0, 2_000.0]))
    assert one == Access(graph.id, CAR, -1, 0.0, Metres(math.inf))
    assert (other.edge, other.metres) == (0, pytest.approx(900, rel=1e-4))
    assert snapper.accesses(lons[:0], lats[:0], CAR, NEAR) == []


def test_along_a_road_of_ten_kilometres_and_round_its_bends(tmp_path: Path) -> None:
    spots = [(0.0, 0.0), (10_000.0, 0.0), (10_000.0, 3_000.0)]
    bend = Edge(1, 2, via=((10_500, 1_000), (10_500, 2_000)))
    _, snapper = graph_of(tmp_path, spots, [Edge(0, 1), bend])
    for east in range(5, 9_900, 333):
        access = snapper.access(place(east, 15), CAR, NEAR)
        assert access.along == pytest.approx(east / 10_000, abs=1e-5)
    assert snapper.access(place(10_600, 1_500), CAR, NEAR).along == pytest.approx(0.5, abs=1e-5)
    assert snapper.access(place(-9, 9), CAR, NEAR).along == 0.0
    assert snapper.access(place(10_001, 3_050), CAR, NEAR).along == 1.0


def test_roads_of_other_modes_are_not_there_and_one_way_is_enough(tmp_path: Path) -> None:
    edges = [Edge(0, 1, NOT, (DRIVE, None)), Edge(2, 3, (WALK, WALK), NOT)]
    _, snapper = graph_of(tmp_path, [(0, 0), (900, 0), (0, 200), (900, 200)], edges)
    assert snapper.access(place(400, 190), CAR, NEAR).edge == 0
    assert snapper.access(place(400, 10), FOOT, NEAR).edge == 1
    assert snapper.access(place(400, 10), TravelMode.TRANSIT, NEAR).mode is FOOT


def test_nobody_boards_a_ferry_at_sea(tmp_path: Path) -> None:
    spots = [(0.0, 0.0), (100.0, 0.0), (8_000.0, 0.0), (8_100.0, 0.0)]
    _, snapper = graph_of(tmp_path, spots, [Edge(0, 1), Edge(1, 2, ferry=True), Edge(2, 3)])
    for mode in (FOOT, CAR):
        assert snapper.access(place(4_000, 10), mode, FAR).edge == -1
        assert snapper.access(place(900, 10), mode, FAR).edge == 0


@pytest.mark.parametrize("ferry", [True, False])
@pytest.mark.parametrize("mode", [FOOT, CAR])
def test_an_islander_is_never_moved_to_the_mainland(mode: TravelMode, ferry: bool, tmp_path: Path) -> None:
    """The island has three junctions and lies 300 m off shore; a ferry for walkers changes nothing."""
    spots, edges = grid(0, 0, 11)
    count = len(spots)
    spots += [(0.0, -300.0), (50.0, -300.0), (50.0, -340.0)]
    edges += [Edge(count, count + 1), Edge(count + 1, count + 2)]
    if ferry:
        edges.append(Edge(0, count, car=NOT, ferry=True))
    graph, snapper = graph_of(tmp_path, spots, edges)
    access = snapper.access(place(25, -250), mode, FAR)
    assert graph.edge_from[access.edge] == count
    assert access.metres == pytest.approx(50, abs=0.5)


def car_park(tmp_path: Path, east: float = 0.0, gate: bool = True) -> tuple[Snapper, int]:
    """Streets, and 60 m north of them two aisles that cars cannot leave; with a gate, walkers can."""
    spots, edges = grid(0, 0, 11)
    count = len(spots)
    spots += [(450.0 + east, 1_060.0), (480.0 + east, 1_060.0), (510.0 + east, 1_060.0)]
    edges += [Edge(count, count + 1), Edge(count + 1, count + 2)]
    if gate:
        edges.append(Edge(115, count, car=NOT))
    return graph_of(tmp_path, spots, edges)[1], len(edges)


def test_a_car_park_that_cars_cannot_leave_gives_way(tmp_path: Path) -> None:
    snapper, _ = car_park(tmp_path)
    access = snapper.access(place(480, 1_065), CAR, NEAR)
    assert snapper.graph.component[CAR][snapper.graph.edge_from[access.edge]] == 0
    assert access.metres == pytest.approx(65, abs=0.5)
    assert snapper.access(place(480, 1_065), CAR, Metres(60.0)).metres == pytest.approx(5, abs=0.5)
    assert snapper.access(place(480, 1_065), FOOT, NEAR).metres == pytest.approx(5, abs=0.5)


def test_a_car_park_that_nobody_can_walk_out_of_stays(tmp_path: Path) -> None:
    snapper, count = car_park(tmp_path, gate=False)
    assert snapper.access(place(465, 1_065), CAR, NEAR).edge == count - 2


def test_a_big_component_is_no_car_park(tmp_path: Path) -> None:
    spots, edges = grid(0, 0, 12)
    more, others = grid(0, 1_150, 11, first=len(spots))
    assert len(more) > SMALL_NODES[CAR]
    gate = Edge(len(spots) - 1, len(spots), car=NOT)
    graph, snapper = graph_of(tmp_path, spots + more, [*edges, *others, gate])
    access = snapper.access(place(350, 1_145), CAR, NEAR)
    assert graph.component[CAR][graph.edge_from[access.edge]] == 1


def test_nobody_starts_on_a_motorway(tmp_path: Path) -> None:
    spots, edges = grid(0, 0, 11)
    fast = Edge(len(spots), len(spots) + 1, NOT, (110 / 3.6, None))
    ways = [fast, Edge(110, len(spots), NOT), Edge(len(spots) + 1, 120, NOT)]
    _, snapper = graph_of(tmp_path, [*spots, (0, 1_100), (1_000, 1_100)], [*edges, *ways])
    access = snapper.access(place(500, 1_090), CAR, NEAR)
    assert access.metres == pytest.approx(90, abs=0.5)
    assert snapper.access(place(500, 1_590), CAR, NEAR).edge == len(edges)


@pytest.mark.parametrize(("path", "moved"), [(1_040.0, True), (1_080.0, False)])
def test_a_stray_path_gives_way_fifty_metres_at_most(path: float, moved: bool, tmp_path: Path) -> None:
    spots, edges = grid(0, 0, 11)
    count = len(spots)
    _, snapper = graph_of(
        tmp_path, [*spots, (500, path), (530, path)], [*edges, Edge(count, count + 1, car=NOT)]
    )
    access = snapper.access(place(515, path + 1), FOOT, NEAR)
    assert (access.edge != len(edges)) is moved


def test_many_at_once_are_as_one_by_one_and_take_little_memory(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    spots, edges = grid(-4_000, -4_000, 60, 130)
    _, snapper = graph_of(tmp_path, spots, edges, CENTRES[0])
    points = [place(*spot, CENTRES[0]) for spot in draw.uniform(-4_500, 4_500, (20_000, 2))]
    lons, lats = np.array([p.lon for p in points]), np.array([p.lat for p in points])
    tracemalloc.start()
    together = snapper.accesses(lons, lats, CAR, FAR)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400e6
    for row in range(0, 20_000, 97):
        assert snapper.access(points[row], CAR, FAR) == together[row]


def test_missing_or_broken_pieces_are_told_with_the_mend(tmp_path: Path) -> None:
    graph, _ = graph_of(tmp_path / "good", [(0, 0), (100, 0)], [Edge(0, 1)])
    (graph.folder / "pieces.npy").write_bytes(b"\x93NUMPY not really")
    with pytest.raises(NetworkError, match=r"pieces\.npy cannot be read .*build the network again"):
        Snapper(graph)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NetworkError, match="write the graph before its pieces"):
        write_pieces(tmp_path / "empty", roads_of([(0, 0), (100, 0)], [Edge(0, 1)]))


def test_a_network_of_ferries_alone_has_nothing_to_snap_to(tmp_path: Path) -> None:
    roads = roads_of([(0, 0), (900, 0)], [Edge(0, 1)])
    graph = written(tmp_path, replace(roads, edge_ferry=np.array([True])))
    snapper = Snapper(graph)
    assert snapper.access(place(0, 0), FOOT, FAR).edge == -1
    assert not snapper.holds(place(0, 0))


def test_a_road_of_no_length_is_a_place_too(tmp_path: Path) -> None:
    roads = roads_of([(0, 0), (0, 0)], [Edge(0, 1)])
    access = Snapper(written(tmp_path, roads)).access(place(3, 4), FOOT, FAR)
    assert (access.edge, access.metres) == (0, pytest.approx(5))
