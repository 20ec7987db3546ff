"""Shapes of cells: where their people are taken to live, how they are drawn, and which lie on one another."""

import math

import h3
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.points import LonLat, great_circle
from importers.population_shapes import (
    MOST_SAMPLES,
    area_km2,
    drawn,
    hexagon,
    inside,
    overlaps,
    samples_of,
    square,
)

TALCA = LonLat(-71.65, -35.42)


def test_a_small_cell_has_one_sample_inside_of_it() -> None:
    ring = square(TALCA, 1_900).difference(square(TALCA, 1_500))
    assert samples_of(ring) == (inside(ring),)
    assert ring.contains(shapely.Point(inside(ring).lon, inside(ring).lat))


@pytest.mark.parametrize(("side", "count"), [(1_999, 1), (2_100, 1), (3_990, 4), (7_900, 16), (90_000, 16)])
def test_a_large_cell_has_a_sample_for_every_four_square_kilometres(side: float, count: int) -> None:
    shape = square(TALCA, side)
    samples = samples_of(shape)
    assert len(samples) == count
    assert samples == samples_of(shapely.from_wkb(shapely.to_wkb(shape)))
    # As far from each other as from the next cell's, so that nobody of the cell is far from one.
    assert sum(point.lon for point in samples) / count == pytest.approx(TALCA.lon, abs=1e-6)
    for a in samples:
        nearest = min((great_circle(a, b) for b in samples if a != b), default=side)
        assert nearest == pytest.approx(side / math.sqrt(count), rel=0.01)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)), min_size=3, max_size=9),
    st.floats(-55, 55),
)
def test_samples_of_any_shape_lie_in_it(corners: list[tuple[float, float]], lat: float) -> None:
    shape = shapely.MultiPoint([(-71 + x, lat + y) for x, y in corners]).convex_hull.buffer(0.004)
    samples = samples_of(shape)
    assert 1 <= len(samples) == len(set(samples)) <= MOST_SAMPLES
    # A point is rounded to a centimetre, and may leave the shape by that much.
    assert all(shape.distance(shapely.Point(one.lon, one.lat)) < 1e-7 for one in samples)


def test_areas_are_those_of_the_globe() -> None:
    cell = h3.latlng_to_cell(TALCA.lat, TALCA.lon, 7)
    assert area_km2(hexagon(cell)) == pytest.approx(h3.cell_area(cell, unit="km^2"), rel=0.01)
    assert area_km2(square(TALCA, 1_000)) == pytest.approx(1, rel=1e-6)


def test_what_is_drawn_differs_by_some_metres() -> None:
    whole = shapely.Point(TALCA.lon, TALCA.lat).buffer(0.05, quad_segs=500)
    simple = shapely.from_wkb(drawn(whole))
    assert simple.geom_type == "MultiPolygon"
    assert simple.is_valid
    assert shapely.get_num_coordinates(simple) < 0.2 * shapely.get_num_coordinates(whole)
    assert shapely.hausdorff_distance(simple.boundary, whole.boundary) * 111_000 < 30


def test_cells_that_share_a_border_do_not_overlap_and_others_do() -> None:
    cells = [hexagon(one) for one in h3.grid_disk(h3.latlng_to_cell(TALCA.lat, TALCA.lon, 8), 3)]
    assert overlaps(cells) == []
    parent = hexagon(h3.cell_to_parent(h3.latlng_to_cell(TALCA.lat, TALCA.lon, 8), 7))
    found = overlaps([*cells, parent])
    assert {second for _, second, _ in found} == {len(cells)}
    assert found[0][2] == pytest.approx(1)
    assert len(found) >= 7


def test_the_share_of_an_overlap_is_of_the_smaller_cell() -> None:
    low, high = shapely.box(0, 0, 4, 1), shapely.box(3, 0, 5, 1)
    assert overlaps([low, high]) == [(0, 1, 0.5)]
    assert overlaps([low, shapely.box(3.95, 0, 5, 1)]) == []


@pytest.mark.parametrize("cell", ["nada", "", "89a901291abfffg", "15101181006016"])
def test_what_is_no_h3_cell_has_no_shape(cell: str) -> None:
    assert hexagon(cell) is None
