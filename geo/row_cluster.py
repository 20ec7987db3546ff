"""Reach rows on several machines, by Dask: the same rows to the last digit as `geo.row_pool` makes on one.

Places are parted by macro-region. A part is sent to one worker with only the samples that may reach a place of
it: those as near in a straight line as the fastest traveller comes within the limit. Every worker opens the
network's folder for itself, so the folder has to be at the same path on all machines, as the same build.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import GeoError
from geo.networks import Installed
from geo.open_roads import open_roads
from geo.points import LonLat
from geo.reach_rows import Floats, Numbers, Row, Samples, check_rows, check_samples
from geo.road_graph import RoadGraph
from geo.row_near import fastest, near_any, on_sphere
from geo.row_pool import Cancelled, Progress, RowWork, Told
from geo.snap import Snapper
from geo.travel import TravelMode
from geo.units import Metres, Minutes

if TYPE_CHECKING:
    from distributed import Client, Future

# Places of a part, at most, where the caller does not say which belong together.
PART = 64
# Lengths of roads are rounded, and measured on a plane where straight lines are on a sphere.
_SLACK, _SLACK_METRES = 1.02, 100.0
# Seconds between looks at `cancelled` while workers work; seconds to wait for a scheduler.
_LOOK, _CONNECT = 0.2, 10
_MISSING = 'rows on a cluster need Dask, here and on its machines: pip install "cercana[cluster]"'


@dataclass(frozen=True)
class Part:
    """What one worker gets. columns: numbers of its samples among all; the rest is of its places, in order."""

    work: RowWork
    columns: Numbers
    lons: Floats
    lats: Floats
    off_roads: Floats


def client_of(address: str) -> "Client":
    """A client of the Dask scheduler at this address ("tcp://host:8786"); the caller closes it.

    Raises GeoError when Dask is not installed or no scheduler answers there.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise GeoError(_MISSING) from error
    try:
        return Client(address, timeout=_CONNECT)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise GeoError(
            f"no Dask scheduler answers at {address} ({error}): start one, or mend the address"
        ) from error


def build_rows_on(
    client: "Client",
    installed: Installed,
    samples: Samples,
    mode: TravelMode,
    limit: Minutes,
    lons: Sequence[float],
    lats: Sequence[float],
    off_roads: Sequence[float],
    *,
    regions: Sequence[int] | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Iterator[tuple[int, Row]]:
    """`geo.row_pool.build_rows` on a cluster: the number of each place, ascending, and its row.

    regions: a number for each place; those of one number are one task. None: parts of at most PART neighbours.
    Raises what `build_rows` raises, and GeoError when Dask is not installed or the cluster fails.
    """
    check_rows(mode, limit)
    check_samples(samples)
    points = [LonLat(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)]
    places = np.array([(one.lon, one.lat) for one in points]).reshape(-1, 2)
    far = np.array([float(metres) for _, metres in zip(points, off_roads, strict=True)])
    graph, _ = open_roads(installed)
    work = RowWork(installed, graph.id, samples, mode, limit)
    metres = Metres(limit * 60 * fastest(graph, mode) * _SLACK + _SLACK_METRES)
    groups = _neighbours(places) if regions is None else _labelled(regions, len(places))
    parts = [_part(work, places[group], far[group], metres) for group in groups]
    return _collected(client, groups, parts, Told(len(places), progress, cancelled))


def rows_of(part: Part) -> list[Row]:
    """The rows of a part, in the numbers of all samples; runs on a worker."""
    work = part.work
    builder = work.builder(*_roads(work))
    rows = [builder.row(access) for access in builder.accesses(part.lons, part.lats, part.off_roads)]
    return [Row(part.columns[row.samples], row.seconds) for row in rows]


_opened: dict[tuple[Path, str], tuple[RoadGraph, Snapper]] = {}
_lock = threading.Lock()


def _roads(work: RowWork) -> tuple[RoadGraph, Snapper]:
    """The network, opened once for all parts that this worker makes; one of an older build is let go."""
    key = (work.installed.folder, work.graph)
    with _lock:
        if key not in _opened:
            _opened.clear()
            _opened[key] = work.roads()
        return _opened[key]


def _part(work: RowWork, places: Floats, off_roads: Floats, metres: Metres) -> Part:
    samples = work.samples
    lons, lats = places.T.copy()
    columns = near_any(samples.lons, samples.lats, on_sphere(lons, lats), metres)
    near = Samples(
        samples.fingerprint, samples.lons[columns], samples.lats[columns], samples.off_road[columns]
    )
    mine = RowWork(work.installed, work.graph, near, work.mode, work.limit)
    return Part(mine, columns, lons, lats, off_roads)


def _labelled(regions: Sequence[int], places: int) -> list[Numbers]:
    if len(regions) != places:
        raise GeoError(f"{places} places need as many regions, not {len(regions)}")
    labels = np.asarray(regions)
    return [np.flatnonzero(labels == label).astype(np.int32) for label in np.unique(labels)]


def _neighbours(places: Floats) -> list[Numbers]:
    """Parts of at most PART places each: halved across the longer side until they are small."""
    done: list[Numbers] = []
    parts = [np.arange(len(places), dtype=np.int32)] if len(places) else []
    while parts:
        part = parts.pop()
        if len(part) <= PART:
            done.append(part)
            continue
        size = np.ptp(places[part], axis=0) * [np.cos(np.radians(places[part, 1].mean())), 1.0]
        order = np.argsort(places[part, int(np.argmax(size))], kind="stable")
        parts += [part[order[: len(part) // 2]], part[order[len(part) // 2 :]]]
    return done


def _collected(
    client: "Client", groups: Sequence[Numbers], parts: Sequence[Part], told: Told
) -> Iterator[tuple[int, Row]]:
    """Rows in the order of the places, as soon as all before them are there."""
    told.check()
    with _lost(told):
        futures = {
            client.submit(rows_of, part, pure=False): group for part, group in zip(parts, groups, strict=True)
        }
    made: dict[int, Row] = {}
    following = 0
    try:
        while futures:
            for future in _finished(futures, told):
                group = futures.pop(future)
                with _lost(told):
                    made |= zip(group.tolist(), future.result(), strict=True)
                told.add(len(group))
            while following in made:
                yield following, made.pop(following)
                following += 1
    finally:
        if futures and client.status == "running":
            client.cancel(list(futures))  # type: ignore[no-untyped-call]


def _finished(futures: "dict[Future[list[Row]], Numbers]", told: Told) -> "list[Future[list[Row]]]":
    from distributed import wait

    while True:
        told.check()
        with _lost(told):
            try:
                done = wait(list(futures), timeout=_LOOK, return_when="FIRST_COMPLETED").done  # type: ignore[no-untyped-call]
            except TimeoutError:
                continue
            return list(done)


@contextmanager
def _lost(told: Told) -> Iterator[None]:
    """What Dask raises when the cluster fails, as GeoError; what a task raised itself stays."""
    from distributed import KilledWorker

    try:
        yield
    except (KilledWorker, CancelledError, OSError) as error:
        raise GeoError(
            f"the cluster lost a part of the rows ({error!r}): {told.done} of {told.total} were made;"
            " see its scheduler and the memory of its workers, and make the rest again"
        ) from error
