"""The first half of an import: records become rows of temporary tables, chunk by chunk.

For every thing that a record states there is a key (id and digest); its rows are staged only when the digest
is not what the directory has. Temporary tables live and die with the transaction, give their space back at
once when it fails, and write no WAL. Nothing that anybody else can see is touched here.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from typing import Any

from psycopg import Connection, sql
from sqlalchemy.orm import Session

from directory.calendar_store import ensure_timetables
from directory.document_rows import COLUMNS
from directory.documents import Documents, Reading, RecordError, Stated
from directory.errors import PublishError
from directory.records import IssueRecord, OfferRecord, Visibility

# Records held in memory at once.
CHUNK = 5_000
# Statements remembered as staged already; beyond it they are staged again, and the first still wins.
REMEMBERED = 100_000
# The things that a record states, in the order in which they refer to each other.
THINGS = ("organization", "service", "location", "service_at_location")
KEY_COLUMNS = ("seq", "id", "digest", "ref", "row")
ISSUE_COLUMNS = ("run_id", "row", "source_ref", "field", "code", "severity", "value", "message")
LONGEST_VALUE = 1_000
# Of several statements of one place the first stands, but before all others the one that protects it most:
# an address must not be told because another row of the file is less careful with it.
BEFORE_ALL = {Visibility.FULL: 0, Visibility.APPROXIMATE: -1_000_000_000, Visibility.HIDDEN: -2_000_000_000}


def staged(table: str) -> sql.Identifier:
    """The temporary table for the rows of a table."""
    return sql.Identifier("pg_temp", f"stage_{table}")


def keys(table: str) -> sql.Identifier:
    """The temporary table for the keys of the things of a table."""
    return sql.Identifier("pg_temp", f"key_{table}")


def names(columns: Iterable[str]) -> sql.Composed:
    """Columns, with commas between."""
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def driver(session: Session) -> Connection[tuple[Any, ...]]:
    """The driver's connection inside the session's transaction."""
    connection = session.connection().connection.driver_connection
    if connection is None:
        raise RuntimeError("the session has lost its connection")
    found: Connection[tuple[Any, ...]] = connection
    return found


def make_stage(connection: Connection[tuple[Any, ...]]) -> None:
    """Make the temporary tables, empty."""
    drop_stage(connection)
    for table, columns in COLUMNS.items():
        connection.execute(
            sql.SQL(
                "create temporary table {} on commit drop as select 0 as seq, {} from {} with no data"
            ).format(sql.Identifier(f"stage_{table}"), names(columns), sql.Identifier(table))
        )
    for thing in THINGS:
        connection.execute(
            sql.SQL(
                "create temporary table {}"
                " (seq integer, id uuid, digest text, ref text, row integer) on commit drop"
            ).format(sql.Identifier(f"key_{thing}"))
        )


def drop_stage(connection: Connection[tuple[Any, ...]]) -> None:
    """Drop the temporary tables of an earlier import in the same transaction."""
    tables = [*map(staged, COLUMNS), *map(keys, THINGS)]
    connection.execute(sql.SQL("drop table if exists {}").format(sql.SQL(", ").join(tables)))


@dataclass(slots=True)
class Stage:
    """Takes records one by one. `first` and `days`: the calendar to build for their timetables."""

    session: Session
    documents: Documents
    run_id: int
    first: date
    days: int
    published_before: bool
    progress: Callable[[int], None] | None = None
    rows: int = 0
    issues: int = 0
    _readings: list[Reading] = field(default_factory=list)
    _waiting: dict[str, list[tuple[object, ...]]] = field(default_factory=lambda: defaultdict(list))
    _keys: dict[str, list[tuple[object, ...]]] = field(default_factory=lambda: defaultdict(list))
    _told: set[tuple[str, str]] = field(default_factory=set)
    _ensured: set[str | None] = field(default_factory=set)

    def fill(self, stream: Iterable[OfferRecord | IssueRecord]) -> None:
        """Stage all of a stream. Raises PublishError, naming the row, when a record cannot be published."""
        for one in stream:
            if isinstance(one, IssueRecord):
                self._waiting["issue"].append(issue_row(one, self.run_id))
                self.issues += 1
            else:
                self._read(one)
            if len(self._readings) + len(self._waiting["issue"]) >= CHUNK:
                self._flush()
        self._flush()
        for thing in THINGS:
            driver(self.session).execute(sql.SQL("analyze {}").format(keys(thing)))

    def _read(self, record: OfferRecord) -> None:
        try:
            self._readings.append(self.documents.read(record))
        except (RecordError, ValueError) as error:
            raise PublishError(refusal(record, error)) from error

    def _flush(self) -> None:
        known = self._known() if self.published_before else {}
        timetables: dict[str, dict[str, Any]] = {}
        for reading in self._readings:
            self._stage(reading, known)
            hours = reading.hours
            if hours.key in self._ensured or known.get(reading.offer.id) == reading.offer.digest:
                continue
            if hours.key is not None and hours.document is not None:
                timetables[hours.key] = hours.document
        if timetables:
            ensure_timetables(self.session, timetables.values(), first=self.first, days=self.days)
            if len(self._ensured) >= REMEMBERED:
                self._ensured.clear()
            self._ensured.update(timetables)
        self._copy()
        self._readings.clear()
        if self.progress is not None:
            self.progress(self.rows)

    def _stage(self, reading: Reading, known: dict[str, str]) -> None:
        record, seq = reading.record, self.rows
        self.rows += 1
        self._key(reading.offer, seq, record.source_ref, record.row)
        if known.get(reading.offer.id) != reading.offer.digest:
            self._add(reading, reading.offer, seq)
        for thing in reading.things:
            if (thing.id, thing.digest) in self._told:
                continue
            if len(self._told) >= REMEMBERED:
                self._told.clear()
            self._told.add((thing.id, thing.digest))
            place = seq + (BEFORE_ALL[record.location.visibility] if thing.table == "location" else 0)
            self._key(thing, place, record.source_ref, record.row)
            if known.get(thing.id) != thing.digest:
                self._add(reading, thing, place)

    def _key(self, thing: Stated, seq: int, ref: str, row: int | None) -> None:
        self._keys[thing.table].append((seq, thing.id, thing.digest, ref, row))

    def _add(self, reading: Reading, thing: Stated, seq: int) -> None:
        try:
            tables = self.documents.rows(reading, thing)
        except (RecordError, ValueError) as error:
            raise PublishError(refusal(reading.record, error)) from error
        for table, rows in tables:
            self._waiting[table].extend([(seq, *row) for row in rows])

    def _known(self) -> dict[str, str]:
        """Digests that the directory has of what this chunk states, by id."""
        connection, known = driver(self.session), dict[str, str]()
        for thing, statement in _KNOWN.items():
            values = {"ids": list(_ids(self._readings, thing)), "source": self.documents.source_id}
            known.update((id_.hex, digest) for id_, digest in connection.execute(statement, values))
        return known

    def _copy(self) -> None:
        connection = driver(self.session)
        for thing, rows in self._keys.items():
            copy_rows(connection, keys(thing), KEY_COLUMNS, rows)
        for table, rows in self._waiting.items():
            if table == "issue":
                copy_rows(connection, sql.Identifier("issue"), ISSUE_COLUMNS, rows)
            else:
                copy_rows(connection, staged(table), ("seq", *COLUMNS[table]), rows)
        self._keys.clear()
        self._waiting.clear()


_KNOWN = {
    "organization": "select organization_id, digest from statement"
    " where organization_id = any(%(ids)s::uuid[]) and source_id = %(source)s",
    "service": "select id, digest from service where id = any(%(ids)s::uuid[])",
    "location": "select id, digest from location where id = any(%(ids)s::uuid[])",
    "service_at_location": "select id, digest from service_at_location where id = any(%(ids)s::uuid[])",
}


def _ids(readings: Iterable[Reading], table: str) -> set[str]:
    if table == "service_at_location":
        return {reading.offer.id for reading in readings}
    return {thing.id for reading in readings for thing in reading.things if thing.table == table}


def copy_rows(
    connection: Connection[tuple[Any, ...]],
    table: sql.Identifier,
    columns: Iterable[str],
    rows: list[tuple[object, ...]],
) -> None:
    """COPY rows into a table. CSV, written by C: None goes unquoted and is null, all else is quoted."""
    if not rows:
        return
    buffer = StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_NOTNULL, lineterminator="\n").writerows(rows)
    with (
        connection.cursor() as cursor,
        cursor.copy(
            sql.SQL("copy {} ({}) from stdin with (format csv)").format(table, names(columns))
        ) as copy,
    ):
        copy.write(buffer.getvalue())


def refusal(record: OfferRecord, error: Exception) -> str:
    """Why a record cannot be published, naming its row."""
    row = "" if record.row is None else f"fila {record.row}, "
    return f"{row}referencia «{record.source_ref}»: {error}. No se publicó nada."


def issue_row(issue: IssueRecord, run_id: int) -> tuple[object, ...]:
    """A row of the issue table. Whatever is in the value, the telling of it must not fail."""
    words = (issue.source_ref, issue.field, issue.code, str(issue.severity), issue.value, issue.message)
    return (run_id, issue.row, *map(_storable, words))


def _storable(words: str | None) -> str | None:
    if words is None:
        return None
    clean = words.replace("\0", "␀").encode("utf-8", "backslashreplace").decode()
    return clean if len(clean) <= LONGEST_VALUE else clean[:LONGEST_VALUE] + "…"
