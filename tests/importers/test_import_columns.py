"""Cells as people fill them in."""

from datetime import date, time

import pytest

from directory.records import Facility
from importers import columns
from importers.errors import RefusedRowError
from importers.source import Row


def row(**cells: str) -> Row:
    return Row(7, list(cells.values()), {name: place for place, name in enumerate(cells)}, key="K")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("05-03-2026", date(2026, 3, 5)),
        ("5/3/2026", date(2026, 3, 5)),
        ("2026-03-05", date(2026, 3, 5)),
        ("2026-03-05 00:00", date(2026, 3, 5)),
        ("31-02-2026", None),
        ("2026", None),
        ("05-03-26", None),
    ],
)
def test_dates(text: str, expected: date | None) -> None:
    assert columns.read_day(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:00", time(9)),
        ("09.30", time(9, 30)),
        ("14h15", time(14, 15)),
        ("9", time(9)),
        ("14:00 hrs", time(14)),
        ("09:00:00", time(9)),
        ("24:00", time()),
        ("25:00", None),
        ("9:60", None),
        ("mañana", None),
    ],
)
def test_times(text: str, expected: time | None) -> None:
    assert columns.read_time(text) == expected


def test_spans() -> None:
    both = ((time(9), time(13)), (time(14, 30), time(17)))
    assert columns.read_spans("09:00-13:00 y 14:30-17:00") == both
    assert columns.read_spans("9:00 a 13:00 / 14:30 – 17:00") == both
    assert columns.read_spans("Cerrado") == ()
    assert columns.read_spans("de 9 a 5 mas o menos") is None


def test_weekly_groups_equal_days_and_leaves_unknown_ones_out() -> None:
    days = dict.fromkeys(columns.WEEKDAYS, "09:00-14:00") | {
        "martes": "",
        "sabado": "Cerrado",
        "domingo": "??",
    }
    week = row(**days)
    timing = columns.weekly(week)
    assert [(rule.byday, rule.opens_at) for rule in timing.rules] == [(("MO", "WE", "TH", "FR"), time(9))]
    assert [(one.code, one.field, one.row) for one in week.issues] == [("unreadable_hours", "domingo", 7)]


def test_yes_no_and_facilities() -> None:
    cells = row(rampa="Sí", ascensor="NO", braille="", bano_accesible="quizá")
    assert columns.facilities(cells) == ((Facility.RAMP, True), (Facility.LIFT, False))
    assert [one.field for one in cells.issues] == ["bano_accesible"]


def test_numbers_and_choices_that_matter_refuse_the_row() -> None:
    assert columns.whole_number(row(edad="18.0"), "edad") == 18
    assert columns.whole_number(row(edad=""), "edad") is None
    for text in ("-1", "dieciocho", "18,5"):
        with pytest.raises(RefusedRowError):
            columns.whole_number(row(edad=text), "edad")
    assert columns.choice(row(sexo="Mujeres"), "sexo", {"mujeres": 1}, otherwise=0) == 1
    with pytest.raises(RefusedRowError, match="mujeres"):
        columns.choice(row(sexo="otra"), "sexo", {"mujeres": 1}, otherwise=0)
    with pytest.raises(RefusedRowError):
        columns.required(row(nombre="  "), "nombre")


def test_phones_and_lists() -> None:
    assert [one.number for one in columns.phones(row(f="572000001 / 572000002, 101 y 1412"), "f")] == [
        "572000001",
        "572000002",
        "101",
        "1412",
    ]
    assert columns.phones(row(f="SIN DATO"), "f") == ()
    assert columns.items(row(x="a; b;;a"), "x") == ("a", "b")


def test_a_column_nobody_declared_is_a_mistake_of_the_source() -> None:
    with pytest.raises(KeyError):
        row(a="1").text("b")
