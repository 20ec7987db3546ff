"""Where a person is, from what they type: coordinates, or the name of a place, forgiving typos. Offline.

Trigrams look at names only. A name alone may be meant of several places: then the answer is a choice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.errors import QuestionError
from directory.places_sql import AREAS_WITHIN, BY_ID, BY_NAME
from directory.street_search import FoundStreet, find_streets, one_is_meant, street_by_id
from directory.territory import AreaAt, Territory, nearest_area
from geo.coordinates import format_dms, read_pair
from geo.errors import PositionError
from geo.gazetteer import looks_like_coordinates, match_score, normalise
from geo.points import LonLat, great_circle

__all__ = ["AreaAt", "FoundPlace", "PlaceAnswer", "find_places", "nearest_area", "place_at", "place_by_id"]

LONGEST_QUESTION = 200
MOST_PLACES = 20
# Names read from the index before they are ranked as people read them.
CANDIDATES = 40
# Below this likeness a name is another name, not a typo.
LEAST_SCORE = 0.3
# A name this much better than the next is the one that was meant.
CLEAR_LEAD = 0.1
# A place this well named, but not where the text says that it is, makes a choice: "Quilpué, Rancagua".
CONTRADICTION = 0.9
# A place this well named comes before any street, unless a street is said to be meant.
WELL_NAMED = 0.85
# "San Pedro" is a comuna of eleven thousand people, but most who say it mean one of its larger namesakes.
LARGER_NAMESAKE = 5
# Places of one name this near to each other are one place: a town and the comuna it is the seat of.
SAME_PLACE_M = 8_000.0
COORDINATES_PRECISION_M = 30.0
# Before the number of a street, so that it is no place of that number.
STREET_ID = "street-"

type Status = Literal["one", "many", "none"]
# The narrowest first: of "Valparaíso" the comuna is meant, and the region holds it anyway.
KINDS = ("comuna", "locality", "province", "region", "country")
STATED_KINDS = {"comuna": "comuna", "provincia": "province", "region": "region"}
PRECISION_WORDS = {
    "exact": "punto exacto",
    "street": "en la calle, sin número exacto",
    "locality": "centro de la localidad",
    "comuna": "algún lugar de la comuna",
    "province": "algún lugar de la provincia",
    "region": "algún lugar de la región",
}


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place as an answer. precision tells what the point stands for, precision_m how far off it may be."""

    id: str
    name: str
    kind: str
    comuna: str | None
    region: str | None
    area_code: str | None
    point: LonLat
    precision_m: float
    precision: str

    @property
    def precision_words(self) -> str:
        """The precision in Spanish."""
        return PRECISION_WORDS[self.precision]


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """one: the first place is meant, others follow as second thoughts; many: choose; none: not known.

    not_understood is the part of the text that names no place we know (a street without a network, for example).
    """

    status: Status
    places: list[FoundPlace]
    not_understood: str | None = None


@dataclass(frozen=True, slots=True)
class _Scored:
    place: FoundPlace
    folded: str
    score: float
    people: int


def find_places(session: Session, words: str, *, limit: int = 8, near: LonLat | None = None) -> PlaceAnswer:
    """Places that the words may mean, best first. Raises QuestionError for words that cannot be a place.

    Understands coordinates, names with typos, beginnings of names, "name, comuna or region", and streets where a
    network brought their names. near decides between equal names instead of the number of people.
    """
    asked = _checked(words)
    limit = max(1, min(limit, MOST_PLACES))
    if looks_like_coordinates(asked):
        return PlaceAnswer("one", [place_at(session, _position(asked))])
    head, *qualifiers = [part.strip() for part in re.split(r"[,;()]", asked) if normalise(part)] or [""]
    if not normalise(head):
        return PlaceAnswer("none", [])
    name, kind = _stated_kind(head)
    named = _named(session, name, kind, CANDIDATES * (4 if qualifiers else 1))
    within = _within(session, qualifiers)
    found = _distinct([one for one in named if within is None or one.place.area_code in within], near)
    if kind is None and not (found and found[0].score == 1):
        streets = find_streets(session, head, within, called=qualifiers, near=near)
        if streets:
            return _with_streets(found, streets, limit)
    if found or not qualifiers:
        return _answer(found, name, limit)
    answer = find_places(session, ", ".join(qualifiers), limit=limit, near=near)
    well_named = [one for one in named if one.score >= CONTRADICTION]
    if well_named:
        others = [one.place for one in _distinct(well_named[:CANDIDATES], near)]
        return PlaceAnswer("many", [*answer.places, *others][:limit])
    # "Los Aromos 123, Maipú": the street is not known, the comuna is.
    return replace(answer, not_understood=head) if answer.places else answer


def place_at(session: Session, point: LonLat) -> FoundPlace:
    """The place of a position: its comuna if it is in the country."""
    area = nearest_area(session, point)
    return _exactly(point, area.name, area.region, area.code) if area else _exactly(point)


def place_in(territory: Territory, point: LonLat) -> FoundPlace:
    """The same from memory, without a question to the database."""
    code = territory.area_at(point)
    return _exactly(point, territory.name(code), territory.region(code), code) if code else _exactly(point)


def _exactly(
    point: LonLat, comuna: str | None = None, region: str | None = None, code: str | None = None
) -> FoundPlace:
    id_ = f"{point.lat:.6f},{point.lon:.6f}"
    words = format_dms(point)
    return FoundPlace(
        id_, words, "coordinates", comuna, region, code, point, COORDINATES_PRECISION_M, "exact"
    )


def place_by_id(session: Session, place_id: str) -> FoundPlace | None:
    """A place by the id that an answer gave it; None when there is no such place (any more)."""
    if _is_number(place_id):
        rows = _places(session, BY_ID, id=int(place_id))
        return rows[0].place if rows else None
    number = place_id.removeprefix(STREET_ID)
    if number != place_id:
        found = street_by_id(session, int(number)) if _is_number(number) else None
        return _street(found) if found else None
    try:
        lat, lon = (float(part) for part in place_id.split(","))
        return place_at(session, LonLat(lon, lat))
    except (ValueError, PositionError):
        return None  # no id of ours


def _is_number(text_: str) -> bool:
    return text_.isascii() and text_.isdigit() and len(text_) <= 18


def _checked(words: str) -> str:
    if "\0" in words:
        raise QuestionError("El lugar tiene un carácter que no se puede leer: escríbalo de nuevo.")
    if len(words) > LONGEST_QUESTION:
        raise QuestionError(f"El lugar es demasiado largo: escriba a lo más {LONGEST_QUESTION} letras.")
    return words.strip()


def _position(asked: str) -> LonLat:
    try:
        return read_pair(asked)
    except PositionError as error:
        raise QuestionError(
            "Las coordenadas no se entienden: escriba latitud y longitud, por ejemplo -33,45 -70,66."
        ) from error


def _named(session: Session, name: str, kind: str | None, candidates: int) -> list[_Scored]:
    """Places with this name or one like it; of the kind, if there are any."""
    found = [
        replace(one, score=match_score(name, one.folded))
        for one in _places(session, BY_NAME, asked=name, candidates=candidates)
    ]
    found = [one for one in found if one.score >= LEAST_SCORE]
    return [one for one in found if one.place.precision == kind] or found


def _distinct(found: Sequence[_Scored], near: LonLat | None) -> list[_Scored]:
    """Best first, each place once, no more than anybody reads."""
    distinct: list[_Scored] = []
    for one in sorted(found, key=lambda one: _rank(one, near)):
        if len(distinct) > MOST_PLACES:
            break
        if not any(_same(one, other) for other in distinct):
            distinct.append(one)
    return distinct


def _rank(one: _Scored, near: LonLat | None) -> tuple[float, ...]:
    distance = great_circle(near, one.place.point) if near else 0.0
    return (-round(one.score, 3), distance, KINDS.index(one.place.precision), -one.people, int(one.place.id))


def _same(one: _Scored, other: _Scored) -> bool:
    """Whether a worse match is but another name, or a wider area, of a better one."""
    if one.place.area_code == other.place.area_code and "locality" not in {one.place.kind, other.place.kind}:
        return True
    alike = one.score == other.score or one.place.area_code == other.place.area_code
    return alike and great_circle(one.place.point, other.place.point) <= SAME_PLACE_M


def _within(session: Session, qualifiers: Sequence[str]) -> frozenset[str] | None:
    """The areas that lie in an area called like every qualifier; None without qualifiers."""
    codes: frozenset[str] | None = None
    for qualifier in qualifiers:
        name, kind = _stated_kind(qualifier)
        found = frozenset(session.scalars(text(AREAS_WITHIN), {"asked": name, "kind": kind}))
        codes = found if codes is None else codes & found
    return codes


def _with_streets(found: Sequence[_Scored], streets: Sequence[FoundStreet], limit: int) -> PlaceAnswer:
    """Places that are named well, then streets, then other places; streets first where the words say street."""
    stated = streets[0].stated
    first = [] if stated else [one for one in found if one.score >= WELL_NAMED]
    places = [
        *(one.place for one in first),
        *map(_street, streets),
        *(one.place for one in found if one not in first),
    ]
    certain = not first and one_is_meant(streets)
    return PlaceAnswer("one" if certain else "many", places[:limit])


def _street(one: FoundStreet) -> FoundPlace:
    return FoundPlace(
        f"{STREET_ID}{one.id}", one.name, "street", one.comuna, one.region, one.area_code,
        one.point, one.precision_m, "street",
    )  # fmt: skip


def _stated_kind(name: str) -> tuple[str, str | None]:
    """A name without what it is called by ("región del Maule"), and the kind that says.

    Only "de" and "del" go with it: "comuna de La Florida" is La Florida, and Florida is elsewhere.
    """
    stated = re.match(r"\s*(comuna|provincia|regi[oó]n)\s+(?:del?\s+)?(?=\S)", name, re.IGNORECASE)
    if not stated:
        return name, None
    return name[stated.end() :], STATED_KINDS[normalise(stated.group(1))]


def _answer(found: Sequence[_Scored], asked: str, limit: int) -> PlaceAnswer:
    if not found:
        return PlaceAnswer("none", [])
    places = [one.place for one in found[:limit]]
    return PlaceAnswer("one" if _certain(found[0], found[1:], normalise(asked)) else "many", places)


def _certain(best: _Scored, rest: Sequence[_Scored], asked: str) -> bool:
    """Whether the best is meant beyond doubt."""
    if not rest:
        return True
    if best.score < 1:
        return best.score - rest[0].score >= CLEAR_LEAD
    return rest[0].score < 1 and not any(
        one.folded.startswith(f"{asked} ") and one.people >= LARGER_NAMESAKE * max(best.people, 1)
        for one in rest
    )


def _places(session: Session, statement: str, **values: object) -> list[_Scored]:
    return [
        _Scored(
            FoundPlace(
                str(row.id), row.name, row.kind, row.comuna, row.region, row.area_code,
                LonLat(row.lon, row.lat), row.precision_m, row.precision,
            ),
            row.folded,
            0.0,
            row.population or 0,
        )
        for row in session.execute(text(statement), values)
    ]  # fmt: skip
