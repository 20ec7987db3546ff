"""Long work that a planner asks for: started by a button, told while it runs, cancelled by another."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from api.dependencies import TheDirectory
from directory.coverage_terms import JobState
from directory.errors import JobError, QuestionError
from directory.job_kinds import read_sites, start_rows, start_sites
from directory.jobs import ROWS, SITES, cancel_job, read_job
from directory.people import default_dataset
from directory.planning import Planning
from directory.svg_map import svg_map
from web.charts import count
from web.language import Spanish, path_for
from web.language import gettext as _
from web.planning_form import ADDRESS, PlanningFields
from web.planning_forms import question_of, question_text, require_same_origin, see_other
from web.planning_page import known_choices, known_names, show
from web.planning_sites import SiteFields, SiteResult, site_result
from web.planning_words import STATES
from web.templating import page, wants_part

router = APIRouter(include_in_schema=False)
JOB = f"{ADDRESS}/trabajo"
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, noarchive"}
OPEN = {"waiting", "running"}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """What `planning_job.html` shows. total: None while nobody knows how much there is. next_url: of the answer."""

    id: UUID
    title: str
    state: str
    state_text: str
    open: bool
    done: int
    total: int | None
    progress_text: str
    told: str
    error: str
    question: str
    url: str
    next_url: str
    back_url: str
    result: SiteResult | None
    drawing: Markup


@router.post(f"{ADDRESS}/preparar")
def prepare(
    request: Request, directory: TheDirectory, question: Annotated[str, Form(max_length=4000)] = ""
) -> Response:
    """Start to make the times that a question lacks."""
    require_same_origin(request)
    fields = question_of(question)
    planning: Planning = request.app.state.planning
    query = fields.query()
    try:
        needed = planning.readiness(query)
        with directory.reading() as session:
            dataset = query.dataset or default_dataset(session, query.area_code)
        if dataset is None or needed.network is None:
            return see_other(fields.address())  # nothing to be made: the page says what there is
        job = start_rows(directory.engine, dataset=dataset, network=needed.network, mode=query.mode)
    except QuestionError as error:
        return show(request, directory, fields, wrong=error, status=422)
    except JobError as error:
        return show(request, directory, fields, wrong=QuestionError(str(error)), status=429)
    return see_other(_address(job.id, fields))


@router.post(f"{ADDRESS}/lugares")
def propose(request: Request, directory: TheDirectory, asked: Annotated[SiteFields, Form()]) -> Response:
    """Start to look for the next best places."""
    require_same_origin(request)
    fields = question_of(asked.question).model_copy(update={"view": "sites"})
    try:
        job = start_sites(directory.engine, asked.query(fields.query()))
    except QuestionError as error:
        return show(request, directory, fields, wrong=error, typed=asked.typed(), status=422)
    except JobError as error:
        wrong = QuestionError(str(error))
        return show(request, directory, fields, wrong=wrong, typed=asked.typed(), status=429)
    return see_other(_address(job.id, fields))


@router.get(f"{JOB}/{{number}}", response_class=HTMLResponse)
def follow(
    request: Request, directory: TheDirectory, number: UUID, fields: Annotated[PlanningFields, Query()]
) -> HTMLResponse:
    """How far the work is; what it found, once it is done. As a part for our own script, or a whole page."""
    with directory.reading() as session:
        demo = directory.demonstration(session)
        job = read_job(session, number)
        found = read_sites(job) if job.kind == SITES and job.state == "done" else None
        names = known_names(known_choices(session, request.app.state.planning)) if found else {}
        result = site_result(found, names) if found else None
        pins = result.pins if result else ()
        drawing = Markup(svg_map(session, pins, title=_("Mapa con los lugares numerados como en la lista")))
    view = _view(job, fields, result, drawing)
    part = wants_part(request)
    shell = request.app.state.map if result and result.pins else None
    template = "_planning_job.html" if part else "planning_job.html"
    answer = page(request.app.state.pages, request, template, view=view, demo=demo, map=shell)
    answer.headers.update(HEADERS)
    return answer


@router.post(f"{JOB}/{{number}}/cancelar")
def cancel(
    request: Request,
    directory: TheDirectory,
    number: UUID,
    question: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Stop the work: what it made stays made. One that has just finished shows what it found."""
    require_same_origin(request)
    with suppress(JobError):  # it has finished meanwhile: its page says so
        cancel_job(directory.engine, number)
    return see_other(_address(number, question_of(question)))


def _address(number: UUID, fields: PlanningFields) -> str:
    return fields.address(f"{JOB}/{number}")


def _view(
    job: JobState,
    fields: PlanningFields,
    result: SiteResult | None,
    drawing: Markup,
) -> JobView:
    title = _("Preparar los tiempos de viaje") if job.kind == ROWS else _("Buscar dónde conviene abrir")
    again = fields.address() if fields.asked else path_for(ADDRESS)
    return JobView(
        id=job.id,
        title=title,
        state=job.state,
        state_text=STATES[job.state],
        open=job.state in OPEN,
        done=job.done,
        total=job.total,
        progress_text=_progress(job),
        told=Spanish(job.told),
        error=Spanish(job.error or ""),
        question=question_text(fields),
        url=_address(job.id, fields),
        next_url=again if job.kind == ROWS and job.state == "done" else "",
        back_url=again,
        result=result,
        drawing=drawing,
    )


def _progress(job: JobState) -> str:
    if job.state not in OPEN or job.total is None:
        return ""
    return _("%(done)s de %(total)s", done=count(job.done), total=count(job.total))
