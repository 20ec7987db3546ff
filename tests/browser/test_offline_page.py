"""Saving a ficha and going offline, in a real browser: what is kept, what never is, and what is left after."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Any]
Axe = Callable[[Page], list[str]]
CACHED = """async () => {
    const names = await caches.keys(), found = {};
    const path = ({ url }) => new URL(url).pathname + new URL(url).search;
    for (const name of names) found[name] = (await (await caches.open(name)).keys()).map(path);
    return found; }"""
WORKERS = "async () => (await navigator.serviceWorker.getRegistrations()).length"
READY = (
    "async () => { await navigator.serviceWorker.ready; return navigator.serviceWorker.controller !== null; }"
)


@pytest.fixture(scope="module")
def site(serve: Callable[[Any], str], demo_app: FastAPI) -> str:
    return serve(demo_app)


def one(demo_engine: Engine, kind: str) -> str:
    with demo_engine.connect() as connection:
        statement = text("select id::text from offer where kind = :kind order by id limit 1")
        return str(connection.scalar(statement, {"kind": kind}))


@pytest.fixture
def branch(demo_engine: Engine) -> str:
    return one(demo_engine, "branch")


def saved(watch: OpenPage, site: str, branch: str, **options: Any) -> Any:
    seen = watch(f"{site}/o/{branch}", **options)
    seen.page.get_by_role("button", name="Guardar en este teléfono").click()
    expect(seen.page.get_by_role("button", name="Quitar de este teléfono")).to_be_visible()
    seen.page.wait_for_function(READY)
    return seen


def test_a_saved_ficha_opens_without_a_connection(site: str, watch: OpenPage, axe: Axe, branch: str) -> None:
    seen = saved(watch, site, branch, width=320)
    page: Page = seen.page
    name = page.locator("h1").text_content()
    seen.check()
    page.context.set_offline(True)
    page.goto(f"{site}/o/{branch}")
    expect(page.locator("h1")).to_have_text(str(name))
    expect(page.get_by_role("button", name="Quitar de este teléfono")).to_be_visible()
    # Anything else, a search above all, leads to what is saved and to a phone number.
    page.goto(f"{site}/?{urlencode({'place': 'Talca'})}")
    expect(page.locator("h1")).to_have_text("Lugares guardados en este teléfono")
    expect(page.locator("main a[href='tel:1412']")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("link", name=str(name)).click()
    expect(page.locator("article.ficha h1")).to_have_text(str(name))
    assert seen.foreign == []
    assert not [error for error in seen.errors if "Content Security Policy" in error]


def test_only_what_was_saved_is_kept(site: str, watch: OpenPage, branch: str, demo_engine: Engine) -> None:
    seen = saved(watch, site, branch)
    page: Page = seen.page
    page.goto(f"{site}/?{urlencode({'place': 'Talca', 'when': 'at', 'leave_at': '2026-09-08T09:00'})}")
    expect(page.locator(".card").first).to_be_visible()
    page.get_by_role("button", name="Mostrar más lugares").click()  # by htmx, past the worker
    expect(page.locator("#results-title")).to_contain_text("Los 20 primeros")
    page.go_back()
    expect(page.locator("#results-title")).to_contain_text("Los 10 primeros")
    page.goto(f"{site}/o/{one(demo_engine, 'mobile_office')}")
    page.goto(f"{site}/o/{one(demo_engine, 'treatment')}")
    expect(page.get_by_role("button", name="Guardar en este teléfono")).to_have_count(0)
    kept = page.evaluate(CACHED)
    assert kept.pop("cercana-saved") == [f"/o/{branch}"]
    [(name, files)] = kept.items()
    assert name.startswith("cercana-static-")
    assert all(path.startswith("/static/") or path.endswith("/sin-conexion") for path in files)
    seen.check()


def test_a_sensitive_ficha_is_refused_even_if_asked(
    site: str, watch: OpenPage, branch: str, demo_engine: Engine
) -> None:
    """The answer says no-store: a script that asks for it all the same keeps nothing."""
    private = one(demo_engine, "treatment")
    page: Page = watch(f"{site}/o/{branch}").page
    page.evaluate("path => history.replaceState(null, '', path)", f"/o/{private}")
    page.get_by_role("button", name="Guardar en este teléfono").click()
    expect(page.locator("[data-saved-said]")).to_have_text("No pudimos guardarlo. Revisa tu conexión.")
    assert page.evaluate(CACHED) in ({}, {"cercana-saved": []})


def test_old_caches_go_and_saved_fichas_stay(site: str, watch: OpenPage, branch: str) -> None:
    seen = watch(f"{site}/o/{branch}")
    seen.page.evaluate(
        "async () => { await caches.open('cercana-static-old'); await caches.open('of-others'); }"
    )
    seen.page.get_by_role("button", name="Guardar en este teléfono").click()
    seen.page.wait_for_function(READY)
    expect(seen.page.get_by_role("button", name="Quitar de este teléfono")).to_be_visible()
    names = set(seen.page.evaluate(CACHED))
    assert "cercana-static-old" not in names
    assert {"cercana-saved", "of-others"} <= names
    seen.check()


def test_removing_the_last_one_leaves_nothing(site: str, watch: OpenPage, branch: str) -> None:
    seen = saved(watch, site, branch)
    page: Page = seen.page
    page.goto(f"{site}/sin-conexion")
    expect(page.locator("[data-saved-list] li")).to_have_count(1)
    expect(page.locator("[data-saved-list]")).to_contain_text(re.compile(r"Guardado el \d+ de "))
    page.get_by_role("button", name="Quitar de este teléfono").click()
    expect(page.locator("[data-saved-list] li")).to_have_count(0)
    expect(page.get_by_text("Todavía no guardas ningún lugar")).to_be_visible()
    page.wait_for_function(f"async () => (await ({WORKERS})()) === 0")
    assert set(page.evaluate(CACHED)) <= {"cercana-saved"}
    seen.check()


def test_who_saves_nothing_gets_no_worker(site: str, watch: OpenPage, branch: str) -> None:
    page: Page = watch(f"{site}/o/{branch}").page
    page.goto(f"{site}/sin-conexion")
    assert page.evaluate(WORKERS) == 0
