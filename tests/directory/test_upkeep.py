"""What happens once a day."""

from datetime import time

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from directory.db import transaction
from directory.intake import publish
from directory.records import Timing, WeeklyRule
from directory.tables import Area, Offer, Opening, Timetable
from directory.upkeep import refresh_cards, sweep_timetables
from tests.factories import OFFICE_HOURS, offer_record, seed_basics, source_info

EVENINGS = Timing(rules=(WeeklyRule(time(18), time(21), byday=("TU",)),))


def timetables(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Timetable)) or 0


def test_a_calendar_that_nobody_keeps_is_swept(own_engine: Engine) -> None:
    with transaction(own_engine) as session:
        seed_basics(session)
        publish(session, source_info(), [offer_record(timing=OFFICE_HOURS)])
    with transaction(own_engine) as session:
        publish(session, source_info(), [offer_record(timing=EVENINGS)])
        assert timetables(session) == 2
    assert sweep_timetables(own_engine) == 1
    assert sweep_timetables(own_engine) == 0
    with transaction(own_engine) as session:
        kept = session.scalar(select(Offer.timetable_id))
        assert kept is not None
        assert set(session.scalars(select(Opening.timetable_id))) == {kept}


def test_cards_follow_a_renamed_area(own_engine: Engine) -> None:
    with transaction(own_engine) as session:
        seed_basics(session)
        publish(session, source_info(), [offer_record()])
        area = session.get(Area, "13101")
        assert area is not None
        area.name = "Santiago Centro"
    assert refresh_cards(own_engine) == 1
    assert refresh_cards(own_engine) == 0
    with transaction(own_engine) as session:
        card = session.scalar(select(Offer.card))
        assert card is not None
        assert card["area"]["name"] == "Santiago Centro"
