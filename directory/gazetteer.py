"""Places on their way in: the names people search by, each source's set replaced by difference."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.staging import Changes, changed, find_areas, stage
from geo.points import LonLat

AREAS_SOURCE = "areas"
# A locality's point is its middle; most are smaller than this.
LOCALITY_PRECISION_M = 2_000.0


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """One name with a point. Without precision it is that of its area: the radius of a circle as large.

    searched_as is what people type for it when that is not the name itself ("Pta Arenas").
    """

    kind: str
    name: str
    point: LonLat
    area_code: str | None = None
    precision_m: float | None = None
    population: int | None = None
    searched_as: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPlaces:
    """What storing places changed, and how many were known already under the same name in the same area."""

    changes: Changes
    known: int


def store_places(session: Session, source: str, records: Iterable[PlaceRecord]) -> StoredPlaces:
    """Make a source's places exactly these. Ids stay for a name that keeps its area and point.

    A locality without area takes the comuna at its point. One whose name and area another source has
    already is left out: the same village twice is no choice to offer.
    """
    rows = (_row(one) for one in records)
    stage(session, "staged_place", _COLUMNS, rows)
    session.execute(text(_FOLD))
    find_areas(session, "staged_place")
    known = changed(session, _DROP_KNOWN, source=source)
    changed(session, _DROP_REPEATED)
    session.execute(text(_SET_PRECISION), {"default": LOCALITY_PRECISION_M})
    changes = Changes(
        deleted=changed(session, _DELETE, source=source),
        updated=changed(session, _UPDATE, source=source),
        inserted=changed(session, _INSERT, source=source),
    )
    return StoredPlaces(changes, known)


def refresh_precisions(session: Session) -> int:
    """After shapes changed: the precision of the places that stand for an area. Returns how many changed."""
    return changed(session, _REFRESH, source=AREAS_SOURCE)


def _row(one: PlaceRecord) -> tuple[object, ...]:
    return (
        one.kind,
        one.name,
        one.area_code,
        one.point.wkt,
        one.precision_m,
        one.population,
        one.searched_as or one.name,
    )


_COLUMNS = {
    "kind": "text",
    "name": "text",
    "area_code": "text",
    "geog": "geography",
    "precision_m": "float8",
    "population": "integer",
    "folded": "text",
}
_FOLD = "update staged_place set folded = cercana_fold(folded)"
_DROP_KNOWN = """
delete from staged_place s
using place p
where p.source <> :source and p.folded = s.folded and p.area_code is not distinct from s.area_code
  and s.kind in ('locality', 'alias')
"""
# A name that is nothing but signs cannot be searched; one that repeats in place adds nothing.
_DROP_REPEATED = """
delete from staged_place s
using (
  select ctid as row,
    row_number() over (partition by folded, kind, area_code, geog::geometry order by name) as number
  from staged_place) numbered
where s.ctid = numbered.row and (numbered.number > 1 or s.folded = '')
"""
_SET_PRECISION = """
update staged_place s
set precision_m = coalesce(
  (select round(sqrt(ST_Area(a.shape::geography) / pi())) from area a
   where a.code = s.area_code and s.kind <> 'locality'),
  :default)
where s.precision_m is null
"""
# Compared as geometry, which the planner can hash; geography it could only compare pair by pair.
_DELETE = """
delete from place p
where p.source = :source and not exists (
  select from staged_place s
  where s.folded = p.folded and s.kind = p.kind and s.area_code is not distinct from p.area_code
    and s.geog::geometry = p.geog::geometry)
"""
_UPDATE = """
update place p
set name = s.name, precision_m = s.precision_m, population = s.population
from staged_place s
where p.source = :source and s.folded = p.folded and s.kind = p.kind
  and s.area_code is not distinct from p.area_code and s.geog::geometry = p.geog::geometry
  and (p.name, p.precision_m, p.population) is distinct from (s.name, s.precision_m, s.population)
"""
_INSERT = """
insert into place (kind, name, folded, area_code, geog, precision_m, population, source)
select s.kind, s.name, s.folded, s.area_code, s.geog, s.precision_m, s.population, :source
from staged_place s
where not exists (
  select from place p
  where p.source = :source and s.folded = p.folded and s.kind = p.kind
    and s.area_code is not distinct from p.area_code and s.geog::geometry = p.geog::geometry)
"""
_REFRESH = """
update place p
set precision_m = round(sqrt(ST_Area(a.shape::geography) / pi()))
from area a
where a.code = p.area_code and p.source = :source and a.shape is not null
  and p.precision_m is distinct from round(sqrt(ST_Area(a.shape::geography) / pi()))
"""
