"""What the tests of imports share: publishing as the test source, and what the database then holds."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from datetime import time as clock
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.intake import publish
from directory.records import (
    CapacityRecord,
    CostRecord,
    Eligibility,
    ExceptionDays,
    Facility,
    HoursText,
    IssueRecord,
    OfferRecord,
    PhoneRecord,
    Timing,
    VisitRecord,
)
from directory.run_report import RunReport
from directory.tables import METADATA
from tests.factories import (
    OFFICE_HOURS,
    location_record,
    offer_record,
    organization_record,
    service_record,
    source_info,
)

# What every import writes of itself; all else must stay when nothing changes.
OF_THE_RUN = frozenset({"import_run", "issue"})


def run(session: Session, *records: OfferRecord | IssueRecord, **options: Any) -> RunReport:
    """Publish these records as the test source."""
    return publish(session, source_info(), records, **options)


def outcome(report: RunReport) -> dict[str, int]:
    """Counts that are not zero."""
    names = ("new", "changed", "unchanged", "withdrawn", "returned")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def versions(session: Session, *, ignoring: Iterable[str] = OF_THE_RUN) -> dict[str, list[Any]]:
    """Every row of every table with the place and the transaction that wrote it: its version."""
    session.flush()
    return {
        name: sorted(
            tuple(map(str, row))
            for row in session.execute(text(f'select ctid, xmin, md5(t::text) from "{name}" t'))
        )
        for name in METADATA.tables
        if name not in ignoring
    }


def contents(session: Session, *, ignoring: Iterable[str] = OF_THE_RUN) -> dict[str, list[str]]:
    """Every row of every table as text, without the moments of writing."""
    session.flush()
    silent = "- 'last_modified' - 'withdrawn_at' - 'changed_at' - 'version'"
    return {
        name: sorted(session.scalars(text(f'select (to_jsonb(t) {silent})::text from "{name}" t')))
        for name in METADATA.tables
        if name not in ignoring
    }


def full_offer() -> OfferRecord:
    """An offer with something in every table."""
    return offer_record(
        service=service_record(
            description="Para personas adultas",
            eligibility=Eligibility(min_age=18, residence=("13",)),
            costs=(CostRecord(amount=Decimal(0)), CostRecord(option="copago", description="según previsión")),
            documents=("Cédula", "Interconsulta"),
        ),
        location=location_record(
            facilities=((Facility.RAMP, True), (Facility.LIFT, False)),
            organization=organization_record(ref="muni"),
        ),
        timing=Timing(
            rules=OFFICE_HOURS.rules,
            texts=(HoursText("Sa 10:00-13:00"),),
            exceptions=(ExceptionDays(date(2026, 12, 24), date(2026, 12, 24), reason="inventario"),),
            visits=(VisitRecord(date(2026, 5, 4), clock(9), clock(12)),),
        ),
        phones=(PhoneRecord("+56221234567"), PhoneRecord("+56912345678", type="whatsapp")),
        capacity=CapacityRecord("cupos", 3, date(2026, 4, 1), maximum=10),
        verified_on=date(2026, 4, 1),
    )


def visible(session: Session) -> list[Any]:
    """All that can be seen: searched rows, but for numbers that only name things, and the words."""
    rows = session.execute(
        text(
            "select o.id::text, kind, st_astext(geog), facets, t.key, card, search::text from offer o"
            " left join timetable t on t.id = o.timetable_id order by o.id"
        )
    )
    return [tuple(row) for row in rows] + list(
        session.scalars(text("select word || offers from word order by 1"))
    )


@contextmanager
def rolled_back(session: Session) -> Iterator[None]:
    """Leave nothing behind, whatever happens inside."""
    savepoint = session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
