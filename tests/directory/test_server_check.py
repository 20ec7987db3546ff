"""What is said about a server that cannot be used as it is, on a real one."""

import socket
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from directory.cluster import check_server, database
from directory.errors import ClusterError
from directory.server_check import require_postgis, require_postgresql
from directory.settings import Settings


def test_usable_server_is_described(database_url: str) -> None:
    report = check_server(database_url)
    assert report.postgis.split(".")[0].isdigit()
    assert report.created == ()


def test_missing_postgis_names_the_statement_to_run(server_url: str) -> None:
    with closing(psycopg.connect(server_url, autocommit=True)) as admin:
        if admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,):
            pytest.skip("an administrator may create PostGIS, so it is never missing")
        name = f"test_{uuid4().hex}"
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        bare = make_conninfo(server_url, dbname=name)
        parts = conninfo_to_dict(bare)
        try:
            with pytest.raises(ClusterError) as caught:
                check_server(make_conninfo("", **parts))
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    told = str(caught.value)
    assert f"The database {name} has no postgis" in told
    assert "CREATE EXTENSION IF NOT EXISTS postgis;" in told


def test_server_that_does_not_answer_is_told_without_the_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    settings = Settings(database_url=SecretStr(f"postgresql://ana:geheim@127.0.0.1:{port}/x"))
    with (
        pytest.raises(ClusterError, match="CERCANA_DATABASE_URL does not answer") as caught,
        database(settings),
    ):
        pass
    assert "geheim" not in str(caught.value)
    assert "geheim" not in repr(settings)


def test_text_that_is_no_address_is_told() -> None:
    with pytest.raises(ClusterError, match="is not an address such as postgresql://"):
        check_server("my database=?")


@pytest.mark.parametrize(("number", "version"), [(130012, "13.12"), (90624, "9.6.24")])
def test_old_postgresql_is_refused(number: int, version: str) -> None:
    with pytest.raises(ClusterError, match=rf"PostgreSQL {version} is too old: 14 or newer"):
        require_postgresql(number, version)
    require_postgresql(140000, "14.0")


def test_old_postgis_is_refused() -> None:
    with pytest.raises(ClusterError, match=r"PostGIS 2\.5\.5 is too old: 3\.1 or newer"):
        require_postgis("2.5.5")
    require_postgis("3.1.0")
    require_postgis("4.0")
