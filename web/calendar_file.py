"""Dates as an iCalendar file (RFC 5545): what a telephone's calendar takes in.

Times are UTC: exact whatever the calendar knows of Chile's zones. Every UID is made of the offer and the start,
so that the same file taken in twice gives no second date.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

MEDIA_TYPE = "text/calendar; charset=utf-8"
# Octets of a line without its end.
LINE = 75
PRODUCT = "-//Cercana//Fechas de atencion//ES"


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """One date: start and end are moments. location is empty for a protected address."""

    offer_id: UUID
    start: datetime
    end: datetime
    summary: str
    location: str
    description: str
    url: str


def calendar_file(dates: Iterable[CalendarDate], stamp: datetime, language: str = "es") -> bytes:
    """The whole file. stamp: when it was made (a moment). Raises ValueError for a time without zone."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *(line for one in dates for line in _event(one, stamp, language)),
        "END:VCALENDAR",
    ]
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _event(one: CalendarDate, stamp: datetime, language: str) -> Iterator[str]:
    start = _utc(one.start)
    yield "BEGIN:VEVENT"
    yield f"UID:{one.offer_id}-{start}@cercana"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield f"DTSTART:{start}"
    yield f"DTEND:{_utc(one.end)}"
    yield f"SUMMARY;LANGUAGE={language}:{escaped(one.summary)}"
    if one.location:
        yield f"LOCATION:{escaped(one.location)}"
    if one.description:
        yield f"DESCRIPTION;LANGUAGE={language}:{escaped(one.description)}"
    # Of the type URI, which is not escaped: ours, and made of ASCII.
    yield f"URL:{one.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A TEXT value (3.3.11): backslash, semicolon, comma and line break escaped; no other control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in lines if one == "\n" or unicodedata.category(one) not in {"Cc", "Cs"})
    for found, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        kept = kept.replace(found, written)
    return kept


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a date of a calendar file is a moment, with its zone")
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _folded(line: str) -> Iterator[bytes]:
    """A line in pieces of LINE octets at most, the later ones after a blank; no character is cut (3.1)."""
    piece = b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > LINE:
            yield piece
            piece = b" "
        piece += octets
    yield piece
