"""OSM opening_hours texts, read by opening-hours-py and evaluated with the holidays that we know.

The library takes holidays only from its own calendars (whole countries; ours differ by comuna), and lets a
rule of one day cut what the night before spills into that day. So it is asked only for single days that spill
nothing:

* PH: the text is read twice, once as written (no calendar: PH never matches) and once with PH standing for
  every day; each day takes the reading that fits it.
* Overnight hours ("22:00-04:00") are read as an evening and, from a second text, the morning after: what
  starts on a day belongs to that day, whatever the next day's rule says.

What the library would have to guess (sunrise, open ends, school holidays, 30 February) is refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # not in its stub

from directory.civil_time import DAY, Span, days_between
from directory.recurrence import ScheduleError

MAX_TEXT = 4_000
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# Where a text is searched for a first opening.
SEARCH = (datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 (civil time)
SLOW_SEARCH = (date(2024, 1, 1), date(2032, 12, 31))

# Stands in the text of the mornings for hours that do not spill: its rule still replaces earlier ones.
SENTINEL = time(23, 59)

_MONTH = "|".join(MONTHS)
_COMMENT = re.compile(r'("[^"]*")')
_TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\s+(\d{{1,2}})\b(?!:)", re.IGNORECASE)
# One day by its date, not an end of a range of days.
_ONE_DAY = re.compile(rf"(?<![-\w])(?:(\d{{4}})\s+)?({_MONTH})\s+(\d{{1,2}})\b(?!\s*-)(?!:)", re.IGNORECASE)
_PH = re.compile(r"\bPH\b", re.IGNORECASE)
_STATED = re.compile(r"\d:\d\d|24/7|\b(?:off|closed|open|unknown)\b", re.IGNORECASE)
_DAYS = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
# What is refused, each with the words for the editor.
_REFUSED = (
    (
        re.compile(r"\bSH\b", re.I),
        "habla de vacaciones escolares (SH), que no se conocen: escriba las fechas",
    ),
    (re.compile(r"sunrise|sunset|dawn|dusk", re.I), "usa la salida o puesta del sol: escriba horas"),
    (re.compile(r"\d:\d\d\s*\+"), "deja abierta la hora de cierre («+»): escriba a qué hora cierra"),
    (re.compile(r"\d:\d\d\s*/"), "dice cada cuánto y no desde y hasta qué hora («/»): escriba el horario"),
    (
        re.compile(r"\bPH\s*[+-]\s*\d+\s*day", re.I),
        "cuenta días desde un feriado (PH +1 day): escriba las fechas",
    ),
    (
        re.compile(rf"\bPH\s+{_DAYS}|{_DAYS}(?:\[[^]]*\])?\s+PH\b", re.I),
        "junta PH con días sin coma: escriba «Mo-Fr,PH» o dos reglas separadas por «;»",
    ),
)


@dataclass(frozen=True, slots=True)
class HoursReading:
    """One text, read: plain for common days, festive for holidays; mornings are what spills over midnight.

    uncertain: parts of it say "unknown", or are a comment without hours. dates: the single days it names.
    """

    plain: OpeningHours
    festive: OpeningHours
    plain_mornings: OpeningHours | None
    festive_mornings: OpeningHours | None
    heeds_holidays: bool
    always: bool
    uncertain: bool
    dates: frozenset[tuple[int | None, int, int]]


@lru_cache(maxsize=8192)
def read_hours(text: str) -> HoursReading:
    """Read an opening_hours text. Raises ScheduleError, with the mend, when it would have to be guessed."""
    text = text.strip()
    if len(text) > MAX_TEXT:
        raise ScheduleError(
            f"El horario pasa de {MAX_TEXT} letras: sepárelo en reglas.", code="schedule_too_long"
        )
    said = _outside_comments(text)
    _refuse(text, said)
    _parsed(text)  # what is wrong is told about the text as written
    certain = _comments_without_hours_made_unknown(text)
    festive = _replaced(certain, _PH, "Mo-Su")
    overnight = any(_spills(found) for found in _TIMES.finditer(said))
    return HoursReading(
        plain=_parsed(_evenings(certain)),
        festive=_parsed(_evenings(festive)),
        plain_mornings=_parsed(_mornings(certain)) if overnight else None,
        festive_mornings=_parsed(_mornings(festive)) if overnight else None,
        heeds_holidays=bool(_PH.search(said)),
        always=said.strip() == "24/7",
        uncertain="unknown" in _outside_comments(certain).lower(),
        dates=frozenset(_single_days(said)),
    )


def hours_spans(
    text: str, first: date, last: date, holidays: Mapping[date, str]
) -> Iterator[tuple[date, Span]]:
    """The hours that start on each day from first to last, with their day. Raises ScheduleError.

    A text that does not speak of PH is closed on holidays, unless it is 24/7 or names that very day.
    """
    reading = read_hours(text)
    feasts = {day for day in holidays if first <= day <= last}
    if reading.always:
        yield from ((day, _whole(day)) for day in days_between(first, last))
        return
    open_feasts = feasts if reading.heeds_holidays else {day for day in feasts if _names(reading, day)}
    for day, span in _both(reading.plain, reading.plain_mornings, first, last):
        if day not in feasts:
            yield day, span
    for feast in sorted(open_feasts):
        yield from _both(reading.festive, reading.festive_mornings, feast, feast)


def ever_opens(text: str) -> bool:
    """Whether the text opens at any moment of a century. Raises ScheduleError."""
    reading = read_hours(text)
    readings = (reading.plain, reading.festive)
    if any(_is_open(state) for hours in readings for _, _, state, _ in hours.intervals(*SEARCH)):
        return True
    # The library may have jumped over days (see _by_day).
    return any(True for hours in readings for _ in _by_day(hours, *SLOW_SEARCH))


def _is_open(state: object) -> bool:
    return str(state) == "open"


def _whole(day: date) -> Span:
    start = datetime.combine(day, time())
    return start, start + DAY


def _names(reading: HoursReading, day: date) -> bool:
    """Whether the text states this very day by its date."""
    return not reading.dates.isdisjoint({(None, day.month, day.day), (day.year, day.month, day.day)})


def _both(
    evenings: OpeningHours, mornings: OpeningHours | None, first: date, last: date
) -> Iterator[tuple[date, Span]]:
    yield from _by_day(evenings, first, last)
    if mornings:
        for day, (start, end) in _by_day(mornings, first, last):
            until = min(end, datetime.combine(day, SENTINEL))
            if start < until:
                yield day, (start + DAY, until + DAY)


def _by_day(hours: OpeningHours, first: date, last: date) -> Iterator[tuple[date, Span]]:
    """Open stretches cut at midnight, each with its day.

    Day by day: over longer stretches the library jumps over days that it should not when a text has "||".
    """
    for day in days_between(first, last):
        start = datetime.combine(day, time())
        for opening, closing, state, _ in hours.intervals(start, start + DAY):
            if _is_open(state):
                yield day, (opening, closing)


def _parsed(text: str) -> OpeningHours:
    try:
        return OpeningHours(text, auto_country=False, auto_timezone=False)
    except ParserError as error:
        found = re.search(r"--> 1:(\d+)", str(error))
        at = int(found[1]) if found else 1
        rest = text[at - 1 : at + 19] or "el final"
        raise ScheduleError(
            f"El horario «{text[:120]}» no se entiende en «{rest}»: "
            "escríbalo como «Mo-Fr 09:00-13:00; Sa 10:00-12:00».",
        ) from error


def _refuse(text: str, said: str) -> None:
    for pattern, reason in _REFUSED:
        if pattern.search(said):
            raise ScheduleError(f"El horario «{text[:120]}» {reason}.")
    for month, day in _MONTH_DAY.findall(said):
        if not 1 <= int(day) <= MONTH_DAYS[MONTHS.index(month.capitalize())]:
            raise ScheduleError(f"El horario «{text[:120]}» nombra un día que no existe: {month} {day}.")
    spans = list(_TIMES.finditer(said))
    if any(_minutes(found[3], found[4]) > _minutes(found[1], found[2]) + 24 * 60 for found in spans):
        raise ScheduleError(f"El horario «{text[:120]}» tiene un turno de más de 24 horas.")
    if any(map(_spills, spans)) and re.search(r"\d:\d\d\s*(?:off|closed)\b", said, re.IGNORECASE):
        raise ScheduleError(
            f"El horario «{text[:120]}» junta horas de noche con horas cerradas («off»): "
            "escriba solo las abiertas.",
        )


def _outside_comments(text: str) -> str:
    """The text with its comments blanked, so that words in them are not taken for rules."""
    return _COMMENT.sub(lambda found: '"' + " " * (len(found[0]) - 2) + '"', text)


def _replaced(text: str, pattern: re.Pattern[str], new: str | Callable[[re.Match[str]], str]) -> str:
    """The text with a pattern replaced outside its comments."""
    parts = _COMMENT.split(text)
    return "".join(part if n % 2 else pattern.sub(new, part) for n, part in enumerate(parts))


def _comments_without_hours_made_unknown(text: str) -> str:
    """Mark as unknown each rule that is only a comment ("con cita"): the library takes it for all day."""
    parts = _COMMENT.split(text)
    for n in range(1, len(parts), 2):
        rule = re.split(r";|\|\|", parts[n - 1])[-1]
        if not _STATED.search(rule):
            parts[n] = f"unknown {parts[n]}"
    return "".join(parts)


def _single_days(said: str) -> Iterator[tuple[int | None, int, int]]:
    for year, month, day in _ONE_DAY.findall(said):
        yield int(year) if year else None, MONTHS.index(month.capitalize()) + 1, int(day)


def _minutes(hours: str, minutes: str) -> int:
    return int(hours) * 60 + int(minutes)


def _spills(found: re.Match[str]) -> bool:
    """Whether a span of hours goes on after midnight."""
    start, end = _minutes(found[1], found[2]), _minutes(found[3], found[4])
    return (end <= start and end > 0) or end > 24 * 60


def _evenings(text: str) -> str:
    """The text with every span cut at midnight."""
    return _replaced(
        text, _TIMES, lambda found: f"{found[1]}:{found[2]}-24:00" if _spills(found) else found[0]
    )


def _mornings(text: str) -> str:
    """What each day spills over midnight, as a text whose hours stand for the day after."""
    return _replaced(text, _TIMES, _morning)


def _morning(found: re.Match[str]) -> str:
    if not _spills(found):
        return f"{SENTINEL:%H:%M}-24:00"
    end = _minutes(found[3], found[4]) % (24 * 60)
    return f"00:00-{end // 60:02}:{end % 60:02}"
