"""The private server under real processes, real kills and real folders."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from directory.cluster import private_cluster
from directory.cluster_account import server_account
from directory.errors import ClusterError
from directory.settings import ROOT

pytestmark = pytest.mark.cluster

MANAGER = """
import sys, psycopg
from pathlib import Path
from directory.cluster import private_cluster
with private_cluster(Path(sys.argv[1])) as url:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    print(url, row[0], flush=True)
    sys.stdin.read()
"""


@contextmanager
def manager(data: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that uses the cluster until its input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", MANAGER, str(data)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        yield process
        process.kill()


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def close(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(60) == 0


def postmaster(data: Path) -> int:
    return int((data / "pgdata" / "postmaster.pid").read_text().splitlines()[0])


def children(pid: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


def kill(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def refuse(data: Path, words: str) -> None:
    """See that a folder is refused, in these words."""
    with pytest.raises(ClusterError, match=words), private_cluster(data):
        pass


@pytest.fixture
def data(scratch: Path) -> Iterator[Path]:
    """A folder for a cluster; what a failed test left running there is killed."""
    folder = scratch / "data"
    yield folder
    if (folder / "pgdata" / "postmaster.pid").exists():
        pid = postmaster(folder)
        kill(pid, *children(pid))
    shutil.rmtree(folder, ignore_errors=True)


def test_cold_start_attach_and_stop_by_the_last(data: Path) -> None:
    with private_cluster(data) as url:
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT postgis_lib_version(), current_setting('listen_addresses'),"
                " current_setting('data_checksums'), current_setting('client_connection_check_interval'),"
                " datcollate, current_setting('is_superuser')"
                " FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            assert row is not None
            assert row[1:] == ("", "on", "1s", row[4], "off")
            assert row[4] in {"C.UTF-8", "C"}
        with manager(data) as other:
            assert first_line(other).startswith(url)
            close(other)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not (data / "pgdata" / "postmaster.pid").exists()
    assert (data / "run").stat().st_mode & 0o077 == 0


def test_first_user_leaves_before_the_second(data: Path) -> None:
    with manager(data) as second:
        with private_cluster(data):
            first_line(second)
        assert (data / "pgdata" / "postmaster.pid").exists()
        close(second)
    assert not (data / "pgdata" / "postmaster.pid").exists()


def test_two_that_race_make_one_cluster(data: Path) -> None:
    with manager(data) as one, manager(data) as two, manager(data) as three:
        lines = {first_line(one), first_line(two), first_line(three)}
        assert len(lines) == 1
        for process in (one, two, three):
            close(process)
    assert not (data / "pgdata" / "postmaster.pid").exists()


def write_until_killed(url: str, acknowledged: list[int]) -> None:
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
        for number in range(100_000):
            connection.execute("INSERT INTO written VALUES (%s)", [number])
            acknowledged.append(number)


def everything(data: Path) -> list[int]:
    pid = postmaster(data)
    return [pid, *children(pid)]


@pytest.mark.parametrize(
    "victims", [lambda data: [postmaster(data)], everything], ids=["postmaster", "postmaster and children"]
)
def test_kill_under_writes_loses_nothing_acknowledged(
    data: Path, victims: Callable[[Path], list[int]]
) -> None:
    acknowledged: list[int] = []
    with private_cluster(data) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE written (number int PRIMARY KEY)")
        writer = threading.Thread(target=write_until_killed, args=(url, acknowledged))
        writer.start()
        time.sleep(0.4)
        kill(*victims(data))
        with private_cluster(data) as again, psycopg.connect(again) as connection:
            found = {row[0] for row in connection.execute("SELECT number FROM written")}
        writer.join(30)
    assert len(acknowledged) > 10
    assert set(acknowledged) <= found
    assert len(found) - len(acknowledged) <= 1


def test_killed_manager_leaves_a_server_that_the_next_one_uses_and_stops(data: Path) -> None:
    with manager(data) as first:
        first_line(first)
        before = postmaster(data)
        first.kill()
        first.wait()
    with private_cluster(data) as url, psycopg.connect(url):
        assert postmaster(data) == before
    assert not (data / "pgdata" / "postmaster.pid").exists()


def test_killed_during_the_first_start(data: Path) -> None:
    for _ in range(3):
        with manager(data) as first:
            time.sleep(random.uniform(0.3, 1.6))
            first.kill()
    with private_cluster(data) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT postgis_lib_version()").fetchone()
    assert not (data / "pgdata.new").exists()


def test_pid_file_that_names_another_program(data: Path) -> None:
    with private_cluster(data):
        pid = postmaster(data)
        kill(pid, *children(pid))
        account = server_account()
        other = {"user": account.uid, "group": account.gid} if account.dropped else {}
        with subprocess.Popen(["sleep", "20"], **other) as sleeper:  # type: ignore[call-overload]
            file = data / "pgdata" / "postmaster.pid"
            lines = file.read_text().splitlines()
            file.write_text("\n".join([str(sleeper.pid), *lines[1:]]) + "\n")
            with private_cluster(data) as url, psycopg.connect(url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            assert sleeper.poll() is None
            sleeper.kill()


def test_long_folder_with_accents_and_a_space(scratch: Path) -> None:
    data = scratch / ("Atención médica 'Ñuñoa' " + "x" * 100)
    with private_cluster(data) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert connection.info.host.startswith("/")
        assert len(os.fsencode(connection.info.host)) < 90
        sockets = Path(connection.info.host)
        assert sockets.lstat().st_mode & 0o077 == 0
    shutil.rmtree(sockets)


def test_other_major_version_is_told_and_left_alone(scratch: Path) -> None:
    data = scratch / "data"
    (data / "pgdata").mkdir(parents=True)
    (data / "bringup.lock").touch()
    (data / "pgdata" / "PG_VERSION").write_text("11\n")
    refuse(data, r"made by PostgreSQL 11, and is left untouched.*pg_restore")
    assert [path.name for path in (data / "pgdata").iterdir()] == ["PG_VERSION"]


def test_somebody_elses_folder_is_refused(scratch: Path) -> None:
    (scratch / "thesis.odt").touch()
    with (
        pytest.raises(ClusterError, match=r"not empty and was not made by Cercana"),
        private_cluster(scratch),
    ):
        pass
    assert [path.name for path in scratch.iterdir()] == ["thesis.odt"]


def test_file_in_place_of_the_folder_is_refused(scratch: Path) -> None:
    (scratch / "data").touch()
    refuse(scratch / "data", r"cannot be used: File exists.*--data")


@pytest.mark.skipif(os.getuid() != 0, reason="only root drops to another account")
def test_folder_that_the_servers_account_cannot_reach(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    refuse(tmp_path / "closed" / "data", r"`postgres`.*cannot reach.*closed.*--data /var/lib/cercana")
