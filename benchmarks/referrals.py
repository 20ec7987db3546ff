"""`/api/v1/referrals` against the bare SQL it needs, by filter selectivity, at two sizes.

    .venv/bin/python -m benchmarks.referrals --rows 10000 1000000 [--count 2000] [--tipg postgresql://...]

Every size gets a database of synthetic offers, published through the ordinary intake (kept and reused when it
has the right number). For every filter from "everybody" to "nobody" one run asks the same questions
  floor   from threads of one process with psycopg alone: the walk and the cards, prepared;
  ours    over HTTP from one granian worker;
  tipg    (with --tipg) its function `near`, same points and filter, over HTTP.
Prints a markdown table of core-milliseconds (server and database backends; the load generator not counted).
"""

import argparse
import os
import random
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.load import Measured, family, http_asker, measure, serving
from benchmarks.worlds import FILTERS, centres, prepared_database
from directory.candidates import CARDS, WALK
from directory.walk import FIRST_BATCH

THREADS = 8
LIMIT = 5
PORT = 8765

NEAR = """
create or replace function public.near(lon float default -70.6, lat float default -33.4,
  need int default 0, k int default 5)
returns table (id uuid, name text, metres float, geom geometry) language sql stable as $$
  select o.id, o.card->>'name', st_distance(o.geog, st_setsrid(st_point(lon, lat), 4326)::geography),
         o.geog::geometry
  from offer o where need = 0 or o.facets @> array[need]
  order by o.geog <-> st_setsrid(st_point(lon, lat), 4326)::geography limit k
$$
"""


def leave_at() -> str:
    """Ten in the morning of the next Tuesday: inside every built horizon, when most offers are open."""
    today = datetime.now(UTC).date()
    return f"{today + timedelta(days=(1 - today.weekday()) % 7 or 7)}T10:00:00"


def backends(url: str) -> Callable[[], list[int]]:
    """Process ids of the database's client backends on this machine."""

    def pids() -> list[int]:
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "select pid from pg_stat_activity where datname = current_database()"
                " and pid <> pg_backend_pid() and backend_type = 'client backend'"
            )
            return [pid for (pid,) in rows]

    return pids


def floor(url: str, origins: Sequence[tuple[float, float]], facets: list[int], count: int) -> Measured:
    """The same two statements by the driver alone, in threads of this process."""
    local = threading.local()
    opened = []

    def ask(number: int) -> None:
        connection = getattr(local, "connection", None)
        if connection is None:
            connection = local.connection = psycopg.connect(url, autocommit=True)
            opened.append(connection)
        lon, lat = origins[number % len(origins)]
        values = {"origin": f"SRID=4326;POINT({lon} {lat})", "facets": facets, "limit": LIMIT * FIRST_BATCH}
        rows = connection.execute(WALK, values, prepare=True).fetchall()
        connection.execute(CARDS, {"ids": [row[0] for row in rows[:LIMIT]]}, prepare=True).fetchall()

    busy = backends(url)
    measured = measure(ask, count, THREADS, lambda: [os.getpid(), *busy()])
    for connection in opened:
        connection.close()
    return measured


def ours(url: str, origins: Sequence[tuple[float, float]], need: str | None, count: int) -> Measured:
    """The service, one worker."""
    paths = []
    for lon, lat in origins:
        fields = {"lon": lon, "lat": lat, "leave_at": leave_at(), "limit": LIMIT}
        paths.append("/api/v1/referrals?" + urlencode(fields | ({"needs": need} if need else {})))
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "asgi", "--factory",
        "api.main:app_from_environment", "--port", str(PORT), "--workers", "1", "--no-access-log",
        "--log-level", "error",
    ]  # fmt: skip
    with serving(command, PORT, "/api/v1/health", {"CERCANA_DATABASE_URL": url}) as pid:
        return measure(http_asker(PORT, paths), count, THREADS, lambda: [*family(pid), *backends(url)()])


def tipg(url: str, server: str, origins: Sequence[tuple[float, float]], code: int, count: int) -> Measured:
    """tipg with a function of the same ordering, filter and limit."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(NEAR)
    paths = [
        "/collections/public.near/items?"
        + urlencode({"lon": lon, "lat": lat, "need": code, "k": LIMIT, "f": "geojson"})
        for lon, lat in origins
    ]
    name = conninfo_to_dict(url)["dbname"]
    address = f"{server.rstrip('/')}/{name}"
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "asgi", "tipg.main:app",
        "--port", str(PORT), "--workers", "1", "--no-access-log", "--log-level", "error",
    ]  # fmt: skip
    environment = {"DATABASE_URL": address, "TIPG_DB_SCHEMAS": '["public"]', "TIPG_CATALOG_TTL": "3600"}
    with serving(command, PORT, "/healthz", environment) as pid:
        return measure(http_asker(PORT, paths), count, THREADS, lambda: [*family(pid), *backends(url)()])


def facet_code(url: str, need: str | None) -> list[int]:
    """The code of a need, as the service looks it up."""
    if need is None:
        return []
    with psycopg.connect(url) as connection:
        row = connection.execute("select code from facet where kind = 'need' and key = %s", [need]).fetchone()
    return [row[0]] if row else []


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000])
    parser.add_argument("--count", type=int, default=2_000, help="questions per cell")
    parser.add_argument("--tipg", metavar="URL", help="the same server over TCP: tipg knows no sockets")
    parser.add_argument("--url", help="PostGIS server (default: a private cluster)")
    options = parser.parse_args()
    origins = centres(random.Random(1), 200)
    print(
        "| offers | filter | share | floor core-ms | ours core-ms | ours/floor throughput | tipg/ours |"
        " ours p50 / p95 ms |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for rows in options.rows:
        with prepared_database(rows, options.url) as url:
            for name, need, share in FILTERS:
                codes = facet_code(url, need)
                least = floor(url, origins, codes or ([2**30] if need else []), options.count)
                mine = ours(url, origins, need, options.count)
                peer = (
                    tipg(url, options.tipg, origins, codes[0] if codes else 0, options.count // 4)
                    if options.tipg
                    else None
                )
                times = f"{peer.core_ms / mine.core_ms:.1f}" if peer else ""
                print(
                    f"| {rows:,} | {name} | {share} | {least.core_ms:.2f} | {mine.core_ms:.2f} |"
                    f" {least.core_ms / mine.core_ms:.2f} | {times} | {mine.p50_ms:.1f} / {mine.p95_ms:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
