"""The page of an offer on the demonstration data: screen, paper, keyboard, no JavaScript, reports, neutral titles."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from api.main import create_app
from tests.demo import demo_settings
from web.ficha import ELSEWHERE, get_now

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
# A Tuesday morning of the demonstration's calendar.
NOW = datetime(2026, 9, 8, 13, tzinfo=UTC)
BUDGET = 10_000
KINDS = ("treatment", "branch", "mobile_office", "mobile_pay_point", "urban_pay_point")
A4_POINTS = (595, 842)
TEN_OF = """
(select id, 0 as o from offer where kind = :kind order by length(card::text) desc limit 3)
union (select id, 1 from offer where kind = :kind order by id limit 5)
union (select id, 2 from offer where kind = :kind and timetable_id is null order by id limit 1)
"""


async def then() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def app(demo_engine: Engine) -> FastAPI:
    made = create_app(demo_settings(), demo_engine)
    made.dependency_overrides[get_now] = then
    return made


@pytest.fixture(scope="module")
def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], app: FastAPI) -> str:
    return serve(app)


@pytest.fixture(scope="module")
def offers(demo_engine: Engine) -> dict[str, list[str]]:
    """Some offers of every kind: those with most to say first."""
    with demo_engine.connect() as connection:
        return {
            kind: [str(row.id) for row in connection.execute(text(TEN_OF), {"kind": kind})] for kind in KINDS
        }


def one(demo_engine: Engine, condition: str) -> str:
    with demo_engine.connect() as connection:
        return str(connection.scalar(text(f"select id from offer where {condition} order by id limit 1")))


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_it_is_accessible_and_fits(
    site: str, watch: OpenPage, axe: Axe, offers: dict[str, list[str]], kind: str, prefix: str
) -> None:
    seen = watch(f"{site}{prefix}/o/{offers[kind][0]}", width=320)
    page: Page = seen.page
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator(".demo")).to_be_visible()
    for summary in page.locator("main summary").all():
        summary.click()
    for width in (320, 360, 1366):
        page.set_viewport_size({"width": width, "height": 740})
        assert axe(page) == []
        assert not scrolls_sideways(page)
        left = {
            page.locator(part).evaluate("e => e.getBoundingClientRect().left")
            for part in ("h1", ".state", "#when")
        }
        assert len(left) == 1
    seen.check()


@pytest.mark.parametrize("kind", KINDS)
def test_it_prints_on_one_a4(site: str, watch: OpenPage, offers: dict[str, list[str]], kind: str) -> None:
    for offer in offers[kind]:
        page: Page = watch(f"{site}/o/{offer}").page
        paper = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, offer
        box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", paper)
        assert box is not None
        assert (round(float(box[1])), round(float(box[2]))) == A4_POINTS
        page.emulate_media(media="print")
        for phone in page.locator(".phones a").all():
            size = phone.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
            assert size >= 16 * 96 / 72 - 0.1
        expect(page.get_by_text("Esta ficha: ")).to_be_visible()
        for hidden in (".top", ".foot", ".actions", "summary", "form"):
            assert not [part for part in page.locator(hidden).all() if part.is_visible()], hidden


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_small(
    site: str, watch: OpenPage, client: TestClient, offers: dict[str, list[str]], kind: str
) -> None:
    """Everything that the page needs, compressed, with the longest texts there are."""
    for offer in offers[kind]:
        answer = client.get(f"/o/{offer}", headers={"Accept-Encoding": "gzip"})
        total = int(answer.headers["content-length"])
        for script in re.findall(r'<script src="([^"]+)"', answer.text):
            total += int(client.get(script, headers={"Accept-Encoding": "gzip"}).headers["content-length"])
        assert total <= BUDGET, offer
    seen = watch(f"{site}/o/{offers[kind][0]}")
    seen.page.wait_for_load_state("networkidle")
    assert len(seen.requests) <= 3
    seen.check()


def test_hours_dates_and_holidays_are_told(client: TestClient, demo_engine: Engine) -> None:
    office = one(demo_engine, "kind = 'urban_pay_point' and timetable_id is not null")
    words = " ".join(re.sub(r"<[^>]+>", " ", client.get(f"/o/{office}").text).split())
    for said in ("Lunes", "Domingo", "Cerrado", "Viernes 18 de septiembre: Cerrado (feriado)"):
        assert said in words
    mobile = one(demo_engine, "kind = 'mobile_pay_point'")
    page = client.get(f"/o/{mobile}").text
    assert re.search(r"<strong>\w+ \d+ de (septiembre|octubre|noviembre), \d+:\d\d a \d+:\d\d</strong>", page)


def test_copying_the_message(site: str, watch: OpenPage, offers: dict[str, list[str]]) -> None:
    seen = watch(f"{site}/o/{offers['branch'][0]}", permissions=["clipboard-read", "clipboard-write"])
    page: Page = seen.page
    page.get_by_role("button", name="Copiar").click()
    expect(page.locator("#said")).to_have_text("Copiado")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#message").input_value()
    assert copied.splitlines()[-1].startswith(f"Ficha: {site}/f/")
    assert len(copied) <= 700
    page.goto(copied.splitlines()[-1].removeprefix("Ficha: "))
    assert page.url == f"{site}/o/{offers['branch'][0]}"
    seen.check()


def test_without_permission_the_message_is_shown_to_be_copied(
    site: str, watch: OpenPage, offers: dict[str, list[str]]
) -> None:
    seen = watch(f"{site}/o/{offers['branch'][0]}")
    page: Page = seen.page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("button", name="Copiar").click()
    expect(page.locator("#message")).to_be_focused()
    assert page.evaluate("document.getSelection().toString()").startswith("*")


def test_a_sensitive_offer_is_neutral_kept_nowhere_and_left_quickly(
    site: str, watch: OpenPage, client: TestClient, demo_engine: Engine
) -> None:
    offer = one(demo_engine, "(card->>'sensitive')::boolean and kind = 'treatment'")
    answer = client.get(f"/o/{offer}")
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]
    head = answer.text.split("</head>")[0]
    with demo_engine.connect() as connection:
        said = connection.execute(
            text("select card->>'name', card->>'service', card->>'organization' from offer where id = :id"),
            {"id": offer},
        ).one()
    for part in said:
        assert part not in head
    assert "ratamiento" not in head
    assert client.get(f"/o/{offer}/fechas.ics").headers["cache-control"] == "no-store"
    page: Page = watch(f"{site}/o/{offer}").page
    leave = page.get_by_role("link", name="Salir rápido")
    expect(leave).to_have_attribute("href", ELSEWHERE)
    page.route(f"{ELSEWHERE}**", lambda route: route.fulfill(body="otra cosa"))
    page.goto(f"{site}/comunas")
    page.goto(f"{site}/o/{offer}")
    page.get_by_role("link", name="Salir rápido").click()
    page.wait_for_url(f"{ELSEWHERE}**")
    page.go_back()
    assert page.url == f"{site}/comunas"


def test_an_ordinary_offer_may_be_gone_back_to_and_has_no_exit(
    client: TestClient, offers: dict[str, list[str]]
) -> None:
    answer = client.get(f"/o/{offers['branch'][0]}")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "Salir rápido" not in answer.text


@pytest.mark.parametrize("visibility", ["approximate", "hidden"])
def test_a_protected_address_is_on_no_page(client: TestClient, demo_engine: Engine, visibility: str) -> None:
    """Not in words, map, calendar, data or message; neither does the page lead there."""
    with demo_engine.connect() as connection:
        rows = connection.execute(
            text(
                "select o.id, a.address_1, ST_X(l.geog::geometry), ST_Y(l.geog::geometry) from offer o"
                " join location l on l.id = o.location_id join address a on a.location_id = l.id"
                " where l.visibility = :visibility and a.address_1 <> '' order by o.id limit 12"
            ),
            {"visibility": visibility},
        ).all()
    assert len(rows) >= 5
    for offer, street, lon, lat in rows:
        page = client.get(f"/o/{offer}").text
        calendar = client.get(f"/o/{offer}/fechas.ics").text
        for shown in (page, calendar):
            assert street not in shown
            assert f"{lat:.3f}" not in shown
            assert f"{lon:.3f}" not in shown
        assert "Dirección reservada" in page
        assert "svg-map" not in page
        assert "como-llegar" not in page
        data = json.loads(re.findall(r'ld\+json">(.*?)</script>', page)[0])
        assert "geo" not in data


def test_what_is_not_there_is_told_in_words(client: TestClient) -> None:
    for path in ("/o/nada", "/o/00000000-0000-0000-0000-000000000000", "/f/nada", "/f/00000000"):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 404, path
        assert "No encontramos este lugar" in answer.text
    for path in ("/o/nada/fechas.ics", "/o/nada/gracias"):
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 404


def test_a_withdrawn_offer_is_gone_and_leads_on(
    site: str, watch: OpenPage, axe: Axe, demo_engine: Engine
) -> None:
    offer = one(demo_engine, "kind = 'mobile_office'")
    with demo_engine.begin() as connection:
        kept = connection.execute(
            text("select to_jsonb(o)::text from offer o where id = :id"), {"id": offer}
        ).scalar()
        connection.execute(text("delete from offer where id = :id"), {"id": offer})
    try:
        seen = watch(f"{site}/comunas")
        page: Page = seen.page
        answer = page.goto(f"{site}/o/{offer}")
        assert answer is not None
        assert answer.status == 410
        expect(page.locator("h1")).to_have_text("Este lugar ya no está publicado")
        assert axe(page) == []
        page.locator(".links a").first.click()
        expect(page.locator(".ficha h1")).to_have_count(1)
    finally:
        with demo_engine.begin() as connection:
            connection.execute(
                text(
                    "insert into offer select * from jsonb_populate_record(null::offer, cast(:row as jsonb))"
                ),
                {"row": kept},
            )


@pytest.mark.parametrize("host", ["mal<script>", "mal ojo", "a@b"])
def test_a_strange_host_is_not_repeated(client: TestClient, offers: dict[str, list[str]], host: str) -> None:
    answer = client.get(f"/o/{offers['branch'][0]}", headers={"Host": host, "Accept": "text/html"})
    assert "cercana" in answer.text.lower()
    assert host not in answer.text


def test_a_host_too_long_to_share_is_refused(client: TestClient, offers: dict[str, list[str]]) -> None:
    for path in ("", "/fechas.ics"):
        answer = client.get(f"/o/{offers['branch'][0]}{path}", headers={"Host": "a" * 150})
        assert answer.status_code == 400


def test_the_calendar_file_is_a_download(client: TestClient, offers: dict[str, list[str]]) -> None:
    answer = client.get(f"/o/{offers['mobile_pay_point'][0]}/fechas.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="fechas.ics"'
    assert answer.text.startswith("BEGIN:VCALENDAR\r\n")
    assert "BEGIN:VEVENT\r\n" in answer.text
