"""What the directory holds and how old it is, for `cercana status` and `cercana doctor`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from directory.catalog import data_age
from directory.db import reading
from directory.tables import Area, Location, Offer, Opening, Place, Population


@dataclass(frozen=True)
class Status:
    """Counts of what there is, the end of the calendar, and every source with its age in days."""

    counts: dict[str, int]
    calendar_until: datetime | None
    sources: list[dict[str, Any]]


def read_status(engine: Engine) -> Status:
    """Count what there is, in one read-only transaction."""
    tables = {
        "areas": Area,
        "places for search": Place,
        "population cells": Population,
        "locations": Location,
        "offers": Offer,
    }
    with reading(engine) as session:
        counts = {
            name: int(session.scalar(select(func.count()).select_from(table)) or 0)
            for name, table in tables.items()
        }
        until = session.scalar(select(func.max(func.upper(Opening.during))))
        return Status(counts, until, list(data_age(session)))
