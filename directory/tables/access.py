"""Where offers meet the installed road networks: written by directory.access only."""

import uuid

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Table, part_of


class OfferAccess(Table):
    """The public point of an offer on one network, for one mode. Of use only while the offer is at lon, lat.

    edge -1: no road of this mode within off_road metres of the point; metres is then infinite.
    """

    __tablename__ = "offer_access"
    __table_args__ = (CheckConstraint("mode in ('foot', 'car')", name="mode"),)

    offer_id: Mapped[uuid.UUID] = mapped_column(part_of("offer.id"), primary_key=True)
    # Id of the graph: it changes with every array, so that rows of another build are never used.
    network: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(primary_key=True)
    # The point as it was when it was looked up, in degrees, as exact as the offer's own.
    lon: Mapped[float]
    lat: Mapped[float]
    off_road: Mapped[float]
    edge: Mapped[int]
    along: Mapped[float]
    metres: Mapped[float]
