"""The Jinja environment of the pages, and the one way to answer with a page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web import wording
from web.assets import Assets
from web.security import nonce_of

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE = "es-CL"
# Written into every page: on a slow link a separate file doubles the time to the first text.
CRITICAL_CSS = "cercana.css"


def build_environment(assets: Assets, country: Mapping[str, Any], *, demo: bool = False) -> Environment:
    """Templates with autoescape on and undefined names as errors.

    country carries what differs by country: `name`, and `helplines`, each with `dial`, `display`
    and `label`. demo shows the banner that the places are not real.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clock=wording.clock,
        distance=wording.distance_text,
        long_date=wording.long_date,
        tel=tel,
        whatsapp=whatsapp,
    )
    environment.globals.update(
        asset=assets.url,
        critical_css=Markup(assets.text(CRITICAL_CSS)),  # our own file, checked by tests/web
        country=country,
        demo=demo,
        lang=LANGUAGE,
        languages=(),
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
    """Answer with a template. Part and whole share an address, hence Vary."""
    html = environment.get_template(template).render(nonce=nonce_of(request), **context)
    return HTMLResponse(html, status_code=status, headers={"Vary": "HX-Request"})


def wants_part(request: Request) -> bool:
    """Whether htmx asks for the results only. After Back it asks for the whole page again."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"
