"""Headers that keep a page to itself: one nonce per request, a strict content policy, nothing kept.

Pure ASGI, so that a streamed answer stays a stream. `install(app)` puts it outside of gzip: the nonce
exists before anything is rendered, and the headers are set on every answer, compressed or not.
"""

import secrets

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Answers below this stay as they are: gzip would not save a packet.
GZIP_FROM_BYTES = 700
NONCE_BYTES = 16

FIXED_HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    # A search tells what somebody needs, and computers are shared: whoever wants caching says so.
    "Cache-Control": "no-store",
}


def content_policy(nonce: str, images: str | None = None) -> str:
    """Content-Security-Policy: only our own files, and inline code only with the nonce of this answer.

    data: is for Leaflet's empty tile image. images: origin of an outside map, where one is set.
    A route may set its own policy (an embeddable map).
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src 'self' data: {images or ''}".rstrip(),
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "frame-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def nonce_of(request: HTTPConnection) -> str:
    """The nonce of this request, for our own inline style and script."""
    return str(request.scope["state"]["nonce"])


class SecurityHeaders:
    """Gives every HTTP request a nonce and every answer its headers, unless the answer has its own."""

    def __init__(self, app: ASGIApp, images: str | None = None) -> None:
        self.app = app
        self._images = images

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a fresh nonce in its state."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        # The state of the lifespan is shared by all requests: copy before writing.
        scope["state"] = {**scope.get("state", {}), "nonce": nonce}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in FIXED_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", content_policy(nonce, self._images))
            await send(message)

        await self.app(scope, receive, send_with_headers)


def install(app: Starlette, images: str | None = None) -> None:
    """Nonce and headers outside, gzip inside. Call it after every other `add_middleware`.

    images: origin of an outside map that pages may draw.
    """
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM_BYTES, compresslevel=6)
    app.add_middleware(SecurityHeaders, images=images)
