"""Words for people: opening states, minutes, distances, dates, phones, in the language of the request.

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
from web.language import Texts, current, language, ngettext, noop
from web.language import gettext as _

MODE_WORDS = Texts(
    {
        TravelMode.CAR: noop("%(time)s en auto"),
        TravelMode.FOOT: noop("%(time)s a pie"),
        TravelMode.TRANSIT: noop("%(time)s en transporte público"),
    }
)
# Up to here whole minutes are told; longer drives and estimates in steps of five.
EXACT_MINUTES = 15
# A trip by public transport that differs so much from the usual one is told with it.
UNUSUAL_MINUTES = 5
# Babel's patterns of a day, without and with its year. An order of words, not words: so no matter of the catalogue.
DAY_PATTERNS: Mapping[str, tuple[str, str]] = {
    "es": ("EEEE d 'de' MMMM", "EEEE d 'de' MMMM 'de' y"),
    "en": ("EEEE d MMMM", "EEEE d MMMM y"),
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
    """Minutes with their mode: "12 min en auto", or a range: "8 a 25 min en auto (estimado)".

    Above EXACT_MINUTES a drive and an estimate are rounded to five: no free road and no straight line is the rule.
    """
    if trip.estimated:
        least, most = (_rounded(minutes) for minutes in (trip.earliest, trip.latest))
        return _("%(time)s (estimado)", time=MODE_WORDS[mode] % {"time": range_text(least, most)})
    whole = _rounded(trip.minutes) if mode is TravelMode.CAR else max(1, round(trip.minutes))
    words = MODE_WORDS[mode] % {"time": length_text(whole)}
    if trip.typical is not None and abs(trip.typical - trip.minutes) >= UNUSUAL_MINUTES:
        return _("%(time)s; suele tomar %(typical)s", time=words, typical=length_text(round(trip.typical)))
    return words


def range_text(least: int, most: int) -> str:
    """A range of whole minutes: "8 a 25 min", "50 min a 2 h"."""
    if least == most:
        return length_text(most)
    if most < 60:
        return _("%(least)s a %(most)s", least=str(least), most=length_text(most))
    return _("%(least)s a %(most)s", least=length_text(least), most=length_text(most))


def _rounded(minutes: float) -> int:
    return max(1, round(minutes) if minutes <= EXACT_MINUTES else 5 * round(minutes / 5))


def length_text(whole: int) -> str:
    """Whole minutes: "12 min", "1 h 35 min", "2 h"."""
    hours, minutes = divmod(whole, 60)
    if not hours:
        return _("%(minutes)s min", minutes=minutes)
    return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes) if minutes else f"{hours} h"


def distance_text(metres: Metres) -> str:
    """Metres up to one kilometre, then kilometres with one decimal, whole from 20."""
    if metres < 950:
        return f"{max(10, round(metres, -1)):.0f} m"
    kilometres = metres / 1000
    pattern = "#,##0.#" if kilometres < 20 else "#,##0"
    return f"{format_decimal(kilometres, pattern, locale=current().locale)} km"


def call_for_hours() -> str:
    """What to say when nobody stated the hours and there is a phone."""
    return _("Llama para saber el horario")


def no_hours() -> str:
    """The same without a phone."""
    return _("No sabemos su horario")


def open_state(
    now: datetime, start: datetime | None, end: datetime | None, zone: ZoneInfo, kind: OpeningKind
) -> str:
    """One opening in words, in the zone of the place. No opening known: call.

    now, start and end are moments (with an offset); start and end are the current or the next opening.
    """
    if start is None or end is None:
        return call_for_hours()
    if any(moment.tzinfo is None for moment in (now, start, end)):
        raise ValueError("an opening is made of moments, with their offset")
    here, opens, closes = (moment.astimezone(zone) for moment in (now, start, end))
    if closes <= here:
        return _("Cerrado. Llama para saber el horario")
    if opens <= here:
        return _closing(here, opens, closes, kind)
    if kind is OpeningKind.VISIT:
        return _visit(visit_day(opens.date(), here.date()), opens, closes)
    return _("Cerrado, abre %(day)s %(at)s", day=day_words(opens.date(), here.date()), at=at_clock(opens))


def planned_state(
    leave: datetime, start: datetime, end: datetime, zone: ZoneInfo, kind: OpeningKind, today: date
) -> str:
    """The opening that serves somebody who leaves later: days are told from today, not from that day."""
    then, opens, closes = (moment.astimezone(zone) for moment in (leave, start, end))
    if kind is OpeningKind.VISIT:
        return _visit(visit_day(opens.date(), today), opens, closes)
    if opens > then:
        return _("Abre %(day)s %(at)s", day=day_words(opens.date(), today), at=at_clock(opens))
    if closes - opens >= timedelta(hours=24):
        return _("Abierto las 24 horas")
    return _("A esa hora está abierto, cierra %(at)s", at=at_clock(closes))


def _visit(day: str, opens: datetime, closes: datetime) -> str:
    return _("Pasa %(day)s de %(start)s a %(end)s", day=day, start=clock(opens), end=clock(closes))


def _closing(here: datetime, opens: datetime, closes: datetime, kind: OpeningKind) -> str:
    if kind is OpeningKind.VISIT:
        return _("Atiende ahora, hasta las %(hour)s", hour=clock(closes))
    if closes - opens >= timedelta(hours=24):
        return _("Abierto las 24 horas")
    if closes.date() == here.date():
        return _("Abierto, cierra %(at)s", at=at_clock(closes))
    if closes.hour == closes.minute == 0:
        return _("Abierto, cierra a medianoche")
    day = day_words(closes.date(), here.date())
    return _("Abierto, cierra %(day)s %(at)s", day=day, at=at_clock(closes))


def day_words(day: date, today: date) -> str:
    """hoy, mañana, el lunes, el lunes 30 de noviembre, el lunes 4 de enero de 2027."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return (_("hoy"), _("mañana"))[ahead]
    if 1 < ahead < 7:
        return _("el %(day)s", day=format_date(day, "EEEE", locale=current().locale))
    return _("el %(day)s", day=long_date(day, today))


def visit_day(day: date, today: date) -> str:
    """A visit is rare, so its full date is always said."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return f"{day_words(day, today)}, {long_date(day, today)},"
    return _("el %(day)s", day=long_date(day, today))


def long_date(day: date, today: date | None = None) -> str:
    """martes 24 de noviembre; with the year when it is not the year of today."""
    short, whole = DAY_PATTERNS[language()]
    return format_date(day, short if today and day.year == today.year else whole, locale=current().locale)


def clock(moment: datetime) -> str:
    """8:30, 17:05. Babel's own short time for es_CL is "8:30 a. m.", which nobody writes on a door."""
    return format_time(moment.timetz(), "H:mm", locale=current().locale)


def at_clock(moment: datetime) -> str:
    """a las 8:30; one o'clock is singular in Spanish."""
    if moment.hour == 1:
        return _("a la %(hour)s", hour=clock(moment))
    return _("a las %(hour)s", hour=clock(moment))


def verified_text(verified: date | None, today: date) -> str:
    """How fresh the datum is, in words."""
    if verified is None:
        return _("Sin fecha de verificación")
    days = max(0, (today - verified).days)
    if days < 2:
        return (_("Verificado hoy"), _("Verificado ayer"))[days]
    if days < 60:
        return ngettext("Verificado hace %(count)s día", "Verificado hace %(count)s días", days, count=days)
    months = round(days / 30.44)
    if months < 24:
        return ngettext(
            "Verificado hace %(count)s mes", "Verificado hace %(count)s meses", months, count=months
        )
    years = months // 12
    return ngettext("Verificado hace %(count)s año", "Verificado hace %(count)s años", years, count=years)


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
