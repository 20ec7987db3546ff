"""Civil time of a place turned into instants, right across clock changes.

A civil moment is a naive datetime: what the clock on the wall says. Two rules hold where the clock jumps:
a time that it skips is the instant of the jump (an opening "from 00:30" on a night that goes from 00:00 to
01:00 starts at 01:00); a time that it shows twice is its first showing. So a place is open from when the
clock first reaches the opening time until it first reaches the closing time, and hours never turn negative.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

Kind = Literal["regular", "visit", "exception"]
# A stretch of civil time, half-open.
Span = tuple[datetime, datetime]

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Real time in which a place serves: aware UTC datetimes, start included, end not."""

    start: datetime
    end: datetime
    kind: Kind = "regular"


@lru_cache(maxsize=65_536)
def instant(civil: datetime, zone: str) -> datetime:
    """The UTC instant of a civil moment in an IANA zone (see the rules at the top of this file)."""
    place = ZoneInfo(zone)
    first = civil.replace(tzinfo=place, fold=0)
    found = first.astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) == civil:
        return found
    # Skipped: fold=0 takes the offset before the jump and fold=1 the one after; the jump lies between them.
    return _jump(civil.replace(tzinfo=place, fold=1).astimezone(UTC), found, place)


def _jump(low: datetime, high: datetime, place: ZoneInfo) -> datetime:
    """The instant between two, to the second, at which the offset of the place changes."""
    before = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
        if middle.astimezone(place).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def span_of(day: date, opens_at: time, closes_at: time) -> Span:
    """Hours that start on a day; closing at or before opening means the next day."""
    closing = day + DAY if closes_at <= opens_at else day
    return datetime.combine(day, opens_at), datetime.combine(closing, closes_at)


def days_between(first: date, last: date) -> Iterable[date]:
    """Every day from first to last, both included; none when they are the wrong way round."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def intervals(spans: Iterable[Span], zone: str, kind: Kind) -> list[Interval]:
    """Spans of civil time as intervals of real time; what a clock change swallows whole is left out."""
    found = (Interval(instant(start, zone), instant(end, zone), kind) for start, end in spans)
    return [interval for interval in found if interval.start < interval.end]


def merged(found: Iterable[Interval]) -> list[Interval]:
    """Sorted by time, with overlapping or touching intervals of one kind made one."""
    whole: list[Interval] = []
    for _, same_kind in groupby(sorted(found, key=_by_kind), key=lambda interval: interval.kind):
        whole.extend(_joined(same_kind))
    return sorted(whole)


def _by_kind(interval: Interval) -> tuple[str, datetime]:
    return interval.kind, interval.start


def _joined(ordered: Iterable[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for interval in ordered:
        if joined and interval.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, interval.end), interval.kind)
        else:
            joined.append(interval)
    return joined
