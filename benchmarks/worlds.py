"""Databases of synthetic offers for measuring questions, made once by the ordinary intake and kept."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from benchmarks.synthetic import NEEDS, chilean_centres, seed_synthetic, synthetic_offers
from directory import calendar_store, migrate
from directory.cluster import database
from directory.db import make_engine, transaction
from directory.intake import publish
from directory.records import SourceInfo
from directory.server_check import check_server
from directory.settings import ROOT, Settings

SOURCE = SourceInfo("bench", "Ofertas de medición", "Cercana", "CC0-1.0", 3650)
FILTERS = [("everybody", None, "100 %"), *((name, name, f"{share:.4%}") for name, share in NEEDS.items())]


def centres(random: Random, count: int) -> list[tuple[float, float]]:
    """Origins where people are: near comuna seats, by weight."""
    all_ = chilean_centres()
    chosen = random.choices(all_, weights=[one.weight for one in all_], k=count)
    return [
        (round(one.point.lon + random.gauss(0, 0.05), 5), round(one.point.lat + random.gauss(0, 0.05), 5))
        for one in chosen
    ]


def named(url: str, name: str) -> str:
    """The address of another database on the same server."""
    parts = conninfo_to_dict(url) | {"dbname": name}
    return "postgresql:///?" + "&".join(f"{key}={value}" for key, value in parts.items())


@contextmanager
def prepared_database(rows: int, url: str | None) -> Iterator[str]:
    """Address of a database with so many offers on a server, or on a private cluster of the benchmarks."""
    settings = Settings() if url is None else Settings(database_url=url)
    if settings.database_url is None and settings.data is None:
        settings = settings.model_copy(update={"data": ROOT / ".cercana" / "bench"})
    with database(settings) as server:
        name = f"bench_{rows}"
        address = named(server, name)
        with closing(psycopg.connect(named(server, "postgres"), autocommit=True)) as admin:
            exists = admin.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
            if not exists:
                admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        check_server(address)
        migrate.upgrade(address)
        _fill(address, rows, settings)
        yield address


def _fill(url: str, rows: int, settings: Settings) -> None:
    engine = make_engine(url)
    with transaction(engine) as session:
        held = session.connection().exec_driver_sql("select count(*) from offer").scalar_one()
        if held != rows:
            seed_synthetic(session)
            calendar_store.load_holidays(session, settings)
            publish(session, SOURCE, synthetic_offers(rows, seed=1), force=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
    engine.dispose()
