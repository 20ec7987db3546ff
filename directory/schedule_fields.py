"""Hours as files state them in fields: HSDS schedules, and one column per day of the week."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from directory.records import IssueRecord, WeeklyRule
from directory.recurrence import WEEKDAYS, ScheduleError, check_rule

DAY_NAMES = {
    "lunes": "MO", "martes": "TU", "miercoles": "WE", "miércoles": "WE", "jueves": "TH", "viernes": "FR",
    "sabado": "SA", "sábado": "SA", "domingo": "SU", "monday": "MO", "tuesday": "TU", "wednesday": "WE",
    "thursday": "TH", "friday": "FR", "saturday": "SA", "sunday": "SU",
}  # fmt: skip
CLOSED = frozenset(
    {"cerrado", "cerrada", "closed", "off", "no atiende", "sin atención", "sin atencion", "-", "–"}
)
ALL_DAY = frozenset({"24 horas", "24 hrs", "24 hrs.", "24 h", "24h", "24/7", "las 24 horas", "00:00-24:00"})
# Longer nights in a column are far more often an afternoon hour written without its 12.
LONGEST_NIGHT = timedelta(hours=16)
MIDNIGHT = time()

_HOUR = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(?:(a\.?\s?m\.?|p\.?\s?m\.?)(?=\W|$))?\s*(?:hrs?\.?|horas|h\.?)?"
_SPAN = re.compile(
    rf"(?:de(?:sde)?\s+(?:las\s+)?)?{_HOUR}\s*(?:-|–|—|\ba\b|\bhasta\b|\bto\b)\s*(?:las\s+)?{_HOUR}"
)
_BETWEEN = re.compile(r"\s*(?:,|;|/|\by\b|&|\band\b)\s*")


def parse_hsds_schedule(fields: Mapping[str, Any], *, zone: str | None = None) -> WeeklyRule | IssueRecord:
    """A rule from the fields of an HSDS schedule (RRULE words, text or JSON values), or what is wrong.

    Times keep the clock they state; with the zone of the place, an offset it never has is an issue.
    A schedule with a dtstart and no freq is that one day. 00:00 to 23:59 is the whole day, as HSDS writes it.
    """
    try:
        rule = _hsds_rule(fields, zone)
        check_rule(rule)
    except ScheduleError as error:
        stated = {name: value for name, value in fields.items() if value not in (None, "", [], ())}
        return IssueRecord(error.code, str(error), value=str(stated)[:200])
    return rule


def _hsds_rule(fields: Mapping[str, Any], zone: str | None) -> WeeklyRule:
    _refuse_unsupported(fields)
    byday = tuple(code.upper() for code in _listed(fields.get("byday")))
    dtstart = _date(fields, "dtstart")
    opens_at, closes_at = _hours(fields, zone)
    freq = str(fields.get("freq") or "").upper()
    count = _number(fields, "count")
    if not freq:
        freq = "MONTHLY" if any(len(code) > 2 for code in byday) or fields.get("bymonthday") else "WEEKLY"
        count = count or (1 if dtstart and not byday and freq == "WEEKLY" else None)
    return WeeklyRule(
        opens_at=opens_at,
        closes_at=closes_at,
        freq=freq,
        byday=byday,
        bymonthday=tuple(_whole("bymonthday", each) for each in _listed(fields.get("bymonthday"))),
        interval=_number(fields, "interval") or 1,
        dtstart=dtstart,
        until=_date(fields, "until"),
        count=count,
        valid_from=_date(fields, "valid_from"),
        valid_to=_date(fields, "valid_to"),
        notes=str(fields["notes"]) if fields.get("notes") else None,
    )


def _refuse_unsupported(fields: Mapping[str, Any]) -> None:
    for name in ("byweekno", "byyearday", "bysetpos", "bymonth"):
        if _listed(fields.get(name)):
            raise ScheduleError(f"No se lee {name}: exprese los días con byday o bymonthday.")
    if str(fields.get("wkst") or "MO").upper() != "MO" and (_number(fields, "interval") or 1) > 1:
        raise ScheduleError("Con interval mayor que 1 solo se lee wkst MO.")


def _hours(fields: Mapping[str, Any], zone: str | None) -> tuple[time, time]:
    if not fields.get("opens_at") or not fields.get("closes_at"):
        raise ScheduleError(
            "Faltan opens_at o closes_at: escriba las dos horas.", code="schedule_without_hours"
        )
    opens_at, closes_at = (_clock(str(fields[name]), zone) for name in ("opens_at", "closes_at"))
    return opens_at, MIDNIGHT if (opens_at, closes_at) == (MIDNIGHT, time(23, 59)) else closes_at


def _clock(text: str, zone: str | None) -> time:
    """A time of day as the place's clock shows it; 24:00 is midnight."""
    text = re.sub(r"^24:00(:00)?", "00:00", text.strip())
    try:
        stated = time.fromisoformat(text)
    except ValueError as error:
        raise ScheduleError(f"La hora «{text[:40]}» no se entiende: escríbala como 09:00.") from error
    if zone and stated.tzinfo and stated.utcoffset() not in _offsets(zone):
        raise ScheduleError(
            f"La hora «{text[:40]}» no es de la zona {zone}: escriba la hora del lugar.",
            code="schedule_zone_contradicts",
        )
    return stated.replace(tzinfo=None)


def _offsets(zone: str) -> set[timedelta | None]:
    """Offsets that a zone has through a year."""
    place = ZoneInfo(zone)
    return {datetime(2026, month, 1, tzinfo=place).utcoffset() for month in range(1, 13)}


def _listed(value: object) -> list[str]:
    """A list, or a text with commas, as texts."""
    parts = value if isinstance(value, list | tuple) else str(value if value is not None else "").split(",")
    return [text for part in parts if (text := str(part).strip())]


def _number(fields: Mapping[str, Any], name: str) -> int | None:
    value = fields.get(name)
    return None if value in (None, "") else _whole(name, str(value))


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,6}(?:\.0)?", text.strip()):
        raise ScheduleError(f"{name} «{text[:40]}» debe ser un número entero.")
    return int(float(text))


def _date(fields: Mapping[str, Any], name: str) -> date | None:
    """A date; of a date with time, its date."""
    value = fields.get(name)
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError as error:
        raise ScheduleError(f"{name} «{str(value)[:40]}» debe ser una fecha como 2026-03-31.") from error


def parse_day_columns(columns: Mapping[str, str]) -> tuple[tuple[WeeklyRule, ...], list[IssueRecord]]:
    """Rules from one text per day of the week, and the texts that could not be read.

    Keys are MO..SU or names of days; texts like "09:00-13:00, 14:30-17:30", "9:00 a 17:30 hrs", "24 horas",
    "cerrado".
    An empty text states nothing. Days with the same hours share their rules.
    """
    days: dict[tuple[time, time], list[str]] = {}
    issues: list[IssueRecord] = []
    for name, text in columns.items():
        try:
            code = _weekday(name)
            for hours in parse_day_hours(text):
                days.setdefault(hours, []).append(code)
        except ScheduleError as error:
            issues.append(IssueRecord(error.code, str(error), field=name, value=text[:200]))
    rules = tuple(
        WeeklyRule(opens_at, closes_at, byday=tuple(sorted(set(codes), key=WEEKDAYS.index)))
        for (opens_at, closes_at), codes in days.items()
    )
    return tuple(sorted(rules, key=lambda rule: (WEEKDAYS.index(rule.byday[0]), rule.opens_at))), issues


def _weekday(name: str) -> str:
    text = name.strip()
    code = DAY_NAMES.get(text.lower(), text.upper())
    if code not in WEEKDAYS:
        raise ScheduleError(f"«{name}» no es un día de la semana.")
    return code


def parse_day_hours(text: str) -> list[tuple[time, time]]:
    """The hours of one day from a text of a cell; none when closed or empty. Raises ScheduleError."""
    plain = " ".join(text.lower().split())
    if not plain or plain in CLOSED:
        return []
    if plain in ALL_DAY:
        return [(MIDNIGHT, MIDNIGHT)]
    return list(_day_spans(plain))


def _day_spans(plain: str) -> Iterable[tuple[time, time]]:
    at = 0
    while at < len(plain):
        found = _SPAN.match(plain, at)
        if not found:
            raise _unread(plain)
        yield _day_span(found, plain)
        at = found.end()
        between = _BETWEEN.match(plain, at)
        if at < len(plain) and (not between or between.end() == len(plain)):
            raise _unread(plain)
        at = between.end() if between else at


def _day_span(found: re.Match[str], plain: str) -> tuple[time, time]:
    opens_at = _cell_time(found[1], found[2], found[3], plain)
    closes_at = _cell_time(found[4], found[5], found[6], plain)
    night = timedelta(
        hours=closes_at.hour - opens_at.hour, minutes=closes_at.minute - opens_at.minute
    ) % timedelta(1)
    if closes_at <= opens_at and closes_at != MIDNIGHT and not timedelta() < night <= LONGEST_NIGHT:
        raise ScheduleError(
            f"«{plain[:80]}» cierra antes de abrir: escriba las horas de 0 a 24 (17:00, no 5:00)."
        )
    return opens_at, closes_at


def _cell_time(hour: str, minute: str | None, half: str | None, plain: str) -> time:
    number, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= number <= 12:
            raise _unread(plain)
        number = number % 12 + (12 if half.startswith("p") else 0)
    if (number, minutes) == (24, 0):
        return MIDNIGHT
    if number > 23 or minutes > 59:
        raise _unread(plain)
    return time(number, minutes)


def _unread(plain: str) -> ScheduleError:
    return ScheduleError(f"«{plain[:80]}» no es un horario: escriba «09:00-13:00, 14:30-17:30» o «cerrado».")
