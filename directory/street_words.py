"""How people write a street: "Av. Uno Sur 1234, Talca". Pure text; Spanish, as the place search is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from geo.gazetteer import normalise

# What a street is called by; left out when names are compared, for hardly anybody writes it as the map does.
TYPES = frozenset({
    "calle", "c", "avenida", "av", "avda", "ave", "pasaje", "psje", "pje", "pj", "callejon", "camino", "cno",
    "paseo", "boulevard", "bulevar",
})  # fmt: skip
_NUMBER = frozenset({"n", "no", "nro", "num", "numero"})
_LINKS = frozenset(["de", "del"])
_NUMBERS = (
    "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece",
    "catorce", "quince", "dieciseis", "diecisiete", "dieciocho", "diecinueve", "veinte",
)  # fmt: skip
_DIGITS = {word: str(number) for number, word in enumerate(_NUMBERS, 1)}
_SHORT = {
    "sta": "santa", "sto": "santo", "gral": "general", "cap": "capitan", "cdte": "comandante",
    "pdte": "presidente", "dr": "doctor", "pob": "poblacion", "ntra": "nuestra", "sra": "senora",
}  # fmt: skip
_APOSTROPHE = re.compile(r"\bo (?=\w)")  # O'Higgins, who has a street everywhere
# Words at the end of a text that may be a comuna: "San Pedro de la Paz", "Pedro Aguirre Cerda".
MOST_TAIL = 5


@dataclass(frozen=True, slots=True)
class StreetWords:
    """One way to read a text. key: of the street; number: of the house; tail: words after it, for a place.

    stated: whether the text says that it is a street, by its type or a number.
    """

    key: str
    number: str = ""
    tail: str = ""
    stated: bool = False


def street_key(name: str) -> str:
    """One spelling for the name of a street: small letters, no accents, no type, short words written out.

    "Avenida Libertador B. O'Higgins" is "libertador b ohiggins", "Calle Uno Sur" and "1 Sur" are "1 sur".
    """
    return _key(normalise(name).split())


def readings(text: str) -> Iterator[StreetWords]:
    """The ways to read a text as a street, the likeliest first: whole, or with a number, or with a place after it."""
    words = normalise(text).split()
    if not words:
        return
    stated = words[0] in TYPES and len(words) > 1
    if words[-2:] == ["s", "n"]:  # without number
        words = words[:-2] or words
    yield StreetWords(_key(words), stated=stated)
    # A number before it would be a part of the name: "4 Norte 835", "Calle 5 1234".
    for at in range(len(words) - 1, int(stated), -1):
        if words[at].isdigit():
            name = words[:at] if words[at - 1] not in _NUMBER else words[: at - 1]
            if name:
                yield StreetWords(_key(name), words[at], " ".join(words[at + 1 :]), stated=True)
    for count in range(1, min(MOST_TAIL, len(words) - 1) + 1):
        yield StreetWords(_key(words[:-count]), "", " ".join(words[-count:]), stated)


def _key(words: list[str]) -> str:
    kept = words
    while len(kept) > 1 and (kept[0] in TYPES or kept[0] in _LINKS):
        kept = kept[1:]
    return _APOSTROPHE.sub("o", " ".join(_DIGITS.get(one, _SHORT.get(one, one)) for one in kept))
