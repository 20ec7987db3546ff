"""What is offered, and where: HSDS service, service_at_location and their parts."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Id, Table, part_of

STATUSES = "status in ('active', 'inactive', 'defunct', 'temporarily closed')"


class Service(Table):
    __tablename__ = "service"
    __table_args__ = (CheckConstraint(STATUSES, name="status"),)

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    program_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("program.id"), index=True)
    name: Mapped[str]
    description: Mapped[str | None]
    url: Mapped[str | None]
    email: Mapped[str | None]
    status: Mapped[str]
    interpretation_services: Mapped[str | None]
    application_process: Mapped[str | None]
    fees_description: Mapped[str | None]
    eligibility_description: Mapped[str | None]
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    # The machine-readable rules, see directory.eligibility; free text stays in eligibility_description.
    eligibility: Mapped[dict[str, Any] | None]
    # Minutes needed before closing to be served; null takes the setting.
    service_minutes: Mapped[int | None]
    alert: Mapped[str | None]
    assured_date: Mapped[date | None] = mapped_column(Date)
    # Hash of what the source last stated of it: the diff of the next import compares it.
    digest: Mapped[str | None]
    last_modified: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ServiceAtLocation(Table):
    """One service at one location: what the directory calls an offer."""

    __tablename__ = "service_at_location"
    __table_args__ = (UniqueConstraint("source_id", "source_ref"),)

    id: Mapped[Id]
    service_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service.id"), index=True)
    # Without this index the planner leaves the GiST walk (40 ms against 9 ms on 20,000 rows).
    location_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("location.id"), index=True)
    description: Mapped[str | None]
    # What a person sees it as: treatment, branch, mobile_office, mobile_pay_point, urban_pay_point, health.
    kind: Mapped[str]
    # The agreement between the two organizations; openings outside it do not exist.
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    timetable_key: Mapped[str | None] = mapped_column(ForeignKey("timetable.key"), index=True)
    # The hours in words, line by line, as directory.calendar writes them.
    hours: Mapped[list[Any] | None]
    verified_on: Mapped[date | None] = mapped_column(Date)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"))
    source_ref: Mapped[str]
    # Hash of the whole record as published: the diff of the next import compares it.
    digest: Mapped[str]
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_modified: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ServiceArea(Table):
    __tablename__ = "service_area"

    id: Mapped[Id]
    service_id: Mapped[uuid.UUID | None] = mapped_column(part_of("service.id"), index=True)
    service_at_location_id: Mapped[uuid.UUID | None] = mapped_column(
        part_of("service_at_location.id"), index=True
    )
    name: Mapped[str | None]
    description: Mapped[str | None]
    extent: Mapped[str | None]
    extent_type: Mapped[str | None]
    uri: Mapped[str | None]
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)


class CostOption(Table):
    __tablename__ = "cost_option"

    id: Mapped[Id]
    service_id: Mapped[uuid.UUID] = mapped_column(part_of("service.id"), index=True)
    option: Mapped[str | None]
    currency: Mapped[str | None]
    amount: Mapped[Decimal | None]
    amount_description: Mapped[str | None]
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class RequiredDocument(Table):
    __tablename__ = "required_document"

    id: Mapped[Id]
    service_id: Mapped[uuid.UUID] = mapped_column(part_of("service.id"), index=True)
    document: Mapped[str]
    uri: Mapped[str | None]


class Unit(Table):
    __tablename__ = "unit"

    id: Mapped[Id]
    name: Mapped[str]
    scheme: Mapped[str | None]
    identifier: Mapped[str | None]
    uri: Mapped[str | None]


class ServiceCapacity(Table):
    __tablename__ = "service_capacity"

    id: Mapped[Id]
    service_id: Mapped[uuid.UUID] = mapped_column(part_of("service.id"), index=True)
    # HSDS hangs capacity from the service only; places are full one by one, so ours may name the offer.
    service_at_location_id: Mapped[uuid.UUID | None] = mapped_column(
        part_of("service_at_location.id"), index=True
    )
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    available: Mapped[Decimal]
    maximum: Mapped[Decimal | None]
    description: Mapped[str | None]
    updated: Mapped[datetime] = mapped_column(DateTime(timezone=True))
