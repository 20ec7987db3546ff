"""Reporting an error from the page of an offer: without JavaScript, by keyboard, mended, bounded."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.browser.test_ficha_page import app, client, offers, site

__all__ = ["app", "client", "offers", "site"]

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def reports(demo_engine: Engine) -> Iterator[Callable[[], list[tuple[str, str, str]]]]:
    """The queue, as this test leaves it; emptied before and after."""

    def queued() -> list[tuple[str, str, str]]:
        with demo_engine.connect() as connection:
            found = connection.execute(
                text("select service_at_location_id::text, field, words from error_report order by id")
            )
            return [(row[0], row[1], row[2]) for row in found]

    def empty() -> None:
        with demo_engine.begin() as connection:
            connection.execute(text("delete from error_report"))

    empty()
    yield queued
    empty()


def test_everything_works_without_javascript(
    site: str,
    watch: OpenPage,
    offers: dict[str, list[str]],
    reports: Callable[[], list[tuple[str, str, str]]],
) -> None:
    """From the comuna to the page, to a report that reaches the queue, and back."""
    offer = offers["mobile_pay_point"][0]
    seen = watch(f"{site}/o/{offer}", javascript=False, width=360)
    page: Page = seen.page
    assert not [button for button in page.locator(".js-only").all() if button.is_visible()]
    page.get_by_text("Avisar de un error").click()
    page.get_by_label("¿Qué está mal?").select_option("phone")
    page.get_by_label("Cuéntanos qué está mal").fill("El teléfono no existe <b>")
    page.get_by_role("button", name="Enviar el aviso").click()
    expect(page.locator("h1")).to_have_text("Gracias por avisar")
    assert page.url.endswith(f"/o/{offer}/gracias")
    assert reports() == [(offer, "phone", "El teléfono no existe <b>")]
    page.get_by_role("link", name="Volver a la ficha").click()
    expect(page.locator("h1")).to_have_count(1)
    page.get_by_role("link", name=re.compile("^Otros lugares en ")).click()
    expect(page.locator("h1")).to_contain_text("Lugares de atención en")
    seen.check()


def test_a_report_by_keyboard_alone(
    site: str, watch: OpenPage, axe: Axe, offers: dict[str, list[str]], reports: Callable[[], list[Any]]
) -> None:
    seen = watch(f"{site}/o/{offers['branch'][0]}")
    page: Page = seen.page
    page.get_by_text("Avisar de un error").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Cierra a las 13:00")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Gracias por avisar")
    assert axe(page) == []
    assert [words for _, _, words in reports()] == ["Cierra a las 13:00"]
    seen.check()


def test_a_report_that_must_be_mended_is_shown_again(
    client: TestClient, offers: dict[str, list[str]], reports: Callable[[], list[Any]]
) -> None:
    offer = offers["branch"][0]
    long = "x" * 501
    answer = client.post(f"/o/{offer}/aviso", data={"field": "cost", "words": long})
    assert answer.status_code == 422
    assert "<details open>" in answer.text
    assert "Escribe qué está mal, en 500 letras o menos." in answer.text
    assert '<option value="cost" selected>' in answer.text
    assert long in answer.text
    assert client.post(f"/o/{offer}/aviso", data={"field": "cost"}).status_code == 422
    assert reports() == []


def test_the_queue_has_an_end(
    client: TestClient, offers: dict[str, list[str]], reports: Callable[[], list[Any]]
) -> None:
    offer = offers["branch"][0]
    answers = [
        client.post(f"/o/{offer}/aviso", data={"field": "cost", "words": f"mal {n}"}, follow_redirects=False)
        for n in range(21)
    ]
    assert [answer.status_code for answer in answers] == [303] * 20 + [429]
    assert "Ya tenemos muchos avisos" in answers[-1].text
    assert len(reports()) == 20


def test_a_report_from_another_site_is_refused(
    client: TestClient, offers: dict[str, list[str]], reports: Callable[[], list[Any]]
) -> None:
    offer = offers["branch"][0]
    data = {"field": "cost", "words": "mal"}
    answer = client.post(f"/o/{offer}/aviso", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert reports() == []
