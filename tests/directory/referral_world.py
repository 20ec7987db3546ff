"""A small world of offers with many calendars, and the answer by trying everything."""

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from directory import candidates
from directory.eligibility import evaluate
from directory.referrals import Rank, ReferralQuery
from geo.points import LonLat
from geo.travel import Router

CENTER = LonLat(-71.2, -35.4)
START = datetime(2026, 3, 2, tzinfo=UTC)
NEEDS = ("common", "mid", "rare", "never")
SOURCE = "world"


@dataclass(frozen=True, slots=True)
class WorldOffer:
    """One offer as the oracle knows it."""

    id: uuid.UUID
    location_id: uuid.UUID
    point: LonLat
    needs: frozenset[str]
    calendar: tuple[tuple[datetime, datetime], ...] | None
    eligibility: dict[str, Any] | None
    service_minutes: int | None


def make_calendars(random_: random.Random, count: int) -> list[tuple[tuple[datetime, datetime], ...]]:
    """Weekday hours, lunch breaks, single visits, whole days, nothing at all."""
    made = []
    for number in range(count):
        openings = []
        for day in range(14):
            morning = START + timedelta(days=day, hours=random_.choice([8, 9, 9, 9, 10]))
            shape = number % 5
            if shape == 0 and day % 7 < 5:
                openings.append((morning, morning + timedelta(hours=8)))
            elif shape == 1 and day % 7 < 5:
                openings += [
                    (morning, morning + timedelta(hours=4)),
                    (morning + timedelta(hours=5), morning + timedelta(hours=8)),
                ]
            elif shape == 2 and day == number % 13:
                openings.append((morning, morning + timedelta(hours=2)))
            elif shape == 3:
                openings.append((START + timedelta(days=day), START + timedelta(days=day + 1)))
        made.append(tuple(openings))
    return made


def build_world(session: Session, seed: int, count: int = 400) -> list[WorldOffer]:
    """Write a world into the database, and answer what is in it."""
    random_ = random.Random(seed)
    calendars = make_calendars(random_, 30)
    corner = [
        LonLat(CENTER.lon + random_.uniform(-0.8, 0.8), CENTER.lat + random_.uniform(-0.8, 0.8))
        for _ in range(20)
    ]
    offers = []
    for _ in range(count):
        spread = random_.choice([0.01, 0.1, 1.0])
        point = LonLat(
            round(CENTER.lon + random_.gauss(0, spread), 4), round(CENTER.lat + random_.gauss(0, spread), 4)
        )
        if random_.random() < 0.15:
            point = random_.choice(corner)  # the same point for several: ties
        needs = {"common"} | ({"mid"} if random_.random() < 0.2 else set())
        needs |= {"rare"} if random_.random() < 0.01 else set()
        id_ = location_id = uuid.UUID(int=random_.getrandbits(128))
        if offers and random_.random() < 0.2:
            point, location_id = offers[-1].point, offers[-1].location_id  # two services at one place
        offers.append(
            WorldOffer(
                id_,
                location_id,
                point,
                frozenset(needs),
                random_.choice([*calendars, None]),
                {"min_age": random_.choice([18, 60])} if random_.random() < 0.3 else None,
                random_.choice([None, 0, 30, 90]),
            )
        )
    _write(session, offers, calendars)
    return offers


def _write(session: Session, offers: list[WorldOffer], calendars: list[Any]) -> None:
    with candidates.cursor(session) as rows:
        rows.execute(
            "insert into source (id, title, publisher, licence, period_days) values (%s, 'w', 'w', 'w', 30)",
            [SOURCE],
        )
        rows.execute(
            "insert into organization (id, name, description, last_modified) values (%s, 'o', '', now())",
            [uuid.UUID(int=1)],
        )
        rows.execute(
            "insert into service (id, organization_id, name, status, last_modified)"
            " values (%s, %s, 's', 'active', now())",
            [uuid.UUID(int=2), uuid.UUID(int=1)],
        )
        codes = {}
        for name in NEEDS[:3]:
            code = rows.execute(
                "insert into facet (kind, key) values ('need', %s) returning code", [name]
            ).fetchone()
            assert code is not None
            codes[name] = code[0]
        ids = {None: None}
        for number, calendar in enumerate(calendars):
            made = rows.execute(
                "insert into timetable (key, zone, timing) values (%s, 'UTC', '{}') returning id",
                [f"t{number}"],
            ).fetchone()
            assert made is not None
            ids[calendar] = made[0]
            rows.executemany(
                "insert into opening (timetable_id, during, kind) values (%s, tstzrange(%s, %s), 'regular')",
                [(made[0], start, end) for start, end in calendar],
            )
        for offer in offers:
            rows.execute(
                "insert into location (id, location_type, zone, geog, position_source, last_modified)"
                " values (%s, 'physical', 'UTC', %s, 'given', now()) on conflict (id) do nothing",
                [offer.location_id, offer.point.wkt],
            )
            rows.execute(
                "insert into service_at_location (id, service_id, location_id, kind, source_id, source_ref, digest,"
                " last_modified) values (%s, %s, %s, 'health', %s, %s, '', now())",
                [offer.id, uuid.UUID(int=2), offer.location_id, SOURCE, str(offer.id)],
            )
            rows.execute(
                "insert into offer (id, location_id, kind, geog, facets, timetable_id, zone, eligibility,"
                " service_minutes, card, search)"
                " values (%s, %s, 'health', %s, %s, %s, 'UTC', %s, %s, '{}', '')",
                [
                    offer.id,
                    offer.location_id,
                    offer.point.wkt,
                    sorted(codes[need] for need in offer.needs),
                    ids[offer.calendar],
                    Jsonb(offer.eligibility) if offer.eligibility else None,
                    offer.service_minutes,
                ],
            )
        rows.execute(
            "insert into calendar_state values (1, %s, now())"
            " on conflict (id) do update set version = excluded.version",
            [id(offers) % 2**31],
        )


def brute_force(
    offers: list[WorldOffer], query: ReferralQuery, router: Router, service_minutes: int
) -> list[uuid.UUID]:
    """The options for a question by trying every offer."""
    found = []
    trips = router.trips(query.origin, [one.point for one in offers], query.mode, query.leave_at)
    for one, trip in zip(offers, trips, strict=True):
        if trip is None or trip.minutes > query.max_minutes or not set(query.needs) <= one.needs:
            continue
        if one.calendar is None or evaluate(one.eligibility, query.person, lambda _: ()).answer == "no":
            continue
        arrival = query.leave_at + timedelta(minutes=trip.minutes)
        needed = timedelta(minutes=service_minutes if one.service_minutes is None else one.service_minutes)
        moments = [
            max(arrival, start)
            for start, end in one.calendar
            if end > arrival and end - max(arrival, start) >= min(needed, end - start)
        ]
        if not moments:
            continue
        first = (min(moments).timestamp(),) if query.rank is Rank.SOONEST else (trip.minutes,)
        found.append(((*first, trip.minutes, str(one.id)), one))
    best: dict[uuid.UUID, uuid.UUID] = {}
    for _, one in sorted(found, key=lambda pair: pair[0]):
        best.setdefault(one.location_id, one.id)
    return list(best.values())[: query.limit]
