"""The referral question is exact, walks the index, and never shows a protected point."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory import candidates
from directory.eligibility import Person
from directory.errors import QuestionError
from directory.referrals import Rank, ReferralAnswer, ReferralQuery, Referrals
from geo.estimate import EstimateRouter
from geo.points import LonLat
from geo.travel import TravelMode
from geo.units import Minutes
from tests.directory.referral_world import CENTER, NEEDS, START, WorldOffer, brute_force, build_world

SERVICE_MINUTES = 15
QUESTIONS = 2_000


@pytest.fixture(scope="module")
def world(engine: Engine) -> Iterator[tuple[Session, list[WorldOffer]]]:
    """A world that is rolled back at the end of the module."""
    with engine.connect() as connection, Session(bind=connection) as session:
        yield session, build_world(session, seed=7)
        session.rollback()


def referrals() -> Referrals:
    return Referrals(EstimateRouter(), service_minutes=SERVICE_MINUTES, ancestors=lambda _: ())


def ask(asked: Referrals, session: Session, query: ReferralQuery) -> ReferralAnswer:
    """As a request does: refresh, then find."""
    asked.memory.refresh(session)
    return asked.find_referrals(session, query)


def question(random_: random.Random) -> ReferralQuery:
    """Any question: near or far, by day or night, rare needs, narrow limits."""
    leave_at = START + timedelta(minutes=random_.randrange(0, 9 * 24 * 60))
    return ReferralQuery(
        origin=LonLat(CENTER.lon + random_.gauss(0, 0.3), CENTER.lat + random_.gauss(0, 0.3)),
        leave_at=leave_at,
        needs=tuple(random_.sample(NEEDS[:3], random_.choice([0, 1, 1, 2]))),
        person=Person(age=random_.choice([None, 17, 30, 70])),
        mode=random_.choice(list(TravelMode)),
        max_minutes=Minutes(random_.choice([10.0, 60.0, 120.0, 600.0])),
        rank=random_.choice(list(Rank)),
        limit=random_.choice([1, 3, 5, 20]),
        arrive_by=leave_at + timedelta(hours=random_.choice([1, 3, 9, 30]))
        if random_.random() < 0.2
        else None,
    )


def test_exact_against_brute_force(world: tuple[Session, list[WorldOffer]]) -> None:
    session, offers = world
    asked, router = referrals(), EstimateRouter()
    random_ = random.Random(11)
    answered = 0
    for number in range(QUESTIONS):
        query = question(random_)
        trips = router.trips(query.origin, [one.point for one in offers], query.mode, query.leave_at)
        expected = brute_force(offers, query, [trip and trip.minutes for trip in trips], SERVICE_MINUTES)
        found = [one.id for one in ask(asked, session, query).options]
        assert found == [one for _, one in expected], f"question {number}: {query}"
        answered += bool(expected)
    # The test would prove nothing if most questions had no answer.
    assert answered > QUESTIONS / 3


def test_a_need_that_nobody_meets_has_no_options(world: tuple[Session, list[WorldOffer]]) -> None:
    session, _ = world
    answer = ask(referrals(), session, ReferralQuery(CENTER, START, needs=("never",)))
    assert answer.options == []
    assert answer.beyond is None


def test_beyond_the_limit_the_best_one_is_told(world: tuple[Session, list[WorldOffer]]) -> None:
    session, offers = world
    query = ReferralQuery(
        LonLat(-71.2, -35.9), START + timedelta(hours=12), needs=("rare",), max_minutes=Minutes(1.0)
    )
    answer = ask(referrals(), session, query)
    assert answer.options == []
    assert answer.beyond is not None
    assert answer.left_out["too_far"] > 0
    assert answer.beyond.id in {one.id for one in offers if "rare" in one.needs}


def test_the_walk_uses_the_composite_index(world: tuple[Session, list[WorldOffer]]) -> None:
    session, _ = world
    # A world this small is sorted in no time: what is shown is that the index can give the order.
    session.execute(text("set local enable_seqscan = off; set local enable_bitmapscan = off"))
    values = {"origin": CENTER.wkt, "facets": [1], "limit": 32}
    with candidates.cursor(session) as rows:
        rows.execute("explain " + candidates.WALK, values)
        plan = "\n".join(line for (line,) in rows)
    assert "Index Scan using ix_offer_geog_facets" in plan
    assert "Order By: (geog <->" in plan
    assert "Sort" not in plan
    assert "Filter: (facets" not in plan


def test_ten_kilometres_are_ten_kilometres_far_south(session: Session) -> None:
    # EPSG:3857 "metres" would reach 6.01 km here; degrees would be an ellipse.
    origin = LonLat(-70.9, -53.1)
    moved = text(
        "select st_x(p), st_y(p) from (select"
        " st_project(st_setsrid(st_point(:lon, :lat), 4326)::geography, :metres, radians(:way))::geometry as p) q"
    )
    for way in (0, 45, 90, 200):
        for metres, inside in ((9_900, True), (10_100, False)):
            lon, lat = session.execute(
                moved, {"lon": origin.lon, "lat": origin.lat, "metres": metres, "way": way}
            ).one()
            within = session.scalar(
                text("select st_dwithin(cast(:a as geography), cast(:b as geography), 10000)"),
                {"a": origin.wkt, "b": LonLat(lon, lat).wkt},
            )
            assert within is inside


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(QuestionError, match="zone"):
        ReferralQuery(CENTER, datetime(2026, 3, 2, 9))


def test_leave_at_may_be_in_any_zone(world: tuple[Session, list[WorldOffer]]) -> None:
    session, _ = world
    asked = referrals()
    moment = START + timedelta(hours=12)
    there = ask(asked, session, ReferralQuery(CENTER, moment)).options
    here = asked.find_referrals(
        session, ReferralQuery(CENTER, moment.astimezone(ZoneInfo("America/Santiago")))
    ).options
    assert [one.id for one in there] == [one.id for one in here]
