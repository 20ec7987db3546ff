"""Long work of coverage over JSON: asked for, told while it runs, cancelled."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, HTTPException, Request
from fastapi.responses import Response

from api.dependencies import Reading, TheDirectory
from api.errors import BODY_PROBLEMS, NOT_FOUND, PROBLEMS, Problem
from api.routes.coverage import ThePlanning, as_json, named_as_asked
from api.schemas_coverage import JobRequest, SitesRequest
from directory.coverage_terms import CoverageQuery, JobState, SiteQuery
from directory.db import reading
from directory.errors import CoverageNotReadyError, QuestionError
from directory.job_kinds import start_rows, start_sites
from directory.jobs import cancel_job, read_job
from directory.people import default_dataset
from directory.planning import Planning
from directory.sites import check_sites, site_coverage
from geo.travel import TravelMode

router = APIRouter(prefix="/coverage/jobs", tags=["coverage"])

EXAMPLE = {"kind": "sites", "sites": {"needs": ["treatment"], "minutes": 30, "area": "07", "count": 3}}
NO_ROADS = "No hay una red de caminos donde vive la gente: instala una con cercana network."
REFUSED: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Asked by a page of another site"},
    409: {
        "model": Problem,
        "description": "Too much work waits, it has finished, or rows have to be made first",
    },
}


@router.post(
    "",
    response_model=JobState,
    responses=PROBLEMS | BODY_PROBLEMS | NOT_FOUND | REFUSED,
    description="Ask for long work. The same question asked again while it waits or runs is the same job.",
)
def ask_for_work(
    request: Request,
    directory: TheDirectory,
    planning: ThePlanning,
    asked: Annotated[JobRequest, Body(examples=[EXAMPLE])],
) -> Response:
    """Start a job."""
    _require_own_pages(request)
    with named_as_asked():
        if asked.sites is not None:
            return as_json(start_sites(directory.engine, _sites(planning, asked.sites)))
        dataset, network, mode = _rows(planning, asked)
    return as_json(start_rows(directory.engine, dataset=dataset, network=network, mode=mode))


@router.get("/{id}", response_model=JobState, responses=PROBLEMS | NOT_FOUND)
def see_work(session: Reading, id: UUID) -> Response:
    """How far a job is, and its result once it is done."""
    return as_json(read_job(session, id))


@router.post(
    "/{id}/cancel", response_model=JobState, responses=PROBLEMS | BODY_PROBLEMS | NOT_FOUND | REFUSED
)
def cancel_work(request: Request, directory: TheDirectory, id: UUID) -> Response:
    """Cancel a job: at once while it waits, else at its next step; what it made is kept."""
    _require_own_pages(request)
    return as_json(cancel_job(directory.engine, id))


def _sites(planning: Planning, asked: SitesRequest) -> SiteQuery:
    """The question, refused now if it cannot be answered: nobody has to wait for that."""
    query = asked.sites(exact=True)
    check_sites(query)
    ready = planning.readiness(site_coverage(query))
    if ready.estimate:
        raise QuestionError(NO_ROADS, field="network")
    if not ready.ready:
        raise CoverageNotReadyError(
            f"Faltan los tiempos de viaje a {ready.missing} de {ready.total} lugares: pide primero un trabajo"
            " «rows».",
            missing=ready.missing,
            total=ready.total,
        )
    return query


def _rows(planning: Planning, asked: JobRequest) -> tuple[str, str, TravelMode]:
    """Dataset, network and mode of rows; what is not said is found as a question finds it."""
    mode = TravelMode(asked.mode)
    ready = planning.readiness(
        CoverageQuery(dataset=asked.dataset, network=asked.network, mode=mode, minutes=1)
    )
    if ready.network is None:
        raise QuestionError(NO_ROADS, field="network")
    with reading(planning.engine) as session:
        dataset = asked.dataset or default_dataset(session)
    assert dataset is not None  # readiness would have refused the question
    return dataset, ready.network, mode


def _require_own_pages(request: Request) -> None:
    """Work is asked for by programs and by our own pages, never by a page of somebody else."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "Work is asked for on our own pages")
