"""Main roads as tiles draw them: generalised once when a network comes, not for every tile."""

from collections.abc import Iterable, Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.staging import stage
from geo.street_file import MAIN, MainRoad

# Deepest zoom of each level, and about half a pixel there in metres of Web Mercator. Tiles end at 12 and are
# stretched beyond, so that the last level is finer than a pixel: a way that is drawn over it nearly lies on it.
LEVELS = {0: (5, 1_250.0), 1: (8, 150.0), 2: (11, 25.0), 3: (12, 5.0)}
# From which zoom of a tile a class is drawn; the map shows a tile at the next deeper zoom. Tertiary roads are not:
# in a large city they weigh as much as all others, and a page with four such tiles would break its budget.
SHOWN_FROM = {"motorway": 5, "trunk": 5, "primary": 7, "secondary": 9}
# Corners of one row at most: a tile reads no more than what lies near it.
CORNERS = 128


def road_level(zoom: int) -> int:
    """The level of generalisation that roads of a zoom are drawn from."""
    return next(level for level, (deepest, _) in LEVELS.items() if zoom <= deepest)


def shown_classes(zoom: int) -> list[str]:
    """Classes drawn at a zoom, the largest last, so that it lies on top."""
    return [name for name in reversed(MAIN) if name in SHOWN_FROM and zoom >= SHOWN_FROM[name]]


def draw_roads(session: Session, network: str, roads: Iterable[MainRoad]) -> None:
    """Write the drawings of a network's roads, which must have none yet."""
    stage(session, "staged_road", {"road_class": "text", "shape": "geometry"}, _rows(roads))
    for level, (deepest, metres) in LEVELS.items():
        values = {"network": network, "level": level, "metres": metres, "classes": shown_classes(deepest)}
        session.execute(text(_DRAW), values | {"corners": CORNERS})


def _rows(roads: Iterable[MainRoad]) -> Iterator[tuple[str, str]]:
    for road in roads:
        corners = ",".join(f"{lon} {lat}" for lon, lat in road.line)
        yield road.road_class, f"SRID=4326;LINESTRING({corners})"


# Ways that go on in each other are joined first: they are cut where a name, a limit or a bridge begins.
_DRAW = """
insert into base_road (network, road_class, level, shape)
select :network, road_class, :level, part
from (
  select road_class, ST_Subdivide(ST_Simplify(shape, :metres), :corners) as part
  from (
    select road_class, (ST_Dump(ST_LineMerge(ST_Collect(
      ST_Transform(ST_ClipByBox2D(shape, ST_MakeEnvelope(-180, -85, 180, 85, 4326)), 3857))))).geom as shape
    from staged_road where road_class = any(:classes) group by road_class) joined
  where ST_Length(shape) >= :metres) parts
where part is not null and not ST_IsEmpty(part)
"""
