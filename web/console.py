"""The helpline counselor's one screen, `/consola`: keyboard first, while somebody waits on the telephone.

A question tells of a caller, so it goes by POST: nothing of it stands in an address, a log or a cache. The
browser's page keeps the questions of one call in its memory, so that Back asks the one before again; a new call
forgets them, and so does closing or reloading the page.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse
from markupsafe import Markup

from api.dependencies import TheDirectory
from directory.answers import Directory
from directory.catalog import list_areas
from directory.country import country_facts, insurance_groups
from directory.db import Session
from directory.errors import QuestionError
from directory.needs import list_needs, needs_by_code
from directory.places import find_places
from directory.short_links import short_code
from directory.svg_map import svg_map
from directory.unmet import LONGEST_MINUTES, Outcome, Unmet, record_unmet
from geo.travel import TravelMode
from web import console_view as told
from web import labels
from web.console_form import (
    SUGGESTIONS,
    ConsoleFields,
    Suggestion,
    alike,
    form_view,
    suggestion,
    with_groups,
)
from web.console_view import ConsoleState, ConsoleView
from web.ficha import HOST
from web.language import Texts, noop, path_for
from web.language import gettext as _
from web.present import Choice
from web.templating import page, wants_part

router = APIRouter(include_in_schema=False)
ADDRESS = "/consola"
# Nothing of a call is kept by a browser or found by a search engine.
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, noarchive"}
# More of either than any country of ours has.
ALL_COMUNAS, ALL_NEEDS = 10_000, 1_000
OUTCOMES: Texts[Outcome] = Texts(
    {
        "kept": noop("Registramos la necesidad, sin datos de la persona."),
        "known": noop("Esta necesidad ya está registrada."),
        "full": noop("Hoy no podemos registrar más necesidades. Avisa a tu equipo."),
    }
)

# Every shortcut of web/static/console.js. None is a single letter, so that nothing happens while somebody types.
SHORTCUTS = (
    (("Alt+L",), noop("Ir al lugar")),
    (("Alt+R",), noop("Ir a los resultados")),
    (("↑", "↓"), noop("Pasar por las sugerencias o los lugares")),
    (("Enter",), noop("Buscar, o abrir la ficha del lugar")),
    ((noop("Espacio"),), noop("Marcar el lugar para comparar")),
    (("Alt+C",), noop("Copiar el texto del lugar para WhatsApp")),
    (("Alt+M",), noop("Comparar los lugares marcados")),
    (("Alt+N",), noop("Nueva llamada: borra todo")),
)


@router.get(ADDRESS, response_class=HTMLResponse)
def start(request: Request, directory: TheDirectory) -> HTMLResponse:
    """The empty console: a new call."""
    return _page(request, directory, ConsoleFields(), told.empty_view())


@router.post(ADDRESS, response_class=HTMLResponse)
def ask(request: Request, directory: TheDirectory, fields: Annotated[ConsoleFields, Form()]) -> HTMLResponse:
    """The answer to a question, as a part for htmx or a whole page."""
    with directory.reading() as session:
        view = _asked(request, directory, session, fields)
        title = _("Mapa con los lugares numerados como en la lista")
        view = replace(view, drawing=Markup(svg_map(session, view.points(), title=title)))  # for paper, too
    if wants_part(request):
        return _told(request, "_console_answer.html", view=view)
    return _page(request, directory, fields, view)


@router.post(ADDRESS + "/lugares")
def places(directory: TheDirectory, place: Annotated[str, Form(max_length=200)] = "") -> JSONResponse:
    """Places that a beginning may mean. By POST: what is typed stands in no log."""
    with directory.reading() as session:
        found = _suggested(session, place) if place.strip() else []
    return JSONResponse([one.as_json() for one in found], headers=HEADERS)


@router.post(ADDRESS + "/necesidad", response_class=HTMLResponse)
def record(
    request: Request,
    directory: TheDirectory,
    token: Annotated[UUID, Form()],
    need: Annotated[list[str], Form(max_length=10)],
    area_code: Annotated[str, Form(max_length=12)],
    mode: Annotated[TravelMode, Form()],
    max_minutes: Annotated[int, Form(ge=1, le=LONGEST_MINUTES)],
) -> HTMLResponse:
    """Record that something was needed and not to be had: what and where, nothing about who."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "Needs are recorded on our own pages")
    with directory.reading() as session:
        zone = ZoneInfo(directory.territory(session).zone(None))
    unmet = Unmet(tuple(need), area_code, mode, max_minutes)
    outcome = record_unmet(directory.engine, token, unmet, day=datetime.now(zone).date())
    view = replace(told.empty_view(), kept=OUTCOMES[outcome])
    status = 429 if outcome == "full" else 200
    if wants_part(request):  # htmx shows nothing of a refusal
        return _told(request, "_console_kept.html", view=view)
    return _page(request, directory, ConsoleFields(), view, status=status)


def _asked(request: Request, directory: Directory, session: Session, fields: ConsoleFields) -> ConsoleView:
    """The view of a question: an answer, a choice, or what has to be mended."""
    if not fields.where:
        return told.wrong_view({"place": _("Escribe dónde está la persona.")})
    try:
        question = fields.question(_residence(session, fields))
        answer = directory.ask(session, question)
    except QuestionError as error:
        return told.mended(fields, error)
    if answer.place is None:
        close = [] if answer.places else alike(fields.where, _comunas(session))
        return told.unknown_place_view(fields.where, answer.places, close)
    if answer.referrals is None:
        return told.need_view(fields, answer)
    asked = answer.referrals.query.needs
    names = {one.code: labels.need_name(one) for one in needs_by_code(session, asked)}
    today = datetime.now(answer.referrals.query.leave_at.tzinfo).date()

    def short_url(offer: UUID) -> str:
        return _absolute(request, path_for(f"/f/{short_code(session, offer)}"))

    return told.answer_view(fields, answer, today, short_url, names)


def _residence(session: Session, fields: ConsoleFields) -> str | None:
    """The area of the place, when the person lives there."""
    if not fields.lives_here:
        return None
    found = find_places(session, fields.where, limit=1)
    return found.places[0].area_code if found.status == "one" else None


def _suggested(session: Session, asked: str) -> list[Suggestion]:
    try:
        found = find_places(session, asked, limit=SUGGESTIONS).places
    except QuestionError:
        return []  # coordinates that are not whole yet: the field is still being typed
    return [suggestion(one) for one in found] or alike(asked, _comunas(session))


def _comunas(session: Session) -> list[str]:
    return [str(one["name"]) for one in list_areas(session, "comuna", None, None, ALL_COMUNAS)]


def _page(
    request: Request, directory: Directory, fields: ConsoleFields, view: ConsoleView, *, status: int = 200
) -> HTMLResponse:
    state = request.app.state
    with directory.reading() as session:
        needs = list_needs(session, None, ALL_NEEDS)
        demo = directory.demonstration(session)
    form = form_view(fields, needs, _insurances(request, directory))
    kinds = tuple(Choice(value, label) for value, label in labels.KINDS.items())
    shortcuts = [(tuple(map(_, keys)), _(what)) for keys, what in SHORTCUTS]
    return _told(
        request,
        "console.html",
        status=status,
        view=view,
        form=form,
        demo=demo,
        map=state.map,
        kinds=kinds,
        shortcuts=shortcuts,
    )


def _insurances(request: Request, directory: Directory) -> Mapping[str, Any]:
    """What each insurance is called, kept after the first look: the facts of a country do not change."""
    state = request.app.state
    if not hasattr(state, "console_insurances"):
        groups = insurance_groups(country_facts(directory.settings.country_folder))
        state.console_insurances = with_groups(state.ficha_country.insurances, groups)
    insurances: Mapping[str, Any] = state.console_insurances
    return insurances


def _told(request: Request, template: str, **context: Any) -> HTMLResponse:
    answer = page(request.app.state.pages, request, template, states=ConsoleState, **context)
    answer.headers.update(HEADERS)
    return answer


def _absolute(request: Request, path: str) -> str:
    """A whole address of ours. The host is what the browser asked for: only a plain one is repeated."""
    if not HOST.fullmatch(request.url.netloc):
        raise HTTPException(400, "This is no host name")
    return f"{request.url.scheme}://{request.url.netloc}{path}"
