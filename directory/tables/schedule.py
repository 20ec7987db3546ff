"""When: schedules as stated, and the real openings built from them."""

import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Identity, Index, Integer, Time
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Id, Serial, Table, part_of


class Schedule(Table):
    """HSDS schedule, plus the OSM opening_hours text where that is how the hours were stated."""

    __tablename__ = "schedule"

    id: Mapped[Id]
    service_id: Mapped[uuid.UUID | None] = mapped_column(part_of("service.id"), index=True)
    location_id: Mapped[uuid.UUID | None] = mapped_column(part_of("location.id"), index=True)
    service_at_location_id: Mapped[uuid.UUID | None] = mapped_column(
        part_of("service_at_location.id"), index=True
    )
    freq: Mapped[str | None]
    interval: Mapped[int | None]
    byday: Mapped[str | None]
    bymonthday: Mapped[str | None]
    dtstart: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    count: Mapped[int | None]
    wkst: Mapped[str | None]
    opens_at: Mapped[time | None] = mapped_column(Time)
    # Equal to or before opens_at means the next day: 00:00 to 00:00 is the whole day.
    closes_at: Mapped[time | None] = mapped_column(Time)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    schedule_link: Mapped[str | None]
    attending_type: Mapped[str | None]
    notes: Mapped[str | None]
    description: Mapped[str | None]
    opening_hours: Mapped[str | None]
    # Whether public holidays close it.
    on_holidays: Mapped[str | None]


class ScheduleException(Table):
    """Days on which the schedules do not hold: closed, or other hours."""

    __tablename__ = "schedule_exception"

    id: Mapped[Id]
    service_at_location_id: Mapped[uuid.UUID] = mapped_column(part_of("service_at_location.id"), index=True)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    opens_at: Mapped[time | None] = mapped_column(Time)
    closes_at: Mapped[time | None] = mapped_column(Time)
    reason: Mapped[str | None]


class Visit(Table):
    """A dated stop of a mobile point, in the civil time of the place."""

    __tablename__ = "visit"

    id: Mapped[Id]
    service_at_location_id: Mapped[uuid.UUID] = mapped_column(part_of("service_at_location.id"), index=True)
    day: Mapped[date] = mapped_column(Date)
    opens_at: Mapped[time] = mapped_column(Time)
    closes_at: Mapped[time] = mapped_column(Time)
    note: Mapped[str | None]


class Timetable(Table):
    """One distinct calendar: rules, exceptions, visits, zone and holidays together.

    Offers that keep the same hours share one, so openings grow with distinct calendars, not with offers.
    """

    __tablename__ = "timetable"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    zone: Mapped[str]
    area_code: Mapped[str | None]
    # The rules as directory.records.Timing writes them: enough to build the openings again.
    timing: Mapped[dict[str, Any]]
    built_from: Mapped[date | None] = mapped_column(Date)
    built_until: Mapped[date | None] = mapped_column(Date)


class Opening(Table):
    """One interval of real time in which the offers of a timetable serve."""

    __tablename__ = "opening"
    __table_args__ = (
        CheckConstraint("kind in ('regular', 'visit', 'exception')", name="kind"),
        Index("ix_opening_timetable_id_during", "timetable_id", "during", postgresql_using="gist"),
        Index("ix_opening_during", "during", postgresql_using="gist"),
    )

    id: Mapped[Serial]
    timetable_id: Mapped[int] = mapped_column(part_of("timetable.id"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    kind: Mapped[str]


class Holiday(Table):
    """A public holiday in an area (the country, or a smaller one where the law says so)."""

    __tablename__ = "holiday"

    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str]


class CalendarState(Table):
    """One row: when the openings were last changed, so that caches know."""

    __tablename__ = "calendar_state"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
