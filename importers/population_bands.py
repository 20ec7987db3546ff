"""Bands of age and sex: one key for each, however a census names it.

Keys are "women", "men", "0-14", "65+", and both together "women:15-29". A text that is neither keeps its own
folded words as its key, so that nobody is lost.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from directory.people import ordered
from importers.words import fold

AGE_NAMES = (
    "edad",
    "age",
    "grupo_edad",
    "grupo_de_edad",
    "tramo_edad",
    "rango_edad",
    "age_group",
    "banda",
    "band",
)
SEX_NAMES = ("sexo", "sex", "genero", "gender")
_SEXES = {
    **dict.fromkeys(("mujer", "mujeres", "women", "woman", "female", "females", "femenino"), "women"),
    **dict.fromkeys(("hombre", "hombres", "men", "man", "male", "males", "masculino"), "men"),
}  # fmt: skip
_WHOLE = {"total", "todos", "todas", "todo", "ambos", "all", "both", "totales"}
_OLDEST = 130
_RANGE = re.compile(r"(\d{1,3})_?(?:a|to|_)?_?(\d{1,3})(?:_anos|_years)?")
_FROM = re.compile(r"(\d{1,3})_?(?:y_?)?(?:o_?)?(?:mas|plus|more|over|and_over|and_more)(?:_anos|_years)?")
_ONE = re.compile(r"(\d{1,3})(?:_anos?|_years?)?")
# Words around a band in the name of a column: "n_edad_60_mas", "pob_mujeres_15_29".
_AROUND = re.compile(r"^(?:n|pob|poblacion|pop|population|personas|people|total)_|^(?:edad|age|ages)_?(?=\d)")


class Band(NamedTuple):
    """Part of the people of a cell. None is every sex, or every age."""

    sex: str | None
    age: str | None

    @property
    def key(self) -> str:
        """The key of the band in the dataset."""
        return ":".join(part for part in self if part) or "total"


WHOLE = Band(None, None)


def row_band(texts: Mapping[str, str]) -> Band:
    """The band of a row of a file that has a row for each."""
    sex = next((texts[name] for name in SEX_NAMES if texts.get(name, "").strip()), "")
    age = next((texts[name] for name in AGE_NAMES if texts.get(name, "").strip()), "")
    return Band(_part(_SEXES, fold(sex)), _age_part(age))


def band_columns(fields: Iterable[str]) -> dict[str, Band]:
    """The columns that hold the people of a band, by their folded names."""
    found = {name: _column_band(name) for name in fields}
    return {name: band for name, band in found.items() if band is not None}


def people_of(parts: Mapping[Band, float]) -> tuple[float, dict[str, float]]:
    """People of a cell, and its bands, from the parts its rows or columns give.

    What is given whole is taken as given; only where no whole is given do its parts add up, so that nobody is
    counted twice in a file that holds both.
    """
    sexes = _summed(parts, "sex")
    ages = _summed(parts, "age")
    both = {band: people for band, people in parts.items() if band.sex and band.age}
    people = parts[WHOLE] if WHOLE in parts else sum((sexes or ages or both).values())
    bands = {band.key: count for band, count in (sexes | ages | both).items()}
    return people, ordered(bands)


def crossing_ages(parts: Iterable[Band]) -> tuple[str, str] | None:
    """Two ages of one sex that share years, where their people would add up; None when none do."""
    listed = sorted({band for band in parts if band.age and _years(band.age)}, key=_from)
    for first, second in pairwise(listed):
        if first.sex == second.sex and _years(first.age)[1] >= _years(second.age)[0]:
            return str(first.age), str(second.age)
    return None


def _from(band: Band) -> tuple[str, tuple[int, ...]]:
    return band.sex or "", _years(band.age)


def _years(age: str | None) -> tuple[int, ...]:
    """First and last year of an age; nothing for words."""
    plain = re.fullmatch(r"(\d+)(?:-(\d+)|(\+))?", age or "")
    return () if plain is None else (int(plain[1]), int(plain[2] or (_OLDEST if plain[3] else plain[1])))


def _summed(parts: Mapping[Band, float], by: str) -> dict[Band, float]:
    """People by sex alone, or by age alone: as given, else summed over the other."""
    given: dict[Band, float] = {}
    summed: dict[Band, float] = {}
    for band, people in parts.items():
        alone = Band(band.sex, None) if by == "sex" else Band(None, band.age)
        if alone == WHOLE:
            continue
        into = given if band == alone else summed
        into[alone] = into.get(alone, 0.0) + people
    return summed | given


def _column_band(name: str) -> Band | None:
    plain, before = name, ""
    while plain != before:
        before, plain = plain, _AROUND.sub("", plain)
    first, _, rest = plain.partition("_")
    sex = _SEXES.get(first)
    if sex is not None:
        age = _age(_AROUND.sub("", rest)) if rest else None
        return Band(sex, age) if age or not rest else None
    if plain == name:  # bare numbers are no ages: nothing in the name says so
        return None
    age = _age(plain) if "edad" in name or "age" in name.split("_") or name.startswith("age") else None
    return Band(None, age) if age else None


def _part(known: Mapping[str, str], folded: str) -> str | None:
    if not folded or folded.partition("_")[0] in _WHOLE:
        return None
    return known.get(folded, folded)


def _age_part(text: str) -> str | None:
    folded = fold(text.replace("–", "-"))
    if not folded or folded.partition("_")[0] in _WHOLE:
        return None
    # "65+" loses its sign when it is folded.
    plus = re.fullmatch(r"\s*(\d{1,3})\s*\+\s*", text)
    one = _ONE.fullmatch(folded)
    return f"{int(plus[1])}+" if plus else _age(folded) or (str(int(one[1])) if one else folded)


def _age(folded: str) -> str | None:
    if open_end := _FROM.fullmatch(folded):
        return f"{int(open_end[1])}+"
    closed = _RANGE.fullmatch(folded)
    if closed is None or not re.search(r"\d\D+\d", folded):
        return None
    low, high = int(closed[1]), int(closed[2])
    return f"{low}-{high}" if low <= high <= _OLDEST else None
