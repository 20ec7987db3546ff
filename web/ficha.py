"""The page of one offer and what hangs from it: short address, calendar file, report of an error."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from api.dependencies import TheDirectory
from directory.answers import Directory
from directory.db import Session
from directory.errors import NotFoundError, QuestionError
from directory.ficha import Ficha, GoneError, read_ficha
from directory.reports import keep_report
from directory.short_links import offers_of, short_code
from directory.svg_map import svg_map
from web.assets import Assets
from web.calendar_file import MEDIA_TYPE, calendar_file
from web.ficha_parts import Country
from web.ficha_view import calendar_dates, ficha_view
from web.language import InBoth, Texts, language, noop, path_for
from web.language import gettext as _
from web.templating import page

router = APIRouter(include_in_schema=False)
CSS = "ficha.css"
HOST = re.compile(r"[A-Za-z0-9.\-]{1,100}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?")
# The pin of the only place of the page.
FIRST = 1
MAP_WIDTH, MAP_HEIGHT = 400, 240
JOURNEY = "/como-llegar"
# What the browser may keep to go back to, asking again: hours are told as of now. Sensitive ones: nothing.
FRESH = "private, no-cache"
KEPT_NOWHERE = "no-store"
UNINDEXED = {"X-Robots-Tag": "noindex, noarchive"}
# Where a quick exit leads: a page that anybody may be looking at.
ELSEWHERE = "https://www.wikipedia.org/"
MENDS = Texts(
    {
        "field": noop("Elige qué dato está mal."),
        "words": noop("Escribe qué está mal, en 500 letras o menos."),
    }
)


async def get_now() -> datetime:
    """The moment that pages speak of. Tests put another in its place."""
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(get_now)]


@router.get("/o/{offer}", response_class=HTMLResponse)
def show(request: Request, directory: TheDirectory, now: Now, offer: str) -> HTMLResponse:
    """The page of an offer; 410 when it is not published any more, 404 when it never was."""
    return _page(request, directory, now, offer)


@router.post("/o/{offer}/aviso", response_class=HTMLResponse)
def report(
    request: Request,
    directory: TheDirectory,
    now: Now,
    offer: str,
    field: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
) -> Response:
    """Queue what somebody says is wrong; then the page of thanks, or the form again with what to mend."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "Reports are made on our own pages")
    try:
        outcome = keep_report(directory.engine, _id(offer), field, words, now=now)
    except QuestionError as error:
        typed = {"field": field, "words": words[:2000], "wrong": error.field or "words"}
        return _page(request, directory, now, offer, typed=typed, status=422)
    if outcome == "full":
        return _told(request, offer, outcome, status=429)
    return RedirectResponse(path_for(f"/o/{_id(offer)}/gracias"), status_code=303)


@router.get("/o/{offer}/gracias", response_class=HTMLResponse)
def thanks(request: Request, offer: str) -> HTMLResponse:
    """What is said after a report."""
    return _told(request, offer, "kept")


@router.get("/o/{offer}/fechas.ics")
def dates(request: Request, directory: TheDirectory, now: Now, offer: str) -> Response:
    """The next openings for a calendar."""
    with directory.reading() as session:
        ficha = read_ficha(session, _id(offer), now)
        address = _absolute(request, path_for(f"/f/{short_code(session, ficha.id)}"))
    content = calendar_file(calendar_dates(ficha, _country(request), address), now, language())
    headers = {"Content-Disposition": 'attachment; filename="fechas.ics"', **_headers(ficha)}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


@router.get("/f/{code}")
def short(request: Request, directory: TheDirectory, now: Now, code: str) -> Response:
    """A short address: on to the page, or, where two offers share it, to a choice."""
    with directory.reading() as session:
        try:
            found = offers_of(session, code)
        except NotFoundError:
            return _unknown(request)
        if len(found) == 1:
            return RedirectResponse(path_for(f"/o/{found[0]}"), status_code=302)
        choices = [one for one in (_published(session, id_, now) for id_ in found) if one]
    return page(request.app.state.pages, request, "ficha_choice.html", status=300, choices=choices)


def _page(
    request: Request,
    directory: Directory,
    now: datetime,
    offer: str,
    *,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    pages = request.app.state.pages
    with directory.reading() as session:
        demo = directory.demonstration(session)
        try:
            ficha = read_ficha(session, _id(offer), now)
        except GoneError as error:
            headers = {"Cache-Control": KEPT_NOWHERE, **UNINDEXED}
            answer = page(pages, request, "ficha_gone.html", status=410, gone=error.gone, demo=demo)
            answer.headers.update(headers)
            return answer
        except NotFoundError:
            return _unknown(request)
        view = ficha_view(
            ficha,
            now,
            _country(request),
            url=_absolute(request, path_for(f"/o/{ficha.id}")),
            short_url=_absolute(request, path_for(f"/f/{short_code(session, ficha.id)}")),
            drawing=_drawing(session, ficha),
        )
    answer = page(
        pages,
        request,
        "ficha.html",
        status=status,
        view=view,
        demo=demo,
        typed=typed or {},
        mend=MENDS.get((typed or {}).get("wrong", ""), ""),
        journey=_has(request, JOURNEY),
        elsewhere=ELSEWHERE,
    )
    answer.headers.update(_headers(ficha))
    return answer


def _id(offer: str) -> UUID:
    """The id in an address. Raises NotFoundError for what is none."""
    try:
        return UUID(offer)
    except ValueError:
        raise NotFoundError("there is no such offer") from None


def _headers(ficha: Ficha) -> dict[str, str]:
    keeping = {"Cache-Control": KEPT_NOWHERE if ficha.sensitive else FRESH}
    return keeping | (UNINDEXED if ficha.sensitive or ficha.card["demonstration"] else {})


def _unknown(request: Request) -> HTMLResponse:
    """Nothing was ever published here."""
    return page(request.app.state.pages, request, "ficha_gone.html", status=404, gone=None)


def _told(request: Request, offer: str, outcome: str, status: int = 200) -> HTMLResponse:
    url = path_for(f"/o/{_id(offer)}")
    answer = page(
        request.app.state.pages, request, "report_sent.html", status=status, outcome=outcome, page_url=url
    )
    answer.headers.update(UNINDEXED)
    return answer


def _published(session: Session, offer: UUID, now: datetime) -> Ficha | None:
    try:
        return read_ficha(session, offer, now)
    except NotFoundError:
        return None


def _drawing(session: Session, ficha: Ficha) -> str:
    if ficha.point is None:
        return ""
    title = _("Mapa con el lugar marcado")
    return svg_map(session, [(FIRST, ficha.point)], MAP_WIDTH, MAP_HEIGHT, title=title)


def _absolute(request: Request, path: str) -> str:
    """A whole address of ours. The host is what the browser asked for: only a plain one is repeated."""
    if not HOST.fullmatch(request.url.netloc):
        raise HTTPException(400, "This is no host name")
    return f"{request.url.scheme}://{request.url.netloc}{path}"


def _has(request: Request, path: str) -> bool:
    """Whether the app answers at a path: another part of the pages may be left out."""
    return any(getattr(route, "path", "") == path for route in request.app.routes)


def _country(request: Request) -> Country:
    country: Country = request.app.state.ficha_country
    return country


def install(app: FastAPI, assets: Assets, facts: Mapping[str, Any]) -> None:
    """Put the page of an offer into the app; app.state.pages is there already."""
    app.state.ficha_country = Country(
        code=str(facts["code"]).upper(),
        insurances={one["code"]: InBoth(one["es"], one["en"]) for one in facts["insurance"]},
        short_numbers={one["number"]: one["number"] for one in facts["phones"] if one["rule"] == "exact"},
    )
    app.state.pages.globals["ficha_css"] = Markup(assets.text(CSS))  # our own file, like the critical one
    app.include_router(router)
