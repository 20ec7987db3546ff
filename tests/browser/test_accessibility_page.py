"""The accessibility statement: accessible itself, whole without JavaScript, its own links alive."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], demo_app: FastAPI) -> str:
    return serve(demo_app)


@pytest.mark.parametrize("path", ["/accesibilidad", "/en/accesibilidad", "/sin-conexion", "/en/sin-conexion"])
@pytest.mark.parametrize("javascript", [True, False])
def test_it_is_accessible_and_fits(site: str, watch: OpenPage, axe: Axe, path: str, javascript: bool) -> None:
    seen = watch(site + path, width=320, javascript=javascript)
    page: Page = seen.page
    for width in (320, 360, 1366):
        page.set_viewport_size({"width": width, "height": 740})
        expect(page.locator("h1")).to_have_count(1)
        if javascript:
            assert axe(page) == []
            assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    seen.check()


def test_every_page_leads_to_it_and_it_leads_on(site: str, watch: OpenPage) -> None:
    seen = watch(site)
    page: Page = seen.page
    page.locator("footer").get_by_role("link", name="Accesibilidad").click()
    expect(page.locator("h1")).to_have_text("Accesibilidad")
    links = page.locator("main a[href^='/']").evaluate_all("all => all.map(one => one.href)")
    assert len(links) >= 2
    for link in links:
        answer = page.request.get(link)
        assert answer.status == 200
    assert page.locator("main a[href='tel:1412']").count() == 1
    seen.check()
