"""OSM opening_hours with our own holidays: traps of the language, of the library, and equal rules."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from directory.calendar import check_timing, hours_lines, openings
from directory.opening_hours import MAX_TEXT, hours_spans, read_hours
from directory.records import HoursText, Severity, Timing, WeeklyRule
from directory.recurrence import WEEKDAYS, ScheduleError

# Thursday 17 to Monday 21 September 2026; Friday and Saturday are holidays.
FIRST, LAST = date(2026, 9, 17), date(2026, 9, 21)
FIESTAS = {date(2026, 9, 18): "Independencia", date(2026, 9, 19): "Glorias del Ejército"}
SANTIAGO = "America/Santiago"


def spans(text: str, holidays: Mapping[date, str] = FIESTAS) -> list[str]:
    found = hours_spans(text, FIRST, LAST, holidays)
    return [f"{start:%d %H:%M}-{end:%H:%M}" for _, (start, end) in sorted(found)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Without a word on PH, holidays are closed; 24/7 and the day's own date stand.
        ("Mo-Su 09:00-10:00", ["17 09:00-10:00", "20 09:00-10:00", "21 09:00-10:00"]),
        ("24/7", [f"{day} 00:00-00:00" for day in range(17, 22)]),
        ("Sep 18 10:00-11:00", ["18 10:00-11:00"]),
        ("2026 Sep 18 10:00-11:00; 2026 Sep 21 12:00-13:00", ["18 10:00-11:00", "21 12:00-13:00"]),
        ("2027 Sep 18 10:00-11:00", []),
        ("Sep 17-19 10:00-11:00", ["17 10:00-11:00"]),
        # PH as stated, by our holidays.
        ("Th-Sa 09:00-10:00; PH off", ["17 09:00-10:00"]),
        ("Th-Sa 09:00-10:00; PH 12:00-13:00", ["17 09:00-10:00", "18 12:00-13:00", "19 12:00-13:00"]),
        ("Th,PH 09:00-10:00", ["17 09:00-10:00", "18 09:00-10:00", "19 09:00-10:00"]),
        ("PH 09:00-10:00", ["18 09:00-10:00", "19 09:00-10:00"]),
        ('Mo-Th 09:00-10:00 "no PH"', ["17 09:00-10:00", "21 09:00-10:00"]),
        # ";" replaces what earlier rules said of the same days, "," adds to it.
        ('Th 09:00-13:00; Th 15:00-17:00 "solo con hora"', ["17 15:00-17:00"]),
        ('Th 09:00-13:00, Th 15:00-17:00 "solo con hora"', ["17 09:00-13:00", "17 15:00-17:00"]),
        # A night belongs to the day it starts on, whatever the next day's rule says.
        ("Th-Fr,Su 22:00-04:00", ["17 22:00-00:00", "18 00:00-04:00", "20 22:00-00:00", "21 00:00-04:00"]),
        ("Su 22:00-26:00; Mo 10:00-11:00", ["20 22:00-00:00", "21 00:00-02:00", "21 10:00-11:00"]),
        ("Th 10:00-10:00", ["17 10:00-00:00", "18 00:00-10:00"]),
        ("Su 20:00-24:00", ["20 20:00-00:00"]),
        # Unknown is not open, and a comment alone is unknown.
        ("Th 09:00-10:00 unknown", []),
        ('Th 09:00-10:00 || "con cita"', ["17 09:00-10:00"]),
        ('Th "con cita"; Mo 09:00-10:00 "traer carné"', ["21 09:00-10:00"]),
        ("Th[3] 09:00-10:00; Mo[1] 09:00-10:00", ["17 09:00-10:00"]),
        ("week 38 Th 09:00-10:00", ["17 09:00-10:00"]),
    ],
)
def test_texts(text: str, expected: list[str]) -> None:
    assert spans(text) == expected


def test_a_fallback_hides_no_day() -> None:
    """Asked for more than a day, the library jumps from 1 January over the working days after it."""
    found = hours_spans('Mo-Fr 09:00-13:00 || "con cita"', date(2026, 1, 1), date(2026, 1, 9), {})
    assert [day.day for day, _ in found] == [1, 2, 5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "schedule_unreadable"),
        ("lunes a viernes 9 a 17", "schedule_unreadable"),
        ("Mo-Fr 9-17", "schedule_unreadable"),
        ("Mo-Fr 09:00-13:00;", "schedule_unreadable"),
        ("Mo-Fr 09:00+", "schedule_unreadable"),
        ("Mo-Fr sunrise-sunset", "schedule_unreadable"),
        ("Mo-Fr 10:00-16:00/01:30", "schedule_unreadable"),
        ("Mo-Fr 09:00-10:00; SH off", "schedule_unreadable"),
        ("Mo-Fr 09:00-10:00; PH +1 day off", "schedule_unreadable"),
        ("Mo-Fr PH 09:00-10:00", "schedule_unreadable"),
        ("PH Mo-Fr 09:00-10:00", "schedule_unreadable"),
        ("Feb 30 10:00-11:00", "schedule_unreadable"),
        ("2026 Jun 31 10:00-11:00", "schedule_unreadable"),
        ("Mo 10:00-40:00", "schedule_unreadable"),
        ("Mo-Fr 22:00-04:00; We 01:00-02:00 off", "schedule_unreadable"),
        ("Mo-Fr 09:00-13:00; " * 400, "schedule_too_long"),
        ("off", "schedule_never_occurs"),
        ("1990 Jan 5 10:00-11:00", "schedule_never_occurs"),
        ("{{ 7*7 }}", "schedule_unreadable"),
    ],
)
def test_bad_texts_are_issues(text: str, code: str) -> None:
    (issue,) = check_timing(Timing(texts=(HoursText(text),)))
    assert (issue.code, issue.severity, issue.field) == (code, Severity.ERROR, "texts")
    assert len(issue.value or "") <= MAX_TEXT
    if code != "schedule_never_occurs":
        with pytest.raises(ScheduleError):
            read_hours(text)


def test_uncertain_parts_are_remarked() -> None:
    (issue,) = check_timing(Timing(texts=(HoursText('Mo 09:00-10:00 || "con cita"'),)))
    assert (issue.code, issue.severity) == ("schedule_uncertain", Severity.WARNING)


@given(
    st.text(max_size=40)
    | st.lists(
        st.sampled_from(
            [
                "Mo",
                "-",
                "Fr",
                " ",
                ";",
                ",",
                "09:00",
                "PH",
                "off",
                "24/7",
                "[2]",
                "Feb",
                "30",
                '"',
                "||",
                "week",
                "easter",
                "+",
            ]
        ),
        max_size=12,
    ).map("".join)
)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_told(text: str) -> None:
    timing = Timing(texts=(HoursText(text),))
    issues = check_timing(timing)
    if not any(issue.severity is Severity.ERROR for issue in issues):
        openings(timing, SANTIAGO, FIESTAS, FIRST, LAST)
    assert all(isinstance(line, str) for line in hours_lines(timing))


def test_the_library_wants_zoneinfo() -> None:
    """The trap that keeps the library to civil times here."""
    hours = OpeningHours("24/7", timezone=ZoneInfo(SANTIAGO))
    assert hours.is_open(datetime(2026, 9, 1, tzinfo=ZoneInfo(SANTIAGO)))
    with pytest.raises(TypeError):
        hours.is_open(datetime(2026, 9, 1, tzinfo=timezone(timedelta(hours=-4))))


# --- equal rules and texts

clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
OSM = {code: code.capitalize() for code in WEEKDAYS}


@st.composite
def twins(draw: st.DrawFn) -> tuple[str, tuple[WeeklyRule, ...]]:
    """A text and the rules that say the same: days of the week, or nth days of the month."""
    nth = draw(st.sampled_from([None, 1, 2, 3, 4, -1]))
    days = sorted(draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1)))
    hours = draw(
        st.lists(st.tuples(clocks, clocks).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=2)
    )
    mark = f"[{nth}]" if nth else ""
    times = ",".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in hours)
    text = ",".join(OSM[day] + mark for day in days) + " " + times
    byday = tuple(f"{nth or ''}{day}" for day in days)
    rules = tuple(WeeklyRule(*pair, freq="MONTHLY" if nth else "WEEKLY", byday=byday) for pair in hours)
    return text, rules


@settings(max_examples=200, deadline=None)
@given(twins(), st.sampled_from([date(2026, 9, 1), date(2026, 3, 30)]))
def test_a_text_opens_as_the_equal_rule(twin: tuple[str, tuple[WeeklyRule, ...]], first: date) -> None:
    text, rules = twin
    window = SANTIAGO, FIESTAS, first, first + timedelta(30)
    assert openings(Timing(texts=(HoursText(text),)), *window) == openings(Timing(rules=rules), *window)


PIECES = (
    "unknown",
    "Mo-Fr 09:00-13:00",
    "Sa 10:00-12:00",
    "We off",
    "Tu[2] 15:00-16:00",
    "Sep 10-20 08:00-20:00",
    "Th",
    "Mo,Su 00:00-24:00",
    "week 37 Fr 18:00-19:00",
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), st.sampled_from(["; ", ", ", " || "]))
def test_every_moment_as_the_library_says(pieces: list[str], joint: str) -> None:
    """On days without holidays or nights, each quarter of an hour asked of the library one by one."""
    text = joint.join(pieces)
    try:
        read_hours(text)
    except ScheduleError:
        return
    library = OpeningHours(text, auto_country=False, auto_timezone=False)
    first, last = date(2026, 9, 7), date(2026, 9, 16)
    found = [span for _, span in hours_spans(text, first, last, {})]
    at = datetime.combine(first, time())
    while at.date() <= last:
        assert any(start <= at < end for start, end in found) == library.is_open(at), (text, at)
        at += timedelta(minutes=15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo-Fr 09:00-13:00,14:30-17:30; PH off", ["Lunes a viernes: 9:00 a 13:00 y 14:30 a 17:30"]),
        ("Mo-Fr,PH 10:00-12:00", ["Lunes a viernes: 10:00 a 12:00", "Feriados: 10:00 a 12:00"]),
        ("24/7", ["Abierto las 24 horas"]),
        ("Fr,Sa 22:00-04:00", ["Viernes y sábado: 22:00 a 4:00 del día siguiente"]),
        ("Tu[2] 09:00-13:00; Th[-1] 10:00-11:00",
         ["Segundo martes de cada mes: 9:00 a 13:00", "Último jueves de cada mes: 10:00 a 11:00"]),
        ("2026 Jan 12 09:00-13:00", ["2026 Jan 12 09:00-13:00"]),
        ("lunes y martes", ["lunes y martes"]),
    ],
)  # fmt: skip
def test_texts_in_words(text: str, expected: list[str]) -> None:
    assert hours_lines(Timing(texts=(HoursText(text),))) == expected


def test_texts_hold_in_the_zone_of_the_place() -> None:
    timing = Timing(texts=(HoursText("Mo 09:00-10:00"),))
    for zone, hour in ((SANTIAGO, 13), ("America/Punta_Arenas", 12), ("Pacific/Easter", 15)):
        (one,) = openings(timing, zone, {}, date(2026, 7, 6), date(2026, 7, 6))
        assert one.start == datetime(2026, 7, 6, hour, tzinfo=UTC)
