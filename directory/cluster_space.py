"""Room on the disk: a server that runs out of it cannot even open a session to delete something.

So a ballast file keeps some back: deleted when space is short, it lets one start, look and clean up.
"""

import logging
import os
import shutil
from pathlib import Path

from directory.errors import ClusterError

MB = 2**20
BALLAST_BYTES = 48 * MB
FIRST_BYTES = 400 * MB
LOW_BYTES = 96 * MB

log = logging.getLogger(__name__)


def make_room(data: Path, *, first: bool) -> None:
    """See that there is room: refuse to make a cluster without it, drop the ballast when it is short."""
    free = free_bytes(data)
    ballast = data / "ballast"
    if first and free < FIRST_BYTES:
        raise ClusterError(
            f"{data} has {free // MB} MB free, and a first start needs {FIRST_BYTES // MB} MB. "
            "Free some space or choose another folder with --data."
        )
    if free < LOW_BYTES and ballast.exists():
        ballast.unlink()
        log.warning("%s has %d MB free: the ballast file was deleted. Free some space.", data, free // MB)
    elif not ballast.exists() and free > LOW_BYTES + 2 * BALLAST_BYTES:
        _write_ballast(ballast)


def free_bytes(folder: Path) -> int:
    """Bytes free for this account on the disk of a folder, or of the nearest folder above it that exists."""
    for one in (folder, *folder.parents):
        if one.exists():
            return shutil.disk_usage(one).free
    raise ClusterError(f"{folder} is on no disk.")


def _write_ballast(path: Path) -> None:
    """A file of real blocks (not a hole); not made at all on a disk that cannot keep blocks aside."""
    with path.open("wb") as file:
        try:
            os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)
        except (OSError, AttributeError):
            for _ in range(BALLAST_BYTES // MB):
                file.write(os.urandom(MB))
