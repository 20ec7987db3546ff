"""What the directory needs as days pass and its territory changes."""

from sqlalchemy import Engine, text

from directory.calendar_store import EXTENDING, extend
from directory.db import transaction
from directory.jobs import purge_jobs
from directory.projection import refresh_offers
from directory.reports import purge_reports
from directory.settings import Settings

UNUSED = """
delete from timetable t
where not exists (select from service_at_location o where o.timetable_key = t.key)
  and not exists (select from offer f where f.timetable_id = t.id)
returning t.id
"""


def refresh_cards(engine: Engine) -> int:
    """Bring the searched rows up to date with areas, needs and ended agreements; how many changed."""
    with transaction(engine) as session:
        return refresh_offers(session).total


def sweep_timetables(engine: Engine) -> int:
    """Drop calendars that no offer keeps any more, withdrawn ones included; how many there were.

    Imports take the same lock, so none of them can be about to use one.
    """
    with transaction(engine) as session:
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": EXTENDING})
        return len(session.execute(text(UNUSED)).all())


def keep_up(engine: Engine, settings: Settings) -> None:
    """Once a day: offers whose agreement has ended and calendars of nobody go, openings reach the horizon.

    Old error reports and finished jobs go; offers that came or moved are looked up on the road networks, and
    reach rows that they lack are asked for.
    """
    from directory.job_refresh import refresh_rows
    from directory.networks import refresh_networks  # SciPy takes its time, and few commands need it

    refresh_cards(engine)
    sweep_timetables(engine)
    extend(engine, settings)
    with transaction(engine) as session:
        purge_reports(session)
        purge_jobs(session)
    refresh_networks(engine, settings)
    refresh_rows(engine, settings)
