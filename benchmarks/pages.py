"""Bytes, requests and times of the pages of a running service, as a cheap phone on slow 3G sees them.

    .venv/bin/python -m benchmarks.pages http://127.0.0.1:8000 [--place Talca] [--runs 3] [--chromium /usr/bin/chromium]

Slow 3G is 2 s of round trip and 50 kB/s, processor slowed down four times (Chrome's own emulation, by its devtools
protocol). Each run is a fresh browser context with nothing cached. Bytes are those on the wire, headers included.
"First text" is the first contentful paint; "first item" the first card or line in the document, "list" the last one
(for the search the whole list, before any script runs); "all" is the network at rest (tiles and pins).
"""

import argparse
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

ROUND_TRIP_MS = 2_000
BYTES_A_SECOND = 50_000
SLOWED = 4
PHONE = {"width": 360, "height": 740}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
WHEN = {"when": "tomorrow"}
FIRST_FICHA = ".card a[href*='/o/'], .places .links a"
# When the first and the last card (or line; for a page without cards what follows its heading) were in the document.
WATCH = """(() => {
    let items = 0;
    const watcher = new MutationObserver(() => {
        const found = document.querySelectorAll('.card .actions, .places li').length;
        const now = found || (document.querySelector('h1 ~ *') ? 1 : 0);
        if (now === items) return;
        items = now; window.firstItem ??= performance.now(); window.lastItem = performance.now();
    });
    watcher.observe(document, {childList: true, subtree: true});
    document.addEventListener('DOMContentLoaded', () => watcher.disconnect());
})();"""
READ = """() => {
    const [page] = performance.getEntriesByType('navigation'), files = performance.getEntriesByType('resource');
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const map = files.filter(one => /leaflet|-layer|map\\.|teselas|puntos/.test(one.name));
    const sum = list => list.reduce((total, one) => total + one.transferSize, 0);
    return {document: page.transferSize, all: page.transferSize + sum(files), map: sum(map), requests: files.length + 1,
        paint: paint ? paint.startTime : 0, list: window.firstItem || 0, end: window.lastItem || page.domInteractive,
        rest: Math.max(page.responseEnd, ...files.map(one => one.responseEnd))};
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One page: bytes on the wire, and milliseconds from the start of navigation (medians of the runs)."""

    name: str
    document: int
    without_map: int
    all: int
    requests: int
    first_text: float
    first_item: float
    list_end: float
    at_rest: float


def seen(browser: Browser, name: str, url: str, runs: int) -> Seen:
    """Visit a page so many times, each as if for the first time."""
    read = [_visit(browser, url) for _ in range(runs)]

    def middle(key: str) -> float:
        return float(statistics.median(one[key] for one in read))

    sizes = read[0]
    return Seen(
        name,
        int(sizes["document"]),
        int(sizes["all"] - sizes["map"]),
        int(sizes["all"]),
        int(sizes["requests"]),
        *(middle(key) for key in ("paint", "list", "end", "rest")),
    )


def _visit(browser: Browser, url: str) -> dict[str, float]:
    context = browser.new_context(viewport=PHONE, locale="es-CL")  # type: ignore[arg-type]
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    limits = {"offline": False, "latency": ROUND_TRIP_MS}
    speeds = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    devtools.send("Network.emulateNetworkConditions", {**limits, **speeds})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    page.add_init_script(WATCH)
    page.goto(url, wait_until="networkidle", timeout=120_000)
    read: dict[str, float] = page.evaluate(READ)
    context.close()
    return read


def pages(browser: Browser, site: str, place: str) -> Iterator[tuple[str, str]]:
    """Name and address of every page; the ficha is the first of the map's list."""
    yield "search, empty", f"{site}/"
    yield f"results, {place}", f"{site}/?{urlencode({'place': place, **WHEN})}"
    page: Page = browser.new_page()
    page.goto(f"{site}/mapa?kind=branch")
    ficha = (
        page.locator(FIRST_FICHA).first.evaluate("link => link.href")
        if page.locator(FIRST_FICHA).count()
        else ""
    )
    page.close()
    if ficha:
        yield "ficha", ficha
    named = ("comunas", "mapa", "acerca", "accesibilidad", "sin-conexion")
    yield from ((f"/{name}", f"{site}/{name}") for name in named)


def table(rows: list[Seen]) -> str:
    """The figures as a table in Markdown; bytes as they are, times in seconds."""
    names = (
        "page",
        "document B",
        "without map B",
        "all B",
        "requests",
        "first text s",
        "first item s",
        "list s",
        "all s",
    )
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    for one in rows:
        sizes = (one.document, one.without_map, one.all, one.requests)
        times = (one.first_text, one.first_item, one.list_end, one.at_rest)
        said = [one.name, *(f"{size:,}" for size in sizes), *(f"{time / 1000:.1f}" for time in times)]
        lines.append(f"| {' | '.join(said)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, and write the table."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("site", help="address of the running service")
    reader.add_argument("--place", default="Talca")
    reader.add_argument("--runs", type=int, default=3)
    reader.add_argument("--chromium", default="/usr/bin/chromium")
    told = reader.parse_args()
    site = told.site.rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=told.chromium, args=ARGUMENTS)
        rows = [seen(browser, name, url, told.runs) for name, url in pages(browser, site, told.place)]
        browser.close()
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
