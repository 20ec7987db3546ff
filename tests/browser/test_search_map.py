"""The map of the first page on the demonstration data: pins, names, errors, bytes."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
WHEN = {"when": "at", "leave_at": "2026-09-08T09:00"}
# Every pin and label as [left, top, right, bottom] inside the map.
BOXES = """selector => [...document.querySelectorAll(selector)].map(e => {
    const box = e.getBoundingClientRect(); return [box.left, box.top, box.right, box.bottom]; })"""
MIDDLES = """() => [...document.querySelectorAll('.map .pin')].map(e => {
    const box = e.getBoundingClientRect(); return [(box.left + box.right) / 2, (box.top + box.bottom) / 2]; })"""


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], demo_app: FastAPI) -> str:
    return serve(demo_app)


def opened(watch: OpenPage, site: str, place: str, **options: Any) -> Any:
    seen = watch(f"{site}/?{urlencode({'place': place, **WHEN})}", **options)
    expect(seen.page.locator(".map .pin").first).to_be_visible()
    seen.page.wait_for_load_state("networkidle")
    return seen


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("place", ["Talca", "Punta Arenas", "Santiago"])
def test_every_pin_can_be_seen_and_hit(site: str, watch: OpenPage, place: str, width: int) -> None:
    seen = opened(watch, site, place, width=width)
    page: Page = seen.page
    middles = page.evaluate(MIDDLES)
    assert len(middles) >= 10
    nearest = min(
        ((x - a) ** 2 + (y - b) ** 2) ** 0.5 for i, (x, y) in enumerate(middles) for a, b in middles[i + 1 :]
    )
    assert nearest >= 30
    page.locator(".map").scroll_into_view_if_needed()
    for number in (1, 2, 10):
        # The popup before may still be moving the map under the next pin.
        expect(page.locator(".leaflet-pan-anim, .leaflet-zoom-anim")).to_have_count(0)
        page.locator(".map .pin", has=page.locator(f".pin-text >> text=/^{number}$/")).click()
        name = page.locator(".card h3 > :last-child").nth(number - 1).text_content()
        expect(page.locator(".pop-name")).to_have_text([f"{number}. {name}"])
        page.keyboard.press("Escape")
    seen.check()


@pytest.mark.parametrize("place", ["Talca", "Santiago", "Putre"])
def test_names_are_few_apart_and_for_the_eye_only(site: str, watch: OpenPage, place: str) -> None:
    seen = opened(watch, site, place)
    page: Page = seen.page
    expect(page.locator(".place-name").first).to_be_visible()
    names = page.evaluate(BOXES, ".place-name")
    assert 1 <= len(names) <= 30
    everything = names + page.evaluate(BOXES, ".map .pin")
    for i, (left, top, right, bottom) in enumerate(names):
        for a, b, c, d in everything[i + 1 :]:
            assert c <= left or a >= right or d <= top or b >= bottom
    assert page.locator(".leaflet-names-pane").get_attribute("aria-hidden") == "true"
    assert page.locator(".leaflet-names-pane [tabindex]").count() == 0
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("Natural Earth")
    seen.check()


def test_origin_and_pins_are_in_view(site: str, watch: OpenPage) -> None:
    page: Page = opened(watch, site, "Putre").page
    left, top, right, bottom = page.evaluate(BOXES, ".map")[0]
    for a, b, c, d in page.evaluate(BOXES, ".map .pin, .map .start"):
        assert left <= a <= c <= right
        assert top <= b <= d <= bottom


def test_card_and_pin_of_a_crowded_town_point_at_each_other(site: str, watch: OpenPage) -> None:
    page: Page = opened(watch, site, "Talca").page
    name = page.locator(".card h3 > :last-child").nth(5).text_content()
    page.locator(".card [data-show]").nth(5).click()
    expect(page.locator(".pop-name")).to_have_text(f"6. {name}")
    page.get_by_role("button", name="Ver en la lista").click()
    expect(page.locator(".card").nth(5)).to_have_attribute("aria-current", "true")


def test_bytes_on_the_wire(
    site: str, watch: OpenPage, record_property: Callable[[str, object], None]
) -> None:
    seen = opened(watch, site, "Talca")
    entries = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
        entry => [new URL(entry.name).pathname, entry.transferSize])"""
    sent = seen.page.evaluate(entries)
    tiles = [size for path, size in sent if "/teselas/" in path]
    mapped = [size for path, size in sent if any(part in path for part in ("leaflet", "-layer", "map."))]
    whole = sum(size for _, size in sent)
    bare = whole - sum(tiles) - sum(mapped)
    record_property("bytes", {"all": whole, "without map": bare, "tiles": sum(tiles), "requests": len(sent)})
    assert bare <= 30_000, sent
    assert whole <= 120_000, sent
    assert len(sent) <= 15, sent
    assert not any("?" in path for path, _ in sent)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nada", 404, "Esta página no existe"),
        ("/?max_minutes=abc", 422, "No pudimos leer tu búsqueda"),
        ("/?place=Talca&need=nada", 422, "No pudimos leer tu búsqueda"),
    ],
)
def test_errors_are_pages_for_people(
    site: str, watch: OpenPage, axe: Callable[[Page], list[str]], path: str, status: int, words: str
) -> None:
    seen = watch(site + path, width=320)
    expect(seen.page.locator("h1")).to_have_text(words)
    assert axe(seen.page) == []
    assert seen.foreign == []
    assert [str(status) in text for text in seen.errors] == [True]  # Chromium notes the status, nothing else
    seen.page.get_by_role("link", name="Ir al inicio").click()
    expect(seen.page.get_by_label("¿Dónde estás?")).to_be_visible()
