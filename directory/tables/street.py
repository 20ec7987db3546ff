"""Streets and main roads of the networks in use: written by directory.street_store only."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Drawing, Point, Serial, Table, part_of


class NetworkMap(Table):
    """A network whose streets and roads are here. They go away with this row."""

    __tablename__ = "network_map"

    # Id of its graph.
    network: Mapped[str] = mapped_column(primary_key=True)
    # Of the file that the rows were read from; empty for a network without one.
    digest: Mapped[str]
    # Mark of the comunas that the streets were placed in.
    areas: Mapped[str]


class RoadDrawing(Table):
    """Main roads of one class as tiles draw them at one level of generalisation. Web Mercator: never for measures."""

    __tablename__ = "base_road"
    __table_args__ = (
        Index("ix_base_road_shape", "shape", postgresql_using="gist"),
        CheckConstraint(
            "road_class in ('motorway', 'trunk', 'primary', 'secondary', 'tertiary')", name="road_class"
        ),
    )

    id: Mapped[Serial]
    network: Mapped[str] = mapped_column(part_of("network_map.network"), index=True)
    road_class: Mapped[str]
    level: Mapped[int] = mapped_column(index=True)
    shape: Mapped[Drawing]


class Street(Table):
    """All that is called by one name in one comuna, with a point on it; precision_m: half of how long it is."""

    __tablename__ = "street"
    __table_args__ = (Index("ix_street_folded_area_code", "folded", "area_code"),)

    id: Mapped[Serial]
    network: Mapped[str] = mapped_column(part_of("network_map.network"), index=True)
    name: Mapped[str]
    # As directory.street_words.street_key writes it.
    folded: Mapped[str]
    # Null where there are no comunas.
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code", ondelete="CASCADE"), index=True)
    geog: Mapped[Point]
    precision_m: Mapped[float]
