"""Errors that people report from the page of an offer: a bounded queue for the editors.

Nothing about the person is asked or kept: an offer, what the report is about, and up to 500 characters. The
service's connections refuse writes by default; a report is the one thing a visitor may write, so it says so.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.db import transaction
from directory.errors import NotFoundError, QuestionError
from directory.tables import ErrorReport, ServiceAtLocation
from directory.tables.error_report import FIELDS, LONGEST

__all__ = ["FIELDS", "LONGEST", "OpenReport", "close_report", "keep_report", "list_reports", "purge_reports"]

# Bounds: the queue stays readable, and nobody can fill the disk. Of one offer, and of all in a day.
MOST_OPEN_OF_AN_OFFER = 20
MOST_A_DAY = 1_000
# A closed report is kept this long for questions about it; an open one this long at most.
CLOSED_DAYS = 90
OPEN_DAYS = 365
REPORTING = 0x617669736F  # "aviso": advisory, one report at a time, so that the bounds are exact

type Outcome = Literal["kept", "known", "full"]


@dataclass(frozen=True, slots=True)
class OpenReport:
    """One report as editors see it; name and source_ref are those of the offer, closed_at None while open."""

    id: int
    offer_id: UUID
    name: str
    source_id: str
    source_ref: str
    field: str
    words: str
    made_at: datetime
    closed_at: datetime | None
    outcome: str | None


def keep_report(
    engine: Engine, offer_id: UUID, field: str, words: str, *, now: datetime | None = None
) -> Outcome:
    """Queue a report. "known": the same one is open already; "full": a bound is reached, nothing is kept.

    Raises QuestionError (its field names the part) for no text, a text over LONGEST characters or an unknown
    field, NotFoundError when there never was such an offer.
    """
    said = _readable(words)
    if field not in FIELDS:
        raise QuestionError("Elige qué dato está mal.", field="field")
    if not said:
        raise QuestionError("Escribe qué está mal.", field="words")
    if len(said) > LONGEST:
        raise QuestionError(f"Escribe {LONGEST} letras o menos.", field="words")
    with transaction(engine) as session:
        session.execute(text("set transaction read write"))
        return append_report(session, offer_id, field, said, now or datetime.now(UTC))


def append_report(session: Session, offer_id: UUID, field: str, words: str, now: datetime) -> Outcome:
    """The same in a transaction of the caller, for a field and a text that are known to be fit."""
    if session.get(ServiceAtLocation, offer_id) is None:
        raise NotFoundError("there is no such offer")
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": REPORTING})
    known, waiting, today = session.execute(
        text(_HELD), {"offer": offer_id, "field": field, "words": words, "since": now - timedelta(days=1)}
    ).one()
    if known:
        return "known"
    if waiting >= MOST_OPEN_OF_AN_OFFER or today >= MOST_A_DAY:
        return "full"
    session.add(ErrorReport(service_at_location_id=offer_id, field=field, words=words, made_at=now))
    return "kept"


def list_reports(session: Session, *, closed: bool = False, limit: int = 200) -> list[OpenReport]:
    """Open reports, or those that are closed, oldest first."""
    rows = session.execute(text(_LIST), {"closed": closed, "limit": limit})
    return [OpenReport(**row) for row in rows.mappings()]


def close_report(session: Session, number: int, outcome: str, *, now: datetime | None = None) -> ErrorReport:
    """Close a report with what was done about it. Raises NotFoundError, or QuestionError without an outcome."""
    done = _readable(outcome)
    if not done:
        raise QuestionError("Di qué se hizo con el aviso.", field="outcome")
    report = session.get(ErrorReport, number)
    if report is None or report.closed_at is not None:
        raise NotFoundError(f"there is no open report {number}")
    report.closed_at, report.outcome = now or datetime.now(UTC), done
    return report


def purge_reports(session: Session, *, now: datetime | None = None) -> int:
    """Delete what was closed CLOSED_DAYS ago or made OPEN_DAYS ago; how many there were."""
    moment = now or datetime.now(UTC)
    values: Mapping[str, datetime] = {
        "closed": moment - timedelta(days=CLOSED_DAYS),
        "made": moment - timedelta(days=OPEN_DAYS),
    }
    return len(session.execute(text(_PURGE), dict(values)).all())


def _readable(words: str) -> str:
    """One paragraph without control and format characters: harmless in a terminal, a log and a page."""
    seen = ("" if unicodedata.category(one) in {"Cf", "Cs", "Co"} else one for one in words)
    plain = "".join(" " if unicodedata.category(one) == "Cc" else one for one in "".join(seen))
    return " ".join(plain.split())


_HELD = """
select
  count(*) filter (where service_at_location_id = :offer and closed_at is null
    and field = :field and words = :words) > 0,
  count(*) filter (where service_at_location_id = :offer and closed_at is null),
  count(*) filter (where made_at > :since)
from error_report where service_at_location_id = :offer or made_at > :since
"""
_LIST = """
select r.id, o.id as offer_id, coalesce(l.name, s.name) as name, o.source_id, o.source_ref, r.field, r.words,
  r.made_at, r.closed_at, r.outcome
from error_report r
join service_at_location o on o.id = r.service_at_location_id
join location l on l.id = o.location_id
join service s on s.id = o.service_id
where (r.closed_at is not null) = :closed
order by r.made_at, r.id limit :limit
"""
_PURGE = "delete from error_report where closed_at < :closed or made_at < :made returning id"
