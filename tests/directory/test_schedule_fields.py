"""Hours in fields: one column per day, and HSDS schedules."""

from datetime import date, time

import pytest

from directory.calendar import parse_day_columns, parse_hsds_schedule
from directory.records import IssueRecord, WeeklyRule

SANTIAGO = "America/Santiago"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:00-13:00, 14:30-17:30", ["09:00-13:00", "14:30-17:30"]),
        ("9:00 a 17:30 hrs", ["09:00-17:30"]),
        ("de 8:30 hrs. a 14:00 hrs.", ["08:30-14:00"]),
        ("9 a 13 y 14 a 17", ["09:00-13:00", "14:00-17:00"]),
        ("09.00 – 13.00", ["09:00-13:00"]),
        ("9:00 AM - 5:00 p.m.", ["09:00-17:00"]),
        ("12 am a 12 pm", ["00:00-12:00"]),
        ("20:00-08:00", ["20:00-08:00"]),
        ("18:00-24:00", ["18:00-00:00"]),
        ("24 horas", ["00:00-00:00"]),
        ("Cerrado", []),
        ("  ", []),
    ],
)
def test_day_columns(text: str, expected: list[str]) -> None:
    rules, issues = parse_day_columns({"lunes": text, "Miércoles": text})
    assert issues == []
    assert [f"{one.opens_at:%H:%M}-{one.closes_at:%H:%M}" for one in rules] == expected
    assert all(one.byday == ("MO", "WE") for one in rules)


@pytest.mark.parametrize(
    "text",
    [
        "09:00-5:00",
        "9:00",
        "25:00-26:00",
        "09:00-13:00 con hora",
        "13 PM a 14 PM",
        "a",
        "9-13,",
        "09:61-10:00",
    ],
)
def test_bad_day_columns_are_issues(text: str) -> None:
    rules, (issue,) = parse_day_columns({"martes": text})
    assert rules == ()
    assert (issue.code, issue.field, issue.value) == ("schedule_unreadable", "martes", text)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {
                "freq": "MONTHLY",
                "byday": "3TU",
                "dtstart": "2026-01-01",
                "opens_at": "09:00-03:00",
                "closes_at": "13:00:00-04:00",
            },
            WeeklyRule(time(9), time(13), "MONTHLY", ("3TU",), dtstart=date(2026, 1, 1)),
        ),
        (
            {
                "freq": "weekly",
                "byday": "MO, WE",
                "interval": "2",
                "dtstart": "2026-01-05T00:00:00Z",
                "count": 4,
                "opens_at": "09:00",
                "closes_at": "24:00",
            },
            WeeklyRule(time(9), time(0), byday=("MO", "WE"), interval=2, dtstart=date(2026, 1, 5), count=4),
        ),
        (
            {"dtstart": "2026-01-05", "opens_at": "00:00", "closes_at": "23:59"},
            WeeklyRule(time(0), time(0), dtstart=date(2026, 1, 5), count=1),
        ),
        (
            {
                "freq": "MONTHLY",
                "bymonthday": ["1", "-1"],
                "opens_at": "09:00",
                "closes_at": "10:00",
                "until": "",
            },
            WeeklyRule(time(9), time(10), "MONTHLY", bymonthday=(1, -1)),
        ),
    ],
)
def test_hsds_schedules(fields: dict[str, object], expected: WeeklyRule) -> None:
    assert parse_hsds_schedule(fields, zone=SANTIAGO) == expected


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"opens_at": "9am"}, "schedule_unreadable"),
        ({"opens_at": None}, "schedule_without_hours"),
        ({"opens_at": "09:00Z"}, "schedule_zone_contradicts"),
        ({"freq": "YEARLY"}, "schedule_unreadable"),
        ({"byday": "2TU"}, "schedule_unreadable"),
        ({"byweekno": "3"}, "schedule_unreadable"),
        ({"interval": "x"}, "schedule_unreadable"),
        ({"interval": "3", "dtstart": "2026-01-01", "wkst": "SU"}, "schedule_unreadable"),
        ({"dtstart": "05/01/2026"}, "schedule_unreadable"),
        ({"count": "999999", "dtstart": "2026-01-01"}, "schedule_too_long"),
    ],
)
def test_bad_hsds_schedules_are_issues(changed: dict[str, object], code: str) -> None:
    fields = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "10:00"} | changed
    found = parse_hsds_schedule(fields, zone=SANTIAGO)
    assert isinstance(found, IssueRecord)
    assert found.code == code
