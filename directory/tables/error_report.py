"""What people tell us is wrong with an offer: text and field, nothing about who told it."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Index
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Serial, Table, part_of

# What a report may be about, and how long its text may be: directory.reports says it in words.
FIELDS = ("hours", "phone", "address", "requirements", "cost", "closed", "other")
LONGEST = 500


class ErrorReport(Table):
    """One report from the public page of an offer. No name, no contact, no address of a network."""

    __tablename__ = "error_report"
    __table_args__ = (
        CheckConstraint(f"field in ({', '.join(repr(one) for one in FIELDS)})", name="field"),
        CheckConstraint(f"char_length(words) between 1 and {LONGEST}", name="words"),
        CheckConstraint("(closed_at is null) = (outcome is null)", name="closed_with_an_outcome"),
        Index("ix_error_report_made_at", "made_at"),
    )

    id: Mapped[Serial]
    service_at_location_id: Mapped[uuid.UUID] = mapped_column(part_of("service_at_location.id"), index=True)
    field: Mapped[str]
    words: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # What the editor did about it.
    outcome: Mapped[str | None]
