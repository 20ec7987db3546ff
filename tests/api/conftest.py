"""HTTP tests talk to the whole service on the demonstration data."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.demo import demo_app, demo_engine, demo_template, demo_url

__all__ = ["client", "demo_app", "demo_engine", "demo_template", "demo_url"]


@pytest.fixture
def client(demo_app: FastAPI) -> Iterator[TestClient]:
    """A client that sees 500 answers instead of exceptions, as people would."""
    with TestClient(demo_app, raise_server_exceptions=False) as made:
        yield made
