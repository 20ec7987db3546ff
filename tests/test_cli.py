"""The command line in processes of its own: what it says, how it starts, how it stops."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine, select

from directory.db import transaction
from directory.intake import publish
from directory.settings import ROOT
from directory.tables import Offer
from tests.factories import offer_record, seed_basics, source_info

COMMANDS = (
    "up",
    "serve",
    "migrate",
    "demo",
    "import",
    "areas",
    "population",
    "correction",
    "report",
    "network",
    "unmet",
    "status",
    "doctor",
)


def environment(**extra: str) -> dict[str, str]:
    """This one's without what would lead the command line elsewhere; wide, so that no sentence is broken."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CERCANA_")}
    return kept | {"COLUMNS": "300", "TERM": "dumb"} | extra


def cercana(*arguments: str, **extra: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cercana", *arguments],
        cwd=ROOT,
        env=environment(**extra),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The command line at work; killed at the end if the test did not stop it."""
    with subprocess.Popen(
        [sys.executable, "-m", "cercana", *arguments],
        cwd=ROOT,
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(process: "subprocess.Popen[str]", words: str) -> str:
    """What was printed up to some words; fails with all of it when the process ends without them."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    pytest.fail(f"ended without {words!r}:\n{seen}")


def test_help_names_every_command() -> None:
    done = cercana("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert f" {command} " in done.stdout


@pytest.mark.parametrize("group", ["import", "areas", "population", "report", "network", "unmet"])
def test_groups_have_help(group: str) -> None:
    assert cercana(group, "--help").returncode == 0


def test_run_says_how_to_use_it_before_it_installs_anything(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/bash", str(ROOT / "run"), "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for option in ("--port", "--data", "--no-demo", "CERCANA_DATABASE_URL"):
        assert option in done.stdout


def test_port_that_is_taken_is_told_before_anything_is_started(scratch: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = cercana("up", "--port", port, "--data", str(scratch / "data"))
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (scratch / "data").exists()


def test_wrong_setting_is_told_in_a_few_lines() -> None:
    done = cercana("status", CERCANA_PORT="0")
    assert done.returncode == 1
    assert "port" in done.stderr
    assert "Traceback" not in done.stderr


def test_database_that_does_not_answer_is_told() -> None:
    url = f"postgresql://ana:geheim@127.0.0.1:{free_port()}/x"
    done = cercana("migrate", CERCANA_DATABASE_URL=url)
    assert done.returncode == 1
    assert "CERCANA_DATABASE_URL does not answer" in done.stderr
    assert "geheim" not in done.stdout + done.stderr


def test_doctor_finds_what_is_missing(own_database_url: str) -> None:
    done = cercana("doctor", CERCANA_DATABASE_URL=own_database_url)
    assert "ok      Migrations: none pending" in done.stdout
    assert "MISSING Areas: 0" in done.stdout
    assert "Run `cercana demo`" in done.stdout
    assert done.returncode == 1


def test_status_of_an_empty_directory(own_database_url: str) -> None:
    done = cercana("status", CERCANA_DATABASE_URL=own_database_url)
    assert done.returncode == 0, done.stderr
    assert "0  offers" in done.stdout
    assert "Calendar until: empty" in done.stdout


def test_migrate_has_nothing_to_do_twice(own_database_url: str) -> None:
    done = cercana("migrate", CERCANA_DATABASE_URL=own_database_url)
    assert "Nothing to do" in done.stdout


@pytest.mark.cluster
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_and_stops_all_of_it(scratch: Path, ending: signal.Signals) -> None:
    data, port = scratch / "data", free_port()
    with running("up", "--no-demo", "--port", str(port), "--data", str(data)) as process:
        wait_for(process, f"http://127.0.0.1:{port}")
        assert (data / "pgdata" / "postmaster.pid").exists()
        with socket.create_connection(("127.0.0.1", port)) as idle:  # a browser's connection kept open
            idle.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(12) == b"HTTP/1.1 200"
            began = time.monotonic()
            process.send_signal(ending)
            assert process.wait(30) == 0
        assert time.monotonic() - began < 12
    assert not (data / "pgdata" / "postmaster.pid").exists()
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


@pytest.mark.cluster
def test_two_services_share_a_database_and_the_last_stops_it(scratch: Path) -> None:
    data, one_port, two_port = scratch / "data", free_port(), free_port()
    one_arguments = ("up", "--no-demo", "--port", str(one_port), "--data", str(data))
    with (
        running(*one_arguments) as one,
        running("serve", "--port", str(two_port), "--data", str(data)) as two,
    ):
        wait_for(one, "answers at")
        wait_for(two, "answers at")
        one.kill()
        one.wait()
        with urlopen(f"http://127.0.0.1:{two_port}/api/v1/health", timeout=30) as answer:
            assert answer.status == 200
        two.send_signal(signal.SIGINT)
        assert two.wait(30) == 0
    assert not (data / "pgdata" / "postmaster.pid").exists()


def test_a_correction_is_set_listed_and_ended(own_engine: Engine, own_database_url: str) -> None:
    with transaction(own_engine) as session:
        seed_basics(session)
        publish(session, source_info(), [offer_record()])
        place = str(session.scalar(select(Offer.location_id)))
    why = ("--reason", "new sign", "--author", "ana")
    made = cercana(
        "correction",
        "set",
        "location",
        place,
        "name",
        "Centro Nuevo",
        *why,
        CERCANA_DATABASE_URL=own_database_url,
    )
    assert made.returncode == 0, made.stderr
    listed = cercana("correction", "list", CERCANA_DATABASE_URL=own_database_url)
    assert "Centro Nuevo" in listed.stdout
    assert place in listed.stdout
    refused = cercana(
        "correction", "set", "location", place, "zone", "UTC", *why, CERCANA_DATABASE_URL=own_database_url
    )
    assert refused.returncode == 1
    assert "location.zone cannot be mended by hand" in refused.stderr
    ended = cercana("correction", "end", "1", CERCANA_DATABASE_URL=own_database_url)
    assert ended.returncode == 0, ended.stderr
