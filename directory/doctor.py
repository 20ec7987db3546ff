"""Looks at the machine and says in plain words what is there, what is missing, and how to mend it."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from directory.cluster import check_server, default_data_folder
from directory.cluster_binaries import find_binaries
from directory.cluster_server import data_major
from directory.cluster_space import FIRST_BYTES, LOW_BYTES, MB, free_bytes
from directory.db import make_engine
from directory.errors import ClusterError, DirectoryError
from directory.migrate import pending
from directory.settings import ROOT, Settings
from directory.status import Status, read_status

Verdict = Literal["good", "missing", "advice"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Finding:
    """One thing looked at. mend is what to do unless the verdict is good; only missing ones are faults."""

    verdict: Verdict
    subject: str
    found: str
    mend: str = ""


def examine_machine(settings: Settings) -> Iterator[Finding]:
    """Programs, folder and disk: what can be said without a database."""
    python = platform.python_version()
    enough = sys.version_info >= (3, 12)
    yield Finding(
        "good" if enough else "missing", "Python", python, "" if enough else "Install Python 3.12 or newer."
    )
    yield _program("uv", ("uv", str(ROOT / ".cercana/tools/bin/uv")), "needed to update: ./run installs it")
    yield _program("Chromium", CHROMIUM, "needed for browser tests only: ./test installs it")
    if settings.database_url is None:
        data = default_data_folder(settings)
        yield _asked("PostgreSQL and PostGIS", lambda: _binaries(settings, data))
        yield _folder(data)
        yield _disk(data)


def examine_database(settings: Settings, url: str) -> Iterator[Finding]:
    """The database behind an address: reachable, migrated, filled, fresh."""
    server = _asked("Database", lambda: _server(url))
    yield server
    if server.verdict != "good":
        return
    schema = _asked("Migrations", lambda: ", ".join(pending(url)) or "none pending")
    if schema.verdict == "good" and schema.found != "none pending":
        schema = Finding("missing", "Migrations", f"pending: {schema.found}", "Run `cercana migrate`.")
    yield schema
    if schema.verdict == "good":
        engine = make_engine(url, pool_size=1)
        try:
            yield from _contents(read_status(engine))
        finally:
            engine.dispose()


def _contents(status: Status) -> Iterator[Finding]:
    areas, offers = status.counts["areas"], status.counts["offers"]
    load = "Run `cercana demo`, or `cercana areas load`."
    yield Finding("good" if areas else "missing", "Areas", f"{areas}", "" if areas else load)
    bring = "Run `cercana demo`, or import a file (`cercana import list`)."
    yield Finding("good" if offers else "advice", "Offers", f"{offers}", "" if offers else bring)
    for source in status.sources:
        age = "never finished" if source["age_days"] is None else f"{source['age_days']} days old"
        verdict: Verdict = "advice" if source["stale"] else "good"
        mend = f"Import a newer file of {source['id']}." if source["stale"] else ""
        yield Finding(verdict, f"Data of {source['id']}", age, mend)


def _program(subject: str, names: tuple[str, ...], why: str) -> Finding:
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        return Finding("advice", subject, "not found", f"{why[0].upper()}{why[1:]}.")
    return Finding("good", subject, found)


def _asked(subject: str, ask: Callable[[], str]) -> Finding:
    """What a question answers, or its error as a fault with the mend in its own words."""
    try:
        return Finding("good", subject, ask())
    except DirectoryError as error:
        return Finding("missing", subject, "not usable", str(error))


def _binaries(settings: Settings, data: Path) -> str:
    found = find_binaries(settings.pgbin, major=data_major(data))
    return f"PostgreSQL {found.major} in {found.folder}"


def _server(url: str) -> str:
    report = check_server(url)
    return f"{report.database}: PostgreSQL {report.postgresql}, PostGIS {report.postgis}"


def _folder(data: Path) -> Finding:
    try:
        made = data_major(data) is not None
    except ClusterError as error:
        return Finding("missing", "Data folder", str(data), str(error))
    return Finding("good", "Data folder", f"{data} ({'in use' if made else 'made at the first start'})")


def _disk(data: Path) -> Finding:
    free, needed = free_bytes(data), LOW_BYTES if (data / "pgdata").exists() else FIRST_BYTES
    mend = "" if free >= needed else f"Free some space: {needed // MB} MB are needed."
    return Finding("missing" if mend else "good", "Disk space", f"{free // MB} MB free", mend)
