"""Timetables and their openings in the database: made, extended day by day, asked.

Openings stand for a rolling window: from the day before they were first asked for, up to the horizon. Every
timetable says how far it is built; all that is missing is built from there, and the last day is built again,
because what touches its midnight may go on.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.calendar import Interval, document_openings, timetable_key
from directory.civil_time import DAY, instant, merged
from directory.db import transaction
from directory.holiday_store import HolidayAreas, holiday_areas, holidays_for, refresh_holidays
from directory.settings import Settings

__all__ = [
    "HolidayAreas", "bump_version", "ensure_timetables", "extend", "holiday_areas", "holidays_for",
    "load_holidays", "rebuild_all", "upcoming",
]  # fmt: skip

log = logging.getLogger(__name__)

# Timetables built at once: bounds memory (a timetable has some hundred openings).
CHUNK = 500
# Openings that ended so long ago are dropped; the window of a rebuild begins here too.
KEPT = timedelta(days=2)
EXTENDING = 0x63616C656E  # "calen": advisory, one process at a time extends or rebuilds


@dataclass(frozen=True, slots=True)
class _Stale:
    """A timetable that is not built up to where it should be."""

    id: int
    document: Mapping[str, Any]
    built_until: date | None


def ensure_timetables(
    session: Session, documents: Iterable[dict[str, Any]], *, first: date, days: int
) -> None:
    """Insert the timetables not there yet, and build openings from the day before first to first + days.

    Those already there are left alone, unless they are not built that far. Documents may repeat.
    """
    waiting = iter(documents)
    while chunk := list(islice(waiting, CHUNK)):
        keyed = {timetable_key(document): document for document in chunk}
        _insert(session, dict(sorted(keyed.items())))
        rows = session.execute(text(_STALE_KEYS), {"keys": list(keyed), "last": first + timedelta(days=days)})
        stale = [_Stale(*row) for row in rows]
        if stale:
            _Builder(session, first - DAY, first + timedelta(days=days)).build(stale)
            bump_version(session)


def extend(engine: Engine, settings: Settings, *, today: date | None = None) -> int:
    """Bring holidays and every timetable's openings up to the horizon, and drop those long past.

    One transaction; a second process waits for the first and then finds nothing to do. Returns how many
    timetables were built. today is the UTC date when not given.
    """
    today = today or datetime.now(UTC).date()
    with transaction(engine) as session:
        _one_at_a_time(session)
        built = load_holidays(session, settings, today=today)
        dropped = _count(session, _DROP_PAST, {"before": _midnight(today - KEPT)})
        built += _build_all(session, today - KEPT, today + timedelta(days=settings.horizon_days))
        if built or dropped:
            bump_version(session)
    log.info("Calendar up to date: %d timetables built, %d past openings dropped.", built, dropped)
    return built


def load_holidays(
    session: Session, settings: Settings, years: Iterable[int] | None = None, *, today: date | None = None
) -> int:
    """Write the holidays by the country's facts; build all timetables again when it matters to openings.

    years: from last year to after the horizon when not given. Returns how many timetables were built.
    """
    today = today or datetime.now(UTC).date()
    last = today + timedelta(days=settings.horizon_days)
    changed = refresh_holidays(
        session, settings.country_folder, years or range(today.year - 1, last.year + 2)
    )
    if not any(today - KEPT <= day <= last for day in changed):
        return 0
    return rebuild_all(session, first=today, days=settings.horizon_days)


def rebuild_all(session: Session, *, first: date, days: int) -> int:
    """Build all openings anew, from two days before first to first + days. Returns how many timetables."""
    _one_at_a_time(session)
    session.execute(text("delete from opening"))
    session.execute(text("update timetable set built_from = null, built_until = null"))
    built = _build_all(session, first - KEPT, first + timedelta(days=days))
    if built:
        bump_version(session)
    return built


def bump_version(session: Session) -> None:
    """Say that openings or timetables changed, so that what remembers them (directory.memory) forgets."""
    session.execute(text(_BUMP))


def upcoming(
    session: Session, timetable_ids: Sequence[int], start: datetime, end: datetime
) -> dict[int, list[Interval]]:
    """The openings of each timetable that touch [start, end) (aware datetimes), whole, by start."""
    found: dict[int, list[Interval]] = {each: [] for each in timetable_ids}
    rows = session.execute(text(UPCOMING), {"ids": list(found), "start": start, "end": end})
    for timetable, opens, closes, kind in rows:
        found[timetable].append(Interval(opens.astimezone(UTC), closes.astimezone(UTC), kind))
    return found


def _one_at_a_time(session: Session) -> None:
    # Waiting for the other process is right, however long it takes.
    session.execute(text("set local lock_timeout = 0"))
    session.execute(text("set local statement_timeout = 0"))
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": EXTENDING})


def _build_all(session: Session, first: date, last: date) -> int:
    """Build every timetable that is not built up to last. Returns how many."""
    builder, built, after = _Builder(session, first, last), 0, 0
    while rows := session.execute(text(_STALE), {"last": last, "after": after, "limit": CHUNK}).all():
        builder.build([_Stale(*row) for row in rows])
        built, after = built + len(rows), rows[-1].id
    return built


def _insert(session: Session, keyed: Mapping[str, Mapping[str, Any]]) -> None:
    # Sorted by key by the caller, so that two imports at once wait for each other and do not deadlock.
    columns = {
        "keys": list(keyed),
        "zones": [document["zone"] for document in keyed.values()],
        "areas": [max(document.get("areas", ()), key=len, default=None) for document in keyed.values()],
        "timings": [Jsonb(document) for document in keyed.values()],
    }
    session.execute(text(_INSERT), columns)


class _Builder:
    """Builds openings of one window for many timetables, with the holidays read once per set of areas."""

    def __init__(self, session: Session, first: date, last: date) -> None:
        self._session = session
        self._first = first
        self._last = last
        self._holidays: dict[tuple[str, ...], dict[date, str]] = {}

    def build(self, timetables: Sequence[_Stale]) -> None:
        """Write the openings of the window that are missing, joined to those before it."""
        starts = {each.id: self._start(each) for each in timetables}
        kept = self._take_back(timetables, starts)
        # Before the copy: while it runs, the connection can ask nothing.
        for each in timetables:
            self._read_holidays(_areas(each))
        copied = (
            line
            for each in timetables
            for line in _lines(each.id, merged([*kept[each.id], *self._openings(each, starts[each.id])]))
        )
        _copy(self._session, copied)
        self._session.execute(
            text(_BUILT),
            {"ids": list(starts), "firsts": list(starts.values()), "last": self._last},
        )

    def _start(self, timetable: _Stale) -> date:
        """The first day to build: the last one built, or the window's first."""
        return max(self._first, timetable.built_until or self._first)

    def _openings(self, timetable: _Stale, first: date) -> list[Interval]:
        return document_openings(timetable.document, self._holidays[_areas(timetable)], first, self._last)

    def _read_holidays(self, areas: tuple[str, ...]) -> None:
        if areas not in self._holidays:
            self._holidays[areas] = holidays_for(self._session, areas, self._first, self._last)

    def _take_back(
        self, timetables: Sequence[_Stale], starts: Mapping[int, date]
    ) -> dict[int, list[Interval]]:
        """Take out the openings that reach the first day; give back those that began before it, to join."""
        kept: dict[int, list[Interval]] = {each.id: [] for each in timetables}
        seams = {
            each.id: instant(datetime.combine(starts[each.id], time()), each.document["zone"])
            for each in timetables
        }
        rows = self._session.execute(text(_TAKE_BACK), {"ids": list(seams), "seams": list(seams.values())})
        for timetable, opens, closes, kind in rows:
            if opens < seams[timetable]:
                kept[timetable].append(Interval(opens.astimezone(UTC), closes.astimezone(UTC), kind))
        return kept


def _areas(timetable: _Stale) -> tuple[str, ...]:
    return tuple(timetable.document.get("areas", ()))


def _lines(timetable: int, found: Iterable[Interval]) -> Iterator[str]:
    """Openings as lines for COPY."""
    return (f'{timetable}\t["{one.start}","{one.end}")\t{one.kind}\n' for one in found)


def _copy(session: Session, lines: Iterable[str]) -> None:
    connection = session.connection().connection.driver_connection
    assert connection is not None
    with (
        connection.cursor() as cursor,
        cursor.copy("copy opening (timetable_id, during, kind) from stdin") as copy,
    ):
        while block := "".join(islice(lines := iter(lines), 5_000)):
            copy.write(block)


def _count(session: Session, statement: str, values: Mapping[str, Any]) -> int:
    """How many rows a statement that returns their count changed."""
    return int(session.execute(text(statement), values).scalar_one())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


_INSERT = """
insert into timetable (key, zone, area_code, timing)
select * from unnest(
  cast(:keys as text[]), cast(:zones as text[]), cast(:areas as text[]), cast(:timings as jsonb[])
)
on conflict (key) do nothing
"""
# Locked, so that two builders never write the same openings; key share locks of offers pass.
_STALE_KEYS = """
select id, timing, built_until from timetable
where key = any(:keys) and (built_until is null or built_until < :last)
order by id for no key update
"""
_STALE = """
select id, timing, built_until from timetable
where id > :after and (built_until is null or built_until < :last)
order by id limit :limit for no key update
"""
# A second of margin takes in the openings that end exactly at the seam.
_TAKE_BACK = """
delete from opening o
using unnest(cast(:ids as int[]), cast(:seams as timestamptz[])) as s (timetable_id, seam)
where o.timetable_id = s.timetable_id and o.during && tstzrange(s.seam - interval '1 second', 'infinity')
returning o.timetable_id, lower(o.during), upper(o.during), o.kind
"""
_BUILT = """
update timetable t set built_from = coalesce(t.built_from, s.first), built_until = :last
from unnest(cast(:ids as int[]), cast(:firsts as date[])) as s (id, first)
where t.id = s.id
"""
_DROP_PAST = """
with dropped as (delete from opening where during << tstzrange(:before, 'infinity') returning 1)
select count(*) from dropped
"""
_BUMP = """
insert into calendar_state (id, version, changed_at) values (1, 1, now())
on conflict (id) do update set version = calendar_state.version + 1, changed_at = now()
"""
# The join, not "= any", lets the index (timetable_id, during) be walked once per timetable.
UPCOMING = """
select o.timetable_id, lower(o.during), upper(o.during), o.kind
from unnest(cast(:ids as int[])) as wanted (id)
join opening o on o.timetable_id = wanted.id and o.during && tstzrange(:start, :end)
order by o.timetable_id, lower(o.during), o.kind
"""
