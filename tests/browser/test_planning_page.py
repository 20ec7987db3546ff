"""The planning pages in a real browser: small and large screens, keyboard alone, no JavaScript, paper, long work."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from api.main import create_app
from directory.job_worker import JobWorker
from tests.directory.coverage_world import World, plain_roads, world

__all__ = ["plain_roads", "world"]
pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
PAGE = "/planificacion"
STATES = {
    "start": PAGE,
    "coverage": f"{PAGE}?minutes=10",
    "estimate": f"/en{PAGE}?minutes=30&network=estimate",
    "gaps": f"{PAGE}?minutes=10&view=gaps",
    "days": f"{PAGE}?minutes=10&view=days&day=2026-09-07&days=14",
    "supply": f"{PAGE}?minutes=30&view=supply",
    "sites": f"{PAGE}?minutes=10&view=sites",
    "scenarios": f"/en{PAGE}?minutes=10&view=scenarios",
    "wrong": f"{PAGE}?minutes=10&kind=nothing",
    "report": f"{PAGE}/informe?minutes=10",
}
BUDGET, REQUESTS = 130_000, 25


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], world: World) -> str:
    return serve(create_app(world.settings, world.engine))


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
        assert axe(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    seen.check()


def test_the_table_and_the_map_lead_to_each_other(site: str, watch: OpenPage, axe: Axe) -> None:
    seen = opened(watch, site + STATES["coverage"])
    page: Page = seen.page
    page.locator("[data-area='07103']").press("Enter")
    expect(page.locator(".pop-name")).to_have_text("Las Islas")
    expect(page.locator(".leaflet-popup")).to_have_css("opacity", "1")
    assert axe(page) == []
    page.get_by_role("button", name="Ver en la tabla").press("Enter")
    expect(page.locator("tr#area-07103 th")).to_be_focused()
    expect(page.locator("tr#area-07103")).to_have_attribute("aria-current", "true")
    seen.check()


def test_cells_come_from_near(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site + STATES["coverage"])
    page: Page = seen.page
    page.locator("[data-area='07103']").click()
    with page.expect_response(re.compile(r"/planificacion/celdas/\d+/\d+/\d+\.pbf\?")) as answer:
        for _ in range(4):
            page.get_by_role("button", name="Acercar").click()
            page.wait_for_timeout(400)
    assert answer.value.ok
    seen.check()


def test_a_question_is_asked_by_keyboard_alone(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site + PAGE)
    page: Page = seen.page
    page.locator("#kind").focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("#minutes")).to_be_focused()
    page.keyboard.press("Home")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type === 'submit'"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".kpis dd").first).to_be_visible()
    expect(page).to_have_url(re.compile("minutes=15"))
    seen.check()


def test_it_is_whole_without_javascript(site: str, watch: OpenPage) -> None:
    seen = watch(site + STATES["coverage"], width=360, javascript=False)
    page: Page = seen.page
    expect(page.locator(".map")).to_be_hidden()
    expect(page.locator(".drawing svg")).to_be_visible()
    expect(page.locator("[data-area]").first).to_be_hidden()
    page.get_by_role("link", name="Territorio").click()
    expect(page.locator("#table [aria-sort='ascending']")).to_have_text("Territorio ▲")
    page.get_by_text("Cambiar", exact=True).click()
    page.get_by_label("Viaje de hasta").select_option("30")
    page.get_by_role("button", name="Calcular").click()
    expect(page.locator(".kpis dt").first).to_contain_text("30 minutos")
    seen.check()


def test_a_scenario_is_made_and_compared(site: str, watch: OpenPage, world: World, axe: Axe) -> None:
    seen = opened(watch, f"{site}{PAGE}?minutes=10&view=scenarios")
    page: Page = seen.page
    expect(page.locator("#new-place")).to_be_hidden()  # closing a place needs no position
    page.get_by_label("Nombre del escenario").fill("Sin el centro")
    page.get_by_label("Qué lugar").fill(str(world.ids["centro"]))
    page.get_by_role("button", name="Guardar el cambio").click()
    page.get_by_role("link", name="Comparar con hoy").click()
    expect(page.locator("#table thead")).to_contain_text("Después")
    page.wait_for_load_state("networkidle")
    assert axe(page) == []
    page.go_back()
    page.get_by_role("button", name="Borrar").click()
    expect(page.locator(".saved")).to_have_count(0)
    seen.check()


def test_long_work_is_followed_to_its_end(site: str, watch: OpenPage, world: World, axe: Axe) -> None:
    seen = opened(watch, f"{site}{PAGE}?minutes=2&view=sites")
    page: Page = seen.page
    page.get_by_label("Elegir entre").select_option("offer:treatment")
    page.get_by_role("button", name="Buscar lugares").click()
    expect(page.locator("#job[aria-busy='true']")).to_be_visible()
    assert axe(page) == []
    assert JobWorker(world.engine, world.settings).work_once()
    expect(page.locator("#table")).to_be_visible(timeout=15_000)  # the page follows by itself
    page.wait_for_load_state("networkidle")
    assert axe(page) == []
    seen.check()


def test_the_report_prints_on_a4(site: str, watch: OpenPage) -> None:
    page: Page = opened(watch, site + STATES["report"]).page
    printed = page.pdf(format="A4")
    sheets = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert 1 <= sheets <= 6
    page.emulate_media(media="print")
    expect(page.locator(".drawing svg")).to_be_visible()
    expect(page.get_by_role("link", name="Volver a la pregunta")).to_be_hidden()


def test_bytes_on_the_wire(
    serve: Callable[[Any], str],
    demo_app: FastAPI,
    watch: OpenPage,
    record_property: Callable[[str, object], None],
) -> None:
    seen = opened(watch, f"{serve(demo_app)}{PAGE}?kind=treatment&minutes=60", width=360, height=740)
    entries = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
        entry => [new URL(entry.name).pathname, entry.transferSize])"""
    sent = seen.page.evaluate(entries)
    whole = sum(size for _, size in sent)
    record_property("bytes", {"all": whole, "requests": len(sent)})
    assert whole <= BUDGET, sent
    assert len(sent) <= REQUESTS, sent
