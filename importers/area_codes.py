"""Tables of area codes (CUT): areas we lack, people, and names that differ from ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from directory.db import transaction
from directory.staging import Changes, Database
from directory.territory_store import AreaRecord, read_areas, store_areas
from importers.area_columns import (
    CODE_NAMES,
    PEOPLE_NAMES,
    code_of,
    first_of,
    names_of_code,
    number_of,
    open_texts,
)
from importers.country import CountryFacts
from importers.errors import ImportFileError
from importers.words import fold

NAME_NAMES = {
    "comuna": ("nombre_comuna", "nom_comuna", "commune_name", "comuna", "nombre", "name"),
    "province": ("nombre_provincia", "nom_provin", "province_name", "provincia", "nombre", "name"),
    "region": ("nombre_region", "nom_region", "region_name", "region", "nombre", "name"),
}
PARENT = {"comuna": "province", "province": "region"}


@dataclass(frozen=True, slots=True)
class CodesReport:
    """What a table of codes gave. An area keeps its name: names that differ are told, not taken."""

    level: str
    rows: int
    areas: Changes
    names_differ: tuple[tuple[str, str, str], ...]
    missing: tuple[tuple[str, str], ...]
    unreadable: tuple[int, ...]

    def lines(self) -> list[str]:
        """The report in Spanish, for the person who loaded the file."""
        told = [
            f"{self.rows} filas leídas: {self.areas.inserted} áreas nuevas, {self.areas.updated} cambiadas."
        ]
        if self.names_differ:
            names = "; ".join(
                f"{code} es {ours}, no {theirs}" for code, ours, theirs in self.names_differ[:10]
            )
            told.append(
                f"{len(self.names_differ)} nombres distintos de los nuestros, que no cambian: {names}."
            )
        if self.missing:
            told.append(
                f"No vienen en la tabla: {', '.join(f'{code} {name}' for code, name in self.missing)}."
            )
        if self.unreadable:
            told.append(f"Filas sin código legible: {', '.join(map(str, self.unreadable[:10]))}.")
        return told


@dataclass(slots=True)
class _Codes:
    """What the rows say, by code."""

    names: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    unreadable: list[int] = field(default_factory=list)
    rows: int = 0


def load_codes(
    database: Database, file: Path, facts: CountryFacts, *, level: str, code_column: str | None = None
) -> CodesReport:
    """Add the areas we lack and set the people of the others. Raises ImportFileError."""
    found = _read(file, facts, level, names_of_code(file, level, code_column))
    with transaction(database) as session:
        ours = read_areas(session)
        changes = store_areas(session, list(_records(file, found, ours, level)))
    differ = [
        (code, ours[code].name, name)
        for code, name in found.names.items()
        if code in ours and name and _letters(name) != _letters(ours[code].name)
    ]
    missing = [
        (code, one.name) for code, one in ours.items() if one.kind == level and code not in found.names
    ]
    return CodesReport(level, found.rows, changes, tuple(differ), tuple(missing), tuple(found.unreadable))


def _read(file: Path, facts: CountryFacts, level: str, code_names: tuple[str, ...]) -> _Codes:
    found = _Codes()
    with open_texts(file, code_names) as rows:
        for number, texts in rows:
            found.rows += 1
            code = code_of(texts, code_names, facts, level)
            if code is None:
                found.unreadable.append(number)
            elif code in found.names:
                raise ImportFileError(
                    f"el código {code} se repite",
                    file=file,
                    row=number,
                    mend="deje una fila por área; para población por edad o zona use «population load»",
                )
            else:
                _take(found, code, texts, facts, level)
    if not found.names:
        raise ImportFileError(f"ninguna fila trae un código de {level}", file=file, mend="revise el nivel")
    return found


def _take(found: _Codes, code: str, texts: Mapping[str, str], facts: CountryFacts, level: str) -> None:
    found.names[code] = first_of(texts, (name for name in NAME_NAMES[level] if not _is_code(texts, name)))
    if level in PARENT:
        found.parents[code] = code_of(texts, CODE_NAMES[PARENT[level]], facts, PARENT[level])
    people = number_of(first_of(texts, PEOPLE_NAMES))
    if people is not None and people >= 0:
        found.people[code] = round(people)


def _is_code(texts: Mapping[str, str], name: str) -> bool:
    return texts.get(name, "").strip().replace(".", "").isdigit()


def _records(file: Path, found: _Codes, ours: Mapping[str, AreaRecord], level: str) -> Iterator[AreaRecord]:
    """What changes: people of areas we have, and areas we lack, in the zone of their parent."""
    people = {code: one.population for code, one in ours.items() if one.kind == level} | found.people
    for code, name in found.names.items():
        if code in ours:
            yield replace(ours[code], population=people[code])
            continue
        parent = found.parents.get(code)
        if not name or parent is None or parent not in ours:
            raise ImportFileError(
                f"el área {code} no está en el directorio y la tabla no dice su nombre y su área mayor",
                file=file,
                mend="cargue primero la tabla de códigos completa (región, provincia, comuna)",
            )
        yield AreaRecord(code, level, name, ours[parent].zone, parent, people.get(code))
    if found.people:
        yield from _sums(ours, people, level)


def _sums(
    ours: Mapping[str, AreaRecord], people: Mapping[str, int | None], level: str
) -> Iterator[AreaRecord]:
    """Areas above, with the people of those below, as long as all of those are known."""
    below: dict[str, list[int | None]] = {}
    for code, count in people.items():
        above = ours[code].parent if code in ours else None
        if above is not None:
            below.setdefault(above, []).append(count)
    sums = {code: sum(known) for code, counts in below.items() if (known := _all_known(counts))}
    for code, count in sums.items():
        yield replace(ours[code], population=count)
    if level in PARENT and PARENT[level] in PARENT:
        yield from _sums(ours, sums, PARENT[level])


def _all_known(counts: list[int | None]) -> list[int] | None:
    known = [count for count in counts if count is not None]
    return known if len(known) == len(counts) else None


def _letters(name: str) -> str:
    return fold(name).replace("_", "")
