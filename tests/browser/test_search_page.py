"""The first page on the demonstration data, as people use it: typing, keyboard, no JavaScript, every state."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
# A Tuesday of the demonstration's calendar, so that no answer depends on the day the tests run.
WHEN = {"when": "at", "leave_at": "2026-09-08T09:00"}
TALCA = {"place": "Talca", **WHEN}
PENSION = {"place": "Putre", "need": "social_security.pension_payment", "max_minutes": "120", **WHEN}
FACILITIES = {"accessibility": ["braille", "hearing_loop"]}
NOTHING = {"place": "Putre", "need": "treatment", **FACILITIES, **WHEN}
STATES: dict[str, tuple[dict[str, Any], str]] = {
    "empty": (WHEN, ""),
    "unfilled": ({"place": "", **WHEN}, "Revisa tu búsqueda"),
    "results": (TALCA, r"Los 10 primeros lugares cerca de Talca"),
    "rural": (PENSION, r"\d+ lugar(es)? cerca de Putre"),
    "street": ({"place": "Los Aromos 123, Maipú", **WHEN}, r"cerca de Maipú"),
    "ambiguous": ({"place": "San Pedro", **WHEN}, "Hay más de un lugar llamado «San Pedro»"),
    "no_place": ({"place": "Tlacca", **WHEN}, "No encontramos «Tlacca»"),
    "unreachable": ({**PENSION, "max_minutes": "15", "mode": "foot"}, "No hay lugares tan cerca de"),
    "no_offers": (NOTHING, "No encontramos lugares para lo que pediste cerca de Putre"),
    "no_need": ({"words": "xyzzy", **TALCA}, "No entendimos «xyzzy»"),
    "words": ({"words": "copete", **TALCA}, "lugares cerca de Talca"),
}


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], demo_app: FastAPI) -> str:
    return serve(demo_app)


def address(site: str, fields: dict[str, Any]) -> str:
    return f"{site}/?{urlencode(fields, doseq=True)}"


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def cards(page: Page) -> list[str]:
    return page.locator(".card h3 > :last-child").all_text_contents()


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_told_accessible_and_fits(site: str, watch: OpenPage, axe: Axe, state: str) -> None:
    fields, heading = STATES[state]
    seen = watch(address(site, fields), width=320)
    page: Page = seen.page
    if heading:
        expect(page.locator("#results-title")).to_have_text(re.compile(heading))
    expect(page.locator(".demo")).to_be_visible()
    for width in (320, 360, 1366):
        page.set_viewport_size({"width": width, "height": 740})
        assert axe(page) == []
        assert not scrolls_sideways(page)
    for summary in page.locator("summary:visible").all():
        summary.click()
    page.set_viewport_size({"width": 320, "height": 740})
    assert axe(page) == []
    assert not scrolls_sideways(page)
    seen.check()


def test_searching_by_keyboard_alone(site: str, watch: OpenPage) -> None:
    seen = watch(address(site, WHEN))
    page: Page = seen.page
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "place":
            break
    page.keyboard.type("Talca")
    page.keyboard.press("Enter")
    expect(page.locator("#results-title")).to_have_text("Los 10 primeros lugares cerca de Talca")
    # Again, with the list in place: unfold, change the need with an arrow key, send with Enter.
    page.locator(".fold > summary").focus()
    page.keyboard.press("Enter")
    page.locator("[name=need]:checked").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#results-title")).to_be_focused()
    expect(page.locator(".fold > summary")).to_contain_text("Tratamiento por alcohol u otras drogas")
    assert "need=treatment" in page.url
    kinds = page.locator(".card .pin:not(.pin-treatment)")
    expect(kinds).to_have_count(0)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.card, .map-panel, #search') !== null")
    seen.check()


def test_the_folded_form_keeps_what_was_chosen(site: str, watch: OpenPage) -> None:
    chosen = {
        "place": "Talca",
        "need": "treatment",
        "mode": "transit",
        "max_minutes": "90",
        "rank": "nearest",
    }
    page: Page = watch(address(site, {**chosen, **WHEN, "accessibility": "ramp"})).page
    page.get_by_text("Cambiar").click()
    expect(page.locator("#place")).to_have_value("Talca")
    expect(page.locator("#max_minutes")).to_have_value("90")
    expect(page.locator("#rank")).to_have_value("nearest")
    expect(page.locator("#leave_at")).to_have_value(WHEN["leave_at"])
    for name, value in (
        ("need", "treatment"),
        ("mode", "transit"),
        ("when", "at"),
        ("accessibility", "ramp"),
    ):
        expect(page.locator(f"[name={name}][value={value}]")).to_be_checked()


def test_more_places_and_back(site: str, watch: OpenPage) -> None:
    seen = watch(address(site, TALCA))
    page: Page = seen.page
    first = cards(page)[:10]
    page.get_by_role("button", name="Mostrar más lugares").click()
    expect(page.locator("#results-title")).to_have_text("Los 20 primeros lugares cerca de Talca")
    assert cards(page)[:10] == first
    assert page.evaluate("document.activeElement.textContent").strip().startswith("11")
    page.get_by_text("Cambiar").click()
    page.locator("#place").fill("Punta Arenas")
    page.get_by_role("button", name="Buscar").click()
    expect(page.locator("#results-title")).to_contain_text("Punta Arenas")
    page.go_back()
    expect(page.locator("#results-title")).to_contain_text("Los 20 primeros lugares cerca de Talca")
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate("Object.keys(localStorage).length") == 0
    seen.check()


def test_a_filter_that_empties_the_list_comes_off_with_one_tap(site: str, watch: OpenPage) -> None:
    seen = watch(address(site, NOTHING))
    page: Page = seen.page
    page.get_by_role("button", name=re.compile("^Quitar")).first.click()
    expect(page.locator(".card").first).to_be_visible()
    seen.check()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_choice_of_places_leads_to_one(site: str, watch: OpenPage, javascript: bool) -> None:
    seen = watch(address(site, {"place": "Maule", **WHEN}), javascript=javascript)
    page: Page = seen.page
    names = page.locator(".links.tall a").all_text_contents()
    assert len(names) > 1
    page.locator(".links.tall a").first.click()
    expect(page.locator("#results-title")).to_contain_text(names[0])
    assert "leave_at=2026-09-08" in page.url
    seen.check()


def test_everything_is_there_without_javascript(site: str, watch: OpenPage) -> None:
    seen = watch(address(site, WHEN), javascript=False, width=360)
    page: Page = seen.page
    page.locator("#place").fill("Talca")
    page.get_by_role("button", name="Buscar").click()
    expect(page.locator(".drawing svg")).to_be_visible()
    expect(page.locator(".map")).to_be_hidden()
    numbers = page.locator(".svg-pin text").all_text_contents()
    assert sorted(map(int, numbers)) == list(range(1, len(numbers) + 1))
    page.get_by_role("button", name="Mostrar más lugares").click()
    expect(page.locator("#results-title")).to_contain_text("Los 20 primeros")
    assert not scrolls_sideways(page)
    seen.check()


def test_paper_has_the_small_map(site: str, watch: OpenPage) -> None:
    page: Page = watch(address(site, TALCA)).page
    expect(page.locator(".drawing")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".drawing svg")).to_be_visible()
    expect(page.locator(".map")).to_be_hidden()


def test_a_shared_position_is_answered_and_stays_out_of_addresses(site: str, watch: OpenPage) -> None:
    here = {"latitude": -35.426789, "longitude": -71.655432}
    seen = watch(address(site, WHEN), geolocation=here, permissions=["geolocation"])
    page: Page = seen.page
    page.get_by_role("button", name="Usar mi ubicación").click()
    expect(page.locator("#results-title")).to_have_text(re.compile("lugares cerca de tu ubicación"))
    page.get_by_role("button", name="Mostrar más lugares").click()
    expect(page.locator("#results-title")).to_contain_text("Los 20 primeros")
    assert not any("35.4" in url for url in [page.url, *seen.requests])
    seen.check()
