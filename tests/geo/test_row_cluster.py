"""Rows on a Dask cluster of two processes: those of one machine, to the last digit."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from distributed import Client, LocalCluster

from geo.errors import GeoError, NetworkError
from geo.networks import Installed
from geo.open_roads import open_roads
from geo.points import LonLat, great_circle
from geo.reach_rows import Row, Samples
from geo.row_build import RowBuilder
from geo.row_cluster import PART, build_rows_on, client_of
from geo.row_near import chord, fastest, near_any, on_sphere
from geo.row_pool import RowsCancelledError, build_rows
from geo.travel import TravelMode
from geo.units import Metres, Minutes
from tests.directory.road_world import build_roads
from tests.geo.installed import cut
from tests.geo.row_world import CAR, FOOT, installed, same_rows, seconds_of, take

COUNT = 2 * PART + 40
# A dozen parts that lie through each other: the hardest way to part places.
REGIONS = [number * 7 % 12 for number in range(COUNT)]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Two degrees of roads with islands, one-ways and a ferry."""

    def build(folder: Path) -> None:
        build_roads(folder, 8)

    return installed(tmp_path_factory.mktemp("cluster"), build)


@pytest.fixture(scope="module")
def points(network: Installed) -> np.ndarray:
    """Beside junctions, a kilometre at most."""
    graph, _ = open_roads(network)
    draw = np.random.default_rng(3)
    return graph.nodes[draw.choice(len(graph.nodes), 1_500)] + draw.uniform(-0.009, 0.009, (1_500, 2))


@pytest.fixture(scope="module")
def samples(points: np.ndarray) -> Samples:
    return Samples("cluster", *points[COUNT:].T.copy(), np.full(len(points) - COUNT, 900.0))


@pytest.fixture(scope="module")
def places(points: np.ndarray) -> tuple[list[float], list[float], list[float]]:
    lons, lats = points[:COUNT].T.tolist()
    return lons, lats, [2_000.0] * COUNT


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Two workers, each a process."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        client_of(cluster.scheduler_address) as client,
    ):
        yield client


@pytest.mark.parametrize(("mode", "limit"), [(CAR, 25.0), (CAR, 120.0), (FOOT, 60.0)])
@pytest.mark.parametrize("labelled", [False, True])
def test_two_workers_are_one_machine(
    client: Client,
    network: Installed,
    samples: Samples,
    places: tuple[list[float], list[float], list[float]],
    mode: TravelMode,
    limit: float,
    labelled: bool,
) -> None:
    asked = (network, samples, mode, Minutes(limit), *places)
    alone = list(build_rows(*asked, workers=1))
    told: list[tuple[int, int]] = []
    together = list(
        build_rows_on(
            client, *asked, regions=REGIONS if labelled else None, progress=lambda *done: told.append(done)
        )
    )
    assert [number for number, _ in together] == [number for number, _ in alone] == list(range(COUNT))
    same_rows([row for _, row in together], [row for _, row in alone])
    assert told[-1] == (COUNT, COUNT)
    assert len(told) == (12 if labelled else 4)
    assert sum(len(row.samples) for _, row in alone) > COUNT


def test_both_workers_take_part(
    client: Client,
    network: Installed,
    samples: Samples,
    places: tuple[list[float], list[float], list[float]],
) -> None:
    assert len(client.scheduler_info()["workers"]) == 2
    rows = build_rows_on(client, network, samples, CAR, Minutes(60), *places, regions=REGIONS)
    assert len(list(rows)) == COUNT
    opened = client.run(_opened_networks)
    assert sorted(opened.values()) == [1, 1]


def _opened_networks() -> int:
    from geo import row_cluster

    return len(row_cluster._opened)


def test_no_trip_is_lost_at_the_edge_of_a_part(
    network: Installed, samples: Samples, places: tuple[list[float], list[float], list[float]]
) -> None:
    """All that a row holds is within the overlap, and the overlap leaves most of the rest out."""
    graph, snapper = open_roads(network)
    builder = RowBuilder(graph, snapper, samples, CAR, Minutes(10))
    metres = Metres(600 * fastest(graph, CAR) * 1.02 + 100)
    left_out = 0
    for lon, lat, access in zip(*places[:2], builder.accesses(*places), strict=True):
        near = near_any(samples.lons, samples.lats, on_sphere(np.array([lon]), np.array([lat])), metres)
        assert set(seconds_of(builder.row(access))) <= set(near.tolist())
        left_out += len(samples) - len(near)
    assert left_out > len(samples) * COUNT / 4


def test_stopped_as_asked(
    client: Client,
    network: Installed,
    samples: Samples,
    places: tuple[list[float], list[float], list[float]],
) -> None:
    """As soon as the first of many parts is there."""
    kept: list[Row] = []
    told: list[int] = []
    making = build_rows_on(
        client,
        network,
        samples,
        CAR,
        Minutes(60),
        *places,
        regions=list(range(COUNT)),
        progress=lambda done, _: told.append(done),
        cancelled=lambda: len(told) > 0,
    )
    with pytest.raises(RowsCancelledError, match=f"of {COUNT} rows"):
        take(making, kept)
    assert 0 < told[-1] < COUNT
    assert len(kept) <= told[-1]


def test_what_is_refused(
    client: Client,
    network: Installed,
    samples: Samples,
    places: tuple[list[float], list[float], list[float]],
    tmp_path: Path,
) -> None:
    with pytest.raises(GeoError, match="as many regions"):
        build_rows_on(client, network, samples, CAR, Minutes(5), *places, regions=[1, 2])
    with pytest.raises(GeoError, match="minutes"):
        build_rows_on(client, network, samples, CAR, Minutes(0), *places)
    assert list(build_rows_on(client, network, samples, CAR, Minutes(5), [], [], [])) == []

    def build(folder: Path) -> None:
        build_roads(folder, 9)

    # Broken after the parts were made: the workers tell what is wrong.
    other = installed(tmp_path, build)
    making = build_rows_on(client, other, samples, CAR, Minutes(5), *places)
    cut(other.folder / "car_reverse_indices.npy")
    with pytest.raises(NetworkError, match="build the network again"):
        list(making)


def test_a_cluster_that_loses_its_workers(
    network: Installed, samples: Samples, places: tuple[list[float], list[float], list[float]]
) -> None:
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as cluster,
        client_of(cluster.scheduler_address) as client,
    ):
        making = build_rows_on(
            client, network, samples, CAR, Minutes(60), *places, regions=list(range(COUNT))
        )
        next(making)
        cluster.close()
        with pytest.raises(GeoError, match="lost a part"):
            list(making)


def test_without_dask_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(GeoError, match=r"cercana\[cluster\]"):
        client_of("tcp://127.0.0.1:1")


def test_points_around_places() -> None:
    """By the tree as by great circles, over the antimeridian and at the poles too."""
    draw = np.random.default_rng(4)

    lons = np.concatenate(
        [draw.uniform(-180, 180, 200), draw.uniform(179, 180, 50), draw.uniform(-180, -179, 50)]
    )
    lats = np.concatenate([draw.uniform(-90, 90, 200), draw.uniform(-1, 1, 100)])
    places = [LonLat(179.9, 0.0), LonLat(-70.0, -89.9), LonLat(10.0, 45.0)]
    tree = on_sphere(np.array([one.lon for one in places]), np.array([one.lat for one in places]))
    for metres in (0.0, 50_000.0, 3e6, 1.9e7, 2.1e7):
        found = near_any(lons, lats, tree, Metres(metres)).tolist()
        truth = [
            n
            for n, spot in enumerate(zip(lons.tolist(), lats.tolist(), strict=True))
            if min(great_circle(LonLat(*spot), one) for one in places) <= metres
        ]
        assert found == truth
    assert chord(Metres(1e9)) >= 2
