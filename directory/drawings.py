"""Shapes as maps draw them: generalised once when they change, not for every tile."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

# Deepest zoom of each level, and half a pixel there (512 to a tile) in metres of Web Mercator: borders that
# neighbours simplify differently then part by less than can be seen.
LEVELS = {0: (5, 1_250.0), 1: (8, 150.0), 2: (12, 10.0)}


def level_of(zoom: int) -> int:
    """The level of generalisation that a zoom is drawn from."""
    return next(level for level, (deepest, _) in LEVELS.items() if zoom <= deepest)


def redraw(session: Session, codes: Sequence[str]) -> None:
    """Make the drawings of these areas anew. Only official shapes are drawn."""
    if not codes:
        return
    session.execute(text("delete from area_drawing where area_code = any(:codes)"), {"codes": list(codes)})
    for level, (_, metres) in LEVELS.items():
        values = {"codes": list(codes), "level": level, "metres": metres}
        session.execute(text(_REDRAW), values)


# Web Mercator ends at 85 degrees. Of many islets only those that can be seen are drawn; every area
# keeps its largest part.
_REDRAW = """
insert into area_drawing (area_code, level, shape)
select code, :level,
  ST_CollectionExtract(ST_MakeValid(ST_SimplifyPreserveTopology(ST_Collect(part), :metres)), 3)
from (
  select code, part, ST_Area(part) as size,
    row_number() over (partition by code order by ST_Area(part) desc) as place
  from (
    select code,
      (ST_Dump(ST_Transform(
        ST_ClipByBox2D(shape, ST_MakeEnvelope(-180, -85, 180, 85, 4326)), 3857))).geom as part
    from area where code = any(:codes) and boundary = 'official') parts
) sized
where place = 1 or size >= 4 * cast(:metres as float8) * :metres
group by code
"""
