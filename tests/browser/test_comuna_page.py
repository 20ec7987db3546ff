"""The pages by comuna on the demonstration data: whole, crawlable from the index to every offer, accessible."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from api.main import create_app
from tests.browser.test_ficha_page import scrolls_sideways, then
from tests.demo import demo_settings
from web.ficha import get_now

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
BUDGET = 14_000


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


@pytest.mark.parametrize(
    "path", ["/comunas", "/comuna/talca", "/comuna/talca?tipo=branch", "/en/comuna/arica", "/comuna/nada"]
)
def test_it_is_accessible_and_fits(site: str, watch: OpenPage, axe: Axe, path: str) -> None:
    seen = watch(f"{site}/comunas", width=320)
    page: Page = seen.page
    answer = page.goto(site + path)
    assert answer is not None
    missing = path.endswith("nada")
    assert answer.status == (404 if missing else 200)
    for width in (320, 360, 1366):
        page.set_viewport_size({"width": width, "height": 740})
        expect(page.locator("h1")).to_have_count(1)
        assert axe(page) == []
        assert not scrolls_sideways(page)
    if not missing:  # a missing page is a line on the console of the browser
        seen.check()


def links(client: TestClient, path: str, start: str) -> set[str]:
    page = BeautifulSoup(client.get(path).text, "html.parser")
    assert page.main is not None
    return {str(a["href"]) for a in page.main.find_all("a", href=True) if str(a["href"]).startswith(start)}


def test_every_offer_is_found_from_the_index(client: TestClient, demo_engine: Engine) -> None:
    comunas = links(client, "/comunas", "/comuna/")
    assert len(comunas) == 346
    with demo_engine.connect() as connection:
        wanted = connection.execute(
            text(
                "select a.slug, array_agg(o.id::text) as ids from offer o join area a on a.code = o.area_code"
                " group by a.slug order by count(*) desc, a.slug limit 12"
            )
        ).all()
    for slug, ids in wanted:
        assert f"/comuna/{slug}" in comunas
        found = links(client, f"/comuna/{slug}", "/o/")
        for more in links(client, f"/comuna/{slug}", f"/comuna/{slug}?tipo="):
            found |= links(client, more, "/o/")
        assert found == {f"/o/{id_}" for id_ in ids}


def test_a_rural_payment_is_found_without_javascript(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/comunas", javascript=False, width=360)
    page: Page = seen.page
    page.get_by_role("link", name="Putre", exact=True).click()
    expect(page.get_by_role("heading", name="Próximas visitas")).to_be_visible()
    first = page.locator("#visits ~ ul li").first
    expect(first.locator("strong")).to_have_text(re.compile(r"^\w+ \d+ de \w+, \d+:\d\d a \d+:\d\d$"))
    day = first.locator("strong").inner_text()
    first.get_by_role("link").click()
    expect(page.locator(".dates").first).to_contain_text(day)
    seen.check()


def test_the_button_searches_from_the_comuna(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/comuna/talca")
    page: Page = seen.page
    page.get_by_role("button", name="Buscar lo más cercano desde aquí").click()
    expect(page.locator("#results-title")).to_contain_text("Talca")


def test_pages_are_small_and_of_nobody(client: TestClient) -> None:
    for path in ("/comunas", "/comuna/arica", "/comuna/talca"):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert int(answer.headers["content-length"]) <= BUDGET, path
        assert answer.headers["cache-control"] == "private, no-cache"


def test_a_list_of_sensitive_offers_alone_is_neutral_and_kept_nowhere(client: TestClient) -> None:
    alone = client.get("/comuna/talca?tipo=treatment")
    assert alone.headers["cache-control"] == "no-store"
    assert "noindex" in alone.headers["x-robots-tag"]
    assert "ratamiento" not in alone.text.split("</head>")[0]
    assert client.get("/comuna/talca?tipo=branch").headers["cache-control"] == "private, no-cache"


def test_no_protected_street_is_listed(client: TestClient, demo_engine: Engine) -> None:
    with demo_engine.connect() as connection:
        rows = connection.execute(
            text(
                "select c.slug, a.address_1 from offer o join location l on l.id = o.location_id"
                " join address a on a.location_id = l.id join area c on c.code = o.area_code"
                " where l.visibility <> 'full' and a.address_1 <> '' and not exists (select from location m"
                " join address b on b.location_id = m.id where m.visibility = 'full'"
                " and b.address_1 = a.address_1 and m.area_code = l.area_code)"
            )
        ).all()
    assert len(rows) > 20
    for slug, street in rows:
        page = client.get(f"/comuna/{slug}?tipo=treatment").text
        assert street not in page
        assert "Dirección reservada" in page
