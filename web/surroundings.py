"""How far one gets in some minutes: drawn on the map of the results, or a page of its own with words and a drawing.

Asked for by POST with the search form, as the way to a place is: where somebody is stands in no address.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import shapely
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api.dependencies import TheDirectory
from directory.answers import Directory
from directory.db import Session
from directory.errors import QuestionError
from directory.journeys import NoWay, Start, Surroundings, find_surroundings
from directory.svg_map import svg_area
from geo.reach_area import reach_extents, without_gaps
from geo.travel import TravelMode
from geo.units import Minutes
from web import labels, wording
from web.form import SearchForm
from web.journey import DRAWN, NO_PLACE, REASONS, hidden_fields
from web.language import Spanish
from web.language import gettext as _
from web.pages import Fields
from web.present import Choice
from web.templating import page, wants_part
from web.trips import NOTES, method_text, trip_mode

router = APIRouter(include_in_schema=False)
ADDRESS = "/hasta-donde"
MINUTES = (15, 30, 45, 60)
USUAL: Literal["30"] = "30"
# Decimals of a corner on the map: eleven metres, a quarter of the finest square of an area.
DECIMALS = 4


class ReachFields(Fields):
    """The search form, and within how many minutes."""

    within: Literal["15", "30", "45", "60"] = USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachView:
    """What `surroundings.html` and `_surroundings.html` show.

    heading: the area in words. ways: how far it goes, by direction. reason: why there is no area. told: how it was
    reckoned. hidden: the search form, to ask again or to go back. area: rings of its parts, longitude first.
    """

    mode: str
    within: str
    heading: str
    modes: tuple[Choice, ...]
    limits: tuple[Choice, ...]
    ways: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    told: tuple[str, ...] = ()
    credit: str = ""
    area: tuple[Any, ...] = ()
    drawing: Markup | str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    back_url: str = ""

    def map_data(self) -> dict[str, Any]:
        """What web/static/route-layer.js draws."""
        return {"area": self.area, "credit": self.credit}


@router.get(ADDRESS, response_class=HTMLResponse)
def surroundings(
    request: Request, directory: TheDirectory, fields: Annotated[ReachFields, Query()]
) -> HTMLResponse:
    """The area around a place that the address names. A position in it is not looked at."""
    return _answer(request, directory, fields.model_copy(update={"lon": None, "lat": None}))


@router.post(ADDRESS, response_class=HTMLResponse)
def surroundings_privately(
    request: Request, directory: TheDirectory, fields: Annotated[ReachFields, Form()]
) -> HTMLResponse:
    """The area around the place or the shared position of the search form."""
    return _answer(request, directory, fields)


def _answer(request: Request, directory: Directory, fields: ReachFields) -> HTMLResponse:
    part, form = wants_part(request), fields.form()
    with directory.reading() as session:
        view, found = _asked(directory, session, form, fields.within)
        if found and found.place and found.area is not None and not part:
            view = replace(view, drawing=_drawing(session, found))
        demo = directory.demonstration(session)
    template = "_surroundings.html" if part else "surroundings.html"
    return page(request.app.state.pages, request, template, view=view, demo=demo)


def _asked(
    directory: Directory, session: Session, form: SearchForm, within: str
) -> tuple[ReachView, Surroundings | None]:
    territory, bare = directory.territory(session), _bare(form, within)
    try:
        question = form.question(datetime.now(ZoneInfo(territory.zone(None))))
        start = Start(question.place, question.origin, question.mode, question.leave_at)
        found = find_surroundings(session, directory.router, territory, start, Minutes(float(within)))
    except QuestionError as error:
        return replace(bare, reason=_refusal(error)), None
    return _view(bare, form, found), found


def _refusal(error: QuestionError) -> str:
    """Why there is no area, in the words of the pages: the directory speaks to programs too."""
    if error.field == "mode":
        return REASONS[NoWay.NO_TIMETABLE]
    if error.field in {"place", "lon"}:
        return REASONS[NoWay.NO_NETWORK]
    return _(str(error))


def _drawing(session: Session, found: Surroundings) -> Markup:
    assert found.place is not None
    title = _("Mapa de hasta dónde llegas")
    return Markup(svg_area(session, without_gaps(found.area), found.place.point, *DRAWN, title=title))


def _bare(form: SearchForm, within: str) -> ReachView:
    """The page before anything is known of the area."""
    return ReachView(
        mode=str(form.mode),
        within=within,
        heading=_("Hasta dónde llegas en %(minutes)s minutos", minutes=within),
        modes=tuple(Choice(str(mode), text, mode == form.mode) for mode, text in labels.MODES.items()),
        limits=tuple(Choice(str(one), wording.length_text(one), str(one) == within) for one in MINUTES),
        hidden=tuple(hidden_fields(form)),
        back_url="" if form.shared else form.query(),
    )


def _view(bare: ReachView, form: SearchForm, found: Surroundings) -> ReachView:
    if found.place is None:
        asked = form.place.strip()
        words = NO_PLACE[found.status] % {"place": asked} if asked else _("Escribe tu comuna o pueblo.")
        return replace(bare, reason=words)
    north, east, south, west = reach_extents(found.area, found.place.point)
    named = (
        (_("Hacia el norte"), north), (_("Hacia el sur"), south),
        (_("Hacia el este"), east), (_("Hacia el oeste"), west),
    )  # fmt: skip
    return replace(
        bare,
        heading=_heading(bare.within, form, found),
        ways=tuple((words, wording.distance_text(metres)) for words, metres in named),
        told=tuple(filter(None, _told(form, found))),
        credit=found.network.licence if found.network else "",
        area=_rings(without_gaps(found.area)),
    )


def _heading(within: str, form: SearchForm, found: Surroundings) -> str:
    assert found.place is not None
    start = _("tu ubicación") if form.shared else Spanish(found.place.name)
    mode = labels.MODES[trip_mode(form.mode, found.notes)].lower()
    return _(
        "Hasta dónde llegas en %(minutes)s minutos %(mode)s desde %(start)s",
        minutes=within,
        mode=mode,
        start=start,
    )


def _told(form: SearchForm, found: Surroundings) -> Iterator[str]:
    """How the area was reckoned, and what it does not say."""
    if found.network is not None:
        yield method_text(found.network, trip_mode(form.mode, found.notes))
    if form.mode is TravelMode.CAR:
        yield _("Sin contar el tráfico.")
    yield _("El borde es aproximado.")
    yield from (NOTES[note] for note in found.notes)
    if found.place is not None and not form.shared:
        yield labels.origin_words(found.place.precision, found.not_understood)


def _rings(area: Any) -> tuple[Any, ...]:
    """Corners of each part, its outline first: as GeoJSON nests them."""
    return tuple(
        tuple(
            tuple((round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in ring.coords)
            for ring in (part.exterior, *part.interiors)
        )
        for part in shapely.get_parts(area)
    )
