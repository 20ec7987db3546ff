"""Finding the columns of area files: every publisher names the same code otherwise."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from directory.records import IssueRecord
from geo.coordinates import read_number
from geo.errors import AreaError, PositionError
from importers.country import CountryFacts
from importers.errors import ImportFileError
from importers.readers import open_table
from importers.source import Column
from importers.words import fold

_YEARS = range(2000, 2041)
CODE_NAMES: Mapping[str, tuple[str, ...]] = {
    "comuna": (
        "code", "codigo_comuna", "codigo_comuna_2018", "cut", "cut_com", "cut_comuna", "cod_comuna",
        "cod_com", "codcom", "comuna_id", "commune_id", "community_code", "id_comuna", "c_comuna",
        "comuna", "codigo",
    ),
    "province": ("code", "codigo_provincia", "cut_prov", "cod_prov", "province_id", "provincia"),
    "region": ("code", "codigo_region", "cut_reg", "cod_reg", "codregion", "region_id", "region"),
}  # fmt: skip
PEOPLE_NAMES = (
    "poblacion", "population", "habitantes", "personas", "people", "total_pers", "tot_pers", "total_personas",
    "pop", "n_per",
    *(f"{name}_{year}" for name in ("tot_pers_res", "poblacion", "personas") for year in _YEARS),
)  # fmt: skip
PLACE_NAMES = ("name", "nombre", "localidad", "place", "nom_locali", "nom_localidad", "poblado", "lugar")
LON_NAMES = ("lon", "longitude", "longitud", "lng", "long", "x")
LAT_NAMES = ("lat", "latitude", "latitud", "y")


def code_of(texts: Mapping[str, str], names: Iterable[str], facts: CountryFacts, level: str) -> str | None:
    """The code of an area in the first of the named columns that holds one; None when none does."""
    for name in names:
        try:
            return facts.area_code(texts[name], level)
        except (KeyError, AreaError):
            continue  # not this column: a name, or nothing
    return None


def names_of_code(path: Path, level: str, given: str | None) -> tuple[str, ...]:
    """Names of the code column: the one given, or those known for the level."""
    if level not in CODE_NAMES:
        raise ImportFileError(
            f"«{level}» no es un nivel", file=path, mend=f"use uno de: {', '.join(CODE_NAMES)}"
        )
    return (fold(given),) if given else CODE_NAMES[level]


@contextmanager
def open_texts(path: Path, *required: Sequence[str]) -> Iterator[Iterator[tuple[int, dict[str, str]]]]:
    """Rows of a table as texts by folded header, with their numbers. A row that cannot be read has no texts.

    Each of `required` is the names of one column that must be there, which is how the header is found.
    """
    columns = [Column(names[0], tuple(names[1:]), required=True) for names in required]
    with open_table(path, columns=columns) as table:
        header = [fold(cell) for cell in table.header]
        yield (
            (item.row or 0, {})
            if isinstance(item, IssueRecord)
            else (item[0], dict(zip(header, item[1], strict=False)))
            for item in table.rows
        )


def first_of(texts: Mapping[str, str], names: Iterable[str]) -> str:
    """The first of the named columns that has something in it; empty when none has."""
    return next((texts[name].strip() for name in names if texts.get(name, "").strip()), "")


def number_of(text: str) -> float | None:
    """A number as tables write it; None when it is none."""
    try:
        found = read_number(text)
    except PositionError:
        return None
    return found if math.isfinite(found) else None
