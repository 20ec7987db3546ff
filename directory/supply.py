"""The supply of a coverage question: the offers that fit it, where they stand, and when they serve.

What cannot be counted (hours that nobody stated, places without a public point) is counted here, so that it is
told. Who is not admitted stays in: a report says why people are left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.orm import Session

from directory import candidates
from directory.coverage_terms import CoverageQuery
from directory.eligibility import Answer, evaluate
from geo.points import LonLat
from geo.travel import OFF_ROAD, RURAL_OFF_ROAD
from geo.units import Metres, Minutes

# Kinds of offers that are somewhere for some hours only, whatever their hours are written like.
MOBILE_KINDS = frozenset({"mobile_pay_point", "mobile_office"})
_DAY = timedelta(days=1)
_DAY_MINUTES = 1440.0


@dataclass(frozen=True, slots=True)
class Window:
    """When a provider serves. Minutes after local midnight of the day; closes may lie after the next midnight."""

    day: date
    opens: float
    closes: float


@dataclass(frozen=True, slots=True)
class Provider:
    """One offer with a public point. id: None for one of a scenario. needed: minutes to be served.

    verdict: of eligibility; "missing" counts, for what is not known of a person is never taken for a no.
    windows: None: nobody stated hours; (): none in the days that were read. capacity: None when not stated.
    """

    id: UUID | None
    name: str
    kind: str
    point: LonLat
    off_road: Metres
    area_code: str | None
    mobile: bool
    verdict: Answer
    windows: tuple[Window, ...] | None
    needed: Minutes
    capacity: float | None


@dataclass(frozen=True, slots=True)
class Supply:
    """Providers in a fixed order. first, last: days whose windows were read, None when none were.

    without_hours, without_point: fitting offers that admit the person and that nobody can count (on a day; at
    all).
    """

    providers: tuple[Provider, ...]
    first: date | None
    last: date | None
    without_hours: int
    without_point: int


@dataclass(frozen=True, slots=True)
class SupplyRules:
    """What the country and the settings say: minutes needed when not stated, areas above an area, insurances."""

    service_minutes: int
    ancestors: Callable[[str], tuple[str, ...]] = lambda code: ()
    insurance_groups: Mapping[str, str] = MappingProxyType({})


def asked_days(query: CoverageQuery) -> tuple[date, date] | None:
    """First and last day of a question; None when it is asked whatever the day."""
    return None if query.day is None else (query.day, query.day + (query.days - 1) * _DAY)


def read_supply(
    session: Session,
    query: CoverageQuery,
    rules: SupplyRules,
    *,
    days: tuple[date, date] | None = None,
) -> Supply:
    """Offers that have the needs, one of the kinds and the facilities. days: windows to read, else the query's.

    Codes are those of `directory.coverage_checks`: an unknown one finds nothing here.
    """
    span = days or asked_days(query)
    first, last = span or (None, None)
    found = _offers(session, query)
    windows = _windows(session, found, span) if span else {}
    verdict = _judge(query, rules)
    placed = [one for one in found if one["lon"] is not None]
    providers = tuple(_provider(one, verdict, windows, rules.service_minutes) for one in placed)
    return Supply(
        providers,
        first,
        last,
        without_hours=sum(one.windows is None and one.verdict != "no" for one in providers),
        without_point=sum(one["lon"] is None and verdict(one["eligibility"]) != "no" for one in found),
    )


def _judge(query: CoverageQuery, rules: SupplyRules) -> Callable[[str | None], Answer]:
    """Thousands of offers share a few rules."""

    @cache
    def verdict(stated: str | None) -> Answer:
        return evaluate(
            orjson.loads(stated) if stated else None,
            query.person,
            rules.ancestors,
            insurance_groups=rules.insurance_groups,
        ).answer

    return verdict


def _provider(
    one: Mapping[str, Any],
    verdict: Callable[[str | None], Answer],
    windows: Mapping[int, tuple[Window, ...]],
    service_minutes: int,
) -> Provider:
    needed = service_minutes if one["service_minutes"] is None else one["service_minutes"]
    timetable = one["timetable_id"]
    return Provider(
        one["id"],
        one["name"],
        one["kind"],
        LonLat(one["lon"], one["lat"]),
        OFF_ROAD if one["urban"] else RURAL_OFF_ROAD,
        one["area_code"],
        one["visits"] or one["kind"] in MOBILE_KINDS,
        verdict(one["eligibility"]),
        None if timetable is None else windows.get(timetable, ()),
        Minutes(float(needed)),
        one["capacity"],
    )


def _offers(session: Session, query: CoverageQuery) -> list[dict[str, Any]]:
    known = candidates.facet_codes(session)
    wanted = [*(f"need:{one}" for one in query.needs), *(f"facility:{one}" for one in query.facilities)]
    if not all(one in known for one in wanted):
        return []
    values = {"facets": [known[one] for one in wanted], "kinds": list(query.kinds) or None}
    with candidates.cursor(session) as rows:
        rows.execute(_OFFERS, values, prepare=True)
        return [dict(zip(_FIELDS, row, strict=True)) for row in rows]


def _windows(
    session: Session, offers: Iterable[Mapping[str, Any]], days: tuple[date, date]
) -> dict[int, tuple[Window, ...]]:
    """Windows of every timetable that these offers keep, in the days."""
    zones = {one["timetable_id"]: ZoneInfo(one["zone"]) for one in offers if one["timetable_id"] is not None}
    first, last = days
    # No zone is farther than 14 hours from UTC.
    around = [datetime.combine(day, time(), UTC) for day in (first - _DAY, last + 2 * _DAY)]
    found: dict[int, list[Window]] = {}
    with candidates.cursor(session) as rows:
        rows.execute(_OPENINGS, {"ids": list(zones), "start": around[0], "end": around[1]}, prepare=True)
        for timetable, start, end in rows:
            zone = zones[timetable]
            found.setdefault(timetable, []).extend(
                by_day(start.astimezone(zone), end.astimezone(zone), first, last)
            )
    return {one: tuple(windows) for one, windows in found.items()}


def by_day(start: datetime, end: datetime, first: date, last: date) -> list[Window]:
    """One opening (local time) as windows of the days first to last that it touches.

    It begins no earlier than the midnight of each day, and ends where it ends, at the latest a day later.
    """
    made = []
    day = max(first, start.date())
    while day <= min(last, end.date()):
        opens, closes = max(0.0, _minutes(start, day)), min(2 * _DAY_MINUTES, _minutes(end, day))
        if closes > opens and opens < _DAY_MINUTES:
            made.append(Window(day, opens, closes))
        day += _DAY
    return made


def _minutes(moment: datetime, day: date) -> float:
    """Minutes by the clock on the wall after midnight of a day."""
    on_the_clock = moment.hour * 60 + moment.minute + moment.second / 60
    return (moment.date() - day).days * _DAY_MINUTES + on_the_clock


_FIELDS: Sequence[str] = (
    "id", "name", "kind", "lon", "lat", "area_code", "urban", "timetable_id", "zone", "visits", "eligibility",
    "service_minutes", "capacity",
)  # fmt: skip
# Capacity: how many it can take in all, or what is free where nobody states more; the newest statement.
_OFFERS = """
select o.id, coalesce(o.card->>'name', ''), o.kind, st_x(o.geog::geometry), st_y(o.geog::geometry),
  o.area_code, coalesce(a.settlement = 'urban', false), o.timetable_id, o.zone,
  coalesce(t.timing ? 'visits' and not t.timing ?| '{rules,texts}', false),
  o.eligibility::text, o.service_minutes, c.capacity
from offer o
left join area a on a.code = o.area_code
left join timetable t on t.id = o.timetable_id
left join (
  select distinct on (service_at_location_id) service_at_location_id,
    coalesce(maximum, available)::float8 as capacity
  from service_capacity where service_at_location_id is not null
  order by service_at_location_id, updated desc, id
) c on c.service_at_location_id = o.id
where o.facets @> %(facets)s::int[] and (%(kinds)s::text[] is null or o.kind = any(%(kinds)s::text[]))
order by o.id
"""
_OPENINGS = """
select o.timetable_id, lower(o.during), upper(o.during)
from unnest(%(ids)s::int[]) as wanted (id)
join opening o on o.timetable_id = wanted.id and o.during && tstzrange(%(start)s, %(end)s)
order by o.timetable_id, lower(o.during), o.kind
"""
