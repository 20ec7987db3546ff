"""Running a reader in a child process with little memory, little time, no network and an empty environment.

What a native library does with a hostile file then ends with the child, and never with the import.
"""

import json
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

from importers.errors import ImportFileError
from importers.guards import Limits

ROOT = Path(__file__).resolve().parent.parent
_LONGEST_LINE = 64 * 1024 * 1024


@cache
def _without_network() -> tuple[str, ...]:
    """The command that takes the network away, where this system lets us: as root, or in a user namespace."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    for prefix in ((unshare, "-n", "--"), (unshare, "-r", "-n", "--")):
        done = subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=10)
        if done.returncode == 0:
            return prefix
    return ()


@contextmanager
def answers(module: str, arguments: Sequence[str], path: Path, limits: Limits) -> Iterator[Iterator[Any]]:
    """JSON values printed by `python -m module arguments`, one a line, as they come.

    ImportFileError with the child's own words when it says so, or when it dies, or takes too long.
    """
    command = [*_without_network(), sys.executable, "-I", "-c", _START, str(ROOT), module, *arguments]
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        start_new_session=True,
    )
    _limit(child.pid, limits)
    alarm = threading.Timer(limits.child_seconds, child.kill)
    alarm.start()
    assert child.stdout is not None
    try:
        yield _values(child, child.stdout, path)
    finally:
        alarm.cancel()
        child.kill()
        child.wait()
        child.stdout.close()


# The working directory is no part of the path (-I), so that no file beside the import can be a module.
_START = (
    "import sys, runpy; sys.path.insert(0, sys.argv[1]); module = sys.argv[2]; "
    "sys.argv = sys.argv[2:]; runpy.run_module(module, run_name='__main__')"
)


def _limit(pid: int, limits: Limits) -> None:
    """Bound the child before it opens the file: it starts by importing, which takes far longer than this."""
    if not hasattr(resource, "prlimit"):
        return  # macOS: the clock still bounds it
    for what, most in (
        (resource.RLIMIT_AS, limits.child_memory),
        (resource.RLIMIT_CPU, limits.child_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.prlimit(pid, what, (most, most))


def _values(child: "subprocess.Popen[bytes]", output: IO[bytes], path: Path) -> Iterator[Any]:
    while line := output.readline(_LONGEST_LINE):
        if not line.endswith(b"\n"):
            break  # died in the middle of a line, or the line has no end
        value = json.loads(line)
        if isinstance(value, dict) and "problem" in value:
            raise ImportFileError(value["problem"], file=path, mend=value["mend"], row=value.get("row"))
        yield value
    if child.wait() != 0 or line:
        raise ImportFileError(
            "no se pudo leer con seguridad: está dañado, o pide demasiada memoria o tiempo",
            file=path,
            mend="ábralo y guárdelo de nuevo, o expórtelo como CSV",
        )
