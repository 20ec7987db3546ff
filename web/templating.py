"""The Jinja environment of the pages, and the one way to answer with a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web import labels, language, wording
from web.assets import Assets
from web.security import nonce_of

TEMPLATES = Path(__file__).parent / "templates"
# Written into every page: on a slow link a separate file doubles the time to the first text.
CRITICAL_CSS = "cercana.css"
# A position may have been typed into an address by hand; no link of ours carries it on.
NEVER_CARRIED = {"lon", "lat"}


@dataclass(frozen=True, slots=True)
class Alternate:
    """This page in one language. url is for links, address the whole one for search engines."""

    code: str
    tag: str
    label: str
    name: str
    url: str
    address: str
    chosen: bool


def build_environment(
    assets: Assets,
    country: Mapping[str, Any],
    *,
    demo: bool = False,
    outside_map: Mapping[str, str] = MappingProxyType({}),
) -> Environment:
    """Templates with autoescape on and undefined names as errors; texts in the language of the request.

    country carries what differs by country: `name`, and `helplines`, each with `dial`, `display`
    and `label`. demo shows the banner that the places are not real. outside_map: address and
    credit of another server's map, under `tiles` and `tiles_credit`, drawn below ours.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    # Short, and in the letters of the page around it: it compresses better.
    environment.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False,
        "separators": (",", ":"),
        "sort_keys": True,
    }
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension
        language.gettext, language.ngettext, newstyle=True
    )
    environment.filters.update(
        clock=wording.clock,
        distance=wording.distance_text,
        long_date=wording.long_date,
        plain=str,
        spanish=language.Spanish,
        tel=tel,
        whatsapp=whatsapp,
    )
    environment.globals.update(
        asset=assets.url,
        # Our own files, checked by tests/web. In the page itself: on a slow network a file more is seconds more.
        critical_css=Markup(assets.text(CRITICAL_CSS)),
        style=lambda name: Markup(assets.text(name)),
        country=country,
        demo=demo,
        map_words=lambda: {**labels.map_words(), **outside_map},
        path_for=language.path_for,
    )
    return environment


def tel(phone: wording.Phone) -> str:
    """Address that dials a number."""
    return f"tel:{phone.dial}"


def whatsapp(phone: wording.Phone) -> str:
    """Address that opens a conversation; WhatsApp wants the digits without the plus."""
    return f"https://wa.me/{phone.dial.removeprefix('+')}"


def page(
    environment: Environment, request: Request, template: str, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """Answer with a template, in the language of the request. Part and whole share an address, hence Vary.

    The language stands in the address, so nothing varies by cookie or by what the browser prefers. Templates
    are given `nonce`, `part` (whether only the results go out), `lang` and `languages` (this page in each).
    """
    told = language.current()
    html = environment.get_template(template).render(
        nonce=nonce_of(request),
        part=wants_part(request),
        lang=told.tag,
        languages=tuple(_alternates(request, status)),
        **context,
    )
    headers = {"Vary": "HX-Request", "Content-Language": told.tag}
    return HTMLResponse(html, status_code=status, headers=headers)


def _alternates(request: Request, status: int) -> Iterator[Alternate]:
    """The same page in each language; of what was posted or went wrong, the first page."""
    repeatable = request.method in {"GET", "HEAD"} and status < 400
    path = _again(request) if repeatable else "/"
    for one in language.LANGUAGES.values():
        url = language.path_for(path, one.code)
        address = f"{request.url.scheme}://{request.url.netloc}{url}"
        yield Alternate(one.code, one.tag, one.label, one.name, url, address, one.code == language.language())


def _again(request: Request) -> str:
    """The address that was asked for, without language prefix and without a position."""
    _, path = language.split_path(request.url.path)
    kept = [
        pair for pair in parse_qsl(request.url.query, keep_blank_values=True) if pair[0] not in NEVER_CARRIED
    ]
    path = "/" + path.lstrip("/")
    return f"{path}?{urlencode(kept)}" if kept else path


def wants_part(request: Request) -> bool:
    """Whether htmx asks for the results only. After Back it asks for the whole page again."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"
