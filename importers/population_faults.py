"""What is wrong with cells taken together: people who would count twice, and numbers no place can hold."""

from collections.abc import Collection, Sequence
from pathlib import Path

from importers.errors import ImportFileError
from importers.population_bands import WHOLE, crossing_ages, people_of
from importers.population_cells import Draft, Drafts
from importers.population_report import RowProblem, figure
from importers.population_shapes import area_km2, overlaps

# A cell this full, with this many people, has the number of another cell.
MOST_PER_KM2 = 2_000_000
FULL = 1_000
# A band may be this much larger than its whole: numbers of a census are rounded, some on purpose.
ROUNDING = 1.02


def drop_overfull(drafts: Drafts) -> None:
    """Refuse cells with more people than can stand in them; each becomes a problem of its row."""
    for key, draft in list(drafts.cells.items()):
        people = draft.people
        if draft.shape is None or people < FULL:
            continue
        area = area_km2(draft.shape)
        if people > MOST_PER_KM2 * area:
            told = f"{figure(people)} personas no caben en {area * 1e6:,.0f} m2"
            mend = "revise el número, o la forma de la celda"
            drafts.problems.append(RowProblem(draft.layer, draft.row, drafts.column, told, mend))
            del drafts.cells[key]


def check_bands(file: Path, cells: Collection[Draft]) -> None:
    """Raise ImportFileError when ages that share years would be added up."""
    for draft in cells:
        crossing = None if WHOLE in draft.parts else crossing_ages(draft.parts)
        if crossing is not None:
            raise ImportFileError(
                f"las edades «{crossing[0]}» y «{crossing[1]}» de la celda {draft.unit.cell} comparten años:"
                " sus personas se contarían dos veces",
                file=file,
                row=draft.row,
                mend="deje solo grupos que no se traslapen, o agregue la fila del total",
            )


def check_overlaps(file: Path, cells: Sequence[Draft], *, allow: bool) -> str:
    """Raise ImportFileError when cells with people lie on one another; told in a line when that is allowed."""
    peopled = [draft for draft in cells if draft.shape is not None and draft.people > 0]
    pairs = overlaps([draft.shape for draft in peopled])
    if not pairs:
        return ""
    examples = "; ".join(
        f"{peopled[first].name} y {peopled[second].name} ({share:.0%})" for first, second, share in pairs[:3]
    )
    told = f"{figure(len(pairs))} pares de celdas con personas se traslapan: {examples}"
    if allow:
        return f"{told}. Se cuentan todas, como se pidió."
    raise ImportFileError(
        f"{told}; su gente se contaría dos veces",
        file=file,
        mend="deje un solo nivel (con --layer), corrija las formas, o use --allow-overlaps si son personas"
        " distintas",
    )


def crowded(cells: Collection[Draft]) -> tuple[str, ...]:
    """Cells that have a band larger than their whole."""
    found = []
    for draft in cells:
        people, bands = people_of(draft.parts)
        if any(count > people * ROUNDING + 3 for count in bands.values()):
            found.append(draft.name)
    return tuple(found)
