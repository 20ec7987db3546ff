"""The database of the tests: a private cluster that stays up while any test process uses it.

Each process gets a database of its own, copied from a template that is migrated once per state of the
schema's files. `session` rolls back; a test that must commit takes `own_engine`, a fresh copy for it alone.
"""

import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from directory import migrate
from directory.cluster import database
from directory.db import make_engine
from directory.server_check import check_server
from directory.settings import ROOT, Settings

TEMPLATE_LOCK = 0x74657374  # advisory: one process at a time makes or sweeps templates
TEMPLATE_DAYS = 1
SCHEMA_FILES = ("migrations/**/*.py", "directory/tables/*.py", "directory/migrate.py")


def cluster_folder() -> Path:
    """Folder of the test cluster; as root one that the server's account can reach, one per checkout."""
    if os.getuid() != 0:
        return ROOT / ".cercana" / "test"
    return Path("/var/lib/cercana-test") / hashlib.sha256(bytes(ROOT)).hexdigest()[:12]


def named(url: str, name: str) -> str:
    """The address of another database on the same server."""
    parts = conninfo_to_dict(url) | {"dbname": name}
    return "postgresql:///?" + "&".join(f"{key}={quote(str(value), safe='')}" for key, value in parts.items())


def schema_digest() -> str:
    """Changes when anything that makes the schema changes."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SCHEMA_FILES for path in ROOT.glob(pattern)):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session", autouse=True)
def _no_networks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Road networks that this machine may have are no part of the tests: each installs its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CERCANA_NETWORKS", str(tmp_path_factory.mktemp("no-networks")))
        yield


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A folder for one test; as root one that the account of a private server can reach."""
    if os.getuid() != 0:
        yield tmp_path
        return
    cluster_folder().parent.mkdir(exist_ok=True)
    with TemporaryDirectory(
        dir=cluster_folder().parent, prefix="scratch-", ignore_cleanup_errors=True
    ) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Address of the server: CERCANA_DATABASE_URL, or a private cluster for the tests."""
    settings = Settings()
    if settings.database_url is None:
        settings = settings.model_copy(update={"data": cluster_folder()})
    with database(settings) as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Name of a migrated database that nobody connects to."""
    name = f"template_{schema_digest()}"
    with closing(psycopg.connect(named(server_url, "postgres"), autocommit=True)) as admin:
        admin.execute("SET lock_timeout = 0")
        admin.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        if Settings().database_url is None:
            _sweep(admin, keep=name)
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _make_template(admin, server_url, name)
    return name


def _make_template(admin: psycopg.Connection[tuple[object, ...]], server_url: str, name: str) -> None:
    """Migrate under another name, then rename: a half-made template is never copied."""
    building = f"test_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
    check_server(named(server_url, building))
    migrate.upgrade(named(server_url, building))
    admin.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name))
    )
    stamp(admin, name)


def stamp(admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Note on a template when it was made, so that it is swept when it is old."""
    admin.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(name), sql.Literal(str(_scalar(admin, "SELECT now()")))
        )
    )


def _sweep(admin: psycopg.Connection[tuple[object, ...]], *, keep: str) -> None:
    """Drop what killed test runs left, and templates of schemas long gone."""
    rows = admin.execute(
        r"SELECT datname, datname LIKE 'template\_%%' AND"
        r" coalesce(shobj_description(oid, 'pg_database'), '-infinity')::timestamptz"
        r" < now() - make_interval(days => %s) FROM pg_database"
        r" WHERE datname LIKE 'test\_%%' OR datname LIKE 'template\_%%'",
        [TEMPLATE_DAYS],
    ).fetchall()
    for name, old in rows:
        parts = str(name).split("_")
        dead = parts[0] == "test" and parts[1].isdigit() and not Path(f"/proc/{parts[1]}").exists()
        if name != keep and (old or dead) and Path("/proc/self").exists():
            _drop(admin, str(name))


def _drop(admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        # Sends autovacuum away by itself, which FORCE may not: that is another role's process.
        admin.execute(statement)
    except psycopg.errors.ObjectInUse:
        admin.execute(statement + sql.SQL(" WITH (FORCE)"))


def _scalar(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> object:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def copied_database(server_url: str, template: str) -> Iterator[str]:
    """A fresh copy of a template, dropped at the end."""
    name = f"test_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    with closing(psycopg.connect(named(server_url, "postgres"), autocommit=True)) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    yield named(server_url, name)
    with closing(psycopg.connect(named(server_url, "postgres"), autocommit=True)) as admin:
        _drop(admin, name)


@pytest.fixture(scope="session")
def database_url(server_url: str, template: str) -> Iterator[str]:
    """Address of this process's migrated database: what a test commits there, later tests see."""
    with copied_database(server_url, template) as url:
        yield url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """Engine on this process's database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is rolled back after the test, whatever it commits (commits are savepoints)."""
    with engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        transaction.rollback()


@pytest.fixture
def own_database_url(server_url: str, template: str) -> Iterator[str]:
    """Address of a migrated, empty database for one test."""
    with copied_database(server_url, template) as url:
        yield url


@pytest.fixture
def own_engine(own_database_url: str) -> Iterator[Engine]:
    """Engine on a database of the test's own, for what really commits (imports, for example)."""
    engine = make_engine(own_database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def module_database_url(server_url: str, template: str) -> Iterator[str]:
    """Address of a migrated, empty database for the tests of one module, which may commit to it."""
    with copied_database(server_url, template) as url:
        yield url


@pytest.fixture(scope="module")
def module_engine(module_database_url: str) -> Iterator[Engine]:
    """Engine on the database of one module."""
    engine = make_engine(module_database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def make_database(server_url: str, template: str) -> Callable[[], object]:
    """Makes further migrated databases: `with make_database() as url:`."""
    return lambda: copied_database(server_url, template)
