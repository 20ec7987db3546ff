"""Coordinates as people write them, and what must never be guessed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coordinates import format_dms, read_angle, read_number, read_pair, read_point
from geo.errors import PositionError
from geo.points import LonLat, great_circle

positions = st.builds(LonLat, st.floats(-180, 180), st.floats(-90, 90))
PLACE = LonLat(-70.66, -33.45)


@pytest.mark.parametrize(
    "text",
    [
        "-33.45, -70.66",
        "-33.45,-70.66",
        "-33.45 -70.66",
        "-33.45\t-70.66",
        "-33.45/-70.66",
        "(-33.45, -70.66)",
        "[ -33.45 ; -70.66 ]",
        "-33,45 -70,66",
        "-33,45; -70,66",
        "-33,45, -70,66",
        "-33,45,-70,66",
        "−33.45 −70.66",
        "–33,45 –70,66",
        "33.45S 70.66W",
        "33.45 S, 70.66 O",
        "-33.45 S, -70.66 W",
        "70.66 W 33.45 S",
        "S33.45 W70.66",
        "33°27'S 70°39.6'W",
        "33°27'S70°39.6'W",
        "33°27′00″S 70°39′36″W",
        "33º 27’ 00” S, 70º 39’ 36” O",
        "33°27´0.0´´S 70°39´36.0´´O",
        "33 27 0 S 70 39 36 W",
        "33:27:00 S 70:39:36 W",
        "S33°27' W70°39.6'",
        "S33°27'W70°39.6'",
        "-33°27'00\"-70°39'36\"",
        "-33 27 00 -70 39 36",
        "33 grados 27 minutos Sur, 70 grados 39,6 minutos Oeste",
        "33°26'60.0\"S 70°39'36.0\"W",
        "Lat: -33.45 Lon: -70.66",
        "Latitud: 33,45° Sur; Longitud: 70,66° Oeste",
        "lon=-70.66, lat=-33.45",
        "https://www.google.com/maps/@-33.45,-70.66,15z",
        "https://www.google.com/maps?q=-33.45,-70.66",
        "geo:-33.45,-70.66",
        "\u200e-33.45, -70.66\u200f",
    ],
)
def test_one_position_many_spellings(text: str) -> None:
    assert great_circle(read_pair(text), PLACE) < 0.01


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hola",
        "-33.45",
        "33,45",
        "33,70",
        "1412",
        "1E5",
        "nan nan",
        "Avenida 12 45",
        "-33.45, -70.66, 520",
        "-33 27 12",
        "33°27'S",
        "33°75'S 70°40'W",
        "33°27'61\"S 70°40'W",
        "33.5°27'S 70°40'W",
        "33 S 70 S",
        "70 W 33 E",
        "33 S 70",
        "-33.45 N -70.66 W",
        "+33.45 S 70.66 W",
        "lat -33.45 lat -70.66",
        "lat 33 E lon 70 W",
        "91 10",
        "-33.45 -190.66",
        "-33450123 -70660456",
        "-33.450.123, -70.660.456",
        "9" * 500,
        "3.3E+01 7.0E+01",
    ],
)
def test_unreadable_pairs_say_why(text: str) -> None:
    with pytest.raises(PositionError, match=r"\w{3}"):
        read_pair(text)


def test_latitude_first_unless_letters_tell() -> None:
    assert read_pair("10 20") == LonLat(20, 10)
    assert read_pair("10 E 20 N") == LonLat(10, 20)
    assert read_pair("lon 10 lat 20") == LonLat(10, 20)


def test_two_fields() -> None:
    assert read_point("-70,66", "-33,45") == PLACE
    assert read_point(" −70.66 ", "-33.45°") == PLACE
    assert great_circle(read_point("70°39'36\"W", "33°27'S"), PLACE) < 0.01
    assert great_circle(read_point("33°27'S", "70°39'36\"W"), PLACE) < 0.01, "letters win over the columns"


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ("", "-33.45", "empty"),
        ("346000", "6290000", "metres"),
        ("-70.660.456", "-33.450.123", "lost the decimal point"),
        ("-33.45", "-170.66", "out of range"),
        ("70 W", "33 W", "same axis"),
        ("s/i", "-33.45", "not a number"),
    ],
)
def test_two_fields_that_are_no_position(x: str, y: str, reason: str) -> None:
    with pytest.raises(PositionError, match=reason):
        read_point(x, y)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("-33.45", -33.45),
        ("-33,45", -33.45),
        (" −70,66 ", -70.66),
        ("+5", 5),
        ("346.123", 346.123),
        ("6.290.123", 6_290_123),
        ("6.290.123,45", 6_290_123.45),
        ("6,290,123.45", 6_290_123.45),
        ("346.123,45", 346_123.45),
        ("-33.450.123", -33_450_123),
        ("-33450123", -33_450_123),
    ],
)
def test_numbers(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "s/i", "1.2.3", "33.45.12", "3.3E+06", "1,2,3", "--5", "inf", "0x10"])
def test_no_numbers(text: str) -> None:
    with pytest.raises(PositionError):
        read_number(text)


def test_minus_zero_degrees_keep_their_sign() -> None:
    assert read_angle("-0°30'").degrees == -0.5
    assert read_angle("0°30' S").degrees == -0.5


@given(positions)
def test_degrees_minutes_seconds_round_trip(point: LonLat) -> None:
    assert great_circle(read_pair(format_dms(point)), point) < 0.31  # half of 0.01" on both axes


@given(positions)
def test_decimals_round_trip(point: LonLat) -> None:
    text = f"{point.lat:.7f}, {point.lon:.7f}"
    assert great_circle(read_pair(text), point) < 0.02
    assert read_pair(text.replace(".", ",")) == read_pair(text)
    assert read_point(f"{point.lon:.7f}".replace(".", ","), f"{point.lat:.7f}") == read_pair(text)


@given(st.text(alphabet="0123456789 .,;-+°'\"NSEWOφ:/|", max_size=30))
def test_any_text_is_a_position_or_a_reason(text: str) -> None:
    for read in (read_pair, lambda field: read_point(field, field), read_number, read_angle):
        with suppress(PositionError):
            read(text)


@pytest.mark.parametrize("text", ["3327.5.2", "33.27.12 S", "33.450.123 S", "33.4 5.6 S"])
def test_numbers_are_never_split(text: str) -> None:
    with pytest.raises(PositionError):
        read_angle(text)


@pytest.mark.timeout(5)
@pytest.mark.parametrize("piece", ["1", "1 ", "1.", "1,", "°", "-", "S", "1'", "1° "])
def test_long_nonsense_is_refused_quickly(piece: str) -> None:
    with pytest.raises(PositionError):
        read_pair(piece * (199 // len(piece)))
    with pytest.raises(PositionError):
        read_pair(piece * 100_000)
