"""A small world of offers with many calendars, and the answer by trying everything."""

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from directory import candidates
from directory.eligibility import evaluate
from directory.referrals import Rank, ReferralQuery
from geo.points import LonLat
from geo.travel import NoTrip

CENTER = LonLat(-71.2, -35.4)
# A fortnight with Good Friday (3 April) and the end of daylight saving time (midnight to 5 April) in it.
ZONE = ZoneInfo("America/Santiago")
FIRST_DAY = date(2026, 3, 30)
HOLIDAY = date(2026, 4, 3)
START = datetime(2026, 3, 30, tzinfo=ZONE).astimezone(UTC)
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
    """Weekday hours, lunch breaks, single visits, whole days, nothing at all; by the clock on the wall."""
    made = []
    for number in range(count):
        openings: list[tuple[datetime, datetime]] = []
        for day in (FIRST_DAY + timedelta(days=n) for n in range(14)):
            opens = random_.choice([8, 9, 9, 9, 10])
            weekday = day.weekday() < 5 and day != HOLIDAY
            shape = number % 5
            if shape == 0 and weekday:
                openings.append(_hours(day, opens, opens + 8))
            elif shape == 1 and weekday:
                openings += [_hours(day, opens, opens + 4), _hours(day, opens + 5, opens + 8)]
            elif shape == 2 and (day - FIRST_DAY).days == number % 13:
                openings.append(_hours(day, opens, opens + 2))
            elif shape == 3:
                openings.append(_hours(day, 0, 24))
        made.append(tuple(openings))
    return made


def _hours(day: date, opens: int, closes: int) -> tuple[datetime, datetime]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    later = midnight + timedelta(days=closes // 24)
    return midnight.replace(hour=opens).astimezone(UTC), later.replace(hour=closes % 24).astimezone(UTC)


def anywhere(random_: random.Random) -> LonLat:
    """A point near the middle of the world, or far from it."""
    spread = random_.choice([0.01, 0.1, 1.0])
    return LonLat(
        round(CENTER.lon + random_.gauss(0, spread), 4), round(CENTER.lat + random_.gauss(0, spread), 4)
    )


def build_world(
    session: Session, seed: int, count: int = 400, place: Callable[[random.Random], LonLat] = anywhere
) -> list[WorldOffer]:
    """Write a world into the database, and answer what is in it."""
    random_ = random.Random(seed)
    calendars = make_calendars(random_, 30)
    corner = [place(random_) for _ in range(20)]
    offers = []
    for _ in range(count):
        point = place(random_)
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
    offers: list[WorldOffer],
    query: ReferralQuery,
    minutes: Sequence[float | NoTrip | None],
    service_minutes: int,
) -> list[tuple[float, uuid.UUID]]:
    """The options for a question by trying every offer, with what each is ranked by."""
    found = []
    for one, trip in zip(offers, minutes, strict=True):
        if trip is None or isinstance(trip, NoTrip) or trip > query.max_minutes:
            continue
        if not set(query.needs) <= one.needs or one.calendar is None:
            continue
        if evaluate(one.eligibility, query.person, lambda _: ()).answer == "no":
            continue
        rank = _rank(one, query, trip, service_minutes)
        if rank is not None:
            found.append(((rank if query.rank is Rank.SOONEST else trip, trip, str(one.id)), one))
    best: dict[uuid.UUID, tuple[float, uuid.UUID]] = {}
    for (first, _, _), one in sorted(found, key=lambda pair: pair[0]):
        best.setdefault(one.location_id, (first, one.id))
    return list(best.values())[: query.limit]


def _rank(one: WorldOffer, query: ReferralQuery, trip: float, service_minutes: int) -> float | None:
    """When one is served there as a number to rank by (asked to arrive by an hour: when to leave, later first)."""
    arrival = query.leave_at + timedelta(minutes=trip)
    needed = timedelta(minutes=service_minutes if one.service_minutes is None else one.service_minutes)
    assert one.calendar is not None
    if query.arrive_by is None:
        moments = [
            max(arrival, start)
            for start, end in one.calendar
            if end > arrival and end - max(arrival, start) >= min(needed, end - start)
        ]
        return min(moments).timestamp() if moments else None
    latest = [
        min(query.arrive_by, end - min(needed, end - start)) for start, end in one.calendar if end > arrival
    ]
    fits = [
        at
        for at, (start, _) in zip(latest, [c for c in one.calendar if c[1] > arrival], strict=True)
        if at >= max(arrival, start)
    ]
    return -(max(fits) - timedelta(minutes=trip)).timestamp() if fits else None
