"""What a scenario changes: one question asked of two states of the directory, compared by area and by cell."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from directory.coverage import coverage_report
from directory.coverage_cells import cell_figures
from directory.coverage_groups import Tally
from directory.coverage_inputs import CoverageInputs
from directory.coverage_terms import AreaHead, CellFigures, CoverageQuery, Head, ScenarioDifference
from directory.errors import QuestionError


class Computing(Protocol):
    """Who finds the arrays of coverage questions: directory.planning.Planning."""

    def compute(self, query: CoverageQuery) -> CoverageInputs:
        """The arrays that a question is answered from."""
        ...


def difference(
    planning: Computing, query: CoverageQuery, before: int | None, after: int | None
) -> ScenarioDifference:
    """The question asked before and after. before, after: ids of saved scenarios; None: the directory as it is.

    areas: comunas by code, each in both states. gained and lost: people covered after and not before, and the
    other way round, so that gains here do not hide losses there; 0 for estimates, which count no heads. Raises
    what Planning.compute raises, and NotFoundError for a scenario that is gone.
    """
    first, second = _both(planning, query, before, after)
    reports = coverage_report(first), coverage_report(second)
    was, comes = Tally(first), Tally(second)
    counted = not (was.estimate or comes.estimate)
    gained = float(first.weights[~was.covered & comes.covered].sum()) if counted else 0.0
    lost = float(first.weights[was.covered & ~comes.covered].sum()) if counted else 0.0
    return ScenarioDifference(*reports, _paired(reports[0].comunas, reports[1].comunas), gained, lost)


def cell_difference(
    planning: Computing, query: CoverageQuery, before: int | None, after: int | None
) -> list[tuple[CellFigures, CellFigures]]:
    """Every cell in both states, in the order of the cells. Raises what `difference` raises."""
    first, second = _both(planning, query, before, after)
    return list(zip(cell_figures(first), cell_figures(second), strict=True))


def unreached(inputs: CoverageInputs) -> tuple[str, ...]:
    """Names of places of a scenario that nobody reaches: off the roads, or nobody lives within the rows' limit.

    They count for nothing, which a planner should be told. Empty for estimates.
    """
    if inputs.latest is not None:
        return ()
    reached = inputs.rows.indptr[1:] > inputs.rows.indptr[:-1]
    names = (
        one.name
        for one, place in zip(inputs.places.providers, inputs.places.of.tolist(), strict=True)
        if one.id is None and not reached[place]
    )
    return tuple(sorted(set(names)))


def _both(
    planning: Computing, query: CoverageQuery, before: int | None, after: int | None
) -> tuple[CoverageInputs, CoverageInputs]:
    first, second = (planning.compute(replace(query, scenario=one)) for one in (before, after))
    if first.people.samples.fingerprint != second.people.samples.fingerprint:
        raise QuestionError(
            "Los datos de población cambiaron mientras se respondía: pregunta de nuevo.", field="dataset"
        )
    return first, second


def _paired(before: Sequence[AreaHead], after: Sequence[AreaHead]) -> tuple[tuple[AreaHead, AreaHead], ...]:
    """Areas of either state by code; one that is in the other alone has nobody there."""
    first, second = ({one.code: one for one in areas} for areas in (before, after))
    return tuple(
        (first.get(code) or _nobody(second[code]), second.get(code) or _nobody(first[code]))
        for code in sorted(first.keys() | second.keys())
    )


def _nobody(area: AreaHead) -> AreaHead:
    return AreaHead(area.code, area.name, area.parent, Head(0.0, 0.0, None, None))
