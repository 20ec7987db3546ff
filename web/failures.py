"""Errors as pages: what the service tells programs as a problem (RFC 9457), a browser gets in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.language import gettext as _
from web.language import noop
from web.templating import page

PROGRAMS = "/api/"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Failure:
    """What a page says of an error: what happened, and what to do."""

    title: str
    advice: str


OTHER = Failure(noop("No pudimos mostrar esta página"), noop("Vuelve al inicio y busca otra vez."))
FAILURES: Mapping[int, Failure] = {
    404: Failure(noop("Esta página no existe"), noop("Revisa la dirección o busca desde el inicio.")),
    422: Failure(
        noop("No pudimos leer tu búsqueda"), noop("Una parte de la dirección no se entiende. Busca otra vez.")
    ),
    500: Failure(
        noop("Algo falló de nuestro lado"), noop("Inténtalo otra vez. Si sigue igual, llama por teléfono.")
    ),
    503: Failure(
        noop("No podemos responder en este momento"), noop("Espera un minuto e inténtalo otra vez.")
    ),
}


class PageErrors:
    """Turns problems into pages where a browser asks for a page. Requests of scripts keep the problem."""

    def __init__(self, app: ASGIApp, pages: Environment) -> None:
        self.app = app
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer with a page instead if a problem comes back."""
        if scope["type"] != "http" or not _wants_page(scope):
            await self.app(scope, receive, send)
            return
        problem: Message | None = None

        async def send_or_keep(message: Message) -> None:
            nonlocal problem
            if message["type"] == "http.response.start" and _is_problem(message):
                problem = message
            if problem is None:
                await send(message)

        await self.app(scope, receive, send_or_keep)
        if problem is not None:
            await self._answer(problem, scope, receive, send)

    async def _answer(self, problem: Message, scope: Scope, receive: Receive, send: Send) -> None:
        status = int(problem["status"])
        source = FAILURES.get(status, OTHER)
        failure = Failure(_(source.title), _(source.advice))
        answer = page(self.pages, Request(scope), "error.html", status=status, failure=failure)
        for name in ("Retry-After", "Allow"):
            if value := Headers(raw=problem["headers"]).get(name):
                answer.headers[name] = value
        await answer(scope, receive, send)


def _wants_page(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return not scope["path"].startswith(PROGRAMS) and "text/html" in headers.get("accept", "")


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith(PROBLEM)


def install(app: Starlette, pages: Environment) -> None:
    """Put it inside of the security headers: call it before `security.install`."""
    app.add_middleware(PageErrors, pages=pages)
