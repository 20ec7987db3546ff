"""The service: the only place that wires settings, database, router, routes and pages."""

import threading
from collections.abc import Callable
from typing import Any

from fastapi import Depends, FastAPI

from api import errors, openapi
from api.dependencies import known_parameters
from api.routes import (
    areas,
    coverage,
    health,
    jobs,
    needs,
    offers,
    organizations,
    places,
    reachable,
    referrals,
    routes,
)
from directory.answers import Directory
from directory.db import Engine, make_engine
from directory.networks import installed_networks
from directory.planning import Planning
from directory.settings import Settings
from geo.estimate import EstimateProfile, EstimateRouter
from geo.network_router import NetworkRouter
from geo.points import LonLat
from geo.travel import Router
from geo.units import Metres
from web import (
    about,
    accessibility,
    console,
    events,
    explore,
    journey,
    offline,
    pages,
    planning,
    questionnaire,
    surroundings,
)

API = "/api/v1"
# Beyond this straight line an estimate means nothing; with a road network the limit is the network's.
FARTHEST_ESTIMATE = Metres(150_000)
QUESTION_TIMEOUT_MS = 5_000


def make_router(settings: Settings, landmass: Callable[[LonLat], str | None]) -> Router:
    """The router that answers: the installed road networks, and the estimator where there is none."""
    estimator = EstimateRouter(EstimateProfile(farthest=FARTHEST_ESTIMATE), landmass)
    return NetworkRouter(installed_networks(settings), estimator)


def create_app(settings: Settings, engine: Engine) -> FastAPI:
    """The whole service on an engine."""
    app = FastAPI(
        title="Cercana",
        version="0.1.0",
        description="Where this person can really be served, and when. Times are local to each place.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        separate_input_output_schemas=False,
    )
    app.state.directory = Directory(engine, settings, make_router)
    app.state.planning = Planning(engine, settings)
    known = (
        referrals,
        routes,
        reachable,
        coverage,
        jobs,
        places,
        needs,
        offers,
        organizations,
        areas,
        health,
    )
    for module in known:
        app.include_router(module.router, prefix=API, dependencies=[Depends(known_parameters)])
    openapi.install(app)
    errors.install(app)
    pages.install(app, settings)
    for page in (journey, surroundings, about, accessibility, console):
        app.include_router(page.router)
    for guide in (events, questionnaire):
        guide.install(app, settings)
    explore.install(app, settings)
    planning.install(app, settings)
    offline.install(app)
    return app


def app_from_environment() -> Any:
    """For the server's workers: settings and database address come from the environment."""
    settings = Settings()
    if settings.database_url is None:
        raise RuntimeError(
            "CERCANA_DATABASE_URL is not set: start the service with `cercana serve` or `./run`"
        )
    url = settings.database_url.get_secret_value()
    engine = make_engine(
        url, pool_size=settings.pool_size, statement_timeout_ms=QUESTION_TIMEOUT_MS, read_only=True
    )
    app = create_app(settings, engine)
    router = app.state.directory.router
    if isinstance(router, NetworkRouter):
        threading.Thread(target=router.warm, name="warm networks", daemon=True).start()
    return app
