"""Territory: areas by official code, and places to search by name."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Drawing, MaybePoint, MaybeShape, Point, Serial, Table, part_of


class Area(Table):
    """Country, region, province or comuna, by its official code (CUT in Chile), zero padded."""

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint("kind in ('country', 'region', 'province', 'comuna')", name="kind"),
        CheckConstraint("boundary in ('official', 'approximate')", name="boundary"),
        CheckConstraint("settlement in ('urban', 'mixed', 'rural')", name="settlement"),
        Index("ix_area_shape", "shape", postgresql_using="gist"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    population: Mapped[int | None]
    zone: Mapped[str]
    # Which landmass: no land trip joins two different ones. Null is the mainland.
    landmass: Mapped[str | None]
    # How people live there; null where nobody says. Roads are farther apart where it is rural.
    settlement: Mapped[str | None]
    seat: Mapped[MaybePoint]
    shape: Mapped[MaybeShape]
    boundary: Mapped[str | None]


class AreaDrawing(Table):
    """An area as tiles draw it at one level of generalisation. Web Mercator: never for measures."""

    __tablename__ = "area_drawing"
    __table_args__ = (Index("ix_area_drawing_shape", "shape", postgresql_using="gist"),)

    area_code: Mapped[str] = mapped_column(part_of("area.code"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    shape: Mapped[Drawing]


class Place(Table):
    """A name people search by, with a point: comuna, locality, alias."""

    __tablename__ = "place"
    __table_args__ = (
        # Trigrams over names only, never over whole texts.
        Index(
            "ix_place_folded_trgm",
            "folded",
            postgresql_using="gist",
            postgresql_ops={"folded": "gist_trgm_ops"},
        ),
        Index("ix_place_geog", "geog", postgresql_using="gist"),
        CheckConstraint("kind in ('region', 'province', 'comuna', 'locality', 'alias')", name="kind"),
    )

    id: Mapped[Serial]
    kind: Mapped[str]
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    geog: Mapped[Point]
    precision_m: Mapped[float]
    population: Mapped[int | None]
    source: Mapped[str]


class Population(Table):
    """People in one cell (census block, rural entity, grid cell, comuna seat) of one dataset."""

    __tablename__ = "population"
    __table_args__ = (
        Index("ix_population_geog", "geog", postgresql_using="gist"),
        Index("ix_population_shape", "shape", postgresql_using="gist"),
        CheckConstraint("settlement in ('urban', 'mixed', 'rural')", name="settlement"),
    )

    id: Mapped[Serial]
    dataset: Mapped[str] = mapped_column(index=True)
    year: Mapped[int]
    cell: Mapped[str]
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"), index=True)
    kind: Mapped[str]
    people: Mapped[float]
    # Null when the dataset gives people without geometry: counted and told, never dropped.
    geog: Mapped[MaybePoint]
    # How these people live, where the dataset says so; else that of their comuna.
    settlement: Mapped[str | None]
    # People by band of age and sex, by the dataset's own keys; null where it gives none.
    bands: Mapped[dict[str, Any] | None]
    # For drawing only, generalised to some metres; null where the cell is a point.
    shape: Mapped[MaybeShape]
