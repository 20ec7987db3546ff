"""Everything that the page of one offer needs, read at once: card, week, special days, next openings, source.

Only what `offer` shows is read of a place (its card and public point), so that a protected one stays so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.calendar_store import holidays_for, upcoming
from directory.card import OfferCard
from directory.civil_time import DAY, Interval
from directory.errors import NotFoundError
from directory.needs import Need, needs_by_code
from directory.records import Timing, Visibility
from directory.timetables import timing_of
from directory.usual_week import Hours, Week, by_day, usual_week
from geo.points import LonLat

# How far ahead special days and openings are told; mobile points come once a month.
LOOK_AHEAD = timedelta(days=60)
OPENINGS_AHEAD = timedelta(days=90)
MOST_OPENINGS = 30
ALTERNATIVES = 3


class GoneError(NotFoundError):
    """The offer was published once and is not any more. gone says what there is instead."""

    def __init__(self, gone: "Gone") -> None:
        super().__init__("this offer is not published any more")
        self.gone = gone


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another offer of the same kind, near the one that is gone."""

    id: UUID
    name: str
    comuna: str


@dataclass(frozen=True, slots=True)
class Gone:
    """What may be said of an offer that is not published: its comuna, and others of its kind near there."""

    kind: str
    comuna: str | None
    comuna_slug: str | None
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Days with other hours than usual (no hours: closed). holiday: the reason is a public holiday's name."""

    first: date
    last: date
    hours: Hours
    reason: str | None
    holiday: bool


@dataclass(frozen=True, slots=True)
class Ficha:
    """One published offer. point is its public position; None where the address is protected or unknown.

    timing is None when nobody stated the hours; week is None where no two weeks are alike (dated visits, days of
    the month): then openings tell the next dates. openings are those not over yet, in order, whole.
    visit_notes: what is said of a visit, by its start. area_names: names of the areas that eligibility speaks of.
    """

    id: UUID
    kind: str
    zone: ZoneInfo
    card: OfferCard
    point: LonLat | None
    comuna_slug: str | None
    needs: tuple[Need, ...]
    eligibility: Mapping[str, Any] | None
    area_names: Mapping[str, str]
    languages: tuple[str, ...]
    timing: Timing | None
    week: Week | None
    special: tuple[SpecialDays, ...]
    openings: tuple[Interval, ...]
    visit_notes: Mapping[datetime, str]
    valid_from: date | None
    valid_to: date | None
    licence: str
    source_url: str | None
    imported_at: datetime | None

    @property
    def protected(self) -> bool:
        """Whether the address must not be told."""
        return self.card["position"]["visibility"] != Visibility.FULL

    @property
    def sensitive(self) -> bool:
        """Whether a look at this page tells something private about a person."""
        return self.card["sensitive"]


def read_ficha(session: Session, offer_id: UUID, now: datetime) -> Ficha:
    """The page of an offer as of a moment. Raises GoneError once published, NotFoundError never there."""
    row = session.execute(text(_OFFER), {"id": offer_id}).mappings().one_or_none()
    if row is None:
        raise _missing(session, offer_id)
    zone = ZoneInfo(row["zone"])
    today = now.astimezone(zone).date()
    timing = timing_of(row["timing"]) if row["timing"] else None
    week = usual_week(timing, row["zone"], today) if timing else None
    openings = _openings(session, row["timetable_id"], now, zone)
    rules = row["eligibility"]
    protected = row["card"]["position"]["visibility"] != Visibility.FULL
    return Ficha(
        id=offer_id,
        kind=row["kind"],
        zone=zone,
        card=row["card"],
        point=None if protected or row["lon"] is None else LonLat(row["lon"], row["lat"]),
        comuna_slug=row["slug"],
        needs=tuple(needs_by_code(session, row["card"]["needs"])),
        eligibility=rules,
        area_names=_area_names(session, (rules or {}).get("residence", ())),
        languages=tuple(session.scalars(text(_LANGUAGES), {"id": offer_id})),
        timing=timing,
        week=week,
        special=_special(session, dict(row), week, openings, zone, today),
        openings=tuple(one for one in openings if one.end > now)[:MOST_OPENINGS],
        visit_notes={} if protected else _visit_notes(session, offer_id, zone, today),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        licence=row["licence"],
        source_url=row["source_url"],
        imported_at=row["imported_at"],
    )


def _missing(session: Session, offer_id: UUID) -> NotFoundError:
    """Gone, with what is near; or never there."""
    row = session.execute(text(_WITHDRAWN), {"id": offer_id}).mappings().one_or_none()
    if row is None:
        return NotFoundError("there is no such offer")
    values = {"kind": row["kind"], "seat": row["near"], "most": ALTERNATIVES}
    near = session.execute(text(_NEAR), values) if row["near"] else ()
    return GoneError(Gone(row["kind"], row["name"], row["slug"], tuple(Alternative(*one) for one in near)))


def _openings(session: Session, timetable: int | None, now: datetime, zone: ZoneInfo) -> list[Interval]:
    """Openings from the beginning of today on: those over already still tell whether today is special."""
    if timetable is None:
        return []
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    return upcoming(session, [timetable], midnight, now + OPENINGS_AHEAD)[timetable]


def _special(
    session: Session,
    row: Mapping[str, Any],
    week: Week | None,
    openings: Sequence[Interval],
    zone: ZoneInfo,
    today: date,
) -> tuple[SpecialDays, ...]:
    """Stated exceptions, and the public holidays that change the hours of their weekday, in order."""
    # Only days whose openings are known whole: the last of the window, and the last built, may lack some.
    last = min(today + LOOK_AHEAD, row["built_until"] or date.max) - DAY
    stated = _exceptions(session, row["id"], today)
    areas = (row["timing"] or {}).get("areas", ())
    if week is not None and areas:
        real = by_day(openings, zone)
        for day, name in holidays_for(session, areas, today, last).items():
            hours = real.get(day, ())
            covered = any(one.first <= day <= one.last for one in stated)
            if not covered and hours != week[day.weekday()]:
                stated.append(SpecialDays(day, day, hours, name, holiday=True))
    return tuple(sorted(stated, key=lambda one: (one.first, one.last)))


def _exceptions(session: Session, offer_id: UUID, today: date) -> list[SpecialDays]:
    rows = session.execute(text(_EXCEPTIONS), {"id": offer_id, "today": today, "ahead": today + LOOK_AHEAD})
    found = []
    for (first, last, reason), alike in groupby(rows, key=lambda one: one[:3]):
        hours = tuple(
            (opens, closes) for *_, opens, closes in alike if opens is not None and closes is not None
        )
        found.append(SpecialDays(first, last, hours, reason, holiday=False))
    return found


def _visit_notes(session: Session, offer_id: UUID, zone: ZoneInfo, today: date) -> dict[datetime, str]:
    rows = session.execute(text(_VISIT_NOTES), {"id": offer_id, "today": today})
    return {datetime.combine(day, opens, zone): note for day, opens, note in rows}


def _area_names(session: Session, codes: Sequence[str]) -> dict[str, str]:
    if not codes:
        return {}
    rows = session.execute(
        text("select code, name from area where code = any(:codes)"), {"codes": list(codes)}
    )
    return {code: name for code, name in rows}


_OFFER = """
select f.id, f.kind, f.zone, f.card, f.eligibility, f.timetable_id,
  ST_X(f.geog::geometry) as lon, ST_Y(f.geog::geometry) as lat,
  a.slug, t.timing, t.built_until, o.valid_from, o.valid_to, s.licence, s.url as source_url,
  (select max(r.ended_at) from import_run r where r.source_id = o.source_id) as imported_at
from offer f
join service_at_location o on o.id = f.id
join source s on s.id = o.source_id
left join timetable t on t.id = f.timetable_id
left join area a on a.code = f.area_code
where f.id = :id
"""
_LANGUAGES = """
select distinct coalesce(nullif(g.name, ''), g.code) as said
from language g join service_at_location o on g.location_id = o.location_id or g.service_id = o.service_id
where o.id = :id and coalesce(nullif(g.name, ''), g.code) is not null
order by said
"""
_EXCEPTIONS = """
select first_day, last_day, reason, opens_at, closes_at from schedule_exception
where service_at_location_id = :id and last_day >= :today and first_day <= :ahead
order by first_day, last_day, reason, opens_at
"""
_VISIT_NOTES = """
select day, opens_at, note from visit
where service_at_location_id = :id and day >= :today and nullif(note, '') is not null
"""
# What is near is told from the seat of the comuna: the place itself may be protected.
_WITHDRAWN = """
select o.kind, a.name, a.slug, ST_AsText(a.seat) as near
from service_at_location o join location l on l.id = o.location_id
left join area a on a.code = l.area_code
where o.id = :id
"""
_NEAR = """
select f.id, f.card->>'name', coalesce(f.card->'area'->>'name', '')
from offer f where f.kind = :kind and f.geog is not null
order by f.geog <-> ST_GeogFromText(:seat), f.id
limit :most
"""
