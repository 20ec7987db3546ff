"""The ground that sites are chosen on: candidates that are on the network, and who reaches them in how long."""

from collections.abc import Callable, Sequence

import numpy as np

from directory.coverage_inputs import CoverageInputs
from directory.coverage_roads import Roads
from directory.coverage_terms import Head, SiteQuery
from directory.errors import QuestionError
from directory.site_candidates import SiteCandidate
from directory.staging import Progress
from geo.reach_rows import Flags, Floats, ReachRows, Row, Samples, joined
from geo.row_build import RowBuilder
from geo.row_pool import RowsCancelledError, build_rows
from geo.travel import RURAL_OFF_ROAD, Access, TravelMode
from geo.units import Minutes

# Stops with driving between all of them, and trips times days, that one question may cost: some 50 bytes each.
MOST_DRIVEN_STOPS = 1_000
MOST_ENTRIES = 20_000_000
# Candidates from which on starting a pool of processes pays.
POOL_FROM = 300

type Cancelled = Callable[[], bool]


class Ground:
    """The candidates that are on the network, and the rows from the people asked about to them.

    Raises QuestionError when the question would cost too much, RowsCancelledError once `cancelled` says so.
    """

    def __init__(
        self,
        query: SiteQuery,
        inputs: CoverageInputs,
        roads: Roads,
        found: Sequence[SiteCandidate],
        *,
        progress: Progress | None,
        cancelled: Cancelled | None,
    ) -> None:
        self.query, self.inputs = query, inputs
        self._cancelled, self._progress = cancelled or _never, progress
        self._roads = roads
        accesses = self._accesses(found, inputs.query.mode)
        self.candidates = [one for one, access in zip(found, accesses, strict=True) if access.edge >= 0]
        self._searches = len(self.candidates) * (1 if query.drive_minutes is None else 2)
        self._refuse_too_many_stops()
        self.rows = self._made_rows()

    def _made_rows(self) -> ReachRows:
        """No farther than the question asks: a search for half as long costs a quarter."""
        samples, mode = self.inputs.people.samples, self.inputs.query.mode
        limit = Minutes(float(self.inputs.query.minutes))
        far = len(self.candidates) >= POOL_FROM
        made = self._rows_of_pool(limit) if far else self._rows_here(samples, mode, limit)
        return joined(self._roads.graph.id, samples, mode, limit, made)

    def _rows_of_pool(self, limit: Minutes) -> list[Row]:
        lons, lats, off_roads = _where(self.candidates)
        rows = build_rows(
            self._roads.installed,
            self.inputs.people.samples,
            self.inputs.query.mode,
            limit,
            lons.tolist(),
            lats.tolist(),
            off_roads.tolist(),
            progress=self._tell,
            cancelled=self._cancelled,
        )
        return [row for _, row in rows]

    def _rows_here(self, samples: Samples, mode: TravelMode, limit: Minutes, before: int = 0) -> list[Row]:
        """Rows from samples to every candidate. before: searches that were told already."""
        roads = self._roads
        snaps = roads.builder.snaps if samples is self.inputs.people.samples else None
        builder = RowBuilder(roads.graph, roads.snapper, samples, mode, limit, snaps=snaps)
        made = []
        for access in self._accesses(self.candidates, mode):
            self.stop_if_cancelled()
            made.append(builder.row(access))
            self._tell(before + len(made), None)
        return made

    @property
    def people(self) -> float:
        """Asked about, and on the network."""
        return float(self.inputs.weights.sum())

    def stop_if_cancelled(self) -> None:
        """Raises RowsCancelledError: rows that are missing would make a wrong choice."""
        if self._cancelled():
            raise RowsCancelledError("the search for places was stopped as asked; nothing was kept")

    def refuse_too_many_entries(self, days: int = 1) -> None:
        """Raises QuestionError (field dates or candidates) for more trips than memory should hold."""
        entries = int(np.count_nonzero(self.inputs.weights[self.rows.samples])) * days
        if entries > MOST_ENTRIES:
            raise QuestionError(
                f"Son demasiados viajes para comparar ({entries}, hasta {MOST_ENTRIES}): elige un territorio más"
                f" pequeño, menos minutos{' o menos días' if days > 1 else ''}.",
                field="dates" if days > 1 else "candidates",
            )

    def head(self, flags: Flags) -> Head:
        """People of the flagged samples."""
        people = self.people
        if not people:
            return Head(0.0, 0.0, None, None)
        some = min(float(self.inputs.weights @ flags), people)
        return Head(people, some, some / people, some / people)

    def driving(self, longest: Minutes) -> Floats:
        """(stops, stops) minutes by car from stop to stop, infinite beyond the longest."""
        lons, lats, off_roads = _where(self.candidates)
        stops = Samples("stops", lons, lats, off_roads)
        minutes = np.full((len(lons), len(lons)), np.inf)
        for number, row in enumerate(self._rows_here(stops, TravelMode.CAR, longest, len(lons))):
            minutes[row.samples, number] = row.seconds / 60
        return minutes

    def _accesses(self, candidates: Sequence[SiteCandidate], mode: TravelMode) -> list[Access]:
        lons, lats, off_roads = _where(candidates)
        return list(self._roads.snapper.accesses(lons, lats, mode, off_roads))

    def _tell(self, done: int, _: int | None) -> None:
        if self._progress is not None:
            self._progress(done, self._searches)

    def _refuse_too_many_stops(self) -> None:
        if self.query.drive_minutes is not None and len(self.candidates) > MOST_DRIVEN_STOPS:
            raise QuestionError(
                f"Con un máximo de manejo se comparan hasta {MOST_DRIVEN_STOPS} lugares y son"
                f" {len(self.candidates)}: elige un territorio más pequeño u otros candidatos.",
                field="drive_minutes",
            )


def _where(candidates: Sequence[SiteCandidate]) -> tuple[Floats, Floats, Floats]:
    """Degrees, and metres that each may be from a road: nobody asked whether a building could stand there."""
    lons = np.array([one.point.lon for one in candidates], np.float64)
    lats = np.array([one.point.lat for one in candidates], np.float64)
    return lons, lats, np.full(len(lons), float(RURAL_OFF_ROAD))


def _never() -> bool:
    return False
