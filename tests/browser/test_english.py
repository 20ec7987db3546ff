"""The page in English in a real browser: accessible, swapped in one language, and a way back with the search."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from tests.browser.test_search_page import STATES, TALCA, WHEN

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], demo_app: FastAPI) -> str:
    return serve(demo_app)


def english(site: str, fields: dict[str, Any]) -> str:
    return f"{site}/en/?{urlencode(fields, doseq=True)}"


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible_and_fits_in_english(
    site: str, watch: OpenPage, axe: Axe, state: str
) -> None:
    seen = watch(english(site, STATES[state][0]), width=320)
    page: Page = seen.page
    for summary in page.locator("summary:visible").all():
        summary.click()
    for width in (320, 1366):
        page.set_viewport_size({"width": width, "height": 740})
        assert axe(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    seen.check()


def test_searching_again_stays_english_and_the_switch_follows(site: str, watch: OpenPage) -> None:
    seen = watch(english(site, TALCA))
    page: Page = seen.page
    page.get_by_text("Change", exact=True).click()
    page.get_by_label("Where are you?").fill("Punta Arenas")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#status")).to_have_text(re.compile("places? near Punta Arenas"))
    assert "/en/?" in page.url
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es-CL")
    expect(page.locator("#results-title")).to_contain_text("cerca de Punta Arenas")
    page.get_by_role("link", name="English").click()
    expect(page.locator("#results-title")).to_contain_text("near Punta Arenas")
    expect(page.locator("#languages")).to_have_count(1)
    seen.check()


def test_the_map_speaks_english(site: str, watch: OpenPage) -> None:
    seen = watch(english(site, TALCA))
    page: Page = seen.page
    expect(page.get_by_role("button", name="Zoom in")).to_be_visible()
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("Map and names: Cercana")
    page.locator("[data-show]").first.click()
    expect(page.get_by_role("button", name="Show in the list").first).to_be_visible()
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    expect(page.locator(".pop-name").first).to_have_attribute("lang", "es")
    seen.check()


def test_a_shared_position_stays_english_and_in_no_link(site: str, watch: OpenPage) -> None:
    here = {"latitude": -35.426789, "longitude": -71.655432}
    seen = watch(english(site, TALCA), geolocation=here, permissions=["geolocation"])
    page: Page = seen.page
    page.get_by_text("Change", exact=True).click()
    page.get_by_role("button", name="Use my location").click()
    expect(page.locator("#results-title")).to_contain_text("near your location")
    links = page.locator("#languages a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert links == ["/", "/en/"]
    assert not any("35.4" in url for url in [page.url, *seen.requests])
    seen.check()


def test_a_refused_position_is_told_in_english(site: str, watch: OpenPage) -> None:
    page: Page = watch(english(site, WHEN), permissions=[]).page
    page.get_by_role("button", name="Use my location").click()
    expect(page.locator("#status")).to_have_text("We could not use your location. Type your comuna or town.")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_switch_works_from_the_first_page(site: str, watch: OpenPage, javascript: bool) -> None:
    seen = watch(f"{site}/", width=360, javascript=javascript)
    page: Page = seen.page
    for name in ("English", "Español"):
        box = page.get_by_role("link", name=name).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Find the place that fits you")
    page.get_by_label("Where are you?").fill("Talca")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#results-title")).to_contain_text("near Talca")
    seen.check()
