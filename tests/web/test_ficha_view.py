"""The page of an offer in words: every part, in both languages where they differ."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from directory.ficha import Ficha, SpecialDays
from directory.records import Timing, WeeklyRule
from directory.reports import FIELDS
from tests.web.sample_fichas import (
    COUNTRY,
    NOW,
    OFFICE,
    SHORT_URL,
    TODAY,
    URL,
    WEEK,
    card,
    ficha,
    interval,
    moment,
    protected,
    visits,
)
from web import ficha_words as say
from web.ficha_view import REPORT_FIELDS, FichaView, ficha_view
from web.language import speaking

WHOLE = ((time(0), time(0)),)


def view(one: Ficha, now: datetime = NOW) -> FichaView:
    return ficha_view(one, now, COUNTRY, url=URL, short_url=SHORT_URL)


def with_card(**changes: Any) -> FichaView:
    return view(ficha(card=card(**changes)))


def test_the_week_is_a_table_with_today_marked() -> None:
    shown = view(ficha())
    assert [(row.day, row.hours) for row in shown.week] == [
        ("Lunes", "9:00 a 17:00"),
        ("Martes", "9:00 a 17:00"),
        ("Miércoles", "9:00 a 17:00"),
        ("Jueves", "9:00 a 17:00"),
        ("Viernes", "9:00 a 17:00"),
        ("Sábado", "Cerrado"),
        ("Domingo", "Cerrado"),
    ]
    assert [row.day for row in shown.week if row.now] == ["Martes"]
    assert (shown.dates, shown.lines, shown.always) == ((), (), False)


def test_today_is_the_day_of_the_place_not_of_the_server() -> None:
    late = datetime(2026, 9, 9, 2, tzinfo=UTC)  # still Tuesday evening in Talca
    assert [row.day for row in view(ficha(), late).week if row.now] == ["Martes"]


def test_always_open_is_said_and_not_tabulated() -> None:
    shown = view(ficha(week=(WHOLE,) * 7, openings=(interval(1, 0, 23),)))
    assert (shown.always, shown.week) == (True, ())


@pytest.mark.parametrize(
    ("at", "openings", "state", "tone"),
    [
        (moment(8, 10), (interval(8, 9, 17),), "Abierto, cierra a las 17:00", "open"),
        (moment(8, 18), (interval(9, 9, 17),), "Cerrado, abre mañana a las 9:00", "shut"),
        (
            moment(8, 9),
            (interval(22, 10, 12, "visit"),),
            "Pasa el martes 22 de septiembre de 10:00 a 12:00",
            "shut",
        ),
        (moment(22, 10), (interval(22, 10, 12, "visit"),), "Atiende ahora, hasta las 12:00", "open"),
        (moment(8, 9), (), "No hay fechas anunciadas por ahora", "ask"),
    ],
)
def test_the_state_in_words(at: datetime, openings: Any, state: str, tone: str) -> None:
    shown = view(ficha(openings=openings), at)
    assert (shown.state, shown.tone) == (state, tone)


def test_unknown_hours_say_to_call_or_that_nobody_knows() -> None:
    unknown = ficha(timing=None, week=None, openings=())
    assert view(unknown).state == "Llama para saber el horario"
    assert view(replace(unknown, card=card(phones=[]))).state == "No sabemos su horario"


def test_special_days_say_why() -> None:
    special = (
        SpecialDays(date(2026, 9, 15), date(2026, 9, 17), (), "Inventario", holiday=False),
        SpecialDays(date(2026, 9, 18), date(2026, 9, 18), OFFICE, "Fiestas", holiday=True),
    )
    assert [(row.day, row.hours, row.note) for row in view(ficha(special=special)).special] == [
        ("Del martes 15 de septiembre al jueves 17 de septiembre", "Cerrado", "Inventario"),
        ("Viernes 18 de septiembre", "9:00 a 17:00", "feriado"),
    ]


def test_a_mobile_point_tells_its_dates() -> None:
    start = visits().openings[0].start
    shown = view(visits(visit_notes={start: "En la sede social"}))
    assert [(row.day, row.note) for row in shown.dates] == [
        ("Martes 22 de septiembre, 10:00 a 12:00", "En la sede social"),
        ("Martes 27 de octubre, 10:00 a 12:00", ""),
    ]
    assert shown.dated
    assert (shown.week, shown.lines) == ((), ())


def test_days_of_the_month_are_said_as_a_rule_and_as_dates() -> None:
    rule = WeeklyRule(time(10), time(12), freq="MONTHLY", byday=("2TU",))
    shown = view(ficha(timing=Timing(rules=(rule,)), week=None, openings=(interval(8, 10, 12),)))
    assert shown.lines == ("Segundo martes de cada mes: 10:00 a 12:00",)
    assert [row.day for row in shown.dates] == ["Martes 8 de septiembre, 10:00 a 12:00"]
    assert not shown.dated


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ((None, None), ""),
        ((None, date(2027, 5, 1)), ""),
        ((None, date(2026, 10, 1)), "Atiende hasta el jueves 1 de octubre."),
        ((None, date(2026, 9, 1)), "Este lugar dejó de atender el martes 1 de septiembre."),
        ((date(2026, 9, 14), None), "Atiende desde el lunes 14 de septiembre."),
    ],
)
def test_an_agreement_that_begins_or_ends_is_told(dates: Any, said: str) -> None:
    assert view(ficha(valid_from=dates[0], valid_to=dates[1])).validity == said


def test_who_it_is_for() -> None:
    rules = {"min_age": 18, "sexes": ["female"], "insurances": ["fonasa_a", "fonasa_b"], "residence": ["07"]}
    shown = view(ficha(eligibility=rules, area_names={"07": "Maule"}))
    assert shown.who == ("Mujeres de 18 años o más", "Con Fonasa tramo A o B", "Que vivan en Maule")
    assert view(ficha()).who == ()
    with speaking("en"):
        said = view(ficha(eligibility=rules, area_names={"07": "Maule"})).who
    assert said == ("Women aged 18 or over", "With Fonasa band A or B", "Living in Maule")


@pytest.mark.parametrize(
    ("capacity", "said"),
    [
        (None, ""),
        ({"unit": "cupos", "available": 3.0, "maximum": 20.0, "updated": "2026-09-01"}, "3"),
        ({"unit": "cupos", "available": 3.0, "maximum": None, "updated": "2026-08-01"}, ""),
        ({"unit": "cupos", "available": 3.0, "maximum": None, "updated": "2026-09-20"}, ""),
    ],
)
def test_free_places_while_the_count_is_fresh(capacity: Any, said: str) -> None:
    words = with_card(capacity=capacity).capacity
    assert words == (f"Cupos libres: {said} (contados el martes 1 de septiembre)." if said else "")


def test_where_it_is() -> None:
    shown = view(ficha())
    assert (shown.address, shown.comuna, shown.region) == ("Uno Norte 123", "Talca", "Maule")
    assert (shown.position_text, shown.reachable, shown.transportation) == ("", True, "Micro 5")
    assert (shown.comuna_url, shown.search_url) == ("/comuna/talca", "/?place=Talca")
    seat = {"source": "comuna_seat", "precision_m": 5000.0, "visibility": "full"}
    assert with_card(position=seat).position_text == "Ubicación aproximada: el centro de la comuna"
    assert "No sabemos el punto exacto" in view(ficha(point=None)).position_text


def test_a_protected_place_is_neither_told_nor_reached() -> None:
    shown = view(ficha(card=protected(), point=None))
    assert shown.position_text == "Dirección reservada: llama para coordinar"
    assert (shown.address, shown.transportation, shown.reachable, shown.drawing) == ("", "", False, "")


def test_a_sensitive_offer_has_neutral_titles_and_is_not_indexed() -> None:
    shown = view(ficha(card=protected(), point=None))
    assert (shown.page_title, shown.summary) == (
        "Lugar de atención en Talca",
        "Horario, teléfono y cómo llegar.",
    )
    assert (shown.sensitive, shown.indexed) == (True, False)
    plain = view(ficha())
    assert (plain.page_title, plain.summary, plain.indexed) == ("Sucursal Talca", "Sucursal · Talca", True)
    assert not with_card(demonstration=True).indexed


def test_what_a_name_says_is_not_said_again() -> None:
    assert with_card(service="Sucursal", organization="Talca").service == ""
    assert with_card(organization="Talca").organization == ""
    assert with_card(service="Sucursal Talca").service == ""


def test_phones_with_what_they_are_for() -> None:
    phones = [
        {"number": "+56712205413", "type": "voice", "extension": 12, "description": "Mesón"},
        {"number": "1412", "type": "voice", "extension": None, "description": None},
        {"number": "no es", "type": "voice", "extension": None, "description": None},
        {"number": "+56987654321", "type": "whatsapp", "extension": None, "description": None},
        {"number": "+56712205414", "type": "fax", "extension": None, "description": None},
    ]
    shown = with_card(phones=phones)
    assert [(one.phone.dial, one.note, one.extension) for one in shown.phones] == [
        ("+56712205413", "Mesón", 12),
        ("1412", "", None),
    ]
    assert shown.whatsapp is not None
    assert shown.whatsapp.dial == "+56987654321"


def test_who_says_so_and_how_old_it_is() -> None:
    shown = view(ficha())
    assert shown.verified == "Verificado hace 7 días (01-09-2026)"
    assert (shown.source, shown.licence, shown.loaded) == ("IPS Chile", "CC BY 4.0", "07-09-2026")
    assert with_card(verified_on=None).verified == "Sin fecha de verificación"


def test_every_field_of_a_report_has_words() -> None:
    assert set(REPORT_FIELDS) == set(FIELDS)


def test_days_are_named_in_the_language_of_the_page() -> None:
    with speaking("en"):
        assert [row.day for row in view(ficha()).week][:2] == ["Monday", "Tuesday"]
        assert say.special_day_text(SpecialDays(TODAY, TODAY, (), None, holiday=False), TODAY).startswith(
            "Tuesday"
        )
    assert say.always_open(WEEK) is False
