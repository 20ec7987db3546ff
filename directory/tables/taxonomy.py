"""Needs and other codes: HSDS taxonomy, everyday words for its terms, and the dense facet codes."""

import uuid

from sqlalchemy import ForeignKey, Identity, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Id, Table, part_of


class Taxonomy(Table):
    __tablename__ = "taxonomy"

    id: Mapped[Id]
    name: Mapped[str]
    description: Mapped[str]
    uri: Mapped[str | None]
    version: Mapped[str | None]


class TaxonomyTerm(Table):
    __tablename__ = "taxonomy_term"

    id: Mapped[Id]
    taxonomy_id: Mapped[uuid.UUID] = mapped_column(part_of("taxonomy.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    description: Mapped[str]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("taxonomy_term.id"), index=True)
    language: Mapped[str | None]
    term_uri: Mapped[str | None]
    # Whether asking for it tells something private about a person.
    sensitive: Mapped[bool] = mapped_column(server_default="false")


class Synonym(Table):
    """A word people really say for a need ("copete", "pagarme la pension")."""

    __tablename__ = "synonym"

    term_id: Mapped[uuid.UUID] = mapped_column(part_of("taxonomy_term.id"), primary_key=True)
    # Normalised with cercana_fold.
    words: Mapped[str] = mapped_column(primary_key=True)


class Facet(Table):
    """A dense integer for everything an offer can be filtered by; offer.facets holds them."""

    __tablename__ = "facet"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    code: Mapped[int] = mapped_column(Integer, Identity(minvalue=0, start=1), primary_key=True)
    # need, kind, facility
    kind: Mapped[str]
    key: Mapped[str]
