"""Reach rows where rows go wrong: one road for all, zero seconds, the very limit, off the road, bad input."""

import math
from pathlib import Path

import numpy as np
import pytest

from geo.errors import GeoError, NetworkError
from geo.points import LonLat
from geo.reach_rows import Samples
from geo.row_build import RowBuilder
from geo.travel import Access, TravelMode
from geo.units import Metres
from tests.geo.graphs import WALK, Edge, graph_of, place
from tests.geo.row_world import ALL, CAR, FOOT, World, access_of, builder_of, samples_at, seconds_of, world

__all__ = ["world"]

# An edge to the east, a kilometre, one way on wheels, and another one that closes the round.
ROUND = [(0.0, 0.0), (1_000.0, 0.0), (1_000.0, 1_000.0)]
ONE_WAY = [Edge(0, 1, car=(10.0, None)), Edge(1, 2, car=(10.0, None)), Edge(2, 0, car=(10.0, None))]


def test_on_the_same_one_way_road_nobody_drives_back(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, ROUND, ONE_WAY)
    points = [place(200, 0), place(600, 0), place(800, 0)]
    row = seconds_of(builder_of(graph, snapper, points).row(snapper.access(place(600, 0), CAR, Metres(50))))
    whole = 2_000 + 1_000 * math.sqrt(2)
    assert [row[0], row[1]] == [40, 0]
    # From 800 m on to 600 m: all around but 200 m.
    assert abs(row[2] - (whole - 200) / 10) <= 1.0


def test_many_samples_on_one_road(tmp_path: Path) -> None:
    """Each rides its own part, on either side of the place, with its own walk to the road."""
    graph, snapper = graph_of(tmp_path, [(0.0, 0.0), (5_000.0, 0.0)], [Edge(0, 1, (WALK, WALK), (10.0, 5.0))])
    easts = np.linspace(0, 5_000, 1_501)
    points = [place(east, 40.0) for east in easts]
    row = builder_of(graph, snapper, points).row(snapper.access(place(2_000, -30.0), CAR, Metres(50)))
    rides = np.where(easts <= 2_000, (2_000 - easts) / 10, (easts - 2_000) / 5)
    assert row.samples.tolist() == list(range(1_501))
    assert np.abs(row.seconds - np.ceil(rides + 70 / WALK)).max() <= 1


def test_a_trip_of_just_the_limit_is_kept(tmp_path: Path) -> None:
    """Five edges of exactly a minute each; a second less is too little."""
    lons = [round(place(east, 0).lon, 7) for east in range(0, 3_000, 500)]
    nodes = [(lon * place(1, 0).lon ** -1, 0.0) for lon in lons]
    edges = [Edge(n, n + 1, (500 / 60, 500 / 60)) for n in range(5)]
    graph, snapper = graph_of(tmp_path, nodes, edges)
    minute = graph.edge_seconds[FOOT][:, 0].astype(float)
    assert np.abs(minute - 60).max() < 0.01
    times = np.append(0.0, np.cumsum(minute))
    points = [LonLat(lon, 0.0) for lon in lons]
    access = snapper.access(points[0], FOOT, Metres(50))
    for number in range(1, 6):
        whole = math.ceil(times[number] - 0.002)
        at, under = (builder_of(graph, snapper, points, FOOT, limit / 60) for limit in (whole, whole - 1))
        assert seconds_of(at.row(access))[number] == whole
        assert number not in seconds_of(under.row(access))
        assert np.isfinite(at.nearest([access])).tolist() == [n <= number for n in range(6)]
        assert np.isfinite(under.nearest([access])).tolist() == [n < number for n in range(6)]


def test_zero_seconds_are_kept(tmp_path: Path) -> None:
    """A sample at a place that lies on a junction: no part of any road between them, but a trip all the same."""
    graph, snapper = graph_of(tmp_path, [(0.0, 0.0), (500.0, 0.0), (900.0, 0.0)], [Edge(0, 1), Edge(1, 2)])
    middle = LonLat(round(place(500, 0).lon, 7), 0.0)
    builder = builder_of(graph, snapper, [middle, place(0, 0)])
    for edge, along in ((0, 1.0), (1, 0.0)):
        row = builder.row(Access(graph.id, CAR, edge, along, Metres(0.0)))
        assert seconds_of(row) == {0: 0, 1: 45}


def test_who_is_too_far_from_a_road_is_outside(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, [(0.0, 0.0), (1_000.0, 0.0)], [Edge(0, 1)])
    points = [place(500, north) for north in (0, 499, 501, 1_999, 2_001, 90_000)]
    samples = samples_at(points)
    town = RowBuilder(graph, snapper, Samples("a", samples.lons, samples.lats, np.full(6, 500.0)), FOOT, ALL)
    assert town.outside.tolist() == [False, False, True, True, True, True]
    each = Samples("a", samples.lons, samples.lats, np.array([1, 498, 502, 2_000, 2_000, 2_000.0]))
    rural = RowBuilder(graph, snapper, each, FOOT, ALL)
    assert rural.outside.tolist() == [False, True, False, False, True, True]
    access = snapper.access(place(500, 0), FOOT, Metres(10))
    assert set(seconds_of(rural.row(access))) == {0, 2, 3}
    assert np.isfinite(rural.nearest([access])).tolist() == (~rural.outside).tolist()
    # The walk to the road counts.
    assert abs(seconds_of(rural.row(access))[3] - 1_999 / WALK) < 2


def test_a_place_off_the_network_has_an_empty_row(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, [(0.0, 0.0), (1_000.0, 0.0)], [Edge(0, 1)])
    builder = builder_of(graph, snapper, [place(10, 0)])
    off = access_of(builder, place(0, 2_100))
    assert off.edge == -1
    assert seconds_of(builder.row(off)) == {}
    assert np.isinf(builder.nearest([off])).all()
    assert np.isinf(builder.nearest([])).all()


def test_a_place_farther_off_the_road_than_the_limit(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, [(0.0, 0.0), (1_000.0, 0.0)], [Edge(0, 1)])
    builder = builder_of(graph, snapper, [place(10, 0)], CAR, 5)
    assert seconds_of(builder.row(access_of(builder, place(10, 1_500)))) == {}


def test_nobody_lives_anywhere(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, [(0.0, 0.0), (1_000.0, 0.0)], [Edge(0, 1)])
    builder = builder_of(graph, snapper, [])
    access = access_of(builder, place(500, 0))
    assert seconds_of(builder.row(access)) == {}
    assert len(builder.nearest([access])) == len(builder.ferry_only([access])) == 0
    assert builder.accesses([], [], []) == []


@pytest.mark.parametrize("limit", [0, -1, 1_000.1, math.nan, math.inf])
def test_limits_that_cannot_be(limit: float, world: World) -> None:
    graph, snapper, points = world
    with pytest.raises(GeoError, match="minutes"):
        builder_of(graph, snapper, points, CAR, limit)


@pytest.mark.parametrize(
    ("lon", "lat", "off_road"), [(math.nan, 0, 1), (0, 91, 1), (181, 0, 1), (0, 0, -1), (0, 0, math.nan)]
)
def test_samples_that_cannot_be(lon: float, lat: float, off_road: float, world: World) -> None:
    graph, snapper, _ = world
    samples = Samples("bad", np.array([0.0, lon]), np.array([0.0, lat]), np.array([1.0, off_road]))
    with pytest.raises(GeoError, match="sample 1 "):
        RowBuilder(graph, snapper, samples, CAR, ALL)


def test_what_is_refused(world: World) -> None:
    graph, snapper, points = world
    with pytest.raises(GeoError, match="transit"):
        builder_of(graph, snapper, points, TravelMode.TRANSIT)
    short = Samples("bad", np.zeros(2), np.zeros(1), np.zeros(2))
    with pytest.raises(GeoError, match="length"):
        RowBuilder(graph, snapper, short, CAR, ALL)
    builder = builder_of(graph, snapper, points)
    for access in (
        Access("another", CAR, 0, 0.5, Metres(0)),
        Access(graph.id, FOOT, 0, 0.5, Metres(0)),
    ):
        for ask in (
            lambda a: builder.row(a),
            lambda a: builder.nearest([a]),
            lambda a: builder.ferry_only([a]),
        ):
            with pytest.raises(GeoError, match="look it up again"):
                ask(access)
    with pytest.raises(NetworkError, match="no such edge"):
        builder.row(Access(graph.id, CAR, len(graph.edge_from), 0.5, Metres(0)))
    with pytest.raises(GeoError, match="out of range"):
        builder.accesses([200.0], [0.0], [1.0])
