"""Samples, places and installed networks for tests of reach rows, and what a row must hold by forward searches."""

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from geo.networks import Installed, Networks
from geo.points import LonLat
from geo.reach_rows import Row, Samples
from geo.road_graph import RoadGraph
from geo.row_build import RowBuilder
from geo.snap import Snapper
from geo.travel import Access, TravelMode
from geo.units import Minutes
from tests.geo.graphs import place, random_graph

FOOT, CAR = TravelMode.FOOT, TravelMode.CAR
ALL = Minutes(1_000.0)
FAR = 2_000.0

type World = tuple[RoadGraph, Snapper, tuple[LonLat, ...]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A random graph for all examples of a property, and 120 points on and beside it."""
    draw = np.random.default_rng(77)
    graph, snapper = random_graph(tmp_path_factory.mktemp("world") / "roads", draw)
    return graph, snapper, tuple(scattered(draw, 120))


def samples_at(points: Sequence[LonLat], off_road: float = 2_000.0) -> Samples:
    """One sample at each point."""
    lons, lats = np.array([(one.lon, one.lat) for one in points]).reshape(-1, 2).T.copy()
    return Samples("test", lons, lats, np.full(len(points), off_road))


def scattered(draw: np.random.Generator, count: int, spread: float = 2_500.0) -> list[LonLat]:
    """Points at random around the centre of the test graphs, some on the island six kilometres north."""
    spots = draw.uniform(-spread, spread, (count, 2)) + [0, 6_000] * (draw.random((count, 1)) < 0.2)
    return [place(*spot) for spot in spots.tolist()]


def installed_random(folder: Path, seed: int, size: int = 40) -> Installed:
    """A random graph as an installed network."""

    def build(made: Path) -> None:
        random_graph(made, np.random.default_rng(seed), size)

    return installed(folder, build)


def installed(folder: Path, build: Callable[[Path], None]) -> Installed:
    """A network that was built into a folder of networks."""
    return Networks(folder).install("rows", build)


def seconds_of(row: Row) -> dict[int, int]:
    """A row as a mapping; its samples ascend, each once."""
    assert row.samples.dtype == np.int32
    assert row.seconds.dtype == np.uint16
    assert (np.diff(row.samples) > 0).all()
    return dict(zip(row.samples.tolist(), row.seconds.tolist(), strict=True))


def check_row(row: Row, truth: Sequence[float | None], limit: Minutes) -> None:
    """The row holds exactly the true trips (minutes, one per sample) of at most the limit, rounded up to seconds.

    Forward and backward sums differ by less than a hundredth of a second.
    """
    kept = seconds_of(row)
    for sample, minutes in enumerate(truth):
        seconds = math.inf if minutes is None else minutes * 60
        if math.isinf(seconds):
            assert sample not in kept
            continue
        least, most = math.ceil(seconds - 0.01), math.ceil(seconds + 0.01)
        if sample in kept:
            assert least <= kept[sample] <= min(most, limit * 60), (sample, seconds, kept[sample])
        else:
            assert most > limit * 60, (sample, seconds)


def same_rows(some: Sequence[Row], others: Sequence[Row]) -> None:
    """To the last digit."""
    assert len(some) == len(others)
    for one, other in zip(some, others, strict=True):
        assert seconds_of(one) == seconds_of(other)


def builder_of(
    graph: RoadGraph,
    snapper: Snapper,
    points: Sequence[LonLat],
    mode: TravelMode = CAR,
    limit: float = ALL,
    off_road: float = FAR,
) -> RowBuilder:
    """What makes rows of these points."""
    return RowBuilder(graph, snapper, samples_at(points, off_road), mode, Minutes(limit))


def access_of(builder: RowBuilder, point: LonLat) -> Access:
    """Where a place meets the roads."""
    return builder.accesses([point.lon], [point.lat], [FAR])[0]


def take(
    making: Iterator[tuple[int, Row]], kept: list[Row], each: Callable[[int], None] | None = None
) -> None:
    """Keep every row as it comes; each: is told its number."""
    for number, row in making:
        kept.append(row)
        if each is not None:
            each(number)
