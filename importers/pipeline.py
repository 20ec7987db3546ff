"""From files to the directory: read, parse, steps, publish, in one transaction.

Rows stream through in batches; whatever goes wrong, every row ends as published or as an issue that names it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import batched
from pathlib import Path
from typing import Any

from directory.db import transaction
from directory.errors import QuestionError
from directory.intake import publish
from directory.places import MOST_PLACES, find_places
from directory.records import IssueRecord, OfferRecord
from directory.run_report import RunReport
from directory.settings import Settings
from directory.staging import Database, Progress, Transaction
from directory.territory import load_area_index
from geo.points import LonLat
from importers.errors import RefusedRowError
from importers.guards import DEFAULT_LIMITS, MB, Limits
from importers.join import open_source
from importers.source import Row, Source, find_source, sources
from importers.step_facts import StepFacts, read_step_facts
from importers.steps import STEPS
from importers.steps.context import StepContext
from importers.steps.position_area import prepare
from importers.words import fold

__all__ = ["Reading", "read", "run", "sources"]

BATCH = 1_000
TALLIED = frozenset({"unpadded_code", "day_first_date"})
"""Remarks on a whole column, made once with their count: one for each row would hide the rest."""


class _CheckedOnly(Exception):
    """Leaves the transaction without committing, with the report."""

    def __init__(self, report: RunReport) -> None:
        self.report = report
        super().__init__()


def run(
    engine: Database,
    source_id: str,
    files: Sequence[Path],
    *,
    check: bool = False,
    force: bool = False,
    demonstration: bool = False,
    progress: Progress | None = None,
    source: Source | None = None,
    settings: Settings | None = None,
    today: date | None = None,
) -> RunReport:
    """Import the files of a source, or with `check` do everything and change nothing.

    source is given when it is not one of the registry's: a table read by a mapping file. today is where the
    calendars of new timetables begin, the real day when not given. Raises
    ImportFileError or PublishError when nothing of it may be published; the data then stay as they were.
    """
    settings = settings or Settings()
    source = source or _chosen(source_id, files)
    files = [path for path in files if path.suffix.lower() != ".toml"]
    limits = Limits(file_bytes=settings.max_upload_mb * MB)
    facts = read_step_facts(settings.country_folder)
    try:
        with transaction(engine) as session:
            context = make_context(load_area_index(session, facts.spelling), facts, source)
            context.locality = villages(session)
            reading = Reading(source, context, progress)
            with open_source(source, files, limits) as (rows, crs):
                context.declared_crs = crs or source.crs
                report = publish(
                    session,
                    source.info,
                    reading.records(rows),
                    files=[describe(path) for path in files],
                    rows_read=lambda: reading.rows,
                    force=force,
                    demonstration=demonstration,
                    first=today,
                    days=settings.horizon_days,
                    country=settings.country.upper(),
                )
            if check:
                raise _CheckedOnly(report)
    except _CheckedOnly as done:
        return done.report
    return report


def _chosen(source_id: str, files: Sequence[Path]) -> Source:
    """The registry's source; a mapping file among the files makes one."""
    mapping = next((path for path in files if path.suffix.lower() == ".toml"), None)
    if mapping is None:
        return find_source(source_id)
    from importers.sources.generic_table import source_from

    return source_from(mapping)


def make_context(areas: Any, facts: StepFacts, source: Source) -> StepContext:
    """The steps' context for one import of a source."""
    return StepContext(areas=areas, facts=facts, declared_crs=source.crs, rungs=source.rungs)


def villages(session: Transaction) -> Callable[[str, str], LonLat | None]:
    """Finds a village by its name in a comuna: exactly that name, and one only."""

    def find(name: str, comuna: str) -> LonLat | None:
        try:
            places = find_places(session, name, limit=MOST_PLACES).places
        except QuestionError:
            return None  # no words that a place could have: the next rung is tried
        found = [
            one.point
            for one in places
            if (one.kind, one.area_code, fold(one.name)) == ("locality", comuna, fold(name))
        ]
        return found[0] if len(found) == 1 else None

    return find


def describe(path: Path) -> dict[str, Any]:
    """Name, size and digest of a file, for the record of the run."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}


@dataclass(slots=True)
class Reading:
    """One pass over the rows of a source. `rows` counts those read so far."""

    source: Source
    context: StepContext
    progress: Progress | None = None
    rows: int = 0
    _tally: dict[tuple[str, str | None], tuple[IssueRecord, int]] = field(default_factory=dict)
    _columns: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._columns = {column.fills: column.name for column in self.source.columns[::-1] if column.fills}

    def records(self, rows: Iterable[Row | IssueRecord]) -> Iterator[OfferRecord | IssueRecord]:
        """Offers and issues of all rows, lazily; at the end what only all of them together tell."""
        for batch in batched(rows, BATCH):
            parsed = [self._parsed(row) for row in batch]
            prepare(
                (one for _, found in parsed for one in found if isinstance(one, OfferRecord)), self.context
            )
            for row, found in parsed:
                yield from self._stepped(row, found)
            self.rows += len(batch)
            if self.progress is not None:
                self.progress(self.rows, None)
        for one in self.context.closing_issues():
            yield self._named(one)
        yield from self._tallied()

    def _parsed(self, row: Row | IssueRecord) -> tuple[Row | None, list[OfferRecord | IssueRecord]]:
        if isinstance(row, IssueRecord):
            return None, [row]
        try:
            found = list(self.source.parse(row))
        except RefusedRowError as refusal:
            found = [refusal.issue]
        return row, found

    def _stepped(
        self, row: Row | None, found: Sequence[OfferRecord | IssueRecord]
    ) -> Iterator[OfferRecord | IssueRecord]:
        issues = list(row.issues) if row is not None else []
        for one in found:
            if isinstance(one, IssueRecord):
                issues.append(one)
                continue
            record: OfferRecord | None = one
            for step in STEPS:
                if record is None:
                    break
                record, remarks = step(record, self.context)
                issues.extend(remarks)
            if record is not None:
                yield record
        if issues:
            yield from self._told(issues)

    def _told(self, issues: Iterable[IssueRecord]) -> Iterator[IssueRecord]:
        """Each issue of a row once, though several offers of the row may share it; the column named."""
        once = {(one.code, one.field, one.value): one for one in reversed(list(issues))}
        for one in reversed(once.values()):
            named = self._named(one)
            if named.code in TALLIED:
                self._count(named)
            else:
                yield named

    def _named(self, one: IssueRecord) -> IssueRecord:
        column = self._columns.get(one.field or "") or self._columns.get((one.field or "").split(".")[0])
        return one if column is None else replace(one, field=column)

    def _count(self, one: IssueRecord) -> None:
        first, count = self._tally.get((one.code, one.field), (one, 0))
        self._tally[one.code, one.field] = first, count + 1

    def _tallied(self) -> Iterator[IssueRecord]:
        for first, count in self._tally.values():
            rows = f"{count} filas (la primera, la {first.row})" if count > 1 else f"La fila {first.row}"
            message = f"{rows}: {first.message}"
            yield replace(first, message=message, source_ref=None, value=str(count))


def read(
    source: Source,
    files: Sequence[Path],
    context: StepContext,
    limits: Limits = DEFAULT_LIMITS,
) -> list[OfferRecord | IssueRecord]:
    """Records and issues of small files, without a database: for fixtures, scaffolds and tests."""
    with open_source(source, files, limits) as (rows, crs):
        context.declared_crs = crs or source.crs
        return list(Reading(source, context).records(rows))
