"""Where people live, as coverage reads it: cells, and the samples that stand for them on roads.

Cells and samples come in one fixed order, by kind, code and number, byte by byte: that of the fingerprint.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.coverage_terms import DatasetFacts
from directory.errors import QuestionError
from geo.reach_rows import Floats, Numbers, Samples
from geo.travel import OFF_ROAD, RURAL_OFF_ROAD


@dataclass(frozen=True)
class Cells:
    """C cells with a point, in the order of the fingerprint.

    ids: (C,) int64 of table population. areas: code of the comuna of each, None outside of all. people: (C,).
    settlements: the cell's own, else its comuna's: urban, mixed, rural or None. bands: people (C,) by key of age
    and sex, 0 where a cell gives none. lons, lats: (C,) degrees, WGS 84, of a point of each.
    """

    ids: npt.NDArray[np.int64]
    kinds: tuple[str, ...]
    codes: tuple[str, ...]
    areas: tuple[str | None, ...]
    people: Floats
    settlements: tuple[str | None, ...]
    bands: Mapping[str, Floats]
    lons: Floats
    lats: Floats

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class People:
    """The people of a dataset. cell: (S,) index into cells of each sample; share: (S,) of the cell's people.

    without_point: people of cells without point, by code of their area. spread: people of cells that several
    samples stand for.
    """

    facts: DatasetFacts
    samples: Samples
    cell: Numbers
    share: Floats
    cells: Cells
    without_point: Mapping[str | None, float]
    spread: float

    def weights(self, band: str | None = None) -> Floats:
        """People (S,) of each sample; of one band where it is named. Raises QuestionError for an unknown band."""
        if band is None:
            return self.cells.people[self.cell] * self.share
        if band not in self.cells.bands:
            known = ", ".join(self.cells.bands) or "ninguno"
            raise QuestionError(
                f"Los datos «{self.facts.name}» no traen el grupo «{band}». Grupos que traen: {known}.",
                field="band",
            )
        return self.cells.bands[band][self.cell] * self.share


def population_datasets(session: Session) -> list[DatasetFacts]:
    """Every dataset: the newest first, demonstrations last."""
    bands: dict[str, dict[str, float]] = {}
    for name, key, people in session.execute(text(_BANDS)):
        bands.setdefault(name, {})[key] = people
    rows = session.execute(text(_DATASETS + _ORDER))
    return [DatasetFacts(**row, bands=ordered(bands.get(row["name"], {}))) for row in rows.mappings()]


def default_dataset(session: Session, area: str | None = None) -> str | None:
    """Name of the newest dataset that is no demonstration, else of the newest; None when there is none.

    Asked about an area, one that has people there comes before any that has none: regions may come in files apart.
    """
    name: str | None = session.scalar(text(_NEWEST), {"area": area})
    return name


def read_people(session: Session, name: str) -> People:
    """The people of a dataset. Raises QuestionError (field dataset): there is none, or it must be loaded again."""
    head = session.execute(text(_HEAD), {"name": name}).mappings().first()
    if head is None:
        raise QuestionError(f"No hay datos de población llamados «{name}».", field="dataset")
    if not head["fingerprint"]:
        raise QuestionError(
            f"Los datos de población «{name}» son de antes de la cobertura: cárgalos de nuevo"
            " con cercana population load.",
            field="dataset",
        )
    rows = session.execute(text(_ROWS), {"name": name}).all()
    placed = [row for row in rows if row.lon is not None]
    firsts = [row for row in placed if row.number == 0]
    cells = _cells(firsts, _bands(firsts))
    # Cells come in the order of the rows: each begins with its sample of number 0.
    cell = (np.cumsum([row.number == 0 for row in placed], dtype=np.int32) - 1).astype(np.int32)
    share = np.array([row.share for row in placed], float)
    samples = _samples(placed, cells, cell, rows[0].fingerprint if rows else head["fingerprint"])
    without: Counter[str | None] = Counter()
    for row in rows:
        if row.lon is None:
            without[row.area_code] += row.people
    spread = float(sum(row.people for row in firsts if row.share < 1))
    facts = _facts(dict(head), rows, cells, without, samples)
    return People(facts, samples, cell, share, cells, dict(without), spread)


def ordered(bands: Mapping[str, float]) -> dict[str, float]:
    """Bands in the order people expect: sexes, then ages, then both."""
    return dict(sorted(bands.items(), key=lambda one: band_order(one[0])))


def band_order(key: str) -> tuple[int, str, int, str]:
    """What to sort the keys of bands by: sexes, then ages by their first year, then ages of each sex."""
    sex, _, age = key.rpartition(":") if key[:1].isdigit() or ":" in key else (key, "", "")
    start = "".join(letter for letter in age.partition("-")[0] if letter.isdigit())
    rank = 2 if sex and age else 1 if age else 0
    return rank, sex, int(start) if start else 0, age


def _facts(
    head: dict[str, Any],
    rows: Sequence[Any],
    cells: Cells,
    without: Mapping[str | None, float],
    samples: Samples,
) -> DatasetFacts:
    known = {row.id: row for row in rows}
    bands: Counter[str] = Counter()
    for row in known.values():
        bands.update(row.bands or {})
    lost = float(sum(without.values()))
    told = {
        "cells": len(known),
        "people": float(cells.people.sum()) + lost,
        "people_without_point": lost,
        "samples": len(samples),
        "fingerprint": samples.fingerprint,
    }
    return DatasetFacts(**(head | told), bands=ordered(bands))


def _cells(firsts: Sequence[Any], bands: Mapping[str, Floats]) -> Cells:
    return Cells(
        np.array([row.id for row in firsts], np.int64),
        tuple(row.kind for row in firsts),
        tuple(row.cell for row in firsts),
        tuple(row.area_code for row in firsts),
        np.array([row.people for row in firsts], float),
        tuple(row.settlement for row in firsts),
        bands,
        np.array([row.lon for row in firsts], float),
        np.array([row.lat for row in firsts], float),
    )


def _bands(firsts: Sequence[Any]) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for place, row in enumerate(firsts):
        for key, people in (row.bands or {}).items():
            if key not in found:
                found[key] = np.zeros(len(firsts))
            found[key][place] = people
    return {key: found[key] for key in sorted(found, key=band_order)}


def _samples(placed: Sequence[Any], cells: Cells, cell: Numbers, fingerprint: str) -> Samples:
    """Roads are sought less far where people live close together, as for offers (geo.travel)."""
    limits = [float(OFF_ROAD if one == "urban" else RURAL_OFF_ROAD) for one in cells.settlements]
    return Samples(
        fingerprint,
        np.array([row.sample_lon for row in placed], float),
        np.array([row.sample_lat for row in placed], float),
        np.array(limits, float)[cell] if len(cells) else np.empty(0),
    )


_ORDER = "order by d.demonstration, d.year desc, d.loaded_at desc, d.name"
_NEWEST = """
with recursive inside as (
  select code from area where code = :area
  union all
  select a.code from area a join inside i on a.parent_code = i.code
)
select d.name from population_dataset d where d.fingerprint <> ''
order by
  exists (
    select from population p join inside i on i.code = p.area_code where p.dataset = d.name and p.people > 0
  ) desc,
  d.demonstration, d.year desc, d.loaded_at desc, d.name
limit 1
"""
_DATASETS = """
select d.name, d.title, d.year, d.source, d.licence, d.demonstration, d.fingerprint,
  count(p.id) as cells, coalesce(sum(p.people), 0) as people,
  coalesce(sum(p.people) filter (where p.geog is null), 0) as people_without_point,
  (select count(*) from population_sample m join population q on q.id = m.population_id
   where q.dataset = d.name) as samples
from population_dataset d
left join population p on p.dataset = d.name
group by d.name
"""
_BANDS = """
select p.dataset, b.key, sum(b.value::float8)
from population p, jsonb_each_text(p.bands) b
group by p.dataset, b.key
"""
_HEAD = """
select name, title, year, source, licence, demonstration, fingerprint from population_dataset where name = :name
"""
# One statement is one snapshot: cells, samples and the fingerprint that names them are of the same load.
_ROWS = """
select d.fingerprint, p.id, p.kind, p.cell, p.area_code, p.people, p.bands,
  coalesce(p.settlement, a.settlement) as settlement,
  ST_X(p.geog::geometry) as lon, ST_Y(p.geog::geometry) as lat,
  m.number, m.share, ST_X(m.geog::geometry) as sample_lon, ST_Y(m.geog::geometry) as sample_lat
from population_dataset d
join population p on p.dataset = d.name
left join population_sample m on m.population_id = p.id
left join area a on a.code = p.area_code
where d.name = :name
order by p.kind collate "C", p.cell collate "C", m.number
"""
