"""Vector tiles of our own areas, main roads and place names, so that no map server learns where somebody looks."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.drawings import level_of
from directory.errors import NotFoundError
from directory.road_drawings import road_level, shown_classes

MAX_ZOOM = 12
# The layer of maps that colour comunas by a figure.
FIGURES = "figures"
# Below these zooms the smaller borders are nothing but noise.
PROVINCES_FROM = 7
COMUNAS_FROM = 4
# People that a comuna needs for its name to be shown; zooms beyond show every name.
NAMES_FROM = {0: 400_000, 5: 200_000, 6: 100_000, 7: 40_000, 8: 15_000, 9: 0}


def tile(session: Session, layer: str, z: int, x: int, y: int) -> bytes:
    """One tile in Mapbox Vector Tile format; empty where there is nothing.

    Layers: `areas` (land below, comunas, and the lines of provinces and regions above), `outline` (land),
    `roads` (main roads of the networks in use), `places` (names of comunas, with where they stand), `base` (areas,
    roads and places in one), `figures` (the same with comunas at every zoom, for who colours them). Raises
    NotFoundError for another layer, or a tile that does not exist.
    """
    if layer not in _LAYERS or not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFoundError("No existe esa parte del mapa.")
    values = {
        "z": z,
        "x": x,
        "y": y,
        "level": level_of(z),
        "kinds": _kinds(z, every=layer == FIGURES),
        "people": _people(z),
    }
    values |= {"road_level": road_level(z), "road_classes": shown_classes(z)}
    # Layers of a tile simply follow each other.
    return b"".join(bytes(session.scalar(text(drawn), values) or b"") for drawn in _LAYERS[layer])


def _kinds(z: int, *, every: bool) -> list[str]:
    """Kinds of areas drawn at a zoom. every: comunas even where they are but specks."""
    return ["region"] + ["province"] * (z >= PROVINCES_FROM) + ["comuna"] * (every or z >= COMUNAS_FROM)


def _people(z: int) -> int:
    return next(people for first, people in reversed(NAMES_FROM.items()) if z >= first)


_BOUNDS = """
with bounds as (
  select ST_TileEnvelope(:z, :x, :y) as box, ST_TileEnvelope(:z, :x, :y, margin => 64.0 / 4096) as wide
)
"""
_LAND = """
select ST_AsMVT(land, 'land') as tile from (
  select ST_AsMVTGeom(d.shape, b.box, 4096, 64, true) as geom
  from bounds b
  join area_drawing d on d.shape && b.wide and d.level = :level
  join area a on a.code = d.area_code and a.kind = 'country') land
where geom is not null
"""
# Comunas are surfaces; what is above them comes after as lines, so that no fill covers a line.
_AREAS = """
select ST_AsMVT(areas, 'areas') as tile from (
  select a.code, a.name, a.kind as level,
    ST_AsMVTGeom(
      case when a.kind = 'comuna' then d.shape else ST_Boundary(d.shape) end, b.box, 4096, 64, true) as geom
  from bounds b
  join area_drawing d on d.shape && b.wide and d.level = :level
  join area a on a.code = d.area_code and a.kind = any(:kinds)
  order by array_position(array['comuna', 'province', 'region'], a.kind), a.code) areas
where geom is not null
"""
# One shape for each class: a tag for each of a thousand lines would weigh as much as the lines. Half as fine as
# areas, for the same reason: five metres in the deepest tile.
_ROADS = """
select ST_AsMVT(roads, 'roads', 2048) as tile from (
  select r.road_class as level, ST_AsMVTGeom(ST_Collect(r.shape order by r.id), b.box, 2048, 32, true) as geom
  from bounds b
  join base_road r on r.shape && b.wide and r.level = :road_level and r.road_class = any(:road_classes)
  group by r.road_class, b.box
  order by array_position(:road_classes, r.road_class)) roads
where geom is not null
"""
_PLACES = """
select ST_AsMVT(places, 'places') as tile from (
  select a.code, a.name, a.population as people,
    round(ST_X(a.seat::geometry)::numeric, 5)::float8 as lon,
    round(ST_Y(a.seat::geometry)::numeric, 5)::float8 as lat,
    ST_AsMVTGeom(ST_Transform(a.seat::geometry, 3857), b.box, 4096, 64, true) as geom
  from bounds b
  join area a on a.kind = 'comuna' and a.seat && ST_Transform(b.wide, 4326)::geography
  where coalesce(a.population, 0) >= :people
  order by a.population desc nulls last, a.code) places
where geom is not null
"""
_WHOLE = (_BOUNDS + _LAND, _BOUNDS + _AREAS, _BOUNDS + _ROADS, _BOUNDS + _PLACES)
_LAYERS = {
    "areas": (_BOUNDS + _LAND, _BOUNDS + _AREAS),
    "outline": (_BOUNDS + _LAND,),
    "roads": (_BOUNDS + _ROADS,),
    "places": (_BOUNDS + _PLACES,),
    "base": _WHOLE,
    FIGURES: _WHOLE,
}
