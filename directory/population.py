"""People on their way in: the cells of one dataset, replaced by difference."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.errors import DirectoryError
from directory.staging import Changes, changed, find_areas, stage
from geo.points import LonLat


@dataclass(frozen=True, slots=True)
class CellRecord:
    """People of one cell. Without point they are counted and told, and stand on no map.

    kind says what the cell is (block, rural_entity, zone, grid); cell is its code, unique within the kind.
    """

    kind: str
    cell: str
    people: float
    point: LonLat | None = None
    area_code: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPeople:
    """What a dataset holds after a load: cells and people, and those without point or without area."""

    changes: Changes
    cells: int
    people: float
    cells_without_point: int
    people_without_point: float
    cells_without_area: int
    people_without_area: float


def store_population(session: Session, dataset: str, year: int, cells: Iterable[CellRecord]) -> StoredPeople:
    """Make a dataset exactly these cells. A cell without (known) area takes the comuna at its point."""
    rows = (
        (one.kind, one.cell, one.people, one.point.wkt if one.point else None, one.area_code) for one in cells
    )
    stage(session, "staged_cell", _COLUMNS, rows)
    repeated = session.execute(text(_REPEATED)).first()
    if repeated is not None:
        raise DirectoryError(
            f"cell {repeated.cell} ({repeated.kind}) appears {repeated.times} times: people would count twice"
        )
    session.execute(text(_FORGET_UNKNOWN))
    find_areas(session, "staged_cell")
    values = {"dataset": dataset, "year": year}
    changes = Changes(
        deleted=changed(session, _DELETE, dataset=dataset),
        updated=changed(session, _UPDATE, **values),
        inserted=changed(session, _INSERT, **values),
    )
    row = session.execute(text(_SUMMARY)).one()
    return StoredPeople(changes, *row)


_COLUMNS = {"kind": "text", "cell": "text", "people": "float8", "geog": "geography", "area_code": "text"}
_REPEATED = """
select kind, cell, count(*) as times from staged_cell group by kind, cell having count(*) > 1
order by kind, cell limit 1
"""
_FORGET_UNKNOWN = """
update staged_cell s set area_code = null
where s.area_code is not null and not exists (select from area a where a.code = s.area_code)
"""
_DELETE = """
delete from population p
where p.dataset = :dataset
  and not exists (select from staged_cell s where s.kind = p.kind and s.cell = p.cell)
"""
_UPDATE = """
update population p
set year = :year, people = s.people, geog = s.geog, area_code = s.area_code
from staged_cell s
where p.dataset = :dataset and s.kind = p.kind and s.cell = p.cell
  and (p.year, p.people, p.geog, p.area_code) is distinct from (:year, s.people, s.geog, s.area_code)
"""
_INSERT = """
insert into population (dataset, year, cell, area_code, kind, people, geog)
select :dataset, :year, s.cell, s.area_code, s.kind, s.people, s.geog
from staged_cell s
where not exists (
  select from population p where p.dataset = :dataset and p.kind = s.kind and p.cell = s.cell)
"""
_SUMMARY = """
select count(*), coalesce(sum(people), 0),
  count(*) filter (where geog is null), coalesce(sum(people) filter (where geog is null), 0),
  count(*) filter (where area_code is null), coalesce(sum(people) filter (where area_code is null), 0)
from staged_cell
"""
