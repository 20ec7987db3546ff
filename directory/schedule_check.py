"""What is wrong with stated hours, as issues an editor can act on."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta

from directory.opening_hours import ever_opens, hours_spans, read_hours
from directory.records import (
    ExceptionDays,
    HoursText,
    IssueRecord,
    Severity,
    Timing,
    VisitRecord,
    WeeklyRule,
)
from directory.recurrence import FIRST_YEAR, LAST_YEAR, ScheduleError, ever_occurs, rule_days

# Days from today in which hours that once held must still occur.
AHEAD = timedelta(days=400)
MAX_PARTS = 1_000
Part = WeeklyRule | HoursText | ExceptionDays | VisitRecord


def check_timing(timing: Timing, *, today: date | None = None) -> list[IssueRecord]:
    """Every issue of a timing. Errors are parts that cannot be published; `sound_timing` takes them out.

    With today, a remark too when nothing of it falls in the next 400 days.
    """
    return sound_timing(timing, today=today)[1]


def sound_timing(timing: Timing, *, today: date | None = None) -> tuple[Timing, list[IssueRecord]]:
    """The timing without what cannot be read or never occurs, and the issues that say which and why."""
    issues: list[IssueRecord] = []
    sound = replace(
        timing,
        rules=tuple(
            part for part in timing.rules[:MAX_PARTS] if _passes(_rule_trouble, part, "rules", issues)
        ),
        texts=tuple(
            part for part in timing.texts[:MAX_PARTS] if _passes(_text_trouble, part, "texts", issues)
        ),
        exceptions=tuple(
            part
            for part in timing.exceptions[:MAX_PARTS]
            if _passes(_exception_trouble, part, "exceptions", issues)
        ),
        visits=tuple(
            part for part in timing.visits[:MAX_PARTS] if _passes(_visit_trouble, part, "visits", issues)
        ),
    )
    issues.extend(_too_many(timing))
    issues.extend(_remarks(sound))
    if today and sound.known and not _ahead(sound, today):
        issues.append(_ended(today))
    return (timing if sound == timing else sound), issues


def _passes[P: Part](
    trouble: Callable[[P], IssueRecord | None], part: P, field: str, issues: list[IssueRecord]
) -> bool:
    """Whether a part is sound; what is wrong with it goes to issues."""
    try:
        found = trouble(part)
    except ScheduleError as error:
        found = _issue(error.code, str(error), _shown(part))
    if found:
        issues.append(replace(found, field=field))
    return found is None


def _rule_trouble(rule: WeeklyRule) -> IssueRecord | None:
    return None if ever_occurs(rule) else _never(_shown(rule))


def _text_trouble(text: HoursText) -> IssueRecord | None:
    return None if ever_opens(text.text) else _never(text.text)


def _exception_trouble(exception: ExceptionDays) -> IssueRecord | None:
    if exception.last_day < exception.first_day:
        return _issue(
            "exception_backwards",
            "El cierre termina antes de empezar: revise las dos fechas.",
            _shown(exception),
        )
    if (exception.opens_at is None) != (exception.closes_at is None):
        return _issue(
            "schedule_unreadable",
            "El día especial tiene una sola hora: ponga apertura y cierre, o ninguna si está cerrado.",
            _shown(exception),
        )
    return None


def _visit_trouble(visit: VisitRecord) -> IssueRecord | None:
    if visit.closes_at <= visit.opens_at:
        return _issue(
            "visit_backwards",
            "La visita cierra antes de abrir: revise las horas (use 24 horas, por ejemplo 14:30).",
            _shown(visit),
        )
    if not FIRST_YEAR <= visit.day.year <= LAST_YEAR:
        return _issue(
            "schedule_too_long", f"El año debe estar entre {FIRST_YEAR} y {LAST_YEAR}.", _shown(visit)
        )
    return None


def _too_many(timing: Timing) -> list[IssueRecord]:
    found = []
    for field in ("rules", "texts", "exceptions", "visits"):
        if (count := len(getattr(timing, field))) > MAX_PARTS:
            message = f"Hay {count} entradas y se leen {MAX_PARTS}: divida la oferta o quite fechas pasadas."
            found.append(replace(_issue("schedule_too_long", message, str(count)), field=field))
    return found


def _remarks(sound: Timing) -> list[IssueRecord]:
    """Warnings on what can be published but an editor should know of."""
    found = [
        IssueRecord(
            "schedule_uncertain",
            "El horario tiene partes «unknown» o comentarios sin horas: en ellas se da por no atendido.",
            Severity.WARNING,
            field="texts",
            value=text.text,
        )
        for text in sound.texts
        if read_hours(text.text).uncertain
    ]
    if len(set(sound.visits)) < len(sound.visits):
        found.append(
            IssueRecord(
                "visit_duplicate",
                "Hay visitas repetidas: se cuentan una vez.",
                Severity.WARNING,
                field="visits",
            )
        )
    return found


def _ahead(sound: Timing, today: date) -> bool:
    last = today + AHEAD
    return (
        any(today <= visit.day <= last for visit in sound.visits)
        or any(rule_days(rule, today, last) for rule in sound.rules)
        or any(True for text in sound.texts for _ in hours_spans(text.text, today, last, {}))
    )


def _ended(today: date) -> IssueRecord:
    return IssueRecord(
        "schedule_ended",
        f"Ningún horario ni visita cae en {AHEAD.days} días desde el {today:%d-%m-%Y}: renueve las fechas.",
        Severity.WARNING,
    )


def _never(value: str) -> IssueRecord:
    return _issue(
        "schedule_never_occurs",
        "El horario no cae en ningún día: revise los días, las fechas y las veces.",
        value,
    )


def _issue(code: str, message: str, value: str) -> IssueRecord:
    return IssueRecord(code, message, value=value[:200])


def _shown(part: Part) -> str:
    """A part as an issue shows it: what it states, without what is as by default."""
    if isinstance(part, HoursText):
        return part.text
    stated = ((each.name, getattr(part, each.name), each.default) for each in fields(part))
    return ", ".join(f"{name}={_text(value)}" for name, value, default in stated if value != default)


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
