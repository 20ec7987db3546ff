"""Reading cells: helpers that every source shares.

What is empty is None, which always means "not known". What cannot be read is left out with an issue on the
row; where leaving it out would send people to a place that does not serve them, the row is refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from functools import lru_cache
from typing import Any

from directory.records import (
    Facility,
    HoursText,
    IssueRecord,
    LocationRecord,
    OrganizationRecord,
    PhoneRecord,
    Severity,
    StatedPosition,
    Timing,
    VisitRecord,
    WeeklyRule,
)
from importers.source import Column, Row
from importers.words import fold

YES = frozenset({"si", "s", "yes", "y", "1", "true", "verdadero", "x"})
NO = frozenset({"no", "n", "0", "false", "falso"})
WEEKDAYS = {
    "lunes": "MO",
    "martes": "TU",
    "miercoles": "WE",
    "jueves": "TH",
    "viernes": "FR",
    "sabado": "SA",
    "domingo": "SU",
}
FACILITIES = {
    "rampa": Facility.RAMP,
    "entrada_sin_escalon": Facility.STEP_FREE,
    "bano_accesible": Facility.ADAPTED_TOILET,
    "ascensor": Facility.LIFT,
    "estacionamiento_accesible": Facility.PARKING,
    "lengua_senas_video": Facility.SIGN_LANGUAGE_VIDEO,
    "bucle_auditivo": Facility.HEARING_LOOP,
    "braille": Facility.BRAILLE,
    "guia_podotactil": Facility.TACTILE_PAVING,
    "atencion_preferente": Facility.PREFERENTIAL_ATTENTION,
}
FACILITY_COLUMNS = tuple(Column(name, fills="location.facilities") for name in FACILITIES)
ADDRESS_COLUMNS = (
    Column("direccion", fills="location.address"),
    Column("comuna", required=True, fills="location.stated_area"),
    Column("cod_comuna", ("codigo_comuna", "cut"), fills="location.stated_area_code"),
    Column("region"),
)
POINT_COLUMNS = (
    Column("latitud", ("lat",), required=True, fills="location.position"),
    Column("longitud", ("lon", "lng"), required=True),
)
PHONE_COLUMN = Column("telefono", ("fono",), fills="phones")
DAY_COLUMNS = tuple(Column(name, fills="timing") for name in WEEKDAYS)

_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_TIME = re.compile(r"(\d{1,2})(?:[:.hH](\d{2})?)?(?::00)?\s*(?:hrs?\.?|h)?")
_SPAN = re.compile(r"\s*(?:-|–|\ba\b)\s*")
_BETWEEN = re.compile(r"\s*(?:\by\b|/|,|;)\s*", re.IGNORECASE)
_PHONES = re.compile(r"\s*(?:[/;|]|,(?=\s)|\by\b|\bo\b)\s*", re.IGNORECASE)


def required(row: Row, name: str) -> str:
    """A text without which there is nothing to publish."""
    value = row.text(name)
    if not value.strip():
        raise row.refuse(
            "missing_value", "La celda está vacía y es necesaria: complétela. No se publicó.", field=name
        )
    return value


def optional(row: Row, name: str) -> str | None:
    """A text, or None when the cell is empty."""
    return row.text(name) or None


def items(row: Row, name: str) -> tuple[str, ...]:
    """The parts of a list separated by ';', each once."""
    parts = (part.strip() for part in row.text(name).split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))


def yes_no(row: Row, name: str) -> bool | None:
    """Sí, No, or not known."""
    text = fold(row.code(name))
    if text in YES:
        return True
    if text in NO:
        return False
    if text:
        row.remark("unreadable_yes_no", "Se esperaba Sí, No o vacío: quedó como desconocido.", field=name)
    return None


def choice[T](row: Row, name: str, choices: Mapping[str, T], *, otherwise: T) -> T:
    """What a word of a closed list means; empty is `otherwise`. Other words refuse the row: they matter."""
    text = fold(row.code(name))
    if not text:
        return otherwise
    if text not in choices:
        words = ", ".join(choices)
        raise row.refuse("unknown_choice", f"Se esperaba una de estas: {words}. No se publicó.", field=name)
    return choices[text]


def whole_number(row: Row, name: str) -> int | None:
    """A whole number from 0, or None. Ages and places: what is unreadable refuses the row."""
    text = row.code(name)
    if not text:
        return None
    if not re.fullmatch(r"\d{1,6}(?:\.0+)?", text):
        raise row.refuse("unreadable_number", "Se esperaba un número entero. No se publicó.", field=name)
    return int(text.split(".")[0])


def day(row: Row, name: str) -> date | None:
    """A date, day first or year first."""
    text = row.code(name)
    if not text:
        return None
    found = read_day(text)
    if found is None:
        row.remark("unreadable_date", "Se esperaba una fecha DD-MM-AAAA: quedó como desconocida.", field=name)
    elif not text[:4].isdigit():
        row.remark("day_first_date", "Fecha escrita día-mes-año: se leyó así.", field=name)
    return found


@lru_cache(maxsize=8192)
def read_day(text: str) -> date | None:
    """A date written DD-MM-YYYY (also / and .) or YYYY-MM-DD; None when it is neither, or no real day."""
    if match := _DAY_FIRST.fullmatch(text):
        day_text, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day_text = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day_text))
    except ValueError:
        return None  # 31 February: the caller says so


@lru_cache(maxsize=8192)
def read_time(text: str) -> time | None:
    """A time of day: 9:00, 09.00, 9h30, 14:00 hrs, 9; None when it is none."""
    match = _TIME.fullmatch(text.strip())
    if not match:
        return None
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    if hour == 24 and minute == 0:
        return time()
    return time(hour, minute) if hour < 24 and minute < 60 else None


@lru_cache(maxsize=8192)
def read_spans(text: str) -> tuple[tuple[time, time], ...] | None:
    """Intervals of one day: "09:00-13:00 y 14:30-17:00"; none for "Cerrado"; None when unreadable."""
    if fold(text) in {"cerrado", "no_atiende", "sin_atencion"}:
        return ()
    spans = []
    for part in _BETWEEN.split(text.strip()):
        ends = [read_time(end) for end in _SPAN.split(part.strip())]
        if len(ends) != 2 or ends[0] is None or ends[1] is None:
            return None
        spans.append((ends[0], ends[1]))
    return tuple(spans)


def weekly(row: Row, *, notes: str | None = None) -> Timing:
    """The seven day columns as rules. Days of equal hours share a rule; an empty day is not known."""
    days_by_span: dict[tuple[time, time], list[str]] = {}
    for name, code in WEEKDAYS.items():
        text = row.code(name)
        if not text:
            continue
        spans = read_spans(text)
        if spans is None:
            message = "Se esperaba «09:00-14:00», «09:00-13:00 y 14:30-17:00» o «Cerrado»: quedó sin horario."
            row.remark("unreadable_hours", message, field=name)
            continue
        for span in spans:
            days_by_span.setdefault(span, []).append(code)
    rules = (
        WeeklyRule(opens_at=opens, closes_at=closes, byday=tuple(codes), notes=notes)
        for (opens, closes), codes in days_by_span.items()
    )
    return Timing(rules=tuple(rules))


def osm_hours(row: Row, name: str) -> Timing:
    """A cell of OSM opening_hours text; the schedule step reads it."""
    text = row.code(name)
    return Timing(texts=(HoursText(text),)) if text else Timing()


def visits(row: Row, side: str) -> Timing:
    """Dated visits from a side table with the columns fecha, desde and hasta. Bad ones are left out."""
    dated = row.side(side)
    if not dated:
        message = f"No tiene ninguna fecha en «{side}»: se publicó sin horario conocido."
        row.issues.append(_side_issue(row, "no_visits", message, Severity.WARNING))
    return Timing(visits=tuple(_visits(row, dated, side)))


def _visits(row: Row, dated: Sequence[Row], side: str) -> Iterator[VisitRecord]:
    for stop in dated:
        when = read_day(stop.code("fecha"))
        opens, closes = read_time(stop.code("desde")), read_time(stop.code("hasta"))
        if when is None or opens is None or closes is None:
            message = f"Fila {stop.number} de «{side}»: fecha u hora ilegible. Esa visita no se publicó."
            said = " ".join(stop.code(name) for name in ("fecha", "desde", "hasta"))
            row.issues.append(_side_issue(row, "unreadable_visit", message, Severity.ERROR, said))
        else:
            yield VisitRecord(when, opens, closes)


def _side_issue(
    row: Row, code: str, message: str, severity: Severity, value: str | None = None
) -> IssueRecord:
    return IssueRecord(code, message, severity, row.number, row.key or None, "timing", value)


def visit_columns(key: str) -> tuple[Column, ...]:
    """The columns of a calendar of visits; key joins it to its places."""
    return tuple(Column(name, required=True) for name in (key, "fecha", "desde", "hasta"))


def location(
    row: Row, name: str, position: StatedPosition | None, *, ref: str | None = None, **stated: Any
) -> LocationRecord:
    """The place of a row that has ADDRESS_COLUMNS and FACILITY_COLUMNS; its ref is the row's own key."""
    return LocationRecord(
        ref=ref or row.key,
        name=name,
        address=row.text("direccion"),
        stated_area=row.text("comuna"),
        stated_area_code=optional(row, "cod_comuna"),
        stated_region=row.text("region"),
        stated_position=position,
        facilities=facilities(row),
        **stated,
    )


def facilities(row: Row) -> tuple[tuple[Facility, bool], ...]:
    """The accessibility columns this table has, where they say yes or no."""
    answers = ((facility, name) for name, facility in FACILITIES.items() if row.index.get(name, -1) >= 0)
    return tuple(
        (facility, answer) for facility, name in answers if (answer := yes_no(row, name)) is not None
    )


def phones(row: Row, name: str) -> tuple[PhoneRecord, ...]:
    """The phones of a cell, as written; several are separated by '/', ';', ', ' or 'y'."""
    text = row.code(name)
    if not text or fold(text) in {"sin_dato", "no_aplica", "pendiente", "sin_telefono"}:
        return ()
    return tuple(PhoneRecord(part) for part in _PHONES.split(text) if part)


def stated_position(row: Row, x: str, y: str = "") -> StatedPosition | None:
    """Two fields (longitude, latitude), or one with both; None when empty."""
    x_text, y_text = row.text(x), row.text(y) if y else ""
    return StatedPosition(x_text, y_text) if (x_text and not x_text.isspace()) or y_text.strip() else None


@lru_cache(maxsize=8192)
def organization(name: str, email: str | None = None) -> OrganizationRecord:
    """An organization known by its name alone: the same name is the same organization in every source."""
    return OrganizationRecord(ref=fold(name), name=name, email=email)


def joined(*parts: str | None, by: str = ". ") -> str | None:
    """The parts that say something, as one text."""
    return by.join(part for part in parts if part) or None
