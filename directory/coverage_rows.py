"""The reach rows of a question, remembered: those of the store, a few made on the spot, or bounds by estimate."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from directory.coverage_inputs import Places
from directory.coverage_roads import Recent, Roads, longest, samples_key
from directory.errors import CoverageNotReadyError
from directory.reach_store import RowKey, near_network, patient, read_rows, stored_points
from directory.row_batch import Point
from directory.staging import Progress
from geo.estimate import EstimateRouter
from geo.estimated_rows import EstimatedRows, estimated_rows
from geo.reach_rows import Flags, Floats, ReachRows, Row, Samples, joined
from geo.travel import TravelMode

# So many missing rows are made while somebody waits.
ON_THE_SPOT = 20
# Rows and joined rows kept at hand, of how many networks, modes and datasets together.
_SHELVES, _JOINED, _MOST_ROWS = 4, 12, 20_000
_NO_ROW = Row(np.empty(0, np.int32), np.empty(0, np.uint16))


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a question can be answered now. missing: places without a reach row, of total.

    ready: few enough to make them on the spot. network: its name, None for estimates.
    """

    ready: bool
    missing: int
    total: int
    network: str | None
    estimate: bool


class RowShelf:
    """Rows by place, and joined for a question. Safe between threads."""

    def __init__(self) -> None:
        self._rows: Recent[RowKey, dict[Point, Row]] = Recent(_SHELVES)
        self._joined: Recent[tuple[object, ...], ReachRows] = Recent(_JOINED)
        self._off: Recent[tuple[object, ...], Flags] = Recent(_JOINED)
        self._estimated: Recent[tuple[object, ...], EstimatedRows] = Recent(_SHELVES)

    def on_network(
        self, session: Session, roads: Roads, samples: Samples, mode: TravelMode, places: Places
    ) -> ReachRows:
        """The rows to these places, in their order. Raises CoverageNotReadyError when too many are missing."""
        key = row_key(roads, samples, mode)
        same = (key, places.lons.tobytes(), places.lats.tobytes())
        return self._joined.get(same, lambda: self._join(session, roads, samples, key, places))

    def missing(
        self, session: Session, roads: Roads, samples: Samples, mode: TravelMode, places: Places
    ) -> int:
        """How many places lack a row."""
        key = row_key(roads, samples, mode)
        needed = near_network(roads.installed.bounds, places.points)
        held = self._held(key)
        unread = [one for one in needed if one not in held]
        return len(set(unread) - stored_points(session, key)) if unread else 0

    def off_network(self, roads: Roads, mode: TravelMode, places: Places) -> Flags:
        """(P,) which places no road of the network is near."""
        key = (roads.graph.id, mode, places.lons.tobytes(), places.lats.tobytes())

        def look() -> Flags:
            return roads.snapper.snaps(places.lons, places.lats, mode, places.off_roads).edge < 0

        return self._off.get(key, look)

    @staticmethod
    def few(missing: int) -> bool:
        """Whether so many missing rows are made while somebody waits."""
        return missing <= ON_THE_SPOT

    def estimated(
        self, router: EstimateRouter, version: int, samples: Samples, mode: TravelMode, places: Places
    ) -> EstimatedRows:
        """Rows by straight line. version: of the directory, whose areas say what lies on other land."""
        key = (version, samples.fingerprint, mode, places.lons.tobytes(), places.lats.tobytes())
        lons, lats = places.lons.tolist(), places.lats.tolist()
        return self._estimated.get(
            key, lambda: estimated_rows(router, samples, lons, lats, mode, longest(mode))
        )

    def _join(
        self, session: Session, roads: Roads, samples: Samples, key: RowKey, places: Places
    ) -> ReachRows:
        needed = set(near_network(roads.installed.bounds, places.points))
        held = self._held(key)
        with patient(session):
            held.update(read_rows(session, key, sorted(needed - held.keys())))
        lacking = [at for at, one in enumerate(places.points) if one in needed and one not in held]
        if len(lacking) > ON_THE_SPOT:
            raise CoverageNotReadyError(
                f"Faltan los tiempos de viaje a {len(lacking)} de {len(needed)} lugares:"
                " prepáralos con cercana coverage rows.",
                missing=len(lacking),
                total=len(needed),
            )
        if lacking:
            some = np.array(lacking)
            made = searched_rows(roads, places.lons[some], places.lats[some], places.off_roads[some])
            held.update(zip([places.points[at] for at in lacking], made, strict=True))
        rows = [held.get(one, _NO_ROW) for one in places.points]
        return joined(roads.graph.id, samples, key.mode, key.limit, rows)

    def _held(self, key: RowKey) -> dict[Point, Row]:
        held = self._rows.get(key, dict)
        if len(held) > _MOST_ROWS:
            held.clear()
        return held


def row_key(roads: Roads, samples: Samples, mode: TravelMode) -> RowKey:
    """Whose rows a question needs."""
    return RowKey(roads.graph.id, mode, samples_key(samples), longest(mode))


def searched_rows(
    roads: Roads,
    lons: Floats,
    lats: Floats,
    off_roads: Floats,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Row]:
    """Rows made now, one search each. Once cancelled, the rest of them are empty."""
    mode = roads.builder.mode
    accesses = roads.snapper.accesses(lons, lats, mode, off_roads)
    made: list[Row] = []
    for done, access in enumerate(accesses, 1):
        made.append(_NO_ROW if cancelled() else roads.builder.row(access))
        if progress is not None:
            progress(done, len(accesses))
    return made
