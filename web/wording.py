"""Words for people: opening states, minutes, distances, dates, phones. Spanish of Chile.

Nothing here asks the database or the clock: the caller hands in the moment, so every wording is a
pure function with a table of cases in tests/web/test_wording.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from geo.travel import TravelMode, Trip
from geo.units import Metres

LOCALE = "es_CL"
CALL_FOR_HOURS = "Llama para saber el horario"
NO_HOURS = "No sabemos su horario"
MODE_WORDS: Mapping[TravelMode, str] = {
    TravelMode.CAR: "en auto",
    TravelMode.FOOT: "a pie",
    TravelMode.TRANSIT: "en transporte público",
}


class OpeningKind(StrEnum):
    """How an opening came to be; the values are those of `directory` openings."""

    REGULAR = "regular"
    VISIT = "visit"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Phone:
    """A number to dial (E.164, or a short number as it is dialled) and the way it is read."""

    dial: str
    display: str


def minutes_text(trip: Trip, mode: TravelMode) -> str:
    """Minutes with their mode: "12 min en auto", or "unos 12 min en auto (estimado)"."""
    whole = max(1, round(trip.minutes))
    hours, minutes = divmod(whole, 60)
    length = f"{whole} min" if not hours else f"{hours} h {minutes} min" if minutes else f"{hours} h"
    words = f"{length} {MODE_WORDS[mode]}"
    if not trip.estimated:
        return words
    return f"{'unos' if 1 < whole < 60 else 'cerca de'} {words} (estimado)"


def distance_text(metres: Metres) -> str:
    """Metres up to one kilometre, then kilometres with one decimal, whole from 20."""
    if metres < 950:
        return f"{max(10, round(metres, -1)):.0f} m"
    kilometres = metres / 1000
    return f"{format_decimal(kilometres, '#,##0.#' if kilometres < 20 else '#,##0', locale=LOCALE)} km"


def open_state(
    now: datetime, start: datetime | None, end: datetime | None, zone: ZoneInfo, kind: OpeningKind
) -> str:
    """One opening in words, in the zone of the place. No opening known: call.

    now, start and end are moments (with an offset); start and end are the current or the next opening.
    """
    if start is None or end is None:
        return CALL_FOR_HOURS
    if any(moment.tzinfo is None for moment in (now, start, end)):
        raise ValueError("an opening is made of moments, with their offset")
    here, opens, closes = (moment.astimezone(zone) for moment in (now, start, end))
    if closes <= here:
        return f"Cerrado. {CALL_FOR_HOURS}"
    if opens <= here:
        return _closing(here, opens, closes, kind)
    if kind is OpeningKind.VISIT:
        return f"Pasa {visit_day(opens.date(), here.date())} de {clock(opens)} a {clock(closes)}"
    return f"Cerrado, abre {day_words(opens.date(), here.date())} {at_clock(opens)}"


def planned_state(
    leave: datetime, start: datetime, end: datetime, zone: ZoneInfo, kind: OpeningKind, today: date
) -> str:
    """The opening that serves somebody who leaves later: days are told from today, not from that day."""
    then, opens, closes = (moment.astimezone(zone) for moment in (leave, start, end))
    if kind is OpeningKind.VISIT:
        return f"Pasa {visit_day(opens.date(), today)} de {clock(opens)} a {clock(closes)}"
    if opens > then:
        return f"Abre {day_words(opens.date(), today)} {at_clock(opens)}"
    if closes - opens >= timedelta(hours=24):
        return "Abierto las 24 horas"
    return f"A esa hora está abierto, cierra {at_clock(closes)}"


def _closing(here: datetime, opens: datetime, closes: datetime, kind: OpeningKind) -> str:
    if kind is OpeningKind.VISIT:
        return f"Atiende ahora, hasta las {clock(closes)}"
    if closes - opens >= timedelta(hours=24):
        return "Abierto las 24 horas"
    if closes.date() == here.date():
        return f"Abierto, cierra {at_clock(closes)}"
    if closes.hour == closes.minute == 0:
        return "Abierto, cierra a medianoche"
    return f"Abierto, cierra {day_words(closes.date(), here.date())} {at_clock(closes)}"


def day_words(day: date, today: date) -> str:
    """hoy, mañana, el lunes, el lunes 30 de noviembre, el lunes 4 de enero de 2027."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return ("hoy", "mañana")[ahead]
    if 1 < ahead < 7:
        return "el " + format_date(day, "EEEE", locale=LOCALE)
    return "el " + long_date(day, today)


def visit_day(day: date, today: date) -> str:
    """A visit is rare, so its full date is always said."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return f"{day_words(day, today)}, {long_date(day, today)},"
    return "el " + long_date(day, today)


def long_date(day: date, today: date | None = None) -> str:
    """martes 24 de noviembre; with the year when it is not the year of today."""
    pattern = "EEEE d 'de' MMMM" if today and day.year == today.year else "EEEE d 'de' MMMM 'de' y"
    return format_date(day, pattern, locale=LOCALE)


def clock(moment: datetime) -> str:
    """8:30, 17:05. Babel's own short time for es_CL is "8:30 a. m.", which nobody writes on a door."""
    return format_time(moment.timetz(), "H:mm", locale=LOCALE)


def at_clock(moment: datetime) -> str:
    """a las 8:30; one o'clock is singular in Spanish."""
    return f"a {'la' if moment.hour == 1 else 'las'} {clock(moment)}"


def verified_text(verified: date | None, today: date) -> str:
    """How fresh the datum is, in words."""
    if verified is None:
        return "Sin fecha de verificación"
    days = max(0, (today - verified).days)
    if days < 2:
        return ("Verificado hoy", "Verificado ayer")[days]
    if days < 60:
        return f"Verificado hace {days} días"
    months = round(days / 30.44)
    return f"Verificado hace {months} meses" if months < 24 else f"Verificado hace {months // 12} años"


def phone_of(text: str, short_numbers: Mapping[str, str] | None = None, region: str = "CL") -> Phone | None:
    """The number to dial and to read, or None when it is no number.

    Short numbers (1412) are unknown to phonenumbers: the country's own list says how each is read.
    """
    digits = text.strip()
    if short_numbers and digits in short_numbers:
        return Phone(digits, short_numbers[digits])
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) in {PhoneNumberType.SHARED_COST, PhoneNumberType.TOLL_FREE}:
        # 600 and 800 numbers answer only as they are dialled inside the country.
        national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        return Phone(phonenumbers.national_significant_number(number), national)
    display = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), display)
