"""The migrations make exactly the tables of the code, once, whoever else is migrating."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from uuid import uuid4

import psycopg
import pytest

from directory import migrate
from directory.settings import ROOT
from tests.conftest import named


def test_migrated_database_has_the_tables_of_the_code(own_database_url: str) -> None:
    assert migrate.pending(own_database_url) == []
    assert not migrate.is_new(own_database_url)
    migrate.check(own_database_url)


def test_table_that_no_migration_makes_is_told(own_database_url: str) -> None:
    with psycopg.connect(own_database_url) as connection:
        connection.execute("ALTER TABLE area ADD COLUMN invented int")
    with pytest.raises(migrate.MigrationError, match="invented"):
        migrate.check(own_database_url)


def test_two_that_migrate_at_once_do_not_clash(server_url: str) -> None:
    name = f"test_{uuid4().hex}"
    with closing(psycopg.connect(server_url, autocommit=True)) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template1")
        url = named(server_url, name)
        try:
            assert migrate.is_new(url)
            assert migrate.pending(url)
            migrate_twice(url)
            assert migrate.pending(url) == []
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate_twice(url: str) -> None:
    program = "import sys; from directory.migrate import upgrade; upgrade(sys.argv[1])"
    both = [subprocess.Popen([sys.executable, "-c", program, url], cwd=ROOT) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]


def test_database_of_a_newer_cercana_is_left_alone(
    make_database: Callable[[], AbstractContextManager[str]],
) -> None:
    with make_database() as url:
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        for use in (migrate.pending, migrate.upgrade):
            with pytest.raises(
                migrate.MigrationError, match="version 9999, which this Cercana does not know"
            ):
                use(url)
