"""People on their way in: the cells of one dataset, replaced by difference, and the points where they live."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.errors import DirectoryError, NotFoundError
from directory.staging import Changes, changed, find_areas, stage
from geo.points import LonLat

# Advisory: one load of people at a time, so that two of the same name do not add up.
_LOAD_LOCK = 0x70656F70
_MANY = 1_000


@dataclass(frozen=True, slots=True)
class CellRecord:
    """People of one cell. Without point they are counted and told, and stand on no map.

    kind says what the cell is (block, rural_entity, zone, grid); cell is its code, unique within the kind.
    samples: points where equal shares of its people live; none: all of them at its point. settlement: urban,
    mixed or rural, where the dataset says so. bands: people by key of age and sex. shape: a generalised
    multipolygon in WGS 84 degrees, as WKB, for drawing.
    """

    kind: str
    cell: str
    people: float
    point: LonLat | None = None
    area_code: str | None = None
    settlement: str | None = None
    bands: Mapping[str, float] | None = None
    samples: tuple[LonLat, ...] = ()
    shape: bytes | None = None


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """What is said of a dataset beside its name and year. An empty title is the name."""

    title: str = ""
    source: str = ""
    licence: str = ""
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class StoredPeople:
    """What a dataset holds after a load: cells and people, and those without point or without area.

    unknown_areas: cells whose stated area does not exist; they took the comuna at their point, if any.
    fingerprint: of the samples, in their order; the same as long as nobody moves.
    """

    changes: Changes
    cells: int
    people: float
    cells_without_point: int
    people_without_point: float
    cells_without_area: int
    people_without_area: float
    unknown_areas: int = 0
    samples: int = 0
    fingerprint: str = ""


def store_population(
    session: Session,
    dataset: str,
    year: int,
    cells: Iterable[CellRecord],
    about: DatasetRecord = DatasetRecord(),
) -> StoredPeople:
    """Make a dataset exactly these cells. A cell without (known) area takes the comuna at its point.

    Raises DirectoryError for a cell that appears twice; then nothing may be committed.
    """
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOAD_LOCK})
    listed = list(cells)
    stage(session, "staged_cell", _COLUMNS, map(_cell_row, listed))
    repeated = session.execute(text(_REPEATED)).first()
    if repeated is not None:
        raise DirectoryError(
            f"cell {repeated.cell} ({repeated.kind}) appears {repeated.times} times: people would count twice"
        )
    stage(session, "staged_sample", _SAMPLE_COLUMNS, _sample_rows(listed))
    unknown = changed(session, _FORGET_UNKNOWN)
    find_areas(session, "staged_cell")
    changes = _replace(session, dataset, year)
    moved = changed(session, _DELETE_SAMPLES, dataset=dataset) + changed(
        session, _INSERT_SAMPLES, dataset=dataset
    )
    if changes.total + moved > _MANY:
        # Without statistics the planner takes a few rows for granted and joins them one by one.
        session.execute(text("analyze population, population_sample"))
    summary = session.execute(text(_SUMMARY)).one()
    samples, fingerprint = _fingerprint(session, dataset)
    session.execute(
        text(_STORE_DATASET),
        {
            "name": dataset,
            "title": about.title or dataset,
            "year": year,
            "source": about.source,
            "licence": about.licence,
            "demonstration": about.demonstration,
            "fingerprint": fingerprint,
            "changed": changes.total + moved > 0,
        },
    )
    held = StoredPeople(changes, *summary)
    return replace(held, unknown_areas=unknown, samples=samples, fingerprint=fingerprint)


def remove_population(session: Session, dataset: str) -> tuple[int, float]:
    """Take a dataset away: how many cells and people it had. Raises NotFoundError when there is none.

    Reach rows of its samples are swept by who keeps them.
    """
    values = {"dataset": dataset}
    known = changed(session, "delete from population_dataset where name = :dataset", **values)
    cells, people = session.execute(
        text(
            "with gone as (delete from population where dataset = :dataset returning people)"
            " select count(*), coalesce(sum(people), 0) from gone"
        ),
        values,
    ).one()
    if not known and not cells:
        raise NotFoundError(
            f"No hay datos de población llamados «{dataset}». Mira los que hay con: cercana population list"
        )
    return int(cells), float(people)


def dataset_state(session: Session, dataset: str) -> tuple[int, bool] | None:
    """Year of a dataset, and whether it is a demonstration; None when there is none of this name."""
    found = session.execute(
        text("select year, demonstration from population_dataset where name = :name"), {"name": dataset}
    ).first()
    return None if found is None else (found.year, found.demonstration)


def _replace(session: Session, dataset: str, year: int) -> Changes:
    values = {"dataset": dataset, "year": year}
    return Changes(
        deleted=changed(session, _DELETE, dataset=dataset),
        updated=changed(session, _UPDATE, **values),
        inserted=changed(session, _INSERT, **values),
    )


def _cell_row(one: CellRecord) -> tuple[object, ...]:
    return (
        one.kind,
        one.cell,
        one.people,
        one.point.wkt if one.point else None,
        one.area_code,
        one.settlement,
        Jsonb(dict(one.bands)) if one.bands else None,
        one.shape.hex() if one.shape else None,
    )


def _sample_rows(cells: Iterable[CellRecord]) -> Iterator[tuple[object, ...]]:
    for one in cells:
        if one.point is not None:
            points = one.samples or (one.point,)
            for number, point in enumerate(points):
                yield one.kind, one.cell, number, point.wkt, 1 / len(points)


def _fingerprint(session: Session, dataset: str) -> tuple[int, str]:
    """How many samples a dataset has, and the SHA-256 of where they are, in the order in which they are read."""
    digest, count = hashlib.sha256(), 0
    for kind, cell, number, lon, lat in session.execute(text(_SAMPLES), {"dataset": dataset}):
        digest.update(f"{kind}\t{cell}\t{number}\t{lon!r}\t{lat!r}\n".encode())
        count += 1
    return count, digest.hexdigest()


_COLUMNS = {
    "kind": "text",
    "cell": "text",
    "people": "float8",
    "geog": "geography",
    "area_code": "text",
    "settlement": "text",
    "bands": "jsonb",
    "shape": "geometry",
}
_SAMPLE_COLUMNS = {
    "kind": "text",
    "cell": "text",
    "number": "integer",
    "geog": "geography",
    "share": "float8",
}
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
set year = :year, people = s.people, geog = s.geog, area_code = s.area_code, settlement = s.settlement,
    bands = s.bands, shape = ST_SetSRID(s.shape, 4326)
from staged_cell s
where p.dataset = :dataset and s.kind = p.kind and s.cell = p.cell
  and (p.year, p.people, p.geog, p.area_code, p.settlement, p.bands, p.shape)
      is distinct from (:year, s.people, s.geog, s.area_code, s.settlement, s.bands, ST_SetSRID(s.shape, 4326))
"""
_INSERT = """
insert into population (dataset, year, cell, area_code, kind, people, geog, settlement, bands, shape)
select :dataset, :year, s.cell, s.area_code, s.kind, s.people, s.geog, s.settlement, s.bands,
  ST_SetSRID(s.shape, 4326)
from staged_cell s
where not exists (
  select from population p where p.dataset = :dataset and p.kind = s.kind and p.cell = s.cell)
"""
# Compared as geometry, to the last digit: geography holds the same numbers.
_DELETE_SAMPLES = """
delete from population_sample m
using population p
where p.id = m.population_id and p.dataset = :dataset and not exists (
  select from staged_sample s
  where s.kind = p.kind and s.cell = p.cell and s.number = m.number and s.share = m.share
    and s.geog::geometry = m.geog::geometry)
"""
_INSERT_SAMPLES = """
insert into population_sample (population_id, number, geog, share)
select p.id, s.number, s.geog, s.share
from staged_sample s
join population p on p.dataset = :dataset and p.kind = s.kind and p.cell = s.cell
where not exists (select from population_sample m where m.population_id = p.id and m.number = s.number)
"""
_SUMMARY = """
select count(*), coalesce(sum(people), 0),
  count(*) filter (where geog is null), coalesce(sum(people) filter (where geog is null), 0),
  count(*) filter (where area_code is null), coalesce(sum(people) filter (where area_code is null), 0)
from staged_cell
"""
_SAMPLES = """
select p.kind, p.cell, m.number, ST_X(m.geog::geometry), ST_Y(m.geog::geometry)
from population p
join population_sample m on m.population_id = p.id
where p.dataset = :dataset
order by p.kind collate "C", p.cell collate "C", m.number
"""
# loaded_at tells when anything changed: who remembers people compares it.
_STORE_DATASET = """
insert into population_dataset as d (name, title, year, source, licence, demonstration, fingerprint)
values (:name, :title, :year, :source, :licence, :demonstration, :fingerprint)
on conflict (name) do update
set title = excluded.title, year = excluded.year, source = excluded.source, licence = excluded.licence,
    demonstration = excluded.demonstration, fingerprint = excluded.fingerprint,
    loaded_at = case when :changed or (d.title, d.year, d.source, d.licence, d.demonstration, d.fingerprint)
      is distinct from (excluded.title, excluded.year, excluded.source, excluded.licence,
                        excluded.demonstration, excluded.fingerprint)
      then now() else d.loaded_at end
"""
