"""What every table shares: naming of constraints, column types, ids."""

import uuid
from typing import Annotated, Any

from geoalchemy2 import Geography, Geometry, WKBElement
from sqlalchemy import BigInteger, ForeignKey, Identity, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """All tables of the directory."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text, dict[str, Any]: JSONB, list[Any]: JSONB}  # noqa: RUF012


METADATA = Table.metadata

Id = Annotated[uuid.UUID, mapped_column(primary_key=True)]
Serial = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
# A position on the globe: distances in metres, never degrees.
Point = Annotated[WKBElement, mapped_column(Geography("POINT", srid=4326, spatial_index=False))]
MaybePoint = Annotated[WKBElement | None, mapped_column(Geography("POINT", srid=4326, spatial_index=False))]
# Planar in degrees: for covers, tiles and drawing, never for distance.
MaybeShape = Annotated[
    WKBElement | None, mapped_column(Geometry("MULTIPOLYGON", srid=4326, spatial_index=False))
]

Drawing = Annotated[WKBElement, mapped_column(Geometry("GEOMETRY", srid=3857, spatial_index=False))]


def part_of(target: str) -> ForeignKey:
    """A reference that goes away with what it refers to."""
    return ForeignKey(target, ondelete="CASCADE")
