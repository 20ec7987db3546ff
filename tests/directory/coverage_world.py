"""People and offers on the made-up roads of fixtures/network, in round numbers: minutes can be worked out by hand.

The network is built with plain.toml: 100 m a minute on foot, 1 km (avenues, country roads) or 0.5 km (streets) by
car, no waits. Every cell and offer stands exactly at a junction, so that no walk is added.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from directory.db import make_engine, transaction
from directory.intake import publish
from directory.planning import Planning
from directory.population import CellRecord, DatasetRecord, store_population
from directory.records import (
    CapacityRecord,
    Eligibility,
    OfferRecord,
    Position,
    PositionSource,
    Timing,
    VisitRecord,
    WeeklyRule,
)
from directory.settings import Settings
from geo.networks import Networks
from geo.points import LonLat
from geo.units import Metres
from importers.network_build import Ingredients, builder
from tests.factories import location_record, offer_record, seed_area, seed_basics, service_record, source_info
from tests.roads import FOLDER, PLACES, ROADS

# A Monday; calendars are built from here for DAYS days.
MONDAY, DAYS = date(2026, 9, 7), 40
SATURDAY, SUNDAY = date(2026, 9, 12), date(2026, 9, 13)
VISITS = (date(2026, 9, 9), date(2026, 9, 11))
NEED = "treatment.outpatient"
AWAY = LonLat(-70.65, -33.44)
WILD = LonLat(-71.69, -35.43)  # more than two kilometres from every road
SURVEY = DatasetRecord("Encuesta de prueba", "Nadie", "libre")
CELLS = [
    CellRecord("block", "d1", 1_000, PLACES["d1"], "07101", "urban", {"women": 520}),
    CellRecord("block", "d5", 500, PLACES["d5"], "07101", "urban", {"women": 240}),
    CellRecord("rural", "peumos", 300, PLACES["peumos"], "07102", "rural", {"women": 150}),
    CellRecord("rural", "tranque", 200, PLACES["tranque"], "07102", "rural", {"women": 90}),
    CellRecord("rural", "grande", 40, PLACES["grande_s"], "07103", "rural", {"women": 20}),
    CellRecord("rural", "sola", 10, PLACES["sola_w"], "07103", "rural"),
    CellRecord(
        "rural", "cerro", 60, PLACES["camelias"], "07102", "rural", {"women": 30},
        (PLACES["camelias"], PLACES["puntilla"]),
    ),
    CellRecord("rural", "wild", 25, WILD, "07101", "rural", {"women": 11}),
    CellRecord("block", "away", 80, AWAY, "13101", "urban", {"women": 41}),
    CellRecord("zone", "lost", 70, None, "07101", None, {"women": 33}),
    CellRecord("zone", "nowhere", 5, None, None),
]  # fmt: skip
PEOPLE = sum(one.people for one in CELLS)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR")
OFFICE = Timing(rules=(WeeklyRule(time(9), time(17), byday=WEEKDAYS),))
EVENING = Timing(rules=(WeeklyRule(time(16), time(20), byday=WEEKDAYS),))
VAN = Timing(visits=tuple(VisitRecord(day, time(9), time(12)) for day in VISITS))
WOMEN = Eligibility(sexes=("female",))


def offer(name: str, place: str | LonLat, row: int, **changes: Any) -> OfferRecord:
    """An offer at a named node."""
    point = PLACES[place] if isinstance(place, str) else place
    where = location_record(
        ref=name, name=name, area_code="07101", position=Position(point, PositionSource.GIVEN, Metres(10.0))
    )
    return offer_record(**{"source_ref": name, "row": row, "location": where, "timing": OFFICE} | changes)


OFFERS = [
    offer("centro", "d4", 2, capacity=CapacityRecord("cupos", 12, MONDAY, maximum=30)),
    offer("tarde", "f4", 3, timing=EVENING, capacity=CapacityRecord("cupos", 0, MONDAY)),
    offer("van", "peumos_e", 4, timing=VAN, kind="mobile_office"),
    offer(
        "mujeres", "tranque_n", 5,
        service=service_record(ref="women", eligibility=WOMEN), capacity=CapacityRecord("cupos", 8, MONDAY),
    ),
    offer("callado", "a1", 6, timing=Timing()),
    offer("santiago", AWAY, 7),
]  # fmt: skip


def seed_territory(engine: Engine) -> None:
    """Three comunas of one province, and that of `seed_basics`."""
    with transaction(engine) as session:
        seed_basics(session)
        seed_area(session, "07", "Maule", kind="region")
        seed_area(session, "071", "Talca", kind="province", parent="07")
        for code, name in (("07101", "Talca"), ("07102", "Los Peumos"), ("07103", "Las Islas")):
            seed_area(session, code, name, parent="071", seat=PLACES["c3"])


def seed_people(engine: Engine, cells: list[CellRecord] = CELLS, name: str = "survey") -> None:
    """The people of this page, or others."""
    with transaction(engine) as session:
        store_population(session, name, 2024, cells, SURVEY)


def seed_offers(engine: Engine, offers: list[OfferRecord] = OFFERS) -> dict[str, UUID]:
    """The offers of this page, or others; ids by name."""
    with transaction(engine) as session:
        publish(session, source_info(), offers, first=MONDAY, days=DAYS, force=True)
        rows = session.execute(
            text("select source_ref, id from service_at_location where withdrawn_at is null")
        )
        return {ref: id_ for ref, id_ in rows}


def install_plain(folder: Path) -> Path:
    """A folder of networks with the roads of this page."""
    folder.mkdir(exist_ok=True)
    profiles = [FOLDER / "profile.toml", FOLDER / "plain.toml"]
    Networks(folder).install("comarca", builder("Comarca", Ingredients(ROADS, [], False, profiles)))
    return folder


@dataclass(frozen=True)
class World:
    """Everything there is: a planning, and ids of the offers by name."""

    engine: Engine
    settings: Settings
    planning: Planning
    ids: dict[str, UUID]


def make_world(engine: Engine, networks: Path) -> World:
    """The world of this page in an empty database."""
    seed_territory(engine)
    seed_people(engine)
    ids = seed_offers(engine)
    settings = Settings(networks=networks)
    return World(engine, settings, Planning(engine, settings), ids)


@pytest.fixture(scope="session")
def plain_roads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of networks."""
    return install_plain(tmp_path_factory.mktemp("plain") / "networks")


@pytest.fixture(scope="module")
def world(module_engine: Engine, plain_roads: Path) -> World:
    """The world of this page, for the tests of one module that change nothing of it."""
    return make_world(module_engine, plain_roads)


@pytest.fixture(scope="module")
def bench_engine(make_database: Callable[[], AbstractContextManager[str]]) -> Iterator[Engine]:
    """A database of one module, whose tests change it one after the other."""
    with make_database() as url:
        engine = make_engine(url)
        seed_territory(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def bench(bench_engine: Engine, plain_roads: Path) -> World:
    """The world of this page for a test that changes it: put back before each."""
    with transaction(bench_engine) as session:
        for table in ("reach_row", "unmet_need", "population", "population_dataset"):
            session.execute(text(f"delete from {table}"))
    seed_people(bench_engine)
    ids = seed_offers(bench_engine)
    settings = Settings(networks=plain_roads)
    return World(bench_engine, settings, Planning(bench_engine, settings), ids)
