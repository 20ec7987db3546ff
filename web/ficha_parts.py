"""The parts of the page of one offer: when, for whom, where, and who says so. Pure; in the request's language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from babel.dates import format_date

from directory.card import CardPhone
from directory.ficha import Ficha
from directory.hours_lines import hours_lines
from directory.usual_week import Week
from web import ficha_words as say
from web import labels, wording
from web.language import InBoth, Spanish, language, path_for
from web.language import gettext as _

MOST_DATES = 6
MOST_SPECIAL = 10
# More needs than these are told by name alone.
FEW_NEEDS = 3
# A count of free places older than this says nothing any more.
CAPACITY_DAYS = 30
# An agreement that ends within so many days is worth a word.
ENDS_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Country:
    """What the page needs of the country's facts: its code, what insurances and short numbers are called."""

    code: str
    insurances: Mapping[str, InBoth]
    short_numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A number with what it is for."""

    phone: wording.Phone
    note: str
    extension: int | None


@dataclass(frozen=True, slots=True)
class NeedLine:
    """What is given, and what that means in one sentence."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """One line of a table of days; now marks the day of today."""

    day: str
    hours: str
    note: str = ""
    now: bool = False


def when(ficha: Ficha, now: datetime, today: date) -> dict[str, Any]:
    """Everything about hours."""
    dated = ficha.week is None
    always = say.always_open(ficha.week)
    week = () if always or ficha.week is None else tuple(_week(ficha.week, today))
    openings = ficha.openings[:MOST_DATES] if dated else ()
    dates = tuple(
        DayRow(
            say.date_text(one, ficha.zone, today), "",
            Spanish(ficha.visit_notes.get(one.start.astimezone(ficha.zone), "")),
        )
        for one in openings
    )  # fmt: skip
    return {
        **_state(ficha, now),
        "validity": _validity(ficha, today),
        "always": always,
        "week": week,
        "special": tuple(_special(ficha, today)),
        "lines": tuple(_lines(ficha)) if dated else (),
        "dates": dates,
        "dated": any(one.kind == "visit" for one in openings),
    }


def _state(ficha: Ficha, now: datetime) -> dict[str, str]:
    """Open, shut, or to be asked for; a date of a mobile point with its day."""
    if not ficha.openings:
        known = ficha.timing is not None
        words = _("No hay fechas anunciadas por ahora") if known else _unknown_hours(ficha)
        return {"state": words, "tone": "ask"}
    following = ficha.openings[0]
    kind = wording.OpeningKind(following.kind)
    words = wording.open_state(now, following.start, following.end, ficha.zone, kind)
    return {"state": words, "tone": "open" if following.start <= now < following.end else "shut"}


def _unknown_hours(ficha: Ficha) -> str:
    voice = any(phone["type"] == "voice" for phone in ficha.card["phones"])
    return wording.call_for_hours() if voice else wording.no_hours()


def _validity(ficha: Ficha, today: date) -> str:
    first, last = ficha.valid_from, ficha.valid_to
    if last is not None and last < today:
        return _("Este lugar dejó de atender el %(day)s.", day=wording.long_date(last, today))
    if first is not None and first > today:
        return _("Atiende desde el %(day)s.", day=wording.long_date(first, today))
    if last is not None and last - today <= ENDS_SOON:
        return _("Atiende hasta el %(day)s.", day=wording.long_date(last, today))
    return ""


def _week(week: Week, today: date) -> Iterator[DayRow]:
    for number, hours in enumerate(week):
        yield DayRow(say.day_name(number), say.hours_text(hours), now=number == today.weekday())


def _special(ficha: Ficha, today: date) -> Iterator[DayRow]:
    for one in ficha.special[:MOST_SPECIAL]:
        note = _("feriado") if one.holiday else Spanish(one.reason or "")
        yield DayRow(say.special_day_text(one, today), say.hours_text(one.hours), note)


def _lines(ficha: Ficha) -> list[str]:
    """The rule in words, in the language of the page; visits are told by their dates."""
    if ficha.timing is None or not (ficha.timing.rules or ficha.timing.texts):
        return []
    return hours_lines(ficha.timing, language())


def whom(ficha: Ficha, country: Country, today: date) -> dict[str, Any]:
    """Who it is for, what it costs, what to bring, how to ask."""
    card = ficha.card
    names = {code: str(name) for code, name in country.insurances.items()}
    return {
        "needs": _needs(ficha),
        "about": Spanish(card["description"] or ""),
        "who": tuple(say.who_lines(ficha, names)),
        "who_text": Spanish(card["eligibility_text"] or ""),
        "costs": tuple(text for text in map(say.cost_text, card["costs"]) if text),
        "bring": tuple(map(Spanish, card["documents"])),
        "ask": Spanish(card["application_process"] or ""),
        "capacity": _capacity(ficha, today),
    }


def _needs(ficha: Ficha) -> tuple[NeedLine, ...]:
    """What is given: few needs each with their sentence, many by name alone."""
    few = len(ficha.needs) <= FEW_NEEDS
    return tuple(
        NeedLine(labels.need_name(one), Spanish(one.description) if few else "") for one in ficha.needs
    )


def _capacity(ficha: Ficha, today: date) -> str:
    """Free places, while the count is fresh."""
    capacity = ficha.card["capacity"]
    if capacity is None:
        return ""
    counted = date.fromisoformat(capacity["updated"])
    if not 0 <= (today - counted).days <= CAPACITY_DAYS:
        return ""
    day = wording.long_date(counted, today)
    return _("Cupos libres: %(free)s (contados el %(day)s).", free=f"{capacity['available']:g}", day=day)


def where(ficha: Ficha) -> dict[str, Any]:
    """Where it is, as far as may be told, and what the place is like."""
    card, area = ficha.card, ficha.card["area"]
    comuna = area["name"] if area else ""
    address = [part for part in (card["address"], card["locality"]) if part]
    answers = card["facilities"]
    return {
        "address": Spanish(", ".join(address)),
        "comuna": Spanish(comuna),
        "region": Spanish((area and area["region"]) or ""),
        "comuna_url": path_for(f"/comuna/{ficha.comuna_slug}") if ficha.comuna_slug else "",
        "search_url": path_for(f"/?place={quote(comuna)}" if comuna else "/"),
        "position_text": _position(ficha),
        "transportation": Spanish(card["transportation"] or ""),
        "reachable": ficha.point is not None,
        "has": tuple(labels.FACILITIES[one] for one in labels.FACILITIES if answers.get(one) == "yes"),
        "lacks": tuple(labels.FACILITIES[one] for one in labels.FACILITIES if answers.get(one) == "no"),
        "languages": tuple(map(Spanish, ficha.languages)),
    }


def _position(ficha: Ficha) -> str:
    if ficha.protected:
        return labels.reserved()
    if ficha.point is None:
        return labels.unplaced()
    return labels.POSITIONS.get(ficha.card["position"]["source"] or "", "")


def origin(ficha: Ficha, today: date) -> dict[str, Any]:
    """Who says so, and how old it is."""
    card = ficha.card
    stated = card["verified_on"]
    verified = date.fromisoformat(stated) if stated else None
    age = wording.verified_text(verified, today)
    loaded = ficha.imported_at.astimezone(ficha.zone).date() if ficha.imported_at else None
    return {
        "verified": f"{age} ({_day(verified)})" if verified else age,
        "source": Spanish(card["source"]["publisher"]),
        "source_title": Spanish(card["source"]["title"]),
        "licence": Spanish(ficha.licence),
        "loaded": _day(loaded) if loaded else "",
    }


def _day(day: date) -> str:
    return format_date(day, "dd-MM-yyyy")


def web_address(text: str | None) -> str:
    """An address that a browser may open: http or https with a host. Anything else is none."""
    try:
        parts = urlsplit((text or "").strip())
    except ValueError:
        return ""
    fit = parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and not parts.username
    return parts.geturl() if fit else ""


def email_address(text: str | None) -> str:
    """An address to write to, if it looks like one and nothing else."""
    user, at, host = (text or "").strip().partition("@")
    plain = bool(at and user and "." in host) and not set(user + host) & set(" \t\r\n?&<>\"'%@,;:/\\()")
    return f"{user}@{host}" if plain else ""


def phone_lines(ficha: Ficha, country: Country, kind: str) -> Iterator[PhoneLine]:
    """The numbers of a kind (voice, whatsapp) that can be dialled, in the order they were stated."""
    found: list[CardPhone] = [phone for phone in ficha.card["phones"] if phone["type"] == kind]
    for phone in found:
        number = wording.phone_of(phone["number"], country.short_numbers)
        if number is not None:
            yield PhoneLine(number, Spanish(phone["description"] or ""), phone["extension"])
