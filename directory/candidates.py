"""The walk over offers, nearest first: the only SQL of the referral question besides its cards.

Runs on the driver's own cursor (prepared statements, no ORM rows): it is the hot path of the service.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import TupleRow
from sqlalchemy.orm import Session

from geo.points import LonLat
from geo.units import Metres

# Geography <-> is the distance on the sphere and walks the composite GiST; facets @> prunes inside it.
WALK = """
select o.id, st_x(o.geog::geometry), st_y(o.geog::geometry), o.geog <-> %(origin)s::geography as straight,
       o.timetable_id, o.eligibility::text, o.service_minutes, o.location_id
from offer o
where o.facets @> %(facets)s::int[] and o.geog is not null
order by o.geog <-> %(origin)s::geography
limit %(limit)s
"""

# The same walk among the offers whose calendar can still win.
WALK_AMONG = WALK.replace("order by", "  and o.timetable_id = any(%(timetables)s::int[])\norder by", 1)

# Offers of the origin's region that have no public point: told by phone, never drawn.
UNPLACED = """
select o.id from offer o join area comuna on comuna.code = o.area_code
join area province on province.code = comuna.parent_code
where o.geog is null and o.facets @> %(facets)s::int[] and province.parent_code = (
  select above.parent_code from area here join area above on above.code = here.parent_code
  where here.code = %(comuna)s)
order by o.area_code <> %(comuna)s, o.id
limit %(limit)s
"""

FACET_CODES = "select kind || ':' || key, code from facet"
CARDS = "select o.id, o.kind, o.zone, o.card::text from offer o where o.id = any(%(ids)s::uuid[])"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer on the walk. straight: metres on the sphere from the origin. eligibility: JSON text."""

    id: UUID
    point: LonLat
    straight: Metres
    timetable_id: int | None
    eligibility: str | None
    service_minutes: int | None
    location_id: UUID


def cursor(session: Session) -> Cursor[TupleRow]:
    """The driver's cursor inside the session's transaction."""
    connection = session.connection().connection.driver_connection
    if connection is None:
        raise RuntimeError("the session has lost its connection")
    made: Cursor[TupleRow] = connection.cursor()
    return made


def walk(
    session: Session,
    origin: LonLat,
    facets: Sequence[int],
    limit: int,
    timetables: Sequence[int] | None = None,
) -> list[Candidate]:
    """The nearest `limit` offers that have all the facets, nearest first; only of these timetables if given."""
    values: dict[str, object] = {"origin": origin.wkt, "facets": list(facets), "limit": limit}
    statement = WALK
    if timetables is not None:
        statement, values["timetables"] = WALK_AMONG, list(timetables)
    with cursor(session) as rows:
        rows.execute(statement, values, prepare=True)
        return [
            Candidate(id_, LonLat(lon, lat), Metres(straight), *rest)
            for id_, lon, lat, straight, *rest in rows
        ]


def unplaced(session: Session, facets: Sequence[int], comuna: str, limit: int) -> list[UUID]:
    """Offers without a public point in the region of the comuna, those of the comuna first."""
    values = {"facets": list(facets), "comuna": comuna, "limit": limit}
    with cursor(session) as rows:
        rows.execute(UNPLACED, values, prepare=True)
        return [id_ for (id_,) in rows]


def cards(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[str, str, str]]:
    """kind, zone and card (JSON text) of offers."""
    if not ids:
        return {}
    with cursor(session) as rows:
        rows.execute(CARDS, {"ids": list(ids)}, prepare=True)
        return {id_: (kind, zone, card) for id_, kind, zone, card in rows}


def facet_codes(session: Session) -> dict[str, int]:
    """Codes of all facets by "kind:key"."""
    with cursor(session) as rows:
        rows.execute(FACET_CODES, prepare=True)
        return dict(rows.fetchall())


CONTENDERS = """
select distinct timetable_id from opening
where during && tstzrange(%(start)s, %(end)s, %(edges)s)
"""


def contenders(session: Session, start: datetime, end: datetime, *, or_at_end: bool) -> list[int]:
    """Timetables open at some moment from start to end (end itself included when or_at_end)."""
    values = {"start": start, "end": max(start, end), "edges": "[]" if or_at_end else "[)"}
    with cursor(session) as rows:
        rows.execute(CONTENDERS, values, prepare=True)
        return [one for (one,) in rows]


OPENINGS = """
select timetable_id, lower(during), upper(during), kind from opening
where timetable_id = any(%(ids)s::int[]) order by timetable_id, lower(during)
"""


def openings(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, datetime, datetime, str]]:
    """All built openings of timetables: id, start, end, kind; by id, then start."""
    with cursor(session) as rows:
        rows.execute(OPENINGS, {"ids": list(ids)}, prepare=True)
        yield from rows


def known_days(session: Session) -> tuple[date, date] | None:
    """First and last day for which every timetable has its openings; None when nothing is built."""
    with cursor(session) as rows:
        rows.execute("select max(built_from), min(built_until) from timetable", prepare=True)
        first, last = rows.fetchone() or (None, None)
    return None if first is None or last is None else (first, last)


def calendar_version(session: Session) -> int:
    """Grows with every change of openings or facets; 0 before the first."""
    with cursor(session) as rows:
        rows.execute("select version from calendar_state where id = 1", prepare=True)
        row = rows.fetchone()
    return 0 if row is None else int(row[0])
