"""Offers by comuna, for people who look around and for search engines: plain lists, and the next visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.card import OfferCard
from directory.errors import NotFoundError

# Of each kind on the page of a comuna; the page of one kind shows the rest.
FEW = 20
MANY = 1_000
VISITS = 12
VISIT_DAYS = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class ComunaCount:
    """A comuna of the index and how many places with offers it has."""

    name: str
    slug: str
    places: int


@dataclass(frozen=True, slots=True)
class RegionComunas:
    """A region with its comunas by name."""

    name: str
    slug: str
    comunas: tuple[ComunaCount, ...]


@dataclass(frozen=True, slots=True)
class ComunaOffer:
    """One line of the list."""

    id: UUID
    card: OfferCard


@dataclass(frozen=True, slots=True)
class ComunaKind:
    """The offers of one kind by name. count says how many there are, places at how many, also those not shown."""

    kind: str
    count: int
    places: int
    offers: tuple[ComunaOffer, ...]


@dataclass(frozen=True, slots=True)
class ComunaVisit:
    """A dated stop in the comuna; start and end are aware, zone is that of the place."""

    id: UUID
    card: OfferCard
    start: datetime
    end: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Comuna:
    """A comuna's page: its name and region, its offers by kind (most first), its next visits by date."""

    code: str
    name: str
    slug: str
    region: str | None
    kinds: tuple[ComunaKind, ...]
    visits: tuple[ComunaVisit, ...]
    demonstration: bool


def list_comunas(session: Session) -> list[RegionComunas]:
    """Every region with its comunas; regions by code, comunas by name."""
    rows = session.execute(text(_INDEX)).all()
    regions = groupby(rows, key=lambda row: (row.region, row.region_slug))
    return [
        RegionComunas(name, slug, tuple(ComunaCount(one.name, one.slug, one.places) for one in comunas))
        for (name, slug), comunas in regions
    ]


def read_comuna(session: Session, slug: str, now: datetime, kind: str | None = None) -> Comuna:
    """One comuna by its slug; of one kind alone (then all of it) if given. Raises NotFoundError."""
    known = "\0" not in slug + (kind or "")  # which the database would not take
    area = session.execute(text(_AREA), {"slug": slug}).mappings().one_or_none() if known else None
    if area is None:
        raise NotFoundError("there is no such comuna")
    values = {"area": area["code"], "kind": kind, "most": MANY if kind else FEW}
    kinds = _kinds(session.execute(text(_OFFERS), values).all())
    if kind and not kinds:
        raise NotFoundError("this comuna has no such offers")
    until = {"area": area["code"], "kind": kind, "now": now, "until": now + VISIT_DAYS, "most": VISITS}
    return Comuna(
        code=area["code"],
        name=area["name"],
        slug=slug,
        region=area["region"],
        kinds=kinds,
        visits=tuple(ComunaVisit(*row) for row in session.execute(text(_VISITS), until)),
        demonstration=any(one.card["demonstration"] for each in kinds for one in each.offers),
    )


def _kinds(rows: Sequence[Any]) -> tuple[ComunaKind, ...]:
    grouped = (list(alike) for _, alike in groupby(rows, key=lambda row: row.kind))
    found = [
        ComunaKind(
            alike[0].kind,
            alike[0].count,
            alike[0].places,
            tuple(ComunaOffer(row.id, row.card) for row in alike),
        )
        for alike in grouped
    ]
    return tuple(sorted(found, key=lambda one: (-one.places, one.kind)))


_INDEX = """
select c.name, c.slug, r.name as region, r.slug as region_slug, coalesce(n.places, 0) as places
from area c
left join area p on p.code = c.parent_code
join area r on r.kind = 'region' and r.code in (c.parent_code, p.parent_code)
left join (select area_code, count(distinct location_id) as places from offer group by area_code) n
  on n.area_code = c.code
where c.kind = 'comuna'
order by r.code, cercana_fold(c.name), c.code
"""
_AREA = """
select c.code, c.name, r.name as region from area c
left join area p on p.code = c.parent_code
left join area r on r.kind = 'region' and r.code in (c.parent_code, p.parent_code)
where c.kind = 'comuna' and c.slug = :slug
"""
_OFFERS = """
select id, numbered.kind, card, count, places from (
  select f.id, f.kind, f.card, count(*) over (partition by f.kind) as count,
    row_number() over (
      partition by f.kind
      order by cercana_fold(f.card->>'name'), f.location_id, f.card->>'service', f.id) as place
  from offer f where f.area_code = :area and (cast(:kind as text) is null or f.kind = :kind)
) numbered
join (select kind, count(distinct location_id) as places from offer where area_code = :area group by kind) n
  on n.kind = numbered.kind
where place <= :most
order by numbered.kind, place
"""
_VISITS = """
select f.id, f.card, lower(o.during) as opens, upper(o.during) as closes, f.zone
from offer f join opening o on o.timetable_id = f.timetable_id
where f.area_code = :area and o.kind = 'visit' and o.during && tstzrange(:now, :until)
  and (cast(:kind as text) is null or f.kind = :kind)
order by opens, cercana_fold(f.card->>'name'), f.id
limit :most
"""
