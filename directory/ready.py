"""A database that is up and migrated: what every command needs before it does anything."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from directory import migrate
from directory.cluster import database, default_data_folder
from directory.db import make_engine
from directory.dumps import dump
from directory.settings import Settings


@contextmanager
def working_engine(settings: Settings) -> Iterator[Engine]:
    """The database of the settings, up and migrated, as an engine; let go of at the end."""
    with database(settings) as url:
        migrate_after_dump(settings, url)
        engine = make_engine(url, pool_size=settings.pool_size)
        try:
            yield engine
        finally:
            engine.dispose()


def migrate_after_dump(settings: Settings, url: str) -> list[str]:
    """Bring the schema up to date, after a dump of a private database in use. Answers what was applied."""
    lacking = migrate.pending(url)
    if lacking and settings.database_url is None and not migrate.is_new(url):
        dump(default_data_folder(settings), url, kind="migration", pgbin=settings.pgbin)
    if lacking:
        migrate.upgrade(url)
    return lacking
