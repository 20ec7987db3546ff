"""What the steps know besides the record: areas, country, source, and what earlier rows held."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from directory.records import IssueRecord, OfferRecord, PositionSource, Severity
from geo.areas import AreaIndex
from geo.points import LonLat
from importers.source import BEST_RUNGS
from importers.step_facts import StepFacts

type StepResult = tuple[OfferRecord | None, tuple[IssueRecord, ...]]
type Step = Callable[[OfferRecord, "StepContext"], StepResult]

FEWEST_UNRELATED = 3
"""So many unrelated rows on one point mean that the point is nobody's: a town's middle, or a copied cell."""


@dataclass(slots=True)
class StepContext:
    """One import's context. locality finds a village by name in a comuna, where a gazetteer is at hand.

    declared_crs is what the file, or else the source, says of its coordinates.
    """

    areas: AreaIndex
    facts: StepFacts
    declared_crs: str = "EPSG:4326"
    rungs: frozenset[PositionSource] = BEST_RUNGS
    locality: Callable[[str, str], LonLat | None] | None = None
    area_of: dict[tuple[str, str | None, str], tuple[str | None, tuple[tuple[str, str], ...]]] = field(
        default_factory=dict
    )
    comunas_at: dict[tuple[float, float], str | None] = field(default_factory=dict)
    refs: set[int] = field(default_factory=set)
    points: "Repeats" = field(default_factory=lambda: Repeats())

    def closing_issues(self) -> Iterator[IssueRecord]:
        """What can be told only once every row has been seen."""
        yield from self.points.issues()


@dataclass(slots=True)
class Repeats:
    """Points met so far, in 36 bytes each, so that a million rows cost little memory."""

    lons: "array[float]" = field(default_factory=lambda: array("d"))
    lats: "array[float]" = field(default_factory=lambda: array("d"))
    whose: "array[int]" = field(default_factory=lambda: array("q"))
    places: "array[int]" = field(default_factory=lambda: array("q"))
    rows: "array[int]" = field(default_factory=lambda: array("I"))

    def add(self, point: LonLat, whose: int, place: int, row: int) -> None:
        """Remember one row's point. whose is equal for rows that belong together, place for one location."""
        self.lons.append(point.lon)
        self.lats.append(point.lat)
        self.whose.append(whose)
        self.places.append(place)
        self.rows.append(row)

    def issues(self) -> Iterator[IssueRecord]:
        """A warning for each row after the first on a point, stronger where unrelated rows meet."""
        lons, lats = np.frombuffer(self.lons), np.frombuffer(self.lats)
        order = np.lexsort((lats, lons))
        same = (np.diff(lons[order]) == 0) & (np.diff(lats[order]) == 0)
        if not same.any():
            return
        breaks = np.flatnonzero(~same) + 1
        for group in np.split(order, breaks):
            if len(group) > 1:
                yield from self._of_point(sorted(group.tolist()))

    def _of_point(self, group: list[int]) -> Iterator[IssueRecord]:
        first_of = {self.places[number]: self.rows[number] for number in reversed(group)}
        rows = sorted(set(first_of.values()))
        unrelated = len({self.whose[number] for number in group})
        where = f"{self.lats[group[0]]}, {self.lons[group[0]]}"
        for row in rows[1:]:
            yield _repeated(row, rows[0], len(rows), where, unrelated >= FEWEST_UNRELATED)


def _repeated(row: int, first: int, count: int, where: str, unrelated: bool) -> IssueRecord:
    if unrelated:
        code = "repeated_position"
        message = f"{count} filas sin relación tienen el mismo punto (desde la {first}): revise cada uno."
    else:
        code = "shared_position"
        message = f"Tiene el mismo punto que la fila {first}: confirme que están en el mismo lugar."
    return IssueRecord(code, message, Severity.WARNING, row=row, field="location.position", value=where)


def issue(
    record: OfferRecord,
    code: str,
    message: str,
    field: str,
    value: str = "",
    severity: Severity = Severity.WARNING,
) -> IssueRecord:
    """An issue of this record's row. field is a part of the record: the pipeline names the file's column."""
    return IssueRecord(
        code,
        message,
        severity,
        row=record.row,
        source_ref=record.source_ref or None,
        field=field,
        value=value[:200] or None,
    )


def refused(
    record: OfferRecord,
    code: str,
    message: str,
    field: str,
    value: str = "",
    also: Iterable[IssueRecord] = (),
) -> StepResult:
    """The answer of a step that cannot let the record be published."""
    return None, (*also, issue(record, code, message, field, value, Severity.ERROR))
