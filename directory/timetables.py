"""The document of a timetable: everything that decides its openings, as JSON, and the key that names it.

Notes and reasons are left out: offers that keep the same hours share one timetable, whatever they say of it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import date, time
from functools import lru_cache
from typing import Any

import orjson

from directory.records import ExceptionDays, HoursText, Timing, VisitRecord, WeeklyRule

Document = dict[str, Any]
Part = WeeklyRule | HoursText | ExceptionDays | VisitRecord

VERSION = 1
WORDS = frozenset({"notes", "note", "reason"})
DATES = frozenset({"dtstart", "until", "valid_from", "valid_to", "first_day", "last_day", "day"})
TIMES = frozenset({"opens_at", "closes_at"})
PARTS: tuple[tuple[str, type[Part]], ...] = (
    ("rules", WeeklyRule),
    ("texts", HoursText),
    ("exceptions", ExceptionDays),
    ("visits", VisitRecord),
)


@lru_cache(maxsize=65_536)
def keyed_timetable(
    timing: Timing,
    zone: str,
    holiday_areas: tuple[str, ...],
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> tuple[str, Document]:
    """(key, document), remembered per equal question: share the document, never change it."""
    document: Document = {"version": VERSION, "zone": zone}
    if holiday_areas and (timing.rules or timing.texts):
        document["areas"] = sorted(set(holiday_areas))
    if valid_from:
        document["valid_from"] = valid_from.isoformat()
    if valid_to:
        document["valid_to"] = valid_to.isoformat()
    for name, _ in PARTS:
        if parts := getattr(timing, name):
            document[name] = _sorted_unique(map(_plain, parts))
    return timetable_key(document), document


def timetable_document(
    timing: Timing,
    zone: str,
    holiday_areas: tuple[str, ...],
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Document:
    """The canonical document of a timetable; equal hours give equal documents. Share it, never change it.

    holiday_areas: whose holidays count (`calendar_store.holiday_areas`); valid_*: the offer's own dates.
    """
    return keyed_timetable(timing, zone, holiday_areas, valid_from, valid_to)[1]


def timetable_key(document: Mapping[str, Any]) -> str:
    """SHA-256 in hex; the order of rules, of visits and of the fields themselves makes no difference."""
    canonical = {
        name: _sorted_unique(value) if isinstance(value, list) else value for name, value in document.items()
    }
    return hashlib.sha256(_canonical(canonical)).hexdigest()


def timing_of(document: Mapping[str, Any]) -> Timing:
    """The timing that a document was made of, without its notes."""
    return Timing(
        rules=tuple(WeeklyRule(**_typed(part)) for part in document.get("rules", ())),
        texts=tuple(HoursText(**part) for part in document.get("texts", ())),
        exceptions=tuple(ExceptionDays(**_typed(part)) for part in document.get("exceptions", ())),
        visits=tuple(VisitRecord(**_typed(part)) for part in document.get("visits", ())),
    )


def validity(document: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """First and last day on which the offer stands, as far as stated."""
    first, last = document.get("valid_from"), document.get("valid_to")
    return date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None


def _canonical(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _sorted_unique(parts: Iterable[Any]) -> list[Any]:
    found = {_canonical(part): part for part in parts}
    return [found[text] for text in sorted(found)]


def _plain(part: Part) -> dict[str, Any]:
    """A part as JSON values, without words and without what is as by default."""
    plain: dict[str, Any] = {}
    for each in fields(part):
        value = getattr(part, each.name)
        if each.name in WORDS or (each.default is not MISSING and value == each.default):
            continue
        plain[each.name] = _json_value(each.name, value)
    return plain


def _json_value(name: str, value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("auto" if value.second or value.microsecond else "minutes")
    if name in {"byday", "bymonthday"}:
        return sorted(set(value))
    return value


def _typed(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _typed_value(name, value) for name, value in part.items()}


def _typed_value(name: str, value: Any) -> Any:
    if name in DATES:
        return date.fromisoformat(value)
    if name in TIMES:
        return time.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value
