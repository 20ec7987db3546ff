"""Whether the service can answer: database, migrations, age of the data."""

from typing import Any

from fastapi import APIRouter

from api.dependencies import TheDirectory
from api.errors import PROBLEMS
from api.schemas_directory import HealthOut
from directory.catalog import data_age
from directory.db import Engine
from directory.migrate import pending

router = APIRouter(prefix="/health", tags=["health"])


@router.get("", response_model=HealthOut, responses=PROBLEMS)
def health(directory: TheDirectory) -> dict[str, Any]:
    """Database and migrations as they are now, and every source with the age of its data."""
    lacking = pending(address(directory.engine))
    with directory.reading() as session:
        # A database that was never migrated has no sources to ask for.
        sources = [] if lacking else data_age(session)
    return {
        "status": "ok" if not lacking and not any(one["stale"] for one in sources) else "attention",
        "database": "ok",
        "pending_migrations": lacking,
        "sources": sources,
    }


def address(engine: Engine) -> str:
    """The engine's address as directory.migrate takes it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
