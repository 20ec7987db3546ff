"""The searched row: one per offer that may be answered with, written by directory.projection only."""

import uuid
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import MaybePoint, Table, part_of

# Bytes of the facet signature in the composite index: one bit per facet up to 1,024 facets.
FACET_SIGNATURE = 128


class Offer(Table):
    """An active offer, flattened. geog is the public position: it obeys the location's visibility."""

    __tablename__ = "offer"
    __table_args__ = (
        # One index for "nearest with these facets": the filter cliff goes from seconds to a millisecond.
        Index(
            "ix_offer_geog_facets",
            "geog",
            "facets",
            postgresql_using="gist",
            postgresql_ops={"facets": f"gist__intbig_ops(siglen={FACET_SIGNATURE})"},
        ),
        Index("ix_offer_search", "search", postgresql_using="gin"),
    )

    id: Mapped[uuid.UUID] = mapped_column(part_of("service_at_location.id"), primary_key=True)
    # Several offers may share a place: an answer shows each place once.
    location_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("location.id"), index=True)
    kind: Mapped[str]
    geog: Mapped[MaybePoint]
    facets: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    timetable_id: Mapped[int | None] = mapped_column(ForeignKey("timetable.id"), index=True)
    zone: Mapped[str]
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    eligibility: Mapped[dict[str, Any] | None]
    service_minutes: Mapped[int | None]
    # Everything a page or an answer shows of it; never the true point of a protected place.
    card: Mapped[dict[str, Any]]
    search: Mapped[Any] = mapped_column(TSVECTOR)


class Word(Table):
    """The vocabulary of the offers: a mistyped word is corrected against it before the search."""

    __tablename__ = "word"
    __table_args__ = (
        Index("ix_word_word_trgm", "word", postgresql_using="gist", postgresql_ops={"word": "gist_trgm_ops"}),
    )

    # Folded: lower case, no accents.
    word: Mapped[str] = mapped_column(primary_key=True)
    offers: Mapped[int] = mapped_column(Integer)
