"""What the columns of population files mean: which unit a row is, of what kind, where, and how many people."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import h3

from geo.errors import PositionError
from importers.area_columns import CODE_NAMES, PLACE_NAMES, code_of, first_of, number_of
from importers.country import CountryFacts
from importers.words import fold

CELL_NAMES = (
    "cell", "manzent_i", "manzent", "id_manzent", "geocodigo", "geocode", "h3", "h3_index", "h3_id", "hex_id",
    "cell_id", "grd_id", "codigo", "id",
)  # fmt: skip
KIND_NAMES = ("kind", "clase", "tipo_unidad")
SETTLEMENT_NAMES = ("settlement", "area", "area_c", "tipo", "asentamiento")
AREA_NAMES = tuple(name for name in CODE_NAMES["comuna"] if name not in {"code", "codigo"})
# Codes of the census: their full length, of which files drop the zero of the first nine regions. They begin
# with that of the comuna (5), the district (2), and 1 for urban or 2 for rural.
_CENSUS_CODES = {"manzent_i": 14, "manzent": 14, "id_manzent": 14, "geocodigo": 11, "geocode": 11}
_URBAN_DIGIT = 7
_LIVING = {"1": "urban", "2": "rural"}
_KINDS = {
    "manzana": "block", "block": "block", "entidad": "rural_entity", "rural": "rural_entity", "zona": "zone",
    "zone": "zone", "localidad": "locality", "locality": "locality", "comuna": "comuna", "h3": "h3",
    "hex": "h3", "grilla": "grid", "grid": "grid", "cabecera": "seat", "seat": "seat",
}  # fmt: skip
_LIVED = {"block": "urban", "rural_entity": "rural"}
# More people than any census unit has: a shifted column, or two numbers run together.
MOST_PEOPLE = 20_000_000
_LONE_MARK = re.compile(r"([-+]?)([1-9]\d{0,2})([.,])(\d{3})")
_DECIMALS = re.compile(r"[-+]?(?:0|\d{4,})([.,])\d{3}|[-+]?\d+([.,])(?:\d{1,2}|\d{4,})")
_GROUPED = re.compile(r"[-+]?\d{1,3}([.,])\d{3}(?:\1\d{3})+|[-+]?\d{1,3}([.,])\d{3}(?:\2\d{3})*(?!\2)[.,]\d+")


class Unit(NamedTuple):
    """Which unit a row is: its kind, its code, its area and how people live there; None where it is not said.

    own_code: the row has a code, and must be the only one of its unit.
    """

    kind: str
    cell: str
    area: str | None
    settlement: str | None
    own_code: bool


def unit_of(
    texts: Mapping[str, str], number: int, layer: str, facts: CountryFacts, *, placed: bool, fallback: str
) -> Unit:
    """The unit of one row. layer: name of the layer or file; fallback: the kind of what says nothing."""
    column = code_column(texts)
    code = full_code(column, texts.get(column, ""))
    area = code_of(texts, AREA_NAMES, facts, "comuna")
    if area is None and _is_census(column, code):
        area = code_of({"code": code[:5]}, ["code"], facts, "comuna")
    name = first_of(texts, PLACE_NAMES)
    kind = _stated_kind(texts, layer) or _kind_of(column, code, name, area if not placed else None, fallback)
    settlement = _settlement(texts, kind, column, code)
    if code:
        return Unit(kind, code, area, settlement, True)
    if kind == "locality":
        return Unit(kind, f"{area or ''}:{fold(name)}", area, settlement, False)
    if kind == "comuna" and area:
        return Unit(kind, area, area, settlement, True)
    return Unit(kind, str(number), area, settlement, False)


def code_column(texts: Mapping[str, str]) -> str:
    """The column that holds the code of a row; empty when none does."""
    return next((name for name in CELL_NAMES if texts.get(name, "").strip()), "")


def full_code(column: str, text: str) -> str:
    """A code as its publisher means it: without the decimals of a spreadsheet, with its zero."""
    code = text.strip()
    code = code[:-2] if re.fullmatch(r"\d+\.0", code) else code
    length = _CENSUS_CODES.get(column)
    return code.zfill(length) if length and code.isdigit() and len(code) == length - 1 else code


def code_in(texts: Mapping[str, str]) -> str:
    """The code of a row, to join files by; empty when it has none."""
    column = code_column(texts)
    return full_code(column, texts.get(column, ""))


def _is_census(column: str, code: str) -> bool:
    return code.isdigit() and len(code) == _CENSUS_CODES.get(column, 0)


def _stated_kind(texts: Mapping[str, str], layer: str) -> str | None:
    stated = fold(first_of(texts, KIND_NAMES))
    if stated:
        return _known_kind(stated) or stated
    return _known_kind(fold(layer))


def _known_kind(folded: str) -> str | None:
    return _KINDS.get(folded.partition("_")[0])


def _kind_of(column: str, code: str, name: str, area: str | None, fallback: str) -> str:
    """What the codes of a row say it is. A number of 15 digits that H3 calls a cell is one."""
    if _is_census(column, code):
        urban = _CENSUS_CODES[column] == 11 or _LIVING.get(code[_URBAN_DIGIT]) == "urban"
        return "zone" if _CENSUS_CODES[column] == 11 else "block" if urban else "rural_entity"
    if column.startswith("h3") or h3.is_valid_cell(code):
        return "h3"
    if code:
        return fallback
    return "locality" if name else "comuna" if area else fallback


def _settlement(texts: Mapping[str, str], kind: str, column: str, code: str) -> str | None:
    words = fold(first_of(texts, SETTLEMENT_NAMES))
    for sign, living in (("urban", "urban"), ("rural", "rural"), ("mixt", "mixed"), ("mixed", "mixed")):
        if sign in words:
            return living
    if _is_census(column, code):
        return _LIVING.get(code[_URBAN_DIGIT])
    return _LIVED.get(kind)


def marks_of(texts: Iterable[str]) -> dict[str, str]:
    """What each mark (point, comma) is in a file: "decimal" or "thousands"; absent where nothing tells.

    1.234 alone may be one person or a thousand. Other numbers of the same file tell: 12.5 or 0.123 show a
    decimal mark, 1.234.567 or 1.234,5 one of thousands.
    """
    seen: dict[str, set[str]] = {}
    for text in texts:
        plain = text.strip()
        if found := _GROUPED.fullmatch(plain):
            seen.setdefault(found[1] or found[2], set()).add("thousands")
        elif found := _DECIMALS.fullmatch(plain):
            seen.setdefault(found[1] or found[2], set()).add("decimal")
    return {mark: kinds.pop() for mark, kinds in seen.items() if len(kinds) == 1}


def people_number(text: str, marks: Mapping[str, str]) -> float:
    """A number of people. Raises PositionError, whose text is the reason in Spanish."""
    plain = text.strip()
    if not plain:
        raise PositionError("está vacío")
    if lone := _LONE_MARK.fullmatch(plain):
        if lone[3] not in marks:
            raise PositionError(f"«{plain}» puede ser {lone[2]}{lone[4]} o {lone[2]} con decimales")
        plain = lone[1] + lone[2] + ("" if marks[lone[3]] == "thousands" else ".") + lone[4]
    people = number_of(plain)
    if people is None:
        raise PositionError(f"«{plain[:40]}» no es un número")
    if people < 0:
        raise PositionError(f"{plain} es negativo")
    if people > MOST_PEOPLE:
        raise PositionError(f"{plain} son más personas de las que caben en una unidad")
    return people
