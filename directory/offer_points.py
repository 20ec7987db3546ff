"""Every place with offers, for looking around: counted, listed by comuna, and as points for a map.

A place is a location with at least one offer that has all the facets asked for. Only places whose address is public
have a point here; of those that are protected, lists say that they exist, and nothing says where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.candidates import facet_codes
from directory.errors import NotFoundError, QuestionError
from geo.points import Bounds, LonLat

# More points than these are no file for a telephone: tiles are.
MOST_POINTS = 2_000
# The deepest zoom of tiles; there every place stands for itself, above it those of one cell stand together.
MAX_POINT_ZOOM = 16
# Cells along one side of a tile: 64 pixels each, where a tile is drawn at 512.
CELLS = 8
# Below this zoom a tile is so wide that its box on the sphere is no use.
SPHERE_FROM = 6
MOST_SERVICES = 12


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """How many places there are, and how many of them have a public point; bounds: of those points, degrees.

    private: everything found is sensitive, so that the question tells something of who asks.
    """

    places: int
    points: int
    bounds: Bounds | None
    private: bool


@dataclass(frozen=True, slots=True)
class PlaceService:
    """One offer of a place."""

    id: UUID
    service: str


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """One place of the list. point is None where the address is protected or nobody knows it.

    sensitive: one of its offers is; whoever shows it uses a neutral name. count: how many offers it has, of which
    services are the first.
    """

    id: UUID
    name: str
    kind: str
    address: str | None
    comuna: str | None
    slug: str | None
    protected: bool
    sensitive: bool
    point: LonLat | None
    count: int
    services: tuple[PlaceService, ...]


@dataclass(frozen=True, slots=True)
class PlacePoint:
    """One pin."""

    id: UUID
    name: str
    kind: str
    comuna: str | None
    sensitive: bool
    point: LonLat


def facets_of(session: Session, names: Sequence[str]) -> list[int] | None:
    """Codes of facets by "kind:key" (`need:treatment`); None when one of them is on no offer."""
    known = facet_codes(session)
    codes = [known.get(name) for name in names]
    return None if None in codes else [code for code in codes if code is not None]


def count_places(session: Session, facets: Sequence[int]) -> PlaceCount:
    """How much there is."""
    row = session.execute(text(_COUNT), {"facets": list(facets)}).one()
    bounds = None if row.west is None else Bounds(row.west, row.south, row.east, row.north)
    return PlaceCount(row.places, row.points, bounds, row.places > 0 and row.private)


def list_places(session: Session, facets: Sequence[int], skip: int, limit: int) -> list[PublicPlace]:
    """Places by the name of their comuna, then by their own."""
    values = {"facets": list(facets), "skip": skip, "limit": limit}
    ids = list(session.scalars(text(_ORDER), values))
    found = {one.id: one for one in _places(session, ids, facets)}
    return [found[id_] for id_ in ids]


def public_place(session: Session, location: UUID) -> PublicPlace:
    """One place that has a public point, with all its services. Raises NotFoundError for any other."""
    found = [one for one in _places(session, [location], []) if one.point is not None]
    if not found:
        raise NotFoundError("there is no such place")
    return found[0]


def place_points(session: Session, facets: Sequence[int]) -> list[PlacePoint]:
    """Every public point. Raises QuestionError above MOST_POINTS."""
    rows = session.execute(text(_POINTS), {"facets": list(facets), "most": MOST_POINTS + 1}).all()
    if len(rows) > MOST_POINTS:
        raise QuestionError(f"there are more than {MOST_POINTS} places: ask for tiles, or add a filter")
    return [
        PlacePoint(row.location_id, row.name, row.kind, row.comuna, row.sensitive, LonLat(row.x, row.y))
        for row in rows
    ]


def point_tile(session: Session, facets: Sequence[int], z: int, x: int, y: int) -> bytes:
    """One tile of points, layer `offers`; empty where there are none. Raises NotFoundError for no such tile.

    Features: n (how many places), key, lon and lat; one place alone also id, kind, comuna and, unless it is
    sensitive, name.
    """
    if not (0 <= z <= MAX_POINT_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFoundError("No existe esa parte del mapa.")
    values = {"facets": list(facets), "z": z, "x": x, "y": y, "cells": CELLS, "deepest": z == MAX_POINT_ZOOM}
    statement = _TILE.substitute(_CONDITIONS, within=_ON_SPHERE if z >= SPHERE_FROM else _FLAT)
    return bytes(session.scalar(text(statement), values) or b"")


def _places(session: Session, ids: Sequence[UUID], facets: Sequence[int]) -> list[PublicPlace]:
    values = {"ids": list(ids), "facets": list(facets), "most": MOST_SERVICES}
    return [_place(row._mapping) for row in session.execute(text(_PLACES), values)]


def _place(row: Any) -> PublicPlace:
    card, public = row["card"], row["public"]
    area = card["area"] or {}
    return PublicPlace(
        id=row["location_id"],
        name=card["name"],
        kind=row["kind"],
        address=card["address"],
        comuna=area.get("name"),
        slug=row["slug"],
        protected=card["position"]["visibility"] != "full",
        sensitive=row["sensitive"],
        point=LonLat(row["x"], row["y"]) if public else None,
        count=row["count"],
        services=tuple(PlaceService(UUID(one["id"]), one["service"]) for one in row["services"]),
    )


# The address may be shown: a protected place gives away not even the seat that stands for it elsewhere.
_PUBLIC = "o.geog is not null and o.card->'position'->>'visibility' = 'full'"
_SENSITIVE = "(o.card->>'sensitive')::boolean"

# The statements below are whole but for these conditions.
_CONDITIONS = {"public": _PUBLIC, "sensitive": _SENSITIVE}
_COUNT = Template("""
select count(distinct o.location_id) as places,
  count(distinct o.location_id) filter (where $public) as points,
  bool_and($sensitive) as private,
  min(ST_X(o.geog::geometry)) filter (where $public) as west,
  min(ST_Y(o.geog::geometry)) filter (where $public) as south,
  max(ST_X(o.geog::geometry)) filter (where $public) as east,
  max(ST_Y(o.geog::geometry)) filter (where $public) as north
from offer o where o.facets @> cast(:facets as int[])
""").substitute(_CONDITIONS)
_ORDER = """
select p.location_id
from (
  select o.location_id, min(o.area_code) as area_code, min(o.card->>'name') as name
  from offer o where o.facets @> cast(:facets as int[]) group by o.location_id) p
left join area a on a.code = p.area_code
order by cercana_fold(a.name) nulls last, a.code, cercana_fold(p.name), p.location_id
limit :limit offset :skip
"""
_PLACES = Template("""
select o.location_id, (array_agg(o.kind order by o.id))[1] as kind, (array_agg(a.slug order by o.id))[1] as slug,
  (array_agg(o.card order by o.id))[1] as card, bool_or($sensitive) as sensitive, bool_and($public) as public,
  ST_X((array_agg(o.geog order by o.id))[1]::geometry) as x,
  ST_Y((array_agg(o.geog order by o.id))[1]::geometry) as y, count(*) as count,
  to_jsonb((array_agg(jsonb_build_object('id', o.id, 'service', o.card->>'service')
    order by cercana_fold(o.card->>'service'), o.id))[1 : cast(:most as int)]) as services
from offer o left join area a on a.code = o.area_code
where o.location_id = any(:ids) and o.facets @> cast(:facets as int[])
group by o.location_id
""").substitute(_CONDITIONS)
_POINTS = Template("""
select distinct on (o.location_id) o.location_id, o.card->>'name' as name, o.kind, o.card->'area'->>'name' as comuna,
  bool_or($sensitive) over (partition by o.location_id) as sensitive,
  round(ST_X(o.geog::geometry)::numeric, 5)::float8 as x, round(ST_Y(o.geog::geometry)::numeric, 5)::float8 as y
from offer o where o.facets @> cast(:facets as int[]) and $public
order by o.location_id, o.id
limit :most
""").substitute(_CONDITIONS)
_ON_SPHERE = "o.geog && ST_Transform(b.wide, 4326)::geography"
_FLAT = "o.geog::geometry && ST_Transform(b.wide, 4326)"
# The margin is one cell, so that what lies on an edge is counted whole on both sides of it.
_TILE = Template("""
with bounds as (
  select ST_TileEnvelope(:z, :x, :y) as box,
    ST_Intersection(ST_TileEnvelope(:z, :x, :y, margin => 1.0 / :cells), ST_TileEnvelope(0, 0, 0)) as wide,
    (ST_XMax(ST_TileEnvelope(:z, :x, :y)) - ST_XMin(ST_TileEnvelope(:z, :x, :y))) / :cells as cell
),
place as (
  select distinct on (o.location_id) o.location_id, o.kind, o.card->>'name' as name,
    o.card->'area'->>'name' as comuna, bool_or($sensitive) over (partition by o.location_id) as sensitive,
    ST_Transform(o.geog::geometry, 3857) as p
  from bounds b join offer o on $within
  where o.facets @> cast(:facets as int[]) and $public
  order by o.location_id, o.id
),
cell as (
  select count(*) as n, min(location_id::text) as id, min(kind) as kind, min(name) as name, min(comuna) as comuna,
    bool_or(sensitive) as sensitive, ST_Centroid(ST_Collect(p)) as p, key
  from (
    select place.*, case when :deepest then location_id::text
      else floor(ST_X(p) / b.cell)::bigint || ' ' || floor(ST_Y(p) / b.cell)::bigint end as key
    from place cross join bounds b) keyed
  group by key
)
select ST_AsMVT(offers, 'offers') from (
  select c.n, c.key, case when c.n = 1 then c.id end as id, case when c.n = 1 then c.kind end as kind,
    case when c.n = 1 and not c.sensitive then c.name end as name, case when c.n = 1 then c.comuna end as comuna,
    round(ST_X(ST_Transform(c.p, 4326))::numeric, 5)::float8 as lon,
    round(ST_Y(ST_Transform(c.p, 4326))::numeric, 5)::float8 as lat,
    ST_AsMVTGeom(c.p, b.box, 4096, 4096 / :cells, true) as geom
  from cell c cross join bounds b
  order by c.key) offers
where geom is not null
""")
