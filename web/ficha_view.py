"""What the page of one offer shows: everything in words, nothing computed in the template."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from markupsafe import Markup

from directory.ficha import Ficha
from directory.hours_lines import hours_lines
from directory.reports import LONGEST
from web import ficha_words as say
from web import labels, wording
from web.calendar_file import CalendarDate
from web.ficha_parts import (
    Country,
    DayRow,
    NeedLine,
    PhoneLine,
    email_address,
    origin,
    phone_lines,
    web_address,
    when,
    where,
    whom,
)
from web.language import Spanish, Texts, language, noop
from web.language import gettext as _
from web.linked_data import linked_data
from web.present import Choice
from web.share import Shared, shared

MOST_CALENDAR = 20
REPORT_FIELDS = Texts(
    {
        "hours": noop("El horario o las fechas"),
        "phone": noop("El teléfono"),
        "address": noop("La dirección o el mapa"),
        "requirements": noop("A quién atienden o qué piden"),
        "cost": noop("El costo"),
        "closed": noop("El lugar cerró o se cambió"),
        "other": noop("Otra cosa"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FichaView:
    """Everything `ficha.html` shows. Texts of sources are `Spanish`; link, where set, is a safe address.

    page_title and summary are neutral for a sensitive offer. week is empty where the weeks are not alike; always
    says that it never closes; lines then tell the rule in words, dates the next openings.
    """

    id: UUID
    page_title: str
    summary: str
    name: str
    kind: str
    kind_label: str
    service: str
    organization: str
    alert: str
    state: str
    tone: str
    validity: str
    always: bool
    week: tuple[DayRow, ...]
    special: tuple[DayRow, ...]
    lines: tuple[str, ...]
    dates: tuple[DayRow, ...]
    dated: bool
    needs: tuple[NeedLine, ...]
    about: str
    who: tuple[str, ...]
    who_text: str
    costs: tuple[str, ...]
    bring: tuple[str, ...]
    ask: str
    capacity: str
    phones: tuple[PhoneLine, ...]
    whatsapp: wording.Phone | None
    email: str
    link: str
    address: str
    comuna: str
    region: str
    comuna_url: str
    search_url: str
    position_text: str
    transportation: str
    reachable: bool
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    languages: tuple[str, ...]
    verified: str
    source: str
    source_title: str
    licence: str
    loaded: str
    sensitive: bool
    indexed: bool
    short_url: str
    shared: Shared
    data: Markup
    drawing: Markup
    report_fields: tuple[Choice, ...]
    longest_report: int = LONGEST


def ficha_view(
    ficha: Ficha, now: datetime, country: Country, *, url: str, short_url: str, drawing: str = ""
) -> FichaView:
    """The view of an offer. url and short_url are absolute; drawing is our own SVG, empty without a point."""
    card, today = ficha.card, now.astimezone(ficha.zone).date()
    phones = tuple(phone_lines(ficha, country, "voice"))
    whatsapp = next(phone_lines(ficha, country, "whatsapp"), None)
    parts = when(ficha, now, today) | whom(ficha, country, today) | where(ficha) | origin(ficha, today)
    comuna, hours = parts["comuna"], parts["dates"] or parts["week"]
    named = say.neutral_name(ficha) if ficha.sensitive else card["name"]
    return FichaView(
        id=ficha.id,
        page_title=named,
        summary=_summary(ficha, comuna),
        name=Spanish(card["name"]),
        kind=ficha.kind,
        kind_label=labels.KINDS.get(ficha.kind, Spanish(ficha.kind)),
        service=_unless_said(card["service"], (card["name"], labels.KINDS.get(ficha.kind))),
        organization=_unless_said(card["organization"], (card["name"],)),
        alert=Spanish(card["alert"] or ""),
        phones=phones,
        whatsapp=whatsapp.phone if whatsapp else None,
        email=email_address(card["email"]),
        link=web_address(card["url"]),
        sensitive=ficha.sensitive,
        indexed=not (ficha.sensitive or card["demonstration"]),
        short_url=short_url,
        shared=shared(
            card["name"],
            ", ".join(part for part in (parts["address"], comuna) if part) or parts["position_text"],
            phones[0].phone.display if phones else "",
            _shared_hours(ficha, hours),
            ", ".join(card["documents"]),
            short_url,
        ),
        data=linked_data(ficha, url, country.code),
        drawing=Markup(drawing),
        report_fields=tuple(Choice(value, label) for value, label in REPORT_FIELDS.items()),
        **parts,
    )


def calendar_dates(ficha: Ficha, country: Country, url: str) -> list[CalendarDate]:
    """The next openings for a calendar; of a sensitive offer under a neutral name."""
    card = ficha.card
    phones = [line.phone.display for line in phone_lines(ficha, country, "voice")]
    bring = "" if ficha.sensitive or not card["documents"] else ", ".join(card["documents"])
    said = [
        _("Teléfono: %(value)s", value=phones[0]) if phones else "",
        _("Qué llevar: %(value)s", value=bring) if bring else "",
        url,
    ]
    place = [] if ficha.protected else [card["address"], card["area"] and card["area"]["name"]]
    return [
        CalendarDate(
            offer_id=ficha.id,
            start=one.start,
            end=one.end,
            summary=say.neutral_name(ficha) if ficha.sensitive else card["name"],
            location=", ".join(part for part in place if part),
            description="\n".join(part for part in said if part),
            url=url,
        )
        for one in ficha.openings[:MOST_CALENDAR]
    ]


def _shared_hours(ficha: Ficha, rows: tuple[DayRow, ...]) -> str:
    """Hours for a message: the rule, or the first dates."""
    if ficha.week is not None and ficha.timing is not None:
        return "; ".join(hours_lines(ficha.timing, language()))
    return "; ".join(row.day for row in rows[:2])


def _summary(ficha: Ficha, comuna: str) -> str:
    """What a preview of a link says."""
    if ficha.sensitive:
        return _("Horario, teléfono y cómo llegar.")
    kind = labels.KINDS.get(ficha.kind, ficha.kind)
    return f"{kind} · {comuna}" if comuna else kind


def _unless_said(text: str, others: tuple[str | None, ...]) -> str:
    """A text, unless one of the others holds it already."""
    return "" if any(text in other for other in others if other) else Spanish(text)
