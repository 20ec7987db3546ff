"""Errors: pages for browsers, problems for programs, nothing of the request repeated."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import errors
from directory.errors import QuestionError
from tests.web.sample_views import COUNTRY
from web import failures, security
from web.assets import Assets
from web.templating import build_environment

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class LostError(Exception):
    """Something that nobody foresaw."""


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    errors.install(app)

    @app.get("/{path:path}")
    def fail(path: str) -> None:
        if path.endswith("question"):
            raise QuestionError("secret <b>words</b>")
        raise LostError("secret")

    failures.install(app, build_environment(Assets(), COUNTRY))
    security.install(app)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("/lost", 500, "Algo falló de nuestro lado"), ("/question", 422, "No pudimos leer tu búsqueda")],
)
def test_a_browser_gets_a_page(client: TestClient, path: str, status: int, words: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert "nonce-" in answer.headers["content-security-policy"]
    assert f"<h1>{words}</h1>" in answer.text
    assert "tel:1412" in answer.text
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/lost", {"Accept": "*/*"}), ("/lost", {"Accept": "application/json"}), ("/api/v1/lost", BROWSER)],
)
def test_a_program_gets_a_problem(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_method_is_told_which_would_do(client: TestClient) -> None:
    answer = client.post("/lost", headers=BROWSER)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert "<h1>No pudimos mostrar esta página</h1>" in answer.text
