"""Whether a PostgreSQL server can be used as it is, and what to do when it cannot."""

import contextlib
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from directory.cluster_binaries import EXTENSIONS, MINIMUM_MAJOR
from directory.errors import ClusterError

MINIMUM_POSTGIS = (3, 1)

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class ServerReport:
    """What a usable server is."""

    database: str
    postgresql: str
    postgis: str
    created: tuple[str, ...]
    """Extensions that were missing and have just been created."""


def check_server(url: str) -> ServerReport:
    """Look at the server behind a postgresql:// address, and create the extensions it lacks when allowed.

    Raises ClusterError when it is unreachable, too old, or lacks PostGIS, with the statement to run.
    The password in the address is in no message.
    """
    with contextlib.closing(_connect(url)) as connection:
        number, version, database = _row(
            connection,
            "SELECT current_setting('server_version_num'), current_setting('server_version'),"
            " current_database()",
        )
        require_postgresql(int(str(number)), str(version))
        created = create_extensions(connection)
        (postgis,) = _row(connection, "SELECT postgis_lib_version()")
        require_postgis(str(postgis))
        return ServerReport(str(database), str(version), str(postgis), created)


def require_postgresql(number: int, version: str) -> None:
    """Refuse a PostgreSQL that is too old, by its number, such as 150018."""
    if number // 10000 < MINIMUM_MAJOR:
        raise ClusterError(f"PostgreSQL {version} is too old: {MINIMUM_MAJOR} or newer is needed.")


def require_postgis(version: str) -> None:
    """Refuse a PostGIS that is too old, by its version, such as 3.3.2."""
    parts = version.split(".")
    if tuple(int(part) for part in parts[:2]) < MINIMUM_POSTGIS:
        newer = ".".join(str(part) for part in MINIMUM_POSTGIS)
        raise ClusterError(f"PostGIS {version} is too old: {newer} or newer is needed.")


def create_extensions(connection: Connection) -> tuple[str, ...]:
    """Create what is missing of the extensions that Cercana uses; answers their names."""
    found = {
        str(name): installed is not None
        for name, installed in connection.execute(
            "SELECT name, installed_version FROM pg_available_extensions WHERE name = ANY(%s)",
            [list(EXTENSIONS)],
        )
    }
    absent = [name for name in EXTENSIONS if name not in found]
    if absent:
        raise ClusterError(
            f"The server does not have {', '.join(absent)}. Install its package on the server's machine "
            "(Debian and Ubuntu: postgresql-NN-postgis-3, with NN its version) and try again."
        )
    missing = tuple(name for name in EXTENSIONS if not found[name])
    for name in missing:
        _create(connection, name, missing)
    return missing


def _create(connection: Connection, name: str, missing: tuple[str, ...]) -> None:
    try:
        connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        statements = " ".join(f"CREATE EXTENSION IF NOT EXISTS {one};" for one in missing)
        raise ClusterError(
            f"The database {connection.info.dbname} has no {name}, and the role {connection.info.user} "
            f"may not create it. Have its administrator run there: {statements}"
        ) from error


def _connect(url: str) -> Connection:
    try:
        # Without its own limit a host that drops packets would hold the start for minutes.
        limit = conninfo_to_dict(url).get("connect_timeout", 10)
        return psycopg.connect(url, autocommit=True, connect_timeout=limit)
    except psycopg.ProgrammingError:
        raise ClusterError(
            "CERCANA_DATABASE_URL is not an address such as postgresql://user:password@host:5432/database."
        ) from None
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise ClusterError(f"The database server in CERCANA_DATABASE_URL does not answer: {reason}") from None


def _row(connection: Connection, statement: str) -> tuple[object, ...]:
    row = connection.execute(statement.encode()).fetchone()
    if row is None:
        raise ClusterError("The database server gave no answer about itself.")
    return row
