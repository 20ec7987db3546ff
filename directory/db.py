"""Engine, sessions and the raw read connection. Nobody else opens connections or commits."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.orm import Session

__all__ = ["OUTAGES", "Engine", "Session", "make_engine", "reading", "transaction"]

# What is raised when the server is gone, busy or too slow: an answer of 503, not of 500.
OUTAGES: tuple[type[Exception], ...] = (OperationalError, TimeoutError)


def make_engine(url: str, *, pool_size: int = 8, statement_timeout_ms: int = 0) -> Engine:
    """An engine on psycopg 3 for a postgresql:// address. A timeout of 0 lets statements run."""
    options = f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC -c jit=off"
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"options": options, "application_name": "cercana"},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any exception."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One read-only transaction, for questions: the server itself refuses to write in it."""
    with engine.connect().execution_options(postgresql_readonly=True) as connection:
        with Session(bind=connection, expire_on_commit=False) as session:
            yield session
