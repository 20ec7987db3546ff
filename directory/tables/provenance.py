"""Where every row comes from, what was wrong with it, and what was mended by hand."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Serial, Table, part_of


class Source(Table):
    __tablename__ = "source"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    publisher: Mapped[str]
    licence: Mapped[str]
    url: Mapped[str | None]
    # Days after which the data count as old.
    period_days: Mapped[int]
    demonstration: Mapped[bool] = mapped_column(server_default="false")


class Statement(Table):
    """What a source last stated of an organization, as a hash: organizations are shared by all sources.

    An organization changes when a source changes what it says of it, not when another source is imported.
    """

    __tablename__ = "statement"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), primary_key=True)
    organization_id: Mapped[uuid.UUID] = mapped_column(part_of("organization.id"), primary_key=True)
    digest: Mapped[str]


class ImportRun(Table):
    __tablename__ = "import_run"

    id: Mapped[Serial]
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Files with names, sizes and sha256; counts by outcome; counts of issues by code.
    files: Mapped[list[Any]]
    rows_read: Mapped[int]
    counts: Mapped[dict[str, Any]]
    issue_counts: Mapped[dict[str, Any]]
    demonstration: Mapped[bool] = mapped_column(server_default="false")


class Issue(Table):
    """One thing wrong with one row: which row, field and value, and the mend."""

    __tablename__ = "issue"
    __table_args__ = (
        CheckConstraint("severity in ('error', 'warning')", name="severity"),
        Index("ix_issue_run_id_code", "run_id", "code"),
    )

    id: Mapped[Serial]
    run_id: Mapped[int] = mapped_column(part_of("import_run.id"))
    row: Mapped[int | None]
    source_ref: Mapped[str | None]
    field: Mapped[str | None]
    code: Mapped[str]
    severity: Mapped[str]
    value: Mapped[str | None]
    message: Mapped[str]


class Correction(Table):
    """A field mended by hand. Applied after every import, so that it survives them."""

    __tablename__ = "correction"

    id: Mapped[Serial]
    entity: Mapped[str]
    entity_id: Mapped[uuid.UUID] = mapped_column(index=True)
    field: Mapped[str]
    value: Mapped[str | None]
    reason: Mapped[str]
    author: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
