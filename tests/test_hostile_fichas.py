"""Hostile texts on the page of an offer, of a comuna, in message, calendar file and JSON-LD: words, never code."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from api.main import create_app
from directory.db import transaction
from directory.intake import publish
from directory.records import (
    CostRecord,
    ExceptionDays,
    PhoneRecord,
    SourceInfo,
    Timing,
    VisitRecord,
)
from directory.settings import Settings
from importers.areas import load_country
from tests.browser.conftest import chromium, serve, watch
from tests.factories import (
    OFFICE_HOURS,
    location_record,
    offer_record,
    organization_record,
    service_record,
)
from tests.hostile_files import PAYLOADS
from tests.web.test_calendar_file import read, unescaped
from tests.web.test_share import check_inert
from web.ficha import get_now
from web.share import Shared

__all__ = ["chromium", "serve", "watch"]

TODAY = date(2026, 9, 8)
NOW = datetime(2026, 9, 8, 10, tzinfo=ZoneInfo("America/Santiago"))
PARTS = (
    "name", "service", "organization", "description", "address", "locality", "transportation", "eligibility",
    "process", "document", "cost", "option", "alert", "phone", "email", "url", "reason", "note",
)  # fmt: skip
PAGE = ("name", "service", "organization", "description", "address", "transportation", "eligibility", "process",
        "document", "cost", "option", "alert", "phone", "reason", "note")  # fmt: skip
LINKS = {"http", "https", "tel", "mailto", ""}


def said(payload: str, part: str) -> str:
    return f"{payload} {part}"


def hostile(number: int, payload: str, *, sensitive: bool) -> Any:
    """An offer whose every text is a payload, with its part's name."""
    word = {part: said(payload, part) for part in PARTS}
    service = service_record(
        ref=f"s{number}",
        name=word["service"],
        needs=("treatment.outpatient" if sensitive else "social_security.pension_payment",),
        description=word["description"],
        url=word["url"],
        email=word["email"],
        application_process=word["process"],
        eligibility_text=word["eligibility"],
        costs=(CostRecord(option=word["option"], description=word["cost"]),),
        documents=(word["document"],),
        alert=word["alert"],
    )
    return offer_record(
        source_ref=f"{sensitive} {number}",
        kind="treatment" if sensitive else "branch",
        organization=organization_record(ref=f"o{number}", name=word["organization"]),
        service=service,
        location=location_record(
            ref=f"l{number} {sensitive}",
            name=word["name"],
            address=word["address"],
            locality=word["locality"],
            transportation=word["transportation"],
        ),
        phones=(PhoneRecord("+56221234567", description=word["phone"]),),
        timing=Timing(
            rules=OFFICE_HOURS.rules if sensitive else (),
            exceptions=(ExceptionDays(date(2026, 9, 20), date(2026, 9, 21), reason=word["reason"]),),
            visits=() if sensitive else (VisitRecord(date(2026, 9, 15), time(10), time(12), word["note"]),),
        ),
    )


@pytest.fixture(scope="module")
def app(module_engine: Engine) -> FastAPI:
    settings = Settings(horizon_days=30)
    load_country(module_engine, settings)
    for sensitive in (True, False):
        source = SourceInfo(
            f"hostile_{sensitive}",
            "<b>{{7*7}}</b>",
            "<i>{% raw</i>",
            "</style><script>window.XSS=1</script>",
            30,
        )
        offers = [hostile(number, payload, sensitive=sensitive) for number, payload in enumerate(PAYLOADS)]
        with transaction(module_engine) as session:
            publish(session, source, offers, first=TODAY, days=30)
    made = create_app(settings, module_engine)

    async def then() -> datetime:
        return NOW

    made.dependency_overrides[get_now] = then
    return made


@pytest.fixture(scope="module")
def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def offers(app: FastAPI, module_engine: Engine) -> dict[tuple[bool, str], str]:
    """Ids by sensitivity and payload."""
    query = "select id::text, (card->>'sensitive')::boolean, card->>'name' from offer"
    with module_engine.connect() as connection:
        return {(row[1], row[2].removesuffix(" name")): row[0] for row in connection.execute(text(query))}


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("sensitive", [True, False])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_page_says_them_and_links_nowhere_else(
    client: TestClient, offers: dict[tuple[bool, str], str], payload: str, sensitive: bool, prefix: str
) -> None:
    answer = client.get(f"{prefix}/o/{offers[sensitive, payload]}")
    assert answer.status_code == 200
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.main is not None
    shown = page.main.get_text()
    for part in PAGE:
        if not (sensitive and part == "note"):
            assert said(payload, part) in shown, part
    scripts = page.find_all("script")
    assert [script.get("type") or script.get("src", "").split(".")[0] for script in scripts] == [
        "application/ld+json", "/static/ficha"
    ]  # fmt: skip
    assert not page.find_all(["img", "iframe", "object", "embed", "b", "i"])
    assert len(page.find_all("svg")) <= 1
    for element in page.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on") or name == "style"]
    for link in page.find_all("a", href=True):
        assert urlsplit(str(link["href"])).scheme in LINKS
    data = json.loads(scripts[0].string or "")
    assert (data["name"] == said(payload, "name")) is not sensitive
    if sensitive:
        head = str(page.head)
        assert "name" not in re.findall(r"<title>(.*?)</title>", head)[0]
        assert payload not in BeautifulSoup(head, "html.parser").title.get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("sensitive", [True, False])
def test_message_and_calendar_hold_them_as_words(
    client: TestClient, offers: dict[tuple[bool, str], str], payload: str, sensitive: bool
) -> None:
    id_ = offers[sensitive, payload]
    page = BeautifulSoup(client.get(f"/o/{id_}").text, "html.parser")
    box = page.find(id="message")
    assert box is not None
    message = box.get_text().removeprefix("\n")
    check_inert(Shared(message, ""))
    assert len(message) <= 700
    assert message.splitlines()[-1].startswith("Ficha: http://testserver/f/")
    url = next(
        str(a["href"]) for a in page.find_all("a", href=True) if str(a["href"]).startswith("https://wa.me/?")
    )
    assert parse_qs(urlsplit(url).query)["text"] == [message]
    events = read(client.get(f"/o/{id_}/fechas.ics").content)
    assert events
    for event in events:
        name = unescaped(event["SUMMARY"])
        assert name == ("Lugar de atención en Santiago" if sensitive else said(payload, "name"))
        assert set(event) <= {
            "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "TRANSP"
        }  # fmt: skip


def test_the_comuna_lists_them_as_words(client: TestClient) -> None:
    answer = client.get("/comuna/santiago")
    assert answer.status_code == 200
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.main is not None
    for payload in PAYLOADS:
        for part in ("name", "address"):
            assert said(payload, part) in page.main.get_text()
    assert not page.find_all(["script", "img", "svg"])


@pytest.mark.parametrize("payload", PAYLOADS)
def test_in_an_address_they_find_nothing(client: TestClient, payload: str) -> None:
    for path in ("/o/{}", "/f/{}", "/comuna/{}", "/o/{}/fechas.ics", "/o/{}/gracias"):
        answer = client.get(path.format(payload.replace("/", "%2F")), headers={"Accept": "text/html"})
        assert answer.status_code == 404, path
        assert "<script>window" not in answer.text
        assert "<img src=x" not in answer.text
    assert client.get("/comuna/santiago", params={"tipo": payload[:40]}).status_code == 404


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_report_is_kept_and_shown_as_text(
    client: TestClient, offers: dict[tuple[bool, str], str], module_engine: Engine, payload: str
) -> None:
    path = f"/o/{offers[False, payload]}/aviso"
    again = client.post(path, data={"field": payload, "words": payload})
    assert again.status_code == 422
    page = BeautifulSoup(again.text, "html.parser")
    box = page.find("textarea", id="words")
    assert box is not None
    assert box.get_text().removeprefix("\n") == payload
    assert (
        client.post(path, data={"field": "other", "words": payload}, follow_redirects=False).status_code
        == 303
    )
    with module_engine.connect() as connection:
        kept = connection.scalars(text("select words from error_report")).all()
    assert " ".join(payload.split()) in kept


@pytest.mark.browser
@pytest.mark.parametrize("sensitive", [True, False])
def test_nothing_runs_in_a_browser_nor_on_paper(
    serve: Callable[[Any], str],
    watch: Callable[..., Any],
    app: FastAPI,
    offers: dict[tuple[bool, str], str],
    sensitive: bool,
) -> None:
    site = serve(app)
    seen = watch(f"{site}/comuna/santiago")
    page: Page = seen.page
    assert page.evaluate("window.XSS") is None
    for payload in PAYLOADS:
        page.goto(f"{site}/o/{offers[sensitive, payload]}")
        expect(page.locator("h1")).to_have_text(said(payload, "name"))
        for summary in page.locator("main summary").all():
            summary.click()
        page.get_by_role("button", name="Copiar").click()
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
        assert page.evaluate("window.XSS") is None
        assert page.locator("main img, main script").count() == 0
    seen.check()
