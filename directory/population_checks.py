"""Whether cells are where they say: positions with their axes swapped, and cells far from their own comuna."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.population import CellRecord
from directory.staging import find_areas, stage

# Degrees: about 30 km from north to south, less from east to west: no coast is drawn that much shorter.
FAR_DEGREES = 0.27
# As much more where a border is only approximate.
APPROXIMATE_FACTOR = 3


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Places in the sequence of cells. swapped: outside of every comuna, and inside of one with the axes swapped.

    far: more than FAR_DEGREES from the comuna they state, or thrice that where its border is approximate.
    stated: how many state one that has a shape.
    """

    swapped: tuple[int, ...]
    far: tuple[int, ...]
    stated: int


def check_positions(session: Session, cells: Sequence[CellRecord]) -> Misplaced:
    """Compare the points of cells with the comunas of the directory. Writes nothing."""
    rows = [
        (place, cell.point.wkt, cell.area_code) for place, cell in enumerate(cells) if cell.point is not None
    ]
    stage(session, "checked_cell", _COLUMNS | {"stated": "text"}, ((*row[:2], None, row[2]) for row in rows))
    find_areas(session, "checked_cell")
    outside = list(session.scalars(text("select row from checked_cell where area_code is null order by row")))
    far = session.scalars(text(_FAR), {"far": FAR_DEGREES, "factor": APPROXIMATE_FACTOR})
    stated = session.scalar(text(_STATED))
    return Misplaced(tuple(_swapped(session, cells, outside)), tuple(far), int(stated or 0))


def _swapped(session: Session, cells: Sequence[CellRecord], outside: Sequence[int]) -> list[int]:
    flipped = [
        (place, f"SRID=4326;POINT({point.lat!r} {point.lon!r})", None)
        for place in outside
        if (point := cells[place].point) is not None and abs(point.lon) <= 90
    ]
    if not flipped:
        return []
    stage(session, "flipped_cell", _COLUMNS, flipped)
    find_areas(session, "flipped_cell")
    found = session.scalars(text("select row from flipped_cell where area_code is not null order by row"))
    return list(found)


_COLUMNS = {"row": "integer", "geog": "geography", "area_code": "text"}
_FAR = """
select c.row from checked_cell c join area a on a.code = c.stated
where c.area_code is distinct from c.stated and a.shape is not null
  and not ST_DWithin(
    a.shape, c.geog::geometry, case when a.boundary = 'official' then :far else :far * :factor end)
order by c.row
"""
_STATED = """
select count(*) from checked_cell c join area a on a.code = c.stated where a.shape is not null
"""
