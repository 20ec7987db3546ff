"""What a running service does once a day: dump its private database, and make the next day of openings."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

log = logging.getLogger(__name__)

DAY_SECONDS = 24 * 3600.0
STOP_SECONDS = 30


@contextmanager
def daily(tasks: Mapping[str, Callable[[], object]], *, every_seconds: float = DAY_SECONDS) -> Iterator[None]:
    """Run the tasks in a thread, at once and then every so many seconds, until the end of the block.

    A task that fails is logged and tried again the next time: the service goes on answering meanwhile.
    """
    ended = threading.Event()
    thread = threading.Thread(target=_loop, args=(tasks, every_seconds, ended), name="daily", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(STOP_SECONDS)


def _loop(tasks: Mapping[str, Callable[[], object]], every_seconds: float, ended: threading.Event) -> None:
    while not ended.is_set():
        for name, task in tasks.items():
            try:
                task()
            except Exception:
                log.exception("The daily task %r failed; it is tried again later.", name)
        ended.wait(every_seconds)
