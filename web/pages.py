"""The routes of the pages, and how they are put into the app."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI, Form, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import TheDirectory
from directory.answers import Answer, Directory
from directory.catalog import list_areas
from directory.country import country_facts
from directory.db import Session
from directory.errors import QuestionError
from directory.needs import needs_by_code
from directory.records import Facility
from directory.referrals import Rank
from directory.settings import Settings
from directory.svg_map import svg_map
from geo.points import LonLat
from geo.travel import TravelMode
from web import comunas, failures, ficha, labels, language, search, security, tiles
from web.assets import Assets
from web.form import DEFAULT_LIMIT, EVERYTHING, MOST, PAGE_SIZE, SearchForm, drops
from web.language import InBoth
from web.language import gettext as _
from web.maps import search_map
from web.present import Choice, Drop, SearchView
from web.templating import build_environment, page, wants_part

router = APIRouter(include_in_schema=False)
COUNTRY_ZOOM = 4
# More areas of one kind than any country of ours has.
ALL_AREAS = 10_000
# What htmx puts an answer into when the form can stay as it is.
ANSWER = "answer"


class Fields(BaseModel):
    """The search form as it arrives. drop takes a filter off; sense is the need that words were meant as."""

    model_config = ConfigDict(extra="ignore")

    place: Annotated[str, Field(max_length=200)] = ""
    lon: Annotated[float | None, Field(ge=-180, le=180)] = None
    lat: Annotated[float | None, Field(ge=-90, le=90)] = None
    need: Annotated[str, Field(max_length=60)] = ""
    words: Annotated[str, Field(max_length=200)] = ""
    sense: Annotated[str, Field(max_length=60)] = ""
    mode: TravelMode = TravelMode.CAR
    when: Annotated[str, Field(pattern="^(now|tomorrow|at)$")] = "now"
    leave_at: Annotated[str, Field(max_length=32)] = ""
    max_minutes: Annotated[int, Field(ge=1, le=1440)] = DEFAULT_LIMIT
    rank: Rank = Rank.SOONEST
    accessibility: Annotated[list[Facility], Field(max_length=10)] = Field(default_factory=list)
    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE_SIZE
    drop: Annotated[str, Field(max_length=60)] = ""

    @property
    def sent(self) -> bool:
        """Whether the form was sent, be it empty."""
        return "place" in self.model_fields_set

    def form(self) -> SearchForm:
        """The form, with a filter taken off if `drop` names one."""
        shared = None
        if self.lon is not None and self.lat is not None and not self.place.strip():
            shared = LonLat(round(self.lon, 3), round(self.lat, 3))
        form = SearchForm(
            place=self.place,
            shared=shared,
            need=self.sense or self.need,
            words="" if self.sense else self.words,
            mode=self.mode,
            when=self.when,
            leave_at=self.leave_at,
            max_minutes=self.max_minutes,
            rank=self.rank,
            accessibility=tuple(self.accessibility),
            limit=self.limit,
        )
        return form.without(self.drop) if self.drop else form


@router.get("/", response_class=HTMLResponse)
def find(request: Request, directory: TheDirectory, fields: Annotated[Fields, Query()]) -> HTMLResponse:
    """The search page: the form, and the answer when it is filled."""
    return _answer(request, directory, fields)


@router.post("/", response_class=HTMLResponse)
def find_privately(
    request: Request, directory: TheDirectory, fields: Annotated[Fields, Form()]
) -> HTMLResponse:
    """The same with a shared position: in the body, rounded to about 100 m, kept nowhere."""
    return _answer(request, directory, fields)


def _answer(request: Request, directory: Directory, fields: Fields) -> HTMLResponse:
    state = request.app.state
    form = fields.form()
    with directory.reading() as session:
        demo = directory.demonstration(session)
        view = _asked(directory, session, form) if form.asked else None
        view = view or search.empty_view(form, _areas(session, "region"), sent=fields.sent)
        part = wants_part(request)
        if not part:  # whoever asks for a part has JavaScript, and the large map
            title = _("Mapa con los lugares numerados como en la lista")
            view = replace(view, drawing=Markup(svg_map(session, view.points(), title=title)))
    # The form of the page says already what was asked, unless something was taken off it, or it must be mended.
    brief = part and request.headers.get("HX-Target") == ANSWER and view.searched
    brief = brief and not (fields.drop or form.shared)
    shell = state.map if view.searched else None
    kinds = tuple(Choice(value, label) for value, label in labels.KINDS.items())
    answer = page(
        state.pages,
        request,
        "_results.html" if part else "search.html",
        view=view,
        demo=demo,
        map=shell,
        kinds=kinds,
        brief=brief,
    )
    if part and not brief:
        answer.headers["HX-Retarget"] = "#search"
    return answer


def _asked(directory: Directory, session: Session, form: SearchForm) -> SearchView:
    now = datetime.now(ZoneInfo(directory.territory(session).zone(None)))
    try:
        answer = directory.ask(session, form.question(now))
    except QuestionError as error:
        return search.mended_view(form, error, _areas(session, "region"))
    if answer.place is None:
        comunas = [] if answer.places else _areas(session, "comuna")
        return search.unknown_place_view(form, answer, _areas(session, "region"), comunas)
    if answer.referrals is None:
        return search.need_view(form, answer)
    name = "".join(labels.need_name(one) for one in needs_by_code(session, [form.need])) if form.need else ""
    emptied = _emptied_by(directory, session, form, answer, now, name)
    return search.answer_view(form, answer, emptied, now, name)


def _emptied_by(
    directory: Directory, session: Session, form: SearchForm, answer: Answer, now: datetime, need_name: str
) -> tuple[Drop, ...]:
    """The filters that would have to go for anything to be found: one of them, or else all."""
    found = answer.referrals
    if found is None or found.options or found.unknown_hours or found.beyond:
        return ()

    def helps(drop: Drop) -> bool:
        question = replace(form.without(drop.value), limit=1).question(now)
        other = directory.ask(session, question).referrals
        return bool(other and (other.options or other.unknown_hours))

    every = Drop("", EVERYTHING)
    return tuple(one for one in drops(form, need_name) if helps(one)) or ((every,) if helps(every) else ())


def _areas(session: Session, kind: str) -> list[dict[str, Any]]:
    return list_areas(session, kind, None, None, ALL_AREAS)


def install(app: FastAPI, settings: Settings) -> None:
    """Pages, tiles, static files and the headers that guard them."""
    assets = Assets()
    facts = country_facts(settings.country_folder)
    app.state.pages = build_environment(assets, _country(facts), outside_map=_outside_map(settings))
    # One shell for all: the layer fits itself to the points of the page, and no origin is kept in memory.
    app.state.map = search_map(assets.url, _middle(facts), COUNTRY_ZOOM)
    app.include_router(router)
    app.include_router(tiles.router)
    ficha.install(app, assets, facts)
    comunas.install(app)
    app.mount(assets.prefix, assets)
    failures.install(app, app.state.pages)
    language.install(app)
    security.install(app, settings.tile_origin)


def _outside_map(settings: Settings) -> dict[str, str]:
    """Address and credit of the map of another server, where one is set; by default there is none."""
    if settings.tile_server is None:
        return {}
    return {"tiles": settings.tile_server, "tiles_credit": settings.tile_credit}


def _country(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What pages say of the country: its name and the helplines to call, in the language of the page."""
    lines = [
        {"dial": one["number"], "display": one["number"], "label": InBoth(one["text_es"], one["text_en"])}
        for one in facts["helplines"]
    ]
    return {"name": facts["name"], "helplines": lines}


def _middle(facts: Mapping[str, Any]) -> LonLat:
    box = facts["bounds"][0]
    return LonLat((box["west"] + box["east"]) / 2, (box["south"] + box["north"]) / 2)
