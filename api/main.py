"""The service: the only place that wires settings, database, router, routes and pages."""

from collections.abc import Callable
from typing import Any

from fastapi import Depends, FastAPI

from api import errors, openapi
from api.dependencies import known_parameters
from api.routes import areas, health, needs, offers, organizations, places, referrals
from directory.answers import Directory
from directory.db import Engine, make_engine
from directory.settings import Settings
from geo.estimate import EstimateProfile, EstimateRouter
from geo.points import LonLat
from geo.travel import Router
from geo.units import Metres
from web import pages

API = "/api/v1"
# Beyond this straight line an estimate means nothing; with a road network the limit is the network's.
FARTHEST_ESTIMATE = Metres(150_000)
QUESTION_TIMEOUT_MS = 5_000


def make_router(landmass: Callable[[LonLat], str | None]) -> Router:
    """The router that answers: the estimator. A road network is another Router named here."""
    return EstimateRouter(EstimateProfile(farthest=FARTHEST_ESTIMATE), landmass)


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
    for module in (referrals, places, needs, offers, organizations, areas, health):
        app.include_router(module.router, prefix=API, dependencies=[Depends(known_parameters)])
    openapi.install(app)
    errors.install(app)
    pages.install(app, settings)
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
    return create_app(settings, engine)
