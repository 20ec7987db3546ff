"""Reach rows after people or roads have changed: asked for again where there were some."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from cercana import cli
from directory.coverage_terms import JobState
from directory.db import transaction
from directory.job_kinds import Work, do_rows
from directory.job_refresh import refresh_rows
from directory.planning import Planning
from directory.population import CellRecord, remove_population
from directory.settings import Settings
from geo.networks import Networks
from importers.areas import load_country
from importers.network_build import Ingredients, builder
from tests.directory.coverage_world import (
    CELLS,
    OFFERS,
    World,
    install_plain,
    make_world,
    offer,
    plain_roads,
    seed_offers,
    seed_people,
)
from tests.directory.road_world import build_roads
from tests.roads import FOLDER, PLACES, ROADS

__all__ = ["plain_roads"]


@pytest.fixture
def world(own_engine: Engine, plain_roads: Path) -> World:
    return make_world(own_engine, plain_roads)


def other_roads(folder: Path) -> None:
    build_roads(folder, 2)


def forget_jobs(engine: Engine) -> None:
    with transaction(engine) as session:
        session.execute(text("delete from job"))


def asked(world: World) -> set[tuple[str, str, str]]:
    """Jobs that wait after a refresh: dataset, network and mode of each."""
    jobs: list[JobState] = refresh_rows(world.engine, world.settings)
    with transaction(world.engine) as session:
        params = {row.id: row.params for row in session.execute(text("select id, params from job"))}
    return {(one["dataset"], one["network"], one["mode"]) for one in (params[job.id] for job in jobs)}


def do(world: World, wanted: set[tuple[str, str, str]]) -> int:
    """Do these jobs; how many rows they made."""
    work = Work(world.engine, world.settings, lambda done, total: None, lambda: False)
    made = [
        do_rows(work, dict(zip(("dataset", "network", "mode"), one, strict=True)))["made"]
        for one in sorted(wanted)
    ]
    return sum(int(str(one)) for one in made)


def test_people_who_live_elsewhere_after_a_load_get_rows_where_there_were_some(world: World) -> None:
    seed_people(world.engine, CELLS[:2], "other")
    assert asked(world) == set()
    for mode in ("car", "foot"):
        do(world, {("survey", "comarca", mode)})
    assert asked(world) == set()
    moved = [*CELLS, CellRecord("block", "c3", 7, PLACES["c3"], "07101", "urban")]
    seed_people(world.engine, [replace(one, people=one.people * 2) for one in CELLS])
    assert asked(world) == set()  # more people where people were
    seed_people(world.engine, moved)
    wanted = {("survey", "comarca", mode) for mode in ("car", "foot")}
    assert asked(world) == wanted
    assert do(world, wanted) == 10
    assert asked(world) == set()
    with transaction(world.engine) as session:
        remove_population(session, "survey")
    assert asked(world) == set()  # nobody loaded anything instead


def test_samples_that_are_on_the_network_elsewhere_get_rows(world: World) -> None:
    do(world, {("survey", "comarca", "car")})
    with transaction(world.engine) as session:
        session.execute(text("update population set settlement = 'urban' where cell = 'peumos'"))
    assert asked(world) == {("survey", "comarca", "car")}


def test_a_network_that_is_built_again_or_used_again_gets_rows(world: World, tmp_path: Path) -> None:
    folder = install_plain(tmp_path / "networks")
    networks = Networks(folder)
    networks.install("vecina", other_roads)  # of which nobody made rows
    here = World(world.engine, Settings(networks=folder), world.planning, world.ids)
    do(here, {("survey", "comarca", "car")})
    assert asked(here) == set()
    networks.install("comarca", builder("Comarca", Ingredients(ROADS, [], False, [FOLDER / "profile.toml"])))
    wanted = {("survey", "comarca", "car")}
    assert asked(here) == wanted
    assert do(here, wanted) == 5
    assert asked(here) == set()
    networks.unuse("comarca")
    seed_offers(here.engine, [*OFFERS, offer("nuevo", "b2", 40)])
    assert asked(here) == set()
    networks.use("comarca")
    assert asked(here) == wanted


def test_commands_that_load_people_or_use_networks_ask_for_rows(
    own_engine: Engine, own_database_url: str, tmp_path: Path
) -> None:
    folder = install_plain(tmp_path / "networks")
    settings = Settings(networks=folder)
    load_country(own_engine, settings)
    seed_people(own_engine)
    here = World(own_engine, settings, Planning(own_engine, settings), seed_offers(own_engine))
    do(here, {("survey", "comarca", "car")})
    file = tmp_path / "people.csv"
    file.write_text(f"lon,lat,people\n{PLACES['d1'].lon},{PLACES['d1'].lat},9\n", "utf-8")
    where = {
        "CERCANA_DATABASE_URL": own_database_url, "CERCANA_NETWORKS": str(folder), "COLUMNS": "250"
    }  # fmt: skip

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli, words, env=where)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    wait = "Reach rows are lacking: 1 jobs wait"
    assert wait in run("population", "load", str(file), "--name", "survey", "--year", "2024", "--replace")
    forget_jobs(own_engine)
    assert wait in run("network", "use", "comarca")
    do(here, {("survey", "comarca", "car")})
    forget_jobs(own_engine)
    assert wait not in run("network", "use", "comarca")
    assert wait in run("network", "build", str(ROADS), "--name", "comarca", "--no-tiles")
    assert asked(here) == {("survey", "comarca", "car")}
