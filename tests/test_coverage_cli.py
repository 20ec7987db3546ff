"""`cercana coverage ...` on the made-up roads: rows, figures with their basis, what-ifs, files, jobs."""

import csv
import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from cercana import cli
from directory.coverage_terms import CoverageQuery, SiteQuery
from directory.db import transaction
from directory.errors import DirectoryError
from directory.job_kinds import Work, do_rows, read_sites, start_rows, start_sites
from directory.job_refresh import refresh_rows
from directory.job_worker import working
from directory.jobs import list_jobs, read_job
from directory.settings import ROOT
from geo.travel import TravelMode
from tests.directory.coverage_world import OFFERS, World, make_world, offer, plain_roads, seed_offers
from tests.directory.scenario_world import draw
from tests.roads import PLACES
from tests.test_cli import cercana, environment, free_port

__all__ = ["plain_roads"]

GROUPS = ("rows", "report", "gaps", "days", "supply", "sites", "files", "scenario", "jobs")
ASK = ("--minutes", "10", "--area", "07")


@pytest.fixture(scope="module")
def world(module_engine: Engine, plain_roads: Path) -> World:
    made = make_world(module_engine, plain_roads)
    draw(module_engine)
    return made


@pytest.fixture(scope="module")
def surroundings(world: World, module_database_url: str, plain_roads: Path) -> dict[str, str]:
    return {
        "CERCANA_DATABASE_URL": module_database_url,
        "CERCANA_NETWORKS": str(plain_roads),
        "COLUMNS": "250",
    }


@pytest.fixture(scope="module")
def run(surroundings: dict[str, str]) -> "Run":
    return Run(surroundings)


class Run:
    """Runs `cercana coverage` in this process."""

    def __init__(self, surroundings: dict[str, str]) -> None:
        self._surroundings = surroundings

    def __call__(self, *words: object, code: int = 0) -> str:
        """What it says, errors included; fails when it ends with another code."""
        done = CliRunner().invoke(cli, ["coverage", *map(str, words)], env=self._surroundings)
        if isinstance(done.exception, DirectoryError):  # what `cercana.main` tells in a line
            assert code == 1, done.exception
            return f"{done.output}Error: {done.exception}"
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    def json(self, *words: object) -> Any:
        return json.loads(self(*words, "--json"))


def test_every_command_has_help(surroundings: dict[str, str]) -> None:
    shown = Run(surroundings)
    listed = shown("--help")
    for group in GROUPS:
        assert f" {group} " in listed
        assert "Usage:" in shown(group, "--help")
    for command in ("list", "show", "add", "compare", "remove"):
        assert "Usage:" in shown("scenario", command, "--help")


def test_rows_are_made_once(run: Run, world: World) -> None:
    made = run("rows", "--mode", "foot")
    assert "Reach rows of survey on comarca, on foot:" in made
    again = run("rows", "--mode", "foot", "--dataset", "survey", "--network", "comarca")
    assert " 0 made" in again
    assert "No hay una red" in run("rows", "--network", "no", code=1)


def test_report_tells_figures_and_what_they_stand_on(run: Run, world: World) -> None:
    shown = run("report", *ASK, "--by", "comuna", "--day", "2026-09-07", "--open-at", "10:00")
    expected = world.planning.report(CoverageQuery(minutes=10, area_code="07"))
    for words in (
        "07102", "Los Peumos", "All", "Encuesta de prueba (survey), 2024", "road network Comarca",
        "within 10 minutes by car", "on 2026-09-07, leaving from 06:00", "open at 10:00", "in area 07",
        "25 off the network", "70 without a point",
    ):  # fmt: skip
        assert words in shown
    told = run.json("report", *ASK)
    assert told["total"]["covered"] == expected.total.covered
    assert told["basis"]["dataset"] == "survey"
    for level in ("region", "province", "settlement", "band"):
        assert "All" in run("report", *ASK, "--by", level)


def test_estimates_are_told_as_bounds(run: Run) -> None:
    shown = run("report", *ASK, "--estimate")
    assert "two bounds of the share" in shown
    assert "-" in shown.split("All")[1].split("%")[0]


def test_gaps_days_and_supply(run: Run, world: World) -> None:
    gaps = run("gaps", *ASK, "--limit", 1)
    assert "2 more: --limit" in gaps
    assert run.json("gaps", *ASK)["gaps"][0]["why"]
    days = run("days", *ASK, "--first", "2026-09-07", "--count", 7)
    for words in ("2026-09-09 Wed", "At least once:", "Mean wait", "Person-days", "Not coverage"):
        assert words in days
    assert len(run.json("days", *ASK, "--first", "2026-09-07", "--count", 7)["days"]) == 7
    supply = run("supply", *ASK)
    assert "Places per 1,000" in supply
    assert "Gini" in supply
    assert run.json("supply", *ASK)["zero"] == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("report", "--minutes", "500"), 1, "de 1 a 90 minutos"),
        (("report", "--need", "no.such"), 1, "No existe la necesidad"),
        (("report", "--dataset", "no"), 1, "No hay datos de población llamados «no»"),
        (("report", "--open-at", "25:00"), 2, "--open-at '25:00' is no hour"),
        (("report", "--scenario", "no"), 2, "there is no scenario 'no': none is saved"),
        (("report", "--mode", "transit"), 2, "transit"),
        (("days", "--first", "2030-01-01"), 1, "Los horarios se conocen"),
        (("sites", "--point", "here"), 2, "'here'"),
        (("sites", "--point", "here=1,100"), 2, "is no point"),
        (("scenario", "add", "x"), 1, "de 1 a 50 cambios"),
        (("scenario", "add", "x", "--close", "7"), 2, "is no id of an offer"),
        (("scenario", "add", "x", "--stop", "a=-71.6,-35.4"), 2, "write NAME=LON,LAT@"),
        (("scenario", "remove", "9"), 2, "there is no scenario '9'"),
        (("files", "report.pdf"), 2, "report.pdf: the name ends in .csv, .gpkg, .geojson"),
        (("files", "/no/such/folder/x.csv"), 1, "cannot be written"),
    ],
)
def test_what_cannot_be_asked_is_told(run: Run, words: tuple[str, ...], code: int, told: str) -> None:
    assert told in run(*words, code=code)


def test_a_scenario_is_added_shown_compared_and_removed(run: Run, world: World, tmp_path: Path) -> None:
    peumos = f"{PLACES['peumos'].lon},{PLACES['peumos'].lat}"
    added = run(
        "scenario", "add", "Ronda", "--note", "prueba", "--close", world.ids["centro"], "--open", f"Posta={peumos}",
        "--move", f"{world.ids['tarde']}={peumos}", "--hours", f"{world.ids['callado']}=Mo-Fr 09:00-18:00",
        "--stop", f"Van={peumos}@09:00-12:00@2026-09-07,2026-09-08",
    )  # fmt: skip
    assert "Ronda: 5 changes" in added
    shown = run("scenario", "show", "Ronda")
    assert [one["kind"] for one in json.loads(shown)] == ["close", "open", "move", "hours", "mobile_stop"]
    file = tmp_path / "changes.json"
    file.write_text(shown, "utf-8")
    assert "Ya hay un escenario" in run("scenario", "add", "Ronda", "--file", file, code=1)
    run("scenario", "add", "Ronda", "--file", file, "--replace")
    assert json.loads(run("scenario", "show", "Ronda")) == json.loads(shown)
    listed = run("scenario", "list")
    assert "Ronda" in listed
    compared = run("scenario", "compare", "Ronda", "--minutes", 2)
    assert "people gained" in compared
    assert "Los Peumos" in compared
    assert run.json("scenario", "compare", "Ronda", "--minutes", 2)["gained"] == 300
    assert run.json("scenario", "compare", "Ronda", "--versus", "Ronda", "--minutes", 2)["gained"] == 0
    assert "scenario " in run("report", "--scenario", "Ronda", "--minutes", 2)
    run("scenario", "remove", "Ronda")
    assert "No scenarios" in run("scenario", "list")


def test_sites_are_proposed_with_their_gap(run: Run) -> None:
    points = [
        word
        for name in ("peumos", "tranque", "grande_s")
        for word in ("--point", f"{name}={PLACES[name].lon},{PLACES[name].lat}")
    ]
    shown = run("sites", "--minutes", 2, "--count", 1, *points)
    assert "peumos" in shown
    assert "Compared: 3 places" in shown
    assert "gap 0.00 %" in shown
    greedy = run.json("sites", "--minutes", 2, "--count", 2, "--greedy", *points)
    assert [one["name"] for one in greedy["sites"]] == ["peumos", "grande_s"]
    assert greedy["bound"] is None


def test_files_hold_the_same_figures(run: Run, world: World, tmp_path: Path) -> None:
    paths = [tmp_path / f"cobertura{suffix}" for suffix in (".csv", ".gpkg", ".geojson")]
    assert "road network Comarca" in run("files", *paths, *ASK)
    expected = world.planning.report(CoverageQuery(minutes=10, area_code="07"))
    with paths[0].open(encoding="utf-8-sig", newline="") as file:
        whole, *rest = csv.DictReader(file)
    assert float(whole["covered"]) == expected.total.covered
    cells = json.loads(paths[2].read_text("utf-8"))["features"]
    assert sum(one["properties"]["covered"] or 0 for one in cells) == pytest.approx(expected.total.covered)
    with closing(sqlite3.connect(paths[1])) as file:
        covered = dict(file.execute("select code, covered from comunas"))
        names = {name for (name,) in file.execute("select name from offers")}
    assert covered == {row["code"]: float(row["covered"]) for row in rest if row["level"] == "comuna"}
    assert names == set(world.ids)


def test_jobs_make_rows_and_find_sites(run: Run, world: World) -> None:
    rows = start_rows(world.engine, dataset="survey", network="comarca", mode=TravelMode.CAR)
    query = SiteQuery(CoverageQuery(minutes=2), 1, points=(("peumos", PLACES["peumos"]),))
    sites = start_sites(world.engine, query)
    assert str(rows.id) in run("jobs", "list")
    unwanted = start_rows(world.engine, dataset="no", network="comarca", mode=TravelMode.CAR)
    assert "cancelled" in run("jobs", "cancel", unwanted.id)
    bad = start_rows(world.engine, dataset="no", network="comarca", mode=TravelMode.FOOT)
    with working(world.engine, world.settings, poll_seconds=0.05):
        while any(one.state in {"waiting", "running"} for one in jobs_of(world)):
            threading.Event().wait(0.05)
    states = {one.id: one for one in jobs_of(world)}
    assert states[rows.id].state == "done"
    assert (states[rows.id].result or {})["mode"] == "car"
    assert [one.name for one in read_sites(states[sites.id]).sites] == ["peumos"]
    assert states[bad.id].error == "No hay datos de población llamados «no»."
    assert "No hay datos de población" in run("jobs", "list")
    assert "ya terminó" in run("jobs", "cancel", rows.id, code=1)


def jobs_of(world: World) -> list[Any]:
    with transaction(world.engine) as session:
        return list_jobs(session)


def test_rows_are_asked_for_after_an_import_where_there_are_some(
    own_engine: Engine, plain_roads: Path
) -> None:
    made = make_world(own_engine, plain_roads)
    assert refresh_rows(own_engine, made.settings) == []  # a machine without rows does nothing by itself
    work = Work(own_engine, made.settings, lambda done, total: None, lambda: False)
    wanted = {"dataset": "survey", "network": "comarca", "mode": "foot"}
    first = do_rows(work, wanted)
    assert refresh_rows(own_engine, made.settings) == []
    seed_offers(own_engine, [*OFFERS[1:], offer("nuevo", "b2", 40)])
    (job,) = refresh_rows(own_engine, made.settings)
    assert refresh_rows(own_engine, made.settings) == [job]
    with transaction(own_engine) as session:
        assert session.scalars(text("select params from job")).all() == [wanted]
    with working(own_engine, made.settings, poll_seconds=0.05):
        while read(own_engine, job.id).state in {"waiting", "running"}:
            threading.Event().wait(0.05)
    done = read(own_engine, job.id)
    assert first["made"] == len(OFFERS) - 1  # all but the one in the capital
    assert done.result is not None
    assert (done.result["made"], done.result["dropped"]) == (1, 1)


def read(engine: Engine, number: Any) -> Any:
    with transaction(engine) as session:
        return read_job(session, number)


def test_ctrl_c_keeps_the_rows_that_are_made(
    own_engine: Engine, own_database_url: str, plain_roads: Path
) -> None:
    make_world(own_engine, plain_roads)
    where = {"CERCANA_DATABASE_URL": own_database_url, "CERCANA_NETWORKS": str(plain_roads)}
    # Stopped before the first row: the signal waits for the process at the door of the work.
    code = "import os, signal, cercana, importers.coverage_commands as c\nreal = c.progress\n" + (
        "def asked(what):\n    os.kill(os.getpid(), signal.SIGINT)\n    return real(what)\n"
        "c.progress = asked\ncercana.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "coverage", "rows"],
        cwd=ROOT, env=environment(**where), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 130, (done.stdout, done.stderr)
    assert "The same command goes on from here." in done.stdout
    assert "Traceback" not in done.stderr
    finished = cercana("coverage", "rows", "--workers", "1", **where)
    assert finished.returncode == 0, finished.stderr
    assert "5 made" in finished.stdout


def test_a_running_service_does_the_jobs(own_engine: Engine, own_database_url: str) -> None:
    job = start_rows(own_engine, dataset="no", network="comarca", mode=TravelMode.CAR)
    command = [sys.executable, "-m", "cercana", "serve", "--port", str(free_port())]
    where = environment(CERCANA_DATABASE_URL=own_database_url)
    with subprocess.Popen(command, cwd=ROOT, env=where, stdout=subprocess.DEVNULL) as service:
        while read(own_engine, job.id).state in {"waiting", "running"} and service.poll() is None:
            threading.Event().wait(0.1)
        service.terminate()
        service.wait(60)
    assert read(own_engine, job.id).error == "No hay datos de población llamados «no»."
