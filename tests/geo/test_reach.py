"""Reaching on roads: against networkx on the same roads, and the cases that have gone wrong elsewhere."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from geo.errors import NetworkError, NoTripError
from geo.reach import RoadReach, Seeds
from geo.road_graph import RoadGraph
from geo.snap import Snapper
from geo.travel import Access, NoTrip, Target, TravelMode
from geo.units import Metres, Minutes
from tests.geo.graphs import DRIVE, WALK, Edge, graph_of, place, random_graph, roads_of, written

FOOT, CAR = TravelMode.FOOT, TravelMode.CAR
FAR = Metres(2_000.0)
ALL = Minutes(math.inf)


def reach_from(
    graph: RoadGraph, snapper: Snapper, east: float, north: float, mode: TravelMode = CAR
) -> RoadReach:
    return RoadReach(graph, snapper, place(east, north), None, mode, off_road=FAR)


def minutes_to(reach: RoadReach, east: float, north: float) -> Minutes | NoTrip:
    reach.know(ALL)
    return reach.minutes([to(east, north)])[0]


def to(east: float, north: float) -> Target:
    return Target(place(east, north))


def by_networkx(graph: RoadGraph, mode: TravelMode, origin: Access, targets: list[Access]) -> list[float]:
    """Minutes by networkx over the raw edges, each cut where an origin or a target lies on it."""
    cuts: dict[int, list[tuple[float, object]]] = {}
    for name, access in [("origin", origin), *enumerate(targets)]:
        cuts.setdefault(access.edge, []).append((access.along, name))
    roads = nx.DiGraph()

    def arc(tail: object, head: object, seconds: float) -> None:
        if math.isfinite(seconds):
            old = roads.get_edge_data(tail, head, {"weight": math.inf})["weight"]
            roads.add_edge(tail, head, weight=min(seconds, old))

    for edge, (forth, back) in enumerate(graph.edge_seconds[mode].astype(float).tolist()):
        ends = [(0.0, ("node", int(graph.edge_from[edge]))), (1.0, ("node", int(graph.edge_to[edge])))]
        stops = [ends[0], *sorted(cuts.get(edge, []), key=lambda cut: cut[0]), ends[1]]
        for (low, tail), (high, head) in pairwise(stops):
            same = low == high  # no part of an edge may be passed both ways, one-way or not
            arc(tail, head, 0.0 if same else (high - low) * forth)
            arc(head, tail, 0.0 if same else (high - low) * back)
    lengths = nx.single_source_dijkstra_path_length(roads, "origin") if "origin" in roads else {}
    return [
        (lengths.get(number, math.inf) + (origin.metres + access.metres) / graph.walking) / 60
        for number, access in enumerate(targets)
    ]


@pytest.mark.parametrize("seed", range(40))
def test_every_answer_is_that_of_networkx(seed: int, tmp_path: Path) -> None:
    draw = np.random.default_rng(seed)
    graph, snapper = random_graph(tmp_path, draw)
    mode = (FOOT, CAR)[seed % 2]
    for _ in range(8):
        origin, *points = (place(*spot) for spot in draw.uniform(-2_500, 2_500, (13, 2)))
        access = snapper.access(origin, mode, FAR)
        if access.edge < 0:
            continue
        targets = [Target(point, snapper.access(point, mode, FAR)) for point in points]
        reach = RoadReach(graph, snapper, origin, access, mode)
        accesses = [one.access for one in targets if one.access is not None]
        truth = by_networkx(graph, mode, access, accesses)
        for limit in (3.0, 9.0, 25.0, math.inf):
            reach.know(Minutes(limit))
            for got, right, snapped in zip(reach.minutes(targets), truth, accesses, strict=True):
                if snapped.edge < 0:
                    assert got is NoTrip.OFF_NETWORK
                elif got is NoTrip.UNREACHABLE:
                    assert math.isinf(right)
                elif isinstance(got, NoTrip):
                    assert got is NoTrip.NOT_YET
                    assert right > reach.known - 1e-3
                else:
                    assert got == pytest.approx(right, abs=5e-5)
                    assert got <= reach.known  # a search adds at least a millisecond at its start


def test_the_same_one_way_street_forth_and_round(tmp_path: Path) -> None:
    spots = [(0.0, 0.0), (1_000.0, 0.0), (1_000.0, 1_000.0), (0.0, 1_000.0)]
    one_way = (DRIVE, None)
    graph, snapper = graph_of(tmp_path, spots, [Edge(n, (n + 1) % 4, car=one_way) for n in range(4)])
    ahead, behind = (minutes_to(reach_from(graph, snapper, 500, 0), east, 0) for east in (800, 200))
    assert ahead == pytest.approx(300 / DRIVE / 60, abs=1e-4)
    assert behind == pytest.approx(3_700 / DRIVE / 60, abs=1e-4)
    reach = reach_from(graph, snapper, 500, 0)
    reach.know(ALL)
    path = reach.path(to(200, 0))
    assert [leg.edge for leg in path] == [0, 1, 2, 3, 0]
    assert reach.trip(to(200, 0)).metres == pytest.approx(3_700, abs=1)
    assert reach.line(path)[0] == reach.line(reach.path(to(800, 0)))[0]
    assert minutes_to(reach, 500, 0) == pytest.approx(0, abs=1e-6)


def test_at_a_junction_every_street_is_open(tmp_path: Path) -> None:
    """Where a one-way street ends one need not go round to its other end."""
    edges = [Edge(1, 0, car=(DRIVE, None)), Edge(0, 2), Edge(2, 1)]
    graph, snapper = graph_of(tmp_path, [(0, 0), (1_000, 0), (0, 700)], edges)
    access = Access(graph.id, CAR, 0, 1.0, Metres(0))
    reach = RoadReach(graph, snapper, place(0, 0), access, CAR)
    assert minutes_to(reach, 0, 350) == pytest.approx(350 / DRIVE / 60, abs=1e-4)
    backwards = Access(graph.id, CAR, 0, 0.0, Metres(0))
    into = Target(place(1_000, 0), backwards)
    (way,) = reach.minutes([into])
    assert way == pytest.approx((700 + math.hypot(1_000, 700)) / DRIVE / 60, abs=1e-4)


def test_loops_and_parallel_roads(tmp_path: Path) -> None:
    loop = Edge(1, 1, car=(DRIVE, None), via=((700, 200), (300, 200)))
    slow = Edge(0, 1, car=(DRIVE / 4, DRIVE / 4), via=((250, -200),))
    graph, snapper = graph_of(tmp_path, [(0, 0), (500, 0)], [Edge(0, 1), loop, slow])
    length = graph.edge_metres.astype(float)
    half = minutes_to(reach_from(graph, snapper, 0, 0), 500, 200)
    assert half == pytest.approx((500 + length[1] / 2) / DRIVE / 60, abs=1e-3)
    from_loop = reach_from(graph, snapper, 500, 200)
    assert minutes_to(from_loop, 0, 0) == pytest.approx(half, abs=1e-3)
    assert [leg.edge for leg in from_loop.path(to(0, 0))] == [1, 0]
    on_slow = minutes_to(reach_from(graph, snapper, 0, 0), 250, -200)
    assert on_slow == pytest.approx(length[2] / 2 / (DRIVE / 4) / 60, abs=1e-3)


def islands(folder: Path) -> tuple[RoadGraph, Snapper]:
    """The mainland at 0, an island with a ferry at 5 km, one without any at 10 km."""
    spots = [(x + step, 0.0) for x in (0.0, 5_000.0, 10_000.0) for step in (0.0, 1_000.0)]
    ferry = Edge(1, 2, car=(5.0, 5.0), foot=(5.0, 5.0), ferry=True)
    return graph_of(folder, spots, [Edge(0, 1), Edge(2, 3), Edge(4, 5), ferry])


def test_islands(tmp_path: Path) -> None:
    graph, snapper = islands(tmp_path)
    reach = reach_from(graph, snapper, 0, 30)
    with_ferry, without, at_sea = to(6_000, 0), to(10_500, 0), to(8_000, 500)
    assert reach.minutes([with_ferry, without, at_sea]) == [
        NoTrip.NOT_YET,
        NoTrip.UNREACHABLE,  # proven before any search: no way of any kind leads there
        NoTrip.OFF_NETWORK,
    ]
    reach.know(Minutes(5.0))
    assert reach.known == 5
    reach.know(Minutes(60.0))
    assert math.isinf(reach.known)
    trip = reach.trip(with_ferry)
    assert trip.ferry
    assert not reach.trip(to(500, 0)).ferry
    assert trip.metres == pytest.approx(6_030, abs=1)
    assert trip.access_metres == pytest.approx(30, abs=0.1)
    assert trip.minutes == trip.earliest == trip.latest
    assert trip.minutes == pytest.approx((30 / WALK + 2_000 / DRIVE + 800) / 60, abs=1e-3)
    for target in (without, at_sea):
        with pytest.raises(NoTripError, match="no trip to"):
            reach.trip(target)


def test_walks_at_both_ends_are_counted(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, [(0, 0), (3_000, 0)], [Edge(0, 1)])
    reach = reach_from(graph, snapper, 1_000, 400)
    got = minutes_to(reach, 2_000, -700)
    assert got == pytest.approx((1_100 / WALK + 1_000 / DRIVE) / 60, abs=2e-3)
    trip = reach.trip(to(2_000, -700))
    assert trip.minutes == got
    assert (trip.metres, trip.access_metres) == (pytest.approx(2_100, abs=1), pytest.approx(1_100, abs=1))


def test_nothing_is_said_beyond_what_is_known(tmp_path: Path) -> None:
    """The own road is known to its end by luck: that is not told before the search got there."""
    graph, snapper = graph_of(tmp_path, [(0, 0), (10_000, 0), (20_000, 0)], [Edge(0, 1), Edge(1, 2)])
    reach = reach_from(graph, snapper, 5_000, 0)
    assert reach.minutes([to(5_100, 0)]) == [NoTrip.NOT_YET]
    with pytest.raises(NoTripError, match="not_yet"):
        reach.trip(to(5_100, 0))
    reach.know(Minutes(1.0))
    assert reach.minutes([to(5_600, 0), to(5_700, 0)]) == [
        pytest.approx(600 / DRIVE / 60, abs=1e-4),
        NoTrip.NOT_YET,
    ]
    reach.know(Minutes(0.5))
    assert reach.known == 1


def test_what_was_snapped_elsewhere_is_refused_and_snapped_anew(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, [(0, 0), (3_000, 0)], [Edge(0, 1)])
    right = snapper.access(place(2_000, 0), CAR, FAR)
    stale = [
        replace(right, network="another", edge=99),
        replace(right, mode=FOOT, along=0.1),
        replace(right, network="another", edge=-1, metres=Metres(math.inf)),
    ]
    reach = RoadReach(graph, snapper, place(0, 0), replace(right, network="old"), CAR)
    assert reach.access.along == 0
    reach.know(ALL)
    answers = reach.minutes([Target(place(2_000, 0), access) for access in [right, None, *stale]])
    assert answers == [pytest.approx(2_000 / DRIVE / 60, abs=1e-4)] * 5
    assert len(set(answers)) == 1


def test_an_origin_off_the_network_is_refused(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, [(0, 0), (3_000, 0)], [Edge(0, 1)])
    with pytest.raises(NoTripError, match="off the network"):
        RoadReach(graph, snapper, place(0, 600), None, FOOT)


def test_other_starts(tmp_path: Path) -> None:
    """Two stops far away, reached after a while: from there on foot, or all the way on foot when that is sooner."""
    graph, snapper = graph_of(
        tmp_path, [(x * 1_000.0, 0.0) for x in range(9)], [Edge(n, n + 1) for n in range(8)]
    )
    seeds = Seeds(np.array([6, 8, 6], np.int32), np.array([900.0, 600.0, 300.0]))
    reach = RoadReach(graph, snapper, place(0, 0), None, TravelMode.TRANSIT, seeds=seeds, method="transit")
    assert minutes_to(reach, 500, 0) == pytest.approx(500 / WALK / 60, abs=1e-4)
    assert minutes_to(reach, 5_500, 0) == pytest.approx((300 + 500 / WALK) / 60, abs=1e-4)
    assert reach.journey(to(500, 0)).seed is None
    assert reach.journey(to(5_500, 0)).seed == 2
    assert reach.journey(to(8_000, 0)).seed == 1
    trip = reach.trip(to(5_500, 0))
    assert (trip.method, trip.metres) == ("transit", pytest.approx(500, abs=1))
    lost = RoadReach(graph, snapper, place(0, 50_000), None, FOOT, seeds=seeds)
    assert minutes_to(lost, 5_500, 0) == pytest.approx((300 + 500 / WALK) / 60, abs=1e-4)


def test_more_starts_than_the_graph_has_room_for(tmp_path: Path) -> None:
    count = 5_000
    graph, snapper = graph_of(
        tmp_path, [(x * 10.0, 0.0) for x in range(count)], [Edge(n, n + 1) for n in range(count - 1)]
    )
    seeds = Seeds(np.arange(count, dtype=np.int32), np.full(count, 60.0))
    reach = RoadReach(graph, snapper, place(0, 0), None, FOOT, seeds=seeds)
    assert minutes_to(reach, 40_000, 0) == pytest.approx(1, abs=1e-3)


def test_a_trip_shorter_than_the_straight_line_is_a_broken_network(tmp_path: Path) -> None:
    roads = roads_of([(0, 0), (3_000, 0)], [Edge(0, 1)])
    graph = written(tmp_path, replace(roads, edge_metres=roads.edge_metres / 2))
    reach = reach_from(graph, Snapper(graph), 0, 0)
    reach.know(ALL)
    with pytest.raises(NetworkError, match=r"1500 m .* 3000 m apart.* build it again"):
        reach.trip(to(3_000, 0))
