"""A small map as inline SVG, for print and where there is no JavaScript. No styles inside, only classes."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.drawings import LEVELS
from directory.road_drawings import LEVELS as ROADS
from directory.road_drawings import road_level, shown_classes
from geo.points import LonLat

# A lone point gets this much around it, in metres of Web Mercator; a line at least this much.
LEAST_SPAN_M = 8_000.0
LEAST_LINE_SPAN_M = 400.0
PADDING = 0.12
PIN_RADIUS = 11
# Metres per pixel up to which comunas are large enough to be drawn.
DETAIL_M = 1_500.0
# Room for a name: pixels of a letter and of a line, and how many names there are at most.
LETTER, LINE = 7.0, 15
MOST_NAMES = 30
_EARTH_RADIUS_M = 6_378_137.0
# Metres per pixel of a tile of zoom 0, which is drawn 512 pixels wide.
TILE_M = 2 * math.pi * _EARTH_RADIUS_M / 512
ROAD_WIDTHS = {"motorway": 3, "trunk": 3, "primary": 2.4, "secondary": 1.8}

type Box = tuple[float, float, float, float]


def svg_map(
    session: Session,
    points: Sequence[tuple[int, LonLat]],
    width: int = 640,
    height: int = 400,
    *,
    line: Sequence[LonLat] = (),
    title: str = "Mapa con los lugares numerados como en la lista",
) -> str:
    """Numbered circles on land and comuna borders. Empty when there is no point to show.

    line: the way to one of the points, drawn below the circles from a dot where it starts.
    """
    if not points:
        return ""
    placed = [(number, *_mercator(point)) for number, point in points]
    way = [_mercator(point) for point in line]
    shown = [*((x, y) for _, x, y in placed), *way]
    view = _view(shown, width, height, LEAST_LINE_SPAN_M if way else LEAST_SPAN_M)
    spots = [view.pixel(x, y) for _, x, y in placed]
    trace = [view.pixel(x, y) for x, y in way]
    names = _names(session, view, [*spots, *trace[:1]])
    numbers = [number for number, _, _ in placed]
    pins = [_pin(number, *spot) for number, spot in zip(numbers, spots, strict=True)]
    return _svg(session, view, title, [_way(trace), *names, *reversed(pins)])


def svg_area(
    session: Session, area: Any, start: LonLat, width: int = 640, height: int = 400, *, title: str
) -> str:
    """An area (a Polygon or MultiPolygon in degrees) around where one starts, with the main roads below it."""
    flat = shapely.transform(area, lambda xy: np.array([_mercator(LonLat(*one)) for one in xy]))
    west, south, east, north = flat.bounds
    view = _view([(west, south), (east, north), _mercator(start)], width, height, LEAST_LINE_SPAN_M)
    drawn = shapely.transform(flat, lambda xy: np.array([view.pixel(x, y) for x, y in xy]))
    rings = [
        ring for part in shapely.get_parts(drawn.simplify(0.7)) for ring in (part.exterior, *part.interiors)
    ]
    path = "".join(f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in ring.coords[:-1])}Z" for ring in rings)
    at = view.pixel(*_mercator(start))
    body = [
        _roads(session, view),
        f'<path class="svg-reach" d="{path}" fill="#0f69b4" fill-opacity="0.16" fill-rule="evenodd"'
        ' stroke="#0f69b4" stroke-width="2.5" stroke-linejoin="round"/>',
        *_names(session, view, [at]),
        f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="6" fill="#fff" stroke="#0a132d" stroke-width="4"/>',
    ]
    return _svg(session, view, title, body)


@dataclass(frozen=True, slots=True)
class _View:
    """What is seen: west and north edges in metres of Web Mercator, metres per pixel, pixels."""

    west: float
    north: float
    metres: float
    width: int
    height: int

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Where a point in metres is drawn."""
        return (x - self.west) / self.metres, (self.north - y) / self.metres

    def values(self) -> dict[str, float]:
        """For the questions to the database."""
        return {
            "west": self.west,
            "north": self.north,
            "east": self.west + self.width * self.metres,
            "south": self.north - self.height * self.metres,
            "metres": self.metres,
            "scale": 1 / self.metres,
        }


def _svg(session: Session, view: _View, title: str, body: Iterable[str]) -> str:
    """Land and borders, and what is drawn on them."""
    values = view.values() | {"level": _level(view.metres), "detail": DETAIL_M}
    drawn = "".join(
        f'<path class="svg-{"land" if kind == "country" else "area"}" d="{escape(path)}"/>'
        for kind, path in session.execute(text(_SHAPES), values)
        if path
    )
    return (
        f'<svg class="svg-map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {view.width} {view.height}"'
        f' width="{view.width}" height="{view.height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>"
        f'<rect class="svg-sea" width="{view.width}" height="{view.height}" fill="#e6edf2"/>'
        f'<g fill="#fbfaf6" stroke="#8b98a5" stroke-width="0.8">{drawn}</g>{"".join(body)}</svg>'
    )


def _roads(session: Session, view: _View) -> str:
    """Main roads of the networks in use, as detailed as a tile of this scale."""
    zoom = max(0, min(max(deepest for deepest, _ in ROADS.values()), int(math.log2(TILE_M / view.metres))))
    values = view.values() | {"level": road_level(zoom), "classes": shown_classes(zoom)}
    paths = "".join(
        f'<path class="svg-road" d="{escape(path)}" stroke-width="{ROAD_WIDTHS[kind]}"/>'
        for kind, path in session.execute(text(_ROADS), values)
        if path
    )
    return f'<g fill="none" stroke="#d8c59c" stroke-linecap="round">{paths}</g>' if paths else ""


def _names(session: Session, view: _View, pins: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Names of comunas, the largest first, where neither a pin nor another name stands. For the eye only."""
    taken = [(x - PIN_RADIUS, y - PIN_RADIUS, x + PIN_RADIUS, y + PIN_RADIUS) for x, y in pins]
    for name, x, y in session.execute(text(_NAMES), view.values() | {"most": MOST_NAMES}):
        half = LETTER * len(name) / 2
        boxes = [(x - half, top, x + half, top + LINE) for top in (y - LINE / 2, y + LINE, y - 2 * LINE)]
        free = next((box for box in boxes if _free(box, taken, view.width, view.height)), None)
        if free is None:
            continue
        taken.append(free)
        yield (
            f'<text class="svg-name" aria-hidden="true" x="{x:.1f}" y="{free[1] + LINE - 3:.1f}" font-size="12"'
            f' text-anchor="middle" fill="#33404d" stroke="#fff" stroke-width="3" paint-order="stroke">'
            f"{escape(name)}</text>"
        )


def _free(box: Box, taken: Iterable[Box], width: int, height: int) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > width or bottom > height:
        return False
    return all(c <= left or a >= right or d <= top or b >= bottom for a, b, c, d in taken)


def _pin(number: int, x: float, y: float) -> str:
    """Drawn in reverse, so that the first of the list lies on top."""
    return (
        f'<g class="svg-pin"><circle cx="{x:.1f}" cy="{y:.1f}" r="{PIN_RADIUS}"'
        ' fill="#0b3c5d" stroke="#fff"/>'
        f'<text x="{x:.1f}" y="{y:.1f}" dy="4" text-anchor="middle" font-size="12" fill="#fff">'
        f"{int(number)}</text></g>"
    )


def _way(spots: Sequence[tuple[float, float]]) -> str:
    """A line on a white one, and a dot where it starts; what lies within half a pixel of it is left out."""
    if len(spots) < 2:
        return ""
    seen = shapely.LineString(spots).simplify(0.5).coords
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in seen)
    x, y = spots[0]
    return (
        f'<g class="svg-way" fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f'<path d="{path}" stroke="#fff" stroke-width="8"/><path d="{path}" stroke="#7a1f5c" stroke-width="4"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="#fff" stroke="#0a132d" stroke-width="4"/></g>'
    )


def _view(placed: Sequence[tuple[float, float]], width: int, height: int, least_m: float) -> _View:
    """The smallest view that shows every point."""
    xs, ys = [x for x, _ in placed], [y for _, y in placed]
    span_x = max(max(xs) - min(xs), least_m) * (1 + 2 * PADDING)
    span_y = max(max(ys) - min(ys), least_m) * (1 + 2 * PADDING)
    metres = max(span_x / width, span_y / height)
    west = (max(xs) + min(xs)) / 2 - width * metres / 2
    north = (max(ys) + min(ys)) / 2 + height * metres / 2
    return _View(west, north, metres, width, height)


def _level(metres: float) -> int:
    """The coarsest level whose generalisation is finer than two pixels."""
    return next((level for level, (_, finest) in LEVELS.items() if finest <= 2 * metres), max(LEVELS))


def _mercator(point: LonLat) -> tuple[float, float]:
    lat = max(-85.0, min(85.0, point.lat))
    north = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return _EARTH_RADIUS_M * math.radians(point.lon), _EARTH_RADIUS_M * north


# Moved to pixels, y down. ST_AsSVG turns y itself; one decimal is finer than any screen.
_SHAPES = """
with view as (select ST_MakeEnvelope(:west, :south, :east, :north, 3857) as box)
select a.kind, ST_AsSVG(
  ST_Affine(ST_Simplify(ST_ClipByBox2D(d.shape, ST_Expand(v.box, 4 * :metres)), 0.5 * :metres),
            :scale, 0, 0, :scale, -(:west) * :scale, -(:north) * :scale), 1, 1) as path
from view v
join area_drawing d on d.shape && v.box and d.level = :level
join area a on a.code = d.area_code and a.kind in ('country', 'comuna')
where a.kind = 'country' or :metres <= :detail
order by a.kind = 'country' desc, a.code
"""
_ROADS = """
with view as (select ST_MakeEnvelope(:west, :south, :east, :north, 3857) as box)
select r.road_class, ST_AsSVG(
  ST_Affine(ST_Simplify(ST_ClipByBox2D(ST_LineMerge(ST_Collect(r.shape)), v.box), 0.7 * :metres),
            :scale, 0, 0, :scale, -(:west) * :scale, -(:north) * :scale), 1, 1) as path
from view v
join base_road r on r.shape && v.box and r.level = :level and r.road_class = any(:classes)
group by r.road_class, v.box
order by array_position(:classes, r.road_class)
"""
_NAMES = """
select name, (ST_X(p) - :west) * :scale, (:north - ST_Y(p)) * :scale
from (
  select a.name, a.code, a.population, ST_Transform(a.seat::geometry, 3857) as p
  from area a
  where a.kind = 'comuna'
    and a.seat && ST_Transform(ST_MakeEnvelope(:west, :south, :east, :north, 3857), 4326)::geography) seats
order by population desc nulls last, code
limit :most
"""
