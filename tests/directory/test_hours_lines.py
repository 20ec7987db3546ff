"""Hours in the words of a card, in Spanish and English."""

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.calendar import hours_lines
from directory.records import ExceptionDays, Timing, VisitRecord, WeeklyRule
from directory.recurrence import WEEKDAYS

SPRING, AUTUMN = date(2026, 9, 5), date(2026, 4, 4)


def rule(opens: str = "09:00", closes: str = "17:00", **stated: object) -> WeeklyRule:
    stated.setdefault("byday", ("MO", "TU", "WE", "TH", "FR"))
    return WeeklyRule(time.fromisoformat(opens), time.fromisoformat(closes), **stated)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("timing", "spanish", "english"),
    [
        (
            Timing((rule("09:00", "13:00"), rule("14:30", "17:30"), rule("10:00", "12:00", byday=("SA",)))),
            ["Lunes a viernes: 9:00 a 13:00 y 14:30 a 17:30", "Sábado: 10:00 a 12:00"],
            ["Monday to Friday: 9:00 to 13:00 and 14:30 to 17:30", "Saturday: 10:00 to 12:00"],
        ),
        (Timing((rule(byday=("MO", "WE")),)), ["Lunes y miércoles: 9:00 a 17:00"],
         ["Monday and Wednesday: 9:00 to 17:00"]),
        (
            Timing((rule(freq="MONTHLY", byday=("2TU",)),)),
            ["Segundo martes de cada mes: 9:00 a 17:00"],
            ["Second Tuesday of every month: 9:00 to 17:00"],
        ),
        (
            Timing((rule(byday=("TU",), interval=2, dtstart=date(2026, 1, 6)),)),
            ["Cada 2 semanas, martes: 9:00 a 17:00 (desde el 6 de enero de 2026)"],
            ["Every 2 weeks, Tuesday: 9:00 to 17:00 (from 6 January 2026)"],
        ),
        (Timing((rule("00:00", "00:00", byday=WEEKDAYS),)), ["Abierto las 24 horas"], ["Open 24 hours"]),
        (
            Timing((rule("22:00", "06:00", byday=("FR",), on_holidays="open"),)),
            ["Viernes: 22:00 a 6:00 del día siguiente, también en feriados"],
            ["Friday: 22:00 to 6:00 the next day, also on public holidays"],
        ),
        (
            Timing(visits=(VisitRecord(SPRING, time(9), time(12)), VisitRecord(AUTUMN, time(9), time(12)))),
            ["Atención en fechas programadas: 2 entre el 4 de abril de 2026 y el 5 de septiembre de 2026"],
            ["Open on scheduled dates: 2 between 4 April 2026 and 5 September 2026"],
        ),
        (
            Timing(exceptions=(ExceptionDays(date(2026, 9, 1), date(2026, 9, 5)),)),
            ["Cerrado del 1 de septiembre de 2026 hasta el 5 de septiembre de 2026"],
            ["Closed from 1 September 2026 until 5 September 2026"],
        ),
    ],
)  # fmt: skip
def test_hours_in_words(timing: Timing, spanish: list[str], english: list[str]) -> None:
    assert hours_lines(timing) == spanish
    assert hours_lines(timing, "en") == english


rules = st.builds(
    WeeklyRule,
    st.times(),
    st.times(),
    st.sampled_from(["WEEKLY", "MONTHLY"]),
    byday=st.lists(st.sampled_from([*WEEKDAYS, "2TU", "-1FR", "-4SA"]), max_size=4).map(tuple),
    bymonthday=st.lists(st.sampled_from([1, 31, -1, -2]), max_size=2).map(tuple),
    interval=st.integers(1, 4),
    dtstart=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    until=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    count=st.none() | st.integers(1, 3),
    on_holidays=st.sampled_from(["closed", "open", "only"]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(rules, max_size=5))
def test_any_rules_have_words(stated: list[WeeklyRule]) -> None:
    for language in ("es", "en"):
        assert all(line and "None" not in line for line in hours_lines(Timing(tuple(stated)), language))
