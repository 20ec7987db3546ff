"""Rows by processes: the same as here, in order; stopped when asked; a process that dies is told."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from directory.settings import ROOT
from geo.errors import GeoError, NetworkError, PositionError
from geo.networks import Installed
from geo.open_roads import open_roads
from geo.points import LonLat
from geo.reach_rows import Row
from geo.row_build import RowBuilder
from geo.row_pool import CHUNK, RowsCancelledError, RowWork, build_rows
from geo.units import Minutes
from tests.geo.installed import cut
from tests.geo.row_world import CAR, FOOT, installed_random, same_rows, samples_at, scattered, take

LIMIT = Minutes(20)
SAMPLES = samples_at(scattered(np.random.default_rng(1), 300))
PLACES = scattered(np.random.default_rng(2), 5 * CHUNK + 3)
LONS, LATS = [one.lon for one in PLACES], [one.lat for one in PLACES]
FAR = [1_000.0] * len(PLACES)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A random network."""
    return installed_random(tmp_path_factory.mktemp("pool"), 4)


@pytest.fixture(scope="module")
def rows(network: Installed) -> list[Row]:
    """Made here, one after the other."""
    builder = RowBuilder(*open_roads(network), SAMPLES, CAR, LIMIT)
    return [builder.row(access) for access in builder.accesses(LONS, LATS, FAR)]


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_rows_in_order(workers: int, network: Installed, rows: list[Row]) -> None:
    told: list[tuple[int, int]] = []
    found = list(
        build_rows(
            network,
            SAMPLES,
            CAR,
            LIMIT,
            LONS,
            LATS,
            FAR,
            workers=workers,
            progress=lambda done, total: told.append((done, total)),
        )
    )
    assert [number for number, _ in found] == list(range(len(PLACES)))
    same_rows([row for _, row in found], rows)
    assert told == [(done, len(PLACES)) for done in range(1, len(PLACES) + 1)]
    assert sum(len(row.samples) for row in rows) > 1_000


@pytest.mark.parametrize("workers", [1, 2])
def test_stopped_as_asked(workers: int, network: Installed, rows: list[Row]) -> None:
    """What was handed out before is whole; no process is left behind."""
    kept: list[Row] = []
    making = build_rows(
        network,
        SAMPLES,
        CAR,
        LIMIT,
        LONS,
        LATS,
        FAR,
        workers=workers,
        cancelled=lambda: len(kept) >= 2 * CHUNK,
    )
    with pytest.raises(RowsCancelledError, match=f"of {len(PLACES)} rows"):
        take(making, kept)
    assert 2 * CHUNK <= len(kept) < len(PLACES)
    same_rows(kept, rows[: len(kept)])
    assert not multiprocessing.active_children()


def test_stopped_before_it_begins(network: Installed) -> None:
    for workers in (1, 2):
        making = build_rows(
            network, SAMPLES, CAR, LIMIT, LONS, LATS, FAR, workers=workers, cancelled=lambda: True
        )
        with pytest.raises(RowsCancelledError, match="after 0 of"):
            next(making)


def test_whoever_stops_taking_rows_leaves_no_process(network: Installed) -> None:
    making = build_rows(network, SAMPLES, CAR, LIMIT, LONS, LATS, FAR, workers=2)
    assert len(list(islice(making, 3))) == 3
    assert len(multiprocessing.active_children()) == 2
    making.close()
    assert not multiprocessing.active_children()


def test_a_process_that_dies_is_told(network: Installed, rows: list[Row]) -> None:
    """As the kernel ends one that takes too much memory."""
    many = 40  # times as many places: none of the processes is done when one is ended
    kept: list[Row] = []

    def end_processes(number: int) -> None:
        if number == CHUNK:
            for child in multiprocessing.active_children():
                os.kill(child.pid or 0, signal.SIGKILL)

    making = build_rows(network, SAMPLES, CAR, LIMIT, LONS * many, LATS * many, FAR * many, workers=2)
    with pytest.raises(GeoError, match=rf"ended by itself.* of {len(PLACES) * many} rows .*fewer workers"):
        take(making, kept, end_processes)
    same_rows(kept, (rows * many)[: len(kept)])
    assert not multiprocessing.active_children()


SCRIPT = """
    import multiprocessing, os, signal
    from pathlib import Path
    from geo.networks import Networks
    from geo.row_pool import build_rows
    from tests.geo.test_row_pool import CAR, FAR, LATS, LIMIT, LONS, SAMPLES

    if __name__ == "__main__":
        network = Networks(Path({folder!r})).find("rows")
        making = build_rows(network, SAMPLES, CAR, LIMIT, LONS, LATS, FAR, workers=2)
        next(making)
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_no_process_outlives_a_parent_that_was_killed(network: Installed, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    folder = network.folder.parent.parent
    script.write_text(textwrap.dedent(SCRIPT.format(folder=str(folder))), "utf-8")
    # No pipe: a process left behind would hold it open, and this would wait for ever.
    with (tmp_path / "told").open("wb") as told:
        parent = subprocess.run(
            [sys.executable, script], stdout=told, env={"PYTHONPATH": str(ROOT)}, check=False, timeout=120
        )
    assert parent.returncode == -signal.SIGKILL
    children = [int(one) for one in (tmp_path / "told").read_text().split()]
    assert len(children) == 2
    for _ in range(600):
        if not any(Path(f"/proc/{child}").exists() for child in children):
            return
        time.sleep(0.1)
    pytest.fail("processes of the pool are still there")


def test_what_is_refused_at_once(network: Installed, tmp_path: Path) -> None:
    def ask(*places: list[float], workers: int | None = 1, at: Installed = network) -> object:
        return build_rows(at, SAMPLES, CAR, LIMIT, *places, workers=workers)

    with pytest.raises(GeoError, match="0 processes"):
        ask(LONS, LATS, FAR, workers=0)
    with pytest.raises(PositionError, match="out of range"):
        ask([200.0], [0.0], [1.0])
    with pytest.raises(ValueError, match="zip"):
        ask([1.0, 2.0], [0.0], [1.0])
    broken = installed_random(tmp_path, 5)
    cut(broken.folder / "car_reverse_indices.npy")
    with pytest.raises(NetworkError, match="build"):
        ask(LONS, LATS, FAR, at=broken)


def test_another_build_is_refused(network: Installed) -> None:
    work = RowWork(network, "0123", SAMPLES, FOOT, LIMIT)
    with pytest.raises(NetworkError, match="0123 were asked for"):
        work.roads()


def test_no_places_no_rows(network: Installed) -> None:
    assert list(build_rows(network, SAMPLES, CAR, LIMIT, [], [], [])) == []


def test_a_place_off_the_road_has_an_empty_row(network: Installed) -> None:
    off = LonLat(0.5, 0.5)
    ((number, row),) = build_rows(network, SAMPLES, CAR, LIMIT, [off.lon], [off.lat], [2_000.0])
    assert (number, len(row.samples), len(row.seconds)) == (0, 0, 0)
