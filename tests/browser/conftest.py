"""Chromium for tests: a real server on a loopback port, a page that watches itself, and axe.

`watched` fails a test that asked another host for anything, broke the content policy or wrote an error
to the console. Playwright's loop lives as long as one module: a loop left running in this thread would
break every other test that starts its own.
"""

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.demo import demo_app, demo_engine, demo_template, demo_url

__all__ = ["demo_app", "demo_engine", "demo_template", "demo_url"]

CHROMIUM_NAMES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
START_SECONDS = 20.0


def find_chromium() -> str:
    """Path of the first Chromium on this machine, or a clear failure."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    pytest.fail("CERCANA: no browser found; install Chromium (apt-get install chromium)", pytrace=False)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a module."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and what went wrong on it so far."""

    page: Page
    host: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> list[str]:
        """Requests to another host than the server under test."""
        return [
            url
            for url in self.requests
            if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc != self.host
        ]

    def note_console(self, message: ConsoleMessage) -> None:
        """Console errors; a broken content policy is one of them."""
        if message.type == "error":
            self.errors.append(message.text)

    def note_request(self, request: Request) -> None:
        """Every request, also those that the policy or a missing network ends."""
        self.requests.append(request.url)

    def check(self) -> None:
        """Nothing foreign, nothing on the console."""
        assert self.foreign == []
        assert self.errors == []


type OpenPage = Callable[..., Watched]


@pytest.fixture
def watch(chromium: Browser) -> Iterator[OpenPage]:
    """Open an address in a fresh context: watch(url, width=360, javascript=True, ...) -> Watched."""
    with _contexts(chromium) as open_page:
        yield open_page


@contextmanager
def _contexts(browser: Browser) -> Iterator[OpenPage]:
    opened = []

    def open_page(
        url: str, *, width: int = 1366, height: int = 768, javascript: bool = True, **options: Any
    ) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale="es-CL",
            timezone_id="America/Santiago",
            **options,
        )
        opened.append(context)
        page = context.new_page()
        watched = Watched(page, urlsplit(url).netloc)
        page.on("console", watched.note_console)
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on("request", watched.note_request)
        page.goto(url)
        return watched

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """Violations of WCAG 2.2 A and AA on a page, one line each: rule, element, why."""

    def run(page: Page) -> list[str]:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate("tags => axe.run(document, {runOnly: tags})", WCAG)
        return [
            f"{violation['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    return run


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Any], str]]:
    """Run ASGI applications with granian in threads: serve(app) -> http://127.0.0.1:PORT."""
    running: list[_Running] = []

    def start(app: Any) -> str:
        running.append(_Running(app))
        return running[-1].address

    yield start
    for server in running:
        server.stop()


class _Running:
    """One embedded granian in its own thread and loop."""

    def __init__(self, app: Any) -> None:
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._app = app
        self._thread = threading.Thread(target=self._run, name=f"granian-{self.port}", daemon=True)
        self._ready = threading.Event()
        self._thread.start()
        self._wait()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._server = Server(
            self._app,
            address="127.0.0.1",
            port=self.port,
            interface=Interfaces.ASGI,
            log_enabled=False,
            websockets=False,
        )
        self._ready.set()
        await self._server.serve()

    def _wait(self) -> None:
        assert self._ready.wait(START_SECONDS), "granian did not start"
        for _ in range(int(START_SECONDS * 20)):
            with closing(socket.socket()) as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            threading.Event().wait(0.05)
        pytest.fail(f"no answer on {self.address}")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(START_SECONDS)
        assert not self._thread.is_alive(), "granian did not stop"


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
