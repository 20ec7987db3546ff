"""Charts as inline SVG, made by the server: seen without JavaScript, printed in black and white, read aloud.

A chart has a title, a description, and a table of the same figures as its text twin. No styles inside, only
classes and attributes: what differs, differs by lightness and pattern, never by hue alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

from web.language import current
from web.language import gettext as _

# Wide enough for a telephone: text of 16 is read at 360 pixels, and is no larger than the page's on a screen.
WIDTH = 420
TEXT = 16
INK, SOFT, LINE = "#0a132d", "#4a4a4a", "#8a8a8a"
# Dark and pale of one hue: told apart by lightness.
DARK, PALE = "#54278f", "#cbc9e2"
BAR, GAP = 20, 14
TWIN_STEP = 15


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and its text twin: heads and rows of a table, the first cell of a row is its name."""

    svg: Markup
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. share: 0 to 1. second: another share of the same, drawn dark before the pale rest; None: none."""

    label: str
    share: float
    second: float | None = None


def percent(share: float | None) -> str:
    """A share as it is written: 87,3 %. None: a dash."""
    return "–" if share is None else format_percent(share, "#,##0.0%", locale=current().locale)


def count(number: float | None) -> str:
    """A number of people, whole. None: a dash."""
    return "–" if number is None else format_decimal(round(number), locale=current().locale)


def bounds(low: float | None, high: float | None) -> str:
    """A share, or its two bounds where they differ."""
    if low is None or high is None:
        return "–"
    if abs(high - low) < 5e-4:
        return percent(low)
    return _("%(low)s a %(high)s", low=percent(low), high=percent(high))


def curve_chart(
    curve: Sequence[tuple[int, float, float]], minutes: int, *, name: str, title: str
) -> Chart | None:
    """Share of people by minutes: a line, or a band between two bounds. None without any point."""
    if not curve:
        return None
    last = max(at for at, _low, _high in curve)
    asked = next(((low, high) for at, low, high in curve if at >= minutes), curve[-1][1:])
    told = _("A %(minutes)s minutos: %(share)s de las personas.", minutes=minutes, share=bounds(*asked))
    rows = tuple(
        (_("%(minutes)s min", minutes=str(at)), bounds(low, high))
        for at, low, high in curve
        if (at % TWIN_STEP == 0 and at) or at in {minutes, last}
    )
    body = "".join((*_grid(last), *_band(curve, last), *_threshold(minutes, last)))
    heads = (_("Minutos de viaje"), _("Personas que llegan"))
    return Chart(_svg(name, title, told, 260, body), title, heads, rows)


def bar_chart(bars: Sequence[Bar], *, name: str, title: str, heads: tuple[str, ...]) -> Chart | None:
    """Bars that lie, one below the other, each with its name above it. None without any bar."""
    if not bars:
        return None
    step = BAR + TEXT + GAP
    body = "".join(part for i, bar in enumerate(bars) for part in _lying(bar, 6 + i * step))
    rows = tuple((bar.label, percent(bar.share), *_second(bar)) for bar in bars)
    told = "; ".join(f"{bar.label}: {percent(bar.share)}" for bar in bars)
    return Chart(_svg(name, title, told, 6 + len(bars) * step, body), title, heads, rows)


def day_chart(
    days: Sequence[tuple[date, float, float]], *, name: str, title: str, heads: tuple[str, ...]
) -> Chart | None:
    """Shares of each day with mobile points and without: dark what stands every day, striped what comes on top."""
    if not days:
        return None
    rows = tuple((_day(day, "EEE d MMM"), percent(with_), percent(without)) for day, with_, without in days)
    best = max(days, key=lambda one: one[1])
    least = min(days, key=lambda one: one[1])
    told = _(
        "Desde %(least)s (%(first)s) hasta %(most)s (%(second)s).",
        least=percent(least[1]),
        first=_day(least[0], "d MMM"),
        most=percent(best[1]),
        second=_day(best[0], "d MMM"),
    )
    body = "".join((*_shares(), *_standing(days, f"{name}-stripes")))
    return Chart(_svg(name, title, told, 260, _stripes(f"{name}-stripes") + body), title, heads, rows)


def _second(bar: Bar) -> tuple[str, ...]:
    return () if bar.second is None else (percent(bar.second),)


def _day(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=current().locale)


def _svg(name: str, title: str, told: str, height: int, body: str) -> Markup:
    label = f"{name}-title {name}-told"
    return Markup(
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-labelledby="{label}" font-size="{TEXT}" fill="{INK}">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-told">{escape(told)}</desc>{body}</svg>'
    )


# The plane of the charts with axes: where 0 and 100 % lie.
LEFT, RIGHT, TOP, BOTTOM = 58, WIDTH - 14, 12, 220


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * min(max(share, 0.0), 1.0)


def _x(minutes: float, last: float) -> float:
    return LEFT + (RIGHT - LEFT) * minutes / last


def _text(x: float, y: float, words: str, anchor: str = "middle", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, more: str = f'stroke="{LINE}"') -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {more}/>'


def _shares() -> Iterator[str]:
    """Lines and names of the quarters of all people."""
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        told = format_percent(share, locale=current().locale)
        yield _line(
            LEFT, _y(share), RIGHT, _y(share), f'stroke="{LINE}" stroke-width="{0.5 if share else 1.5}"'
        )
        yield _text(LEFT - 6, _y(share) + 5, told, "end", f' fill="{SOFT}"')


def _grid(last: int) -> Iterator[str]:
    yield from _shares()
    for at in range(0, last + 1, 15 if last > 30 else 5):
        yield _line(_x(at, last), BOTTOM, _x(at, last), BOTTOM + 5)
        yield _text(_x(at, last), BOTTOM + 20, str(at), more=f' fill="{SOFT}"')
    yield _text((LEFT + RIGHT) / 2, BOTTOM + 37, _("minutos de viaje"), more=f' fill="{SOFT}"')


def _band(curve: Sequence[tuple[int, float, float]], last: int) -> Iterator[str]:
    """The room between the bounds, and both lines; where they are one, it is one."""
    low = [(_x(at, last), _y(share)) for at, share, _high in curve]
    high = [(_x(at, last), _y(share)) for at, _low, share in curve]
    if low != high:
        yield f'<path d="{_path([*high, *reversed(low)])}Z" fill="{PALE}"/>'
        yield f'<path d="{_path(high)}" fill="none" stroke="{DARK}" stroke-width="2" stroke-dasharray="5 4"/>'
    yield f'<path d="{_path(low)}" fill="none" stroke="{DARK}" stroke-width="3"/>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _threshold(minutes: int, last: int) -> Iterator[str]:
    if minutes <= last:
        at = _x(minutes, last)
        yield _line(at, TOP, at, BOTTOM, f'stroke="{INK}" stroke-width="1.5" stroke-dasharray="2 3"')


def _lying(bar: Bar, top: int) -> Iterator[str]:
    room = WIDTH - 80
    yield _text(0, top + TEXT - 2, bar.label, "start")
    y = top + TEXT + 2
    yield f'<rect x="0" y="{y}" width="{room}" height="{BAR}" fill="#fff" stroke="{LINE}"/>'
    wide = room * min(max(bar.share, 0.0), 1.0)
    yield f'<rect x="0" y="{y}" width="{wide:.1f}" height="{BAR}" fill="{DARK if bar.second is None else PALE}"/>'
    if bar.second is not None:
        yield f'<rect x="0" y="{y}" width="{room * bar.second:.1f}" height="{BAR}" fill="{DARK}"/>'
    yield _text(WIDTH, y + BAR - 5, percent(bar.share), "end")


def _stripes(name: str) -> str:
    return (
        f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="#fff"/><rect width="3" height="6" fill="{DARK}"/></pattern>'
    )


def _standing(days: Sequence[tuple[date, float, float]], stripes: str) -> Iterator[str]:
    """One bar a day; the name of the first, and of each Monday (every fourth day where there are few)."""
    step = (RIGHT - LEFT) / len(days)
    wide = min(step * 0.72, 40.0)
    for i, (day, with_, without) in enumerate(days):
        x = LEFT + step * (i + 0.5)
        yield _rect(x - wide / 2, _y(without), wide, BOTTOM, DARK)
        if with_ > without:
            yield _rect(x - wide / 2, _y(with_), wide, _y(without), f"url(#{stripes})", f' stroke="{DARK}"')
        if len(days) <= 7 or day.weekday() == 0:
            yield _text(x, BOTTOM + 20, _day(day, "d"), more=f' fill="{SOFT}"')
    yield _text((LEFT + RIGHT) / 2, BOTTOM + 37, _months(days), more=f' fill="{SOFT}"')


def _months(days: Sequence[tuple[date, float, float]]) -> str:
    names = dict.fromkeys(_day(day, "LLLL y") for day, _with, _without in days)
    return " – ".join(names)


def _rect(x: float, top: float, wide: float, bottom: float, fill: str, more: str = "") -> str:
    return (
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{max(bottom - top, 0):.1f}"'
        f' fill="{fill}"{more}/>'
    )
