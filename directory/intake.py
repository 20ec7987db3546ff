"""The only door in: what a source states now, against what it stated before, in one transaction.

The caller owns the transaction: it commits, or rolls back (to check, or on any error), and then nothing
that anybody else could see has changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.calendar_store import EXTENDING, holiday_areas
from directory.corrections import apply_corrections
from directory.document_rows import AreaNames
from directory.documents import Documents, Vocabulary
from directory.errors import PublishError
from directory.intake_changes import Counts, Samples, count_outcomes, tell_conflicts
from directory.intake_merge import missing, pick, withdraw, write
from directory.intake_stage import Stage, driver, drop_stage, make_stage
from directory.projection import WORK_MEMORY, refresh_touched
from directory.records import IssueRecord, OfferRecord, SourceInfo
from directory.run_report import OfferChange, RunReport, count_issues, read_report
from directory.tables import ImportRun, Source

# More than this share of the active offers gone at once is a broken file until somebody says otherwise.
MOST_WITHDRAWN = 0.2
HORIZON_DAYS = 90


def publish(
    session: Session,
    source: SourceInfo,
    stream: Iterable[OfferRecord | IssueRecord],
    *,
    files: Sequence[Mapping[str, Any]] = (),
    rows_read: Callable[[], int] | None = None,
    force: bool = False,
    demonstration: bool = False,
    progress: Callable[[int], None] | None = None,
    first: date | None = None,
    days: int = HORIZON_DAYS,
    country: str = "CL",
) -> RunReport:
    """Make the source's offers exactly those of the stream. Raises PublishError when it must not be.

    rows_read tells, at the end, how many rows the files had; progress is called with the records so far;
    first and days say which calendar to build for new timetables. The caller commits or rolls back.
    """
    started = monotonic()
    _alone(session, source.id)
    recast = _upsert_source(session, source, demonstration)
    run = _open_run(session, source.id, files, demonstration)
    connection = driver(session)
    make_stage(connection)
    stage = Stage(
        session=session,
        documents=Documents(source.id, _vocabulary(session, country)),
        run_id=run.id,
        first=first or datetime.now(UTC).date() - timedelta(days=1),
        days=days,
        published_before=_published_before(session, source.id),
        progress=progress,
    )
    stage.fill(stream)
    tell_conflicts(session, run.id)
    pick(connection, source.id)
    counts = count_outcomes(connection, source.id)
    _refuse(counts, stage.rows, force)
    changes, orphans = _apply(session, source.id, recast=recast) if counts.any_written or recast else ([], [])
    drop_stage(connection)
    run.issue_counts = count_issues(session, run.id)
    run.counts = {
        **counts.offers(),
        "issues": sum(run.issue_counts.values()),
        "changes": [asdict(one) for one in changes],
        "orphans": orphans,
        "seconds": round(monotonic() - started, 3),
    }
    run.rows_read = stage.rows if rows_read is None else rows_read()
    run.ended_at = datetime.now(UTC)
    session.flush()
    return read_report(session, run)


def _alone(session: Session, source_id: str) -> None:
    """Let nobody else import this source meanwhile, and let long steps run as long as they need."""
    session.execute(
        text(
            "select set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true),"
            " set_config('idle_in_transaction_session_timeout', '15min', true),"
            " set_config('work_mem', :memory, true)"
        ),
        {"memory": WORK_MEMORY},
    )
    ours = session.scalar(
        text("select pg_try_advisory_xact_lock(hashtextextended('cercana source ' || :source, 0))"),
        {"source": source_id},
    )
    if not ours:
        raise PublishError(f"otra importación de la fuente «{source_id}» está en curso: espere a que termine")
    # One import at a time, and not while calendars are extended: timetables, organizations, facets and words
    # belong to all sources, and would be locked in another order by each.
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": EXTENDING})


def _upsert_source(session: Session, info: SourceInfo, demonstration: bool) -> bool:
    """Write what is known of the source; whether that changes the cards of its offers."""
    known = session.get(Source, info.id)
    if known is None:
        known = Source(id=info.id, demonstration=demonstration)
        session.add(known)
        recast = False
    else:
        shown = (known.title, known.publisher, known.demonstration)
        recast = shown != (info.title, info.publisher, demonstration)
    known.title, known.publisher, known.licence = info.title, info.publisher, info.licence
    known.url, known.period_days, known.demonstration = info.url, info.period_days, demonstration
    session.flush()
    return recast


def _open_run(
    session: Session, source_id: str, files: Sequence[Mapping[str, Any]], demonstration: bool
) -> ImportRun:
    run = ImportRun(
        source_id=source_id,
        started_at=datetime.now(UTC),
        files=[dict(one) for one in files],
        rows_read=0,
        counts={},
        issue_counts={},
        demonstration=demonstration,
    )
    session.add(run)
    session.flush()
    return run


def _vocabulary(session: Session, country: str) -> Vocabulary:
    terms = {code: id_.hex for code, id_ in session.execute(text("select code, id from taxonomy_term"))}
    areas = {code: AreaNames(name, region) for code, name, region in session.execute(text(_AREAS))}
    return Vocabulary(terms, areas, holiday_areas(session), country)


_AREAS = """
with recursive above as (
  select code, code as ancestor from area
  union
  select a.code, p.parent_code from above a join area p on p.code = a.ancestor where p.parent_code is not null
)
select a.code, a.name, (
  select r.name from above u join area r on r.code = u.ancestor and r.kind = 'region' where u.code = a.code
) from area a
"""


def _published_before(session: Session, source_id: str) -> bool:
    statement = text("select exists (select from service_at_location where source_id = :source)")
    return bool(session.scalar(statement, {"source": source_id}))


def _refuse(counts: Counts, rows: int, force: bool) -> None:
    """Refuse what looks like a broken file: nothing in it, or too much gone."""
    if force or not counts.active_before:
        return
    if not rows:
        raise PublishError(
            f"el archivo no trae ninguna oferta y hay {counts.active_before} publicadas: no se publicó nada"
        )
    if counts.withdrawn > MOST_WITHDRAWN * counts.active_before:
        raise PublishError(
            f"se retirarían {counts.withdrawn} de {counts.active_before} ofertas publicadas (más de un"
            f" {MOST_WITHDRAWN:.0%}): no se publicó nada. Si es correcto, repita con --force"
        )


def _apply(session: Session, source_id: str, *, recast: bool) -> tuple[list[OfferChange], list[str]]:
    """Write what differs, everywhere it shows. Returns samples, and corrections that find nothing to mend."""
    connection = driver(session)
    samples = Samples(connection, source_id)
    session.execute(text("drop table if exists pg_temp.touched"))
    connection.execute(
        sql.SQL(_TOUCHED).format(
            source=sql.Literal(source_id), recast=sql.Literal(recast), gone=missing(source_id)
        )
    )
    write(connection, source_id)
    withdraw(connection, source_id)
    orphans = apply_corrections(session)
    refresh_touched(session)
    return samples.told(), orphans


# Every offer in which anything that is written may show.
_TOUCHED = """
create temporary table touched on commit drop as
select id from pg_temp.pick_service_at_location
union
select o.id from service_at_location o join pg_temp.pick_service p on p.id = o.service_id where p.known
union
select o.id from service_at_location o join pg_temp.pick_location p on p.id = o.location_id where p.known
union
select o.id from service_at_location o join service s on s.id = o.service_id
join pg_temp.pick_organization p on p.id = s.organization_id where p.known
union
select t.id from service_at_location t where {gone}
union
select id from service_at_location where source_id = {source} and {recast}
"""
