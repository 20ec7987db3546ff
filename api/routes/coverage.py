"""Coverage over JSON: who is left out, on which day, and what would change it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.dependencies import TheDirectory
from api.errors import NOT_FOUND, PROBLEMS, Problem
from api.query import from_address, parameters
from api.schemas_coverage import (
    CoverageRequest,
    DaysRequest,
    DifferenceRequest,
    GapsRequest,
    SitesRequest,
)
from directory.coverage_terms import (
    CoverageReport,
    DatasetFacts,
    DaysReport,
    GapReport,
    Scenario,
    ScenarioDifference,
    SiteReport,
    SupplyReport,
)
from directory.errors import QuestionError
from directory.planning import Planning
from directory.scenarios import difference, list_scenarios
from directory.sites import find_sites
from geo.row_pool import RowsCancelledError

router = APIRouter(prefix="/coverage", tags=["coverage"])

NOT_READY: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "Reach rows are missing or of another build: make them first"}
}
# 404: of a scenario that is gone.
ASKED = PROBLEMS | NOT_FOUND | NOT_READY
# What the directory calls otherwise than the address does.
ADDRESS_NAMES = {"kinds": "kind", "area_code": "area"}
# Seconds that one request may search for places.
LONGEST_SEARCH = 5.0
TEXT = orjson.OPT_NON_STR_KEYS | orjson.OPT_OMIT_MICROSECONDS


async def get_planning(request: Request) -> Planning:
    """The planning wired in api.main. Async, so that it costs no thread."""
    planning: Planning = request.app.state.planning
    return planning


ThePlanning = Annotated[Planning, Depends(get_planning)]


def as_json(answer: object) -> Response:
    """An answer as it stands. What is no number goes out as null; sets in order, so that bytes stay the same."""
    return Response(orjson.dumps(answer, default=sorted, option=TEXT), media_type="application/json")


@contextmanager
def named_as_asked() -> Iterator[None]:
    """Errors name the parameter that the asker sent."""
    try:
        yield
    except QuestionError as error:
        error.field = ADDRESS_NAMES.get(error.field or "", error.field)
        raise


def _answer(ask: Callable[[], object]) -> Response:
    with named_as_asked():
        return as_json(ask())


@router.get(
    "",
    response_model=CoverageReport,
    responses=ASKED,
    description="People within so many minutes of a fitting offer: whole, by area, settlement and band, and the "
    "curve of shares by minutes. On a road network heads are counted; without one two bounds are told, no heads.",
    openapi_extra={"parameters": parameters(CoverageRequest)},
)
def find_coverage(
    planning: ThePlanning, request: Annotated[CoverageRequest, Depends(from_address(CoverageRequest))]
) -> Response:
    """Coverage of a need."""
    return _answer(lambda: planning.report(request.query))


@router.get(
    "/gaps",
    response_model=GapReport,
    responses=ASKED,
    description="Comunas by people left out, most first: why, the nearest option, and needs recorded as unmet.",
    openapi_extra={"parameters": parameters(GapsRequest)},
)
def find_gaps(
    planning: ThePlanning, request: Annotated[GapsRequest, Depends(from_address(GapsRequest))]
) -> Response:
    """Who is left out, and why."""

    def most() -> GapReport:
        found = planning.gaps(request.query)
        return replace(found, gaps=found.gaps[: request.limit])

    return _answer(most)


@router.get(
    "/days",
    response_model=DaysReport,
    responses=ASKED,
    description="Coverage day by day, with mobile points and without: at least once, mean wait, person-days. "
    "`union` is what a map of all stops at once would claim; it is told so that nobody takes it for coverage.",
    openapi_extra={"parameters": parameters(DaysRequest)},
)
def find_days(
    directory: TheDirectory,
    planning: ThePlanning,
    request: Annotated[DaysRequest, Depends(from_address(DaysRequest))],
) -> Response:
    """Coverage in space and time."""
    with directory.reading() as session:
        zone = directory.territory(session).zone(request.area)
    first = request.day or datetime.now(ZoneInfo(zone)).date()
    return _answer(lambda: planning.days(request.query, first, request.count))


@router.get(
    "/supply",
    response_model=SupplyReport,
    responses=ASKED,
    description="Stated places against people, by two-step floating catchment areas, and how unequal access is.",
    openapi_extra={"parameters": parameters(CoverageRequest)},
)
def find_supply(
    planning: ThePlanning, request: Annotated[CoverageRequest, Depends(from_address(CoverageRequest))]
) -> Response:
    """Supply against demand."""
    return _answer(lambda: planning.supply(request.query))


@router.get("/datasets", response_model=list[DatasetFacts], responses=PROBLEMS)
def list_datasets(planning: ThePlanning) -> Response:
    """Datasets of people that can be asked about."""
    return as_json(planning.datasets())


@router.get("/scenarios", response_model=list[Scenario], responses=PROBLEMS)
def find_scenarios(directory: TheDirectory) -> Response:
    """Saved what-ifs."""
    with directory.reading() as session:
        return as_json(list_scenarios(session))


@router.get(
    "/scenarios/difference",
    response_model=ScenarioDifference,
    responses=ASKED,
    description="One question of two states of the directory, by area; people gained and lost.",
    openapi_extra={"parameters": parameters(DifferenceRequest)},
)
def find_difference(
    planning: ThePlanning, request: Annotated[DifferenceRequest, Depends(from_address(DifferenceRequest))]
) -> Response:
    """What a scenario changes."""
    return _answer(lambda: difference(planning, request.query, request.before, request.after))


@router.get(
    "/sites",
    response_model=SiteReport,
    responses=ASKED,
    description="The next best places among some candidates, chosen greedily. Refused with 422 when there are more "
    "candidates than can be tried within a request, and for the exact optimum: then POST /coverage/jobs.",
    openapi_extra={"parameters": parameters(SitesRequest)},
)
def propose_sites(
    planning: ThePlanning, request: Annotated[SitesRequest, Depends(from_address(SitesRequest))]
) -> Response:
    """Where next."""
    end = time.monotonic() + LONGEST_SEARCH

    def search() -> SiteReport:
        try:
            return find_sites(planning, request.sites(exact=False), cancelled=lambda: time.monotonic() > end)
        except RowsCancelledError as error:
            raise QuestionError(
                "Son demasiados candidatos para una sola pregunta: pídelo como trabajo en"
                " /api/v1/coverage/jobs.",
                field="candidates",
            ) from error

    return _answer(search)
