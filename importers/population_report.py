"""What a load of people tells the person who asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from directory.population import StoredPeople

# As many kinds of problems, and rows of each, are named in the terminal; the report holds them all.
KINDS, NAMED = 20, 30


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row that is not, or not wholly, in the dataset. counted: its people are, only without this field.

    layer: of a file with several, else its name. row: as the file counts them.
    """

    layer: str
    row: int
    column: str
    problem: str
    mend: str
    counted: bool = False

    @property
    def line(self) -> str:
        """The problem in Spanish, with its row and field, and what mends it."""
        return _line(self.layer, self.column, self.problem, self.mend, [self.row])


@dataclass(frozen=True, slots=True)
class AreaWithoutPoint:
    """People of one area whose cells have no geometry. An empty code: of no known area."""

    code: str
    cells: int
    people: float


@dataclass(frozen=True, slots=True)
class PopulationReport:
    """What a dataset of people holds after a load, and what of the file it does not.

    people_column: what was counted. layers: those that were read. without_point: by area, most people first.
    unused_shapes: of files with shapes alone, those no row is of. far: cells far from the comuna they
    say. crowded: cells with a band larger than the whole. spread: cells with several samples.
    """

    dataset: str
    year: int
    rows: int
    problems: tuple[RowProblem, ...]
    stored: StoredPeople
    people_column: str = ""
    layers: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    without_point: tuple[AreaWithoutPoint, ...] = ()
    unused_shapes: int = 0
    far: tuple[str, ...] = ()
    crowded: tuple[str, ...] = ()
    spread: int = 0
    twins: int = 0
    notes: tuple[str, ...] = field(default=())

    @property
    def refused_rows(self) -> tuple[int, ...]:
        """Numbers of the rows whose people are not in the dataset."""
        return tuple(one.row for one in self.problems if not one.counted)

    def lines(self) -> list[str]:
        """The report in Spanish, for the person who loaded the file."""
        stored, changes = self.stored, self.stored.changes
        told = [
            f"{figure(self.rows)} filas leídas: {figure(stored.cells)} celdas con {figure(stored.people)} personas"
            f" (columna «{self.people_column}»);"
            f" {changes.inserted} nuevas, {changes.updated} cambiadas, {changes.deleted} retiradas.",
            f"{figure(stored.samples)} puntos representan dónde viven;"
            f" {figure(self.spread)} celdas grandes se reparten entre varios.",
        ]
        if len(self.layers) > 1:
            told.append(f"Capas leídas: {', '.join(self.layers)}.")
        if self.bands:
            told.append(f"Grupos de edad y sexo: {', '.join(self.bands)}.")
        return [*told, *self._places(), *self._doubts(), *self.notes, *self._rows()]

    def _places(self) -> list[str]:
        stored, told = self.stored, list[str]()
        if stored.cells_without_point:
            most = ", ".join(
                f"{one.code or 'sin comuna'} {figure(one.people)}" for one in self.without_point[:5]
            )
            told.append(
                f"Sin geometría: {figure(stored.cells_without_point)} celdas con"
                f" {figure(stored.people_without_point)} personas; se cuentan por comuna, no en el mapa."
                f" Donde hay más: {most}."
            )
        if stored.cells_without_area:
            told.append(
                f"Fuera de toda comuna: {figure(stored.cells_without_area)} celdas,"
                f" {figure(stored.people_without_area)} personas."
            )
        if stored.unknown_areas:
            told.append(
                f"Dicen una comuna que no existe: {figure(stored.unknown_areas)} celdas;"
                " se tomó la de su posición."
            )
        if self.unused_shapes:
            told.append(f"Formas de las que ninguna fila da personas: {figure(self.unused_shapes)}.")
        return told

    def _doubts(self) -> list[str]:
        told = []
        if self.far:
            told.append(
                "Lejos de la comuna que dicen (30 km, o 90 donde su límite es aproximado), revíselas:"
                f" {figure(len(self.far))} celdas"
                f" ({_some(self.far)})."
            )
        if self.crowded:
            told.append(
                f"Con un grupo mayor que el total, revíselas: {figure(len(self.crowded))} celdas"
                f" ({_some(self.crowded)})."
            )
        if self.twins:
            told.append(
                f"{figure(self.twins)} filas sin código repiten la posición y las personas de otra:"
                " se contaron; quítelas si son la misma gente."
            )
        return told

    def _rows(self) -> list[str]:
        """Problems of rows, those of one kind together, with the numbers of their rows."""
        refused = len(self.refused_rows)
        told = [f"Filas que no se cargaron: {figure(refused)}."] if refused else []
        alike: dict[tuple[str, str, str, str], list[int]] = {}
        for one in self.problems:
            alike.setdefault((one.layer, one.column, one.problem, one.mend), []).append(one.row)
        told += [_line(*kind, rows) for kind, rows in list(alike.items())[:KINDS]]
        if len(alike) > KINDS:
            told.append(f"... y {figure(len(alike) - KINDS)} problemas más: --problems los escribe todos.")
        return told


def _line(layer: str, column: str, problem: str, mend: str, rows: Sequence[int]) -> str:
    numbers = ", ".join(map(str, rows[:NAMED])) + (
        f" y {figure(len(rows) - NAMED)} más" if len(rows) > NAMED else ""
    )
    which = f"fila {numbers}" if len(rows) == 1 else f"filas {numbers}"
    return f"{layer}, columna «{column}», {which}: {problem}. Qué hacer: {mend}."


def figure(number: float) -> str:
    """A whole number with points between thousands."""
    return f"{number:,.0f}".replace(",", ".")


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + ("..." if len(names) > 5 else "")
