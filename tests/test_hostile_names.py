"""Hostile texts, from files of every format to the API and the page: shown verbatim, never run, never evaluated.

tests/importers/test_import_hostile.py tries the readers alone; here everything is real, end to end.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from api.main import create_app
from directory.run_report import RunReport
from directory.settings import Settings
from importers import pipeline, report
from importers.areas import load_country
from importers.errors import ImportFileError
from tests.browser.conftest import chromium, serve, watch
from tests.hostile_files import FORMATS, PAYLOADS, TEXTS, rows, said, write_mapping

__all__ = ["chromium", "serve", "watch"]

TABLES = ("offer", "organization", "service", "location", "service_at_location", "issue")
KEYS = {"eligibility": "eligibility_text"}
PINS = "[...document.querySelectorAll('.map .pin .hidden')].map(e => e.textContent.trim())"


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(horizon_days=7)


@pytest.fixture(scope="module")
def imported(
    module_engine: Engine, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, RunReport]:
    """Every format through the whole pipeline into one database; the reports by format."""
    load_country(module_engine, settings)
    folder = tmp_path_factory.mktemp("hostile")
    done = {}
    for suffix, (write, _) in FORMATS.items():
        name = f"hostile_{suffix[1:]}"
        mapping, data = folder / f"{name}.toml", folder / f"{name}{suffix}"
        write_mapping(mapping, name, suffix)
        write(data, rows())
        done[suffix] = pipeline.run(module_engine, name, [mapping, data], settings=settings)
    return done


@pytest.fixture(scope="module")
def app(imported: dict[str, RunReport], module_engine: Engine, settings: Settings) -> FastAPI:
    return create_app(settings, module_engine)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], app: FastAPI) -> str:
    return serve(app)


def everything(client: TestClient, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        answer = client.get(path, params={"limit": 100} | ({"after": after} if after else {}))
        assert answer.status_code == 200
        found += answer.json()["contents"]
        after = answer.json()["next"]
        if after is None:
            return found


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_import_keeps_every_text_and_tells_what_is_wrong(
    imported: dict[str, RunReport], suffix: str
) -> None:
    done = imported[suffix]
    assert done.rows_read >= 2 * len(PAYLOADS)
    assert done.new >= len(PAYLOADS)
    assert done.issues >= len(PAYLOADS)
    values = {one.value for samples in done.issue_samples.values() for one in samples}
    assert values & {payload[:200] for payload in PAYLOADS}


def found(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [*answer["options"], *answer["unknown_hours"]]


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_api_carries_them_verbatim(client: TestClient, suffix: str) -> None:
    answer = client.get(
        "/api/v1/referrals", params={"place": "Santiago", "needs": FORMATS[suffix][1], "limit": 20}
    )
    assert answer.status_code == 200
    offers = {one["offer"]["name"]: one["offer"] for one in found(answer.json())}
    for payload in PAYLOADS:
        offer = offers[said(payload, "name")]
        for part in TEXTS.keys() - {"name", "region"}:
            assert offer[KEYS.get(part, part)] == said(payload, part)


@pytest.mark.parametrize(
    ("path", "part"), [("organizations", "organization"), ("services", "service"), ("locations", "name")]
)
def test_lists_carry_them_verbatim(client: TestClient, path: str, part: str) -> None:
    names = {one["name"] for one in everything(client, f"/api/v1/{path}")}
    assert names >= {said(payload, part) for payload in PAYLOADS}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_as_a_question_they_are_only_words(client: TestClient, payload: str) -> None:
    for path, fields in (
        ("/api/v1/referrals", {"place": payload}),
        ("/api/v1/places", {"q": payload}),
        ("/", {"place": payload}),
        ("/", {"place": "Santiago", "words": payload}),
        ("/", {"place": "Santiago", "need": payload}),
        ("/", {"place": "Santiago", "when": "at", "leave_at": payload[:32]}),
    ):
        answer = client.get(path, params=fields, headers={"Accept": "text/html"})
        assert answer.status_code in (200, 422), (path, fields)
        assert "<img src=x" not in answer.text
        assert "<script>window" not in answer.text


@pytest.mark.browser
@pytest.mark.parametrize("suffix", FORMATS)
def test_the_page_shows_them_and_runs_none(site: str, watch: Callable[..., Any], suffix: str) -> None:
    seen = watch(f"{site}/?place=Santiago&limit=20&need={FORMATS[suffix][1]}")
    page: Page = seen.page
    expect(page.locator(".map .pin").first).to_be_visible()
    cards = {
        card.locator("h3 > :last-child").text_content(): card.text_content() or ""
        for card in page.locator(".card").all()
    }
    pins = page.evaluate(PINS)
    for payload in PAYLOADS:
        shown = cards[said(payload, "name")]
        for part in ("service", "organization", "address", "eligibility"):
            assert said(payload, part) in shown, part
        assert said(payload, "name") in pins
    for card in page.locator(".card[id]").all()[:14]:
        page.evaluate("id => cercana.layer.select(id)", str(card.get_attribute("id")).removeprefix("offer-"))
        name = card.locator("h3 > :last-child").text_content()
        expect(page.locator(".pop-name").last).to_contain_text(str(name))
    assert page.evaluate("window.XSS") is None
    assert f"49 {TEXTS['name']}" not in page.content()
    assert page.locator("main img, main script:not([type]), main svg[onload]").count() == 0
    seen.check()


@pytest.mark.browser
@pytest.mark.parametrize("suffix", [".csv", ".kml"])
def test_the_report_shows_them_and_runs_none(
    imported: dict[str, RunReport], tmp_path: Path, watch: Callable[..., Any], suffix: str
) -> None:
    path = tmp_path / "informe.html"
    path.write_text(report.as_html(imported[suffix]), encoding="utf-8")
    page: Page = watch(path.as_uri()).page
    words = page.locator("body").inner_text()
    assert "<b>{{7*7}}</b>" in words
    assert PAYLOADS[6] in words
    assert page.locator("img, script, svg").count() == 0
    assert page.evaluate("window.XSS") is None


def test_the_tables_are_still_there(client: TestClient, module_engine: Engine) -> None:
    assert client.get("/api/v1/health").status_code == 200
    with module_engine.connect() as connection:
        counts = {
            name: connection.execute(text(f"select count(*) from {name}")).scalar_one() for name in TABLES
        }
    assert min(counts.values()) >= len(PAYLOADS)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[object]]]:
    """A port on loopback, and who called it."""
    heard: list[object] = []
    server = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                caller, who = server.accept()
            except OSError:
                return
            heard.append(who)
            caller.close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield server.getsockname()[1], heard
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


@pytest.mark.parametrize("suffix", [".csv", ".geojson", ".gpkg", ".kml"])
def test_a_virtual_file_reads_no_file_and_calls_nobody(
    module_engine: Engine,
    imported: dict[str, RunReport],
    settings: Settings,
    tmp_path: Path,
    listener: tuple[int, list[object]],
    suffix: str,
) -> None:
    port, heard = listener
    secret, mapping, data = tmp_path / "secret.csv", tmp_path / "m.toml", tmp_path / f"virtual{suffix}"
    secret.write_text("codigo;nombre;comuna\n1;TOPSECRET;Santiago\n", encoding="utf-8")
    write_mapping(mapping, "hostile_virtual", suffix)
    data.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
        f'<OGRVRTLayer name="b"><SrcDataSource>/vsicurl/http://127.0.0.1:{port}/x.csv</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    with pytest.raises(ImportFileError) as refused:
        pipeline.run(module_engine, "hostile_virtual", [mapping, data], settings=settings)
    assert "TOPSECRET" not in str(refused.value)
    assert heard == []
