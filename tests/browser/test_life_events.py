"""Life events in a real Chromium: small and large screens, keyboard, paper, and no JavaScript."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from api.main import create_app
from tests.demo import demo_settings
from web.ficha import get_now

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
# A Tuesday morning of the demonstration's calendar.
NOW = datetime(2026, 9, 8, 13, tzinfo=UTC)
SLUGS = (
    "perdi-mi-trabajo",
    "enfermedad-de-alto-costo",
    "cuidado-de-una-persona",
    "problemas-con-la-vivienda",
    "pagar-los-estudios",
    "victima-de-un-delito",
)
CARE = "cuidado-de-una-persona"
WIDTHS = (320, 360, 1366)
A4_POINTS = (595, 842)
SMALL = """() => [...document.querySelectorAll('main a, main button, main summary, main select, main input')]
  .filter(one => one.getClientRects().length && getComputedStyle(one).clipPath === 'none')
  .filter(one => !one.closest('.fresh'))
  .filter(one => one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML.slice(0, 80))"""


async def then() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def app(demo_engine: Engine) -> FastAPI:
    made = create_app(demo_settings(), demo_engine)
    made.dependency_overrides[get_now] = then
    return made


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], app: FastAPI) -> str:
    return serve(app)


def fits(page: Page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def send(page: Page, **fields: str) -> None:
    """Fill the form and send it."""
    for name, value in fields.items():
        box = page.locator(f"#{name}")
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    page.get_by_role("button", name="Ver qué me corresponde").click()
    expect(page.locator(".told, .mend").first).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/eventos", "/en/eventos", *(f"/eventos/{one}" for one in SLUGS)])
def test_pages_are_accessible_and_fit(site: str, watch: OpenPage, axe: Axe, path: str, width: int) -> None:
    seen = watch(site + path, width=width)
    page: Page = seen.page
    expect(page.locator("h1")).to_have_count(1)
    assert axe(page) == []
    assert fits(page)
    assert page.evaluate(SMALL) == []
    seen.check()


@pytest.mark.parametrize("width", WIDTHS)
def test_answers_and_errors_are_accessible_and_fit(site: str, watch: OpenPage, axe: Axe, width: int) -> None:
    seen = watch(f"{site}/eventos/{CARE}", width=width)
    page: Page = seen.page
    send(page, place="San Pedro", age="mucho")
    expect(page.locator(".mend")).to_be_focused()
    expect(page.locator(".mend li")).to_have_count(2)
    assert axe(page) == []
    assert fits(page)
    page.locator(".mend a").last.click()
    expect(page.locator("#age")).to_be_focused()
    send(page, place="Talca", age="60", insurance="fonasa_b")
    for group in ("missing", "no"):
        expect(page.locator(f".group.{group}")).to_be_visible()
    expect(page.locator(".nearby").first).to_contain_text("en auto")
    assert page.url == f"{site}/eventos/{CARE}"
    assert axe(page) == []
    assert fits(page)
    assert page.evaluate(SMALL) == []
    page.get_by_text("Cambiar").click()
    expect(page.locator("#age")).to_have_value("60")
    assert axe(page) == []
    seen.check()


def test_the_whole_way_without_javascript(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/eventos", width=360, javascript=False)
    page: Page = seen.page
    page.get_by_role("link", name="Perdí mi trabajo").click()
    send(page, place="San Pedro", age="40")
    page.locator("button[name=chosen]").first.click()
    expect(page.locator(".told")).to_be_visible()
    expect(page.locator(".nearby").first).to_be_visible()
    page.get_by_text("Cambiar").click()
    expect(page.locator("#age")).to_have_value("40")
    page.locator(".nearby a").first.click()
    assert "/o/" in page.url
    expect(page.locator("h1")).to_be_visible()
    seen.check()


def test_the_whole_way_by_keyboard(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/eventos")
    page: Page = seen.page

    def go_to(target: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", target):
                return
        pytest.fail(f"the keyboard never reaches {target}")

    go_to(f"a[href$='{CARE}']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Cuido")
    go_to("#place")
    page.keyboard.type("Talca")
    go_to("#age")
    page.keyboard.type("70")
    page.keyboard.press("Enter")
    expect(page.locator(".told .group.yes")).to_contain_text("Pensión Garantizada Universal")
    go_to(".nearby a")
    page.keyboard.press("Enter")
    expect(page.locator("article.ficha")).to_be_visible()
    seen.check()


@pytest.mark.parametrize("slug", SLUGS)
def test_answers_print_on_one_a4(site: str, watch: OpenPage, slug: str) -> None:
    page: Page = watch(f"{site}/eventos/{slug}").page
    send(page, place="Talca")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", paper)
    assert box is not None
    assert (round(float(box[1])), round(float(box[2]))) == A4_POINTS
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".benefit").last).to_be_visible()
    for hidden in (".top", ".foot", "form", "summary", ".leave", "[data-print]"):
        assert not [part for part in page.locator(hidden).all() if part.is_visible()], hidden


def test_the_page_of_a_crime_is_left_without_a_way_back(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/eventos/victima-de-un-delito", width=360)
    page: Page = seen.page
    assert page.title() == "Ayudas · Cercana"
    page.context.route(
        "https://**", lambda route: route.fulfill(body="<h1>Otra cosa</h1>", content_type="text/html")
    )
    before = page.evaluate("history.length")
    page.get_by_role("link", name="Salir rápido").click()
    expect(page.locator("h1")).to_have_text("Otra cosa")
    assert page.evaluate("history.length") == before
