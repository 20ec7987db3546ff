"""What coverage remembers between questions: areas and offers by version, people by load, networks by graph."""

import threading
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory import candidates
from directory.country import country_facts, insurance_groups
from directory.coverage_areas import AreaNames, read_area_names
from directory.coverage_basis import OfferFacts, read_offer_facts
from directory.coverage_roads import CoverageRoads, Recent
from directory.coverage_terms import CoverageQuery
from directory.errors import QuestionError
from directory.people import People, default_dataset, read_people
from directory.reach_store import patient
from directory.settings import Settings
from directory.supply import Supply, SupplyRules, asked_days, read_supply
from directory.territory import Territory, load_territory
from geo.estimate import EstimateProfile, EstimateRouter
from geo.units import Metres

# Beyond this straight line an estimate means nothing; farther than any trip that is kept.
FARTHEST_ESTIMATE = Metres(150_000.0)
_SUPPLIES = 32
_DATASETS = 3


@dataclass(frozen=True)
class Snapshot:
    """The directory of one version."""

    version: int
    areas: AreaNames
    offers: OfferFacts
    supplies: Recent[tuple[object, ...], Supply] = field(default_factory=lambda: Recent(_SUPPLIES))
    estimators: Recent[int, EstimateRouter] = field(default_factory=lambda: Recent(1))


class CoverageMemory:
    """One for a worker, shared by its threads."""

    def __init__(self, settings: Settings) -> None:
        self.roads = CoverageRoads(settings)
        facts = country_facts(settings.country_folder)
        self._groups = insurance_groups(facts)
        self.insurances = {one["code"] for one in facts["insurance"]} | set(self._groups.values())
        self._service_minutes = settings.service_minutes
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._people: Recent[tuple[object, ...], People] = Recent(_DATASETS)

    def snapshot(self, session: Session) -> Snapshot:
        """The directory as it is now; read again when it has changed."""
        version = candidates.calendar_version(session)
        held = self._snapshot
        if held is None or held.version != version:
            held = Snapshot(version, read_area_names(session), read_offer_facts(session))
            with self._lock:
                self._snapshot = held
        return held

    def people(self, session: Session, snapshot: Snapshot, query: CoverageQuery) -> People:
        """The people of the dataset asked about, or told by default. Raises QuestionError (field dataset)."""
        name = query.dataset or default_dataset(session, query.area_code)
        if name is None:
            raise QuestionError(
                "Todavía no hay datos de población: cárgalos con cercana population load.", field="dataset"
            )
        loaded = session.execute(text(_LOADED), {"name": name}).first()
        if loaded is None:
            return read_people(session, name)  # which says what is wrong

        def read() -> People:
            with patient(session):
                return read_people(session, name)

        return self._people.get((name, snapshot.version, *loaded), read)

    def supply(
        self,
        session: Session,
        snapshot: Snapshot,
        query: CoverageQuery,
        days: tuple[date, date] | None = None,
    ) -> Supply:
        """The supply of a question, as the directory has it."""
        span = days or asked_days(query)
        key = (query.needs, query.kinds, query.facilities, query.person, span)
        rules = SupplyRules(
            self._service_minutes,
            lambda code: tuple(one.code for one in snapshot.areas.chain(code))[1:],
            self._groups,
        )
        return snapshot.supplies.get(key, lambda: read_supply(session, query, rules, days=span))

    def estimator(self, session: Session, snapshot: Snapshot) -> EstimateRouter:
        """The router of straight lines, which knows what lies on other land."""
        return snapshot.estimators.get(0, lambda: _estimator(load_territory(session)))


def _estimator(territory: Territory) -> EstimateRouter:
    return EstimateRouter(EstimateProfile(farthest=FARTHEST_ESTIMATE), territory.landmass_at)


# A load changes its row, also where the samples stay the same.
_LOADED = "select fingerprint, loaded_at, xmin::text from population_dataset where name = :name"
