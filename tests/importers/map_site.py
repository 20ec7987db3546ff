"""A web server on this machine that gives files well or badly, as a test tells it to."""

import hashlib
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DATA = random.Random(3).randbytes(1_500_000)


@dataclass
class Site:
    """What the server gives, and how badly. asked: (method, path, Range) of every request."""

    files: dict[str, bytes] = field(default_factory=dict)
    tag: str | None = '"one"'
    # Bytes after which a connection is cut, each time; empty: never.
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    lengths: bool = True
    claimed: int | None = None
    status: dict[str, int] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    address: str = ""

    def url(self, path: str) -> str:
        return f"{self.address}{path}"


class Handler(BaseHTTPRequestHandler):
    """Serves a Site."""

    site: Site

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        site, asked = self.site, self.headers.get("Range")
        site.asked.append((self.command, self.path, asked))
        if self.path in site.redirects:
            self.send_response(302)
            self.send_header("Location", site.redirects[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path in site.status or self.path not in site.files:
            self.send_error(site.status.get(self.path, 404))
            return
        data, start = site.files[self.path], 0
        if asked and site.ranges:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        if site.tag:
            self.send_header("ETag", site.tag)
        if site.lengths:
            self.send_header("Content-Length", str(site.claimed or len(data) - start))
        self.end_headers()
        if body:
            cut = site.cuts.pop(0) if site.cuts and self.path.endswith(".pbf") else len(data)
            self.wfile.write(data[start : start + cut])

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal of the tests."""


@contextmanager
def web_server() -> Iterator[Site]:
    found = Site()
    handler = type("Served", (Handler,), {"site": found})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        found.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


def served(site: Site, data: bytes = DATA, *, summed: bool = True) -> str:
    site.files["/x.osm.pbf"] = data
    if summed:
        site.files["/x.osm.pbf.md5"] = f"{hashlib.md5(data).hexdigest()}  x.osm.pbf\n".encode()
    return site.url("/x.osm.pbf")


def fetched(site: Site) -> list[str | None]:
    """The ranges in which the file was asked for."""
    return [asked for method, path, asked in site.asked if method == "GET" and path.endswith(".pbf")]
