"""Serving the application: in this process, or with several workers in processes of their own."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable

from fastapi import FastAPI
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from directory.errors import DirectoryError
from directory.settings import Settings

CLOSING_SECONDS = 10
"""How long questions that are being answered may take when the service is told to stop."""


class ServeError(DirectoryError):
    """The service cannot listen where it should: says what to do."""


def require_free_port(settings: Settings) -> None:
    """Refuse early, before a database is started, when something listens on the port already."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server does: a port whose last connections are only just closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ServeError(
                f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}. "
                "Stop what uses it, or choose another with --port."
            ) from error


def serve(settings: Settings, make_app: Callable[[], FastAPI]) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, then finish the questions under way.

    With one worker the application runs in this very process: killed, it leaves nothing that holds the port.
    With more, workers make it from the environment (api.main:app_from_environment).
    """
    if settings.workers == 1:
        asyncio.run(_serve_here(settings, make_app()))
        return
    server = Granian(
        "api.main:app_from_environment",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        factory=True,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=CLOSING_SECONDS,
    )
    server.serve()


async def _serve_here(settings: Settings, app: FastAPI) -> None:
    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        log_level=LogLevels.error,
    )
    server.workers_kill_timeout = CLOSING_SECONDS
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        server.stop()  # type: ignore[no-untyped-call]

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    with contextlib.suppress(TimeoutError):  # a question that outlasts the closing time is broken off
        await server.serve()
    if not stopped:
        raise ServeError(
            "The service stopped by itself: its application did not start or its listener failed."
        )


def stop_on_signals() -> None:
    """Have SIGTERM and SIGHUP end this process as Ctrl-C does, through every `finally` on the way."""

    def leave(number: int, frame: object) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
