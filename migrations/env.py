"""Alembic's environment: on a connection that directory.migrate hands over, or on CERCANA_DATABASE_URL."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text

from directory.cluster import database
from directory.db import make_engine
from directory.settings import Settings
from directory.tables import METADATA

ONE_AT_A_TIME = 0x6365726361  # "cerca": nobody else's advisory lock


def include_object(item, name, kind, reflected, compare_to):
    """Leave PostGIS's own tables and indexes out of the comparison."""
    if kind == "table" and name == "spatial_ref_sys":
        return False
    return alembic_helpers.include_object(item, name, kind, reflected, compare_to)


def migrate(connection: Connection) -> None:
    """Run the migrations on a connection, inside its transaction."""
    # Waiting for the other migrating process is right; waiting behind a long question is not.
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        include_object=include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Take the connection handed over, or open one (for `alembic revision --autogenerate`)."""
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    with database(Settings()) as url:
        engine = make_engine(url, pool_size=1)
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()


main()
