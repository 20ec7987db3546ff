"""Whatever goes wrong is an RFC 9457 problem, and tells nothing that is not the asker's business."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.main import create_app
from directory.db import make_engine
from tests.api.answers import API, problem
from tests.demo import demo_settings

BIG = 2**31
LONG = "a" * 20_000
ANSWERED = (
    "/referrals?place=Talca",
    "/places?q=Talca",
    "/needs",
    "/organizations",
    "/services",
    "/locations",
    "/areas",
)


@pytest.fixture
def without_database(tmp_path: Path) -> Iterator[TestClient]:
    """The service whose database server is not there."""
    engine = make_engine(f"postgresql://nobody:hunter2@/cercana?host={tmp_path}")
    with TestClient(create_app(demo_settings(), engine), raise_server_exceptions=False) as client:
        yield client
    engine.dispose()


@pytest.mark.parametrize("path", [*ANSWERED, "/health", "/areas/07101"])
def test_without_a_database_the_answer_is_503(
    without_database: TestClient, tmp_path: Path, path: str
) -> None:
    response = without_database.get(API + path)
    told = problem(response, 503)
    assert response.headers["Retry-After"] == "2"
    assert set(told) == {"type", "title", "status"}
    for secret in ("hunter2", "nobody", str(tmp_path), "psycopg", "connection"):
        assert secret not in response.text


def test_a_connection_that_breaks_is_an_outage_and_then_over(client: TestClient, demo_engine: Engine) -> None:
    assert client.get(f"{API}/needs").status_code == 200
    admin = make_engine(demo_engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    with admin.connect() as connection:
        connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
            )
        )
    admin.dispose()
    # The pool finds its connections dead before it gives them away, and makes new ones.
    assert client.get(f"{API}/needs").status_code == 200


def test_a_question_that_takes_too_long_is_503(demo_url: str) -> None:
    engine = make_engine(demo_url, statement_timeout_ms=1)
    with TestClient(create_app(demo_settings(), engine), raise_server_exceptions=False) as client:
        told = problem(client.get(f"{API}/referrals", params={"place": "Talca"}), 503)
    engine.dispose()
    assert set(told) == {"type", "title", "status"}


def test_what_nobody_foresaw_tells_nothing(own_database_url: str) -> None:
    engine = make_engine(own_database_url)
    with engine.begin() as connection:
        connection.execute(text("alter table area rename to secret_area"))
    with TestClient(create_app(demo_settings(), engine), raise_server_exceptions=False) as client:
        response = client.get(f"{API}/areas")
    engine.dispose()
    assert set(problem(response, 500)) == {"type", "title", "status"}
    assert "area" not in response.text


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/referrals", "/nothing"])
def test_an_address_that_is_none_is_404(client: TestClient, path: str) -> None:
    problem(client.get(path), 404)


@pytest.mark.parametrize(
    ("path", "allowed"), [("/referrals", "GET, POST"), ("/areas/07101", "GET"), ("/places", "GET")]
)
def test_a_method_that_is_not_answered_is_405(client: TestClient, path: str, allowed: str) -> None:
    for method in ("PUT", "DELETE", "PATCH", "QUERY"):
        response = client.request(method, API + path)
        problem(response, 405)
        assert response.headers["Allow"] == allowed


@pytest.mark.parametrize("path", [*ANSWERED, "/health", "/areas/07101"])
def test_a_parameter_that_nobody_knows_is_refused(client: TestClient, path: str) -> None:
    told = problem(client.get(f"{API}{path}{'&' if '?' in path else '?'}limti=3"), 422)
    assert told["errors"][0]["field"].endswith("limti")


def test_a_parameter_in_the_address_of_the_private_twin_is_refused(client: TestClient) -> None:
    problem(client.post(f"{API}/referrals?place=Talca", json={"place": "Talca"}), 422)


BAD: list[tuple[str, dict[str, Any]]] = [
    *[
        ("/referrals", {"place": "Talca", "limit": value})
        for value in (0, 21, BIG, 2**63, 10**30, "x", "1e9", "")
    ],
    *[("/referrals", {"place": "Talca", "max_minutes": value}) for value in (0, 1441, BIG, -BIG, 2**64)],
    *[("/referrals", {"place": "Talca", "age": value}) for value in (-1, 131, BIG, 2**63)],
    *[("/referrals", {"lon": value, "lat": -33}) for value in ("nan", "inf", "-inf", "1e999", 181, "")],
    *[("/referrals", {"lon": -70, "lat": value}) for value in ("nan", "Infinity", 91)],
    ("/referrals", {"lon": -70}),
    ("/referrals", {}),
    ("/referrals", {"place": "Talca", "lon": -70, "lat": -33}),
    *[("/referrals", {"place": value}) for value in ("\0", "Tal\0ca", LONG)],
    *[("/referrals", {"place": "Talca", "words": value}) for value in ("\0", "co\0pete", LONG, "")],
    *[("/referrals", {"place": "Talca", "needs": value}) for value in ("\0", LONG, "A B", "ñ")],
    ("/referrals", {"place": "Talca", "needs": ["treatment"] * 11}),
    ("/referrals", {"place": "Talca", "mode": "rocket"}),
    ("/referrals", {"place": "Talca", "accessibility": "pool"}),
    ("/referrals", {"place": "Talca", "residence": "\0"}),
    ("/referrals", {"place": "Talca", "leave_at": "yesterday"}),
    *[("/places", {"q": value}) for value in ("\0", "", LONG)],
    *[(path, {"limit": value}) for path in ANSWERED[2:] for value in (0, 501, BIG, 2**63)],
    *[(path, {"after": "\0"}) for path in ANSWERED[2:]],
    ("/areas", {"kind": "planet"}),
    ("/areas", {"parent": LONG}),
    ("/locations", {"area_code": "'; drop table area; --"}),
]


@pytest.mark.parametrize(("path", "question"), BAD)
def test_what_cannot_be_used_is_refused(client: TestClient, path: str, question: dict[str, Any]) -> None:
    told = problem(client.get(API + path, params=question), 422)
    assert told.get("errors") or told["detail"]


BODIES: list[tuple[bytes, int]] = [
    (b"", 422),
    (b"[1", 422),
    (b"[]", 422),
    (b"null", 422),
    (b"\xff", 400),
    (b'{"place": "\\ud800"}', 422),
    (b'{"\\ud800": 1}', 422),
    (b'{"place": "Talca\\u0000"}', 422),
    (b'{"lon": NaN, "lat": 1}', 422),
    (b'{"lon": 1e999, "lat": 1}', 422),
    (b'{"place": "Talca", "limit": 99999999999999999999999}', 422),
    (b'{"place": "Talca", "other": 1}', 422),
    (b'{"place": "' + b"x" * 70_000 + b'"}', 413),
    (b"[" * 60_000, 400),
]


@pytest.mark.parametrize(("body", "status"), BODIES, ids=[repr(body[:24]) for body, _ in BODIES])
def test_a_body_that_cannot_be_used_is_refused(client: TestClient, body: bytes, status: int) -> None:
    headers = {"content-type": "application/json"}
    problem(client.post(f"{API}/referrals", content=body, headers=headers), status)


def test_a_body_without_stated_length_is_bounded_too(client: TestClient) -> None:
    chunks = (b"x" * 1_000 for _ in range(100))
    headers = {"content-type": "application/json"}
    problem(client.post(f"{API}/referrals", content=chunks, headers=headers), 413)


@pytest.mark.parametrize(
    "words", ["%", "_", "\\", "'", '"', "{{7*7}}", "<script>", "'; select pg_sleep(9); --", "💊" * 60]
)
def test_odd_words_are_only_words(client: TestClient, words: str) -> None:
    for path in (f"/places?q={quote(words)}", f"/referrals?place={quote(words)}"):
        assert client.get(API + path).status_code == 200
    answer = client.get(f"{API}/referrals", params={"place": "Talca", "words": words})
    assert answer.status_code == 200
    assert answer.json()["status"] in {"unknown_need", "answered"}
