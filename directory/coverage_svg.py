"""Areas coloured by class as inline SVG, for paper and where there is no JavaScript. Only attributes, no styles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.drawings import LEVELS

# The largest drawing, in pixels; one side is as long as it has to be.
MOST_WIDTH, MOST_HEIGHT, LEAST = 420, 640, 160
LEAST_SPAN_M = 20_000.0
PADDING = 0.06
# Room for a name: pixels of a letter and of a line, and how many names there are at most.
LETTER, LINE, MOST_NAMES = 6.5, 14, 24
FEW = 40

type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _View:
    """West and north edges in metres of Web Mercator, metres per pixel, size in pixels."""

    west: float
    north: float
    metres: float
    width: float
    height: float

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """Pixels of a position in metres."""
        return (x - self.west) / self.metres, (self.north - y) / self.metres


def area_svg(
    session: Session,
    classes: Mapping[str, int | None],
    fills: Sequence[str],
    bounds: Box,
    *,
    name: str,
    title: str,
) -> str:
    """Comunas filled by class: their shapes, or circles at their seats where no shape is drawn.

    classes: number in fills by code of the comuna; None: not known, striped. bounds: west, south, east, north in
    degrees; what lies beyond does not decide what is seen (islands far away). name: prefix of ids. Empty when there
    is nothing to draw.
    """
    west, south, east, north = bounds
    values = {"codes": list(classes), "west": west, "south": south, "east": east, "north": north}
    seats = session.execute(text(_SEATS), values).all()
    box = session.execute(text(_EXTENT), values).one()
    if box.west is None:
        return ""
    view = _fitted(box.west, box.south, box.east, box.north)
    drawn = {
        row.code: row.path
        for row in session.execute(
            text(_SHAPES),
            {
                "codes": list(classes), "level": _level(view.metres), "scale": 1 / view.metres,
                "west": view.west, "north": view.north, "metres": view.metres,
            },
        )
        if row.path
    }  # fmt: skip
    fill = {code: _fill(number, fills, name) for code, number in classes.items()}
    shapes = "".join(f'<path d="{escape(path)}" fill="{fill[code]}"/>' for code, path in drawn.items())
    radius = 7 if len(classes) <= FEW else 4
    marks = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{fill[row.code]}"/>'
        for row in seats
        if row.code not in drawn
        for x, y in [view.spot(row.x, row.y)]
    )
    names = "".join(_names([(row.name, *view.spot(row.x, row.y)) for row in seats], view))
    wide, high = round(view.width), round(view.height)
    return (
        f'<svg class="svg-coverage" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}"'
        f' width="{wide}" height="{high}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'{_stripes(name)}<rect width="{wide}" height="{high}" fill="#e6edf2"/>'
        f'<g stroke="#4a4a4a" stroke-width="0.6">{shapes}{marks}</g>{names}</svg>'
    )


def _fill(number: int | None, fills: Sequence[str], name: str) -> str:
    return f"url(#{name}-unknown)" if number is None else escape(fills[number])


def _stripes(name: str) -> str:
    return (
        f'<pattern id="{escape(name)}-unknown" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
        '<rect width="1.5" height="6" fill="#4a4a4a"/></pattern>'
    )


def _fitted(west: float, south: float, east: float, north: float) -> _View:
    """The smallest view that shows everything, with some room around it."""
    span_x = max(east - west, LEAST_SPAN_M) * (1 + 2 * PADDING)
    span_y = max(north - south, LEAST_SPAN_M) * (1 + 2 * PADDING)
    metres = max(span_x / MOST_WIDTH, span_y / MOST_HEIGHT)
    width, height = max(span_x / metres, LEAST), max(span_y / metres, LEAST)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return _View(middle_x - width * metres / 2, middle_y + height * metres / 2, metres, width, height)


def _level(metres: float) -> int:
    """The coarsest level whose generalisation is finer than two pixels."""
    return next((level for level, (_, finest) in LEVELS.items() if finest <= 2 * metres), max(LEVELS))


def _names(spots: Sequence[tuple[str, float, float]], view: _View) -> Iterator[str]:
    """Names below their seats, the largest first, where no other name stands. For the eye only."""
    taken: list[Box] = []
    for name, x, y in spots:
        half = LETTER * len(name) / 2
        box = (x - half, y + 8, x + half, y + 8 + LINE)
        inside = box[0] >= 0 and box[2] <= view.width and box[3] <= view.height
        if not inside or any(_meet(box, other) for other in taken):
            continue
        taken.append(box)
        yield (
            f'<text aria-hidden="true" x="{x:.1f}" y="{box[3] - 3:.1f}" font-size="11" text-anchor="middle"'
            f' fill="#0a132d" stroke="#fff" stroke-width="3" paint-order="stroke">{escape(name)}</text>'
        )
        if len(taken) == MOST_NAMES:
            return


def _meet(one: Box, other: Box) -> bool:
    return not (one[2] <= other[0] or one[0] >= other[2] or one[3] <= other[1] or one[1] >= other[3])


_SEATS = """
select code, name, ST_X(at) as x, ST_Y(at) as y
from (
  select a.code, a.name, a.population, ST_Transform(a.seat::geometry, 3857) as at
  from area a where a.code = any(:codes) and a.seat is not null
) seats
order by population desc nulls last, code
"""
# Shapes of comunas whose seat lies within the bounds, cut to them; seats of those without a shape.
_EXTENT = """
with box as (
  select ST_MakeEnvelope(:west, :south, :east, :north, 4326) as degrees,
    ST_Transform(ST_MakeEnvelope(:west, :south, :east, :north, 4326), 3857) as metres
), seen as (
  select ST_Transform(a.seat::geometry, 3857) as at, ST_Intersection(ST_Envelope(d.shape), box.metres) as shape
  from box join area a on a.code = any(:codes) and a.seat && box.degrees::geography
  left join area_drawing d on d.area_code = a.code and d.level = 0
), extent as (select ST_Extent(coalesce(shape, at)) as e from seen)
select ST_XMin(e) as west, ST_YMin(e) as south, ST_XMax(e) as east, ST_YMax(e) as north from extent
"""
# Moved to pixels, y down. ST_AsSVG turns y itself; one decimal is finer than any screen.
_SHAPES = """
select d.area_code as code, ST_AsSVG(
  ST_Affine(ST_SimplifyPreserveTopology(d.shape, 0.6 * :metres),
            :scale, 0, 0, :scale, -(:west) * :scale, -(:north) * :scale), 1, 1) as path
from area_drawing d
where d.area_code = any(:codes) and d.level = :level
order by d.area_code
"""
