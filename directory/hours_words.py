"""The words for hours, in the two languages of the pages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

ES_MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip
EN_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
ES_DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ES_NTH = {1: "primer", 2: "segundo", 3: "tercer", 4: "cuarto", 5: "quinto", -1: "último", -2: "penúltimo"}
EN_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "second to last"}


@dataclass(frozen=True, slots=True)
class HoursWords:
    """One language. Words that join others carry their own blanks."""

    days: tuple[str, ...]
    to: str
    and_: str
    always: str
    all_day: str
    next_day: str
    closed: str
    holidays: str
    also_holidays: str
    only_holidays: str
    since: str
    until: str
    from_: str
    that_are: str
    day: Callable[[date], str]
    nth: Callable[[int | None, int], str]
    month_days: Callable[[Iterable[int]], str]
    every_weeks: Callable[[int], str]
    every_months: Callable[[int], str]
    times: Callable[[int], str]
    visits: Callable[[int, str, str], str]


def _es_day(day: date) -> str:
    return f"{day.day} de {ES_MONTHS[day.month - 1]} de {day.year}"


def _en_day(day: date) -> str:
    return f"{day.day} {EN_MONTHS[day.month - 1]} {day.year}"


def _es_nth(nth: int | None, weekday: int) -> str:
    if nth is None:
        return f"cada {ES_DAYS[weekday]}"
    return f"{ES_NTH.get(nth, f'{nth}º' if nth > 0 else f'{-nth}º desde el final,')} {ES_DAYS[weekday]}"


def _en_nth(nth: int | None, weekday: int) -> str:
    if nth is None:
        return f"every {EN_DAYS[weekday]}"
    return f"{EN_NTH.get(nth, f'no. {nth}' if nth > 0 else f'no. {-nth} from the end')} {EN_DAYS[weekday]}"


def _es_month_days(days: Iterable[int]) -> str:
    return "día " + ", ".join(_es_month_day(day) for day in days)


def _es_month_day(day: int) -> str:
    return str(day) if day > 0 else ("último" if day == -1 else f"{-day}º antes del fin de mes")


def _en_month_days(days: Iterable[int]) -> str:
    return "day " + ", ".join(
        str(d) if d > 0 else ("last" if d == -1 else f"{-d} from the end") for d in days
    )


def _es_visits(count: int, first: str, last: str) -> str:
    if count == 1:
        return f"Atención en una fecha: {first}"
    return f"Atención en fechas programadas: {count} entre el {first} y el {last}"


def _en_visits(count: int, first: str, last: str) -> str:
    if count == 1:
        return f"Open on one date: {first}"
    return f"Open on scheduled dates: {count} between {first} and {last}"


SPANISH = HoursWords(
    days=ES_DAYS,
    to=" a ",
    and_=" y ",
    always="Abierto las 24 horas",
    all_day="las 24 horas",
    next_day=" del día siguiente",
    closed="Cerrado",
    holidays="Feriados",
    also_holidays=", también en feriados",
    only_holidays=", solo en feriados",
    since="desde el ",
    until=" hasta el ",
    from_="del ",
    that_are=" que sea ",
    day=_es_day,
    nth=_es_nth,
    month_days=_es_month_days,
    every_weeks=lambda weeks: "" if weeks == 1 else f"cada {weeks} semanas, ",
    every_months=lambda months: " de cada mes" if months == 1 else f" cada {months} meses",
    times=lambda count: "una vez" if count == 1 else f"{count} veces",
    visits=_es_visits,
)
ENGLISH = HoursWords(
    days=EN_DAYS,
    to=" to ",
    and_=" and ",
    always="Open 24 hours",
    all_day="24 hours",
    next_day=" the next day",
    closed="Closed",
    holidays="Public holidays",
    also_holidays=", also on public holidays",
    only_holidays=", only on public holidays",
    since="from ",
    until=" until ",
    from_="from ",
    that_are=" that is ",
    day=_en_day,
    nth=_en_nth,
    month_days=_en_month_days,
    every_weeks=lambda weeks: "" if weeks == 1 else f"every {weeks} weeks, ",
    every_months=lambda months: " of every month" if months == 1 else f" every {months} months",
    times=lambda count: "once" if count == 1 else f"{count} times",
    visits=_en_visits,
)
