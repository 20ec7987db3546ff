"""The headers of every answer, and the nonce."""

import re

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from starlette.responses import HTMLResponse

from web import security


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()

    @app.get("/")
    def page(request: Request) -> HTMLResponse:
        return HTMLResponse(security.nonce_of(request) + "x" * 2000)

    @app.get("/own")
    def own() -> Response:
        headers = {"Cache-Control": "public, max-age=60", "Content-Security-Policy": "frame-ancestors *"}
        return Response("x", headers=headers)

    security.install(app)
    return TestClient(app)


def test_every_request_has_its_own_nonce_and_the_policy_names_it(client: TestClient) -> None:
    answers = [client.get("/") for _ in range(3)]
    nonces = [answer.text.removesuffix("x" * 2000) for answer in answers]
    assert len(set(nonces)) == 3
    for nonce, answer in zip(nonces, answers, strict=True):
        policy = answer.headers["content-security-policy"]
        assert re.search(rf"script-src 'self' 'nonce-{nonce}'(;|$)", policy)
        assert re.search(rf"style-src 'self' 'nonce-{nonce}'(;|$)", policy)


def test_the_policy_allows_nothing_unsafe_and_nobody_else(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("path", ["/", "/own", "/missing"])
def test_no_answer_goes_without_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "geolocation=(self)" in headers["permissions-policy"]
    assert headers["content-security-policy"]
    assert headers["cache-control"]


def test_nothing_is_kept_unless_the_answer_says_so(client: TestClient) -> None:
    assert client.get("/").headers["cache-control"] == "no-store"
    own = client.get("/own").headers
    assert own["cache-control"] == "public, max-age=60"
    assert own["content-security-policy"] == "frame-ancestors *"


def test_compressed_answers_have_the_same_headers(client: TestClient) -> None:
    answer = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "nonce-" in answer.headers["content-security-policy"]


def test_the_lifespan_passes_untouched() -> None:
    app = FastAPI()
    security.install(app)
    with TestClient(app) as client:
        assert client.get("/missing").status_code == 404
