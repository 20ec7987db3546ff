"""Cells as the rows give them: rows of one cell (its bands) add up, and nobody is counted twice."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from directory.population import CellRecord
from geo.errors import PositionError
from geo.points import LonLat
from importers.country import CountryFacts
from importers.population_bands import (
    AGE_NAMES,
    SEX_NAMES,
    WHOLE,
    Band,
    band_columns,
    people_of,
    row_band,
)
from importers.population_columns import Unit, code_column, marks_of, people_number, unit_of
from importers.population_report import RowProblem
from importers.population_rows import RawRow, RawRows
from importers.population_shapes import drawn, hexagon, inside, samples_of, square

_ALONE = "deje una sola fila por celda, o dé a cada una su código"


@dataclass(slots=True)
class Draft:
    """One cell while its rows come: row and layer are those of its first."""

    unit: Unit
    row: int
    layer: str
    shape: Any = None
    point: LonLat | None = None
    parts: dict[Band, float] = field(default_factory=dict)

    @property
    def people(self) -> float:
        """Its people so far."""
        return people_of(self.parts)[0]

    @property
    def name(self) -> str:
        """What to call it in a report."""
        return f"{self.unit.kind} {self.unit.cell}"

    def record(self) -> CellRecord:
        """The cell as it is stored."""
        people, bands = people_of(self.parts)
        unit = self.unit
        told = (unit.kind, unit.cell, people)
        if self.shape is None:
            return CellRecord(*told, self.point, unit.area, unit.settlement, bands)
        return CellRecord(
            *told,
            inside(self.shape),
            unit.area,
            unit.settlement,
            bands,
            samples_of(self.shape),
            drawn(self.shape),
        )


class Drafts:
    """The cells of a file. column: that of the people; side_m: of square cells around points; joined: shapes."""

    def __init__(
        self,
        raw: RawRows,
        facts: CountryFacts,
        column: str,
        *,
        side_m: float | None = None,
        joined: Mapping[str, Any] | None = None,
    ) -> None:
        self.facts, self.column, self.side_m, self.joined = facts, column, side_m, joined or {}
        self.by_rows = bool({*AGE_NAMES, *SEX_NAMES} & set(raw.fields))
        self.bands = {} if self.by_rows else band_columns(raw.fields)
        self.marks = marks_of(row.texts.get(name, "") for row in raw.rows for name in (column, *self.bands))
        self.cells: dict[tuple[str, str], Draft] = {}
        self.problems: list[RowProblem] = [
            RowProblem(layer, number, column, "no se pudo leer la fila", "revise separadores y comillas")
            for layer, number in raw.broken
        ]
        self.used: set[str] = set()
        self.twins = 0
        self._names: Counter[tuple[str, str]] = Counter()
        self._seen: set[tuple[LonLat, Band, float]] = set()
        for row in raw.rows:
            self._take(row)

    def _take(self, row: RawRow) -> None:
        parts = self._parts(row)
        if parts is None:
            return
        unit = self._unit(row)
        draft = self.cells.get((unit.kind, unit.cell))
        if draft is None:
            draft = self.cells[unit.kind, unit.cell] = Draft(unit, row.number, row.layer)
            self._place(draft, row)
        elif set(parts) & set(draft.parts):
            told = f"repite la celda {unit.cell}, que ya dio la fila {draft.row}"
            self._refuse(row, code_column(row.texts) or "codigo", told, _ALONE)
            return
        draft.parts |= parts
        if row.point is not None and not unit.own_code:
            self._watch(row.point, parts)

    def _watch(self, point: LonLat, parts: Mapping[Band, float]) -> None:
        """Rows without code that say the same people at the same point may be one row twice."""
        said = {(point, band, people) for band, people in parts.items()}
        self.twins += said <= self._seen
        self._seen |= said

    def _parts(self, row: RawRow) -> dict[Band, float] | None:
        """People of the row's band, or of the cell and of each band that has a column; None when refused."""
        try:
            people = people_number(row.texts.get(self.column, ""), self.marks)
        except PositionError as error:
            mend = "escriba las personas con cifras, sin separador de miles"
            self._refuse(row, self.column, f"el número de personas {error}", mend)
            return None
        if self.by_rows:
            return {row_band(row.texts): people}
        parts = {WHOLE: people}
        for name, band in self.bands.items():
            try:
                parts[band] = people_number(row.texts.get(name, ""), self.marks)
            except PositionError as error:
                if row.texts.get(name, "").strip():
                    mend = "corríjalo; las personas se cuentan, sin este grupo"
                    self._refuse(row, name, f"el grupo {error}", mend, counted=True)
        return parts

    def _unit(self, row: RawRow) -> Unit:
        placed = row.shape is not None or row.point is not None
        fallback = "grid" if self.side_m else "point" if row.point is not None else "unit"
        unit = unit_of(row.texts, row.number, row.layer, self.facts, placed=placed, fallback=fallback)
        if unit.kind != "locality" or unit.own_code or self.by_rows:
            return unit
        # Villages of one name in one comuna, and those whose name nobody knows, are many.
        self._names[unit.kind, unit.cell] += 1
        times = self._names[unit.kind, unit.cell]
        return unit if times == 1 else unit._replace(cell=f"{unit.cell}#{times}")

    def _place(self, draft: Draft, row: RawRow) -> None:
        """Where a cell is: its own shape, that of its code, or a point."""
        unit = draft.unit
        draft.shape, draft.point = row.shape, row.point
        if draft.shape is None and unit.cell in self.joined:
            draft.shape = self.joined[unit.cell]
            self.used.add(unit.cell)
        elif draft.shape is None and unit.kind == "h3":
            draft.shape = hexagon(unit.cell)
            if draft.shape is None:
                told = f"«{unit.cell[:40]}» no es una celda H3"
                mend = "corríjala; sus personas se cuentan sin posición"
                self._refuse(row, code_column(row.texts) or "codigo", told, mend, counted=True)
        elif draft.shape is None and self.side_m and row.point is not None:
            draft.shape = square(row.point, self.side_m)
        if draft.shape is None and row.misplaced:
            mend = "corrija la posición; sus personas se cuentan sin ella"
            self._refuse(row, "posición", row.misplaced, mend, counted=True)

    def _refuse(self, row: RawRow, column: str, problem: str, mend: str, *, counted: bool = False) -> None:
        self.problems.append(RowProblem(row.layer, row.number, column, problem, mend, counted))
