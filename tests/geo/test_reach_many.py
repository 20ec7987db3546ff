"""Reaching on roads by the thousand: the lower bound, the line of a trip, threads, many origins."""

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from geo.points import LonLat, great_circle
from geo.reach import RoadReach, Seeds
from geo.road_graph import RoadGraph
from geo.snap import Snapper
from geo.travel import NoTrip, Target, TravelMode
from geo.units import Metres, Minutes
from tests.geo.graphs import DRIVE, Edge, graph_of, place, random_graph

FOOT, CAR = TravelMode.FOOT, TravelMode.CAR
FAR = Metres(2_000.0)
ALL = Minutes(math.inf)


def reach_from(
    graph: RoadGraph, snapper: Snapper, east: float, north: float, mode: TravelMode = CAR
) -> RoadReach:
    return RoadReach(graph, snapper, place(east, north), None, mode, off_road=FAR)


def to(east: float, north: float) -> Target:
    return Target(place(east, north))


@pytest.mark.parametrize("seed", range(30))
def test_the_bound_holds_and_grows(seed: int, tmp_path: Path) -> None:
    """No target is reached sooner than the bound of its straight line says, whatever was searched by then."""
    draw = np.random.default_rng(seed)
    graph, snapper = random_graph(tmp_path, draw, 30)
    mode = (FOOT, CAR)[seed % 2]
    for number in range(6):
        origin = place(*draw.uniform(-2_500, 2_500, 2))
        targets = [Target(place(*spot)) for spot in draw.uniform(-3_500, 3_500, (60, 2))]
        seeds = Seeds(np.array([3, 17], np.int32), draw.uniform(0, 600, 2)) if number % 3 == 0 else None
        if snapper.access(origin, mode, FAR).edge < 0 and seeds is None:
            continue
        whole, reach = (
            RoadReach(graph, snapper, origin, None, mode, seeds=seeds, off_road=FAR) for _ in range(2)
        )
        whole.know(ALL)
        straight = [great_circle(origin, one.point) for one in targets]
        truth = whole.minutes(targets)
        for limit in (0.0, 1.0, 4.0, 12.0, 40.0, math.inf):
            reach.know(Minutes(limit))
            bounds = [reach.bound(Metres(metres * 1.006)) for metres in straight]
            for bound, right in zip(bounds, truth, strict=True):
                assert bound <= reach.known
                assert isinstance(right, NoTrip) or bound <= right + 1e-9
            rising = [bound for _, bound in sorted(zip(straight, bounds, strict=True))]
            assert rising == sorted(rising)


def test_the_bound_is_worth_something(tmp_path: Path) -> None:
    """On a plain grid it is most of the way; the first search is not asked for more than it knows."""
    side = 40
    spots = [(x * 100.0, y * 100.0) for y in range(side) for x in range(side)]
    pairs = [(n, n + 1) for n in range(side * side) if n % side < side - 1]
    pairs += [(n, n + side) for n in range(side * side - side)]
    graph, snapper = graph_of(tmp_path, spots, [Edge(*pair) for pair in pairs])
    reach = reach_from(graph, snapper, 0, 0)
    assert reach.bound(Metres(1_000.0)) == 0
    reach.know(ALL)
    usual = 3_000 / DRIVE / 60
    assert 0.8 * usual < reach.bound(Metres(3_000.0)) <= usual


@pytest.mark.parametrize("seed", range(10))
def test_the_line_of_a_trip_is_as_long_as_its_metres(seed: int, tmp_path: Path) -> None:
    draw = np.random.default_rng(100 + seed)
    graph, snapper = random_graph(tmp_path, draw)
    reach = RoadReach(graph, snapper, place(*draw.uniform(-1_500, 1_500, 2)), None, CAR, off_road=FAR)
    reach.know(ALL)
    for spot in draw.uniform(-2_000, 2_000, (20, 2)):
        target = to(*spot)
        (minutes,) = reach.minutes([target])
        if isinstance(minutes, NoTrip):
            continue
        journey, trip = reach.journey(target), reach.trip(target)
        line = reach.line(journey.path)
        length = sum(great_circle(a, b) for a, b in pairwise(line))
        assert length == pytest.approx(trip.metres - trip.access_metres, rel=1e-3, abs=0.5)
        seconds = sum(
            (leg.stop - leg.start) * graph.edge_seconds[CAR][leg.edge][0]
            if leg.stop > leg.start
            else (leg.start - leg.stop) * graph.edge_seconds[CAR][leg.edge][1]
            for leg in journey.path
        )
        assert trip.minutes * 60 == pytest.approx(seconds + trip.access_metres / graph.walking, abs=5e-3)
        if line:
            assert great_circle(target.point, line[-1]) == pytest.approx(journey.access.metres, abs=0.5)


def test_eight_threads_answer_as_one(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    graph, snapper = random_graph(tmp_path, draw, 120)
    origins = [place(*spot) for spot in draw.uniform(-2_000, 2_000, (160, 2))]
    targets = [Target(place(*spot)) for spot in draw.uniform(-2_000, 2_000, (10, 2))]

    def ask(origin: LonLat) -> list[Minutes | NoTrip]:
        reach = RoadReach(graph, snapper, origin, None, CAR, off_road=FAR)
        for limit in (2.0, 6.0, math.inf):
            reach.know(Minutes(limit))
        return reach.minutes(targets)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, origins)) == [ask(origin) for origin in origins]


def test_ten_thousand_origins_one_after_another(tmp_path: Path) -> None:
    """Nothing of one question is left for the next one."""
    draw = np.random.default_rng(6)
    graph, snapper = random_graph(tmp_path, draw)
    points = draw.uniform(-2_000, 2_000, (10_000, 2))
    places = [place(*spot) for spot in points]
    lons, lats = (np.array([getattr(one, name) for one in places]) for name in ("lon", "lat"))
    accesses = snapper.accesses(lons, lats, FOOT, FAR)
    target = [Target(places[0], accesses[0])]

    def ask(row: int) -> Minutes | NoTrip:
        reach = RoadReach(graph, snapper, places[row], accesses[row], FOOT)
        reach.know(ALL)
        return reach.minutes(target)[0]

    rows = [row for row in range(10_000) if accesses[row].edge >= 0]
    first = [ask(row) for row in rows]
    assert [ask(row) for row in rows[:300]] == first[:300]
    assert sum(not isinstance(one, NoTrip) for one in first) > 5_000
