"""Reach rows against forward searches and networkx, and the cases at their edges."""

import math
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.settings import ROOT
from geo.networks import Networks
from geo.open_roads import open_roads
from geo.points import LonLat
from geo.reach import RoadReach
from geo.reach_rows import joined, whole_seconds
from geo.road_graph import SLOTS, RoadGraph
from geo.snap import Snapper
from geo.travel import Access, Target, TravelMode
from geo.units import Metres, Minutes
from tests.directory.road_world import Oracle, beside_a_road, build_roads
from tests.geo.graphs import random_graph
from tests.geo.row_world import (
    ALL,
    CAR,
    FAR,
    FOOT,
    World,
    access_of,
    builder_of,
    check_row,
    samples_at,
    scattered,
    seconds_of,
    world,
)
from tests.roads import PLACES, install

__all__ = ["world"]


def forward(
    graph: RoadGraph, snapper: Snapper, points: list[LonLat], places: list[Access], mode: TravelMode
) -> list[list[float | None]]:
    """Minutes from every sample to every place by the search of questions, by place."""
    targets = [Target(LonLat(0, 0), one) for one in places]
    by_sample: list[list[float | None]] = []
    for point in points:
        access = snapper.access(point, mode, Metres(FAR))
        if access.edge < 0:
            by_sample.append([None] * len(places))
            continue
        reach = RoadReach(graph, snapper, point, access, mode)
        reach.know(Minutes(math.inf))
        found = reach.minutes(targets)
        by_sample.append([None if isinstance(one, str) else float(one) for one in found])
    return [list(column) for column in zip(*by_sample, strict=True)]


@pytest.mark.parametrize("seed", range(24))
def test_every_row_is_what_forward_searches_say(seed: int, tmp_path: Path) -> None:
    draw = np.random.default_rng(seed)
    graph, snapper = random_graph(tmp_path, draw)
    mode = (FOOT, CAR)[seed % 2]
    points = scattered(draw, 50, 4_500.0)
    spots = [*scattered(draw, 5, 4_500.0), points[0]]
    places = [snapper.access(one, mode, Metres(FAR)) for one in spots]
    truth = forward(graph, snapper, points, places, mode)
    for limit in (1.0, 4.0, 15.5, 60.0, ALL):
        builder = builder_of(graph, snapper, points, mode, limit)
        for access, column in zip(places, truth, strict=True):
            check_row(builder.row(access), column, Minutes(limit))


@pytest.mark.parametrize("mode", [FOOT, CAR])
def test_one_ways_islands_and_a_ferry_against_networkx(mode: TravelMode, tmp_path: Path) -> None:
    graph = build_roads(tmp_path / "roads", 3)
    snapper, draw = Snapper(graph), random.Random(3)
    points = [beside_a_road(graph, draw) for _ in range(60)]
    builder = builder_of(graph, snapper, points, mode, 300)
    origins = snapper.accesses(*np.array([(p.lon, p.lat) for p in points]).T.copy(), mode, Metres(FAR))
    places = [access_of(builder, beside_a_road(graph, draw)) for _ in range(12)]
    oracle = Oracle(graph, mode)
    truth = zip(*(oracle.minutes(origin, places) for origin in origins), strict=True)
    for access, column in zip(places, truth, strict=True):
        check_row(builder.row(access), column, Minutes(300))
    assert 0 < builder.outside.sum() < len(points)
    assert [one.edge < 0 for one in origins] == builder.outside.tolist()


@pytest.fixture(scope="module")
def comarca_roads(tmp_path_factory: pytest.TempPathFactory) -> tuple[RoadGraph, Snapper]:
    """The roads of fixtures/network, without tiles."""
    folder = install(tmp_path_factory.mktemp("rows") / "networks", tiles=False)
    return open_roads(Networks(folder).find("comarca"))


@pytest.mark.parametrize("mode", [FOOT, CAR])
def test_the_made_up_town(mode: TravelMode, comarca_roads: tuple[RoadGraph, Snapper]) -> None:
    """Real building of roads: waits, turns, one-ways, an island with a ferry and one without."""
    graph, snapper = comarca_roads
    draw = np.random.default_rng(5)
    known = list(PLACES.values())
    picked = [known[one] for one in draw.choice(len(known), 40, replace=False)]
    points = [LonLat(one.lon + 0.0007, one.lat - 0.0004) for one in picked]
    builder = builder_of(graph, snapper, points, mode, 90)
    places = [access_of(builder, PLACES[name]) for name in ("a1", "d4", "camelias", "grande_s", "sola_e")]
    for access, column in zip(places, forward(graph, snapper, points, places, mode), strict=True):
        check_row(builder.row(access), column, Minutes(90))
    best = np.full(len(points), np.inf)
    for access in places:
        row = builder.row(access)
        best[row.samples] = np.minimum(best[row.samples], row.seconds)
    assert (whole_seconds(builder.nearest(places)) == best).all()


def test_only_a_ferry_leads_to_the_island(comarca_roads: tuple[RoadGraph, Snapper]) -> None:
    graph, snapper = comarca_roads
    names = ["a1", "grande_s", "sola_e"]
    builder = builder_of(graph, snapper, [*(PLACES[one] for one in names), LonLat(0.0, 0.0)], CAR, 90)
    town, island, lonely = (access_of(builder, PLACES[one]) for one in names)
    assert builder.outside.tolist() == [False, False, False, True]
    assert builder.ferry_only([town]).tolist() == [False, True, False, False]
    assert builder.ferry_only([island]).tolist() == [True, False, False, False]
    assert builder.ferry_only([lonely]).tolist() == [False] * 4
    assert builder.ferry_only([town, island]).tolist() == [False] * 4
    assert builder.ferry_only([]).tolist() == [False] * 4
    assert set(seconds_of(builder.row(town))) == {0, 1}
    assert set(seconds_of(builder.row(lonely))) == {2}


@given(
    half=st.integers(1, 40 * 60),
    number=st.integers(0, 119),
    mode=st.sampled_from([FOOT, CAR]),
)
def test_a_shorter_row_is_the_start_of_a_longer_one(
    half: int, number: int, mode: TravelMode, world: World
) -> None:
    graph, snapper, points = world
    short, long = (builder_of(graph, snapper, points, mode, half * times / 60) for times in (1, 2))
    access = access_of(short, points[number])
    kept = {sample: time for sample, time in seconds_of(long.row(access)).items() if time <= half}
    assert seconds_of(short.row(access)) == kept


@given(
    numbers=st.lists(st.integers(0, 119), max_size=30),
    limit=st.floats(0.1, 90),
    mode=st.sampled_from([FOOT, CAR]),
)
def test_one_search_finds_the_nearest_of_all_rows(
    numbers: list[int], limit: float, mode: TravelMode, world: World
) -> None:
    graph, snapper, points = world
    builder = builder_of(graph, snapper, points, mode, limit)
    places = [access_of(builder, points[number]) for number in numbers]
    best = np.full(len(points), np.inf)
    for access in places:
        row = builder.row(access)
        best[row.samples] = np.minimum(best[row.samples], row.seconds)
    assert (whole_seconds(builder.nearest(places)) == best).all()


def test_more_places_than_a_search_has_room_for(world: World) -> None:
    graph, snapper, points = world
    builder = builder_of(graph, snapper, points)
    edges = np.flatnonzero(np.isfinite(graph.edge_seconds[CAR]).any(axis=1))
    draw = np.random.default_rng(2)
    places = [
        Access(graph.id, CAR, int(edge), float(share), Metres(float(metres)))
        for edge, share, metres in zip(
            draw.choice(edges, SLOTS * 2),
            draw.random(SLOTS * 2),
            draw.uniform(0, 300, SLOTS * 2),
            strict=True,
        )
    ]
    halves = [builder.nearest(places[cut]) for cut in (slice(SLOTS), slice(SLOTS, None))]
    assert np.array_equal(builder.nearest(places), np.minimum(*halves))


def test_rows_are_the_same_in_many_threads(world: World) -> None:
    graph, snapper, points = world
    builder = builder_of(graph, snapper, points, CAR, 20)
    places = [access_of(builder, one) for one in points]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(builder.row, places))
    assert [seconds_of(one) for one in found] == [seconds_of(builder.row(one)) for one in places]


def test_rows_together(world: World) -> None:
    graph, snapper, points = world
    builder = builder_of(graph, snapper, points, CAR, 7)
    rows = [builder.row(access_of(builder, one)) for one in points[:9]]
    together = joined(graph.id, samples_at(points), CAR, Minutes(7), rows)
    assert (len(together), together.size, together.network, together.limit) == (9, 120, graph.id, 7)
    assert [seconds_of(together.row(number)) for number in range(9)] == [seconds_of(one) for one in rows]
    assert all(start <= stop for start, stop in pairwise(together.indptr.tolist()))
    none = joined(graph.id, samples_at(points), CAR, Minutes(7), [])
    assert (len(none), len(none.samples), none.samples.dtype, none.seconds.dtype) == (
        0,
        0,
        np.int32,
        np.uint16,
    )


def test_neither_compiler_nor_dask_is_loaded_with_the_service() -> None:
    code = (
        "import sys, geo.estimated_rows, geo.row_build, geo.row_cluster, geo.row_pool;"
        " print([n for n in ('numba', 'dask', 'distributed') if n in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
