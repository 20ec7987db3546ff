"""Two languages: the address alone decides which, and every page can be had in the other."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio import to_thread
from bs4 import BeautifulSoup, Tag
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.web.sample_app import sample_app
from web import language
from web.language import InBoth, Spanish, Texts, noop, speaking


@pytest.fixture
def locale_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty folder in the place of the catalogues."""
    monkeypatch.setattr(language, "LOCALE_FOLDER", tmp_path / "locale")
    language.catalogue.cache_clear()
    yield tmp_path / "locale"
    language.catalogue.cache_clear()


@pytest.mark.parametrize("broken", ["msgid oops", None])
def test_a_catalogue_that_cannot_be_read_names_its_file(locale_folder: Path, broken: str | None) -> None:
    if broken:
        path = language.catalogue_path("en")
        path.parent.mkdir(parents=True)
        path.write_text(broken)
    with pytest.raises(language.CatalogueError, match=r"en.LC_MESSAGES.messages\.po"):
        language.install(FastAPI())


def test_the_text_of_the_catalogue_is_enough(locale_folder: Path) -> None:
    # No compiled file, and no command before the start.
    here = Path(language.__file__).parent / "locale"
    shutil.copytree(here, locale_folder, ignore=shutil.ignore_patterns("*.mo"))
    with speaking("en"):
        assert language.gettext("Buscar") == "Search"


def test_texts_are_filled_in_after_they_are_translated() -> None:
    table = Texts({"close": noop("Cerrar"), "none": "%(x)s sin traducir"})
    assert language.gettext("a las %(hour)s", hour="9:00") == "a las 9:00"
    with speaking("en"):
        assert language.gettext("a las %(hour)s") % {"hour": "9:00"} == "at 9:00"
        assert language.ngettext("%(count)s minuto", "%(count)s minutos", 1, count=1) == "1 minute"
        assert language.ngettext("%(count)s minuto", "%(count)s minutos", 2, count=2) == "2 minutes"
        assert dict(table) == {"close": "Close", "none": "%(x)s sin traducir"}
        assert table.source("close") == "Cerrar"
        assert str(InBoth("sí", "yes")) == "yes"
    assert (table["close"], str(InBoth("sí", "yes"))) == ("Cerrar", "sí")


def test_spanish_text_says_so_only_on_an_english_page_and_stays_text() -> None:
    name = Spanish("<b>Los Ríos</b>")
    assert (escape(name), f"{name}") == ("&lt;b&gt;Los Ríos&lt;/b&gt;", "<b>Los Ríos</b>")
    with speaking("en"):
        assert escape(name) == '<span lang="es">&lt;b&gt;Los Ríos&lt;/b&gt;</span>'
        assert Markup(" · ").join([name, "<i>"]).endswith("</span> · &lt;i&gt;")
        assert escape(Spanish("")) == ""
        assert type(str(name)) is str


@pytest.mark.parametrize(
    ("path", "code", "rest"),
    [
        ("/", "es", "/"),
        ("/o/1", "es", "/o/1"),
        ("/en", "en", "/"),
        ("/en/", "en", "/"),
        ("/en/o/1", "en", "/o/1"),
        ("/enero", "es", "/enero"),
        ("/en/en/", "en", "/en/"),
    ],
)
def test_the_address_says_the_language(path: str, code: str, rest: str) -> None:
    assert language.split_path(path) == (code, rest)


def test_addresses_get_their_prefix_and_nothing_else_passes() -> None:
    assert (language.path_for("/o/1"), language.path_for("/o/1", "en")) == ("/o/1", "/en/o/1")
    with speaking("en"):
        assert (language.path_for("/?x=1"), language.path_for("/", "es")) == ("/en/?x=1", "/")
    for bad in ("o/1", "//other.example", "https://other.example"):
        with pytest.raises(ValueError, match="one slash"):
            language.path_for(bad)


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = sample_app()

    @app.get("/speaks")
    def speaks(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{language.language()} {request.url_for('speaks').path}")

    @app.get("/async")
    async def speaks_async() -> HTMLResponse:
        return HTMLResponse(await to_thread.run_sync(language.language))

    return TestClient(app)


def test_every_page_is_served_under_both_prefixes_also_from_threads(client: TestClient) -> None:
    assert client.get("/speaks").text == "es /speaks"
    assert client.get("/en/speaks").text == "en /en/speaks"
    assert client.get("/en/async").text == "en"
    assert client.get("/speaks").text == "es /speaks"
    assert (
        client.get("/en?state=results", follow_redirects=False)
        .headers["location"]
        .endswith("/en/?state=results")
    )


def test_requests_at_the_same_time_keep_their_languages() -> None:
    heard: list[tuple[str, str]] = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.001)
        heard.append((scope["path"], await to_thread.run_sync(language.language)))

    served = language.LanguagePrefix(slow)

    async def ask(path: str) -> None:
        await served({"type": "http", "path": path, "root_path": ""}, None, None)  # type: ignore[arg-type]

    async def all_at_once() -> None:
        await asyncio.gather(*(ask(path) for path in ["/x", "/en/x"] * 20))

    asyncio.run(all_at_once())
    assert len(heard) == 40
    assert all(code == ("en" if path == "/en/x" else "es") for path, code in heard)


@pytest.mark.parametrize("path", ["/en/api/v1/needs", "/en/static/icon.svg", "/en/teselas/base/1/1/1.pbf"])
def test_what_has_one_language_has_one_address(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def switch(page: BeautifulSoup) -> dict[str, str]:
    """Addresses of this page by the tag of the language."""
    links: list[Tag] = page.select("#languages a")
    return {str(link["lang"]): str(link["href"]) for link in links}


def read(client: TestClient, address: str, **headers: str) -> BeautifulSoup:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_switch_keeps_the_search(client: TestClient, prefix: str) -> None:
    page = read(
        client, f"{prefix}/?state=results&place=%C3%91u%C3%B1oa&words=&accessibility=ramp&accessibility=lift"
    )
    query = "/?state=results&place=%C3%91u%C3%B1oa&words=&accessibility=ramp&accessibility=lift"
    assert switch(page) == {"es-CL": query, "en": f"/en{query}"}
    here = page.select_one("#languages [aria-current]")
    assert here is not None
    assert here["lang"] == ("en" if prefix else "es-CL")
    assert page.html is not None
    assert page.html["lang"] == here["lang"]
    alternates = {str(link["hreflang"]): str(link["href"]) for link in page.select("link[rel=alternate]")}
    origin = "http://testserver"
    assert alternates == {"es": origin + query, "en": f"{origin}/en{query}", "x-default": origin + query}


def test_the_switch_comes_with_the_results_too(client: TestClient) -> None:
    part = read(client, "/en/?state=results&place=Talca", **{"HX-Request": "true"})
    assert [tag.name for tag in part.find_all(True, recursive=False)] == ["div", "nav"]
    assert part.select_one("#languages[hx-swap-oob=true]") is not None
    assert switch(part)["es-CL"] == "/?state=results&place=Talca"
    assert read(client, "/en/?state=results").select_one("[hx-swap-oob]") is None


def test_a_shared_position_is_in_no_link(client: TestClient) -> None:
    for answer in (
        client.post("/en/", data={"lat": "-35.427", "lon": "-71.655"}),
        client.get("/en/?lat=-35.427&lon=-71.655&state=shared"),
    ):
        page = BeautifulSoup(answer.text, "html.parser")
        assert "35.4" not in "".join(str(link.get("href")) for link in page.find_all(["a", "link"]))
    posted = BeautifulSoup(client.post("/en/", data={"lat": "-35.427"}).text, "html.parser")
    assert switch(posted) == {"es-CL": "/", "en": "/en/"}


def test_hostile_addresses_stay_text(client: TestClient) -> None:
    answer = client.get('/en/?state=empty&"><script>x</script>=1&place=%22%3E%3Ci%3E')
    page = BeautifulSoup(answer.text, "html.parser")
    assert not page.find_all("i")
    assert all(script.get("src") or script.get("type") for script in page.find_all("script"))
    assert switch(page)["es-CL"].startswith("/?state=empty&")


def test_the_language_stands_in_the_address_and_in_no_other_header(client: TestClient) -> None:
    for address, tag in (("/?state=empty", "es-CL"), ("/en/?state=empty", "en")):
        answer = client.get(address, headers={"Accept-Language": "fr", "Cookie": "language=fr"})
        assert answer.headers["content-language"] == tag
        assert {one.strip() for one in answer.headers["vary"].split(",")} <= {"HX-Request", "Accept-Encoding"}
        assert "set-cookie" not in answer.headers


def test_links_and_forms_of_an_english_page_stay_english(client: TestClient) -> None:
    page = read(client, "/en/?state=results")
    form = page.find("form")
    assert form is not None
    assert (form["action"], form["hx-get"]) == ("/en/", "/en/")
    brand = page.select_one(".brand")
    assert brand is not None
    assert brand["href"] == "/en/"
    assert {one["hx-get"] for one in page.select("[hx-get]")} == {"/en/"}
