"""The console as a counselor uses it on a call: without a mouse, without JavaScript, without leaving a trace."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
# A Tuesday of the demonstration's calendar, so that no answer depends on the day the tests run.
MOMENT = "2026-09-08T09:00"
CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], demo_app: FastAPI) -> str:
    return serve(demo_app)


def opened(watch: OpenPage, site: str, **options: Any) -> Any:
    """The console with the time of the tests set; nothing else is filled."""
    seen = watch(f"{site}/consola", **options)
    seen.page.locator("#when").select_option("later")
    seen.page.locator("#moment").fill(MOMENT)
    seen.page.locator("#place").focus()
    return seen


def asked(page: Page, place: str = "Peñaflor", need: str = "treatment", **choices: str) -> None:
    """Fill and send, by any means."""
    for name, value in choices.items():
        page.locator(f"#{name}").select_option(value)
    if need:
        page.locator(f"#ask [name=need][value='{need}']").check()
    page.locator("#place").fill(place)
    page.get_by_role("button", name="Buscar").click()
    expect(page.locator("#answer")).not_to_have_attribute("data-state", "empty")


def focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.className"))


def test_from_penaflor_to_a_copied_referral_without_the_mouse(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/consola", permissions=CLIPBOARD)
    page: Page = seen.page
    keys = page.keyboard
    assert focus(page) == "place"
    keys.type("penaf")
    place = page.get_by_role("combobox", name="¿Dónde está?")
    expect(place).to_have_attribute("aria-expanded", "true")
    # On a busy machine the list of fewer letters may still stand there.
    expect(page.locator("#place-list [role=option]").first).to_contain_text("Peñaflor")
    keys.press("ArrowDown")
    option = page.locator("#place-list").get_by_role("option", selected=True)
    expect(option).to_contain_text("Peñaflor Metropolitana de Santiago · comuna")
    expect(place).to_have_attribute("aria-activedescendant", str(option.get_attribute("id")))
    keys.press("Enter")
    expect(place).to_have_value("comuna de Peñaflor, Metropolitana de Santiago")
    expect(page.locator("#place-list")).to_be_hidden()
    order = []
    for _ in range(40):
        keys.press("Tab")
        order.append(str(page.evaluate("document.activeElement.name || document.activeElement.type || ''")))
        if order[-1] == "age":
            keys.type("34")
        if order[-1] == "need" and page.evaluate("document.activeElement.value") == "treatment":
            keys.press("Space")
            keys.press("Enter")
            break
    expect(page.locator("#results-title")).to_be_focused()
    assert list(dict.fromkeys(order)) == [
        "lives_here", "who", "age", "sex", "insurance", "pregnant", "referred", "words", "need",
    ]  # fmt: skip
    expect(page.locator("#status")).to_contain_text("lugar")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    second = page.locator(".card").nth(1)
    expect(second.locator(".ficha")).to_be_focused()
    keys.press("Alt+KeyC")
    expect(page.locator("#status")).to_contain_text("Copiado: ")
    expect(page.locator("#status")).to_be_visible()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert copied == second.locator("textarea").input_value()
    assert copied.startswith("*")
    assert f"{site}/f/" in copied
    assert "Peñaflor" not in copied
    with page.context.expect_page() as ficha:
        keys.press("Enter")
    ficha.value.wait_for_load_state()
    assert "/o/" in ficha.value.url
    ficha.value.close()
    expect(second).to_be_visible()
    seen.check()
    own = [url.rpartition("/consola")[2] for url in seen.requests if "/consola" in url]
    assert own
    assert not any("34" in rest for rest in own)
    assert not any("enaf" in url for url in seen.requests)
    assert page.url == f"{site}/consola"


def test_the_list_of_suggestions_obeys_its_keys(site: str, watch: OpenPage) -> None:
    seen = watch(f"{site}/consola")
    page: Page = seen.page
    keys, options = page.keyboard, page.locator("#place-list [role=option]")
    keys.type("san p")
    expect(options.first).to_contain_text("San P")
    last = options.count() - 1

    def chosen() -> int:
        return [one.get_attribute("aria-selected") for one in options.all()].index("true")

    keys.press("ArrowUp")
    assert chosen() == last
    keys.press("ArrowDown")
    assert chosen() == 0
    keys.press("End")
    assert chosen() == last
    keys.press("Home")
    assert chosen() == 0
    keys.press("Escape")
    expect(page.locator("#place-list")).to_be_hidden()
    expect(page.locator("#place")).to_have_value("san p")
    keys.press("ArrowDown")
    expect(options.first).to_be_visible()
    options.nth(1).click()
    expect(page.locator("#place")).to_be_focused()
    expect(page.locator("#place")).to_have_value(re.compile("^comuna de San P"))
    page.locator("#place").fill("-33,45 -70,66")
    expect(options.first).to_contain_text("punto exacto · Santiago")
    keys.press("Enter")
    expect(page.locator("#results-title")).to_contain_text("33°")
    seen.check()


def test_a_changed_choice_asks_again_and_back_asks_the_one_before(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site)
    page: Page = seen.page
    asked(page)
    expect(page.locator("#results-title")).to_be_focused()
    page.locator("#mode").focus()
    page.locator("#mode").select_option("foot")
    expect(page.locator(".card .time").first).to_contain_text("a pie")
    assert focus(page) == "mode"
    asked(page, "Talca", mode="car")
    expect(page.locator("#results-title")).to_contain_text("Talca")
    expect(page.locator("#results-title")).to_be_focused()
    page.go_back()
    expect(page.locator("#results-title")).to_contain_text("Peñaflor")
    expect(page.locator("#place")).to_have_value("Peñaflor")
    expect(page.locator("#mode")).to_have_value("foot")
    expect(page.locator("h1")).to_have_count(1)
    page.go_forward()
    expect(page.locator("#results-title")).to_contain_text("Talca")
    page.keyboard.press("Alt+KeyN")
    expect(page.locator("#answer")).to_have_attribute("data-state", "empty")
    assert focus(page) == "place"
    expect(page.locator("#place")).to_have_value("")
    expect(page.locator("#ask :checked:not(option)")).to_have_count(0)
    expect(page.locator("#status")).to_have_text("Nueva llamada: borramos todo.")
    page.go_back()
    expect(page.locator("#answer")).to_have_attribute("data-state", "empty")
    expect(page.locator("#place")).to_have_value("")
    kept = page.evaluate("[...Object.values(localStorage), ...Object.values(sessionStorage)]")
    assert set(kept) <= {"/consola"}  # htmx notes the path it is on
    seen.check()


def test_comparing_by_keys(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site)
    page: Page = seen.page
    asked(page)
    expect(page.locator("#results-title")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
    expect(page.locator("#status")).to_have_text("Marcado para comparar")
    page.keyboard.press("Alt+KeyM")
    expect(page.locator("#compare-title")).to_be_focused()
    expect(page.locator(".compare thead th")).to_have_count(2)
    page.get_by_role("button", name="Cerrar la comparación").press("Enter")
    expect(page.locator(".compare")).to_have_count(0)
    expect(page.locator("#results-title")).to_be_focused()
    seen.check()


def test_without_the_clipboard_the_text_is_shown_and_selected(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site)
    page: Page = seen.page
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    asked(page)
    expect(page.locator("#results-title")).to_be_focused()
    page.keyboard.press("Alt+KeyC")
    box = page.locator(".card textarea").first
    expect(box).to_be_focused()
    assert page.evaluate("getSelection().toString()") == box.input_value()
    seen.check()


def test_choices_are_taken_into_the_form(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site)
    page: Page = seen.page
    asked(page, "Tlacca")
    page.get_by_role("button", name="Talca").click()
    expect(page.locator("#results-title")).to_contain_text("Talca")
    expect(page.locator("#place")).to_have_value("comuna de Talca")
    seen.check()


def test_an_unmet_need_is_recorded_by_keys_and_only_once(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site)
    page: Page = seen.page
    asked(page, "Camiña", max_minutes="15")
    button = page.get_by_role("button", name="Registrar necesidad no cubierta")
    button.dblclick()
    expect(page.locator("#kept")).to_be_focused()
    expect(page.locator("#kept")).to_have_text("Registramos la necesidad, sin datos de la persona.")
    expect(button).to_have_count(0)
    assert len([url for url in seen.requests if url.endswith("/consola/necesidad")]) == 1
    seen.check()


def test_the_address_of_whatsapp_gets_its_text_when_it_is_used(site: str, watch: OpenPage) -> None:
    page: Page = opened(watch, site).page
    asked(page)
    card = page.locator(".card").first
    card.locator("summary").click()
    # Nothing leaves the site.
    page.evaluate("window.addEventListener('click', event => event.preventDefault())")
    link = card.get_by_role("link", name="Abrir WhatsApp")
    link.focus()
    page.keyboard.press("Enter")
    text = card.get_by_label("Texto para enviar").input_value()
    assert parse_qs(urlsplit(str(link.get_attribute("href"))).query) == {"text": [text]}
