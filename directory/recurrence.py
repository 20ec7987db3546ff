"""The days on which a rule falls: the part of RFC 5545 that HSDS schedules use, with caps.

Own arithmetic over weeks and months instead of a general RRULE engine: a general one can run for seconds and
yield nothing. Here the work is bounded by MAX_PERIODS, whatever a file says.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain, islice

from directory.errors import DirectoryError
from directory.records import WeeklyRule

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_COUNT = 10_000
MAX_INTERVAL = 520
# Weeks or months walked for one rule: a count has to be counted from its beginning.
MAX_PERIODS = 10_000
FIRST_YEAR = 1900
LAST_YEAR = 2200
# Long enough to meet 29 February from anywhere: 2096 and 2104 are eight years apart.
PATIENCE = timedelta(days=366 * 9)
# A Monday: weeks are counted from Mondays.
EPOCH = date(1900, 1, 1)

_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


class ScheduleError(DirectoryError):
    """Hours that cannot be read as stated. code is the Issue's; the text says how to mend it, in Spanish."""

    def __init__(self, message: str, *, code: str = "schedule_unreadable") -> None:
        super().__init__(message)
        self.code = code


@lru_cache(maxsize=1024)
def parse_byday(code: str) -> tuple[int | None, int]:
    """ "2TU" as (2, 1): which one in the month (None: every one; negative: from the end), Monday is 0."""
    found = _BYDAY.fullmatch(code)
    if not found or found[1] in {"0", "+0", "-0", "00"}:
        raise ScheduleError(f"«{code}» no es un día: use MO, TU, WE, TH, FR, SA o SU, o por ejemplo 2TU.")
    return (int(found[1]) if found[1] else None), WEEKDAYS.index(found[2])


def check_rule(rule: WeeklyRule) -> None:
    """Raise ScheduleError when a rule cannot be followed without guessing."""
    _check_sizes(rule)
    _check_days(rule)
    _check_start(rule)
    if rule.on_holidays not in {"closed", "open", "only"}:
        raise ScheduleError(f"on_holidays «{rule.on_holidays}» debe ser closed, open u only.")


def _check_sizes(rule: WeeklyRule) -> None:
    if rule.freq not in {"WEEKLY", "MONTHLY"}:
        raise ScheduleError(f"La frecuencia «{rule.freq}» debe ser WEEKLY o MONTHLY.")
    if rule.interval < 1 or (rule.count is not None and rule.count < 1):
        raise ScheduleError("El intervalo y la cantidad de veces deben ser 1 o más.")
    if rule.interval > MAX_INTERVAL or (rule.count or 0) > MAX_COUNT:
        raise ScheduleError(
            f"La regla se repite demasiado: el intervalo máximo es {MAX_INTERVAL}; la cantidad, {MAX_COUNT}.",
            code="schedule_too_long",
        )
    stated = (rule.dtstart, rule.until, rule.valid_from, rule.valid_to)
    if any(day and not FIRST_YEAR <= day.year <= LAST_YEAR for day in stated):
        raise ScheduleError(
            f"Las fechas de la regla deben estar entre {FIRST_YEAR} y {LAST_YEAR}.", code="schedule_too_long"
        )


def _check_days(rule: WeeklyRule) -> None:
    ordinals = [parse_byday(code)[0] for code in rule.byday]
    if rule.freq == "WEEKLY" and (rule.bymonthday or any(ordinals)):
        raise ScheduleError(
            "Una regla semanal no lleva número en el día («2TU») ni día del mes: use freq MONTHLY.",
        )
    if any(day == 0 or abs(day) > 31 for day in rule.bymonthday):
        raise ScheduleError("Los días del mes van de 1 a 31, o de -1 a -31 desde el final.")


def _check_start(rule: WeeklyRule) -> None:
    if rule.dtstart:
        return
    if rule.interval > 1 or rule.count:
        raise ScheduleError("Falta dtstart: sin fecha de inicio no se sabe en qué semana o mes cae la regla.")
    if not (rule.byday or rule.bymonthday or rule.on_holidays == "only"):
        raise ScheduleError("Faltan los días: indique byday (por ejemplo MO,WE,FR).")


def rule_days(rule: WeeklyRule, first: date, last: date) -> list[date]:
    """The days from first to last (included) on which the rule falls, in order; holidays are not looked at.

    count counts from dtstart, before valid_from and valid_to are looked at. Raises ScheduleError.
    """
    check_rule(rule)
    return list(_falls(rule, first, last))


def ever_occurs(rule: WeeklyRule) -> bool:
    """Whether the rule falls on any day at all. Raises ScheduleError."""
    check_rule(rule)
    first = max(filter(None, (rule.dtstart, rule.valid_from, date(2000, 1, 1) if not rule.dtstart else None)))
    last = min(filter(None, (rule.until, rule.valid_to, first + PATIENCE * max(1, rule.interval // 12))))
    return any(_falls(rule, first, min(last, date(LAST_YEAR + 50, 1, 1))))


def _falls(rule: WeeklyRule, first: date, last: date) -> Iterator[date]:
    until = min(filter(None, (last, rule.until)))
    return (day for day in _occurrences(rule, first, until) if first <= day <= until and _valid(rule, day))


def _valid(rule: WeeklyRule, day: date) -> bool:
    return (not rule.valid_from or day >= rule.valid_from) and (not rule.valid_to or day <= rule.valid_to)


def _occurrences(rule: WeeklyRule, first: date, last: date) -> Iterator[date]:
    """In order, from dtstart when they have to be counted, else from a little before first; up to last."""
    start = max(rule.dtstart or first, EPOCH)
    walk_from = start if rule.count else max(start, first)
    periods = _weeks(rule, walk_from, last) if rule.freq == "WEEKLY" else _months(rule, walk_from, last)
    found = (day for day in chain.from_iterable(islice(periods, MAX_PERIODS)) if day >= start)
    return islice(found, rule.count) if rule.count else found


def _weeks(rule: WeeklyRule, first: date, last: date) -> Iterator[list[date]]:
    """The rule's days, week by week (Monday first), of the weeks that its interval meets."""
    offsets = sorted({parse_byday(code)[1] for code in rule.byday} or _every_or_start(rule))
    monday = first - timedelta(days=first.weekday())
    if rule.dtstart:
        origin = rule.dtstart - timedelta(days=rule.dtstart.weekday())
        monday += timedelta(weeks=-((monday - origin).days // 7) % rule.interval)
    while monday <= last:
        yield [monday + timedelta(days=offset) for offset in offsets]
        monday += timedelta(weeks=rule.interval)


def _every_or_start(rule: WeeklyRule) -> set[int]:
    """Days of a weekly rule that names none: that of its start; every day when it is for holidays only."""
    return {rule.dtstart.weekday()} if rule.dtstart else set(range(7))


def _months(rule: WeeklyRule, first: date, last: date) -> Iterator[list[date]]:
    """The rule's days, month by month, of the months that its interval meets."""
    month = first.year * 12 + first.month - 1
    if rule.dtstart:
        month += -(month - (rule.dtstart.year * 12 + rule.dtstart.month - 1)) % rule.interval
    end = last.year * 12 + last.month - 1
    while month <= end:
        yield _month_days(rule, *divmod(month, 12))
        month += rule.interval


def _month_days(rule: WeeklyRule, year: int, month: int) -> list[date]:
    """Days of one month (January is 0); weekday and day of the month must both hold when both are stated."""
    start = date(year, month + 1, 1)
    length = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - start).days
    numbers = list(range(1, length + 1))
    if rule.byday:
        ordinals = [parse_byday(code) for code in rule.byday]
        numbers = [n for n in numbers if any(_is_nth(start, n, length, *each) for each in ordinals)]
    wanted = rule.bymonthday or (() if rule.byday else _start_number(rule))
    if wanted:
        numbers = [n for n in numbers if n in wanted or n - length - 1 in wanted]
    return [start.replace(day=n) for n in numbers]


def _start_number(rule: WeeklyRule) -> tuple[int, ...]:
    """Day of the month of a monthly rule that names none; nothing (every day) when for holidays only."""
    return (rule.dtstart.day,) if rule.dtstart else ()


def _is_nth(start: date, number: int, length: int, nth: int | None, weekday: int) -> bool:
    """Whether a day of the month is the nth such weekday of it (negative: from the end; None: any)."""
    if (start.weekday() + number - 1) % 7 != weekday:
        return False
    if nth is None:
        return True
    return nth == (number - 1) // 7 + 1 if nth > 0 else -nth == (length - number) // 7 + 1
