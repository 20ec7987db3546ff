"""A small map as inline SVG, for print and where there is no JavaScript. No styles inside, only classes."""

import math
from collections.abc import Sequence
from html import escape

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.drawings import LEVELS
from geo.points import LonLat

# A lone point gets this much around it, in metres of Web Mercator.
LEAST_SPAN_M = 8_000.0
PADDING = 0.12
PIN_RADIUS = 11
# Metres per pixel up to which comunas are large enough to be drawn.
DETAIL_M = 1_500.0
_EARTH_RADIUS_M = 6_378_137.0


def svg_map(
    session: Session,
    points: Sequence[tuple[int, LonLat]],
    width: int = 640,
    height: int = 400,
    *,
    title: str = "Mapa con los lugares numerados como en la lista",
) -> str:
    """Numbered circles on land and comuna borders. Empty when there is no point to show."""
    if not points:
        return ""
    placed = [(number, *_mercator(point)) for number, point in points]
    west, north, metres = _view([(x, y) for _, x, y in placed], width, height)
    values = {
        "west": west, "north": north, "east": west + width * metres, "south": north - height * metres,
        "metres": metres, "scale": 1 / metres, "level": _level(metres), "detail": DETAIL_M,
    }  # fmt: skip
    shapes = session.execute(text(_SHAPES), values)
    drawn = "".join(
        f'<path class="svg-{"land" if kind == "country" else "area"}" d="{escape(path)}"/>'
        for kind, path in shapes
        if path
    )
    pins = "".join(
        _pin(number, (x - west) / metres, (north - y) / metres) for number, x, y in reversed(placed)
    )
    return (
        f'<svg class="svg-map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>"
        f'<rect class="svg-sea" width="{width}" height="{height}" fill="#e6edf2"/>'
        f'<g fill="#fbfaf6" stroke="#8b98a5" stroke-width="0.8">{drawn}</g>{pins}</svg>'
    )


def _pin(number: int, x: float, y: float) -> str:
    """Drawn in reverse, so that the first of the list lies on top."""
    return (
        f'<g class="svg-pin"><circle cx="{x:.1f}" cy="{y:.1f}" r="{PIN_RADIUS}"'
        ' fill="#0b3c5d" stroke="#fff"/>'
        f'<text x="{x:.1f}" y="{y:.1f}" dy="4" text-anchor="middle" font-size="12" fill="#fff">'
        f"{int(number)}</text></g>"
    )


def _view(placed: Sequence[tuple[float, float]], width: int, height: int) -> tuple[float, float, float]:
    """West and north edges, and metres per pixel, of the smallest view that shows every point."""
    xs, ys = [x for x, _ in placed], [y for _, y in placed]
    span_x = max(max(xs) - min(xs), LEAST_SPAN_M) * (1 + 2 * PADDING)
    span_y = max(max(ys) - min(ys), LEAST_SPAN_M) * (1 + 2 * PADDING)
    metres = max(span_x / width, span_y / height)
    west = (max(xs) + min(xs)) / 2 - width * metres / 2
    north = (max(ys) + min(ys)) / 2 + height * metres / 2
    return west, north, metres


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
