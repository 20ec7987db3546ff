"""The map of coverage: classes, their colours and words, and what the browser draws from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from directory.coverage_svg import Box, area_svg
from directory.coverage_terms import AreaHead, CellFigures, ScenarioDifference
from directory.coverage_tiles import FIRST_CELL_ZOOM, LAST_CELL_ZOOM, AreaMark, area_marks
from directory.db import Session
from web.charts import bounds, count
from web.language import gettext as _
from web.planning_form import ADDRESS, PlanningFields
from web.planning_tables import area_name, change, people_change, points, signed

CELLS = f"{ADDRESS}/celdas"
# One hue by lightness (ColorBrewer Purples): dark where people are left out. Also told apart in black and white.
SHARES = ("#54278f", "#756bb1", "#9e9ac8", "#cbc9e2", "#f2f0f7")
STEPS = (0.2, 0.4, 0.6, 0.8)
# Orange to purple (ColorBrewer PuOr), which people who confuse red and green tell apart.
CHANGES = ("#b35806", "#f1a340", "#f7f7f7", "#998ec3", "#542788")
LARGE_CHANGE, NO_CHANGE = 0.1, 0.0005
QUARTERS = 4
NOT_KNOWN = -1


@dataclass(frozen=True, slots=True)
class Key:
    """One class of the legend: its colour, and what it stands for."""

    fill: str
    label: str


@dataclass(frozen=True, slots=True)
class MapView:
    """What `_planning_map.html` shows. data: for static/coverage-layer.js; view: what the map is fitted to."""

    title: str
    note: str
    legend: tuple[Key, ...]
    cells: tuple[Key, ...]
    drawing: Markup
    data: Mapping[str, Any]
    view: Mapping[str, Any]


def coverage_map(
    session: Session, fields: PlanningFields, comunas: Sequence[AreaHead], estimated: bool, box: Box
) -> MapView:
    """Comunas by the share of their people that is covered (the lower bound, of estimates), and cells from near."""
    known = [one for one in comunas if one.code]
    classes = {one.code: share_class(one.head.low) for one in known}
    told = {one.code: (area_name(one), _told(one)) for one in known}
    title = _("Personas con cobertura, por comuna")
    note = _("El color muestra el límite más bajo.") if estimated else ""
    cells = (
        None if estimated else (f"{CELLS}/{{level}}/{{x}}/{{y}}.pbf?{_asked(fields)}", fields.query().minutes)
    )
    legend = tuple(Key(fill, label) for fill, label in zip(SHARES, _share_words(), strict=True))
    near = () if estimated else tuple(cell_legend(fields.query().minutes))
    return _view(session, classes, told, SHARES, (title, note), legend, near, cells, box)


def difference_map(session: Session, found: ScenarioDifference, box: Box) -> MapView:
    """Comunas by how much their share grows or falls from one state to the other."""
    known = [pair for pair in found.areas if pair[0].code]
    classes = {pair[0].code: change_class(change(pair)) for pair in known}
    told = {pair[0].code: (area_name(pair[0]), _changed(pair)) for pair in known}
    words = (
        _("Pierde más de 10 puntos"),
        _("Pierde"),
        _("Sigue igual"),
        _("Gana"),
        _("Gana más de 10 puntos"),
    )
    legend = tuple(Key(fill, label) for fill, label in zip(CHANGES, words, strict=True))
    title = _("Cambio de la cobertura, por comuna")
    return _view(session, classes, told, CHANGES, (title, ""), legend, (), None, box)


def share_class(share: float | None) -> int | None:
    """Which fifth a share lies in, 0 the lowest. None: nobody lives there, or not known."""
    return None if share is None else sum(share >= step - 1e-9 for step in STEPS)


def change_class(share: float | None) -> int | None:
    """0 and 1: falls, much or less; 2: stays; 3 and 4: grows."""
    if share is None:
        return None
    if abs(share) < NO_CHANGE:
        return 2
    return (0 if share < -LARGE_CHANGE else 1) if share < 0 else (4 if share > LARGE_CHANGE else 3)


def cell_legend(minutes: int) -> Iterator[Key]:
    """Classes of cells: beyond the minutes asked for, then by quarters of them, the nearest last."""
    yield Key(SHARES[0], _("Más de %(minutes)s min, o sin camino", minutes=str(minutes)))
    for quarter in range(QUARTERS, 0, -1):
        most = str(round(minutes * quarter / QUARTERS))
        yield Key(SHARES[QUARTERS + 1 - quarter], _("Hasta %(minutes)s min", minutes=most))


def cells_by_name(figures: Sequence[CellFigures]) -> dict[tuple[str, str], CellFigures]:
    """Figures by kind and code, as tiles ask for them."""
    return {(one.kind, one.cell): one for one in figures}


def _share_words() -> Iterator[str]:
    edges = (0, 20, 40, 60, 80, 100)
    for least, most in pairwise(edges):
        yield _("%(least)s a %(most)s %%", least=str(least), most=str(most))


def _told(one: AreaHead) -> list[str]:
    share = _("Con cobertura: %(share)s", share=bounds(one.head.low, one.head.high))
    if one.head.left_out is None:
        return [share]
    return [share, _("Personas fuera: %(people)s", people=count(one.head.left_out))]


def _changed(pair: tuple[AreaHead, AreaHead]) -> list[str]:
    before, after = (bounds(one.head.low, one.head.high) for one in pair)
    said = [
        _("Antes: %(share)s", share=before),
        _("Después: %(share)s", share=after),
        _("Cambio: %(points)s", points=points(change(pair))),
    ]
    more = people_change(pair)
    return said if more is None else [*said, _("Personas: %(people)s", people=signed(more))]


def _asked(fields: PlanningFields) -> str:
    """The question in the address of tiles: without what only says how the page shows it."""
    shown = {"view": "", "level": "", "sort": "", "down": "", "all": "", "versus": ""}
    return fields.address("/", **shown).partition("?")[2]


def _view(
    session: Session,
    classes: Mapping[str, int | None],
    told: Mapping[str, tuple[str, list[str]]],
    fills: Sequence[str],
    words: tuple[str, str],
    legend: tuple[Key, ...],
    near: tuple[Key, ...],
    cells: tuple[str, int] | None,
    box: Box,
) -> MapView:
    title, note = words
    marks = area_marks(session, list(classes))
    drawing = area_svg(session, classes, fills, box, name="coverage", title=title)
    data = {
        "areas": {one.code: _area(one, classes[one.code], told[one.code]) for one in marks},
        "fills": list(fills),
        "cells": cells and cells[0],
        "minutes": cells and cells[1],
        "first": FIRST_CELL_ZOOM + 1,
        "deepest": LAST_CELL_ZOOM + 1,
        "cellFills": [key.fill for key in near],
        "words": {"row": _("Ver en la tabla"), "people": _("{count} personas"), **_cell_words()},
    }
    corners = {"origin": None, "points": list(_corners(marks, box))}
    return MapView(title, note, legend, near, Markup(drawing), data, corners)


def _cell_words() -> dict[str, str]:
    return {
        "cell": _("Manzana o sector"),
        "minutes": _("A {minutes} min del lugar más cercano"),
        "none": _("Sin lugar a esa distancia"),
    }


def _area(mark: AreaMark, number: int | None, told: tuple[str, list[str]]) -> dict[str, Any]:
    name, lines = told
    seat = mark.seat and [mark.seat.lon, mark.seat.lat]
    place: dict[str, Any] = {"at": seat} if seat else {}
    if seat and not mark.drawn:
        place["drawn"] = False
    return {"c": NOT_KNOWN if number is None else number, "name": str(name), "lines": lines, **place}


def _corners(marks: Sequence[AreaMark], box: Box) -> Iterator[dict[str, float]]:
    """Two corners around the seats that lie within the box: islands far away do not decide what is seen."""
    west, south, east, north = box
    seats = [one.seat for one in marks if one.seat is not None]
    inside = [one for one in seats if west <= one.lon <= east and south <= one.lat <= north] or seats
    if inside:
        yield {"lon": min(one.lon for one in inside), "lat": min(one.lat for one in inside)}
        yield {"lon": max(one.lon for one in inside), "lat": max(one.lat for one in inside)}
