"""The programs that are found, the dumps that are kept, and the disk that runs short."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from directory.cluster import private_cluster
from directory.cluster_binaries import find_binaries, inspect_folder
from directory.cluster_space import BALLAST_BYTES, MB, make_room
from directory.dumps import KEPT, dump, dump_if_due
from directory.errors import ClusterError

pytestmark = pytest.mark.cluster


def test_programs_are_named_or_told(tmp_path: Path) -> None:
    found = find_binaries()
    assert find_binaries(found.folder) == found
    assert find_binaries(major=found.major).major == found.major
    with pytest.raises(ClusterError, match=r"CERCANA_PGBIN names .*initdb, .* missing"):
        find_binaries(tmp_path)
    with pytest.raises(
        ClusterError, match=rf"PostgreSQL 99 with PostGIS is needed\. Found: PostgreSQL {found.major}"
    ):
        find_binaries(major=99)
    with pytest.raises(ClusterError, match=r"CERCANA_PGBIN names PostgreSQL .* made by PostgreSQL 99"):
        find_binaries(found.folder, major=99)


def test_programs_without_postgis_do_not_count(tmp_path: Path) -> None:
    found = find_binaries()
    (tmp_path / "bin").mkdir()
    for program in ("initdb", "pg_ctl", "postgres", "pg_dump"):
        (tmp_path / "bin" / program).symlink_to(found.folder / program)
    config = tmp_path / "bin" / "pg_config"
    config.write_text(f"#!/bin/sh\necho {tmp_path}/share\n")
    config.chmod(0o755)
    assert inspect_folder(tmp_path / "bin") == (
        None,
        "without postgis, intarray, btree_gist, pg_trgm, unaccent",
    )


def test_dumps_are_daily_kept_seven_and_restore(scratch: Path) -> None:
    data = scratch / "data"
    with private_cluster(data) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (place geography(Point,4326))")
            connection.execute("INSERT INTO kept VALUES ('POINT(-70 -33)')")
            connection.execute("CREATE DATABASE restored")
        first = dump_if_due(data, url)
        assert first is not None
        assert first.stat().st_mode & 0o077 == 0
        assert dump_if_due(data, url) is None
        for day in range(10, 20):
            shutil.copy(first, first.with_name(f"cercana-daily-202001{day}T000000Z.dump"))
        dump(data, url, kind="daily")
        assert len(list((data / "dumps").iterdir())) == KEPT
        target = url.replace("/cercana?", "/restored?").replace("user=cercana", "user=postgres")
        done = subprocess.run(
            [find_binaries().program("pg_restore"), "-d", target, str(first)],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        with psycopg.connect(target) as connection:
            assert connection.execute("SELECT ST_AsText(place) FROM kept").fetchone() == ("POINT(-70 -33)",)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of a few megabytes in memory; skips the test where mounting is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_short_disk_refuses_a_first_start(scratch: Path) -> None:
    with small_disk(scratch, 100):
        short = pytest.raises(ClusterError, match=r"has 100 MB free, and a first start needs 400 MB")
        with short, private_cluster(scratch):
            pass
        assert not (scratch / "pgdata").exists()


def test_ballast_is_dropped_when_the_disk_is_short(scratch: Path) -> None:
    with small_disk(scratch, 220):
        make_room(scratch, first=False)
        assert (scratch / "ballast").stat().st_blocks * 512 >= BALLAST_BYTES
        (scratch / "full").write_bytes(bytes(110 * MB))
        make_room(scratch, first=False)
        assert not (scratch / "ballast").exists()
        make_room(scratch, first=False)
        assert not (scratch / "ballast").exists()
