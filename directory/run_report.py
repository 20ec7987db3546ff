"""What an import did: given back by publish, and read again from the tables for `cercana import report`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from directory.db import reading
from directory.errors import NotFoundError
from directory.records import Severity
from directory.tables import ImportRun, Issue, Source

SAMPLE_ISSUES = 5
SAMPLE_CHANGES = 50


@dataclass(frozen=True, slots=True)
class IssueSample:
    """One issue, as an editor reads it."""

    code: str
    severity: Severity
    row: int | None
    source_ref: str | None
    field: str | None
    value: str | None
    message: str


@dataclass(frozen=True, slots=True)
class OfferChange:
    """One offer that an import changed. fields is empty for one that is new, withdrawn or back."""

    outcome: str
    source_ref: str
    name: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunReport:
    """One import. Counts are of offers, but for issues. changes are samples: at most 50 of each outcome."""

    source_id: str
    title: str
    run_id: int
    files: Sequence[Mapping[str, Any]]
    rows_read: int
    new: int
    changed: int
    unchanged: int
    withdrawn: int
    returned: int
    issues: int
    issue_counts: Mapping[str, int]
    issue_samples: Mapping[str, Sequence[IssueSample]]
    changes: Sequence[OfferChange]
    seconds: float
    demonstration: bool = False
    ended_at: datetime | None = None
    # Corrections that no longer find what they mended: their text, for a person to look at.
    orphans: Sequence[str] = field(default=())

    @property
    def published(self) -> int:
        """Offers of the source that are active now."""
        return self.new + self.changed + self.unchanged + self.returned

    @property
    def quiet(self) -> bool:
        """Whether the import changed no offer."""
        return not (self.new or self.changed or self.withdrawn or self.returned)


def last_report(engine: Engine, source_id: str) -> RunReport:
    """The report of the last import of a source. Raises NotFoundError when there was none."""
    with reading(engine) as session:
        run = session.scalars(
            select(ImportRun).where(ImportRun.source_id == source_id).order_by(ImportRun.id.desc()).limit(1)
        ).first()
        if run is None:
            raise NotFoundError(f"la fuente «{source_id}» nunca se ha importado")
        return read_report(session, run)


def read_report(session: Session, run: ImportRun) -> RunReport:
    """A run as its report."""
    counts = run.counts
    return RunReport(
        source_id=run.source_id,
        title=session.get_one(Source, run.source_id).title,
        run_id=run.id,
        files=run.files,
        rows_read=run.rows_read,
        issue_counts=run.issue_counts,
        issue_samples=sample_issues(session, run.id),
        changes=[OfferChange(**{**one, "fields": tuple(one["fields"])}) for one in counts["changes"]],
        demonstration=run.demonstration,
        ended_at=run.ended_at,
        orphans=counts["orphans"],
        seconds=counts["seconds"],
        **{name: counts[name] for name in ("new", "changed", "unchanged", "withdrawn", "returned", "issues")},
    )


def count_issues(session: Session, run_id: int) -> dict[str, int]:
    """Issues of a run by code, most frequent first."""
    amount = func.count()
    rows = session.execute(
        select(Issue.code, amount)
        .where(Issue.run_id == run_id)
        .group_by(Issue.code)
        .order_by(amount.desc(), Issue.code)
    )
    return {code: count for code, count in rows}


def sample_issues(session: Session, run_id: int) -> dict[str, list[IssueSample]]:
    """The first few issues of a run of each code."""
    place = func.row_number().over(partition_by=Issue.code, order_by=(Issue.row, Issue.id)).label("place")
    fields = (
        Issue.code,
        Issue.severity,
        Issue.row,
        Issue.source_ref,
        Issue.field,
        Issue.value,
        Issue.message,
    )
    ranked = select(*fields, place).where(Issue.run_id == run_id).subquery()
    samples: dict[str, list[IssueSample]] = {}
    rows = session.execute(
        select(ranked).where(ranked.c.place <= SAMPLE_ISSUES).order_by(ranked.c.code, ranked.c.place)
    )
    for code, severity, *said, _ in rows:
        samples.setdefault(code, []).append(IssueSample(code, Severity(severity), *said))
    return samples
