"""The area that is drawn: valid, small, with its origin, and where the roads are."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.points import LonLat
from geo.reach import RoadReach, Seeds
from geo.reach_area import reach_area
from geo.travel import TravelMode
from geo.units import Metres, Minutes
from tests.geo.graphs import DRIVE, Edge, graph_of, place, random_graph

FAR = Metres(2_000.0)


@pytest.mark.parametrize("seed", range(12))
def test_areas_are_valid_small_hold_the_origin_and_grow(seed: int, tmp_path: Path) -> None:
    draw = np.random.default_rng(seed)
    graph, snapper = random_graph(tmp_path, draw, 80)
    origin = place(*draw.uniform(-2_000, 2_000, 2))
    last = 0.0
    for minutes in (0.0, 0.01, 3.0, 10.0, 30.0, 600.0):
        reach = RoadReach(graph, snapper, origin, None, TravelMode.FOOT, off_road=FAR)
        area = reach_area(reach, Minutes(minutes))
        assert area.is_valid
        assert area.geom_type in {"Polygon", "MultiPolygon"}
        assert area.contains(shapely.Point(origin.lon, origin.lat))
        assert len(shapely.to_geojson(area)) < 20_000
        assert area.area >= last * 0.9
        last = area.area


def test_what_is_reached_is_inside_and_what_is_not_is_outside(tmp_path: Path) -> None:
    graph, snapper = graph_of(tmp_path, [(0, 0), (6_000, 0), (6_000, 6_000)], [Edge(0, 1), Edge(1, 2)])
    reach = RoadReach(graph, snapper, place(1_000, 100), None, TravelMode.CAR)
    area = reach_area(reach, Minutes((100 / graph.walking + 3_000 / DRIVE) / 60))
    for east, inside in ((0, True), (1_000, True), (3_900, True), (4_200, False), (6_000, False)):
        assert area.contains(shapely.Point(*_degrees(east, 0))) is inside


def test_no_area_at_sea_but_on_both_sides_of_a_ferry(tmp_path: Path) -> None:
    edges = [Edge(0, 1), Edge(1, 2, ferry=True), Edge(2, 3)]
    graph, snapper = graph_of(tmp_path, [(0, 0), (500, 0), (9_500, 0), (9_900, 0)], edges)
    area = reach_area(RoadReach(graph, snapper, place(0, 0), None, TravelMode.CAR), Minutes(60))
    found = [area.contains(shapely.Point(*_degrees(east, 0))) for east in (250, 5_000, 9_700)]
    assert found == [True, False, True]


@pytest.mark.parametrize("lon", [179.999, -179.999, 180.0])
def test_over_the_antimeridian(lon: float, tmp_path: Path) -> None:
    centre = LonLat(lon, -16.5)
    graph, snapper = graph_of(tmp_path, [(-900, 0), (900, 0)], [Edge(0, 1)], centre)
    area = reach_area(RoadReach(graph, snapper, centre, None, TravelMode.FOOT), Minutes(30))
    west, _, east, _ = area.bounds
    assert -180 <= west < -179.9
    assert 179.9 < east <= 180
    for metres in (-800.0, 800.0):
        point = place(metres, 0, centre)
        assert area.contains(shapely.Point(point.lon, point.lat))
    json.loads(shapely.to_geojson(area))


def test_around_seeds_too(tmp_path: Path) -> None:
    graph, snapper = graph_of(
        tmp_path, [(x * 1_000.0, 0.0) for x in range(9)], [Edge(n, n + 1) for n in range(8)]
    )
    seeds = Seeds(np.array([8], np.int32), np.array([60.0]))
    reach = RoadReach(graph, snapper, place(0, 0), None, TravelMode.TRANSIT, seeds=seeds)
    area = reach_area(reach, Minutes(8))
    found = [area.contains(shapely.Point(*_degrees(east, 0))) for east in (200, 4_000, 7_800)]
    assert found == [True, False, True]
    assert math.isfinite(area.area)


def _degrees(east: float, north: float) -> tuple[float, float]:
    point = place(east, north)
    return point.lon, point.lat
