"""Schedules, closures, visits and public holidays turned into real openings. Pure: no database, no clock.

The one place that says what a Timing means:
* rules and texts hold on each day on which no exception does; public holidays close them unless they say
  otherwise;
* an exception closes its days or gives them other hours, also on holidays; where several hold, the one of
  fewest days wins, and among those closed wins;
* a visit is dated, so holidays leave it; a closure over its day cancels it;
* an offer serves only on days within its own dates (valid_from, valid_to);
* hours belong to the day on which they start: a night that starts before a holiday runs to its end.

Also the front door of its neighbours: what other modules need of calendars is imported from here.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from directory.civil_time import Interval, Kind, Span, days_between, intervals, merged, span_of
from directory.hours_lines import hours_lines
from directory.opening_hours import hours_spans
from directory.records import ExceptionDays, Timing, VisitRecord, WeeklyRule
from directory.recurrence import ScheduleError, rule_days
from directory.schedule_check import check_timing, sound_timing
from directory.schedule_fields import parse_day_columns, parse_hsds_schedule
from directory.timetables import keyed_timetable, timetable_document, timetable_key, timing_of, validity

__all__ = [
    "Interval", "Kind", "ScheduleError", "check_timing", "document_openings", "hours_lines",
    "keyed_timetable", "openings", "parse_day_columns", "parse_hsds_schedule", "sound_timing",
    "timetable_document", "timetable_key",
]  # fmt: skip

MAX_DAYS = 3_700

# The exceptional hours of a day; none at all means closed.
Exceptions = dict[date, list[Span]]


def openings(
    timing: Timing,
    zone: str,
    holidays: Mapping[date, str],
    first: date,
    last: date,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> list[Interval]:
    """Real time that starts on the civil days first to last (included) of an IANA zone, sorted and merged.

    To know about last night, ask from the day before. Raises ScheduleError when the timing cannot be read
    (`sound_timing` takes out what cannot), ValueError when more than MAX_DAYS days are asked for.
    """
    if (last - first).days >= MAX_DAYS:
        raise ValueError(f"more than {MAX_DAYS} days of openings: {first} to {last}")
    first, last = max(first, valid_from or first), min(last, valid_to or last)
    if last < first:
        return []
    exceptions = _exceptional_days(timing.exceptions, first, last)
    regular = _regular_spans(timing, holidays, first, last)
    return merged(
        [
            *intervals((span for day, span in regular if day not in exceptions), zone, "regular"),
            *intervals((span for spans in exceptions.values() for span in spans), zone, "exception"),
            *intervals(_visit_spans(timing.visits, exceptions, first, last), zone, "visit"),
        ]
    )


def document_openings(
    document: Mapping[str, Any], holidays: Mapping[date, str], first: date, last: date
) -> list[Interval]:
    """`openings` of a timetable's document; holidays are those of its areas."""
    valid_from, valid_to = validity(document)
    return openings(
        timing_of(document), document["zone"], holidays, first, last, valid_from=valid_from, valid_to=valid_to
    )


def _regular_spans(
    timing: Timing, holidays: Mapping[date, str], first: date, last: date
) -> Iterator[tuple[date, Span]]:
    for rule in timing.rules:
        for day in rule_days(rule, first, last):
            if _kept(rule, day in holidays):
                yield day, span_of(day, rule.opens_at, rule.closes_at)
    for text in timing.texts:
        yield from hours_spans(text.text, first, last, holidays)


def _kept(rule: WeeklyRule, holiday: bool) -> bool:
    return rule.on_holidays == "open" or holiday == (rule.on_holidays == "only")


def _visit_spans(
    visits: tuple[VisitRecord, ...], exceptions: Exceptions, first: date, last: date
) -> Iterator[Span]:
    for visit in visits:
        if visit.closes_at <= visit.opens_at:
            raise ScheduleError(f"La visita del {visit.day} cierra antes de abrir.", code="visit_backwards")
        if first <= visit.day <= last and exceptions.get(visit.day) != []:
            yield span_of(visit.day, visit.opens_at, visit.closes_at)


def _exceptional_days(exceptions: tuple[ExceptionDays, ...], first: date, last: date) -> Exceptions:
    """The days of the window on which an exception holds, with their hours."""
    holding: dict[date, list[ExceptionDays]] = {}
    for exception in exceptions:
        for day in days_between(max(first, exception.first_day), min(last, exception.last_day)):
            holding.setdefault(day, []).append(exception)
    return {day: _exceptional_hours(day, stated) for day, stated in holding.items()}


def _exceptional_hours(day: date, stated: list[ExceptionDays]) -> list[Span]:
    """The hours of a day by the exceptions of fewest days; none when one of those closes it."""
    fewest = min(exception.last_day - exception.first_day for exception in stated)
    spans: list[Span] = []
    for exception in stated:
        if exception.last_day - exception.first_day > fewest:
            continue
        if exception.opens_at is None or exception.closes_at is None:
            return []
        spans.append(span_of(day, exception.opens_at, exception.closes_at))
    return spans
