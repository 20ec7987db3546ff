"""The searched rows: `offer` written from the HSDS tables, set-based, and only where something differs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.calendar_store import bump_version
from directory.projection_sql import (
    ACTIVE,
    ANSWERS,
    AREAS,
    COLUMNS,
    FACETS,
    FACILITIES,
    PLACES,
    ROWS,
    SERVICES,
    SOURCES,
    WORDS,
)
from directory.records import Facility

# How exactly the seat of its comuna stands for a place that is shown approximately.
SEAT_PRECISION_M = 5_000.0
# An offer whose agreement ended longer ago than this is not shown any more.
ENDED_DAYS = 30
# The temporary tables, in the order in which they build on each other; all on "touched".
STEPS = {
    "shared_service": SERVICES,
    "shared_area": AREAS,
    "shared_source": SOURCES,
    "active": ACTIVE,
    "shared_answer": ANSWERS,
    "shared_place": PLACES,
    "shared_facility": FACILITIES,
}
# So many new rows make the planner's statistics of a table wrong.
MANY = 500
# The planner's memory for sorting and hashing while rows are put together.
WORK_MEMORY = "128MB"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Searched rows written."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    @property
    def total(self) -> int:
        """Rows changed in all."""
        return self.inserted + self.updated + self.deleted


def refresh_offers(session: Session, ids: Iterable[UUID] | None = None) -> Refreshed:
    """Write the searched rows of these offers, or of all. Those that are not active any more go."""
    session.flush()
    _drop(session)
    session.execute(text("create temporary table touched (id uuid) on commit drop"))
    if ids is None:
        session.execute(
            text("insert into pg_temp.touched select id from service_at_location where withdrawn_at is null")
        )
        session.execute(
            text("insert into pg_temp.touched select id from offer except select id from touched")
        )
    else:
        session.execute(
            text("insert into pg_temp.touched select distinct unnest(cast(:ids as uuid[]))"),
            {"ids": list(ids)},
        )
    return refresh_touched(session)


def refresh_touched(session: Session) -> Refreshed:
    """Write the searched rows of the offers in pg_temp.touched (id), which is dropped afterwards."""
    session.execute(text("select set_config('work_mem', :memory, true)"), {"memory": WORK_MEMORY})
    session.execute(text("analyze pg_temp.touched"))
    # Codes are counted, so one at a time; held until the transaction ends.
    session.execute(text("select pg_advisory_xact_lock(hashtextextended('cercana facets', 0))"))
    session.execute(text(FACETS), {"facilities": [str(one) for one in Facility]})
    for table, statement in STEPS.items():
        session.execute(text(statement), {"ended_days": ENDED_DAYS} if table == "active" else {})
        session.execute(text(f"analyze pg_temp.{table}"))
    done = Refreshed(deleted=_delete(session), updated=_update(session), inserted=_insert(session))
    _drop(session)
    if done.total:
        refresh_words(session)
        bump_version(session)
    return done


def refresh_words(session: Session) -> None:
    """The vocabulary that mistyped words are corrected against: counted anew, written where it differs."""
    session.execute(text(WORDS))


def _insert(session: Session) -> int:
    statement = sql.SQL("insert into offer ({columns}) {rows}").format(
        columns=_columns("id", *COLUMNS), rows=sql.SQL(ROWS)
    )
    inserted = _written(session, statement, shown=False)
    if inserted >= MANY:
        session.execute(text("analyze offer"))
    return inserted


def _update(session: Session) -> int:
    settings = [sql.SQL("{0} = n.{0}").format(sql.Identifier(column)) for column in COLUMNS]
    statement = sql.SQL(
        "update offer f set {settings} from ({rows}) n where n.id = f.id and ({old}) is distinct from ({new})"
    ).format(
        settings=sql.SQL(", ").join(settings),
        rows=sql.SQL(ROWS),
        old=sql.SQL(", ").join(sql.Identifier("f", column) for column in COLUMNS),
        new=sql.SQL(", ").join(sql.Identifier("n", column) for column in COLUMNS),
    )
    return _written(session, statement, shown=True)


def _delete(session: Session) -> int:
    result: Any = session.execute(
        text(
            "delete from offer where id in"
            " (select id from pg_temp.touched except select id from pg_temp.active)"
        )
    )
    return int(result.rowcount)


def _columns(*names: str) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _written(session: Session, statement: sql.Composed, *, shown: bool) -> int:
    connection = session.connection().connection.driver_connection
    assert connection is not None
    values = {"shown": shown, "seat_precision_m": SEAT_PRECISION_M}
    return int(connection.execute(statement, values).rowcount)


def _drop(session: Session) -> None:
    session.execute(
        text("drop table if exists " + ", ".join(f"pg_temp.{table}" for table in ("touched", *STEPS)))
    )
