"""What the directory is for: the answer follows the calendar of each place, and the clock of each place."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.main import make_router
from directory.answers import Directory, Question
from directory.intake import publish
from directory.records import Position, PositionSource
from fixtures.demo.generate import SEED
from fixtures.demo.pay_points import SLOTS, PayPoint, pay_points
from geo.points import LonLat
from geo.units import Metres
from tests.api.answers import PENSION, ask
from tests.demo import demo_settings
from tests.factories import (
    SANTIAGO,
    location_record,
    offer_record,
    seed_area,
    seed_basics,
    source_info,
)

INDEPENDENCE = date(2026, 9, 18)
PUNTA_ARENAS = LonLat(-70.917, -53.163)
POINTS = tuple(pay_points(SEED))[::150]


def served(answer: dict[str, Any], id_: str) -> datetime | None:
    """When an option of an answer is served; None when it is not among them."""
    for option in answer["options"]:
        if option["id"] == id_:
            return datetime.fromisoformat(option["served"]["at"])
    return None


@pytest.mark.parametrize("point", POINTS, ids=[point.code for point in POINTS])
def test_a_mobile_payment_point_counts_on_its_dates_only(
    client: TestClient, demo_engine: Engine, point: PayPoint
) -> None:
    with demo_engine.connect() as connection:
        id_ = str(
            connection.scalar(
                text("select id from service_at_location where source_id = :source and source_ref = :ref"),
                {"source": "ips_mobile_pay_points", "ref": point.code},
            )
        )
    first, second = point.visit(2026, 10), point.visit(2026, 11)
    opens = time.fromisoformat(SLOTS[point.slot][0])
    lon, lat = point.point
    question = {"lon": lon, "lat": lat, "needs": PENSION, "mode": "foot", "rank": "nearest", "limit": 20}

    def asked(day: date) -> dict[str, Any]:
        return ask(client, **question, leave_at=f"{day}T06:00")

    before, on_the_day, after = (asked(first + timedelta(days=days)) for days in (-1, 0, 1))
    for answer, day in ((before, first), (on_the_day, first), (after, second)):
        moment = served(answer, id_)
        assert moment is not None
        assert (moment.date(), moment.time()) == (day, opens)
    assert [(one["id"], one["served"]) for one in before["options"]] != [
        (one["id"], one["served"]) for one in after["options"]
    ]
    # Late on the day of the visit it is over.
    late = ask(client, **question, leave_at=f"{first}T18:00")
    moment = served(late, id_)
    assert moment is not None
    assert moment.date() == second


def test_nothing_regular_is_open_on_independence_day(client: TestClient, demo_engine: Engine) -> None:
    with demo_engine.connect() as connection:
        seats = connection.execute(
            text("select st_x(seat::geometry), st_y(seat::geometry), zone from area where kind = 'comuna'"
                 " and seat is not null order by code")
        ).all()  # fmt: skip
        always = {
            str(id_)
            for id_ in connection.scalars(
                text("select o.id from offer o join timetable t on t.id = o.timetable_id"
                     " where t.timing::text like '%24/7%'")
            )
        }  # fmt: skip
    ordinary = 0
    for lon, lat, zone in seats[::6]:
        for day in (INDEPENDENCE, INDEPENDENCE - timedelta(days=2)):
            question = {"lon": lon, "lat": lat, "leave_at": f"{day}T07:00", "limit": 20, "max_minutes": 240}
            for option in ask(client, **question)["options"]:
                at = datetime.fromisoformat(option["served"]["at"]).astimezone(ZoneInfo(zone))
                if at.date() != day or option["served"]["kind"] == "visit" or option["id"] in always:
                    continue
                assert day != INDEPENDENCE, option
                ordinary += 1
    # On the Wednesday before, the same questions do find places with regular hours.
    assert ordinary > 100


def test_no_regular_opening_is_built_for_independence_day(demo_engine: Engine) -> None:
    statement = text(
        "select count(*) from opening o join timetable t on t.id = o.timetable_id"
        " where o.kind = 'regular' and t.timing::text not like '%24/7%'"
        " and (lower(o.during) at time zone t.zone)::date = :day"
    )
    with demo_engine.connect() as connection:
        assert connection.scalar(statement, {"day": INDEPENDENCE}) == 0
        assert connection.scalar(statement, {"day": INDEPENDENCE - timedelta(days=2)}) > 100


def test_the_same_hours_are_other_instants_in_winter(session: Session, engine: Engine) -> None:
    seed_basics(session)
    zone = "America/Punta_Arenas"
    seed_area(session, "12101", "Punta Arenas", seat=PUNTA_ARENAS, zone=zone)
    south = location_record(
        ref="sur", name="Centro del sur", area_code="12101", zone=zone, locality="Punta Arenas",
        position=Position(PUNTA_ARENAS, PositionSource.GIVEN, Metres(10.0)),
    )  # fmt: skip
    records = [offer_record(), offer_record(source_ref="2", location=south, row=3)]
    publish(session, source_info(), records, first=date(2026, 7, 1), days=200)
    directory = Directory(engine, demo_settings(), make_router)

    def opens(origin: LonLat, day: str) -> datetime:
        question = Question(origin=origin, leave_at=datetime.fromisoformat(f"{day}T06:00"))
        answer = directory.ask(session, question).referrals
        assert answer is not None
        (option,) = answer.options
        assert option.served is not None
        return option.served.start.astimezone(UTC)

    # A Wednesday in winter: both open at nine by their own clocks.
    assert opens(SANTIAGO, "2026-07-08") == datetime(2026, 7, 8, 13, tzinfo=UTC)
    assert opens(PUNTA_ARENAS, "2026-07-08") == datetime(2026, 7, 8, 12, tzinfo=UTC)
    # And in summer the clocks agree.
    assert (
        opens(SANTIAGO, "2026-12-09")
        == opens(PUNTA_ARENAS, "2026-12-09")
        == datetime(2026, 12, 9, 12, tzinfo=UTC)
    )
