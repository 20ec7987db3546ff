"""The console in every state: accessible, fitting, on paper, without JavaScript, and with names of strangers."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from directory.db import transaction
from tests.browser.test_console import asked, opened, site
from tests.web.sample_views import HOSTILE_NAMES

__all__ = ["site"]

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.mark.parametrize("width", [320, 360, 1366])
def test_every_state_is_accessible_and_fits(site: str, watch: OpenPage, axe: Axe, width: int) -> None:
    seen = opened(watch, site, width=width, height=768 if width > 1000 else 740)
    page: Page = seen.page

    def good() -> None:
        assert axe(page) == []
        assert not scrolls_sideways(page)

    good()
    page.locator("#place").press_sequentially("san")
    expect(page.locator("#place-list [role=option]").first).to_be_visible()
    good()
    asked(page)
    expect(page.locator("#results-title")).to_contain_text("5 lugares")
    good()
    for details in page.locator("#ask summary, .card:first-child summary").all():
        details.click()
    good()
    for box in page.locator(".card [name=compare]").all()[:3]:
        box.check()
    page.locator("[data-compare]").click()
    expect(page.locator("#compare-title")).to_be_focused()
    good()
    asked(page, "San Pedro")
    expect(page.locator("#results-title")).to_contain_text("Hay más de un lugar")
    good()
    asked(page, "Putre", max_minutes="15")
    expect(page.locator("#results-title")).to_contain_text("Ningún lugar")
    good()
    asked(page, "Tlacca")
    expect(page.locator("#results-title")).to_contain_text("No encontramos")
    page.locator("#age").fill("abc")
    asked(page, "Talca")
    expect(page.locator("#age")).to_have_attribute("aria-invalid", "true")
    good()
    seen.check()


def test_four_cards_and_two_fifths_of_map_on_a_small_screen(site: str, watch: OpenPage) -> None:
    seen = opened(watch, site)
    page: Page = seen.page
    asked(page)
    expect(page.locator(".map .pin").first).to_be_visible()
    box = page.locator(".map").bounding_box()
    assert box is not None
    assert 0.36 <= box["width"] / 1366 <= 0.42
    assert box["y"] + box["height"] <= 768
    names = [one.bounding_box() for one in page.locator(".card h3").all()[:4]]
    assert all(one is not None and one["y"] + one["height"] < 768 for one in names)
    pins = {one.strip() for one in page.locator(".map .pin-text").all_text_contents()}
    assert "1" in "".join(pins)
    expect(page.locator(".map .start")).to_have_count(1)
    seen.check()


@pytest.mark.parametrize("width", [360, 1366])
def test_everything_is_there_without_javascript(site: str, watch: OpenPage, width: int) -> None:
    seen = opened(watch, site, javascript=False, width=width)
    page: Page = seen.page
    asked(page, "San Pedro")
    page.locator(".choose button").first.click()
    expect(page.locator("#results-title")).to_contain_text("San Pedro")
    expect(page.locator("#place")).to_have_value(re.compile("^comuna de San Pedro"))
    expect(page.locator(".drawing svg")).to_be_visible()
    for box in page.locator(".card [name=compare]").all()[:2]:
        box.check()
    page.locator("[data-compare]").click()
    expect(page.locator(".compare thead th")).to_have_count(2)
    page.locator(".card summary").first.click()
    expect(page.locator(".card textarea").first).to_be_visible()
    asked(page, "Colchane", max_minutes="15")
    page.get_by_role("button", name="Registrar necesidad no cubierta").click()
    expect(page.locator("#kept")).to_have_text("Registramos la necesidad, sin datos de la persona.")
    page.get_by_role("link", name="Nueva llamada").click()
    expect(page.locator("#place")).to_have_value("")
    assert page.url == f"{site}/consola"
    assert not scrolls_sideways(page)
    seen.check()


def test_paper_has_the_list_and_the_small_map(site: str, watch: OpenPage) -> None:
    page: Page = opened(watch, site).page
    asked(page)
    page.emulate_media(media="print")
    expect(page.locator(".drawing svg")).to_be_visible()
    expect(page.locator(".card").first).to_be_visible()
    for part in ("#ask", ".map", ".keys", ".card .actions"):
        expect(page.locator(part).first).to_be_hidden()


def test_hostile_names_are_shown_and_never_run(
    serve: Callable[[Any], str], demo_engine: Engine, demo_app: FastAPI, watch: OpenPage
) -> None:
    changed = text(
        "update offer set card = jsonb_set(jsonb_set(jsonb_set(card, '{name}', to_jsonb(cast(:name as text))),"
        " '{address}', to_jsonb(cast(:name as text))), '{alert}', to_jsonb(cast(:name as text)))"
        " where id = :id returning id"
    )
    names = dict(enumerate(HOSTILE_NAMES))
    with transaction(demo_engine) as session:
        kept = session.execute(text("select id, card from offer where area_code = '07101'")).all()
        for number, (id_, _) in enumerate(kept):
            session.execute(changed, {"name": names[number % len(names)], "id": id_})
    try:
        seen = opened(watch, serve(demo_app))
        page: Page = seen.page
        asked(page, "Talca", need="")
        expect(page.locator(".card")).not_to_have_count(0)
        shown = [one.strip() for one in page.locator(".card .ficha").all_inner_texts()]
        assert any(name.split()[0] in one for one in shown for name in HOSTILE_NAMES)
        for box in page.locator(".card [name=compare]").all()[:3]:
            box.check()
        page.locator("[data-compare]").click()
        expect(page.locator(".compare thead th")).to_have_count(3)
        page.keyboard.press("Alt+KeyR")
        page.keyboard.press("Alt+KeyC")
        assert page.evaluate("window.XSS") is None
        assert page.locator("#answer img, #answer script:not([type])").count() == 0
        seen.check()
    finally:
        with transaction(demo_engine) as session:
            back = text(
                "update offer set card = (select card from kept where kept.id = offer.id) where id = :id"
            )
            session.execute(text("create temporary table kept (id uuid, card jsonb) on commit drop"))
            for id_, card in kept:
                session.execute(
                    text("insert into kept values (:id, cast(:card as jsonb))"),
                    {"id": id_, "card": card if isinstance(card, str) else json.dumps(card)},
                )
                session.execute(back, {"id": id_})
