"""Copies of the private database, written by pg_dump: one a day and one before each migration.

A dump outlives what a data folder does not: another major version, a broken disk block, a mistake.
Restore one into an empty database with `pg_restore -U postgres -h DATA/run -d NAME FILE`.
"""

import logging
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from directory.cluster_account import CLEAN_ENVIRONMENT
from directory.cluster_binaries import find_binaries
from directory.cluster_server import data_major
from directory.cluster_space import MB, free_bytes
from directory.errors import ClusterError

KEPT = 7
DUE_AFTER = timedelta(hours=20)
"""Less than a day, so that a machine switched on at a later hour each day still gets its daily dump."""

Kind = Literal["daily", "migration"]

log = logging.getLogger(__name__)


def dump_if_due(data: Path, url: str, *, pgbin: Path | None = None) -> Path | None:
    """Today's dump unless there is a recent one; answers the new file. Raises ClusterError when it fails."""
    newest = max((_made(path) for path in _dumps(data, "daily")), default=None)
    if newest is not None and datetime.now(UTC) - newest < DUE_AFTER:
        return None
    return dump(data, url, kind="daily", pgbin=pgbin)


def dump(data: Path, url: str, *, kind: Kind, pgbin: Path | None = None) -> Path:
    """Write one dump and drop the oldest of its kind beyond those kept. Raises ClusterError when it fails."""
    folder = data / "dumps"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"cercana-{kind}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.dump"
    part = path.with_suffix(".part")
    _require_room(data)
    binaries = find_binaries(pgbin, major=data_major(data))
    command = [binaries.program("pg_dump"), "--format=custom", "--no-password", f"--file={part}", url]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=CLEAN_ENVIRONMENT,
            check=False,
        )
        if done.returncode != 0:
            raise ClusterError(f"pg_dump failed: {' '.join(done.stderr.split())}")
        part.chmod(0o600)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _drop_oldest(data, kind)
    log.info("Wrote %s (%d KB)", path, path.stat().st_size // 1024)
    return path


def _require_room(data: Path) -> None:
    """A dump is smaller than the data; one that fills the disk would do more harm than none."""
    used = sum(path.stat().st_size for path in (data / "pgdata" / "base").rglob("*") if path.is_file())
    free = free_bytes(data)
    if free < used // 2 + 64 * MB:
        raise ClusterError(f"No dump was written: {data} has only {free // MB} MB free.")


def _dumps(data: Path, kind: Kind) -> list[Path]:
    """The dumps of one kind, oldest first."""
    return sorted((data / "dumps").glob(f"cercana-{kind}-*.dump"))


def _made(path: Path) -> datetime:
    """When a dump was made, from its name: the file's own time changes when it is copied."""
    return datetime.strptime(path.stem.rpartition("-")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _drop_oldest(data: Path, kind: Kind) -> None:
    for path in _dumps(data, kind)[:-KEPT]:
        path.unlink()
