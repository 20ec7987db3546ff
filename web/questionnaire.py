"""Questionnaires that a person answers alone: asked for by POST, scored, told, forgotten.

An answer stands in no address, no log, no history and no cache. What comes out guides and diagnoses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse

from api.dependencies import TheDirectory
from directory.answers import Directory
from directory.country import country_facts
from directory.errors import NotFoundError
from directory.plain_words import FactsError
from directory.questionnaire import (
    FOLDER,
    Item,
    Questionnaire,
    Result,
    load_questionnaires,
    result,
    skipped,
    unanswered,
)
from directory.settings import Settings
from web.event_view import said
from web.ficha import ELSEWHERE, UNINDEXED
from web.language import InBoth
from web.language import gettext as _
from web.present import Choice
from web.templating import page

router = APIRouter(include_in_schema=False)
ADDRESS = "/autoevaluacion/{slug}"
# Of a page that a browser kept, the Back button would show the answers to the next person.
GUARDED = {**UNINDEXED, "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Helpline:
    """A number to call, as it is dialled, and what it is for."""

    number: str
    label: InBoth


@dataclass(frozen=True, slots=True)
class Pages:
    """The questionnaires by slug, and the helpline of each."""

    asked: Mapping[str, Questionnaire]
    helplines: Mapping[str, Helpline]


@dataclass(frozen=True, slots=True)
class ItemView:
    """One question with its answers. error: what to do about it, empty when it is answered or need not be."""

    code: str
    number: int
    text: str
    hint: str
    choices: tuple[Choice, ...]
    error: str


@dataclass(frozen=True, slots=True)
class FormView:
    """Everything `questionnaire.html` shows."""

    slug: str
    title: str
    intro: str
    notes: tuple[str, ...]
    legend: tuple[str, ...]
    items: tuple[ItemView, ...]
    source: str
    source_name: str

    @property
    def errors(self) -> tuple[ItemView, ...]:
        """The questions that still need an answer."""
        return tuple(one for one in self.items if one.error)


@dataclass(frozen=True, slots=True)
class ResultView:
    """Everything `questionnaire_result.html` shows. critical: the helpline comes before all else."""

    slug: str
    title: str
    score: int
    most: int
    means: str
    warning: str
    steps: tuple[str, ...]
    need: str
    critical: bool
    helpline: Helpline
    notes: tuple[str, ...]
    source: str
    source_name: str


async def sent_answers(request: Request) -> dict[str, str]:
    """The form as it arrived, by name of the field: each question is a group of radio buttons of its own."""
    async with request.form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


@router.get(ADDRESS, response_class=HTMLResponse)
def show(request: Request, directory: TheDirectory, slug: str) -> HTMLResponse:
    """The questions, none of them answered."""
    asked = _asked(request, slug)
    return _page(request, directory, "questionnaire.html", form_view(asked, {}, sent=False))


@router.post(ADDRESS, response_class=HTMLResponse)
def answer(
    request: Request,
    directory: TheDirectory,
    slug: str,
    sent: Annotated[dict[str, str], Depends(sent_answers)],
) -> HTMLResponse:
    """What the answers come to; or the questions again, with those that are left marked."""
    asked = _asked(request, slug)
    told = read_answers(asked, sent)
    if unanswered(asked, told):
        return _page(request, directory, "questionnaire.html", form_view(asked, told, sent=True), status=422)
    view = result_view(asked, result(asked, told), _pages(request).helplines[slug])
    return _page(request, directory, "questionnaire_result.html", view)


def _page(
    request: Request, directory: Directory, template: str, view: FormView | ResultView, *, status: int = 200
) -> HTMLResponse:
    with directory.reading() as session:
        demo = directory.demonstration(session)
    told = page(
        request.app.state.pages, request, template, status=status, view=view, demo=demo, elsewhere=ELSEWHERE
    )
    told.headers.update(GUARDED)
    return told


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.questionnaires
    return pages


def _asked(request: Request, slug: str) -> Questionnaire:
    asked = _pages(request).asked.get(slug)
    if asked is None:
        raise NotFoundError("there is no such questionnaire")
    return asked


def read_answers(asked: Questionnaire, sent: Mapping[str, str]) -> dict[str, int]:
    """The answers as points by question; what a question does not offer is no answer."""
    offered = {
        item.code: {str(one.points): one.points for one in asked.options(item)} for item in asked.items
    }
    return {code: points[sent[code]] for code, points in offered.items() if sent.get(code) in points}


def form_view(asked: Questionnaire, answers: Mapping[str, int], *, sent: bool) -> FormView:
    """The questions as they were answered; with errors once the form was sent."""
    needed = set(unanswered(asked, answers)) if sent else set()
    passed = skipped(asked, answers)
    return FormView(
        asked.slug,
        said(asked.title),
        said(asked.intro),
        tuple(map(said, asked.notes)),
        tuple(map(said, asked.legend)),
        tuple(
            _item(
                asked, one, number, None if one.code in passed else answers.get(one.code), one.code in needed
            )
            for number, one in enumerate(asked.items, 1)
        ),
        asked.source,
        asked.source_name,
    )


def _item(asked: Questionnaire, item: Item, number: int, points: int | None, needed: bool) -> ItemView:
    choices = tuple(
        Choice(str(one.points), said(one.text), one.points == points) for one in asked.options(item)
    )
    error = _("Elige una respuesta para la pregunta %(number)s.", number=number) if needed else ""
    return ItemView(item.code, number, said(item.text), said(item.hint), choices, error)


def result_view(asked: Questionnaire, found: Result, helpline: Helpline) -> ResultView:
    """The zone of a score in words."""
    zone = found.zone
    return ResultView(
        asked.slug,
        said(zone.title),
        found.score,
        asked.most,
        said(zone.means),
        said(zone.warning),
        tuple(map(said, zone.steps)),
        zone.need or "",
        found.critical,
        helpline,
        tuple(map(said, asked.notes)),
        asked.source,
        asked.source_name,
    )


def install(app: FastAPI, settings: Settings, folder: Path = FOLDER) -> None:
    """Put the pages into the app; app.state.pages is there already. Raises FactsError for a bad file."""
    lines = {one["number"]: one for one in country_facts(settings.country_folder)["helplines"]}
    asked = load_questionnaires(folder)
    helplines = {}
    for slug, one in asked.items():
        if one.helpline not in lines:
            raise FactsError(f"questionnaire {slug}: helpline {one.helpline} is not in country.toml")
        line = lines[one.helpline]
        helplines[slug] = Helpline(line["number"], InBoth(line["text_es"], line["text_en"]))
    app.state.questionnaires = Pages(asked, helplines)
    app.include_router(router)
