"""Words of the page of an offer: hours, dates, costs, who it is for. Pure; in the language of the request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency

from directory.card import CardCost
from directory.civil_time import Interval
from directory.eligibility import from_json, words
from directory.ficha import Ficha, SpecialDays
from directory.usual_week import Hours, Week
from web import wording
from web.language import Spanish, current, language
from web.language import gettext as _

MIDNIGHT = time()
WHOLE_DAY: Hours = ((MIDNIGHT, MIDNIGHT),)
# A Monday, to name the days of the week after.
MONDAY = date(2001, 1, 1)


def day_name(weekday: int) -> str:
    """Lunes, from 0."""
    name = format_date(MONDAY.replace(day=1 + weekday), "EEEE", locale=current().locale)
    return name[:1].upper() + name[1:]


def hours_text(hours: Hours) -> str:
    """9:00 a 13:00 y 14:30 a 17:30; Cerrado; Las 24 horas."""
    if not hours:
        return _("Cerrado")
    if hours == WHOLE_DAY:
        return _("Las 24 horas")
    return _listed([span_text(*span) for span in hours], _("y"))


def span_text(opens: time, closes: time) -> str:
    """One stretch; closing at midnight is said 24:00, after midnight is said to be the next day."""
    start, end = _clock(opens), "24:00" if closes == MIDNIGHT else _clock(closes)
    if MIDNIGHT < closes <= opens:
        return _("%(start)s a %(end)s del día siguiente", start=start, end=end)
    return _("%(start)s a %(end)s", start=start, end=end)


def always_open(week: Week | None) -> bool:
    """Whether a table would say the same whole day seven times."""
    return week is not None and all(hours == WHOLE_DAY for hours in week)


def special_day_text(special: SpecialDays, today: date) -> str:
    """martes 8 de diciembre; del lunes 1 de febrero al viernes 5 de febrero."""
    first = wording.long_date(special.first, today)
    if special.last <= special.first:
        return first[:1].upper() + first[1:]
    return _("Del %(first)s al %(last)s", first=first, last=wording.long_date(special.last, today))


def date_text(opening: Interval, zone: ZoneInfo, today: date) -> str:
    """Martes 24 de noviembre, 10:00 a 12:00. In the zone of the place."""
    start, end = (moment.astimezone(zone) for moment in (opening.start, opening.end))
    day = wording.long_date(start.date(), today)
    hours = span_text(start.time(), end.time())
    return _("%(day)s, %(hours)s", day=day[:1].upper() + day[1:], hours=hours)


def cost_text(cost: CardCost) -> str:
    """Gratis; $5.000; what the source says of it."""
    said = [str(part) for part in (cost["option"], cost["description"]) if part]
    if cost["amount"] == 0:
        amount = _("Gratis")
    elif cost["amount"] is None:
        amount = ""
    else:
        amount = format_currency(
            Decimal(str(cost["amount"])), cost["currency"] or "CLP", locale=current().locale
        )
    if not amount:
        return Spanish(": ".join(said))
    return f"{amount} ({': '.join(said)})" if said else amount


def neutral_name(ficha: Ficha) -> str:
    """What a sensitive offer is called where others may read along: titles, previews, calendars."""
    area = ficha.card["area"]
    return _("Lugar de atención en %(comuna)s", comuna=area["name"]) if area else _("Lugar de atención")


def who_lines(ficha: Ficha, insurances: Mapping[str, str]) -> list[str]:
    """Who may be served, one line a rule; insurances: what each code is called. None: no rule was stated."""
    if not ficha.eligibility:
        return []
    rules = from_json(ficha.eligibility)
    insured = merged([insurances.get(code, code.replace("_", " ")) for code in rules.insurances])
    rules = replace(rules, insurances=tuple(insured))
    return words(rules, language(), labels=ficha.area_names)


def merged(names: Sequence[str]) -> list[str]:
    """Names that differ in one word said once: Fonasa tramo A, Fonasa tramo B: "Fonasa tramo A o B"."""
    groups: list[list[list[str]]] = []
    for name in names:
        parts = name.split()
        if groups and _differing(groups[-1][-1], parts) == _differing(groups[-1][0], parts) is not None:
            groups[-1].append(parts)
        else:
            groups.append([parts])
    return [_merged_name(group) for group in groups]


def _differing(one: Sequence[str], other: Sequence[str]) -> int | None:
    """The place of the only word in which two names differ; None when there is none such."""
    if len(one) != len(other) or len(one) < 2:
        return None
    places = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    return places[0] if len(places) == 1 else None


def _merged_name(group: Sequence[Sequence[str]]) -> str:
    first = list(group[0])
    if len(group) > 1:
        place = _differing(first, group[1])
        assert place is not None
        first[place] = _listed([parts[place] for parts in group], _("o"))
    return " ".join(first)


def _listed(parts: Iterable[str], last: str) -> str:
    """a, b y c."""
    *before, end = parts
    return f"{', '.join(before)} {last} {end}" if before else end


def _clock(moment: time) -> str:
    return wording.clock(datetime.combine(MONDAY, moment))
