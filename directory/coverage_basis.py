"""What every figure carries: of which people, offers, roads and days it is, and what could not be counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.coverage_areas import AreaNames
from directory.coverage_inputs import Places
from directory.coverage_terms import Basis, CoverageMethod, CoverageQuery
from directory.people import People
from directory.supply import Provider, Supply
from geo.reach_rows import Flags
from geo.travel import NetworkFacts


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """Of the offers a question may count. on: day (UTC) of the newest import; sources: their titles."""

    on: date | None
    sources: tuple[str, ...]


def read_offer_facts(session: Session) -> OfferFacts:
    """Of everything that is published."""
    on, sources = session.execute(text(_FACTS)).one()
    return OfferFacts(on, tuple(sources))


def without_point(session: Session, query: CoverageQuery, people: People, areas: AreaNames) -> float:
    """People asked about whose cell has no point, so that nothing is known of their trips."""
    if query.band is None:
        held = dict(people.without_point)
    else:
        values = {"name": people.facts.name, "band": query.band}
        held = {code: float(some) for code, some in session.execute(text(_BAND_WITHOUT_POINT), values)}
    codes = list(held)
    inside = areas.inside(codes, query.area_code).tolist()
    return float(sum(held[code] for code, counts in zip(codes, inside, strict=True) if counts))


def make_basis(
    query: CoverageQuery,
    people: People,
    *,
    inside: Flags,
    known: Flags,
    people_without_point: float,
    supply: Supply,
    places: Places,
    network: NetworkFacts | None,
    offers: OfferFacts,
    off_network: Flags,
) -> Basis:
    """inside, known: (S,) samples in the area asked about, and those whose trips are known. off_network: (P,)."""
    weights = np.where(inside, people.weights(query.band), 0.0)
    fitting = [one for one in places.providers if one.verdict != "no"]
    admits = places.any([one.verdict != "no" for one in places.providers])
    facts = people.facts
    return Basis(
        CoverageMethod.NETWORK if network else CoverageMethod.ESTIMATE,
        facts.name,
        facts.title,
        facts.year,
        facts.demonstration,
        people=float(weights.sum()) + people_without_point,
        people_without_point=people_without_point,
        people_off_network=float(weights[~known].sum()),
        spread=float(weights[people.share < 1].sum()),
        offers=len(fitting),
        places=int(admits.sum()),
        without_hours=_without_hours(fitting),
        without_point=supply.without_point,
        offers_on=offers.on,
        network=network,
        sources=_sources(people, network, offers),
        places_off_network=int((off_network & admits).sum()),
    )


def _without_hours(fitting: Sequence[Provider]) -> int:
    return sum(one.windows is None for one in fitting)


def _sources(people: People, network: NetworkFacts | None, offers: OfferFacts) -> tuple[str, ...]:
    told = [people.facts.source or people.facts.title, *offers.sources, network.licence if network else ""]
    return tuple(dict.fromkeys(one for one in told if one))


def unmet_by_area(session: Session, needs: Sequence[str]) -> dict[str, int]:
    """How often one of these needs (or one below it; none given: any) was recorded as unmet, by area code."""
    rows = session.execute(text(_UNMET), {"needs": list(needs)})
    return {code: int(count) for code, count in rows}


_FACTS = """
select (select max((coalesce(ended_at, started_at) at time zone 'UTC')::date) from import_run),
  (select coalesce(array_agg(distinct s.title order by s.title), '{}') from source s
   where exists (select from service_at_location l join offer o on o.id = l.id where l.source_id = s.id))
"""
_BAND_WITHOUT_POINT = """
select area_code, sum((bands->>:band)::float8) from population
where dataset = :name and geog is null and jsonb_exists(bands, :band)
group by area_code
"""
_UNMET = """
with recursive asked as (
  select id, code from taxonomy_term where code = any(:needs)
  union
  select t.id, t.code from asked a join taxonomy_term t on t.parent_id = a.id
)
select area_code, count(*) from unmet_need u
where cardinality(cast(:needs as text[])) = 0 or u.needs && (select coalesce(array_agg(code), '{}') from asked)
group by area_code
"""
