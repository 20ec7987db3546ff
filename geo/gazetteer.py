"""The text side of place search: one spelling per name, and how well two names match. Pure text.

What is customary in one country (prefixes such as "comuna de", abbreviations such as "pto.") comes in as a
`Spelling`; nothing here knows any country.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache

_PUNCTUATION = re.compile(r"[^\w\s]|_")
_SPACE = re.compile(r"\s+")
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)?")
_LINK = re.compile(r"^(?:geo:|https?://\S*[@=/]-?\d+\.\d+,)", re.IGNORECASE)
_LABEL = re.compile(r"\b(?:lat(?:itude?|itud)?|lon(?:g(?:itude?|itud)?)?)\b", re.IGNORECASE)
_NORTH_SOUTH = re.compile(r"(?<![^\W\d])(?:norte|north|sur|south|sul|[ns])(?![^\W\d])", re.IGNORECASE)
_EAST_WEST = re.compile(r"(?<![^\W\d])(?:este|east|oeste|west|ouest|[ewo])(?![^\W\d])", re.IGNORECASE)
_UNITS = re.compile(r"\b(?:grados?|degrees?|deg|minut[oe]s?|min|segundos?|seconds?|seg|sec)\b", re.IGNORECASE)
_DEGREE = re.compile(r"[°º˚]")
_FINE_DECIMAL = re.compile(r"\d[.,]\d{2,}")

# Weights of `match_score`: equal names, then a name that starts as typed, then shared words, then likeness.
_STARTS_AS, _SAME_WORDS, _LIKE = 0.9, 0.85, 0.75
# Names less like what was typed than this are no suggestion.
_LEAST_LIKENESS = 0.6


@dataclass(frozen=True, eq=False)
class Spelling:
    """Customs of one country's place names, written in any case and with accents if they have them.

    prefixes: dropped from the start ("comuna de"), again and again. abbreviations: whole words replaced
    ("sta" -> "santa"), with or without their point. Compared by identity: keep one per country.
    """

    prefixes: tuple[str, ...] = ()
    abbreviations: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def words(self) -> dict[str, str]:
        """Bare abbreviation -> bare word."""
        return {_bare(short): _bare(full) for short, full in self.abbreviations.items()}

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """Bare prefixes with the space after them, longest first."""
        bare = {self.written_out(_bare(prefix)) for prefix in self.prefixes}
        return tuple(f"{prefix} " for prefix in sorted(bare, key=len, reverse=True) if prefix)

    def written_out(self, bare: str) -> str:
        """Bare text with its abbreviations replaced."""
        return " ".join(self.words.get(word, word) for word in bare.split())


PLAIN = Spelling()


@lru_cache(maxsize=65_536)
def normalise(text: str, spelling: Spelling = PLAIN) -> str:
    """The text in small letters, without accents or punctuation, abbreviations written out, prefixes dropped.

    A text that is nothing but a prefix keeps it. Doing it twice changes nothing, as long as no abbreviation
    writes out another.
    """
    words = spelling.written_out(_bare(text))
    while start := next((start for start in spelling.starts if words.startswith(start)), None):
        words = words[len(start) :]
    return words


def looks_like_coordinates(text: str) -> bool:
    """Whether a person typed a position, well or badly, and not the name of a place or a phone number.

    True promises nothing about `geo.coordinates.read_pair`: its error is what to show.
    """
    plain = text.strip()
    if _LINK.match(plain):
        return True
    rest = plain
    for words in (_LABEL, _UNITS, _NORTH_SOUTH, _EAST_WEST, _DEGREE):
        rest = words.sub(" ", rest)
    numbers = _NUMBERS.findall(rest)
    if len(numbers) < 2 or any(character.isalpha() for character in rest):
        return False
    return bool(_DEGREE.search(plain) or _LABEL.search(plain)) or _fine_enough(plain, len(numbers))


def _fine_enough(plain: str, numbers: int) -> bool:
    """Whether bare numbers can be a position: "4 Norte 835" is a street, "33 27 S 70 40 O" is not."""
    if len(_FINE_DECIMAL.findall(plain)) >= 2:
        return True
    return numbers >= 4 and bool(_NORTH_SOUTH.search(plain) and _EAST_WEST.search(plain))


def match_score(query: str, name: str, spelling: Spelling = PLAIN) -> float:
    """How well a name answers a query: 1 equal, 0 nothing shared; comparable between names of one query.

    Equal beats "starts as typed", which beats "has all words typed", which beats a likeness of letters
    (trigrams, as pg_trgm counts them). Within a rank the name with less left over wins.
    """
    asked, known = normalise(query, spelling), normalise(name, spelling)
    if not asked or not known:
        return 0.0
    if asked == known:
        return 1.0
    covered = min(len(asked), len(known)) / max(len(asked), len(known))
    if known.startswith(asked):
        return _STARTS_AS + 0.09 * covered
    if _all_words_begin(asked.split(), known.split()):
        return _SAME_WORDS + 0.04 * covered
    return _LIKE * _likeness(asked, known)


def _bare(text: str) -> str:
    split = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(character for character in split if not unicodedata.combining(character))
    # Casefold again: decomposing can uncover capitals that had none before.
    return _SPACE.sub(" ", _PUNCTUATION.sub(" ", letters.casefold())).strip()


def _all_words_begin(asked: list[str], known: list[str]) -> bool:
    return all(any(word.startswith(part) for word in known) for part in asked)


def _likeness(asked: str, known: str) -> float:
    one, other = _trigrams(asked), _trigrams(known)
    return len(one & other) / len(one | other)


def _trigrams(text: str) -> frozenset[str]:
    """Three-letter pieces of each word, padded as PostgreSQL's pg_trgm does: two spaces before, one after."""
    padded = [f"  {word} " for word in text.split()]
    return frozenset(word[start : start + 3] for word in padded for start in range(len(word) - 2))


def closest(asked: str, names: Iterable[str], most: int) -> list[str]:
    """The names most like what was typed, letters swapped or left out; of "Tlaca, Maule" the part before the comma."""
    folded = {normalise(name): name for name in names}
    wanted = normalise(asked.split(",")[0])
    close = get_close_matches(wanted, list(folded), most, _LEAST_LIKENESS) if wanted else []
    return [folded[one] for one in close]
