"""What was asked for and could not be offered: for planners. Nothing about who asked."""

import uuid
from datetime import date

from sqlalchemy import ARRAY, CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.table import Table

# How many needs one question may name, and the longest trip in minutes that it may allow.
MOST_NEEDS = 10
LONGEST_MINUTES = 1440


class UnmetNeed(Table):
    """One question without a suitable place: what, from which area, how and how far. No person, note or hour.

    The id is drawn at random, so that rows tell no order within their day.
    """

    __tablename__ = "unmet_need"
    __table_args__ = (
        CheckConstraint(f"cardinality(needs) between 1 and {MOST_NEEDS}", name="needs"),
        CheckConstraint("mode in ('foot', 'car', 'transit')", name="mode"),
        CheckConstraint(f"max_minutes between 1 and {LONGEST_MINUTES}", name="max_minutes"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    # No reference: the count stays when the areas of the country are loaded anew.
    area_code: Mapped[str]
    needs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    mode: Mapped[str]
    max_minutes: Mapped[int]
    day: Mapped[date] = mapped_column(index=True)
