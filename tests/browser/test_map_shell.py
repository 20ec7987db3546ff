"""The search page and its map in a real Chromium: hostile names, policy, linking, keyboard, small screens."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.sample_app import sample_app
from tests.web.sample_views import HOSTILE_NAMES, states

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
NAMES_OF_PINS = "[...document.querySelectorAll('.map .pin .hidden')].map(e => e.textContent.trim())"


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str]) -> str:
    return serve(sample_app())


@pytest.fixture(scope="module")
def posted_site(serve: Callable[[Any], str]) -> tuple[str, list[dict[str, str]]]:
    app = sample_app()
    return serve(app), app.state.posted


def drawn(page: Page, pins: int) -> None:
    expect(page.locator(".map .pin")).to_have_count(pins)


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize("width", [320, 1366])
def test_hostile_names_are_shown_and_never_run(site: str, watch: OpenPage, axe: Axe, width: int) -> None:
    seen = watch(f"{site}/?state=hostile", width=width)
    page: Page = seen.page
    drawn(page, len(HOSTILE_NAMES))
    assert page.locator(".card h3 a").all_text_contents() == list(HOSTILE_NAMES)
    assert page.evaluate(NAMES_OF_PINS) == list(HOSTILE_NAMES)
    for number, name in enumerate(HOSTILE_NAMES, 1):
        page.evaluate("id => cercana.layer.select(id)", f"oferta-{number}")
        expect(page.locator(".pop-name")).to_have_text([f"{number}. {name}"])  # once the last one has faded
        assert name in page.locator(".pop-line").all_text_contents()
    assert page.evaluate("window.XSS") is None
    assert page.locator(".map img:not(.leaflet-tile)").count() == 0
    assert axe(page) == []
    assert not scrolls_sideways(page)
    seen.check()


@pytest.mark.parametrize("state", sorted(states()))
def test_every_state_is_accessible_and_fits(site: str, watch: OpenPage, axe: Axe, state: str) -> None:
    seen = watch(f"{site}/?state={state}", width=320)  # test_search_page.py tries the wider ones
    for summary in seen.page.locator("summary:visible").all():
        summary.click()
    assert axe(seen.page) == []
    assert not scrolls_sideways(seen.page)
    seen.check()


def test_areas_come_from_our_own_tiles(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/?state=results")
    seen.page.wait_for_selector("canvas.leaflet-tile-loaded")
    painted = """() => [...document.querySelectorAll('canvas.leaflet-tile')].some(canvas =>
        canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(byte => byte))"""
    seen.page.wait_for_function(painted)
    assert any("/teselas/base/" in url for url in seen.requests)
    seen.check()


def test_card_and_pin_point_at_each_other(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/?state=results")
    page: Page = seen.page
    drawn(page, 5)
    page.locator("#offer-oferta-2 [data-show]").click()
    expect(page.locator(".pop-name")).to_have_text("2. Centro de prueba 2")
    expect(page.locator("#offer-oferta-2")).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="3 Centro de prueba 3").click()
    expect(page.locator("#offer-oferta-3")).to_have_attribute("aria-current", "true")
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    expect(page.locator(".pop-name")).to_have_text(["3. Centro de prueba 3"])
    page.get_by_role("button", name="Ver en la lista").click()
    assert page.evaluate("document.activeElement.closest('.card').id") == "offer-oferta-3"
    seen.check()


def test_pins_work_from_the_keyboard_and_speak_spanish(site: str, watch: OpenPage) -> None:
    page: Page = watch(f"{site}/?state=results").page
    drawn(page, 5)
    pin = page.get_by_role("button", name="1 Centro de prueba 1")
    pin.press("Enter")
    expect(page.locator(".pop-name")).to_have_text("1. Centro de prueba 1")
    expect(page.get_by_role("button", name="Cerrar")).to_be_visible()
    expect(page.get_by_role("button", name="Acercar")).to_be_visible()
    expect(page.locator(".pop")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".pop-name")).to_have_count(0)
    expect(pin).to_be_focused()


def test_paper_has_the_list_and_the_phones_but_no_map(site: str, watch: OpenPage) -> None:
    page: Page = watch(f"{site}/?state=results").page
    page.emulate_media(media="print")
    expect(page.locator(".card")).to_have_count(6)
    expect(page.get_by_text("Teléfono: +56 71 000 0000").first).to_be_visible()
    for gone in (".map", ".fold", ".actions >> nth=0", "footer", ".top"):
        expect(page.locator(gone)).to_be_hidden()


def test_the_first_tab_skips_to_the_content(site: str, watch: OpenPage) -> None:
    page: Page = watch(f"{site}/?state=results").page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Saltar al contenido")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_searching_again_swaps_list_and_pins_and_back_returns(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/?state=hostile")
    page: Page = seen.page
    drawn(page, len(HOSTILE_NAMES))
    page.get_by_text("Cambiar").click()
    page.get_by_label("¿Dónde estás?").fill("Linares")
    page.get_by_role("button", name="Buscar").click()
    expect(page.locator("#results-title")).to_be_focused()
    expect(page.locator("#status")).to_have_text("6 lugares a menos de 60 min de Talca")
    drawn(page, 5)
    assert "place=Linares" in page.url
    assert page.evaluate("Object.keys(localStorage).length") == 0
    page.go_back()
    drawn(page, len(HOSTILE_NAMES))
    expect(page.locator("h1")).to_have_count(1)
    seen.check()


@pytest.mark.parametrize("state", ["empty", "results"])
def test_a_shared_position_goes_by_post_and_rounded(
    posted_site: tuple[str, list[dict[str, str]]], watch: OpenPage, state: str
) -> None:
    site, posted = posted_site
    here = {"latitude": -35.426789, "longitude": -71.655432}
    seen = watch(f"{site}/?state={state}", geolocation=here, permissions=["geolocation"])
    page: Page = seen.page
    if state == "results":
        page.get_by_text("Cambiar").click()
    page.get_by_role("button", name="Usar mi ubicación").click()
    expect(page.locator("#results-title")).to_have_text("6 lugares a menos de 60 min de Tu ubicación")
    drawn(page, 5)
    assert (posted[-1]["lat"], posted[-1]["lon"], posted[-1]["place"]) == ("-35.427", "-71.655", "")
    assert "35.4" not in page.url
    assert not any("35.4" in url for url in seen.requests)
    seen.check()


def test_a_refused_position_is_told(site: str, watch: OpenPage) -> None:
    page: Page = watch(f"{site}/?state=empty", permissions=[]).page
    page.get_by_role("button", name="Usar mi ubicación").click()
    expect(page.locator("#status")).to_have_text("No pudimos usar tu ubicación. Escribe tu comuna o pueblo.")


def test_the_list_needs_no_javascript(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/?state=results", javascript=False)
    page: Page = seen.page
    assert page.locator(".card").count() == 6
    expect(page.get_by_role("button", name="Ver en el mapa")).to_have_count(0)
    page.get_by_text("Cambiar").click()
    page.get_by_label("¿Dónde estás?").fill("Linares")
    page.get_by_role("button", name="Buscar").click()
    assert "place=Linares" in page.url
    seen.check()


@pytest.mark.parametrize(("count", "clusters"), [(30, False), (31, True)])
def test_only_many_points_cluster(site: str, watch: OpenPage, count: int, clusters: bool) -> None:
    seen = watch(f"{site}/?state=results")
    page: Page = seen.page
    drawn(page, 5)
    many = """count => cercana.layer.show({origin: null, points: Array.from({length: count}, (_, i) => (
        {number: i + 1, id: `x${i}`, kind: 'branch', lon: -71 + i / 5000, lat: -36, name: `N ${i}`, lines: []}
    ))})"""
    page.evaluate(many, count)
    if clusters:
        expect(page.locator(".cluster").first).to_be_visible()
        page.evaluate("cercana.layer.select('x7')")
        expect(page.locator(".pop-name")).to_have_text("8. N 7")
    else:
        drawn(page, 30)
        assert page.locator(".cluster").count() == 0
    seen.check()


def test_offers_behind_one_door_share_a_pin(site: str, watch: OpenPage) -> None:
    page: Page = watch(f"{site}/?state=results").page
    drawn(page, 5)
    same = """cercana.layer.show({origin: null, points: [1, 2].map(i => (
        {number: i, id: `x${i}`, kind: 'branch', lon: -71, lat: -36, name: `Servicio ${i}`, lines: ['5 min']}
    ))})"""
    page.evaluate(same)
    drawn(page, 1)
    expect(page.locator(".map .pin-text")).to_have_text("1·2")
    page.evaluate("cercana.layer.select('x2')")
    expect(page.locator(".pop-name")).to_have_text(["1. Servicio 1", "2. Servicio 2"])


def test_targets_are_large_enough_for_a_thumb(site: str, watch: OpenPage) -> None:
    page: Page = watch(f"{site}/?state=results", width=360).page
    drawn(page, 5)
    page.get_by_text("Cambiar").click()
    targets = ".button, .chip, summary, select, .top a, .foot a, .leaflet-bar a, [type=text]"
    low = """targets => [...document.querySelectorAll(targets)].filter(target =>
        target.checkVisibility() && target.getBoundingClientRect().height < 44).map(low => low.id)"""
    assert page.evaluate(low, targets) == []


def test_a_page_with_map_stays_within_the_budget(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/?state=results")
    drawn(seen.page, 5)
    seen.page.wait_for_load_state("networkidle")
    files = [url for url in seen.requests if "/teselas/" not in url and not url.startswith("data:")]
    assert len(files) <= 15
    sizes = """performance.getEntriesByType('resource').filter(
        entry => !entry.name.includes('teselas')).map(entry => entry.transferSize)"""
    assert sum(seen.page.evaluate(sizes)) <= 120_000


@pytest.mark.parametrize("width", [320, 1366])
def test_an_open_popup_is_whole_and_uncovered(site: str, watch: OpenPage, width: int) -> None:
    page: Page = watch(f"{site}/?state=results", width=width, height=740).page
    drawn(page, 5)
    page.locator("#offer-oferta-4 [data-show]").click()
    expect(page.locator(".pop-name")).to_have_text(["4. Centro de prueba 4"])
    uncovered = """() => {
        const map = document.querySelector('.map').getBoundingClientRect();
        const box = document.querySelector('.leaflet-popup-content-wrapper').getBoundingClientRect();
        const [left, right, top, bottom] = [box.left + 20, box.right - 20, box.top + 20, box.bottom - 20];
        const inside = box.left >= map.left && box.right <= map.right && box.top >= map.top;
        return inside && [[left, top], [left, bottom], [right, top], [right, bottom]].every(
            ([x, y]) => document.elementFromPoint(x, y)?.closest('.leaflet-popup'));
    }"""
    page.wait_for_function(uncovered, timeout=5000)
