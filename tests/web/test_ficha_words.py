"""Hours, names and costs in words; what of a source's texts may become a link."""

from datetime import time
from typing import Any

import pytest

from tests.web.sample_fichas import OFFICE
from web import ficha_words as say
from web.ficha_parts import email_address, web_address

WHOLE = ((time(0), time(0)),)


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ((), "Cerrado"),
        (OFFICE, "9:00 a 17:00"),
        (((time(9), time(13)), (time(14, 30), time(17, 30))), "9:00 a 13:00 y 14:30 a 17:30"),
        (((time(22), time(6)),), "22:00 a 6:00 del día siguiente"),
        (((time(18), time(0)),), "18:00 a 24:00"),
        (((time(8), time(8)),), "8:00 a 8:00 del día siguiente"),
        (WHOLE, "Las 24 horas"),
    ],
)
def test_hours_in_words(hours: Any, text: str) -> None:
    assert say.hours_text(hours) == text


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], []),
        (["Isapre"], ["Isapre"]),
        (["Fonasa tramo A", "Fonasa tramo B", "Fonasa tramo D"], ["Fonasa tramo A, B o D"]),
        (["Fonasa tramo A", "Isapre"], ["Fonasa tramo A", "Isapre"]),
        (["Fonasa tramo A", "Isapre", "Fonasa tramo B"], ["Fonasa tramo A", "Isapre", "Fonasa tramo B"]),
        (["Isapre", "Dipreca"], ["Isapre", "Dipreca"]),
        (["a b c", "a x c", "a b z"], ["a b o x c", "a b z"]),
        (["Fonasa band A (public)", "Fonasa band B (public)"], ["Fonasa band A o B (public)"]),
    ],
)
def test_names_alike_are_said_once(names: list[str], said: list[str]) -> None:
    assert say.merged(names) == said


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        ({"amount": 0}, "Gratis"),
        ({"amount": 0, "option": "Tramo A"}, "Gratis (Tramo A)"),
        ({"amount": 4500.0}, "$4.500"),
        (
            {"amount": 12000, "option": "Particular", "description": "por sesión"},
            "$12.000 (Particular: por sesión)",
        ),
        ({"description": "Según previsión"}, "Según previsión"),
        ({}, ""),
    ],
)
def test_costs_in_words(cost: dict[str, Any], text: str) -> None:
    bare: Any = {"option": None, "amount": None, "currency": "CLP", "description": None}
    assert say.cost_text(bare | cost) == text


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://ips.example/x", "https://ips.example/x"),
        (" http://ips.example ", "http://ips.example"),
        ("javascript:window.XSS=1", ""),
        ("data:text/html,x", ""),
        ("//ips.example", ""),
        ("https:///x", ""),
        ("https://localhost/x", ""),
        ("https://ips.example@malo.example", ""),
        ("https://[malo", ""),
        ("ips.example", ""),
        (None, ""),
    ],
)
def test_only_addresses_of_the_web_become_links(text: str | None, address: str) -> None:
    assert web_address(text) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("a.b-c@ips.example", "a.b-c@ips.example"),
        ("a@b", ""),
        ("a@ips.example?cc=x@y.example", ""),
        ("a b@ips.example", ""),
        ("<img>@ips.example", ""),
        ("@ips.example", ""),
        (None, ""),
    ],
)
def test_only_plain_mail_becomes_a_link(text: str | None, address: str) -> None:
    assert email_address(text) == address
