"""A whole question on a road network against its bare parts, in one run.

    .venv/bin/python -m benchmarks.network_question FILE.osm.pbf [--copies 14] [--offers 10000] [--questions 200]

The file's roads are laid side by side (Andorra: 14 copies are about 170 thousand nodes), built and given tiles;
offers stand beside its roads in a database of the benchmarks' own private cluster. A question by car is: place
by coordinates, walk in the database, growing search, eligibility and calendars, the twenty leading options timed
again by Valhalla, cards, JSON. The parts are what no answer could do without, called bare: the statements of
the walk and of the cards, one search of the final radius, one matrix of twenty, one dump. Wall milliseconds.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import orjson
import psycopg
from psycopg import sql

from api.main import make_router
from api.routes.referrals import as_json
from benchmarks.network_copies import PROFILE, file_of_copies
from benchmarks.synthetic import Centre, seed_synthetic, synthetic_offers
from benchmarks.worlds import SOURCE, named
from directory import calendar_store, candidates, migrate
from directory.answers import Answer, Directory, Question
from directory.cluster import database
from directory.db import make_engine, transaction
from directory.intake import publish
from directory.networks import refresh_networks
from directory.settings import ROOT, Settings
from geo.network_router import NetworkRouter
from geo.networks import Networks
from geo.points import LonLat
from geo.road_build import build_network
from geo.road_profile import load_profile
from geo.travel import TravelMode
from geo.units import Minutes
from geo.valhalla_tiles import build_tiles

ZONE = "America/Santiago"
NAME = "bench_roads"
WARM_UP = 20


def build(pbf: Path, copies: int, folder: Path) -> None:
    """The network with its tiles."""
    whole = folder / "copies.osm.pbf"
    file_of_copies(pbf, copies, whole)

    def made(network: Path) -> None:
        build_network(whole, network, name="benchmark", profile=load_profile(PROFILE))
        build_tiles(whole, network / "tiles")

    Networks(folder / "networks").install("benchmark", made)


def junctions(directory: Directory, random: Random, count: int) -> list[LonLat]:
    """Places where roads meet, a little beside them."""
    assert isinstance(directory.router, NetworkRouter)
    nodes = directory.router.opened()[0].graph.nodes
    picked = nodes[[random.randrange(len(nodes)) for _ in range(count)]].tolist()
    return [LonLat(round(lon + 1e-4, 6), round(lat + 1e-4, 6)) for lon, lat in picked]


def fill(url: str, settings: Settings, places: Sequence[LonLat], offers: int) -> None:
    """Offers beside the roads, by the ordinary intake."""
    engine = make_engine(url)
    with transaction(engine) as session:
        seed_synthetic(session)
        calendar_store.load_holidays(session, settings)
        centres = [Centre("13101", f"Cruce {n}", ZONE, one, 1.0) for n, one in enumerate(places)]
        publish(session, SOURCE, synthetic_offers(offers, seed=1, centres=centres), force=True)
    calendar_store.extend(engine, settings)
    done = refresh_networks(engine, settings)
    print(f"offers looked up on the network: {done}")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
    engine.dispose()


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


class Asking:
    """One question after the other, whole and in parts."""

    def __init__(self, directory: Directory, need: str | None) -> None:
        self._directory, self._need = directory, need
        today = datetime.now(ZoneInfo(ZONE)).replace(hour=10, minute=0)
        self._leave_at = today + timedelta(days=(1 - today.weekday()) % 7)  # a Tuesday

    def whole(self, origin: LonLat) -> Answer:
        """As the service answers it over JSON."""
        question = Question(
            origin=origin,
            needs=(self._need,) if self._need else (),
            leave_at=self._leave_at,
            mode=TravelMode.CAR,
        )
        with self._directory.reading() as session:
            answer = self._directory.ask(session, question)
            orjson.dumps(as_json(answer, False))
        return answer

    def parts(self, origin: LonLat, answer: Answer) -> dict[str, float]:
        """The bare parts of a question that was answered."""
        router = self._directory.router
        assert isinstance(router, NetworkRouter)
        network = router.network_at(origin)
        assert network is not None
        assert network.valhalla is not None
        assert answer.referrals is not None
        found = answer.referrals
        farthest = max((one.trip.minutes for one in found.options if one.trip), default=0.0)
        facets = self._directory._referrals.memory.facets(found.query.facet_names) or []
        ids = [one.id for one in found.options] + [one.option.id for one in found.passed_over]

        def statements() -> None:
            with self._directory.reading() as session:
                candidates.calendar_version(session)
                candidates.walk(session, origin, facets, 40)
                candidates.cards(session, ids)

        def search() -> None:
            reach = router.reach(origin, TravelMode.CAR, self._leave_at, found.query.off_road)
            reach.know(Minutes(farthest))

        with self._directory.reading() as session:
            points = [one.point for one in candidates.walk(session, origin, facets, 20)]
        matrix = network.valhalla.minutes
        return {
            "statements": timed(statements),
            "search": timed(search),
            "matrix": timed(lambda: matrix(origin, points, TravelMode.CAR)),
            "json": timed(lambda: orjson.dumps(as_json(answer, False))),
        }


def measure(directory: Directory, need: str | None, origins: Sequence[LonLat]) -> None:
    """Print one line."""
    asking = Asking(directory, need)
    wholes, parts = [], []
    for number, origin in enumerate(origins):
        begun = time.perf_counter()
        answer = asking.whole(origin)
        took = (time.perf_counter() - begun) * 1000
        if number >= WARM_UP:
            wholes.append(took)
            parts.append(asking.parts(origin, answer))
    sums = [sum(one.values()) for one in parts]
    p95 = statistics.quantiles(wholes, n=20)[18]
    told = " ".join(f"{name} {statistics.median(one[name] for one in parts):.1f}" for name in parts[0])
    print(
        f"| {need or 'everybody'} | {statistics.median(wholes):.1f} | {p95:.1f} | {statistics.median(sums):.1f} |"
        f" {statistics.median(wholes) / statistics.median(sums):.2f} | {told} |"
    )


def main() -> None:
    """Build, fill, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("pbf", type=Path)
    arguments.add_argument("--copies", type=int, default=14)
    arguments.add_argument("--offers", type=int, default=10_000)
    arguments.add_argument("--questions", type=int, default=200)
    told = arguments.parse_args()
    random = Random(3)
    with TemporaryDirectory() as folder:
        build(told.pbf, told.copies, Path(folder))
        settings = Settings(
            data=ROOT / ".cercana" / "bench", database_url=None, networks=Path(folder) / "networks"
        )
        with database(settings) as server:
            url = named(server, NAME)
            with closing(psycopg.connect(named(server, "postgres"), autocommit=True)) as admin:
                admin.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(NAME)))
                admin.execute(sql.SQL("create database {}").format(sql.Identifier(NAME)))
            migrate.upgrade(url)
            engine = make_engine(url, read_only=True)
            directory = Directory(engine, settings, make_router)
            assert isinstance(directory.router, NetworkRouter)
            fill(url, settings, junctions(directory, random, 400), told.offers)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            graph = directory.router.opened()[0].graph
            print(f"{graph.manifest['counts']}, {told.offers} offers; peak so far {before:.0f} MB")
            print("| need | median ms | p95 ms | sum of parts | ratio | parts, medians |")
            print("|---|---|---|---|---|---|")
            for need in (None, "bench.share-4", "bench.share-0.2"):
                measure(directory, need, junctions(directory, random, told.questions + WARM_UP))
            engine.dispose()


if __name__ == "__main__":
    main()
