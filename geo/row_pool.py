"""Reach rows of many places on every core of one machine, in the order of the places.

Each process opens the network's folder itself and shares its mapped pages; where samples and places meet the
roads is looked up once, here. Processes are started afresh (spawn), never forked: the service has threads.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process

from geo.errors import GeoError, NetworkError
from geo.networks import Installed
from geo.open_roads import open_roads
from geo.reach_rows import Row, Samples
from geo.road_graph import RoadGraph
from geo.row_build import RowBuilder
from geo.snap import Snapper, Snaps
from geo.travel import Access, TravelMode
from geo.units import Minutes

# Rows that one process makes at a time. No pool is started for fewer: that takes a second or two.
CHUNK = 16
# Seconds between looks at `cancelled` while processes work.
_LOOK = 0.2

type Progress = Callable[[int, int], None]
type Cancelled = Callable[[], bool]


class RowsCancelledError(GeoError):
    """Making rows was stopped because the caller said so. Rows that were handed out before are whole."""


@dataclass(frozen=True)
class RowWork:
    """What a process must know to make rows. graph: id of the graph that the snaps and accesses are of."""

    installed: Installed
    graph: str
    samples: Samples
    mode: TravelMode
    limit: Minutes
    snaps: Snaps | None = None

    def roads(self) -> tuple[RoadGraph, Snapper]:
        """The network, opened here. Raises NetworkError when it cannot be used or is another one by now."""
        graph, snapper = open_roads(self.installed)
        if graph.id != self.graph:
            raise NetworkError(
                f"{self.installed.folder} holds graph {graph.id}, and rows of {self.graph} were asked for:"
                " it was built again meanwhile, or this machine has another build; make the rows again"
            )
        return graph, snapper

    def builder(self, graph: RoadGraph, snapper: Snapper) -> RowBuilder:
        """What makes the rows on the opened network."""
        return RowBuilder(graph, snapper, self.samples, self.mode, self.limit, snaps=self.snaps)


def build_rows(
    installed: Installed,
    samples: Samples,
    mode: TravelMode,
    limit: Minutes,
    lons: Sequence[float],
    lats: Sequence[float],
    off_roads: Sequence[float],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Iterator[tuple[int, Row]]:
    """The number of each place, ascending, and its row: the same rows as `RowBuilder` makes.

    lons, lats: of the places, degrees. off_roads: metres that each may be from a road. workers: processes; None:
    one for each core; 1: this one. progress: is told the rows made by now, and all. cancelled: is asked often.
    Raises at once GeoError when rows cannot be of this mode or limit, or a sample or place is nowhere on the
    globe, and NetworkError when the network cannot be used; later GeoError when a process dies, and
    RowsCancelledError.
    """
    if workers is not None and workers < 1:
        raise GeoError(
            f"rows cannot be made by {workers} processes: give at least 1, or none for one each core"
        )
    graph, snapper = open_roads(installed)
    builder = RowBuilder(graph, snapper, samples, mode, limit)
    accesses = builder.accesses(lons, lats, off_roads)
    most = max(1, -(-len(accesses) // CHUNK))
    workers = min(workers or _cores(), most)
    told = Told(len(accesses), progress, cancelled)
    if workers == 1:
        return _rows_here(builder, accesses, told)
    work = RowWork(installed, graph.id, samples, mode, limit, builder.snaps)
    return _rows_of_pool(work, accesses, workers, told)


class Told:
    """How far it is, for the caller; and whether the caller wants to go on."""

    def __init__(self, total: int, progress: Progress | None, cancelled: Cancelled | None) -> None:
        self.done, self.total = 0, total
        self._progress, self._cancelled = progress, cancelled

    def add(self, rows: int = 1) -> None:
        """So many more rows were made."""
        self.done += rows
        if self._progress is not None:
            self._progress(self.done, self.total)

    def check(self) -> None:
        """Raises RowsCancelledError."""
        if self._cancelled is not None and self._cancelled():
            raise RowsCancelledError(f"stopped as asked, after {self.done} of {self.total} rows")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _rows_here(builder: RowBuilder, accesses: Sequence[Access], told: Told) -> Iterator[tuple[int, Row]]:
    for number, access in enumerate(accesses):
        told.check()
        row = builder.row(access)
        told.add()
        yield number, row


def _rows_of_pool(
    work: RowWork, accesses: Sequence[Access], workers: int, told: Told
) -> Iterator[tuple[int, Row]]:
    told.check()
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (work,))
    try:
        yield from _collected(pool, accesses, workers, told)
    except BrokenProcessPool as error:
        raise GeoError(
            "a process that made rows ended by itself, most often because memory ran out:"
            f" {told.done} of {told.total} rows were made; make the rest with fewer workers"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _collected(
    pool: ProcessPoolExecutor, accesses: Sequence[Access], workers: int, told: Told
) -> Iterator[tuple[int, Row]]:
    """Rows in order. Few chunks wait at a time: whoever takes rows slowly does not fill the memory."""
    chunks = iter([accesses[first : first + CHUNK] for first in range(0, len(accesses), CHUNK)])
    waiting: deque[Future[list[Row]]] = deque()
    number = 0
    while True:
        while len(waiting) < 3 * workers and (chunk := next(chunks, None)) is not None:
            waiting.append(pool.submit(_rows, chunk))
        if not waiting:
            return
        for row in _result(waiting.popleft(), told):
            told.add()
            yield number, row
            number += 1


def _result(future: Future[list[Row]], told: Told) -> list[Row]:
    while True:
        told.check()
        try:
            return future.result(timeout=_LOOK)
        except TimeoutError:
            if future.done():
                raise


# What a process of the pool holds: its work, and the builder once the first rows are asked for.
_work: RowWork | None = None
_builder: RowBuilder | None = None


def _begin(work: RowWork) -> None:
    """Runs once in each process. The network is opened later: an error there would only be told as a broken pool."""
    global _work
    _work = work
    # Whoever presses Ctrl+C stops the parent, which stops this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed cannot stop its pool: nobody may be left behind."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _rows(accesses: Sequence[Access]) -> list[Row]:
    global _builder
    assert _work is not None  # `_begin` ran before
    if _builder is None:
        _builder = _work.builder(*_work.roads())
    return [_builder.row(access) for access in accesses]
