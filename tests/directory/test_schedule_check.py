"""Hours that cannot be read, never occur or look wrong: issues, and what is left."""

from datetime import date, time

import pytest

from directory.calendar import ScheduleError, check_timing, openings, sound_timing
from directory.records import ExceptionDays, Severity, Timing, VisitRecord, WeeklyRule

SANTIAGO = "America/Santiago"
SPRING = date(2026, 9, 5)


def rule(opens: str = "09:00", closes: str = "17:00", **stated: object) -> WeeklyRule:
    stated.setdefault("byday", ("MO", "TU", "WE", "TH", "FR"))
    return WeeklyRule(time.fromisoformat(opens), time.fromisoformat(closes), **stated)  # type: ignore[arg-type]


def closed(first: int, last: int) -> ExceptionDays:
    return ExceptionDays(date(2026, 9, first), date(2026, 9, last))


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (rule(freq="DAILY"), "schedule_unreadable"),
        (rule(byday=("XX",)), "schedule_unreadable"),
        (rule(byday=("2TU",)), "schedule_unreadable"),
        (rule(byday=("0TU",), freq="MONTHLY"), "schedule_unreadable"),
        (rule(byday=()), "schedule_unreadable"),
        (rule(interval=2), "schedule_unreadable"),
        (rule(interval=0), "schedule_unreadable"),
        (rule(count=3), "schedule_unreadable"),
        (rule(bymonthday=(3,)), "schedule_unreadable"),
        (rule(freq="MONTHLY", bymonthday=(32,)), "schedule_unreadable"),
        (rule(on_holidays="maybe"), "schedule_unreadable"),
        (rule(count=10**9, dtstart=date(2026, 1, 1)), "schedule_too_long"),
        (rule(interval=10**6, dtstart=date(2026, 1, 1)), "schedule_too_long"),
        (rule(dtstart=date(1, 1, 1), count=5), "schedule_too_long"),
        (rule(until=date(9999, 12, 31)), "schedule_too_long"),
        (rule(valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)), "schedule_never_occurs"),
        (rule(dtstart=date(2026, 2, 1), until=date(2026, 1, 1)), "schedule_never_occurs"),
        (
            rule(byday=("MO",), valid_from=date(2026, 9, 22), valid_to=date(2026, 9, 26)),
            "schedule_never_occurs",
        ),
        (rule(freq="MONTHLY", byday=("6MO",)), "schedule_never_occurs"),
        (
            rule(freq="MONTHLY", byday=(), bymonthday=(30,), interval=12, dtstart=date(2026, 2, 1)),
            "schedule_never_occurs",
        ),
    ],
)
def test_bad_rules_are_issues(bad: WeeklyRule, code: str) -> None:
    (issue,) = check_timing(Timing(rules=(bad,)))
    assert (issue.code, issue.field, issue.severity) == (code, "rules", Severity.ERROR)
    assert issue.value
    assert not sound_timing(Timing(rules=(bad,)))[0].known
    if code != "schedule_never_occurs":
        with pytest.raises(ScheduleError):
            openings(Timing(rules=(bad,)), SANTIAGO, {}, SPRING, SPRING)


def test_rare_rules_do_occur() -> None:
    rare = rule(freq="MONTHLY", byday=(), bymonthday=(29,), interval=12, dtstart=date(2096, 2, 29))
    friday13 = rule(freq="MONTHLY", byday=("FR",), bymonthday=(13,))
    assert check_timing(Timing(rules=(rare, friday13))) == []


def test_what_is_sound_stays() -> None:
    good, bad = VisitRecord(SPRING, time(10), time(12)), VisitRecord(SPRING, time(12), time(10))
    timing = Timing(rules=(rule(),), visits=(good, bad), exceptions=(closed(9, 8), closed(8, 9)))
    sound, issues = sound_timing(timing)
    assert sound == Timing(rules=(rule(),), visits=(good,), exceptions=(closed(8, 9),))
    assert [issue.code for issue in issues] == ["exception_backwards", "visit_backwards"]
    assert sound_timing(sound) == (sound, [])


def test_past_and_repeated_dates_are_remarked() -> None:
    visit = VisitRecord(date(2026, 1, 10), time(10), time(12))
    found = check_timing(Timing(visits=(visit, visit)), today=date(2026, 9, 1))
    assert [(one.code, one.severity) for one in found] == [
        ("visit_duplicate", Severity.WARNING),
        ("schedule_ended", Severity.WARNING),
    ]
    assert check_timing(Timing(visits=(visit,)), today=date(2026, 1, 1)) == []


def test_a_window_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="more than"):
        openings(Timing(), SANTIAGO, {}, date(2026, 1, 1), date(9999, 1, 1))
