"""The private PostGIS server: found, made, started for the first who needs it, stopped by the last.

Two locks in the data folder, both freed by the kernel when their holder dies, so nothing goes stale:
`bringup.lock` is held alone while the server is made and started, `users.lock` is shared by every process
that uses it. Who can take `users.lock` alone is the last one and stops the server. The lock files'
descriptors are not inheritable, or the server itself would hold them for ever.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote

from directory.cluster_account import make_data_folder, server_account
from directory.cluster_binaries import Binaries, find_binaries
from directory.cluster_server import Server, admin, data_major, make_cluster, start, stop
from directory.cluster_space import make_room
from directory.errors import ClusterError
from directory.server_check import Connection, ServerReport, check_server, create_extensions
from directory.settings import Settings

__all__ = ["ServerReport", "check_server", "database", "default_data_folder", "private_cluster", "socket_url"]

ROOT_DATA = Path("/var/lib/cercana")


def default_data_folder(settings: Settings) -> Path:
    """The folder in the settings; else /var/lib/cercana for root; else one in the home."""
    if settings.data is not None:
        return settings.data.expanduser().absolute()
    return ROOT_DATA if os.getuid() == 0 else Path.home() / ".local" / "share" / "cercana"


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Address of the database to use: the one named in the settings, or that of a private cluster."""
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        check_server(url)
        yield url
        return
    with private_cluster(default_data_folder(settings), pgbin=settings.pgbin) as url:
        yield url


@contextmanager
def private_cluster(data: Path, *, pgbin: Path | None = None) -> Iterator[str]:
    """Use the private cluster in a folder: made and started when need be, stopped by its last user.

    Yields a postgresql:// address. Raises ClusterError with what to do.
    """
    data = data.absolute()
    account = server_account()
    make_data_folder(data, account)
    with _lock_file(data / "users.lock") as users:
        server: Server | None = None
        try:
            with _lock_file(data / "bringup.lock") as bringup:
                fcntl.flock(bringup, fcntl.LOCK_EX)
                # Waits while a last user is stopping the server: it holds this lock alone until that is done.
                fcntl.flock(users, fcntl.LOCK_SH)
                server = Server(data, _binaries(data, pgbin), account)
                url = _bring_up(server, bringup)
            yield url
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            if server is not None:
                _stop_when_last(server, users)


def socket_url(sockets: Path, name: str = "cercana") -> str:
    """Address of a database behind a socket folder."""
    return f"postgresql:///{name}?host={quote(str(sockets), safe='')}&port=5432&user=cercana"


def _binaries(data: Path, pgbin: Path | None) -> Binaries:
    """The programs for a folder. Data of a major version that is not installed are told, and left alone."""
    major = data_major(data)
    try:
        return find_binaries(pgbin, major=major)
    except ClusterError as error:
        if major is None:
            raise
        raise ClusterError(
            f"The data in {data} was made by PostgreSQL {major}, and is left untouched. {error} "
            f"Or start with an empty --data folder and restore the newest file of {data / 'dumps'} into it "
            "with pg_restore."
        ) from error


def _bring_up(server: Server, bringup: int) -> str:
    first = not server.pgdata.exists()
    make_room(server.data, first=first)
    if first:
        make_cluster(server, bringup)
    sockets = start(server)
    with contextlib.closing(admin(sockets, "postgres")) as connection:
        _make_database(connection, sockets)
    return socket_url(sockets)


def _make_database(connection: Connection, sockets: Path) -> None:
    """The role and the database, whatever an earlier start had time for.

    The extensions go into template1, so every database made later has them: PostGIS needs an administrator,
    and the role `cercana` is none (it may make databases, for the tests and for restoring a dump).
    """
    if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = 'cercana'"):
        # A killed first start may have left sessions at this very work: no others can be here while we hold
        # the bring-up lock.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
    if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = 'cercana'"):
        connection.execute("CREATE ROLE cercana LOGIN CREATEDB")
    if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = 'cercana'"):
        with contextlib.closing(admin(sockets, "template1")) as template:
            create_extensions(template)
        connection.execute("CREATE DATABASE cercana OWNER cercana TEMPLATE template1")
    with contextlib.closing(admin(sockets, "cercana")) as own:
        _update_postgis(own)


def _update_postgis(connection: Connection) -> None:
    """After the machine got a newer PostGIS the functions in the database must follow."""
    newer = "SELECT 1 FROM pg_available_extensions WHERE installed_version <> default_version"
    if _exists(connection, f"{newer} AND name = 'postgis'"):
        connection.execute("SELECT postgis_extensions_upgrade()")


def _exists(connection: Connection, query: LiteralString) -> bool:
    return connection.execute(query).fetchone() is not None


def _stop_when_last(server: Server, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    stop(server)


@contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
