"""Main roads below the pins of the map, where a network is installed, and where one gets in some minutes."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from directory.db import make_engine
from directory.networks import refresh_networks
from tests.conftest import copied_database
from tests.demo import demo_settings, demo_template
from tests.roads import app_with, comarca

__all__ = ["comarca", "demo_template"]

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
SEARCH = {"place": "Talca", "mode": "foot", "when": "at", "leave_at": "2026-09-08T09:00"}
# Colours on the canvases of the tiles, as "r,g,b", with how many pixels have each.
COLOURS = """() => {
    const found = {};
    for (const canvas of document.querySelectorAll('.leaflet-tile-pane canvas')) {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] !== 255) continue;
            const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
            found[key] = (found[key] || 0) + 1;
        }
    }
    return found;
}"""
SECONDARY = "220,207,174"


@pytest.fixture(scope="module")
def roads_engine(server_url: str, demo_template: str, comarca: Path) -> Iterator[Engine]:
    """The demonstration with the streets and main roads of its network: a database of these tests alone."""
    with copied_database(server_url, demo_template) as url:
        engine = make_engine(url)
        settings = demo_settings().model_copy(update={"networks": comarca})
        assert refresh_networks(engine, settings).faults == ()
        yield engine
        engine.dispose()


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], roads_engine: Engine, comarca: Path) -> str:
    return serve(app_with(roads_engine, comarca))


def opened(watch: OpenPage, site: str, path: str = "/", **options: Any) -> Any:
    fields = SEARCH | options.pop("fields", {})
    seen = watch(f"{site}{path}?{urlencode(fields)}", **options)
    if options.get("javascript", True):
        expect(seen.page.locator(".map .pin").first).to_be_visible()
        seen.page.wait_for_load_state("networkidle")
    return seen


@pytest.mark.parametrize("width", [360, 1366])
def test_roads_are_drawn_below_the_pins_and_credited(site: str, watch: OpenPage, width: int) -> None:
    seen = opened(watch, site, width=width)
    page: Page = seen.page
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("© OpenStreetMap")
    colours = page.evaluate(COLOURS)
    assert colours.get(SECONDARY, 0) > 50, colours
    box = page.evaluate(
        "() => [document.querySelector('.leaflet-control-attribution'), document.querySelector('.map')]"
        ".map(one => one.getBoundingClientRect().toJSON())"
    )
    assert box[1]["left"] <= box[0]["left"] < box[0]["right"] <= box[1]["right"]
    seen.check()


def test_the_credit_goes_with_the_roads(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site, fields={"place": "Punta Arenas"})
    expect(seen.page.locator(".leaflet-control-attribution")).to_contain_text("Natural Earth")
    expect(seen.page.locator(".leaflet-control-attribution")).not_to_contain_text("OpenStreetMap")
    seen.check()
    page: Page = opened(watch, site).page
    credit = page.locator(".leaflet-control-attribution")
    expect(credit).to_contain_text("© OpenStreetMap")
    page.evaluate("() => window.cercana.layer._map.setView([-53.16, -70.91], 10, { animate: false })")
    expect(credit).not_to_contain_text("OpenStreetMap")
    page.evaluate("() => window.cercana.layer._map.setView([-35.42, -71.65], 14, { animate: false })")
    expect(credit).to_contain_text("© OpenStreetMap")


def test_bytes_with_roads(site: str, watch: OpenPage, record_property: Callable[[str, object], None]) -> None:
    seen = opened(watch, site, fields={"mode": "car"})
    entries = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
        entry => [new URL(entry.name).pathname, entry.transferSize])"""
    sent = seen.page.evaluate(entries)
    record_property("bytes", {"all": sum(size for _, size in sent), "requests": len(sent)})
    assert sum(size for _, size in sent) <= 120_000, sent
    assert len(sent) <= 15, sent


@pytest.mark.parametrize("width", [360, 1366])
def test_the_area_is_told_and_drawn(site: str, watch: OpenPage, axe: Axe, width: int) -> None:
    seen = opened(watch, site, width=width)
    page: Page = seen.page
    address = page.url
    page.get_by_role("button", name="Ver hasta dónde llegas en 30 minutos").click()
    heading = page.get_by_role("heading", name="Hasta dónde llegas en 30 minutos a pie desde Talca")
    expect(heading).to_be_focused()
    expect(page.locator("#reach li").first).to_have_text(re.compile(r"^Hacia el norte: [\d,]+ k?m$"))
    expect(page.locator("path.reach-area")).to_have_count(1)
    expect(page.locator(".leaflet-pan-anim, .leaflet-zoom-anim")).to_have_count(0)
    area, box = (page.locator(one).bounding_box() for one in ("path.reach-area", ".map"))
    assert area is not None
    assert box is not None
    assert box["x"] <= area["x"]
    assert area["x"] + area["width"] <= box["x"] + box["width"]
    assert min(area["width"], area["height"]) > 80
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")
    assert axe(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.locator("#reach").get_by_role("button", name="15 min").click()
    expect(page.locator("#reach h3")).to_contain_text("15 minutos")
    expect(page.locator("path.reach-area")).to_have_count(1)
    page.get_by_role("button", name="Cerrar hasta dónde llegas").click()
    expect(page.locator("path.reach-area, #reach h3")).to_have_count(0)
    expect(page.get_by_role("button", name="Ver hasta dónde llegas")).to_be_focused()
    assert page.url == address
    seen.check()


@pytest.mark.parametrize("width", [320, 1366])
def test_without_javascript_the_area_is_a_page(site: str, watch: OpenPage, width: int) -> None:
    seen = opened(watch, site, javascript=False, width=width)
    page: Page = seen.page
    page.get_by_role("button", name="Ver hasta dónde llegas en 30 minutos").click()
    assert page.url == f"{site}/hasta-donde"
    expect(page.locator("h1")).to_have_text("Hasta dónde llegas en 30 minutos a pie desde Talca")
    expect(page.locator("svg .svg-reach")).to_be_visible()
    expect(page.locator("svg .svg-road").first).to_be_attached()
    page.get_by_role("button", name="En auto").click()
    expect(page.locator("h1")).to_contain_text("30 minutos en auto")
    page.get_by_role("button", name="15 min").click()
    expect(page.locator("h1")).to_contain_text("15 minutos en auto")
    page.get_by_role("link", name="Volver a los resultados").click()
    expect(page.locator("#results-title")).to_contain_text("Talca")
    seen.check()


@pytest.mark.parametrize("width", [360, 1366])
def test_the_page_of_the_area_is_accessible(site: str, watch: OpenPage, axe: Axe, width: int) -> None:
    seen = watch(f"{site}/hasta-donde?{urlencode(SEARCH)}", width=width)
    expect(seen.page.locator(".svg-reach")).to_be_visible()
    assert axe(seen.page) == []
    assert not seen.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    seen.check()


def test_a_shared_position_stays_out_of_addresses(site: str, watch: OpenPage) -> None:
    here = {"latitude": -35.42312, "longitude": -71.64978}
    seen = watch(f"{site}/?{urlencode(SEARCH)}", geolocation=here, permissions=["geolocation"])
    page: Page = seen.page
    page.get_by_text("Cambiar").click()
    page.get_by_role("button", name="Usar mi ubicación").click()
    expect(page.locator("#results-title")).to_contain_text("tu ubicación")
    page.get_by_role("button", name="Ver hasta dónde llegas").click()
    expect(page.locator("#reach h3")).to_contain_text("desde tu ubicación")
    expect(page.locator("path.reach-area")).to_have_count(1)
    assert not any("35.4" in url or "lon=" in url for url in [page.url, *seen.requests])
    seen.check()


def test_a_street_is_where_somebody_starts(site: str, watch: OpenPage, axe: Axe) -> None:
    seen = opened(watch, site, fields={"place": "Uno Norte 1234, Talca"})
    page: Page = seen.page
    expect(page.locator("#results-title")).to_contain_text("de Calle Uno Norte")
    note = page.get_by_text("Contamos desde la mitad de la calle, sin el número exacto.")
    expect(note).to_be_visible()
    assert axe(page) == []
    seen.check()
