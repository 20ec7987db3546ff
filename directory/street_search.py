"""Streets by name, beside the places of directory.places: "Uno Sur 1234, Talca". Quick where there are none.

Anywhere in the country only a name as it is written, or its beginning, is looked for; typos and parts of a name are
understood within a few comunas, where they can mean one street.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.street_words import StreetWords, readings
from geo.gazetteer import match_score, normalise
from geo.points import LonLat, great_circle

# Below this a street is another street; from WELL_NAMED on it is looked for no further.
LEAST_SCORE, WELL_NAMED = 0.5, 0.85
# A street this much better named than the next is the one that was meant.
CLEAR_LEAD = 0.1
CANDIDATES = 40
# Beginnings shorter than this are those of half of all streets.
LEAST_BEGINNING = 4
# More comunas than a province has: beyond, typos would be read against too many streets.
FEW_AREAS = 15
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class FoundStreet:
    """A street in a comuna, and how well the words name it. stated: they say that they mean a street."""

    id: int
    name: str
    folded: str
    comuna: str | None
    region: str | None
    area_code: str | None
    point: LonLat
    precision_m: float
    score: float
    stated: bool


def find_streets(
    session: Session,
    words: str,
    areas: Collection[str] | None,
    *,
    called: Sequence[str] = (),
    near: LonLat | None = None,
) -> list[FoundStreet]:
    """Streets that the words may mean, best first; of these areas alone, unless there are none given (None).

    called: the names that the areas were found by; a comuna called exactly so is meant rather than a province of
    the same name. A house number is understood and left out; without areas, so is a comuna at the end of the words.
    near decides between equal names.
    """
    if not session.scalar(text("select exists (select from street)")):
        return []
    ways = list(readings(words))
    tails = [one.tail for one in ways if one.tail] if areas is None else []
    named = _areas_named(session, [*tails, *map(normalise, called)])
    scopes = [(way, _scope(way, areas, named, called)) for way in ways if _makes_sense(way, areas, named)]
    best = _exactly(session, scopes)
    if not best or best[0].score < WELL_NAMED:
        best = _nearly(session, scopes) or best
    if near is None:
        return best
    return sorted(best, key=lambda one: (-round(one.score, 3), great_circle(near, one.point)))


type _Named = dict[str, tuple[list[str], list[str]]]
type _Scope = tuple[StreetWords, Collection[str] | None]


def _makes_sense(way: StreetWords, areas: Collection[str] | None, named: _Named) -> bool:
    """Words at the end that are no comuna belong to the name, unless a number stands before them (a flat)."""
    return not way.tail or bool(way.number) or (areas is None and way.tail in named)


def _scope(
    way: StreetWords, areas: Collection[str] | None, named: _Named, called: Sequence[str]
) -> Collection[str] | None:
    """Where to look for a reading: in the comunas called so, else in all areas of the name; None: everywhere."""
    if areas is None:
        narrow, wide = named.get(way.tail, ([], []))
        return narrow or wide or None
    for name in called:
        exact = [code for code in named.get(normalise(name), ([], []))[0] if code in areas]
        if exact:
            return exact
    return areas


def _exactly(session: Session, scopes: Sequence[_Scope]) -> list[FoundStreet]:
    """Streets called as a reading says, or beginning so where there is no area; of the first reading that fits."""
    best: list[FoundStreet] = []
    for way, areas in scopes:
        statement = _WITHIN if areas is not None else _ANYWHERE if len(way.key) >= LEAST_BEGINNING else _EXACT
        found = _read(session, statement, way, areas)
        if found and (not best or found[0].score > best[0].score):
            best = found
        if best and best[0].score >= WELL_NAMED:
            break
    return best


def _nearly(session: Session, scopes: Sequence[_Scope]) -> list[FoundStreet]:
    """Streets with a typo, or a part of the name, of the likeliest reading within few areas."""
    few = [(way, areas) for way, areas in scopes if areas is not None and len(areas) <= FEW_AREAS]
    numbered = [one for one in few if one[0].number]
    return _read(session, _LIKE_WITHIN, *(numbered or few)[0]) if few else []


def one_is_meant(streets: Sequence[FoundStreet]) -> bool:
    """Whether the first of these, best first, is meant beyond doubt."""
    best, rest = streets[0].score, streets[1].score if len(streets) > 1 else 0.0
    return best - rest >= CLEAR_LEAD or (best == 1 and rest < 1)


def street_by_id(session: Session, street_id: int) -> FoundStreet | None:
    """A street by the id of an answer; None when it is there no more."""
    rows = session.execute(text(_STREET + "where s.id = :id"), {"id": street_id}).all()
    return _found(rows[0], 1.0, True) if rows else None


def _read(
    session: Session, statement: str, way: StreetWords, areas: Collection[str] | None
) -> list[FoundStreet]:
    """What a statement finds for one reading of the words."""
    values: dict[str, object] = {"key": way.key, "most": CANDIDATES}
    if areas is not None:
        values["areas"] = list(areas)
    if statement is _ANYWHERE:
        values["last"] = way.key + _LAST
    rows = session.execute(text(statement), values)
    found = [_found(row, match_score(way.key, row.folded), way.stated) for row in rows]
    return _distinct([one for one in found if one.score >= LEAST_SCORE])


def _distinct(found: Sequence[FoundStreet]) -> list[FoundStreet]:
    """Best first, each once: networks that overlap both have it."""
    best: dict[tuple[str, str | None], FoundStreet] = {}
    for one in sorted(found, key=lambda one: (-round(one.score, 3), one.name, one.comuna or "", one.id)):
        best.setdefault((one.folded, one.area_code), one)
    return list(best.values())


def _areas_named(session: Session, names: Sequence[str]) -> _Named:
    """By name: the comunas called exactly so, and all areas that are called so or lie in one that is."""
    found: _Named = {}
    if names:
        for name, code, own in session.execute(text(_AREAS_NAMED), {"names": list(names)}):
            narrow, wide = found.setdefault(name, ([], []))
            wide.append(code)
            if own:
                narrow.append(code)
    return found


def _found(row: Any, score: float, stated: bool) -> FoundStreet:
    return FoundStreet(
        row.id, row.name, row.folded, row.comuna, row.region, row.area_code, LonLat(row.lon, row.lat),
        row.precision_m, score, stated,
    )  # fmt: skip


_STREET = """
select s.id, s.name, s.folded, s.area_code, s.precision_m,
  ST_X(s.geog::geometry) as lon, ST_Y(s.geog::geometry) as lat, own.name as comuna,
  coalesce(top.name, middle.name) as region
from street s
left join area own on own.code = s.area_code
left join area middle on middle.code = own.parent_code
left join area top on top.code = middle.parent_code and top.kind = 'region'
"""
_EXACT = _STREET + "where s.folded = :key order by s.id limit :most"
_ANYWHERE = f"""
({_EXACT}) union all
({_STREET} where s.folded > :key and s.folded < :last order by s.folded, s.id limit :most)
"""
_WITHIN = _STREET + "where s.folded = :key and s.area_code = any(:areas) order by s.id limit :most"
# A key has letters, digits and blanks only, so that it means nothing to LIKE.
_LIKE_WITHIN = (
    _STREET
    + """
where s.area_code = any(:areas) and (s.folded like '%' || :key || '%' or similarity(s.folded, :key) >= 0.4)
order by similarity(s.folded, :key) desc, s.id limit :most
"""
)
_AREAS_NAMED = """
with recursive within as (
  select p.folded as name, a.code, a.kind = 'comuna' as own
  from place p join area a on a.code = p.area_code where p.folded = any(:names) and p.kind <> 'locality'
  union
  select within.name, below.code, false from within join area below on below.parent_code = within.code
)
select name, code, bool_or(own) as own from within group by name, code order by name, code
"""
