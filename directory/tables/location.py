"""Where: HSDS location, address, phone, language, accessibility."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Id, MaybePoint, Table, part_of


class Location(Table):
    __tablename__ = "location"
    __table_args__ = (
        CheckConstraint("location_type in ('physical', 'postal', 'virtual')", name="location_type"),
        CheckConstraint("visibility in ('full', 'approximate', 'hidden')", name="visibility"),
        CheckConstraint("(geog is null) = (position_source is null)", name="position_has_a_source"),
        Index("ix_location_geog", "geog", postgresql_using="gist"),
    )

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str | None]
    description: Mapped[str | None]
    location_type: Mapped[str]
    transportation: Mapped[str | None]
    url: Mapped[str | None]
    external_identifier: Mapped[str | None]
    external_identifier_type: Mapped[str | None]
    # The true point. What may leave the directory is offer.geog, which obeys visibility.
    geog: Mapped[MaybePoint]
    # The rung of the ladder that gave the point: given, projected, repaired, locality, comuna_seat.
    position_source: Mapped[str | None]
    precision_m: Mapped[float | None]
    position_note: Mapped[str | None]
    visibility: Mapped[str] = mapped_column(server_default="full")
    zone: Mapped[str]
    # The comuna by polygon (or by statement when there is no point), and as the file said it.
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    stated_area: Mapped[str | None]
    # Hash of what the source last stated of it: the diff of the next import compares it.
    digest: Mapped[str | None]
    last_modified: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Address(Table):
    __tablename__ = "address"

    id: Mapped[Id]
    location_id: Mapped[uuid.UUID] = mapped_column(part_of("location.id"), index=True)
    attention: Mapped[str | None]
    address_1: Mapped[str]
    address_2: Mapped[str | None]
    city: Mapped[str]
    region: Mapped[str | None]
    state_province: Mapped[str]
    postal_code: Mapped[str]
    country: Mapped[str]
    address_type: Mapped[str]


class Phone(Table):
    __tablename__ = "phone"

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID | None] = mapped_column(part_of("organization.id"), index=True)
    location_id: Mapped[uuid.UUID | None] = mapped_column(part_of("location.id"), index=True)
    service_at_location_id: Mapped[uuid.UUID | None] = mapped_column(
        part_of("service_at_location.id"), index=True
    )
    number: Mapped[str]
    extension: Mapped[int | None]
    type: Mapped[str | None]
    description: Mapped[str | None]


class Language(Table):
    __tablename__ = "language"

    id: Mapped[Id]
    service_id: Mapped[uuid.UUID | None] = mapped_column(part_of("service.id"), index=True)
    location_id: Mapped[uuid.UUID | None] = mapped_column(part_of("location.id"), index=True)
    phone_id: Mapped[uuid.UUID | None] = mapped_column(part_of("phone.id"), index=True)
    name: Mapped[str | None]
    code: Mapped[str | None]
    note: Mapped[str | None]


class Accessibility(Table):
    """One facility at one location. No row means unknown: silence is not a no."""

    __tablename__ = "accessibility"
    __table_args__ = (CheckConstraint("answer in ('yes', 'no', 'unknown')", name="answer"),)

    id: Mapped[Id]
    location_id: Mapped[uuid.UUID] = mapped_column(part_of("location.id"), index=True)
    facility: Mapped[str]
    answer: Mapped[str]
    description: Mapped[str | None]
    details: Mapped[str | None]
    url: Mapped[str | None]
