"""Openings against a minute-by-minute oracle of the clock on the wall, across both clock changes."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from directory.calendar import Interval, openings
from directory.records import Timing, WeeklyRule
from directory.recurrence import WEEKDAYS, rule_days

SANTIAGO, EASTER = "America/Santiago", "Pacific/Easter"
NONE: Mapping[date, str] = {}
# The clock goes from 24:00 to 01:00 after Saturday 5 September 2026, and from 24:00 to 23:00 after 4 April.
SPRING, AUTUMN = date(2026, 9, 5), date(2026, 4, 4)


@lru_cache
def clock_reached(zone: str, first: date, days: int) -> list[tuple[datetime, datetime]]:
    """Each UTC minute of some days, with the latest time that the clock on the wall has shown so far."""
    place, at = ZoneInfo(zone), datetime.combine(first, time(), UTC)
    reached, found = datetime.min, []
    for _ in range(days * 24 * 60):
        reached = max(reached, at.astimezone(place).replace(tzinfo=None))
        found.append((at, reached))
        at += timedelta(minutes=1)
    return found


def falls(one: WeeklyRule, day: date) -> bool:
    """By definition, day by day, with none of the code under test."""
    starts = one.dtstart or day, one.valid_from or day
    ends = one.until or day, one.valid_to or day
    if not max(starts) <= day <= min(ends):
        return False
    if one.freq == "WEEKLY":
        start = one.dtstart or day
        weeks = ((day - timedelta(day.weekday())) - (start - timedelta(start.weekday()))).days // 7
        return WEEKDAYS[day.weekday()] in one.byday and weeks % one.interval == 0
    start = one.dtstart or day
    if (day.year * 12 + day.month - start.year * 12 - start.month) % one.interval:
        return False
    length = monthrange(day.year, day.month)[1]
    name = WEEKDAYS[day.weekday()]
    names = {name, f"{(day.day - 1) // 7 + 1}{name}", f"-{(length - day.day) // 7 + 1}{name}"}
    by_day = not one.byday or not names.isdisjoint(one.byday)
    return by_day and (
        not one.bymonthday or day.day in one.bymonthday or day.day - length - 1 in one.bymonthday
    )


def oracle(one: WeeklyRule, zone: str, first: date, last: date) -> set[datetime]:
    """The UTC minutes in which a rule is open, over days of starts first to last."""
    spans = []
    for n in range((last - first).days + 1):
        day = first + timedelta(n)
        if falls(one, day):
            end = datetime.combine(day, one.closes_at) + timedelta(one.closes_at <= one.opens_at)
            spans.append((datetime.combine(day, one.opens_at), end))
    minutes = clock_reached(zone, first - timedelta(2), (last - first).days + 6)
    return {at for at, reached in minutes if any(start <= reached < end for start, end in spans)}


def minutes_of(found: list[Interval]) -> set[datetime]:
    return {
        one.start + timedelta(minutes=n)
        for one in found
        for n in range(int((one.end - one.start) / timedelta(minutes=1)))
    }


# The hours around the jumps of the clock more often than others.
clocks = st.builds(
    time, st.sampled_from([0, 1, 21, 22, 23]) | st.integers(0, 23), st.sampled_from([0, 15, 30, 59])
)
weekly = st.builds(
    WeeklyRule,
    clocks,
    clocks,
    byday=st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(lambda days: tuple(sorted(days))),
    interval=st.integers(1, 3),
    dtstart=st.dates(date(2025, 12, 1), date(2026, 4, 3)),
    until=st.none() | st.dates(date(2026, 4, 1), date(2026, 9, 8)),
)
ordinals = st.sampled_from([f"{n}{day}" for n in ("", 1, 2, 3, 4, 5, -1, -2) for day in WEEKDAYS])
monthly = st.builds(
    WeeklyRule,
    clocks,
    clocks,
    freq=st.just("MONTHLY"),
    byday=st.lists(ordinals, min_size=1, max_size=3).map(tuple),
    bymonthday=st.just(()) | st.lists(st.sampled_from([1, 4, 5, 6, -1, -25]), max_size=3).map(tuple),
    interval=st.integers(1, 2),
    dtstart=st.dates(date(2025, 12, 1), date(2026, 4, 3)),
    valid_to=st.none() | st.dates(date(2026, 4, 1), date(2026, 9, 8)),
)


@settings(max_examples=150, deadline=None)
@given(
    one=weekly | monthly,
    zone=st.sampled_from([SANTIAGO, EASTER, "America/Punta_Arenas", "America/Coyhaique"]),
    around=st.sampled_from([SPRING, AUTUMN]),
)
def test_every_minute_as_the_clock_on_the_wall_says(one: WeeklyRule, zone: str, around: date) -> None:
    first, last = around - timedelta(1), around + timedelta(2)
    found = openings(Timing(rules=(one,)), zone, NONE, first, last)
    assert minutes_of(found) == oracle(one, zone, first, last)
    assert all(each.start < each.end for each in found)
    assert all(before.end < after.start for before, after in pairwise(found))


@settings(max_examples=100, deadline=None)
@given(one=weekly | monthly, first=st.dates(date(2025, 11, 1), date(2028, 3, 1)), days=st.integers(0, 120))
def test_days_of_a_rule_by_definition(one: WeeklyRule, first: date, days: int) -> None:
    last = first + timedelta(days)
    expected = [day for n in range(days + 1) if falls(one, day := first + timedelta(n))]
    assert rule_days(one, first, last) == expected


@settings(max_examples=60, deadline=None)
@given(one=weekly, count=st.integers(1, 30), first=st.dates(date(2026, 1, 1), date(2026, 12, 1)))
def test_count_counts_from_its_start(one: WeeklyRule, count: int, first: date) -> None:
    counted = WeeklyRule(
        one.opens_at, one.closes_at, byday=one.byday, interval=one.interval, dtstart=one.dtstart, count=count
    )
    assert one.dtstart is not None
    whole = rule_days(counted, one.dtstart, date(2030, 1, 1))
    assert len(whole) == count
    last = first + timedelta(90)
    assert rule_days(counted, first, last) == [day for day in whole if first <= day <= last]


@settings(max_examples=60, deadline=None)
@given(one=weekly | monthly, cut=st.integers(1, 20))
def test_windows_join(one: WeeklyRule, cut: int) -> None:
    timing, first, last = Timing(rules=(one,)), date(2026, 3, 25), date(2026, 4, 15)
    middle = first + timedelta(cut)
    halves = openings(timing, SANTIAGO, NONE, first, middle - timedelta(1)) + openings(
        timing, SANTIAGO, NONE, middle, last
    )
    assert minutes_of(halves) == minutes_of(openings(timing, SANTIAGO, NONE, first, last))
