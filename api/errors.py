"""Errors as RFC 9457 problems. One table says which error is which status; nothing else leaks its text."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from directory.db import OUTAGES
from directory.errors import (
    CoverageNotReadyError,
    DirectoryError,
    JobError,
    NotFoundError,
    QuestionError,
)
from directory.migrate import MigrationError
from geo.errors import GeoError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# A question is a few hundred bytes; nobody may make this process hold much more.
MOST_BODY_BYTES = 64 * 1024
STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (NotFoundError, 404, "Not found"),
    (QuestionError, 422, "The question cannot be answered as asked"),
    (CoverageNotReadyError, 409, "Reach rows have to be made first"),
    (JobError, 409, "The work cannot be taken on"),
    (GeoError, 422, "The position cannot be used"),
    (MigrationError, 503, "The database cannot be used by this version"),
)


class FieldError(BaseModel):
    """One field that was refused: where it is, and why."""

    field: str
    detail: str


class Problem(BaseModel):
    """An RFC 9457 problem."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldError] | None = None


PROBLEMS: dict[int | str, dict[str, Any]] = {
    422: {"model": Problem, "description": "The question cannot be answered as asked"},
    500: {"model": Problem, "description": "Something unforeseen; tells nothing else"},
    503: {"model": Problem, "description": "The database does not answer; try again shortly"},
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "Not found"}}
BODY_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not readable text"},
    413: {"model": Problem, "description": "The body is larger than any question"},
}


def problem(
    status: int,
    title: str,
    detail: str | None = None,
    errors: Sequence[FieldError] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """The response of a problem."""
    body = Problem(title=title, status=status, detail=detail, errors=list(errors) or None)
    content = orjson.dumps(body.model_dump(exclude_none=True))
    return Response(content, status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""

    @app.exception_handler(RequestValidationError)
    def refused(_: Request, error: RequestValidationError) -> Response:
        fields = [
            FieldError(field=_writable(".".join(map(str, one["loc"]))), detail=_writable(str(one["msg"])))
            for one in error.errors()
        ]
        return problem(422, "Some fields cannot be used", errors=fields)

    @app.exception_handler(DirectoryError)
    @app.exception_handler(GeoError)
    def told(_: Request, error: Exception) -> Response:
        for kind, status, title in STATUS:
            if isinstance(error, kind):
                return problem(status, title, _writable(str(error)), _fields(error))
        log.error("unexpected error of the directory", exc_info=error)
        return problem(500, "Something went wrong here")

    app.add_exception_handler(HTTPException, _raised)  # type: ignore[arg-type]
    for kind in OUTAGES:
        app.add_exception_handler(kind, _outage)
    app.add_middleware(SmallBodies)
    app.add_middleware(Unexpected)


def _raised(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    return problem(error.status_code, error.detail, headers=headers)


def _outage(_: Request, error: Exception) -> Response:
    log.error("the database does not answer", exc_info=error)
    return problem(503, "The database does not answer", headers={"Retry-After": "2"})


def _writable(text: str) -> str:
    """Text that can be sent: half of a surrogate pair, as JSON may carry, cannot."""
    return text.encode("utf-8", "replace").decode()


def _fields(error: Exception) -> list[FieldError]:
    field = getattr(error, "field", None)
    return [FieldError(field=field, detail=_writable(str(error)))] if field else []


def _allowed(request: Request) -> Iterator[str]:
    """The methods that are answered at this address: it may have a route for each."""
    routes: Sequence[BaseRoute] = request.app.routes
    for method in ("GET", "POST"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in routes):
            yield method


class Unexpected:
    """Answers what nobody foresaw with a problem that tells nothing. Inside of the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; log and answer 500 if it raises before an answer has begun."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            log.exception("unexpected error")
            await problem(500, "Something went wrong here")(scope, receive, send)


class SmallBodies:
    """Refuses a body larger than any question before it is held in memory, whatever length it states."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then pass the request on with it."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MOST_BODY_BYTES:
                answer = problem(413, "The body is too large", headers={"Connection": "close"})
                await answer(scope, receive, send)
                return
        told = False

        async def whole() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, whole, send)
