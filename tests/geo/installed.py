"""Installed networks for tests, and ways to damage them."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np

from geo.estimate import EstimateRouter
from geo.network_router import NetworkRouter
from geo.networks import Networks
from tests.geo.graphs import WALK, Edge, roads_of, written

# A road to the east, a junction every kilometre; and one that nothing leads to, five kilometres north.
NODES = [(float(east), 0.0) for east in range(0, 6_000, 1_000)] + [(0.0, 5_000.0), (1_000.0, 5_000.0)]


def straight(
    folder: Path, *, pace: float = WALK, day: str | None = None, nodes: list[tuple[float, float]] = NODES
) -> None:
    """The network of this page; pace: metres a second on foot."""
    count = len(nodes) - 2
    edges = [Edge(one, one + 1, (pace, pace)) for one in range(count - 1)]
    roads = roads_of(nodes, [*edges, Edge(count, count + 1)])
    written(folder, roads, {"source": {"licence": "none", "day": day}})


def router_of(folder: Path, **networks: Callable[[Path], None]) -> NetworkRouter:
    """A router over freshly built networks; it looks at the folder before every question."""
    installed = Networks(folder)
    for name, build in networks.items():
        installed.install(name, build)
    return NetworkRouter(installed, EstimateRouter(), check_seconds=0.0)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def overwritten(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def missing(path: Path) -> None:
    path.unlink()


def shorter(path: Path) -> None:
    np.save(path, np.load(path)[:-1])


def wild(path: Path) -> None:
    """Numbers that lead beyond the ends of other arrays."""
    array = np.load(path)
    array[...] = 1_000_000
    np.save(path, array)
