"""The alcohol questionnaire in a real Chromium: every state, by keyboard, without JavaScript, leaving no trace."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, Request, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
PATH = "/autoevaluacion/alcohol"
WIDTHS = (320, 360, 1366)


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], demo_app: FastAPI) -> str:
    return serve(demo_app)


def fits(page: Page) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def answer(page: Page, choice: str) -> None:
    """The first or the last answer of every question, then send."""
    for field in page.locator("fieldset").all():
        box = field.locator("input")
        (box.first if choice == "first" else box.last).check()
    page.locator("form button[type=submit]").click()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_state_is_accessible_and_fits(
    site: str, watch: OpenPage, axe: Axe, width: int, prefix: str
) -> None:
    seen = watch(site + prefix + PATH, width=width)
    page: Page = seen.page
    assert axe(page) == []
    assert fits(page)
    page.locator("form button[type=submit]").click()
    expect(page.locator(".mend")).to_be_focused()
    expect(page.locator(".mend li")).to_have_count(10)
    assert axe(page) == []
    assert fits(page)
    page.locator(".mend a").nth(2).click()
    expect(page.locator("#many-0")).to_be_focused()
    answer(page, "last")
    expect(page.locator(".first")).to_be_visible()
    assert axe(page) == []
    assert fits(page)
    page.goto(site + prefix + PATH)
    answer(page, "first")
    expect(page.locator("main")).to_contain_text("1412")
    expect(page.locator(".first")).to_have_count(0)
    assert axe(page) == []
    assert fits(page)
    # The browser notes every answer with an error status on the console: 422 is ours, and the only one.
    assert [one for one in seen.errors if "422" not in one] == []
    assert seen.foreign == []


def test_critical_answers_show_a_large_helpline_before_all_else(site: str, watch: OpenPage) -> None:
    page: Page = watch(site + PATH, width=360, height=740).page
    answer(page, "last")
    call = page.get_by_role("link", name="Llamar al 1412")
    expect(call).to_be_in_viewport()
    box = call.bounding_box()
    assert box is not None
    assert box["height"] >= 64
    assert (
        page.evaluate("parseFloat(getComputedStyle(document.querySelector('.first .button')).fontSize)") > 22
    )


def test_by_keyboard_and_without_javascript_to_places_nearby(site: str, watch: OpenPage) -> None:
    seen = watch(site + PATH, width=360, javascript=False)
    page: Page = seen.page
    requests: list[Request] = []
    page.on("request", lambda one: requests.append(one))
    for steps in (0, 1, 1, 1, 0, 1, 0, 0, 2, 0):
        for _ in range(8):
            page.keyboard.press("Tab")
            if page.locator("fieldset input:focus").count():
                break
        page.keyboard.press("Space")
        for _ in range(steps):
            page.keyboard.press("ArrowDown")
    assert page.locator("input:checked").count() == 10
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Tu consumo parece de bajo riesgo")
    page.go_back()
    answer(page, "last")
    page.locator("#place").fill("Talca")
    page.keyboard.press("Enter")
    expect(page.locator("#results-title, .card").first).to_be_visible()
    assert page.url == f"{site}/"
    assert all("?" not in one.url for one in requests if one.url.startswith(site))


def test_quick_exit_leaves_no_way_back(site: str, watch: OpenPage) -> None:
    page: Page = watch(site + PATH, width=360).page
    answer(page, "last")
    assert page.title() == "Respuesta · Cercana"
    page.context.route(
        "https://**", lambda route: route.fulfill(body="<h1>Otra cosa</h1>", content_type="text/html")
    )
    before = page.evaluate("history.length")
    page.get_by_role("link", name="Salir rápido").click()
    expect(page.locator("h1")).to_have_text("Otra cosa")
    assert page.evaluate("history.length") == before
