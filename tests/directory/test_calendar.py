"""Schedules into real openings: clock changes, holidays, exceptions, visits, documents."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from directory.calendar import (
    Interval,
    document_openings,
    keyed_timetable,
    openings,
    timetable_document,
    timetable_key,
)
from directory.civil_time import instant
from directory.records import ExceptionDays, HoursText, Timing, VisitRecord, WeeklyRule
from directory.recurrence import WEEKDAYS, rule_days

SANTIAGO, EASTER = "America/Santiago", "Pacific/Easter"
WEEK = ("MO", "TU", "WE", "TH", "FR")
NONE: Mapping[date, str] = {}
FIESTAS = {date(2026, 9, 18): "Independencia", date(2026, 9, 19): "Glorias del Ejército"}
# The clock goes from 24:00 to 01:00 after Saturday 5 September 2026, and from 24:00 to 23:00 after 4 April.
SPRING, AUTUMN = date(2026, 9, 5), date(2026, 4, 4)


def rule(opens: str = "09:00", closes: str = "17:00", **stated: object) -> WeeklyRule:
    stated.setdefault("byday", WEEK)
    return WeeklyRule(time.fromisoformat(opens), time.fromisoformat(closes), **stated)  # type: ignore[arg-type]


def local(found: list[Interval], zone: str = SANTIAGO) -> list[str]:
    """Intervals as "09-18 09:00/17:00" in the place's clock."""
    place = ZoneInfo(zone)
    return [f"{one.start.astimezone(place):%m-%d %H:%M}/{one.end.astimezone(place):%H:%M}" for one in found]


def opened(*rules: WeeklyRule, first: date, last: date, holidays: Mapping[date, str] = NONE) -> list[str]:
    return local(openings(Timing(rules=rules), SANTIAGO, holidays, first, last))


# --- clock changes


@pytest.mark.parametrize(
    ("civil", "zone", "expected"),
    [
        ("2026-09-06 00:00", SANTIAGO, "04:00"),  # skipped: the instant of the jump
        ("2026-09-06 00:30", SANTIAGO, "04:00"),
        ("2026-09-06 01:00", SANTIAGO, "04:00"),
        ("2026-04-04 23:30", SANTIAGO, "02:30"),  # shown twice: the first
        ("2026-04-05 00:00", SANTIAGO, "04:00"),
        ("2026-09-05 22:30", EASTER, "04:00"),
        ("2026-04-04 21:30", EASTER, "02:30"),
    ],
)
def test_civil_moments_where_the_clock_jumps(civil: str, zone: str, expected: str) -> None:
    assert f"{instant(datetime.fromisoformat(civil), zone):%H:%M}" == expected


def test_all_day_is_one_stretch_across_both_changes() -> None:
    whole = Timing(rules=(rule("00:00", "00:00", byday=WEEKDAYS),))
    for day, hours in ((SPRING, 71), (AUTUMN, 73)):
        (one,) = openings(whole, SANTIAGO, NONE, day, day + timedelta(2))
        assert one.end - one.start == timedelta(hours=hours)


def test_hours_that_the_clock_swallows_do_not_open() -> None:
    assert opened(rule("00:10", "00:50", byday=("SU",)), first=SPRING, last=SPRING + timedelta(1)) == []


def test_four_zones_open_at_different_instants_in_winter() -> None:
    timing, day = Timing(rules=(rule(),)), date(2026, 7, 1)
    starts = {
        zone: openings(timing, zone, NONE, day, day)[0].start.hour
        for zone in (SANTIAGO, "America/Punta_Arenas", "America/Coyhaique", EASTER)
    }
    assert starts == {SANTIAGO: 13, "America/Punta_Arenas": 12, "America/Coyhaique": 12, EASTER: 15}
    summer = date(2026, 12, 1)
    assert openings(timing, SANTIAGO, NONE, summer, summer) == openings(
        timing, "America/Punta_Arenas", NONE, summer, summer
    )


def test_after_2038_and_on_a_leap_day() -> None:
    (one,) = openings(
        Timing(rules=(rule(byday=WEEKDAYS),)), SANTIAGO, NONE, date(2040, 7, 2), date(2040, 7, 2)
    )
    assert one.start == datetime(2040, 7, 2, 13, tzinfo=UTC)
    leap = rule(freq="MONTHLY", byday=(), bymonthday=(29,), interval=12, dtstart=date(2024, 2, 29))
    assert rule_days(leap, date(2025, 1, 1), date(2033, 1, 1)) == [date(2028, 2, 29), date(2032, 2, 29)]


# --- holidays, exceptions, visits


def test_on_18_september_nothing_regular_is_open() -> None:
    week = [*(rule(byday=WEEKDAYS) for _ in range(2)), rule("08:00", "20:00", freq="MONTHLY", byday=("3FR",))]
    timing = Timing(rules=tuple(week), texts=(HoursText("Mo-Su 07:00-23:00"),))
    assert openings(timing, SANTIAGO, FIESTAS, date(2026, 9, 18), date(2026, 9, 18)) == []
    assert len(openings(timing, SANTIAGO, FIESTAS, date(2026, 9, 17), date(2026, 9, 20))) == 2


@pytest.mark.parametrize(
    ("on_holidays", "expected"),
    [
        ("closed", ["09-17 09:00/17:00"]),
        ("open", ["09-17 09:00/17:00", "09-18 09:00/17:00"]),
        ("only", ["09-18 09:00/17:00"]),
    ],
)
def test_holidays_as_the_rule_wants(on_holidays: str, expected: list[str]) -> None:
    found = opened(
        rule(on_holidays=on_holidays), first=date(2026, 9, 17), last=date(2026, 9, 19), holidays=FIESTAS
    )
    assert found == expected


def test_a_night_before_a_holiday_runs_to_its_end() -> None:
    night = rule("22:00", "06:00", byday=WEEKDAYS)
    found = opened(night, first=date(2026, 9, 17), last=date(2026, 9, 20), holidays=FIESTAS)
    assert found == ["09-17 22:00/06:00", "09-20 22:00/06:00"]


def exception(first: int, last: int, hours: str = "") -> ExceptionDays:
    opens, _, closes = hours.partition("-")
    return ExceptionDays(
        date(2026, 9, first),
        date(2026, 9, last),
        time.fromisoformat(opens) if opens else None,
        time.fromisoformat(closes) if closes else None,
    )


@pytest.mark.parametrize(
    ("exceptions", "expected"),
    [
        ([], ["09-21 09:00/17:00", "09-22 09:00/17:00"]),
        ([exception(1, 21)], ["09-22 09:00/17:00"]),
        ([exception(21, 21, "10:00-12:00")], ["09-21 10:00/12:00", "09-22 09:00/17:00"]),
        ([exception(1, 30), exception(22, 22, "10:00-12:00")], ["09-22 10:00/12:00"]),
        ([exception(22, 22), exception(22, 22, "10:00-12:00")], ["09-21 09:00/17:00"]),
        (
            [exception(22, 22, "15:00-16:00"), exception(22, 22, "10:00-12:00"), exception(21, 21)],
            ["09-22 10:00/12:00", "09-22 15:00/16:00"],
        ),
    ],
)
def test_exceptions(exceptions: list[ExceptionDays], expected: list[str]) -> None:
    timing = Timing(rules=(rule(),), exceptions=tuple(exceptions))
    found = openings(timing, SANTIAGO, NONE, date(2026, 9, 21), date(2026, 9, 22))
    assert local(found) == expected
    assert {one.kind for one in found} <= {"regular", "exception"}


def test_special_hours_hold_on_a_holiday() -> None:
    timing = Timing(rules=(rule(),), exceptions=(exception(18, 18, "10:00-12:00"),))
    (one,) = openings(timing, SANTIAGO, FIESTAS, date(2026, 9, 18), date(2026, 9, 18))
    assert (local([one]), one.kind) == (["09-18 10:00/12:00"], "exception")


def test_a_dated_visit_stands_on_a_holiday_but_not_in_a_closure() -> None:
    visit = VisitRecord(date(2026, 9, 18), time(10), time(12))
    for exceptions, expected in (
        ((), 1),
        ((exception(18, 18),), 0),
        ((exception(18, 18, "09:00-10:00"),), 2),
    ):
        timing = Timing(visits=(visit, visit), exceptions=exceptions)
        assert len(openings(timing, SANTIAGO, FIESTAS, date(2026, 9, 18), date(2026, 9, 18))) == expected


def test_the_offers_own_dates_bound_everything() -> None:
    timing = Timing(rules=(rule(),), visits=(VisitRecord(date(2026, 9, 26), time(10), time(12)),))
    found = openings(
        timing, SANTIAGO, NONE, date(2026, 9, 1), date(2026, 9, 30),
        valid_from=date(2026, 9, 22), valid_to=date(2026, 9, 23),
    )  # fmt: skip
    assert local(found) == ["09-22 09:00/17:00", "09-23 09:00/17:00"]


def test_touching_and_overlapping_hours_are_one() -> None:
    found = opened(
        rule("09:00", "13:00"),
        rule("13:00", "15:00"),
        rule("14:00", "17:00"),
        first=SPRING + timedelta(2),
        last=SPRING + timedelta(2),
    )
    assert found == ["09-07 09:00/17:00"]


# --- documents


def test_a_document_builds_the_same_openings_and_knows_no_order() -> None:
    rules = (rule(), rule("18:00", "20:00", freq="MONTHLY", byday=("2SA", "-1SU"), dtstart=date(2026, 1, 1)))
    timing = Timing(
        rules,
        (HoursText("Su 10:00-11:00", notes="a"),),
        (exception(8, 9),),
        (VisitRecord(SPRING, time(1), time(2)),),
    )
    turned = Timing(
        rules[::-1], (HoursText("Su 10:00-11:00", notes="b"),), (exception(8, 9),), timing.visits * 2
    )
    window = date(2026, 9, 1), date(2026, 9, 30)
    document = timetable_document(timing, SANTIAGO, ("CL", "15"), date(2026, 9, 2), date(2026, 9, 20))
    again = timetable_document(turned, SANTIAGO, ("15", "CL"), date(2026, 9, 2), date(2026, 9, 20))
    assert document == again
    assert timetable_key(document) == timetable_key(dict(reversed(again.items())))
    assert document_openings(document, FIESTAS, *window) == openings(
        timing, SANTIAGO, FIESTAS, *window, valid_from=date(2026, 9, 2), valid_to=date(2026, 9, 20)
    )


def test_keys_differ_by_zone_areas_and_dates() -> None:
    timing = Timing(rules=(rule(),))
    keys = {
        keyed_timetable(timing, SANTIAGO, ("CL",))[0],
        keyed_timetable(timing, EASTER, ("CL",))[0],
        keyed_timetable(timing, SANTIAGO, ("CL", "15"))[0],
        keyed_timetable(timing, SANTIAGO, ("CL",), date(2026, 1, 1))[0],
        keyed_timetable(Timing(rules=(rule("09:01"),)), SANTIAGO, ("CL",))[0],
    }
    assert len(keys) == 5
    visits = Timing(visits=(VisitRecord(SPRING, time(1), time(2)),))
    # Holidays leave a visit as it is: where they hold makes no other calendar of it.
    assert keyed_timetable(visits, SANTIAGO, ("CL",))[0] == keyed_timetable(visits, SANTIAGO, ("CL", "15"))[0]
