"""The week that repeats itself, read off the openings."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from directory.civil_time import Interval
from directory.records import ExceptionDays, HoursText, Timing, VisitRecord, WeeklyRule
from directory.usual_week import by_day, usual_week
from tests.factories import OFFICE_HOURS

TODAY = date(2026, 9, 8)  # a Tuesday
OFFICE = ((time(9), time(17)),)
WHOLE = ((time(0), time(0)),)
VISITS = Timing(visits=(VisitRecord(date(2026, 9, 22), time(10), time(12)),))


def timing(*rules: WeeklyRule) -> Timing:
    """Rules alone."""
    return Timing(rules=rules)


@pytest.mark.parametrize(
    ("stated", "week"),
    [
        (OFFICE_HOURS, (OFFICE,) * 5 + ((), ())),
        (
            timing(
                WeeklyRule(time(14), time(18), byday=("TU",)), WeeklyRule(time(9), time(13), byday=("TU",))
            ),
            ((), ((time(9), time(13)), (time(14), time(18))), (), (), (), (), ()),
        ),
        (Timing(texts=(HoursText("24/7"),)), (WHOLE,) * 7),
        (
            timing(WeeklyRule(time(22), time(6), byday=("FR", "SU"))),
            ((), (), (), (), ((time(22), time(6)),), (), ((time(22), time(6)),)),
        ),
        (Timing(texts=(HoursText("Mo-Fr 09:00-17:00; PH off"),)), (OFFICE,) * 5 + ((), ())),
        (timing(WeeklyRule(time(9), time(13), freq="MONTHLY", byday=("2TU",))), None),
        (timing(WeeklyRule(time(9), time(13), byday=("TU",), interval=2, dtstart=date(2026, 9, 1))), None),
        (timing(WeeklyRule(time(9), time(13), byday=("TU",), until=date(2026, 9, 20))), None),
        (timing(WeeklyRule(time(9), time(13), byday=("TU",), until=date(2026, 1, 1))), None),
        (VISITS, None),
        (Timing(), None),
    ],
)
def test_a_table_of_the_week_only_where_all_weeks_are_alike(stated: Timing, week: Any) -> None:
    assert usual_week(stated, "America/Santiago", TODAY) == week


@pytest.mark.parametrize("today", [date(2026, 9, 1), date(2026, 3, 30), date(2026, 12, 28)])
def test_the_week_is_the_same_across_a_change_of_clocks(today: date) -> None:
    for stated in (
        OFFICE_HOURS,
        Timing(texts=(HoursText("24/7"),)),
        Timing(texts=(HoursText("Mo-Su 22:00-06:00"),)),
    ):
        assert usual_week(stated, "America/Santiago", today) == usual_week(stated, "America/Santiago", TODAY)


def test_a_week_says_nothing_of_exceptions() -> None:
    closed = ExceptionDays(TODAY, TODAY)
    assert usual_week(Timing(rules=OFFICE_HOURS.rules, exceptions=(closed,)), "UTC", TODAY) == usual_week(
        OFFICE_HOURS, "UTC", TODAY
    )


def test_a_stretch_of_days_is_cut_at_midnight_and_a_night_is_not() -> None:
    days = by_day(
        [
            Interval(datetime(2026, 9, 7, 20, tzinfo=UTC), datetime(2026, 9, 9, 3, tzinfo=UTC)),
            Interval(datetime(2026, 9, 10, 22, tzinfo=UTC), datetime(2026, 9, 11, 6, tzinfo=UTC)),
        ],
        ZoneInfo("UTC"),
    )
    assert days == {
        date(2026, 9, 7): ((time(20), time(0)),),
        date(2026, 9, 8): WHOLE,
        date(2026, 9, 9): ((time(0), time(3)),),
        date(2026, 9, 10): ((time(22), time(6)),),
    }
