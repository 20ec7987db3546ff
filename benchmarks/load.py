"""What every measurement shares: processor time of processes, and a bounded load on loopback.

Figures are core-milliseconds per request: processor time of the server and of its database backends, which
the load generator and noisy neighbours do not change. Their inverse is the throughput a core can give.
"""

import http.client
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: core-ms a request, and wall milliseconds (median and 95th percentile)."""

    core_ms: float
    p50_ms: float
    p95_ms: float


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and parent_of(int(entry.name)) == pid:
            found += family(int(entry.name))
    return found


def parent_of(pid: int) -> int:
    """Parent of a process, 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor seconds used so far by processes that still live."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def measure(ask: Callable[[int], None], count: int, threads: int, pids: Callable[[], list[int]]) -> Measured:
    """Ask `count` questions from `threads` threads and account for the processor time of `pids`."""
    times = [0.0] * count

    def one(number: int) -> None:
        start = time.perf_counter()
        ask(number)
        times[number] = (time.perf_counter() - start) * 1000

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(min(count, 4 * threads))))  # warm: connections, plans, caches
        before = cpu_seconds(pids())
        list(pool.map(one, range(count)))
        used = cpu_seconds(pids()) - before
    ordered = sorted(times)
    return Measured(used * 1000 / count, statistics.median(ordered), ordered[int(count * 0.95)])


def http_asker(port: int, paths: Sequence[str]) -> Callable[[int], None]:
    """Asks paths of a server on loopback, one kept connection a thread. Anything but 200 ends the run."""
    import threading

    local = threading.local()

    def ask(number: int) -> None:
        connection = getattr(local, "connection", None)
        if connection is None:
            connection = local.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", paths[number % len(paths)])
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{paths[number % len(paths)]}: {answer.status} {body[:200]!r}")

    return ask


@contextmanager
def serving(command: Sequence[str], port: int, path: str, environment: dict[str, str]):  # type: ignore[no-untyped-def]
    """A server process on loopback, ready when `path` answers."""
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        for _ in range(600):
            try:
                http_asker(port, [path])(0)
                break
            except (OSError, RuntimeError, http.client.HTTPException):
                if process.poll() is not None:
                    raise RuntimeError(f"{command[0]} ended with {process.returncode}") from None
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)
