"""Areas on their way in: by code, then their shapes, then the outlines put together from comunas."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.errors import DirectoryError
from directory.staging import Changes, changed, stage
from geo.points import LonLat

APPROXIMATE = "approximate"
OFFICIAL = "official"
# A comuna keeps its plain name as slug; larger areas, often of the same name, say what they are.
SLUG_PREFIX = {"country": "pais", "region": "region", "province": "provincia", "comuna": ""}
# An outline put together from comunas is official when those with an official shape hold this share of its
# people: Magallanes is drawn without its Antarctic comuna, but no region from a few of its comunas.
DISSOLVE_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class AreaRecord:
    """One area as the country's facts or a table of codes state it. settlement: urban, mixed or rural."""

    code: str
    kind: str
    name: str
    zone: str
    parent: str | None = None
    population: int | None = None
    landmass: str | None = None
    seat: LonLat | None = None
    settlement: str | None = None


@dataclass(frozen=True, slots=True)
class ShapeRecord:
    """The shape of an area: a multipolygon in WGS 84 degrees, as WKB."""

    code: str
    wkb: bytes


def slug_of(name: str) -> str:
    """A name as part of an address: plain letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def store_areas(session: Session, records: Sequence[AreaRecord]) -> Changes:
    """Insert or update areas by code. Never deletes: much else refers to areas.

    What a record leaves out (population, landmass, settlement, seat) stays as it was.
    """
    slugs = _slugs(session, records)
    stage(session, "staged_area", _AREA_COLUMNS, ((*_area_row(one), slugs[one.code]) for one in records))
    orphan = session.execute(text(_ORPHAN)).first()
    if orphan is not None:
        raise DirectoryError(f"area {orphan.code} names {orphan.parent} as its parent, which is not an area")
    return Changes(updated=changed(session, _UPDATE_AREAS), inserted=changed(session, _INSERT_AREAS))


def store_shapes(session: Session, shapes: Iterable[ShapeRecord], boundary: str) -> list[str]:
    """Set shapes; an approximate one never replaces an official one. Returns the codes that changed."""
    rows = ((one.code, one.wkb.hex()) for one in shapes)
    stage(session, "staged_shape", {"code": "text primary key", "shape": "geometry(multipolygon)"}, rows)
    return list(session.scalars(text(_STORE_SHAPES), {"boundary": boundary}))


def dissolve(session: Session, codes: Sequence[str]) -> list[str]:
    """Put the areas above these comunas together again. Returns the codes that changed.

    Official when its official comunas hold nearly all of its people; otherwise all comunas make a guess.
    """
    return list(session.scalars(text(_DISSOLVE), {"codes": list(codes), "share": DISSOLVE_SHARE}))


def read_areas(session: Session) -> dict[str, AreaRecord]:
    """Every area by code, as `store_areas` would take it (without its seat and settlement)."""
    rows = session.execute(text(_READ_AREAS))
    return {row[0]: AreaRecord(*row) for row in rows}


def without_official_shape(session: Session, kind: str) -> list[tuple[str, str]]:
    """Code and name of the areas of a kind that have no official shape."""
    statement = (
        "select code, name from area where kind = :kind and boundary is distinct from 'official'"
        " order by code"
    )
    return [(code, name) for code, name in session.execute(text(statement), {"kind": kind})]


def seats_outside(session: Session, codes: Sequence[str], metres: float) -> list[str]:
    """Of these areas, those whose seat lies further than so many metres outside their own shape."""
    return list(session.scalars(text(_SEATS_OUTSIDE), {"codes": list(codes), "metres": metres}))


def _slugs(session: Session, records: Sequence[AreaRecord]) -> dict[str, str]:
    """A slug for each record, unique among them and the areas already there."""
    own = {one.code for one in records}
    taken = {slug for code, slug in session.execute(text("select code, slug from area")) if code not in own}
    slugs: dict[str, str] = {}
    for one in sorted(records, key=lambda record: record.code):
        prefix = SLUG_PREFIX[one.kind]
        slug = slug_of(f"{prefix} {one.name}") or one.code
        slugs[one.code] = f"{slug}-{one.code}" if slug in taken else slug
        taken.add(slugs[one.code])
    return slugs


def _area_row(one: AreaRecord) -> tuple[object, ...]:
    seat = one.seat.wkt if one.seat else None
    return (
        one.code,
        one.kind,
        one.name,
        one.parent,
        one.population,
        one.zone,
        one.landmass,
        seat,
        one.settlement,
    )


_READ_AREAS = """
select code, kind, name, zone, parent_code, population, landmass from area order by code
"""
_AREA_COLUMNS = {
    "code": "text primary key",
    "kind": "text",
    "name": "text",
    "parent": "text",
    "population": "integer",
    "zone": "text",
    "landmass": "text",
    "seat": "geography",
    "settlement": "text",
    "slug": "text",
}
_ORPHAN = """
select code, parent from staged_area
where parent is not null and parent not in (select code from staged_area union select code from area)
order by code limit 1
"""
_UPDATE_AREAS = """
update area a
set kind = s.kind, name = s.name, slug = s.slug, parent_code = s.parent, zone = s.zone,
    population = coalesce(s.population, a.population), landmass = coalesce(s.landmass, a.landmass),
    settlement = coalesce(s.settlement, a.settlement), seat = coalesce(s.seat, a.seat)
from staged_area s
where a.code = s.code
  and (a.kind, a.name, a.slug, a.parent_code, a.zone, a.population, a.landmass, a.settlement, a.seat)
      is distinct from (s.kind, s.name, s.slug, s.parent, s.zone, coalesce(s.population, a.population),
                        coalesce(s.landmass, a.landmass), coalesce(s.settlement, a.settlement),
                        coalesce(s.seat, a.seat))
"""
_INSERT_AREAS = """
insert into area (code, kind, name, slug, parent_code, population, zone, landmass, settlement, seat)
select code, kind, name, slug, parent, population, zone, landmass, settlement, seat
from staged_area s
where not exists (select from area a where a.code = s.code)
order by code
"""
_STORE_SHAPES = """
update area a
set shape = ST_SetSRID(s.shape, 4326), boundary = :boundary
from staged_shape s
where a.code = s.code
  and (:boundary = 'official' or a.boundary is distinct from 'official')
  and (a.shape, a.boundary) is distinct from (ST_SetSRID(s.shape, 4326), :boundary)
returning a.code
"""
_DISSOLVE = """
with recursive above as (
  select parent_code as code from area where code = any(:codes)
  union
  select a.parent_code from area a join above on above.code = a.code
), below as (
  select u.code as top, u.code
  from above u join area a on a.code = u.code and a.kind in ('province', 'region')
  union
  select below.top, a.code from area a join below on a.parent_code = below.code
), built as (
  select b.top,
    coalesce(sum(coalesce(c.population, 1)) filter (where c.boundary = 'official'), 0)
      >= :share * sum(coalesce(c.population, 1)) as official,
    ST_Union(c.shape) filter (where c.boundary = 'official') as drawn,
    ST_Union(c.shape) as guessed
  from below b join area c on c.code = b.code and c.kind = 'comuna'
  group by b.top
), chosen as (
  select top, case when official then 'official' else 'approximate' end as boundary,
    ST_Multi(ST_CollectionExtract(case when official then drawn else guessed end, 3)) as shape
  from built where guessed is not null
)
update area a set shape = c.shape, boundary = c.boundary
from chosen c
where a.code = c.top
  and (c.boundary = 'official' or a.boundary is distinct from 'official')
  and (a.shape, a.boundary) is distinct from (c.shape, c.boundary)
returning a.code
"""
_SEATS_OUTSIDE = """
select code from area
where code = any(:codes) and seat is not null and shape is not null
  and not ST_DWithin(shape::geography, seat, :metres)
order by code
"""
