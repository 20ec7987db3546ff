"""Engine, sessions and the raw read connection. Nobody else opens connections or commits."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

__all__ = ["OUTAGES", "Engine", "Session", "make_engine", "reading", "transaction"]

# What is raised when the server is gone, busy or too slow: an answer of 503, not of 500. The driver's own
# errors too: the hot path runs on its cursor, where nobody translates them.
OUTAGES: tuple[type[Exception], ...] = (
    OperationalError, InterfaceError, TimeoutError, psycopg.OperationalError, psycopg.InterfaceError
)  # fmt: skip


def make_engine(
    url: str, *, pool_size: int = 8, statement_timeout_ms: int = 0, read_only: bool = False
) -> Engine:
    """An engine on psycopg 3 for a postgresql:// address. A timeout of 0 lets statements run.

    read_only is for questions: the server refuses every write, and no statement is spent on asking whether
    the connection still lives (who asks tries once more, see directory.answers).
    """
    options = f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC -c jit=off"
    if read_only:
        options += " -c default_transaction_read_only=on"
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=not read_only,
        connect_args={"options": options, "application_name": "cercana"},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any exception."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for questions, given back at the end of the request.

    Each statement is its own snapshot (as it is under READ COMMITTED anyway), so nothing is opened or closed
    around them: two round trips less. The service's engine is read_only, so that the server refuses writes.
    """
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection, Session(bind=connection, expire_on_commit=False) as session:
        yield session
