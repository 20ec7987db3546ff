"""The calendar file, read back by the rules of RFC 5545."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile_files import PAYLOADS
from tests.web.sample_fichas import COUNTRY, ID, NOW, SHORT_URL, ficha, interval, protected, visits
from web.calendar_file import LINE, CalendarDate, calendar_file, escaped
from web.ficha_view import MOST_CALENDAR, calendar_dates

NAME = re.compile(r"[A-Z-]+(;[A-Z-]+=[^:;\"]+)*:")
Event = dict[str, str]


def read(content: bytes) -> list[Event]:
    """The events of a file by property, checked line by line as a strict reader does."""
    assert content.endswith(b"\r\n")
    pieces = content.split(b"\r\n")[:-1]
    assert all(0 < len(piece) <= LINE for piece in pieces)
    assert b"\n" not in content.replace(b"\r\n", b"")
    for piece in pieces:
        piece.decode("utf-8")  # no character is cut
    lines = content.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("VERSION:2.0") == 1
    assert sum(line.startswith("PRODID:") for line in lines) == 1
    events: list[Event] = []
    for line in lines[1:-1]:
        assert NAME.match(line), line
        name, value = line.split(":", 1)
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and line != "END:VEVENT":
            assert name.split(";")[0] not in events[-1]
            events[-1][name.split(";")[0]] = value
    return events


def unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(\\\\)*[;,]", value), "a bare separator"
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def date_of(**changes: object) -> CalendarDate:
    parts: dict[str, object] = {
        "offer_id": ID,
        "start": datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("America/Santiago")),
        "end": datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("America/Santiago")),
        "summary": "Pago",
        "location": "",
        "description": "",
        "url": SHORT_URL,
    }
    return CalendarDate(**(parts | changes))  # type: ignore[arg-type]


def test_the_dates_of_a_mobile_point() -> None:
    first, second = read(calendar_file(calendar_dates(visits(), COUNTRY, SHORT_URL), NOW))
    assert first == {
        "UID": f"{ID}-20260922T130000Z@cercana",
        "DTSTAMP": "20260908T120000Z",
        "DTSTART": "20260922T130000Z",
        "DTEND": "20260922T150000Z",
        "SUMMARY": "Sucursal Talca",
        "LOCATION": "Uno Norte 123\\, Talca",
        "DESCRIPTION": f"Teléfono: +56 71 220 5413\\nQué llevar: Cédula de identidad\\n{SHORT_URL}",
        "URL": SHORT_URL,
        "TRANSP": "TRANSPARENT",
    }
    assert second["DTSTART"] == "20261027T130000Z"


def test_uids_are_the_same_tomorrow_and_never_twice() -> None:
    dates = calendar_dates(
        ficha(openings=tuple(interval(day, 9, 17) for day in range(8, 29))), COUNTRY, SHORT_URL
    )
    assert len(dates) == MOST_CALENDAR
    today, later = read(calendar_file(dates, NOW)), read(calendar_file(dates[1:], NOW.replace(month=10)))
    assert [one["UID"] for one in today[1:]] == [one["UID"] for one in later]
    assert len({one["UID"] for one in today}) == len(today)


def test_a_sensitive_offer_has_a_neutral_name_and_a_protected_one_no_place() -> None:
    content = calendar_file(calendar_dates(ficha(card=protected(), point=None), COUNTRY, SHORT_URL), NOW)
    event = read(content)[0]
    assert event["SUMMARY"] == "Lugar de atención en Talca"
    assert "LOCATION" not in event
    for word in ("Aromos", "ratamiento", "Norte", "Cédula"):
        assert word not in content.decode()


def test_no_dates_make_an_empty_calendar() -> None:
    assert read(calendar_file([], NOW)) == []


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_comes_back_and_never_ends_its_line(summary: str, description: str) -> None:
    (event,) = read(calendar_file([date_of(summary=summary, description="x" + description)], NOW))
    assert unescaped(event["SUMMARY"]) == plain(summary)
    assert unescaped(event["DESCRIPTION"]) == "x" + plain(description)


def plain(text: str) -> str:
    """The text with one kind of line end and no other control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one == "\n" or not (ord(one) < 32 or 127 <= ord(one) < 160))


@pytest.mark.parametrize(
    "payload", [*PAYLOADS, "a\r\nEND:VEVENT\r\nBEGIN:VALARM", "x" * 74 + "ñ" * 80, "a;b,c\\n"]
)
def test_hostile_texts_stay_in_their_value(payload: str) -> None:
    made = date_of(summary=payload, location=payload, description=payload)
    (event,) = read(calendar_file([made], NOW))
    assert set(event) == {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "TRANSP"
    }  # fmt: skip
    assert unescaped(event["LOCATION"]) == payload.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a\\b;c,d\ne", "a\\\\b\\;c\\,d\\ne"),
        ("a\r\nb\rc", "a\\nb\\nc"),
        ("\x00\x07\x1b a", " a"),
        ('«ñ»:"', '«ñ»:"'),
    ],
)
def test_escapes_are_those_of_a_text_value(text: str, value: str) -> None:
    assert escaped(text) == value


def test_lines_are_folded_at_75_octets() -> None:
    content = calendar_file([date_of(summary="ñ" * 100)], NOW)
    folded = [piece for piece in content.split(b"\r\n") if "ñ".encode() in piece]
    # 20 octets of name and 27 letters of two; then a blank and 37; then the rest.
    assert [len(piece) for piece in folded] == [74, 75, 73]
    assert all(piece.startswith(b" ") for piece in folded[1:])


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        calendar_file([date_of(start=datetime(2026, 11, 24, 10))], NOW)
    assert calendar_file([date_of(start=datetime(2026, 11, 24, 13, tzinfo=UTC))], NOW).count(b"T130000Z") >= 1
