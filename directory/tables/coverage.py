"""Coverage: where people live in detail, how long they take to each place, what-ifs, and long work."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, DateTime, Identity, Integer, LargeBinary, func
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Point, Table, part_of


class PopulationDataset(Table):
    """One dataset of people: of what year and by whom. fingerprint: of its samples, in their order."""

    __tablename__ = "population_dataset"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    year: Mapped[int]
    source: Mapped[str]
    licence: Mapped[str]
    demonstration: Mapped[bool]
    fingerprint: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class PopulationSample(Table):
    """A point where a share of a cell's people live; the shares of a cell add up to 1."""

    __tablename__ = "population_sample"
    __table_args__ = (CheckConstraint("share > 0 and share <= 1", name="share"),)

    population_id: Mapped[int] = mapped_column(part_of("population.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    geog: Mapped[Point]
    share: Mapped[float]


class ReachRow(Table):
    """Seconds from samples to one point, in one mode on one network: see geo.reach_rows.

    The point itself is the key: a place that moves has no row until one is made, and is refused meanwhile.
    """

    __tablename__ = "reach_row"
    __table_args__ = (CheckConstraint("mode in ('foot', 'car')", name="mode"),)

    network: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(primary_key=True)
    # Of the samples: rows of others are of no use.
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    # Degrees, as exact as the offer's own.
    lon: Mapped[float] = mapped_column(primary_key=True)
    lat: Mapped[float] = mapped_column(primary_key=True)
    limit_minutes: Mapped[float]
    # Whole numbers, little endian: int32 columns, uint16 seconds.
    samples: Mapped[bytes] = mapped_column(LargeBinary)
    seconds: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class CoverageScenario(Table):
    """A what-if: changes to the offer that are asked about, and never published."""

    __tablename__ = "coverage_scenario"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str]
    changes: Mapped[list[Any]]
    created_on: Mapped[date] = mapped_column(Date, server_default=func.current_date())


class Job(Table):
    """Long work that a page or command asked for; one worker at a time holds it, and tells how far it is."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    # The same question asked again while it waits or runs is the same job.
    key: Mapped[str] = mapped_column(index=True)
    params: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(index=True)
    done: Mapped[int] = mapped_column(Integer)
    total: Mapped[int | None] = mapped_column(Integer)
    told: Mapped[str]
    cancel: Mapped[bool]
    error: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # A running job whose worker has not been heard of for long is taken up by another.
    heard_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
