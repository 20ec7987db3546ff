"""The week that repeats itself, read off the openings: what a table from Monday to Sunday may say.

Not read off the rules: a rule may hold every other week, on the second Tuesday, or in summer alone. A table is
true only if the weeks to come are alike.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from directory.calendar import openings
from directory.civil_time import DAY, Interval
from directory.records import Timing

# Weeks compared: a rule of every month, or of every second week, differs within so many.
WEEKS = 6
MIDNIGHT = time()

# Opening and closing time of each stretch of a day; closing at or before opening is on the next day, and
# midnight to midnight is the whole day.
type Hours = tuple[tuple[time, time], ...]
# Monday first.
type Week = tuple[Hours, ...]


def usual_week(timing: Timing, zone: str, today: date) -> Week | None:
    """Hours by weekday as they are without holidays and exceptions; None where the weeks are not alike.

    None too for visits alone: they are dates. Looks at the weeks from that of today on.
    """
    if not (timing.rules or timing.texts):
        return None
    monday = today - timedelta(days=today.weekday())
    usual = Timing(rules=timing.rules, texts=timing.texts)
    # From the day before: the hours of a night belong to the day on which they start.
    found = openings(usual, zone, {}, monday - DAY, monday + timedelta(days=7 * WEEKS))
    days = by_day(found, ZoneInfo(zone))
    weeks = [
        tuple(days.get(monday + timedelta(days=7 * number + day), ()) for day in range(7))
        for number in range(WEEKS)
    ]
    return weeks[0] if any(weeks[0]) and all(week == weeks[0] for week in weeks) else None


def by_day(found: Iterable[Interval], zone: ZoneInfo) -> dict[date, Hours]:
    """Openings by the civil day on which they start; those of a day and more are cut at each midnight."""
    days: dict[date, list[tuple[time, time]]] = {}
    for interval in sorted(found):
        start, end = (
            moment.astimezone(zone).replace(tzinfo=None) for moment in (interval.start, interval.end)
        )
        for opens, closes in _cut(start, end):
            days.setdefault(opens.date(), []).append((opens.time(), closes.time()))
    return {day: _without_repeats(hours) for day, hours in days.items()}


def _cut(start: datetime, end: datetime) -> Iterable[tuple[datetime, datetime]]:
    """A stretch shorter than a day whole, a longer one by days."""
    if end - start < DAY:
        return [(start, end)]
    midnights = []
    night = datetime.combine(start.date() + DAY, MIDNIGHT)
    while night < end:
        midnights.append(night)
        night += DAY
    return pairwise([start, *midnights, end])


def _without_repeats(hours: Sequence[tuple[time, time]]) -> Hours:
    """Kinds of opening may overlap; the table says each stretch once."""
    return tuple(dict.fromkeys(hours))
