"""Reach rows of many places: by processes or a cluster, the same ones, and through kills."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import LocalCluster
from sqlalchemy import Connection, Engine, text
from typer.testing import CliRunner

from cercana import cli
from directory.coverage_roads import longest, samples_key
from directory.db import transaction
from directory.people import read_people
from directory.reach_store import CHUNK, make_rows
from directory.records import OfferRecord
from directory.settings import ROOT
from geo.errors import GeoError
from geo.networks import Networks
from geo.points import LonLat
from geo.travel import TravelMode
from tests.directory.coverage_world import (
    World,
    make_world,
    offer,
    plain_roads,
    seed_offers,
)
from tests.roads import PLACES
from tests.test_cli import environment

__all__ = ["plain_roads"]

CAR = TravelMode.CAR
CORNERS = sorted(name for name in PLACES if len(name) == 2)
# Of three parts that are written together, and some more.
POINTS = [
    LonLat(PLACES[name].lon, round(PLACES[name].lat + n * 1e-4, 6))
    for n in range(3 * CHUNK // len(CORNERS) + 1)
    for name in CORNERS
]
MANY = [offer(f"p{at}", point, at + 2) for at, point in enumerate(POINTS)]


@pytest.fixture
def world(own_engine: Engine, plain_roads: Path) -> World:
    return make_world(own_engine, plain_roads)


@pytest.fixture
def where(own_database_url: str, plain_roads: Path) -> dict[str, str]:
    return {
        "CERCANA_DATABASE_URL": own_database_url, "CERCANA_NETWORKS": str(plain_roads), "COLUMNS": "250"
    }  # fmt: skip


def told(where: dict[str, str], *words: str, code: int = 0) -> str:
    """What `cercana` says, in this process."""
    done = CliRunner().invoke(cli, words, env=where)
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def table(engine: Engine) -> list[tuple[object, ...]]:
    """All that is stored but when."""
    query = """
    select network, mode, fingerprint, lon, lat, limit_minutes, samples, seconds from reach_row
    order by 1, 2, 3, 4, 5
    """
    with transaction(engine) as session:
        return [tuple(row) for row in session.execute(text(query))]


def forget(engine: Engine, table: str) -> None:
    with transaction(engine) as session:
        session.execute(text(f"delete from {table}"))


def test_a_cluster_of_two_workers_writes_the_rows_of_this_machine(
    world: World, where: dict[str, str]
) -> None:
    # Of two regions, their points mixed.
    seed_offers(world.engine, [*MANY[:20], *(of_the_capital(one) for one in MANY[20:40])])
    here = make_rows(world.engine, world.settings, mode=CAR, workers=2)
    alone = table(world.engine)
    assert (here.made, len(alone)) == (40, 40)
    forget(world.engine, "reach_row")
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:  # type: ignore[no-untyped-call]
        address = cluster.scheduler_address
        assert "40 made, 0 kept" in told(where, "coverage", "rows", "--cluster", address)
        assert table(world.engine) == alone
        # Only what is missing.
        with transaction(world.engine) as session:
            session.execute(
                text("delete from reach_row where lat > (select avg(lat) + stddev(lat) from reach_row)")
            )
        again = make_rows(world.engine, world.settings, mode=CAR, cluster=address)
        assert 0 < again.made < 20
        assert table(world.engine) == alone


def of_the_capital(one: OfferRecord) -> OfferRecord:
    return replace(one, location=replace(one.location, area_code="13101"))


def test_help_tells_what_a_cluster_needs_and_no_cluster_is_told(world: World, where: dict[str, str]) -> None:
    helped = " ".join(told(where, "coverage", "rows", "--help").split())
    for words in ("cercana[cluster]", "at the same path", "same build", "tcp://host:port"):
        assert words in helped
    told(where, "coverage", "rows", "--cluster", "tcp://127.0.0.1:1", "--workers", "2", code=2)
    with pytest.raises(GeoError, match="no Dask scheduler answers at nowhere:"):
        make_rows(world.engine, world.settings, mode=CAR, cluster="nowhere://x")
    assert table(world.engine) == []


def test_a_service_without_coverage_questions_loads_no_compiler() -> None:
    code = (
        "import sys, api.main, directory.planning, directory.job_worker, web;"
        " print([n for n in ('numba', 'llvmlite', 'dask', 'distributed') if n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_one_command_reports_all_regions_of_the_country(world: World, where: dict[str, str]) -> None:
    found = json.loads(told(where, "coverage", "report", "--by", "region", "--json"))
    assert {one["code"] for one in found["regions"]} >= {"07", "13"}
    assert sum(one["head"]["people"] for one in found["regions"]) == found["total"]["people"]


@contextmanager
def held_up(world: World) -> Iterator[Connection]:
    """Rows of the second part that is written cannot be: somebody else holds one, until this ends."""
    with transaction(world.engine) as session:
        samples = read_people(session, "survey").samples
    (network,) = Networks(Path(str(world.settings.networks))).active()
    middle = sorted(POINTS, key=lambda one: (one.lon, one.lat))[CHUNK + CHUNK // 2]
    values = {
        "network": network.id, "fingerprint": samples_key(samples), "lon": middle.lon, "lat": middle.lat,
        "limit": float(longest(CAR)),
    }  # fmt: skip
    with world.engine.connect() as holder:
        holder.execute(text(_HOLD), values)
        yield holder
        holder.rollback()


def until_held_up(engine: Engine, run: "subprocess.Popen[str]") -> None:
    """Until somebody waits for a lock in this database."""
    pause = threading.Event()
    while run.poll() is None:
        with transaction(engine) as session:
            if session.scalar(text(_WAITS)):
                return
        pause.wait(0.05)
    pytest.fail(f"ended before it was held up: {run.communicate()}")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_keeps_what_it_wrote_and_the_next_makes_the_rest(
    world: World, where: dict[str, str], number: signal.Signals
) -> None:
    seed_offers(world.engine, MANY)
    workers = "2" if number is signal.SIGKILL else "1"  # whose pipes end with them: none may outlive the run
    command = [sys.executable, "-m", "cercana", "coverage", "rows", "--workers", workers]
    with (
        held_up(world) as holder,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(**where),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as run,
    ):
        until_held_up(world.engine, run)
        assert len(table(world.engine)) == CHUNK
        run.send_signal(number)
        if number is signal.SIGINT:
            holder.rollback()
        out, err = run.communicate(timeout=60)
    kept = len(table(world.engine))
    if number is signal.SIGKILL:
        assert (run.returncode, kept) == (-signal.SIGKILL, CHUNK)
    else:
        assert run.returncode == 130, (out, err)
        assert "The same command goes on from here." in out
        assert "Traceback" not in err
        assert 2 * CHUNK <= kept < len(MANY)
    rest = told(where, "coverage", "rows", "--workers", "1")
    assert f" {len(MANY) - kept} made, {kept} kept" in rest
    broken = table(world.engine)
    forget(world.engine, "reach_row")
    make_rows(world.engine, world.settings, mode=CAR, workers=1)
    assert table(world.engine) == broken


_HOLD = """
insert into reach_row (network, mode, fingerprint, lon, lat, limit_minutes, samples, seconds)
values (:network, 'car', :fingerprint, :lon, :lat, :limit, '', '')
"""
_WAITS = """
select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')
"""
