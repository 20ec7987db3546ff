"""What is sent on of an offer: short, whole, and nothing in it of anybody's making but text."""

import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile_files import PAYLOADS
from tests.web.sample_fichas import COUNTRY, NOW, SHORT_URL, URL, ficha, protected, visits
from web.ficha_view import ficha_view
from web.language import speaking
from web.share import LONGEST, LONGEST_ADDRESS, Shared, inert, shared

LONG_URL = "https://" + "a" * (LONGEST_ADDRESS - 10) + "/f"


def of(one: object) -> str:
    view = ficha_view(one, NOW, COUNTRY, url=URL, short_url=SHORT_URL)  # type: ignore[arg-type]
    return view.shared.text


def test_the_message_of_an_office() -> None:
    assert of(ficha()) == (
        "*Sucursal Talca*\n"
        "Uno Norte 123, Talca\n"
        "Teléfono: +56 71 220 5413\n"
        "Horario: Lunes a viernes: 9:00 a 17:00\n"
        "Qué llevar: Cédula de identidad\n"
        "Ficha: https://cercana.example/f/0082spyf"
    )


def test_the_message_of_a_mobile_point_tells_its_dates() -> None:
    assert "Horario: Martes 22 de septiembre, 10:00 a 12:00; Martes 27 de octubre, 10:00 a 12:00\n" in of(
        visits()
    )


def test_the_message_of_a_protected_place_tells_no_address_and_no_problem() -> None:
    text = of(ficha(card=protected(), point=None))
    assert "*Centro Los Aromos*\nTalca\n" in text
    for word in ("Norte", "ratamiento", "Micro"):
        assert word not in text


def test_empty_parts_are_left_out() -> None:
    assert shared("Centro", "", "", "", "", SHORT_URL).text == f"*Centro*\nFicha: {SHORT_URL}"
    assert shared("***", "", "", "", "", SHORT_URL).text.startswith("*Lugar de atención*\n")


def test_english() -> None:
    with speaking("en"):
        assert f"\nDetails: {SHORT_URL}" in of(ficha())


def test_whatsapp_gets_the_same_text() -> None:
    made = shared("Años & más", "Calle 1 #2", "", "", "", SHORT_URL)
    parts = urlsplit(made.whatsapp_url)
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "wa.me", "/", "")
    assert parse_qs(parts.query) == {"text": [made.text]}


anything = st.text(max_size=900)


@given(anything, anything, anything, anything, anything)
def test_it_is_never_long_and_the_address_is_always_whole(
    name: str, address: str, phone: str, hours: str, bring: str
) -> None:
    made = shared(name, address, phone, hours, bring, LONG_URL)
    assert len(made.text) <= LONGEST
    lines = made.text.split("\n")
    assert lines[-1].endswith(LONG_URL)
    assert len(lines) <= 6
    check_inert(made)


@given(st.text(alphabet="*_~`>-•#/ \n\r\t\u2028\u202e\u200b.a1", max_size=200))
def test_nothing_in_a_line_is_styled_hidden_or_a_link(text: str) -> None:
    line = inert(text, 120)
    assert not re.search(r"[*_~`\n\r\t\u2028\u202e\u200b]|//", line)
    assert not line.startswith((">", "-", "•", "#", " "))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_texts_are_only_words(payload: str) -> None:
    name = f"{payload} *gana* _ya_ ~no~ `x` https://malo.example\n> cita \u202e"
    made = shared(name, name, name, name, name, SHORT_URL)
    check_inert(made)
    assert made.text.count("https://") == 1


def check_inert(made: Shared) -> None:
    """The only marks are the two around the name; no control or format characters but line ends."""
    first, *rest = made.text.split("\n")
    assert first[0] == first[-1] == "*"
    assert not re.search(r"[*_~`]", first[1:-1] + "".join(rest[:-1]))
    assert not [
        one for one in made.text if one != "\n" and unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"}
    ]


def test_an_address_too_long_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match=str(LONGEST_ADDRESS)):
        shared("Centro", "", "", "", "", LONG_URL + "a" * 10)
