"""The account the private server runs as, and the folders it may touch.

PostgreSQL refuses to run as root, so a root manager drops to the `postgres` account for its programs.
"""

import contextlib
import hashlib
import os
import pwd
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from directory.errors import ClusterError

SOCKET_NAME_BYTES = len("/.s.PGSQL.5432")
SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107
CLEAN_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """Who runs the server, and who manages it (the same one unless the manager is root)."""

    name: str
    uid: int
    gid: int
    manager: str

    @property
    def dropped(self) -> bool:
        """Whether the manager is root and the server is not."""
        return self.uid != os.getuid()

    def run(
        self, command: Sequence[str], *, keep: tuple[int, ...] = (), seconds: float = 300
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program as this account with a clean environment; `keep` names descriptors it inherits."""
        other = {"user": self.uid, "group": self.gid, "extra_groups": []} if self.dropped else {}
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=CLEAN_ENVIRONMENT,
            cwd="/",
            umask=0o077,
            pass_fds=keep,
            timeout=seconds,
            check=False,
            **other,
        )

    def own(self, folder: Path) -> None:
        """Make a folder this account's own and nobody else's."""
        folder.chmod(0o700)
        if self.dropped:
            os.chown(folder, self.uid, self.gid)

    def write(self, path: Path, text: str) -> None:
        """Write a file of this account's. Never through a link: root must not be led out of the folder."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            if self.dropped:
                os.fchown(descriptor, self.uid, self.gid)
            file.write(text)


def server_account() -> Account:
    """The account for the server: `postgres` when run by root, otherwise the one that runs this."""
    uid = os.getuid()
    if uid == 0:
        try:
            entry = pwd.getpwnam("postgres")
        except KeyError:
            raise ClusterError(
                "PostgreSQL does not run as root and there is no account `postgres` to run it as. "
                "Make one (useradd --system postgres), or start this as an ordinary user."
            ) from None
        return Account("postgres", entry.pw_uid, entry.pw_gid, "root")
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise ClusterError(
            f"User id {uid} has no entry in the password file, and PostgreSQL refuses to run without one. "
            "Add one, or use libnss-wrapper, or name another server in CERCANA_DATABASE_URL."
        ) from None
    return Account(entry.pw_name, uid, entry.pw_gid, entry.pw_name)


def make_data_folder(data: Path, account: Account) -> None:
    """Make the data folder, and see that the server's account can get into it.

    Raises ClusterError when it cannot be made, cannot be reached, or holds somebody else's files.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in data.iterdir()}
        probe = data / "bringup.lock"
        ours = not probe.exists() or os.access(probe, os.R_OK | os.W_OK)
        if not ours or not os.access(data, os.W_OK | os.X_OK):
            raise PermissionError(13, "it belongs to another account", str(data))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ClusterError(
            f"The data folder {data} cannot be used: {reason}. Choose another with --data."
        ) from error
    # Road networks may be built before the first start.
    if names - {"networks"} and "bringup.lock" not in names:
        raise ClusterError(
            f"The folder {data} is not empty and was not made by Cercana. "
            "Choose an empty or new one with --data."
        )
    if account.dropped:
        _require_reachable(data, account)


def _require_reachable(data: Path, account: Account) -> None:
    """Root owns the data folder but the server's account must pass through every folder above it."""
    data.chmod(data.stat().st_mode | 0o011)
    if account.run(["test", "-x", str(data)]).returncode != 0:
        closed = [str(one) for one in reversed(data.parents) if not one.stat().st_mode & 0o001]
        raise ClusterError(
            f"The account `{account.name}`, which runs PostgreSQL when root starts it, cannot reach {data} "
            f"(closed to it: {', '.join(closed) or data}). Choose a folder it can reach, "
            "such as --data /var/lib/cercana."
        )


def socket_folder(data: Path, account: Account) -> Path:
    """The folder of the server's socket: in the data folder, or a short private one when that is too long.

    The kernel cuts socket addresses at 107 bytes (103 on macOS).
    """
    inside = data / "run"
    if len(os.fsencode(inside)) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES:
        inside.mkdir(exist_ok=True)
        account.own(inside)
        return inside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"cercana-{account.uid}-{digest}"
    with contextlib.suppress(FileExistsError):
        short.mkdir(mode=0o700)
    if short.lstat().st_uid == os.getuid() and not short.is_symlink():
        account.own(short)
    # Anyone may write to the temporary folder: a link or a folder that another account put there is refused.
    seen = short.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != account.uid or seen.st_mode & 0o077:
        raise ClusterError(f"{short} is not a private folder of `{account.name}`. Remove it and start again.")
    return short
