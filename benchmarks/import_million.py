"""Import of generated, valid offers through publish, against bare COPY of the same rows, in one run.

    uv run python -m benchmarks.import_million --rows 1000000

Bare COPY is measured twice: of the file's own rows into one table without an index (the least that any
import costs), and of all the rows that the import wrote, into copies of its tables with their indexes (the
least that this schema costs; without foreign keys). The time to generate the records is measured apart and
taken off, and so is that of a run in which nothing has changed.
"""

import argparse
import csv
import os
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from benchmarks.synthetic import seed_synthetic, synthetic_offers
from directory import migrate
from directory.cluster import database
from directory.db import make_engine, transaction
from directory.document_rows import COLUMNS
from directory.intake import publish
from directory.records import OfferRecord, SourceInfo
from directory.server_check import check_server
from directory.settings import Settings

SOURCE = SourceInfo("bench_million", "Ofertas generadas", "Medición", "CC0-1.0", 30)
HEADER = (
    "source_ref", "kind", "organization_ref", "organization", "service_ref", "service", "description", "needs",
    "location_ref", "location", "address", "comuna", "area_code", "longitude", "latitude", "facilities", "hours",
    "phones", "capacity", "verified_on",
)  # fmt: skip
MEGABYTE = 1024 * 1024
WRITTEN = (*COLUMNS, "offer")


@dataclass(slots=True)
class Watch:
    """Seconds and the process's memory, sampled while it runs."""

    seconds: float = 0.0
    peak_mb: float = 0.0
    cpu: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self) -> Iterator["Watch"]:
        """Measure what is inside."""
        sampler = threading.Thread(target=self._sample, daemon=True)
        sampler.start()
        started, cpu = time.perf_counter(), time.process_time()
        try:
            yield self
        finally:
            self.seconds, self.cpu = time.perf_counter() - started, time.process_time() - cpu
            self._ended.set()
            sampler.join()

    def _sample(self) -> None:
        while not self._ended.wait(0.1):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.peak_mb = max(self.peak_mb, pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE)


def measured(action: Callable[[], Any]) -> tuple[Watch, Any]:
    """Run something and measure it."""
    watch = Watch()
    with watch.running():
        answer = action()
    return watch, answer


def file_row(offer: OfferRecord) -> tuple[object, ...]:
    """An offer as a row of a file."""
    place, service = offer.location, offer.service
    assert place.position is not None
    return (
        offer.source_ref, offer.kind, offer.organization.ref, offer.organization.name, service.ref, service.name,
        service.description, "|".join(service.needs), place.ref, place.name, place.address, place.stated_area,
        place.area_code, place.position.point.lon, place.position.point.lat,
        "|".join(f"{facility}={there}" for facility, there in place.facilities),
        "|".join(f"{','.join(rule.byday)} {rule.opens_at}-{rule.closes_at}" for rule in offer.timing.rules),
        "|".join(phone.number for phone in offer.phones),
        offer.capacity.available if offer.capacity else None, offer.verified_on,
    )  # fmt: skip


def write_file(path: Path, rows: int, seed: int) -> None:
    """The offers as one CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for offer in synthetic_offers(rows, seed):
            writer.writerow(file_row(offer))


def copy_in(connection: psycopg.Connection[Any], statement: sql.Composable, path: Path) -> None:
    """COPY a file as it is."""
    with connection.cursor() as cursor, cursor.copy(statement) as copy, path.open("rb") as file:
        while block := file.read(MEGABYTE):
            copy.write(block)


def copy_file(connection: psycopg.Connection[Any], path: Path) -> None:
    """Bare COPY of the file into one new table of text."""
    names = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in HEADER)
    with connection.transaction():
        connection.execute(sql.SQL("create table bare_file ({})").format(names))
        copy_in(connection, sql.SQL("copy bare_file from stdin with (format csv)"), path)


def dump_tables(connection: psycopg.Connection[Any], folder: Path) -> None:
    """The rows of every table that an import writes, as files, and empty copies of the tables."""
    for table in WRITTEN:
        name = sql.Identifier(table)
        copied = sql.SQL("create table {} (like {} including all)")
        connection.execute(copied.format(sql.Identifier(f"bare_{table}"), name))
        dumping = sql.SQL("copy {} to stdout").format(name)
        with (
            (folder / table).open("wb") as file,
            connection.cursor() as cursor,
            cursor.copy(dumping) as copy,
        ):
            file.writelines(copy)


def copy_tables(connection: psycopg.Connection[Any], folder: Path) -> None:
    """Bare COPY of all those rows."""
    with connection.transaction():
        for table in WRITTEN:
            statement = sql.SQL("copy {} from stdin").format(sql.Identifier(f"bare_{table}"))
            copy_in(connection, statement, folder / table)


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """A migrated database of its own, dropped at the end."""
    name = f"bench_{os.getpid()}"
    parts = conninfo_to_dict(url)
    address = "postgresql:///?" + "&".join(
        f"{key}={value}" for key, value in {**parts, "dbname": name}.items()
    )
    with closing(psycopg.connect(url, autocommit=True)) as admin:
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            check_server(address)
            migrate.upgrade(address)
            yield address
        finally:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def measure(url: str, rows: int, seed: int) -> list[tuple[str, Watch, float]]:
    """Everything in one run: name, measurement, and the seconds of generating in it."""
    engine = make_engine(url, pool_size=1)
    with transaction(engine) as session:
        seed_synthetic(session)

    def generate() -> None:
        for _ in synthetic_offers(rows, seed):
            pass

    def publish_all(seed: int) -> Any:
        with transaction(engine) as session:
            return publish(session, SOURCE, synthetic_offers(rows, seed))

    results: list[tuple[str, Watch, float]] = []
    generating, _ = measured(generate)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(psycopg.connect(url, autocommit=True)) as connection,
    ):
        file = Path(folder) / "offers.csv"
        write_file(file, rows, seed)
        results.append(
            (
                "bare COPY of the file, one table, no index",
                measured(lambda: copy_file(connection, file))[0],
                0,
            )
        )
        print(f"file: {file.stat().st_size / MEGABYTE:,.0f} MB", flush=True)
        first, report = measured(lambda: publish_all(seed))
        assert report.new == rows, report
        results.append(("import, first", first, generating.seconds))
        again, report = measured(lambda: publish_all(seed))
        assert report.unchanged == rows, report
        results.append(("import again, nothing changed", again, generating.seconds))
        dump_tables(connection, Path(folder))
        bare, _ = measured(lambda: copy_tables(connection, Path(folder)))
        results.append(("bare COPY of the rows it wrote, same tables and indexes", bare, 0))
    engine.dispose()
    return results


def table(results: list[tuple[str, Watch, float]], rows: int) -> str:
    """The results as markdown."""
    base, stored = results[0][1].seconds, results[-1][1].seconds
    lines = [
        f"| {rows:,} offers | seconds | without generating | x COPY of the file | x COPY of the rows written"
        " | client CPU s | peak MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, watch, generating in results:
        net = watch.seconds - generating
        lines.append(
            f"| {name} | {watch.seconds:.1f} | {net:.1f} | {net / base:.1f} | {net / stored:.1f}"
            f" | {watch.cpu:.1f} | {watch.peak_mb:.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with database(Settings()) as url, fresh_database(url) as address:
        print(table(measure(address, options.rows, options.seed), options.rows))
    print(f"peak of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
