"""The page about the service in a real Chromium: it fits, it is accessible, and every page leads to it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from geo.audit_report import AuditReport, Errors, ModeAudit
from geo.networks import Networks
from geo.travel import TravelMode
from tests.roads import app_with, install

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], demo_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The demonstration with a network that was audited."""
    networks: Path = install(tmp_path_factory.mktemp("about"), tiles=False)
    (installed,) = Networks(networks).installed()
    assert installed.id is not None
    errors = Errors(5_900, 0.011, 0.0456, 0.001)
    found = ModeAudit(6_000, 60, 40, errors, {}, ())
    report = AuditReport(
        installed.id,
        "Valhalla 3.9.1",
        date(2026, 5, 1),
        1,
        dict.fromkeys((TravelMode.FOOT, TravelMode.CAR), found),
    )
    report.save(installed.folder)
    return serve(app_with(demo_engine, networks))


@pytest.mark.parametrize("path", ["/acerca", "/en/acerca"])
@pytest.mark.parametrize("width", [320, 360, 1366])
def test_the_page_is_accessible_and_fits(site: str, watch: OpenPage, axe: Axe, path: str, width: int) -> None:
    seen = watch(site + path, width=width)
    page: Page = seen.page
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("table.figures tbody tr")).to_have_count(2)
    assert axe(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    seen.check()


def test_every_page_leads_to_it(site: str, watch: OpenPage) -> None:
    seen = watch(site)
    seen.page.get_by_role("link", name="Acerca de Cercana").click()
    expect(seen.page.locator("h1")).to_have_text("Acerca de Cercana")
    seen.check()


def test_without_a_network_it_says_so(
    demo_app: FastAPI, serve: Callable[[Any], str], watch: OpenPage
) -> None:
    seen = watch(f"{serve(demo_app)}/acerca")
    expect(seen.page.locator("main")).to_contain_text("Todavía no hay un mapa de calles y caminos.")
    seen.check()
