"""Coverage as the service holds it: one Planning for a worker, remembering people, offers and reach rows.

Exact, not approximate: what is remembered is of one version of the directory (`calendar_state`), of one load of a
dataset and of one graph, and each question looks whether these still are the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from directory.coverage import coverage_report, gap_report
from directory.coverage_basis import make_basis, unmet_by_area, without_point
from directory.coverage_catchments import ONE_ZONE, supply_report
from directory.coverage_cells import cell_figures
from directory.coverage_checks import check_count, check_query
from directory.coverage_days import days_report
from directory.coverage_inputs import CoverageInputs, Places, asked, distinct_places, serving_seconds
from directory.coverage_memory import CoverageMemory, Snapshot
from directory.coverage_roads import Roads, longest
from directory.coverage_rows import Readiness, RowShelf, searched_rows
from directory.coverage_terms import (
    CellFigures,
    CoverageQuery,
    CoverageReport,
    DatasetFacts,
    DaysReport,
    GapReport,
    SupplyReport,
)
from directory.db import reading
from directory.errors import QuestionError
from directory.people import People, population_datasets
from directory.scenarios import scenario_supply
from directory.settings import Settings
from directory.staging import Progress
from directory.supply import Supply
from geo.networks import Installed
from geo.points import LonLat
from geo.reach_rows import ReachRows, joined
from geo.travel import RURAL_OFF_ROAD

__all__ = ["CoverageInputs", "Planning", "Readiness"]


class Planning:
    """Coverage questions on one engine. Thread-safe; one for a worker.

    Every question raises QuestionError when it cannot be asked so, CoverageNotReadyError when too many reach rows
    are missing, and NetworkError when the network that holds the people cannot be used.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self._memory = CoverageMemory(settings)
        self._shelf = RowShelf()

    def datasets(self) -> list[DatasetFacts]:
        """The population datasets there are: the newest first, demonstrations last."""
        with reading(self.engine) as session:
            return population_datasets(session)

    def networks(self) -> list[Installed]:
        """The road networks in use that a question may name, in the order in which they are asked."""
        return self._memory.roads.active()

    def report(self, query: CoverageQuery) -> CoverageReport:
        """Coverage: whole, by areas, settlements and bands, and the curve."""
        return coverage_report(self.compute(query))

    def gaps(self, query: CoverageQuery) -> GapReport:
        """Comunas by people left out, with why, the nearest offer and the needs recorded as unmet."""
        inputs = self.compute(query)
        with reading(self.engine) as session:
            unmet = unmet_by_area(session, query.needs)
        return gap_report(inputs, unmet)

    def days(self, query: CoverageQuery, first: date, count: int) -> DaysReport:
        """Coverage day by day from first on, with mobile points and without; `query.day` is not looked at."""
        check_count(count, "count")
        return days_report(self.compute(replace(query, day=first, days=count, mobile=True)), first, count)

    def supply(self, query: CoverageQuery, decay: Sequence[float] = ONE_ZONE) -> SupplyReport:
        """Supply against demand. decay: weights of zones of equal width, from near to far (E2SFCA)."""
        return supply_report(self.compute(query), decay)

    def cells(self, query: CoverageQuery) -> list[CellFigures]:
        """Every cell with a point in the area asked about."""
        return cell_figures(self.compute(query))

    def readiness(self, query: CoverageQuery) -> Readiness:
        """Whether the rows that a question needs are there; few missing ones are made on the spot."""
        with reading(self.engine) as session:
            snapshot, people = self._asked(session, query)
            places = distinct_places(asked(self._supply(session, snapshot, query), query))
            roads = self._roads(query, people)
            if roads is None:
                return Readiness(True, 0, len(places), None, True)
            missing = self._shelf.missing(session, roads, people.samples, query.mode, places)
        return Readiness(self._shelf.few(missing), missing, len(places), roads.installed.name, False)

    def read_supply(self, query: CoverageQuery) -> Supply:
        """The supply of a question: as the directory has it, changed by the query's scenario."""
        with reading(self.engine) as session:
            snapshot, _ = self._asked(session, query)
            return self._supply(session, snapshot, query)

    def compute(self, query: CoverageQuery, supply: Supply | None = None) -> CoverageInputs:
        """The arrays that a question is answered from. supply: in the place of the directory's (a what-if)."""
        with reading(self.engine) as session:
            snapshot, people = self._asked(session, query)
            if supply is None:
                supply = self._supply(session, snapshot, query)
            return self._inputs(session, snapshot, query, people, supply)

    def rows_to(
        self,
        inputs: CoverageInputs,
        points: Sequence[LonLat],
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ReachRows:
        """Rows from the samples of a question to any points (candidates), made now: one search each.

        Once cancelled, the rest are empty. Raises QuestionError (field network) for estimates.
        """
        if inputs.roads is None:
            raise QuestionError(
                "Sin una red de caminos no se puede decir cuánto se demora la gente: instala una.",
                field="network",
            )
        lons, lats = np.array([one.lon for one in points]), np.array([one.lat for one in points])
        far = np.full(len(points), float(RURAL_OFF_ROAD))
        made = searched_rows(inputs.roads, lons, lats, far, progress=progress, cancelled=cancelled)
        rows = inputs.rows
        return joined(rows.network, inputs.people.samples, rows.mode, rows.limit, made)

    def _asked(self, session: Session, query: CoverageQuery) -> tuple[Snapshot, People]:
        """What the question is about. Raises QuestionError."""
        snapshot = self._memory.snapshot(session)
        check_query(session, query, snapshot.areas, self._memory.insurances)
        people = self._memory.people(session, snapshot, query)
        people.weights(query.band)  # which refuses an unknown band
        return snapshot, people

    def _supply(self, session: Session, snapshot: Snapshot, query: CoverageQuery) -> Supply:
        supply = self._memory.supply(session, snapshot, query)
        return scenario_supply(session, supply, query, service_minutes=self.settings.service_minutes)

    def _roads(self, query: CoverageQuery, people: People) -> Roads | None:
        """The network to count on; None: estimate."""
        if query.estimate:
            return None
        installed = self._memory.roads.choose(query.network, people.samples)
        return self._memory.roads.open(installed, people.samples, query.mode) if installed else None

    def _inputs(
        self, session: Session, snapshot: Snapshot, query: CoverageQuery, people: People, supply: Supply
    ) -> CoverageInputs:
        places = distinct_places(asked(supply, query))
        roads = self._roads(query, people)
        rows, latest = self._rows(session, snapshot, query, people, places, roads)
        inside = snapshot.areas.inside(people.cells.areas, query.area_code)[people.cell]
        known = ~roads.builder.outside if roads else np.ones(len(people.samples), bool)
        off_network = (
            self._shelf.off_network(roads, query.mode, places) if roads else np.zeros(len(places), bool)
        )
        basis = make_basis(
            query,
            people,
            inside=inside,
            known=known,
            people_without_point=without_point(session, query, people, snapshot.areas),
            supply=supply,
            places=places,
            network=roads.graph.facts if roads else None,
            offers=snapshot.offers,
            off_network=off_network,
        )
        return CoverageInputs(
            query=query,
            basis=basis,
            people=people,
            areas=snapshot.areas,
            inside=inside,
            weights=np.where(inside & known, people.weights(query.band), 0.0),
            known=known,
            supply=supply,
            places=places,
            rows=rows,
            latest=latest,
            serving=places.best(serving_seconds(places.providers, query, longest(query.mode))),
            roads=roads,
        )

    def _rows(
        self,
        session: Session,
        snapshot: Snapshot,
        query: CoverageQuery,
        people: People,
        places: Places,
        roads: Roads | None,
    ) -> tuple[ReachRows, ReachRows | None]:
        """The rows of a network; or the soonest and the latest estimates."""
        if roads is not None:
            return self._shelf.on_network(session, roads, people.samples, query.mode, places), None
        router = self._memory.estimator(session, snapshot)
        return self._shelf.estimated(router, snapshot.version, people.samples, query.mode, places)
