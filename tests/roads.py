"""The service on the made-up roads of fixtures/network, and offers along them.

The roads lie in Talca, so that the demonstration's places there are on them too. Import the fixtures where they
are used: `from tests.roads import comarca, road_client`.
"""

import xml.etree.ElementTree as xml
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.main import create_app
from directory.db import transaction
from directory.intake import publish
from directory.records import Position, PositionSource, Timing, Visibility
from directory.settings import ROOT, Settings
from fixtures.network import gtfs
from fixtures.network.draw import places
from geo.networks import Networks
from geo.points import LonLat
from geo.units import Metres
from importers.network_build import Ingredients, builder
from tests.demo import demo_settings
from tests.factories import location_record, offer_record, seed_area, seed_basics, source_info

FOLDER = ROOT / "fixtures" / "network"
ROADS = FOLDER / "comarca.osm"
PLACES = {name: LonLat(*place) for name, place in places().items()}
# In the middle of the town, where buses leave from; and a Wednesday before the first of them.
TERMINAL = PLACES["d4"]
BUS_MORNING, NIGHT, EXPIRED = "2026-09-09T07:20", "2026-09-09T03:00", "2028-02-02T07:20"
# Offers by name, and where each is; see the map in fixtures/network/README.md.
OFFERS: dict[str, LonLat] = {
    "town": LonLat(-71.6529, -35.4231),
    "east": PLACES["tranque_e"],
    "north": PLACES["camelias"],  # the bus 101 goes there
    "ferry": PLACES["grande_s"],
    "lonely": PLACES["sola_e"],  # an island without ferry
    "wild": LonLat(-71.6900, -35.4300),  # more than two kilometres from every road
    "next": LonLat(-71.4500, -35.6000),  # where the map has ended
    "capital": LonLat(-70.6500, -33.4400),
}
UNSEEN = {"hidden": Visibility.HIDDEN, "near": Visibility.APPROXIMATE}
HERE = PLACES["a1"]


def renamed(target: Path, names: Mapping[str, str]) -> Path:
    """A copy of the roads where streets have other names."""
    tree = xml.parse(ROADS)
    for tag in tree.iter("tag"):
        if tag.get("k") == "name" and tag.get("v") in names:
            tag.set("v", names[str(tag.get("v"))])
    tree.write(target, "utf-8", xml_declaration=True)
    return target


def install(folder: Path, *, roads: Path = ROADS, tiles: bool = True, buses: bool = False) -> Path:
    """A folder of networks with the one of this file, with or without tiles (for steps) and a timetable."""
    folder.mkdir(exist_ok=True)
    feeds = [gtfs.pack(folder.parent)] if buses else []
    ingredients = Ingredients(roads, feeds, tiles, [FOLDER / "profile.toml"])
    Networks(folder).install("comarca", builder("Comarca", ingredients))
    return folder


def app_with(engine: Engine, networks: Path, settings: Settings | None = None) -> FastAPI:
    """The whole service on an engine, with these networks."""
    known = settings or demo_settings()
    return create_app(known.model_copy(update={"networks": networks}), engine)


def publish_offers(engine: Engine) -> dict[str, UUID]:
    """Write the offers of this page into an empty database; their ids by name."""
    records = []
    for row, name in enumerate((*OFFERS, *UNSEEN, "unplaced"), 2):
        point = OFFERS.get(name, PLACES["b2"])
        place: dict[str, Any] = {"ref": name, "name": f"Centro {name}", "address": f"Calle {name} 1"}
        place["position"] = (
            None if name == "unplaced" else Position(point, PositionSource.GIVEN, Metres(10.0))
        )
        place["visibility"] = UNSEEN.get(name, Visibility.FULL)
        records.append(
            # Hours that nobody stated: no answer depends on the day the tests run.
            offer_record(
                source_ref=name,
                row=row,
                timing=Timing(),
                location=location_record(**place, area_code="07101", locality="Talca"),
            )
        )
    with transaction(engine) as session:
        seed_basics(session)
        seed_area(session, "07101", "Talca", seat=PLACES["c3"])
        publish(session, source_info(), records)
        rows = session.execute(text("select source_ref, id from service_at_location")).all()
    return {ref: id_ for ref, id_ in rows}


@pytest.fixture(scope="session")
def comarca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of networks, with tiles."""
    return install(tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="session")
def comarca_buses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its buses, from 1 August 2026 to 31 December 2027."""
    return install(tmp_path_factory.mktemp("buses") / "networks", buses=True)


@pytest.fixture(scope="session")
def road_app(demo_engine: Engine, comarca: Path) -> FastAPI:
    """The service on the demonstration and its roads."""
    return app_with(demo_engine, comarca)


@pytest.fixture(scope="module")
def offers(module_engine: Engine) -> dict[str, UUID]:
    """Ids of the offers of this page, in the database of the module."""
    return publish_offers(module_engine)


@pytest.fixture(scope="module")
def road_client(module_engine: Engine, offers: dict[str, UUID], comarca: Path) -> Iterator[TestClient]:
    """A client of the service on the offers and roads of this page."""
    app = app_with(module_engine, comarca, Settings(horizon_days=7))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def bus_client(module_engine: Engine, offers: dict[str, UUID], comarca_buses: Path) -> Iterator[TestClient]:
    """The same with buses."""
    app = app_with(module_engine, comarca_buses, Settings(horizon_days=7))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made
