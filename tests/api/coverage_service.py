"""The service on the made-up roads, for tests of coverage over JSON."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from api.main import create_app
from directory.coverage_terms import (
    CoverageQuery,
)
from directory.db import Engine, make_engine
from tests.api.answers import API
from tests.directory.coverage_world import (
    MONDAY,
    NEED,
    World,
    plain_roads,
    world,
)

__all__ = ["plain_roads", "world"]

QUERY = CoverageQuery(needs=(NEED,), minutes=15)
ASKED: dict[str, Any] = {"needs": NEED, "minutes": 15}
DAY = MONDAY.isoformat()
QUESTIONS = ("", "/gaps", "/days", "/supply", "/scenarios/difference", "/sites")
SITES: dict[str, Any] = {"needs": NEED, "minutes": 3, "candidates": "offer:treatment", "count": 2}


def served(engine: Engine, place: World) -> Iterator[TestClient]:
    """The service as it is run: its own connections refuse writes by default."""
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    own = make_engine(url, read_only=True)
    with TestClient(create_app(place.settings, own), raise_server_exceptions=False) as made:
        yield made
    own.dispose()


def read(client: TestClient, kind: Any, path: str, /, **asked: Any) -> Any:
    """The answer as the directory's own type; fails when anything is missing, or no number."""
    response = client.get(f"{API}/coverage{path}", params=asked)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return TypeAdapter(kind).validate_json(response.content)


@pytest.fixture(scope="module")
def api(world: World) -> Iterator[TestClient]:
    yield from served(world.engine, world)


@pytest.fixture
def plain(demo_app: FastAPI) -> Iterator[TestClient]:
    """The demonstration, where there are no roads."""
    with TestClient(demo_app, raise_server_exceptions=False) as made:
        yield made
