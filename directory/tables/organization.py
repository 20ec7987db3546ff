"""Who offers: HSDS organization and what hangs from it."""

import uuid
from datetime import datetime

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Id, Table, part_of


class Organization(Table):
    __tablename__ = "organization"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(index=True)
    alternate_name: Mapped[str | None]
    description: Mapped[str]
    email: Mapped[str | None]
    website: Mapped[str | None]
    uri: Mapped[str | None]
    legal_status: Mapped[str | None]
    parent_organization_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organization.id"))
    last_modified: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OrganizationIdentifier(Table):
    __tablename__ = "organization_identifier"

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID] = mapped_column(part_of("organization.id"), index=True)
    identifier_scheme: Mapped[str | None]
    identifier_type: Mapped[str]
    identifier: Mapped[str]


class Program(Table):
    __tablename__ = "program"

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID] = mapped_column(part_of("organization.id"), index=True)
    name: Mapped[str]
    alternate_name: Mapped[str | None]
    description: Mapped[str]


class Contact(Table):
    __tablename__ = "contact"

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID | None] = mapped_column(part_of("organization.id"), index=True)
    service_at_location_id: Mapped[uuid.UUID | None] = mapped_column(
        part_of("service_at_location.id"), index=True
    )
    name: Mapped[str | None]
    title: Mapped[str | None]
    department: Mapped[str | None]
    email: Mapped[str | None]


class Funding(Table):
    __tablename__ = "funding"

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID | None] = mapped_column(part_of("organization.id"), index=True)
    service_id: Mapped[uuid.UUID | None] = mapped_column(part_of("service.id"), index=True)
    source: Mapped[str | None]


class Url(Table):
    __tablename__ = "url"

    id: Mapped[Id]
    organization_id: Mapped[uuid.UUID | None] = mapped_column(part_of("organization.id"), index=True)
    service_id: Mapped[uuid.UUID | None] = mapped_column(part_of("service.id"), index=True)
    label: Mapped[str | None]
    url: Mapped[str]


class Metadata(Table):
    """HSDS metadata: the change log, one row per field."""

    __tablename__ = "metadata"

    id: Mapped[Id]
    resource_id: Mapped[uuid.UUID] = mapped_column(index=True)
    resource_type: Mapped[str]
    last_action_date: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_action_type: Mapped[str]
    field_name: Mapped[str]
    previous_value: Mapped[str]
    replacement_value: Mapped[str]
    updated_by: Mapped[str]


class Attribute(Table):
    """HSDS attribute: a taxonomy term on any object (a service's needs are attributes)."""

    __tablename__ = "attribute"

    id: Mapped[Id]
    link_id: Mapped[uuid.UUID] = mapped_column(index=True)
    link_entity: Mapped[str]
    link_type: Mapped[str | None]
    taxonomy_term_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("taxonomy_term.id"), index=True)
    value: Mapped[str | None]
    label: Mapped[str | None]
