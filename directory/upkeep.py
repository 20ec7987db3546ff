"""What the directory needs as days pass and its territory changes."""

from sqlalchemy import Engine

from directory.calendar_store import extend
from directory.db import transaction
from directory.projection import refresh_offers
from directory.settings import Settings


def refresh_cards(engine: Engine) -> int:
    """Bring the searched rows up to date with areas, needs and ended agreements; how many changed."""
    with transaction(engine) as session:
        return refresh_offers(session).total


def keep_up(engine: Engine, settings: Settings) -> None:
    """Once a day: openings up to the horizon, and offers whose agreement has ended go."""
    extend(engine, settings)
    refresh_cards(engine)
