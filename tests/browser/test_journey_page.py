"""The way to a place in a real Chromium: below its card and on the map, or as a page of its own without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.conftest import AXE, WCAG
from tests.roads import app_with, comarca, install, renamed, road_app

__all__ = ["comarca", "road_app"]

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
SEARCH = {"place": "Talca", "mode": "foot", "when": "at", "leave_at": "2026-09-08T09:00"}
HOSTILE = ("<script>window.XSS=1</script>", "{{7*7}}", "${window.XSS=1}", "<img src=x onerror=window.XSS=1>")
STREETS = ("Calle Tres Poniente a Oriente", "Avenida Cuatro", "Calle Los Canelos", "Calle Los Boldos")
# Corners of the line as it is drawn, and the box of the map.
LINE = "() => document.querySelector('.way-line').getBoundingClientRect().toJSON()"
MAP = "() => document.querySelector('.map').getBoundingClientRect().toJSON()"


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], road_app: FastAPI) -> str:
    return serve(road_app)


def opened(watch: OpenPage, site: str, **options: Any) -> Any:
    seen = watch(f"{site}/?{urlencode(SEARCH)}", **options)
    expect(seen.page.locator(".card").first).to_be_visible()
    if options.get("javascript", True):
        expect(seen.page.locator(".map .pin").first).to_be_visible()
    return seen


def ask(page: Page, number: int) -> None:
    """Press the button of the card with this number."""
    page.locator(".card").nth(number - 1).get_by_role("button", name="Cómo llegar").click()


def axe_in(page: Page, part: str) -> list[str]:
    """Violations in a part of the page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("([part, tags]) => axe.run(part, {runOnly: tags})", [part, WCAG])
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize("width", [360, 1366])
def test_the_way_opens_below_its_card_and_on_the_map(site: str, watch: OpenPage, width: int) -> None:
    seen = opened(watch, site, width=width)
    page: Page = seen.page
    address = page.url
    ask(page, 3)
    card = page.locator(".card").nth(2)
    expect(card.get_by_role("heading", name="Cómo llegar")).to_be_focused()
    expect(card.locator(".steps li").first).to_have_text(re.compile("^Camina hacia el "))
    expect(page.locator(".way-halo")).to_have_count(1)
    expect(page.locator(".leaflet-pan-anim, .leaflet-zoom-anim")).to_have_count(0)
    line, box = page.evaluate(LINE), page.evaluate(MAP)
    assert box["left"] <= line["left"] < line["right"] <= box["right"]
    assert box["top"] <= line["top"] < line["bottom"] <= box["bottom"]
    assert max(line["width"], line["height"]) > 80
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")
    assert axe_in(page, "main #search") == []
    assert not scrolls_sideways(page)
    assert page.url == address
    seen.check()


def test_another_way_takes_the_place_of_the_first_and_closing_takes_it_off(
    site: str, watch: OpenPage
) -> None:
    seen = opened(watch, site)
    page: Page = seen.page
    ask(page, 1)
    expect(page.locator(".way")).to_have_count(1)
    ask(page, 2)
    expect(page.locator(".card").nth(1).locator(".way")).to_be_visible()
    expect(page.locator(".way")).to_have_count(1)
    expect(page.locator(".way-line")).to_have_count(1)
    page.get_by_role("button", name="Ver el camino en el mapa").click()
    expect(page.locator(".map")).to_be_in_viewport()
    page.get_by_role("button", name="Cerrar cómo llegar").click()
    expect(page.locator(".way, .way-line, .way-halo")).to_have_count(0)
    expect(page.locator(".leaflet-control-attribution")).not_to_contain_text("OpenStreetMap")
    expect(page.locator(".card").nth(1).get_by_role("button", name="Cómo llegar")).to_be_focused()
    seen.check()


def test_a_new_search_takes_the_way_off_the_map(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site)
    page: Page = seen.page
    ask(page, 1)
    expect(page.locator(".way-line")).to_have_count(1)
    page.get_by_text("Cambiar").click()
    page.get_by_text("En auto", exact=True).click()
    page.get_by_role("button", name="Buscar").click()
    expect(page.locator(".card .time").first).to_contain_text("en auto")
    expect(page.locator(".way, .way-line")).to_have_count(0)
    seen.check()


@pytest.mark.parametrize("width", [360, 1366])
def test_without_javascript_it_is_a_page(site: str, watch: OpenPage, axe: Axe, width: int) -> None:
    seen = opened(watch, site, javascript=False, width=width)
    page: Page = seen.page
    name = page.locator(".card h3 > :last-child").nth(2).text_content()
    ask(page, 3)
    expect(page.locator("h1")).to_have_text(f"Cómo llegar a {name}")
    assert page.url == f"{site}/como-llegar"
    expect(page.locator(".svg-way")).to_be_visible()
    expect(page.locator(".steps li").first).to_be_visible()
    assert not scrolls_sideways(page)
    page.get_by_role("button", name="En auto").click()
    expect(page.locator(".time")).to_contain_text("en auto")
    page.get_by_role("link", name="Volver a los resultados").click()
    expect(page.locator("#results-title")).to_contain_text("Talca")
    seen.check()


@pytest.mark.parametrize("width", [360, 1366])
def test_the_page_is_accessible(site: str, watch: OpenPage, axe: Axe, width: int) -> None:
    listed = opened(watch, site, javascript=False)
    id_ = str(listed.page.locator(".card").nth(2).get_attribute("id")).removeprefix("offer-")
    for mode in ("foot", "car", "transit"):
        seen = watch(f"{site}/como-llegar?{urlencode({**SEARCH, 'mode': mode, 'to': id_})}", width=width)
        expect(seen.page.locator("h1")).to_contain_text("Cómo llegar a")
        assert axe(seen.page) == []
        assert not scrolls_sideways(seen.page)
        seen.check()


def test_a_shared_position_stays_out_of_addresses(site: str, watch: OpenPage) -> None:
    here = {"latitude": -35.42312, "longitude": -71.64978}
    seen = watch(f"{site}/?{urlencode(SEARCH)}", geolocation=here, permissions=["geolocation"])
    page: Page = seen.page
    page.get_by_text("Cambiar").click()
    page.get_by_role("button", name="Usar mi ubicación").click()
    expect(page.locator("#results-title")).to_contain_text("tu ubicación")
    ask(page, 1)
    expect(page.locator(".way")).to_contain_text("Desde tu ubicación")
    expect(page.locator(".way-line")).to_have_count(1)
    assert not any("35.4" in url or "lon=" in url for url in [page.url, *seen.requests])
    seen.check()


def test_names_of_streets_are_shown_and_never_run(
    serve: Callable[[Any], str], demo_engine: Engine, watch: OpenPage, axe: Axe, tmp_path: Path
) -> None:
    roads = renamed(tmp_path / "roads.osm", dict(zip(STREETS, HOSTILE, strict=True)))
    networks = install(tmp_path / "networks", roads=roads)
    seen = opened(watch, serve(app_with(demo_engine, networks)))
    page: Page = seen.page
    said = ""
    for number in (1, 2, 3):
        ask(page, number)
        expect(page.locator(".card").nth(number - 1).locator(".steps li").first).to_be_visible()
        expect(page.locator(".steps")).to_have_count(1)
        said += str(page.locator(".steps").text_content())
    assert sum(name in said for name in HOSTILE) >= 3
    assert page.evaluate("window.XSS") is None
    assert page.locator("main .way img, main .way script:not([type])").count() == 0
    seen.check()
