"""Timetables and openings in the database: built once, extended, asked by the index; holidays by area."""

from datetime import UTC, date, datetime, time, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from directory.calendar import document_openings, timetable_document, timetable_key
from directory.calendar_store import (
    UPCOMING,
    ensure_timetables,
    extend,
    holiday_areas,
    holidays_for,
    load_holidays,
    rebuild_all,
    upcoming,
)
from directory.db import transaction
from directory.records import ExceptionDays, HoursText, Timing, VisitRecord, WeeklyRule
from directory.settings import Settings

SANTIAGO = "America/Santiago"
DAYS = 30
SETTINGS = Settings(horizon_days=DAYS)
# Holidays of this window: 18 and 19 September, and nothing regional.
TODAY = date(2026, 9, 10)
AREAS = [
    ("CL", "country", None), ("13", "region", "CL"), ("15", "region", "CL"), ("16", "region", "CL"),
    ("151", "province", "15"), ("161", "province", "16"), ("15101", "comuna", "151"),
    ("13101", "comuna", "13"),
    ("16101", "comuna", "161"), ("16102", "comuna", "161"), ("16103", "comuna", "161"),
]  # fmt: skip


def weekly(opens: int, closes: int, *days: str) -> WeeklyRule:
    return WeeklyRule(time(opens), time(closes), byday=days)


def document(*rules: WeeklyRule, zone: str = SANTIAGO, areas: tuple[str, ...] = ("CL",)) -> dict[str, object]:
    return timetable_document(Timing(rules=rules), zone, areas)


OFFICE = document(weekly(9, 17, "MO", "TU", "WE", "TH", "FR"))
NIGHT = document(weekly(22, 6, "MO", "TU", "WE", "TH", "FR", "SA", "SU"), zone="America/Punta_Arenas")
ALWAYS = timetable_document(Timing(texts=(HoursText("24/7"),)), "Pacific/Easter", ("CL",))
MOBILE = timetable_document(
    Timing(
        visits=tuple(VisitRecord(date(2026, month, 18), time(9), time(12)) for month in range(8, 13)),
        exceptions=(ExceptionDays(date(2026, 10, 1), date(2026, 10, 31)),),
    ),
    SANTIAGO,
    ("CL",),
)
ALL = [OFFICE, NIGHT, ALWAYS, MOBILE]


def make_areas(session: Session) -> None:
    for code, kind, parent in AREAS:
        session.execute(
            text(
                "insert into area (code, kind, name, slug, parent_code, zone)"
                " values (:code, :kind, :code, :code, :parent, 'America/Santiago')"
            ),
            {"code": code, "kind": kind, "parent": parent},
        )


@pytest.fixture
def country(session: Session) -> Session:
    """The areas, and the holidays around TODAY."""
    make_areas(session)
    load_holidays(session, SETTINGS, today=TODAY)
    return session


@pytest.fixture
def own(own_engine: Engine) -> Engine:
    """A database of its own with the areas, for what commits."""
    with transaction(own_engine) as session:
        make_areas(session)
    return own_engine


def ids(session: Session) -> dict[str, int]:
    return {key: each for each, key in session.execute(text("select id, key from timetable"))}


def stored(session: Session) -> list[tuple[object, ...]]:
    """Every opening, without its id, beside its timetable's key."""
    statement = (
        "select t.key, lower(o.during), upper(o.during), o.kind from opening o"
        " join timetable t on t.id = o.timetable_id order by 1, 2, 3, 4"
    )
    return [tuple(row) for row in session.execute(text(statement))]


def version(session: Session) -> int:
    return session.scalar(text("select version from calendar_state where id = 1")) or 0


def expected(session: Session, first: date, last: date) -> list[tuple[object, ...]]:
    """What the pure calendar says of every timetable, in one go."""
    found = []
    for one in ALL:
        holidays = holidays_for(session, one.get("areas", []), first, last)
        for opening in document_openings(one, holidays, first, last):
            found.append((timetable_key(one), opening.start, opening.end, opening.kind))
    return sorted(found)


def test_ensure_builds_what_the_calendar_says(country: Session) -> None:
    ensure_timetables(country, iter(ALL * 2), first=TODAY, days=DAYS)
    assert stored(country) == expected(country, TODAY - timedelta(1), TODAY + timedelta(DAYS))


def test_ensure_twice_changes_nothing(country: Session) -> None:
    ensure_timetables(country, ALL, first=TODAY, days=DAYS)
    before = stored(country), ids(country), version(country)
    ensure_timetables(country, ALL, first=TODAY, days=DAYS)
    assert (stored(country), ids(country), version(country)) == before
    assert before[2] > 0


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 40), max_size=4))
def test_built_in_pieces_or_at_once_is_the_same(country: Session, steps: list[int]) -> None:
    with country.begin_nested() as savepoint:
        for days in sorted(steps):
            ensure_timetables(country, ALL, first=TODAY, days=days)
        ensure_timetables(country, ALL, first=TODAY, days=40)
        assert stored(country) == expected(country, TODAY - timedelta(1), TODAY + timedelta(40))
        savepoint.rollback()


def test_upcoming(country: Session) -> None:
    ensure_timetables(country, ALL, first=TODAY, days=DAYS)
    known = ids(country)
    noon = datetime(2026, 9, 17, 12, tzinfo=ZoneInfo(SANTIAGO))
    wanted = [known[timetable_key(one)] for one in ALL]
    office, night, always, mobile = upcoming(country, wanted, noon, noon + timedelta(days=1)).values()
    assert [one.kind for one in (*office, *mobile)] == ["regular", "visit"]
    assert office[0].end == datetime(2026, 9, 17, 20, tzinfo=UTC)
    assert len(night) == 1
    assert len(always) == 1
    assert upcoming(country, [0], noon, noon) == {0: []}
    assert upcoming(country, [], noon, noon) == {}


def test_upcoming_walks_the_index(own: Engine) -> None:
    """Of many calendars, only those asked for are read."""
    many = [document(weekly(8, 9 + n % 14, "MO"), weekly(7, 10 + n // 14, "TU", "FR")) for n in range(196)]
    start = datetime(2026, 9, 17, tzinfo=UTC)
    with transaction(own) as session:
        ensure_timetables(session, many, first=TODAY, days=180)
        session.execute(text("analyze opening"))
        values = {"ids": list(ids(session).values())[:5], "start": start, "end": start + timedelta(days=7)}
        plan = "\n".join(row[0] for row in session.execute(text("explain " + UPCOMING), values))
    # By index alone or by index and bitmap, with both conditions in the index.
    assert "ix_opening_timetable_id_during" in plan
    assert "Index Cond: ((timetable_id = wanted.id) AND (during &&" in plan
    assert "Seq Scan" not in plan


# --- holidays


def test_regional_holidays_hold_only_where_the_law_says(country: Session) -> None:
    areas = holiday_areas(country)
    year = date(2026, 1, 1), date(2026, 12, 31)
    days = {code: holidays_for(country, areas.of(code), *year).keys() for code, _, _ in AREAS}
    morro, prócer = date(2026, 6, 7), date(2026, 8, 20)
    assert {code for code in days if morro in days[code]} == {"15", "151", "15101"}
    assert {code for code in days if prócer in days[code]} == {"16101", "16103"}
    assert all(date(2026, 9, 18) in days[code] for code in days)
    assert areas.of("15101") == ("CL", "15")
    assert areas.of("13101") == areas.of(None) == areas.of("99999") == ("CL",)


def test_7_june_is_closed_only_in_region_15(country: Session) -> None:
    areas, sunday = holiday_areas(country), weekly(9, 12, "SU")
    here, there = (document(sunday, areas=areas.of(code)) for code in ("15101", "13101"))
    ensure_timetables(country, [here, there], first=date(2026, 6, 5), days=4)
    known = ids(country)
    start = datetime(2026, 6, 7, tzinfo=UTC)
    found = upcoming(
        country, [known[timetable_key(here)], known[timetable_key(there)]], start, start + timedelta(1)
    )
    assert [len(each) for each in found.values()] == [0, 1]


def test_on_18_september_only_the_visit_and_24_7_are_open(country: Session) -> None:
    ensure_timetables(country, ALL, first=TODAY, days=DAYS)
    start = datetime(2026, 9, 18, 12, tzinfo=UTC)
    known = ids(country)
    found = upcoming(country, list(known.values()), start, start + timedelta(hours=12))
    assert {each for each, openings in found.items() if openings} == {
        known[timetable_key(ALWAYS)],
        known[timetable_key(MOBILE)],
    }


def test_holidays_twice_change_nothing_and_a_new_one_rebuilds(country: Session) -> None:
    ensure_timetables(country, ALL, first=TODAY, days=DAYS)
    before, version_before = stored(country), version(country)
    assert load_holidays(country, SETTINGS, today=TODAY) == 0
    assert (stored(country), version(country)) == (before, version_before)
    country.execute(text("delete from holiday where day = '2026-09-18'"))
    assert load_holidays(country, SETTINGS, today=TODAY) == len(ALL)
    assert stored(country) == expected(country, TODAY - timedelta(2), TODAY + timedelta(DAYS))
    assert version(country) > version_before


def test_without_areas_there_are_no_holidays_to_load(session: Session) -> None:
    assert load_holidays(session, SETTINGS, today=TODAY) == 0
    assert session.scalar(text("select count(*) from holiday")) == 0


def test_rebuilding_gives_the_same(country: Session) -> None:
    ensure_timetables(country, ALL, first=TODAY - timedelta(1), days=DAYS + 1)
    before = stored(country)
    assert rebuild_all(country, first=TODAY, days=DAYS) == len(ALL)
    assert stored(country) == before


# --- the rolling horizon


def test_extend_rolls_day_by_day_as_if_built_at_once(own: Engine) -> None:
    with transaction(own) as session:
        ensure_timetables(session, ALL, first=TODAY, days=5)
    for day in range(12):
        assert extend(own, SETTINGS, today=TODAY + timedelta(day)) == len(ALL)
    today = TODAY + timedelta(11)
    with Session(own) as session:
        before, version_before = stored(session), version(session)
        cut = datetime.combine(today - timedelta(2), time(), UTC)
        assert all(row[2] > cut for row in before)  # type: ignore[operator]
        whole = expected(session, TODAY - timedelta(2), today + timedelta(DAYS))
        assert before == [row for row in whole if row[2] > cut]  # type: ignore[operator]
    assert extend(own, SETTINGS, today=today) == 0
    with Session(own) as session:
        assert (stored(session), version(session)) == (before, version_before)


def test_extend_after_a_long_sleep_starts_afresh(own: Engine) -> None:
    with transaction(own) as session:
        ensure_timetables(session, ALL, first=TODAY, days=DAYS)
    later = TODAY + timedelta(200)
    assert extend(own, SETTINGS, today=later) == len(ALL)
    with Session(own) as session:
        assert stored(session) == expected(session, later - timedelta(2), later + timedelta(DAYS))


def test_two_at_once_extend_once(own: Engine) -> None:
    with transaction(own) as session:
        ensure_timetables(session, ALL, first=TODAY, days=5)
    built: list[int] = []
    threads = [Thread(target=lambda: built.append(extend(own, SETTINGS, today=TODAY))) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(built) == [0, 0, len(ALL)]
    with Session(own) as session:
        # The holidays, loaded then for the first time, had everything built again.
        assert stored(session) == expected(session, TODAY - timedelta(2), TODAY + timedelta(DAYS))


def test_an_empty_directory_extends_to_nothing(own_engine: Engine) -> None:
    assert extend(own_engine, SETTINGS, today=TODAY) == 0


def test_thousands_of_timetables_in_seconds(country: Session) -> None:
    """Loose bound, so that a quadratic mistake shows."""
    many = [
        document(weekly(8, 12, "MO"), WeeklyRule(time(13, n % 60), time(14 + n // 60 % 9, 59), byday=("TU",)))
        for n in range(1000)
    ]
    ensure_timetables(country, many, first=TODAY, days=90)
    assert len(ids(country)) == len({timetable_key(one) for one in many})
