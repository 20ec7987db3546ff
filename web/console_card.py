"""What the console shows of one place: a card with reasons, a line of "why not", a column of the comparison."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import orjson

from directory.card import OfferCard
from directory.eligibility import Reason, Verdict
from directory.question import PassedOver
from directory.referrals import ReferralOption, ReferralQuery
from geo.travel import Note, TravelMode
from web import wording
from web.cards import option_card
from web.language import Spanish, Texts, noop, path_for
from web.language import gettext as _
from web.present import OptionCard, PassedLine
from web.share import Shared, shared
from web.trips import trip_mode

# What a counselor has to ask, by rule of directory.eligibility.
DATA = Texts(
    {
        "age": noop("la edad"),
        "sexes": noop("el sexo"),
        "insurances": noop("la previsión de salud"),
        "residence": noop("la comuna donde vive"),
        "pregnancy": noop("si hay embarazo o un parto reciente"),
        "referral": noop("si otro servicio envía a la persona"),
    }
)
WHY = Texts(
    {
        "too_far": noop("El viaje dura más de %(limit)s"),
        "unreachable": noop("No conocemos un camino hasta ahí"),
        "off_network": noop("No conocemos ningún camino que llegue hasta ahí"),
        "not_eligible": noop("No atiende a esta persona, por: %(data)s"),
        "not_open_in_time": noop("No abre a tiempo"),
        "closed_on_arrival": noop("Está más cerca, pero atiende más tarde"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleCard:
    """One place with its reasons. fit is yes, missing or no; fit_text says it, with what is missing.

    rules: who is served, as the source says it. message: the text to send on. leave: when to leave, where that
    was asked.
    """

    card: OptionCard
    fit: str
    fit_text: str
    rules: str
    capacity: str
    alerts: tuple[str, ...]
    leave: str
    message: Shared
    page_url: str
    compared: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: what is compared, and one cell for each place (several lines a cell)."""

    label: str
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """What every card of an answer needs to know. today: None when the person leaves now."""

    query: ReferralQuery
    today: date | None
    compared: frozenset[str]
    notes: tuple[Note, ...] = ()

    @property
    def mode(self) -> TravelMode:
        """How the trips are really made."""
        return trip_mode(self.query.mode, self.notes)

    def card(self, number: int, option: ReferralOption, short_url: str) -> ConsoleCard:
        """The card of an option. short_url: the absolute address to send on."""
        leave = option.leave or self.query.leave_at
        known: OfferCard = orjson.loads(option.card)
        card = option_card(number, option, leave, self.today, self.mode)
        return ConsoleCard(
            card=card,
            fit=option.verdict.answer,
            fit_text=fit_text(option.verdict),
            rules=Spanish((known["eligibility_text"] or "").rstrip(". ")),
            capacity=_capacity(known),
            alerts=tuple(_alerts(option, known)),
            leave=_("Sale %(at)s", at=wording.at_clock(option.leave)) if option.leave else "",
            message=_message(option, card, known, short_url),
            page_url=path_for(f"/o/{option.id}"),
            compared=str(option.id) in self.compared,
        )

    def passed(self, one: PassedOver) -> PassedLine:
        """The line of a place that was passed over."""
        option = one.option
        card = option_card(0, option, self.query.leave_at, self.today, self.mode)
        limit = wording.length_text(round(self.query.max_minutes))
        data = ", ".join(data_texts(option.verdict.reasons, "no"))
        why = WHY[one.why] % {"limit": limit, "data": data}
        return PassedLine(card.name, path_for(f"/o/{option.id}"), why, tuple(self._known(one, card)))

    def _known(self, one: PassedOver, card: OptionCard) -> Iterator[str]:
        if one.option.trip is not None:
            yield card.minutes_text
        elif one.option.point is not None:
            yield _("a %(length)s en línea recta", length=wording.distance_text(one.straight))
        if one.option.served is not None:
            yield card.open_state
        if one.why == "not_eligible":
            said: OfferCard = orjson.loads(one.option.card)
            yield Spanish(said["eligibility_text"] or "")


def fit_text(verdict: Verdict) -> str:
    """Whether the person is served, in words: yes, no and why, or what has to be asked."""
    if verdict.answer == "missing":
        data = ", ".join(data_texts(verdict.reasons, "missing"))
        return _("Falta saber: %(data)s", data=data) if data else _("Pregunta a quién atienden")
    if verdict.answer == "no":
        return _(
            "No atiende a esta persona, por: %(data)s", data=", ".join(data_texts(verdict.reasons, "no"))
        )
    return _("Cumple lo que piden") if verdict.reasons else _("Sin condiciones conocidas")


def data_texts(reasons: Sequence[Reason], answer: str) -> list[str]:
    """What the rules with this answer ask for, each once."""
    asked = (one for one in reasons if one.answer == answer)
    # Of a condition the source's own word is all that is known.
    said = (Spanish(one.datum) if one.rule == "conditions" else DATA[one.rule] for one in asked)
    return list(dict.fromkeys(said))


def _alerts(option: ReferralOption, card: OfferCard) -> Iterator[str]:
    """What must be said before anybody goes."""
    if card["alert"]:
        yield Spanish(card["alert"])
    if option.trip is not None and option.trip.ferry:
        yield _("El viaje toma un transbordador: confirma sus horarios.")


def _capacity(card: OfferCard) -> str:
    """How many places are free, and as of when."""
    capacity = card["capacity"]
    if not capacity:
        return ""
    day = date.fromisoformat(capacity["updated"])
    return _("Cupos: %(count)s (%(day)s)", count=f"{capacity['available']:g}", day=f"{day:%d-%m-%Y}")


def _message(option: ReferralOption, card: OptionCard, known: OfferCard, short_url: str) -> Shared:
    """The text to send on: the place, never the person."""
    served = option.served
    usual = "; ".join(known["hours"])
    dated = served is not None and (served.kind == "visit" or not usual)
    address = ", ".join(part for part in (card.address, card.comuna) if part)
    return shared(
        str(card.name),
        address or str(card.precision_text or card.minutes_text),
        card.phone.display if card.phone else "",
        visit_text(option) if dated else usual,
        ", ".join(known["documents"]),
        short_url,
    )


def visit_text(option: ReferralOption) -> str:
    """The opening by its date, for whoever reads it on another day."""
    served = option.served
    assert served is not None
    zone = ZoneInfo(option.zone)
    start, end = (moment.astimezone(zone) for moment in (served.start, served.end))
    day, hours = wording.long_date(start.date()), (wording.clock(start), wording.clock(end))
    return _("%(day)s de %(start)s a %(end)s", day=day, start=hours[0], end=hours[1])


def compared_rows(cards: Sequence[ConsoleCard]) -> tuple[Row, ...]:
    """The comparison, what decides first."""
    rows = (
        Row(_("Viaje"), tuple(_lines(one.card.minutes_text, one.card.km_text, one.leave) for one in cards)),
        Row(_("Cuándo atiende"), tuple(_lines(one.card.open_state) for one in cards)),
        Row(_("A quién atiende"), tuple(_lines(one.fit_text, one.rules) for one in cards)),
        Row(_("Qué hace"), tuple(_lines(one.card.kind_label, one.card.service) for one in cards)),
        Row(_("Costo"), tuple(_lines(one.card.cost_text) for one in cards)),
        Row(_("Qué llevar"), tuple(_lines(*one.card.bring) for one in cards)),
        Row(_("Dirección"), tuple(_lines(one.card.address, one.card.comuna) for one in cards)),
        Row(_("Teléfono"), tuple(_lines(one.card.phone.display if one.card.phone else "") for one in cards)),
        Row(_("Tiene"), tuple(_lines(*one.card.accessibility) for one in cards)),
        Row(_("Cupos"), tuple(_lines(one.capacity) for one in cards)),
        Row(_("Avisos"), tuple(_lines(*one.alerts) for one in cards)),
        Row(_("Verificación"), tuple(_lines(one.card.verified_text) for one in cards)),
    )
    return tuple(row for row in rows if any(row.cells))


def _lines(*parts: str) -> tuple[str, ...]:
    return tuple(part for part in parts if part)
