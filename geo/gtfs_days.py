"""On which days the services of a feed run: calendar.txt and calendar_dates.txt, either or both."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import NetworkError
from geo.gtfs_files import FeedFiles

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
# Calendars outside are typing errors; they would make the table of days huge.
_YEARS = range(2000, 2100)
_MOST_CELLS = 1_000_000_000


@dataclass(frozen=True)
class Days:
    """runs: (services, days) from `first` on, both trimmed to the days on which anything runs."""

    index: dict[str, int]
    first: date
    runs: npt.NDArray[np.bool_]

    @property
    def last(self) -> date:
        """The last day on which anything runs."""
        return self.first + timedelta(days=self.runs.shape[1] - 1)


@dataclass(frozen=True)
class _Rule:
    service: str
    first: date
    last: date
    week: tuple[bool, ...]


def read_days(files: FeedFiles, bad: Counter[str]) -> Days:
    """The days of every service. Raises NetworkError when the feed has no calendar, or no day at all."""
    if not (files.holds("calendar.txt") or files.holds("calendar_dates.txt")):
        raise NetworkError(
            f"{files.path.name} has neither calendar.txt nor calendar_dates.txt: without them no trip has a day;"
            " ask the publisher for a complete GTFS feed"
        )
    rules = _rules(files, bad)
    exceptions = _exceptions(files, bad)
    days = [day for rule in rules for day in (rule.first, rule.last)]
    days += [day for _, day, added in exceptions if added]
    if not days:
        raise NetworkError(
            f"{files.path.name}: calendar.txt and calendar_dates.txt name no day: nothing runs"
        )
    return _filled(files.path.name, rules, exceptions, min(days), max(days))


def read_date(text: str) -> date | None:
    """A day written YYYYMMDD; None for anything else, also for years that no timetable is for."""
    match = _DATE.fullmatch(text)
    if not match or int(match[1]) not in _YEARS:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _rules(files: FeedFiles, bad: Counter[str]) -> list[_Rule]:
    if not files.holds("calendar.txt"):
        return []
    frame = files.table("calendar.txt", ("service_id", *WEEK, "start_date", "end_date"))
    rules = []
    for row in frame.itertuples(index=False):
        first, last = read_date(row.start_date), read_date(row.end_date)
        if first is None or last is None or last < first:
            bad["calendar.txt: start_date or end_date"] += 1
            continue
        rules.append(_Rule(row.service_id, first, last, tuple(getattr(row, day) == "1" for day in WEEK)))
    return rules


def _exceptions(files: FeedFiles, bad: Counter[str]) -> list[tuple[str, date, bool]]:
    """(service, day, whether it runs then)."""
    if not files.holds("calendar_dates.txt"):
        return []
    frame: pd.DataFrame = files.table("calendar_dates.txt", ("service_id", "date", "exception_type"))
    found = []
    for row in frame.itertuples(index=False):
        day = read_date(row.date)
        if day is None or row.exception_type not in {"1", "2"}:
            bad["calendar_dates.txt: date or exception_type"] += 1
            continue
        found.append((row.service_id, day, row.exception_type == "1"))
    return found


def _filled(
    name: str, rules: list[_Rule], exceptions: list[tuple[str, date, bool]], first: date, last: date
) -> Days:
    services = dict.fromkeys([*(rule.service for rule in rules), *(service for service, _, _ in exceptions)])
    index = {service: number for number, service in enumerate(services)}
    count = (last - first).days + 1
    if len(index) * count > _MOST_CELLS:
        raise NetworkError(
            f"{name}: {len(index)} services over {count} days are too many: shorten end_date in calendar.txt"
        )
    runs = np.zeros((len(index), count), np.bool_)
    for rule in rules:
        start, end = (rule.first - first).days, (rule.last - first).days + 1
        weekdays = (first.weekday() + np.arange(start, end)) % 7
        runs[index[rule.service], start:end] |= np.array(rule.week)[weekdays]
    for service, day, added in exceptions:
        if first <= day <= last:
            runs[index[service], (day - first).days] = added
    used = np.flatnonzero(runs.any(axis=0))
    if not len(used):
        raise NetworkError(
            f"{name}: by its calendars nothing runs on any day: ask the publisher for a valid feed"
        )
    return Days(index, first + timedelta(days=int(used[0])), runs[:, used[0] : used[-1] + 1])
