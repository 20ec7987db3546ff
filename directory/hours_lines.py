"""Hours in plain words for cards and pages: what a person would write on the door."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time

from directory.civil_time import DAY
from directory.hours_words import ENGLISH, SPANISH, HoursWords
from directory.opening_hours import hours_spans, read_hours
from directory.records import ExceptionDays, HoursText, Timing, VisitRecord, WeeklyRule
from directory.recurrence import WEEKDAYS, ScheduleError, parse_byday

MIDNIGHT = time()
# A Monday far from anything that a text may name.
NEUTRAL = date(2001, 1, 1)
Hours = tuple[tuple[time, time], ...]

# A week of days and hours and nothing else: no dates, months, weeks or ordinals.
_WEEKLY = re.compile(r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|off|closed|24/7|\d{1,2}:\d{2}|[-,;\s])+")
_SPAN = r"\d\d?:\d\d\s*-\s*\d\d?:\d\d"
_NTH = re.compile(rf"\s*(Mo|Tu|We|Th|Fr|Sa|Su)\[(-?[1-5])\]\s+({_SPAN}(?:\s*,\s*{_SPAN})*)\s*")


def hours_lines(timing: Timing, language: str = "es") -> list[str]:
    """Lines like "Lunes a viernes: 9:00 a 13:00 y 14:30 a 17:30"; es (the default) or en.

    Public holidays are mentioned only where the offer serves on them. Visits are counted, not listed: a card
    lives longer than a date. A text too special for words is given as it was stated.
    """
    words = ENGLISH if language.startswith("en") else SPANISH
    return [
        *_rule_lines(timing.rules, words),
        *(line for text in timing.texts for line in _text_lines(text, words)),
        *_visit_lines(timing.visits, words),
        *(_exception_line(exception, words) for exception in timing.exceptions),
    ]


def _rule_lines(rules: Iterable[WeeklyRule], words: HoursWords) -> Iterator[str]:
    groups: dict[tuple[bool, str, str], list[WeeklyRule]] = {}
    for rule in rules:
        simple = rule.freq == "WEEKLY" and rule.interval == 1 and not rule.count and bool(rule.byday)
        groups.setdefault((simple, rule.on_holidays, _validity(rule, words)), []).append(rule)
    for (simple, on_holidays, dates), alike in groups.items():
        lines = _week_lines(_week(alike), words) if simple else _special_lines(alike, words)
        note = {"open": words.also_holidays, "only": words.only_holidays}.get(on_holidays, "")
        yield from (line + note + dates for line in lines)


def _week(rules: Iterable[WeeklyRule]) -> list[Hours]:
    """Hours by day, Monday first."""
    week: list[set[tuple[time, time]]] = [set() for _ in WEEKDAYS]
    for rule in rules:
        for code in rule.byday:
            week[parse_byday(code)[1]].add((rule.opens_at, rule.closes_at))
    return [tuple(sorted(day)) for day in week]


def _week_lines(week: list[Hours], words: HoursWords) -> list[str]:
    if all(day == ((MIDNIGHT, MIDNIGHT),) for day in week):
        return [words.always]
    lines = []
    for days, hours in _runs(week):
        if hours:
            lines.append(f"{_sentence(_day_run(days, words))}: {_hours(hours, words)}")
    return lines


def _runs(week: list[Hours]) -> Iterator[tuple[list[int], Hours]]:
    """Days of the same hours together, in the order of their first day."""
    seen: dict[Hours, list[int]] = {}
    for number, hours in enumerate(week):
        seen.setdefault(hours, []).append(number)
    return ((days, hours) for hours, days in seen.items())


def _day_run(days: list[int], words: HoursWords) -> str:
    """[0, 1, 2, 3, 4] as "lunes a viernes", [0, 2] as "lunes y miércoles"."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = []
    for run in runs:
        if len(run) > 2:
            names.append(f"{words.days[run[0]]}{words.to}{words.days[run[-1]]}")
        else:
            names.extend(words.days[day] for day in run)
    return _joined(names, words)


def _hours(hours: Iterable[tuple[time, time]], words: HoursWords) -> str:
    return _joined([_one_span(*each, words) for each in hours], words)


def _one_span(opens_at: time, closes_at: time, words: HoursWords) -> str:
    if opens_at == closes_at:
        return (
            words.all_day
            if opens_at == MIDNIGHT
            else f"{_clock(opens_at)}{words.to}{_clock(closes_at)}{words.next_day}"
        )
    end = "24:00" if closes_at == MIDNIGHT else _clock(closes_at)
    overnight = words.next_day if MIDNIGHT < closes_at < opens_at else ""
    return f"{_clock(opens_at)}{words.to}{end}{overnight}"


def _clock(moment: time) -> str:
    return f"{moment.hour}:{moment.minute:02}"


def _joined(names: list[str], words: HoursWords) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])}{words.and_}{names[-1]}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _special_lines(rules: Iterable[WeeklyRule], words: HoursWords) -> list[str]:
    """Rules by month, by interval or from a date: days with the same words share a line."""
    lines: dict[str, set[tuple[time, time]]] = {}
    for rule in rules:
        lines.setdefault(_special_days(rule, words), set()).add((rule.opens_at, rule.closes_at))
    return [f"{_sentence(days)}: {_hours(sorted(hours), words)}" for days, hours in lines.items()]


def _special_days(rule: WeeklyRule, words: HoursWords) -> str:
    if rule.freq == "WEEKLY":
        days = sorted({parse_byday(code)[1] for code in rule.byday})
        if not days:
            days = [rule.dtstart.weekday()] if rule.dtstart else list(range(7))
        return words.every_weeks(rule.interval) + _day_run(days, words)
    named = [words.nth(*parse_byday(code)) for code in rule.byday]
    numbers = rule.bymonthday or (() if named or not rule.dtstart else (rule.dtstart.day,))
    if numbers:
        named.append(words.month_days(numbers))
    both = bool(rule.byday and numbers)
    text = words.that_are.join([_joined(named[:-1], words), named[-1]]) if both else _joined(named, words)
    return text + words.every_months(rule.interval)


def _validity(rule: WeeklyRule, words: HoursWords) -> str:
    """From when and until when, as far as stated."""
    starts = [day for day in (rule.dtstart, rule.valid_from) if day]
    ends = [day for day in (rule.until, rule.valid_to) if day]
    parts = [words.since + words.day(max(starts))] if starts else []
    parts += [words.until + words.day(min(ends))] if ends else []
    parts += [words.times(rule.count)] if rule.count else []
    return f" ({', '.join(parts)})" if parts else ""


def _text_lines(text: HoursText, words: HoursWords) -> list[str]:
    """A text in words where it is a plain week or plain days of the month; else as it was stated."""
    try:
        reading = read_hours(text.text)
    except ScheduleError:
        # It is an Issue already (schedule_check); a page shows what was stated.
        return [text.text]
    if _WEEKLY.fullmatch(text.text.strip()):
        lines = _week_lines(_text_week(text.text, {}), words)
        holidays = _text_week(text.text, {NEUTRAL: ""})[0] if reading.heeds_holidays else ()
        return lines + ([f"{words.holidays}: {_hours(holidays, words)}"] if holidays else [])
    rules = _nth_rules(text.text)
    return _special_lines(rules, words) if rules else [text.text]


def _text_week(text: str, holidays: Mapping[date, str]) -> list[Hours]:
    """Hours by day of a text, in a week with no holidays but those given."""
    week: list[list[tuple[time, time]]] = [[] for _ in WEEKDAYS]
    for day, (start, end) in sorted(hours_spans(text, NEUTRAL, NEUTRAL + 6 * DAY, holidays)):
        hours = week[(day - NEUTRAL).days]
        if hours and start.time() == MIDNIGHT and start.date() > day and hours[-1][1] == MIDNIGHT:
            hours[-1] = (hours[-1][0], end.time())
        else:
            hours.append((start.time(), end.time()))
    return [tuple(day) for day in week]


def _nth_rules(text: str) -> list[WeeklyRule]:
    """The rules of a text made only of parts like "Tu[2] 09:00-13:00"; none when it says more."""
    rules = []
    for part in text.split(";"):
        found = _NTH.fullmatch(part)
        if not found:
            return []
        for span in found[3].split(","):
            opens_at, closes_at = (_read_clock(end) for end in span.split("-"))
            rules.append(WeeklyRule(opens_at, closes_at, "MONTHLY", (f"{found[2]}{found[1].upper()}",)))
    return rules


def _read_clock(text: str) -> time:
    hour, minute = map(int, text.split(":"))
    return time(hour % 24, minute)


def _visit_lines(visits: tuple[VisitRecord, ...], words: HoursWords) -> list[str]:
    if not visits:
        return []
    days = sorted({visit.day for visit in visits})
    return [words.visits(len(days), words.day(days[0]), words.day(days[-1]))]


def _exception_line(exception: ExceptionDays, words: HoursWords) -> str:
    days = words.day(exception.first_day)
    if exception.last_day > exception.first_day:
        days = f"{words.from_}{days}{words.until}{words.day(exception.last_day)}"
    reason = f" ({exception.reason})" if exception.reason else ""
    if exception.opens_at is None or exception.closes_at is None:
        return f"{words.closed} {days}{reason}"
    return f"{_sentence(days)}: {_one_span(exception.opens_at, exception.closes_at, words)}{reason}"
