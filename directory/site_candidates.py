"""Places that a service could be opened at: those of the gazetteer, points of offers, or points that were given."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.coverage_areas import AreaNames
from directory.coverage_terms import SiteQuery
from directory.errors import QuestionError
from geo.points import LonLat

# One search on the roads each: more are a question for an area.
MOST_CANDIDATES = 5_000
OFFERS = "offer:"
GAZETTEER = {"localities": "locality", "comunas": "comuna"}


@dataclass(frozen=True, slots=True)
class SiteCandidate:
    """A distinct point and what it is called."""

    name: str
    point: LonLat


def read_candidates(session: Session, query: SiteQuery, areas: AreaNames) -> list[SiteCandidate]:
    """The candidates of a question, in the area asked about; given points as they are. Each point once.

    Raises QuestionError (field candidates or points) for an unknown kind, for none and for too many.
    """
    if query.points:
        return _checked((SiteCandidate(name, point) for name, point in query.points), "points")
    statement, kind = _asked(session, query.candidates)
    rows = session.execute(text(statement), {"kind": kind}).all()
    inside = areas.inside([row.area_code for row in rows], query.coverage.area_code).tolist()
    kept = (
        SiteCandidate(row.name, LonLat(row.lon, row.lat))
        for row, counts in zip(rows, inside, strict=True)
        if counts
    )
    return _checked(kept, "candidates")


def _asked(session: Session, candidates: str) -> tuple[str, str]:
    if candidates in GAZETTEER:
        return _PLACES, GAZETTEER[candidates]
    known = session.scalars(text("select key from facet where kind = 'kind' order by key")).all()
    kind = candidates.removeprefix(OFFERS)
    if candidates.startswith(OFFERS) and kind in known:
        return _OFFERS, kind
    choices = ", ".join((*GAZETTEER, *(OFFERS + one for one in known)))
    raise QuestionError(
        f"No hay candidatos «{candidates}»: pueden ser {choices}, o una lista de puntos con nombre.",
        field="candidates",
    )


def _checked(found: Iterable[SiteCandidate], field: str) -> list[SiteCandidate]:
    """Each point once, called by the first name it comes with."""
    distinct: dict[LonLat, SiteCandidate] = {}
    for one in found:
        distinct.setdefault(one.point, one)
    if not distinct:
        raise QuestionError(
            "No hay ningún lugar candidato en ese territorio: elige otros candidatos o un territorio más grande.",
            field=field,
        )
    if len(distinct) > MOST_CANDIDATES:
        raise QuestionError(
            f"Son {len(distinct)} lugares candidatos y se comparan hasta {MOST_CANDIDATES}:"
            " elige un territorio más pequeño u otros candidatos.",
            field=field,
        )
    return list(distinct.values())


_PLACES = """
select name, area_code, st_x(geog::geometry) as lon, st_y(geog::geometry) as lat
from place where kind = :kind
order by name, area_code, lon, lat, id
"""
_OFFERS = """
select coalesce(card->>'name', '') as name, area_code, st_x(geog::geometry) as lon, st_y(geog::geometry) as lat
from offer where kind = :kind and geog is not null
order by name, area_code, lon, lat, id
"""
