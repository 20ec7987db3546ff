"""From typing a place in the console to the painted answer, in a real Chromium.

    .venv/bin/python -m benchmarks.console [--calls 20] [--browser /usr/bin/chromium]

The demonstration in a database of the benchmarks' own private cluster, on the made-up roads of fixtures/network
(they lie in Talca) with tiles, served by one process. Each call types a place key by key, presses Enter, and ends
when the next frame after the answer has been painted. Wall milliseconds, keys included (40 ms each).
"""

import argparse
import asyncio
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import psycopg
from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.sync_api import Page, sync_playwright
from psycopg import sql

from api.main import create_app
from benchmarks.worlds import named
from directory import calendar_store, migrate
from directory.cluster import database
from directory.db import make_engine
from directory.networks import refresh_networks
from directory.settings import ROOT, Settings
from geo.networks import Networks
from importers.areas import load_country
from importers.demo import load_demo
from importers.network_build import Ingredients, builder

NAME = "bench_console"
ROADS = ROOT / "fixtures" / "network"
PLACES = ("talca", "penaflor", "valdivia", "arica", "-35,4268 -71,6554")
KEY_MS = 40
GOAL_MS = 2_000
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
# Resolves with the moment of the frame after the answer to the question that is asked next.
PAINTED = """() => { window.painted = new Promise((done) => document.addEventListener('htmx:afterSettle',
  () => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))), { once: true })); }"""


@contextmanager
def world(folder: Path) -> Iterator[Any]:
    """The service on the demonstration and the roads."""
    networks = folder / "networks"
    Networks(networks).install(
        "comarca",
        builder("Comarca", Ingredients(ROADS / "comarca.osm", [], True, [ROADS / "profile.toml"])),
    )
    settings = Settings(data=folder / "data", networks=networks)
    with database(settings) as server:
        with closing(psycopg.connect(server, autocommit=True)) as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(NAME)))
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(NAME)))
        url = named(server, NAME)
        migrate.upgrade(url)
        engine = make_engine(url)
        load_country(engine, settings)
        load_demo(engine, settings)
        calendar_store.extend(engine, settings)
        print(f"offers looked up on the roads: {refresh_networks(engine, settings)}")
        yield create_app(settings, engine)
        engine.dispose()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of the service, in a thread of its own."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    loop = asyncio.new_event_loop()
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False)
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urlopen(f"{address}/consola").close()  # our own server
            break
        except OSError:
            time.sleep(0.1)
    yield address
    loop.call_soon_threadsafe(server.stop)
    thread.join(20)


def call(page: Page, place: str) -> dict[str, float]:
    """One call: milliseconds from the first key, and from Enter, to the painted answer."""
    page.keyboard.press("Alt+KeyN")
    page.evaluate(PAINTED)
    begun = float(page.evaluate("performance.now()"))
    page.keyboard.type(place, delay=KEY_MS)
    sent = float(page.evaluate("performance.now()"))
    page.keyboard.press("Enter")
    painted = float(page.evaluate("window.painted"))
    state = page.locator("#answer").get_attribute("data-state")
    if state not in {"results", "none"}:
        raise SystemExit(f"{place}: no answer but {state}")
    return {"from the first key": painted - begun, "from Enter": painted - sent}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20, help="calls for each place")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    given = parser.parse_args()
    with TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        with world(folder) as app, served(app) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=given.browser, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.goto(f"{address}/consola")
            call(page, PLACES[0])  # warm
            print(f"| place | from the first key, median | p95 | from Enter, median | p95 |\n|{'---|' * 5}")
            worst = 0.0
            for place in PLACES:
                measured = [call(page, place) for _ in range(given.calls)]
                cells = [place]
                for part in ("from the first key", "from Enter"):
                    times = sorted(one[part] for one in measured)
                    worst = max(worst, times[-1])
                    cells += [
                        f"{statistics.median(times):.0f} ms",
                        f"{times[int(0.95 * (len(times) - 1))]:.0f} ms",
                    ]
                print(f"| {' | '.join(cells)} |")
            print(f"slowest: {worst:.0f} ms, goal {GOAL_MS} ms")
            browser.close()


if __name__ == "__main__":
    main()
