"""A map of another server, where the settings name one: drawn below ours, credited, and the only foreign host."""

import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from pydantic import ValidationError
from sqlalchemy import Engine

from api.main import create_app
from directory.settings import Settings
from tests.demo import demo_settings

pytestmark = pytest.mark.browser

CREDIT = "Mapa de <b>otros</b>"


def png() -> bytes:
    """One grey pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    lines = zlib.compress(b"\0\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


class Tiles(BaseHTTPRequestHandler):
    """Answers every address with the pixel."""

    def do_GET(self) -> None:
        body = png()
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the screen of the tests."""


@pytest.fixture(scope="module")
def outside() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Tiles) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_outside_map_is_drawn_and_credited(
    serve: Callable[[Any], str], watch: Callable[..., Any], demo_engine: Engine, outside: str
) -> None:
    told = {"tile_server": outside + "/{z}/{x}/{y}.png", "tile_credit": CREDIT}
    site = serve(create_app(Settings(**{**demo_settings().model_dump(), **told}), demo_engine))
    seen = watch(f"{site}/?place=Talca")
    expect(seen.page.locator(".leaflet-tile-loaded[src^='http']").first).to_be_attached()
    expect(seen.page.locator(".leaflet-control-attribution")).to_contain_text(CREDIT)
    assert seen.page.locator(".leaflet-control-attribution b").count() == 0
    assert {urlsplit(url).netloc for url in seen.foreign} == {urlsplit(outside).netloc}
    assert seen.errors == []
    seen.requests.clear()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"tile_server": "https://tiles.test/{z}/{x}.png", "tile_credit": "X"}, "{y}"),
        ({"tile_server": "https://tiles.test/{z}/{x}/{y}.png"}, "CERCANA_TILE_CREDIT"),
        ({"tile_server": "https://tiles.test/{z}/{x}/{y}.png; script-src *", "tile_credit": "X"}, "pattern"),
    ],
)
def test_half_an_address_is_refused(told: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**told)  # type: ignore[arg-type]
