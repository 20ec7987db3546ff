"""Coverage on maps: cells of people as vector tiles with their figures, and where each comuna is drawn.

The figures are those of one question, so they come with the call; the shapes are of the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.coverage_terms import CellFigures
from directory.errors import NotFoundError
from geo.points import LonLat

# Cells are drawn between these zooms; nearer the browser stretches them.
FIRST_CELL_ZOOM, LAST_CELL_ZOOM = 8, 14


@dataclass(frozen=True, slots=True)
class AreaMark:
    """Where an area stands when it has no shape to be drawn. drawn: it has one."""

    code: str
    seat: LonLat | None
    drawn: bool


def area_marks(session: Session, codes: Sequence[str]) -> list[AreaMark]:
    """Marks of these areas, by code; unknown codes are left out."""
    rows = session.execute(text(_MARKS), {"codes": list(codes)})
    return [
        AreaMark(code, None if lon is None else LonLat(lon, lat), drawn) for code, lon, lat, drawn in rows
    ]


def cell_tile(
    session: Session,
    dataset: str,
    figures: Mapping[tuple[str, str], CellFigures],
    z: int,
    x: int,
    y: int,
) -> bytes:
    """Cells of a dataset as a layer `cells` of a vector tile, each with people, minutes (-1: none) and covered.

    figures: by kind and code of the cell; a cell without any is not drawn. covered: share in whole per cent, -1
    where none is counted (estimates). Empty where there is nothing. Raises NotFoundError for a tile that is none.
    """
    if not (FIRST_CELL_ZOOM <= z <= LAST_CELL_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFoundError("No existe esa parte del mapa.")
    tile = {"z": z, "x": x, "y": y}
    rows = session.execute(text(_CELLS), tile | {"dataset": dataset}).all()
    found = [(row.id, figures[row.kind, row.cell]) for row in rows if (row.kind, row.cell) in figures]
    if not found:
        return b""
    values = {
        "ids": [id_ for id_, _ in found],
        "people": [round(one.people) for _, one in found],
        "minutes": [-1 if one.minutes is None else round(one.minutes) for _, one in found],
        "covered": [_per_cent(one) for _, one in found],
    }
    return bytes(session.scalar(text(_TILE), tile | values) or b"")


def _per_cent(one: CellFigures) -> int:
    return -1 if one.covered is None or not one.people else round(100 * one.covered / one.people)


_MARKS = """
select a.code, ST_X(a.seat::geometry), ST_Y(a.seat::geometry),
  exists (select from area_drawing d where d.area_code = a.code)
from area a where a.code = any(:codes) order by a.code
"""
_CELLS = """
select p.id, p.kind, p.cell
from population p, ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 64.0 / 4096), 4326) as wide
where p.dataset = :dataset
  and (p.shape && wide::geography or (p.shape is null and p.geog && wide::geography))
order by p.id
"""
# Points are drawn as circles by the browser, so the tile holds points; shapes are as they were generalised.
_TILE = """
with bounds as (select ST_TileEnvelope(:z, :x, :y) as box)
select ST_AsMVT(cells, 'cells') as tile from (
  select f.people, f.minutes, f.covered,
    ST_AsMVTGeom(ST_Transform(coalesce(p.shape, p.geog)::geometry, 3857), b.box, 4096, 64, true) as geom
  from bounds b,
    unnest(cast(:ids as bigint[]), cast(:people as int[]), cast(:minutes as int[]), cast(:covered as int[]))
      as f(id, people, minutes, covered)
  join population p on p.id = f.id
  order by f.people, p.id) cells
where geom is not null
"""
