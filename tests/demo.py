"""The demonstration data in a database of the tests: loaded once per state of the code, then copied.

Import the fixtures where they are used: `from tests.demo import demo_app, demo_engine  # noqa: F401`.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql
from sqlalchemy import Engine

from api.main import create_app
from directory import calendar_store
from directory.db import make_engine
from directory.settings import ROOT, Settings
from importers.areas import load_country
from importers.demo import load_demo
from tests.conftest import TEMPLATE_LOCK, cluster_folder, copied_database, named, stamp

# The demonstration's calendars begin here, so that answers of tests do not depend on the day they run.
DEMO_DAY = date(2026, 9, 1)
SOURCES = (
    "directory/**/*.py",
    "importers/**/*.py",
    "fixtures/country/**/*",
    "fixtures/demo/*.py",
    "migrations/**/*.py",
)


def demo_settings() -> Settings:
    """Settings of the demonstration in tests: files go beside the test cluster."""
    return Settings(data=cluster_folder().parent / "demo", horizon_days=120)


def demo_digest() -> str:
    """Changes when anything that makes the demonstration changes."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()):
        if "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def demo_template(server_url: str, template: str) -> str:
    """Name of a database with the country and the demonstration, that nobody connects to."""
    name = f"template_demo_{demo_digest()}"
    with closing(psycopg.connect(named(server_url, "postgres"), autocommit=True)) as admin:
        admin.execute("SET lock_timeout = 0")
        admin.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK + 1])
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            _make(admin, server_url, template, name)
    return name


def _make(admin: psycopg.Connection[tuple[object, ...]], server_url: str, template: str, name: str) -> None:
    with copied_database(server_url, template) as url:
        engine = make_engine(url)
        settings = demo_settings()
        load_country(engine, settings)
        load_demo(engine, settings, today=DEMO_DAY)
        calendar_store.extend(engine, settings, today=DEMO_DAY)
        engine.dispose()
        database = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        admin.execute(copied.format(sql.Identifier(name), sql.Identifier(str(database))))
        stamp(admin, name)


@pytest.fixture(scope="session")
def demo_url(server_url: str, demo_template: str) -> Iterator[str]:
    """Address of this process's copy of the demonstration. Tests read it; what they write, later tests see."""
    with copied_database(server_url, demo_template) as url:
        yield url


@pytest.fixture(scope="session")
def demo_engine(demo_url: str) -> Iterator[Engine]:
    """Engine on the demonstration."""
    engine = make_engine(demo_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def demo_app(demo_engine: Engine) -> FastAPI:
    """The whole service on the demonstration."""
    return create_app(demo_settings(), demo_engine)
