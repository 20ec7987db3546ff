"""The made-up roads with their buses, and what tests of public transport ask of them."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from directory.settings import ROOT
from fixtures.network.gtfs import pack
from geo.gtfs import read_feed
from geo.gtfs_times import ALIGHT, BOARD
from geo.points import LonLat
from geo.reach import RoadReach
from geo.road_build import build_network
from geo.road_graph import RoadGraph, open_graph
from geo.road_profile import load_profile
from geo.snap import Snapper
from geo.timetable import Timetable
from geo.transit import TransitReach, transit_reach
from geo.transit_build import build_timetable
from geo.travel import OFF_ROAD, Access, NoTrip, Target, TravelMode
from geo.units import Metres, Minutes
from tests.geo.transit_oracle import Call, Vehicle, World

NETWORK = ROOT / "fixtures" / "network"
SHARED_DATA = ROOT.parent / "shared" / "data" / "osm"
CHILE, BRAZIL = ZoneInfo("America/Santiago"), ZoneInfo("America/Sao_Paulo")
FOOT = TravelMode.FOOT

TERMINAL, PLAZA = LonLat(-71.6474, -35.4276), LonLat(-71.6474, -35.4229)
PEUMOS, CAMELIAS = LonLat(-71.6474, -35.3889), LonLat(-71.6694, -35.3770)
PUNTILLA, TRANQUE = LonLat(-71.6527, -35.3727), LonLat(-71.6061, -35.4262)
FRONTERA, AROMOS = LonLat(-71.6366, -35.4274), LonLat(-71.6641, -35.4274)
ISLAND, SEA = LonLat(-71.6285, -35.4600), LonLat(-71.60, -35.48)
PLACES = {
    "terminal": TERMINAL, "peumos": PEUMOS, "camelias": CAMELIAS, "puntilla": PUNTILLA, "tranque": TRANQUE,
    "aromos": AROMOS, "frontera": FRONTERA,
}  # fmt: skip


class Town(NamedTuple):
    """A network with its timetable."""

    graph: RoadGraph
    snapper: Snapper
    timetable: Timetable
    feed: Path

    def reach(self, origin: LonLat, leave_at: datetime, limit: float = 120) -> TransitReach:
        found = transit_reach(self.graph, self.snapper, self.timetable, origin, leave_at, OFF_ROAD)
        found.know(Minutes(limit))
        return found

    def minutes(self, origin: LonLat, target: LonLat, leave_at: datetime, limit: float = 120) -> float:
        (minutes,) = self.reach(origin, leave_at, limit).minutes([Target(target)])
        return math.inf if isinstance(minutes, NoTrip) else minutes

    def walk(self, origin: LonLat, target: LonLat, access: Access | None = None) -> float:
        walk = RoadReach(self.graph, self.snapper, origin, access, FOOT)
        walk.know(Minutes(600.0))
        (minutes,) = walk.minutes([Target(target)])
        return math.inf if isinstance(minutes, NoTrip) else minutes


def build(folder: Path, pbf: Path, feeds: list[Path]) -> Town:
    build_network(pbf, folder, name="test", profile=load_profile(NETWORK / "profile.toml"))
    graph = open_graph(folder)
    snapper = Snapper(graph)
    build_timetable(feeds, folder, graph, snapper)
    return Town(graph, snapper, Timetable.open(folder), feeds[0])


@contextmanager
def built_town() -> Iterator[Town]:
    """The made-up roads with their buses."""
    with TemporaryDirectory() as name:
        yield build(Path(name) / "network", NETWORK / "comarca.osm", [pack(Path(name))])


@contextmanager
def built_porto_alegre() -> Iterator[Town]:
    """The real roads and feeds of Porto Alegre, where they are."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real input files are not at {SHARED_DATA}")
    with TemporaryDirectory() as name:
        feeds = [SHARED_DATA / f"r5r_poa_{feed}.zip" for feed in ("eptc", "trensurb")]
        yield build(Path(name) / "network", SHARED_DATA / "r5r_poa_osm.pbf", feeds)


def at(day: str, time: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=CHILE)


def stop_point(town: Town, stop: int) -> tuple[LonLat, Access]:
    stops = town.timetable.stops
    access = Access(
        town.graph.id,
        FOOT,
        int(stops.edge[stop]),
        float(stops.along[stop]),
        Metres(float(stops.metres[stop])),
    )
    return LonLat(float(town.timetable.lon[stop]), float(town.timetable.lat[stop])), access


def world_of(town: Town) -> World:
    """The feed as vehicles, for the search by labels."""
    feed, paths = read_feed(town.feed), town.timetable.walks
    served = np.unique(feed.calls.stop)
    vehicles = []
    for trip, service in enumerate(feed.trips.service.tolist()):
        rows = np.flatnonzero(feed.calls.trip == trip).tolist()
        calls = tuple(
            Call(
                int(np.searchsorted(served, feed.calls.stop[row])),
                int(feed.calls.arrives[row]),
                int(feed.calls.departs[row]),
                bool(feed.calls.flags[row] & BOARD),
                bool(feed.calls.flags[row] & ALIGHT),
            )
            for row in rows
        )
        days = {feed.days.first + timedelta(days=int(day)) for day in np.flatnonzero(feed.days.runs[service])}
        near = {day for day in days if date(2026, 9, 11) <= day <= date(2026, 9, 22)}
        vehicles.append(Vehicle(ZoneInfo(feed.zone), frozenset(near), calls))
    walks = {
        stop: [
            (int(paths.stops[way]), float(paths.seconds[way]))
            for way in range(*paths.starts[stop : stop + 2])
        ]
        for stop in range(len(served))
    }
    return World(town.timetable, vehicles, walks, len(served))


def random_place(town: Town, dice: Random) -> LonLat:
    """Near a stop, often on its very road, or near any junction that a walk leads to."""
    if dice.random() < 0.6:
        near = dice.choice([*PLACES.values(), PLAZA])
    else:
        mainland = np.flatnonzero(town.graph.component[FOOT] == 0)
        near = LonLat(*town.graph.nodes[dice.choice(mainland.tolist())].tolist())
    return LonLat(near.lon + dice.uniform(-0.003, 0.003), near.lat + dice.uniform(-0.003, 0.003))


def walks(town: Town, origin: LonLat, access: Access | None, targets: list[LonLat]) -> list[float]:
    walk = RoadReach(town.graph, town.snapper, origin, access, FOOT)
    walk.know(Minutes(math.inf))
    found = walk.minutes([Target(target) for target in targets])
    return [math.inf if isinstance(value, NoTrip) else value for value in found]
