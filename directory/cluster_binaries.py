"""Where the PostgreSQL programs are: only folders whose share directory also has PostGIS count.

The first `initdb` on PATH is never trusted: a machine with two PostgreSQL versions may put the one without
PostGIS there, and a data folder can only be opened by the major version that made it.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from directory.errors import ClusterError

MINIMUM_MAJOR = 14
PROGRAMS = ("initdb", "pg_ctl", "postgres", "pg_dump", "pg_config")
EXTENSIONS = ("postgis", "intarray", "btree_gist", "pg_trgm", "unaccent")
INSTALL_HINT = (
    "Debian and Ubuntu: sudo apt-get install postgresql-postgis; macOS: brew install postgresql@17 postgis"
)


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL version that has PostGIS."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Path of one program, such as initdb."""
        return str(self.folder / name)


def find_binaries(pgbin: Path | None = None, *, major: int | None = None) -> Binaries:
    """The newest usable PostgreSQL, or the one of a given major version.

    `pgbin` is the folder a person named (CERCANA_PGBIN): then no other is looked at.
    Raises ClusterError with what was looked at and how to get what is missing.
    """
    if pgbin is not None:
        return _named(pgbin, major)
    usable, refused = _all_binaries()
    fitting = [one for one in usable if major is None or one.major == major]
    if fitting:
        return max(fitting, key=lambda one: one.major)
    raise ClusterError(_missing(usable, refused, major))


def _named(pgbin: Path, major: int | None) -> Binaries:
    found, problem = inspect_folder(pgbin)
    if found is None:
        raise ClusterError(f"CERCANA_PGBIN names {pgbin}, which cannot be used: {problem}.")
    if major is not None and found.major != major:
        raise ClusterError(
            f"CERCANA_PGBIN names PostgreSQL {found.major}, "
            f"but the data folder was made by PostgreSQL {major}."
        )
    return found


def _missing(usable: list[Binaries], refused: list[str], major: int | None) -> str:
    wanted = f"PostgreSQL {major}" if major is not None else f"PostgreSQL {MINIMUM_MAJOR} or newer"
    seen = [f"PostgreSQL {one.major} in {one.folder}" for one in usable] + refused
    looked = f" Found: {'; '.join(seen)}." if seen else " None was found."
    return (
        f"{wanted} with PostGIS is needed.{looked} {INSTALL_HINT}; "
        "or name the folder with initdb in CERCANA_PGBIN."
    )


def _all_binaries() -> tuple[list[Binaries], list[str]]:
    """Every usable version once, and why the others were refused."""
    usable: dict[Path, Binaries] = {}
    refused: dict[Path, str] = {}
    for folder in _candidates():
        real = folder.resolve()
        if real in usable or real in refused:
            continue
        found, problem = inspect_folder(folder)
        if found is None:
            refused[real] = f"{folder} ({problem})"
        else:
            usable[real] = found
    return list(usable.values()), list(refused.values())


def _candidates() -> Iterator[Path]:
    """Folders that may hold the programs, on Debian, Fedora, macOS, and wherever pg_config points."""
    roots = (
        (Path("/usr/lib/postgresql"), "*/bin"),
        (Path("/usr"), "pgsql-*/bin"),
        (Path("/Applications/Postgres.app/Contents/Versions"), "*/bin"),
        (Path("/opt/homebrew/opt"), "postgresql@*/bin"),
        (Path("/usr/local/opt"), "postgresql@*/bin"),
    )
    for root, pattern in roots:
        yield from sorted(root.glob(pattern))
    for command, folder in ((("brew", "--prefix", "postgresql"), "bin"), (("pg_config", "--bindir"), "")):
        answer = _answer(*command) if shutil.which(command[0]) else None
        if answer and (Path(answer) / folder / "initdb").exists():
            yield Path(answer) / folder


def inspect_folder(folder: Path) -> tuple[Binaries | None, str]:
    """The programs in a folder, or None and the reason why they cannot be used."""
    absent = [name for name in PROGRAMS if not (folder / name).exists()]
    if absent:
        return None, f"{', '.join(absent)} missing"
    share = _answer(str(folder / "pg_config"), "--sharedir")
    version = _answer(str(folder / "postgres"), "--version")
    number = re.search(r"\b(\d+)[.\w]", version or "")
    if share is None or number is None:
        return None, "its programs do not run"
    major = int(number[1])
    if major < MINIMUM_MAJOR:
        return None, f"PostgreSQL {major} is too old"
    control = [name for name in EXTENSIONS if not (Path(share) / "extension" / f"{name}.control").exists()]
    if control:
        return None, f"without {', '.join(control)}"
    return Binaries(folder, major), ""


def _answer(*command: str) -> str | None:
    """First line a program prints, or None when it fails to run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
