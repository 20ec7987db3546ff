"""The planning pages on people and offers that can be counted by hand: figures, sorting, files, scenarios, work."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.main import create_app
from directory.coverage_terms import CoverageQuery
from directory.db import transaction
from directory.job_worker import JobWorker
from directory.settings import Settings
from tests.demo import demo_app, demo_engine, demo_template, demo_url
from tests.directory.coverage_world import (
    World,
    offer,
    plain_roads,
    seed_offers,
    seed_people,
    seed_territory,
    world,
)
from tests.roads import PLACES
from web.charts import count, percent

__all__ = [
    "demo_app", "demo_engine", "demo_template", "demo_url", "plain_roads", "world",
]  # fmt: skip
PAGE = "/planificacion"
TEN = f"{PAGE}?minutes=10"
VIEWS = ("coverage", "gaps", "days&day=2026-09-07&days=7", "supply", "sites", "scenarios")
# More places than are made while a page waits.
MANY = 24
AREA_MARK = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[TestClient]:
    with TestClient(create_app(world.settings, world.engine), follow_redirects=False) as made:
        yield made


def soup(client: TestClient, path: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.text[:300]
    return BeautifulSoup(answer.text, "html.parser")


def names(page: BeautifulSoup) -> list[str]:
    return [str(one.find(string=True)).strip() for one in page.select("#table tbody th")]


def test_the_first_page_asks_and_counts_nothing(client: TestClient) -> None:
    page = soup(client, PAGE)
    assert page.select_one("form.query") is not None
    assert not page.select(".kpis, .grid, .tabs")
    assert all(str(one["href"]).startswith(PAGE) for one in page.select(".examples a"))


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_part_is_there_in_both_languages(client: TestClient, prefix: str, view: str) -> None:
    page = soup(client, f"{prefix}{TEN}&view={view}")
    assert page.select_one(".tabs [aria-current]") is not None
    links = [str(one["href"]) for one in page.select(".tabs a, .grid thead a, .levels a, .basis a")]
    assert links
    assert all(link.startswith(prefix + PAGE) for link in links)


def test_the_figures_are_those_of_the_question(client: TestClient, world: World) -> None:
    report = world.planning.report(CoverageQuery(minutes=10))
    page = soup(client, TEN)
    shown = [one.get_text() for one in page.select(".kpis dd")]
    assert shown[0] == percent(report.total.low)
    assert shown[1] == count(report.total.left_out)
    island = json.loads(page.select_one("#coverage").get_text())  # type: ignore[union-attr]
    assert set(island["areas"]) == {one.code for one in report.comunas if one.code}
    words = page.select_one(".basis").get_text(" ")  # type: ignore[union-attr]
    for part in ("Encuesta de prueba (2024)", "Comarca", "ODbL", "En auto", "10 minutos"):
        assert part in words


def test_the_table_is_sorted_by_links(client: TestClient) -> None:
    page = soup(client, TEN)
    assert names(page)[0] == "Las Islas"  # most people left out
    head = next(one for one in page.select("#table thead a") if one.get_text() == "Territorio")
    sorted_page = soup(client, str(head["href"]).partition("#")[0])
    assert names(sorted_page) == sorted(names(sorted_page))
    marked = sorted_page.select_one("[aria-sort]")
    assert marked is not None
    assert marked["aria-sort"] == "ascending"
    again = soup(client, str(marked.a["href"]).partition("#")[0])  # type: ignore[index]
    assert names(again) == sorted(names(again), reverse=True)


def test_without_roads_there_are_bounds_and_no_heads(client: TestClient) -> None:
    page = soup(client, f"{TEN}&network=estimate")
    assert "no contamos personas" in page.select_one(".banner").get_text()  # type: ignore[union-attr]
    assert "Personas fuera" not in page.get_text()
    assert re.fullmatch(r"\d+,\d% a \d+,\d%", page.select_one(".kpis dd").get_text())  # type: ignore[union-attr]
    days = soup(client, f"{TEN}&network=estimate&view=days&day=2026-09-07")
    assert days.select_one("#problems") is not None


def test_days_name_what_mobile_points_add(client: TestClient) -> None:
    page = soup(client, f"{PAGE}?minutes=1&view=days&day=2026-09-07&days=7")
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in page.select("#table tbody tr")]
    assert len(rows) == 7
    assert rows[2][1] != rows[2][2]  # the van comes on Wednesday
    assert rows[1][1] == rows[1][2]
    assert page.select_one("svg.chart title") is not None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("minutes=10&kind=nothing", "Elige otro tipo de lugar"),
        ("minutes=10&area=99999", "Elige otro territorio"),
        ("minutes=10&day=2020-01-01", "Elige otro día"),
        ("minutes=10&dataset=none", "Elige otros datos de población"),
        ("minutes=10&kind=%3Cscript%3E", "&lt;script&gt;"),
    ],
)
def test_what_cannot_be_asked_says_what_to_mend(client: TestClient, query: str, words: str) -> None:
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert words in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("query", ["minutes=0", "minutes=x", "day=tomorrow", "versus=x", "scenario=0"])
def test_addresses_that_mean_nothing_are_refused(client: TestClient, query: str) -> None:
    assert client.get(f"{PAGE}?{query}").status_code == 422


def test_cells_are_tiles_of_the_question(client: TestClient) -> None:
    near = client.get(f"{PAGE}/celdas/12/1232/2474.pbf?minutes=10")
    tiles = [client.get(f"{PAGE}/celdas/8/{x}/{y}.pbf?minutes=10") for x in (76, 77) for y in (153, 154, 155)]
    assert any(b"cells" in one.content and b"minutes" in one.content for one in [near, *tiles])
    found = next(one for one in tiles if one.content)
    again = client.get(str(found.url), headers={"If-None-Match": found.headers["etag"]})
    assert again.status_code == 304
    assert client.get(f"{PAGE}/celdas/3/1/1.pbf?minutes=10").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "geojson", "gpkg"])
def test_files_are_handed_out_by_name(client: TestClient, kind: str) -> None:
    answer = client.get(f"{PAGE}/datos.{kind}?minutes=10")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="cobertura.{kind}"'
    assert len(answer.content) > 500
    assert client.get(f"{PAGE}/datos.{kind}?minutes=10&kind=no").status_code == 303
    assert client.get(f"{PAGE}/datos.exe?minutes=10").status_code == 422


def test_the_report_says_what_every_figure_stands_on(client: TestClient) -> None:
    page = soup(client, f"{PAGE}/informe?minutes=10")
    words = page.get_text(" ")
    for part in ("Encuesta de prueba (2024)", "ODbL", "En auto", "10 minutos", "calles libres", "Hecho el"):
        assert part in words
    assert page.select_one("svg.svg-coverage") is not None
    assert page.select_one("svg.chart") is not None


def test_a_scenario_is_saved_compared_changed_and_forgotten(client: TestClient, world: World) -> None:
    form = {
        "question": "minutes=10",
        "called": AREA_MARK,
        "kind": "close",
        "offer": f"/o/{world.ids['centro']}",
    }
    assert client.post(f"{PAGE}/escenarios", data=form).status_code == 303
    page = soup(client, f"{TEN}&view=scenarios")
    assert page.select_one(".saved h4").get_text() == AREA_MARK  # type: ignore[union-attr]
    assert "centro" in page.select_one(".changes").get_text()  # type: ignore[union-attr]
    compared = soup(client, str(page.select_one(".saved .links a")["href"]))  # type: ignore[index]
    heads = [one.get_text() for one in compared.select("#table thead th")]
    assert [one.strip("\xa0▼▲") for one in heads][3:6] == ["Antes", "Después", "Cambio"]
    assert AREA_MARK not in str(compared)
    number = str(page.select_one("#into option[value]:not([value=''])")["value"])  # type: ignore[index]
    tarde = str(world.ids["tarde"])
    more = {"scenario": number, "kind": "hours", "offer": tarde, "hours": "Mo-Fr 09:00-21:00"}
    assert client.post(f"{PAGE}/escenarios", data=more).status_code == 303
    assert len(soup(client, f"{TEN}&view=scenarios").select(".changes li")) == 2
    gone = client.post(f"{PAGE}/escenarios/{number}/borrar", data={"question": "minutes=10"})
    assert gone.status_code == 303
    assert not soup(client, f"{TEN}&view=scenarios").select(".saved")
    assert client.get(f"{TEN}&scenario={number}").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "close", "offer": "nothing"},
        {"kind": "close", "offer": "00000000-0000-0000-0000-000000000000"},
        {"kind": "open", "place": "", "label": "Nuevo"},
        {"kind": "open", "place": "-35,42 -71,65", "label": "Nuevo", "hours": "never ever"},
        {"kind": "mobile_stop", "place": "-35,42 -71,65", "label": "Van", "dates": "mañana"},
        {
            "kind": "mobile_stop",
            "place": "-35,42 -71,65",
            "label": "Van",
            "dates": "2026-12-01",
            "opens": "25:00",
        },
    ],
)
def test_a_change_that_cannot_be_made_keeps_the_form(client: TestClient, change: dict[str, str]) -> None:
    form = {"question": "minutes=10", "called": "Malo", **change}
    answer = client.post(f"{PAGE}/escenarios", data=form)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("#problems li") is not None
    assert page.select_one("#new-called")["value"] == "Malo"  # type: ignore[index]
    assert "Malo" not in [one.get_text() for one in page.select(".saved h4")]


@pytest.mark.parametrize("path", ["preparar", "lugares", "escenarios", "escenarios/1/borrar"])
def test_other_sites_may_ask_for_nothing(client: TestClient, path: str) -> None:
    answer = client.post(f"{PAGE}/{path}", data={"offer": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_places_are_proposed_by_long_work(client: TestClient, world: World) -> None:
    form = {"question": "minutes=3", "count": "2", "candidates": "offer:treatment"}
    started = client.post(f"{PAGE}/lugares", data=form)
    assert started.status_code == 303
    address = started.headers["location"]
    waiting = soup(client, address)
    assert waiting.select_one("#job")["aria-busy"] == "true"  # type: ignore[index]
    assert waiting.select_one("noscript meta[http-equiv=refresh]") is not None
    part = client.get(address, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert JobWorker(world.engine, world.settings).work_once()
    done = soup(client, address)
    assert done.select_one("[data-open]") is None
    assert done.select(".kpis dd")
    assert done.select_one("#table") is not None
    path = urlsplit(address).path
    assert client.post(f"{path}/cancelar").status_code == 303  # nothing left to cancel: its page says so
    assert client.get(f"{PAGE}/trabajo/00000000-0000-0000-0000-000000000000").status_code == 404


def test_names_of_areas_stay_text(client: TestClient, world: World) -> None:
    with transaction(world.engine) as session:
        session.execute(text("update area set name = :name where code = '07102'"), {"name": AREA_MARK})
        session.execute(text("update calendar_state set version = version + 1"))
    try:
        for path in (TEN, f"{TEN}&view=gaps", f"{PAGE}/informe?minutes=10"):
            assert AREA_MARK not in client.get(path).text
    finally:
        with transaction(world.engine) as session:
            session.execute(text("update area set name = 'Los Peumos' where code = '07102'"))
            session.execute(text("update calendar_state set version = version + 1"))


def test_missing_times_are_prepared_by_a_button(own_engine: Engine, plain_roads: Path) -> None:
    seed_territory(own_engine)
    seed_people(own_engine)
    nodes = list(PLACES)[:MANY]
    seed_offers(own_engine, [offer(f"o{row}", node, row) for row, node in enumerate(nodes, 2)])
    settings = Settings(networks=plain_roads)
    with TestClient(create_app(settings, own_engine), follow_redirects=False) as client:
        page = soup(client, TEN)
        question = page.select_one("form[action$=preparar] [name=question]")
        assert question is not None
        asked = {"question": str(question["value"])}
        first = client.post(f"{PAGE}/preparar", data=asked).headers["location"]
        assert client.post(f"{urlsplit(first).path}/cancelar").status_code == 303
        assert "Cancelado" in soup(client, first).get_text()
        second = client.post(f"{PAGE}/preparar", data=asked).headers["location"]
        assert urlsplit(second).path != urlsplit(first).path
        assert JobWorker(own_engine, settings).work_once()
        done = soup(client, second)
        answer = soup(client, str(done.select_one("#job .main")["href"]))  # type: ignore[index]
        assert answer.select(".kpis dd")


def test_pages_of_the_demonstration_are_small(demo_app: FastAPI) -> None:
    with TestClient(demo_app) as client:
        for query in ("", "?kind=treatment&minutes=60", "?kind=treatment&minutes=60&view=gaps"):
            answer = client.get(PAGE + query, headers={"Accept-Encoding": "gzip"})
            assert int(answer.headers["content-length"]) <= 40_000, query
