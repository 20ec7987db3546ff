"""Bytes of the pages on the demonstration, compressed as they go out; and what a re-query brings and leaves."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from tests.demo import demo_app, demo_engine, demo_template, demo_url

__all__ = ["demo_app", "demo_engine", "demo_template", "demo_url"]

MORNING = {"when": "at", "leave_at": "2026-09-08T09:00"}
PENSION = {"place": "Talca", "need": "social_security.pension_payment", **MORNING}
AGAIN = {"HX-Request": "true", "HX-Target": "answer", "Accept-Encoding": "gzip"}
WHOLE = {"Accept-Encoding": "gzip"}
CARDS = 10


@pytest.fixture(scope="module")
def client(demo_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(demo_app) as made:
        yield made


def address(prefix: str, **fields: str) -> str:
    return f"{prefix}?{urlencode(fields)}"


@pytest.mark.parametrize("prefix", ["/", "/en/"])
@pytest.mark.parametrize("place", ["Talca", "Santiago", "La Serena"])
def test_a_new_answer_of_ten_cards_is_small(client: TestClient, prefix: str, place: str) -> None:
    answer = client.get(address(prefix, **(PENSION | {"place": place})), headers=AGAIN)
    page = BeautifulSoup(answer.text, "html.parser")
    assert len(page.select(".card")) >= CARDS
    assert int(answer.headers["content-length"]) <= 4_000


@pytest.mark.parametrize("prefix", ["/", "/en/"])
@pytest.mark.parametrize("place", ["Talca", "Santiago", "La Serena"])
def test_a_new_answer_of_the_console_is_small(client: TestClient, prefix: str, place: str) -> None:
    asked = {"place": place, "minutes": "60", "when": "now"}
    answer = client.post(f"{prefix}consola", data=asked, headers=AGAIN)
    page = BeautifulSoup(answer.text, "html.parser")
    assert len(page.select(".card")) >= CARDS / 2
    # A counselor prints the answer, so it carries the map for paper: 600 bytes.
    assert page.find("svg") is not None
    assert int(answer.headers["content-length"]) <= 4_700


@pytest.mark.parametrize("prefix", ["/", "/en/"])
def test_pages_are_small(client: TestClient, demo_engine: Engine, prefix: str) -> None:
    paths = [address(prefix, **PENSION), *(prefix + one for one in ("mapa", "accesibilidad", "sin-conexion"))]
    sizes = {path: int(client.get(path, headers=WHOLE).headers["content-length"]) for path in paths}
    assert max(sizes.values()) <= 14_000, sizes
    longest = "select id from offer order by length(card::text) desc limit 3"
    with demo_engine.connect() as connection:
        fichas = [f"{prefix}o/{id_}" for id_ in connection.scalars(text(longest))]
    sizes = {path: int(client.get(path, headers=WHOLE).headers["content-length"]) for path in fichas}
    assert max(sizes.values()) <= 10_000, sizes


def test_a_new_answer_leaves_the_form_and_tells_its_summary(client: TestClient) -> None:
    answer = client.get(address("/", **PENSION), headers=AGAIN)
    page = BeautifulSoup(answer.text, "html.parser")
    assert "hx-retarget" not in answer.headers
    assert page.find("form") is None
    assert page.find("svg") is None
    assert page.find(id="answer").find(id="puntos") is not None  # type: ignore[union-attr]
    summary = page.find(id="summary")
    assert summary is not None
    assert summary["hx-swap-oob"] == "true"
    assert summary.get_text().startswith("Talca · Cobrar la pensión")


@pytest.mark.parametrize(
    "changes", [{"place": "San Pedro"}, {"words": "xyzzy"}, {"drop": "need"}, {"place": ""}]
)
def test_what_changes_the_form_brings_it_again(client: TestClient, changes: dict[str, str]) -> None:
    answer = client.get(address("/", **(PENSION | changes)), headers=AGAIN)
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.headers["hx-retarget"] == "#search"
    assert page.find(id="search").find("form") is not None  # type: ignore[union-attr]


def test_a_shared_position_brings_the_form_that_posts_it(client: TestClient) -> None:
    answer = client.post("/", data={"lon": "-71.655", "lat": "-35.427", **MORNING}, headers=AGAIN)
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.headers["hx-retarget"] == "#search"
    assert page.find("form")["method"] == "post"  # type: ignore[index]


def test_whoever_asks_for_the_page_gets_all_of_it(client: TestClient) -> None:
    for headers in ({}, {"HX-Target": "answer"}, AGAIN | {"HX-History-Restore-Request": "true"}):
        page = BeautifulSoup(client.get(address("/", **PENSION), headers=headers).text, "html.parser")
        assert page.html is not None
        assert page.select_one("#search form") is not None
        assert page.select_one(".drawing svg") is not None
