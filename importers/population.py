"""People by cell: census blocks and entities, zones, localities, grids. One load is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from directory.db import transaction
from directory.people import ordered
from directory.population import CellRecord, DatasetRecord, StoredPeople, dataset_state, store_population
from directory.population_checks import check_positions
from directory.settings import Settings
from directory.staging import Database, Progress, Transaction
from importers import country
from importers.errors import ImportFileError
from importers.population_bands import people_of
from importers.population_cells import Draft, Drafts
from importers.population_faults import check_bands, check_overlaps, crowded, drop_overfull
from importers.population_report import AreaWithoutPoint, PopulationReport, RowProblem, figure
from importers.population_rows import RawRows, read_raw, read_shapes

__all__ = ["LoadOptions", "PopulationReport", "load_population"]


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to read a file. shapes: files with polygons of its codes. layers: of a file with several, all with
    people when empty. crs: of the positions of a table, degrees when None. side_m: of square cells around them.
    """

    shapes: Sequence[Path] = ()
    layers: Sequence[str] = ()
    crs: str | None = None
    side_m: float | None = None
    allow_overlaps: bool = False
    replace: bool = False


def load_population(
    database: Database,
    file: Path,
    *,
    name: str,
    year: int,
    about: DatasetRecord | None = None,
    options: LoadOptions | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> PopulationReport:
    """Make a dataset exactly the cells of a file. Raises ImportFileError, and then nothing has changed.

    Polygons (GeoJSON, GeoPackage, zipped Shapefiles: every layer with people) and H3 cells keep their shape;
    tables give points, or their codes those of the polygons in `shapes`; whoever has no position is counted by
    comuna and told. Cells with people that overlap by more than a tenth of the smaller are refused, unless
    allowed. Rows that cannot be used are named in the report. A name that is taken by another year, or by the
    demonstration, is only used again with `replace`.
    """
    how = options or LoadOptions()
    facts = country.read_facts((settings or Settings()).country_folder)
    raw = read_raw(file, layers=how.layers, crs=how.crs, progress=progress)
    joined = read_shapes(how.shapes)
    drafts = Drafts(raw, facts, raw.people_column(year), side_m=how.side_m, joined=joined)
    drop_overfull(drafts)
    if not drafts.cells:
        raise _nobody(file, drafts.problems)
    check_bands(file, drafts.cells.values())
    told = check_overlaps(file, list(drafts.cells.values()), allow=how.allow_overlaps)
    found = _Found(file, raw, drafts, len(set(joined) - drafts.used), (told,) if told else ())
    source = about or DatasetRecord(source=file.name)
    with transaction(database) as session:
        _check_name(session, file, name, year, source.demonstration, again=how.replace)
        return _store(session, found, name, year, source)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a file gave."""

    file: Path
    raw: RawRows
    drafts: Drafts
    unused: int
    notes: tuple[str, ...]


def _store(
    session: Transaction, found: _Found, name: str, year: int, about: DatasetRecord
) -> PopulationReport:
    drafts = list(found.drafts.cells.values())
    cells = [draft.record() for draft in drafts]
    placed = sum(cell.point is not None for cell in cells)
    misplaced = check_positions(session, cells)
    if misplaced.swapped and len(misplaced.swapped) * 2 > placed:
        raise ImportFileError(
            f"{figure(len(misplaced.swapped))} de {figure(placed)} posiciones solo caen en el país con sus ejes"
            " cambiados: la latitud está donde va la longitud",
            file=found.file,
            mend="cambie los títulos de las dos columnas, o exporte de nuevo con longitud y latitud en su orden",
        )
    if misplaced.far and len(misplaced.far) * 2 > misplaced.stated:
        raise ImportFileError(
            f"{figure(len(misplaced.far))} de {figure(misplaced.stated)} celdas caen lejos de la comuna que dicen",
            file=found.file,
            mend="revise su sistema de referencia (huso, datum) y la columna de la comuna",
        )
    for place in misplaced.swapped:
        cells[place] = replace(cells[place], point=None, samples=(), shape=None)
        found.drafts.problems.append(_swapped(drafts[place]))
    stored = store_population(session, name, year, cells, about)
    return _report(found, name, year, stored, cells, [drafts[place].name for place in misplaced.far])


def _report(
    found: _Found, name: str, year: int, stored: StoredPeople, cells: Sequence[CellRecord], far: Sequence[str]
) -> PopulationReport:
    drafts, raw = found.drafts, found.raw
    bands = {band: 1.0 for draft in drafts.cells.values() for band in people_of(draft.parts)[1]}
    return PopulationReport(
        name,
        year,
        len(raw.rows) + len(raw.broken),
        tuple(drafts.problems),
        stored,
        people_column=drafts.column,
        layers=tuple(raw.layers),
        bands=tuple(ordered(bands)),
        without_point=_without_point(cells),
        unused_shapes=found.unused,
        far=tuple(far),
        crowded=crowded(drafts.cells.values()),
        spread=sum(len(cell.samples) > 1 for cell in cells),
        twins=drafts.twins,
        notes=found.notes,
    )


def _without_point(cells: Sequence[CellRecord]) -> tuple[AreaWithoutPoint, ...]:
    counts: dict[str, tuple[int, float]] = {}
    for cell in cells:
        if cell.point is None:
            count, people = counts.get(cell.area_code or "", (0, 0.0))
            counts[cell.area_code or ""] = count + 1, people + cell.people
    listed = [AreaWithoutPoint(code, count, people) for code, (count, people) in counts.items()]
    return tuple(sorted(listed, key=lambda one: (-one.people, one.code)))


def _check_name(
    session: Transaction, file: Path, name: str, year: int, demonstration: bool, *, again: bool
) -> None:
    """Two datasets never become one by mistake: a year of its own has a name of its own."""
    before = dataset_state(session, name)
    if before is None or again or before == (year, demonstration):
        return
    what = "la demostración" if before[1] else f"los datos de {before[0]}"
    raise ImportFileError(
        f"«{name}» ya es el nombre de {what}",
        file=file,
        mend="use otro nombre, o --replace para reemplazarlos",
    )


def _swapped(draft: Draft) -> RowProblem:
    return RowProblem(
        draft.layer,
        draft.row,
        "posición",
        "cae fuera del país, y dentro con los ejes cambiados",
        "ponga la longitud y la latitud en su columna; sus personas se cuentan sin posición",
        counted=True,
    )


def _nobody(file: Path, problems: Sequence[RowProblem]) -> ImportFileError:
    example = f"; la primera: {problems[0].line}" if problems else ""
    return ImportFileError(
        f"ninguna fila trae personas{example}", file=file, mend="revise el nombre de la columna"
    )
