"""Looking around in a real browser: both kinds of map, the list, the keyboard, small screens, no JavaScript."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
# Points by address, points by tiles, only sensitive ones, and nothing at all.
STATES = {
    "points": "/mapa?kind=urban_pay_point",
    "tiles": "/mapa",
    "private": "/mapa?kind=treatment",
    "nothing": "/mapa?kind=branch&need=treatment",
    "page": "/en/mapa?kind=branch&pagina=3",
}
BUDGET, REQUESTS = 120_000, 20


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], demo_app: FastAPI) -> str:
    return serve(demo_app)


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def opened(watch: OpenPage, url: str, **options: Any) -> Any:
    seen = watch(url, **options)
    seen.page.wait_for_load_state("networkidle")
    return seen


@pytest.mark.parametrize("state", STATES)
def test_it_is_accessible_and_fits(site: str, watch: OpenPage, axe: Axe, state: str) -> None:
    seen = opened(watch, site + STATES[state], width=320)
    page: Page = seen.page
    for width in (320, 360, 1366):
        page.set_viewport_size({"width": width, "height": 740})
        page.wait_for_load_state("networkidle")
        assert axe(page) == []
        assert not scrolls_sideways(page)
    seen.check()


@pytest.mark.parametrize("state", ["points", "tiles"])
def test_a_mark_leads_to_a_ficha_by_keyboard_alone(site: str, watch: OpenPage, axe: Axe, state: str) -> None:
    seen = opened(watch, site + STATES[state])
    page: Page = seen.page
    mark = page.locator(".map .cluster").first
    expect(mark).to_be_visible()
    # Zoom in until one place stands alone: each step goes to the first cluster in view.
    for _ in range(12):
        pins = page.locator(".map .leaflet-marker-icon:has(.pin)")
        if pins.count():
            break
        page.locator(".map .leaflet-marker-icon:has(.cluster)").first.press("Enter")
        page.wait_for_timeout(700)
        page.wait_for_load_state("networkidle")
    pins.first.press("Enter")
    link = page.locator(".pop-links a").first
    expect(link).to_be_visible()
    expect(page.locator(".pop")).to_be_focused()
    expect(page.locator(".leaflet-popup")).to_have_css("opacity", "1")  # it fades in
    assert axe(page) == []
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/o/[0-9a-f-]{36}$"))
    seen.check()


def test_the_list_and_the_map_point_at_each_other(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site + STATES["points"], width=360)
    page: Page = seen.page
    button = page.locator("[data-at]").nth(3)
    name = page.locator(".places h4").nth(3).text_content()
    button.click()
    expect(page.locator(".pop-name")).to_have_text(str(name))
    expect(page.locator(".map")).to_be_in_viewport()
    seen.check()


def test_the_map_can_be_skipped(site: str, watch: OpenPage) -> None:
    page: Page = opened(watch, site + STATES["points"]).page
    page.get_by_role("link", name="Saltar el mapa").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#list")).to_be_focused()


def test_it_is_whole_without_javascript(site: str, watch: OpenPage) -> None:
    seen = watch(site + "/mapa", width=360, javascript=False)
    page: Page = seen.page
    expect(page.locator(".map")).to_be_hidden()
    page.get_by_label("Tipo de lugar").select_option("branch")
    page.get_by_role("button", name="Mostrar").click()
    expect(page.locator(".drawing svg")).to_be_visible()
    expect(page.locator("[data-at]").first).to_be_hidden()
    page.get_by_role("link", name="Siguientes").click()
    expect(page.locator(".pages")).to_contain_text("Página 2")
    page.locator(".places .links a").first.click()
    expect(page.locator("article.ficha")).to_be_visible()
    seen.check()


@pytest.mark.parametrize("state", ["points", "tiles"])
def test_bytes_on_the_wire(
    site: str, watch: OpenPage, record_property: Callable[[str, object], None], state: str
) -> None:
    seen = opened(watch, site + STATES[state], width=360, height=740)
    entries = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
        entry => [new URL(entry.name).pathname, entry.transferSize])"""
    sent = seen.page.evaluate(entries)
    whole = sum(size for _, size in sent)
    record_property("bytes", {"all": whole, "requests": len(sent)})
    assert whole <= BUDGET, sent
    assert len(sent) <= REQUESTS, sent
