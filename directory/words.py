"""Offers and needs from everyday words, forgiving typos.

A mistyped word is corrected against the vocabulary of the offers, and then the full-text index is asked:
trigrams over whole texts would take seconds.
"""

import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.errors import QuestionError
from geo.points import LonLat

LONGEST_QUESTION = 300
# Words after these are not looked at: nobody who asks for help writes an essay that only its end explains.
MOST_WORDS = 12
SPELLINGS = 3
LEAST_LIKENESS = 0.3
# Matches that are ranked; ranking every match of a common word costs more than it tells.
RANKED = 2_000
# Words in the longest saying that is looked for ("donde me pagan la pension").
LONGEST_SAYING = 6


@dataclass(frozen=True, slots=True)
class FoundOffers:
    """Offers whose texts hold the words, best first. words: what was searched, by what was typed.

    loosened: no offer holds all the words; these hold some.
    """

    ids: list[uuid.UUID]
    words: dict[str, list[str]]
    loosened: bool = False


def find_offers_by_words(
    session: Session, words: str, *, limit: int = 20, near: LonLat | None = None
) -> FoundOffers:
    """Offers by the words of their texts; with near, the nearest of them. Raises QuestionError."""
    asked = list(dict.fromkeys(_folded_words(words)))[:MOST_WORDS]
    spelled = _spellings(session, asked)
    if not spelled:
        return FoundOffers([], {})
    values = {
        "limit": max(1, min(limit, 200)), "ranked": RANKED,
        "lon": near.lon if near else None, "lat": near.lat if near else None,
    }  # fmt: skip
    groups = [" | ".join(spellings) for spellings in spelled.values()]
    for joint in (" & ", " | "):
        query = joint.join(f"({group})" for group in groups)
        ids = list(session.scalars(text(_NEAREST if near else _BEST), values | {"query": query}))
        if ids:
            return FoundOffers(ids, spelled, loosened=joint == " | ")
    return FoundOffers([], spelled)


def find_needs(session: Session, words: str) -> list[str]:
    """Codes of the needs that the words speak of, in the order they are said. Raises QuestionError.

    The longest saying wins: in "pagarme la pensión" nobody means a pension of another kind. Words that no
    saying explains are tried again with typos forgiven.
    """
    asked = _folded_words(words)[: MOST_WORDS * 2]
    found: dict[int, list[str]] = {}
    free = _match(asked, set(range(len(asked))), _exact(session, asked), found)
    likely = _likely(session, [saying for _, saying in _sayings(asked, free)])
    _match(asked, free, likely, found)
    return list(dict.fromkeys(code for place in sorted(found) for code in found[place]))


def _match(
    asked: Sequence[str], free: set[int], known: dict[str, list[str]], found: dict[int, list[str]]
) -> set[int]:
    """Take the longest known sayings first; the words they use up are not free for shorter ones."""
    left = set(free)
    for place, saying in _sayings(asked, free):
        used = set(range(place, place + len(saying.split())))
        if saying in known and used <= left:
            found.setdefault(place, []).extend(known[saying])
            left -= used
    return left


def _sayings(asked: Sequence[str], free: set[int]) -> list[tuple[int, str]]:
    """Runs of free words with the place they begin at, the longest first."""
    runs = []
    for length in range(min(LONGEST_SAYING, len(asked)), 0, -1):
        for place in range(len(asked) - length + 1):
            if free.issuperset(range(place, place + length)):
                runs.append((place, " ".join(asked[place : place + length])))
    return runs


def _exact(session: Session, asked: Sequence[str]) -> dict[str, list[str]]:
    sayings = [saying for _, saying in _sayings(asked, set(range(len(asked))))]
    return _codes([(said, code) for said, code in session.execute(text(_EXACT), {"sayings": sayings})])


def _likely(session: Session, sayings: Sequence[str]) -> dict[str, list[str]]:
    """Needs by saying as it was typed, for sayings a letter or two away from a known one."""
    long_enough = [saying for saying in sayings if len(saying) >= 5]
    rows = session.execute(text(_LIKELY), {"sayings": long_enough}).all()
    close = [
        (_distance(saying, known), saying, code)
        for saying, known, code in rows
        if _distance(saying, known) <= _typos(saying) and saying[0] == known[0]
    ]
    least = {saying: min(away for away, one, _ in close if one == saying) for _, saying, _ in close}
    return _codes([(saying, code) for away, saying, code in close if away == least[saying]])


def _codes(rows: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    codes: dict[str, list[str]] = {}
    for saying, code in sorted(set(rows)):
        codes.setdefault(saying, []).append(code)
    return codes


def _typos(saying: str) -> int:
    """Letters that may be wrong: a short word with one changed is often another word."""
    return 1 if len(saying) < 8 else 2


def _distance(one: str, other: str) -> int:
    """Letters to insert, delete, change or swap with the next (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        line = [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, line[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            line.append(best)
        before, last = last, line
    return last[-1]


def _folded_words(words: str) -> list[str]:
    """The words as `cercana_fold` writes them."""
    if "\0" in words:
        raise QuestionError("El texto tiene un carácter que no se puede leer: escríbalo de nuevo.")
    if len(words) > LONGEST_QUESTION:
        raise QuestionError(f"El texto es demasiado largo: escriba a lo más {LONGEST_QUESTION} letras.")
    plain = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", plain)


def _spellings(session: Session, asked: Sequence[str]) -> dict[str, list[str]]:
    """For each word that matters, itself if the offers use it, else up to three that look like it."""
    rows = session.execute(
        text(_SPELLINGS), {"asked": list(asked), "spellings": SPELLINGS, "likeness": LEAST_LIKENESS}
    )
    spelled: dict[str, list[str]] = {}
    for word, spelling in rows:
        spelled.setdefault(word, []).append(spelling)
    return spelled


_EXACT = """
select s.words, t.code from synonym s join taxonomy_term t on t.id = s.term_id where s.words = any(:sayings)
"""
_LIKELY = """
select asked.saying, s.words, t.code
from unnest(cast(:sayings as text[])) as asked (saying)
join synonym s on abs(length(s.words) - length(asked.saying)) <= 2
  and similarity(s.words, asked.saying) >= 0.25
join taxonomy_term t on t.id = s.term_id
"""
# Stop words ("de", "para") find nothing and are left out. A spelling is given as the index stems it.
_SPELLINGS = """
with asked as (
  select word, place from unnest(cast(:asked as text[])) with ordinality as asked (word, place)
  where to_tsvector('spanish', cercana_stemmable(word)) <> ''::tsvector
), chosen as (
  select a.word, a.place, near.word as spelling, near.likeness
  from asked a cross join lateral (
    select w.word, similarity(w.word, a.word) as likeness
    from word w order by w.word <-> a.word limit :spellings) near
  where near.likeness >= :likeness
    and (near.likeness = 1 or not exists (select from word w where w.word = a.word))
)
select word, cercana_stemmable(spelling) from chosen order by place, likeness desc, spelling
"""
_BEST = """
with query as materialized (select to_tsquery('spanish', :query) as q),
matches as (select o.id, o.search from offer o, query where o.search @@ query.q limit :ranked)
select m.id from matches m, query order by ts_rank(m.search, query.q) desc, m.id limit :limit
"""
_NEAREST = """
with query as materialized (select to_tsquery('spanish', :query) as q),
here as (select cast(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) as geography) as point)
select o.id from offer o, query, here where o.search @@ query.q and o.geog is not null
order by ST_Distance(o.geog, here.point), o.id limit :limit
"""
