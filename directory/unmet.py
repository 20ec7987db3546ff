"""Unmet needs: what a helpline was asked for and could not offer, counted by area, need and day.

No person, no note, no position, and no time finer than the day. The service's connections refuse writes by
default; this is one of the two things that its pages may write, so it says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.db import transaction
from directory.errors import QuestionError
from directory.needs import needs_by_code
from directory.tables.unmet_need import LONGEST_MINUTES, MOST_NEEDS
from geo.travel import TravelMode

__all__ = ["LONGEST_MINUTES", "MOST_NEEDS", "Unmet", "UnmetCount", "list_unmet", "record_unmet"]

# Nobody can fill the disk: more calls than this a day, no helpline of one country takes.
MOST_A_DAY = 5_000
RECORDING = 0x66616C7461  # "falta": advisory, one at a time, so that the bound is exact

type Outcome = Literal["kept", "known", "full"]


@dataclass(frozen=True, slots=True)
class Unmet:
    """What was asked for: taxonomy codes, the code of the area (a comuna where that is known), mode and limit."""

    needs: tuple[str, ...]
    area_code: str
    mode: TravelMode
    max_minutes: int


@dataclass(frozen=True, slots=True)
class UnmetCount:
    """How often the same was missing on one day. area and region are names, None for a code that is gone."""

    day: date
    area_code: str
    area: str | None
    region: str | None
    needs: tuple[str, ...]
    mode: str
    max_minutes: int
    count: int


def record_unmet(engine: Engine, token: UUID, unmet: Unmet, *, day: date) -> Outcome:
    """Keep one unmet need. "known": this token was used already (a second press of the button); "full": the bound.

    token is a random number of the page that shows the button. Raises QuestionError, naming the field, for no
    need or an unknown one, an unknown area, or minutes out of range.
    """
    with transaction(engine) as session:
        session.execute(text("set transaction read write"))
        return append_unmet(session, token, unmet, day)


def append_unmet(session: Session, token: UUID, unmet: Unmet, day: date) -> Outcome:
    """The same in a transaction of the caller."""
    needs = _checked(session, unmet)
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": RECORDING})
    known, today = session.execute(text(_HELD), {"token": token, "day": day}).one()
    if known:
        return "known"
    if today >= MOST_A_DAY:
        return "full"
    values = {"token": token, "area": unmet.area_code, "needs": needs, "mode": str(unmet.mode)}
    session.execute(text(_APPEND), {**values, "max_minutes": unmet.max_minutes, "day": day})
    return "kept"


def list_unmet(session: Session, *, since: date | None = None, limit: int = 1_000) -> list[UnmetCount]:
    """Counts by day, area, needs, mode and limit, newest day first. since: that day and later."""
    rows = session.execute(text(_LIST), {"since": since, "limit": limit})
    return [UnmetCount(**{**row, "needs": tuple(row["needs"])}) for row in rows.mappings()]


def _checked(session: Session, unmet: Unmet) -> Sequence[str]:
    """The needs in order, each once."""
    needs = sorted(set(unmet.needs))
    if not 1 <= len(needs) <= MOST_NEEDS:
        raise QuestionError(f"Elige de una a {MOST_NEEDS} necesidades.", field="needs")
    if len(needs_by_code(session, needs)) < len(needs):
        raise QuestionError("Una de las necesidades no existe.", field="needs")
    if not 1 <= unmet.max_minutes <= LONGEST_MINUTES:
        raise QuestionError(f"El viaje dura de 1 a {LONGEST_MINUTES} minutos.", field="max_minutes")
    known = "\0" not in unmet.area_code  # which the database would not take
    if not known or not session.scalar(text(_AREA), {"code": unmet.area_code}):
        raise QuestionError("El territorio no existe.", field="area_code")
    return needs


_AREA = "select exists (select from area where code = :code)"
_HELD = """
select exists (select from unmet_need where id = :token),
  (select count(*) from unmet_need where day = :day)
"""
_APPEND = """
insert into unmet_need (id, area_code, needs, mode, max_minutes, day)
values (:token, :area, :needs, :mode, :max_minutes, :day)
"""
_LIST = """
select u.day, u.area_code, own.name as area, coalesce(top.name, middle.name, own.name) as region,
  u.needs, u.mode, u.max_minutes, count(*) as count
from unmet_need u
left join area own on own.code = u.area_code
left join area middle on middle.code = own.parent_code and middle.kind <> 'country'
left join area top on top.code = middle.parent_code and top.kind <> 'country'
where cast(:since as date) is null or u.day >= :since
group by u.day, u.area_code, own.name, middle.name, top.name, u.needs, u.mode, u.max_minutes
order by u.day desc, u.area_code, u.needs, u.mode, u.max_minutes
limit :limit
"""
