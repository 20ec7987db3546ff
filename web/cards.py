"""From an option of an answer to the card that the page shows."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import orjson
from markupsafe import Markup

from directory.card import OfferCard
from directory.referrals import ReferralOption
from geo.travel import TravelMode
from web import labels, wording
from web.language import Spanish, html, path_for
from web.language import gettext as _
from web.present import OptionCard


def option_card(
    number: int, option: ReferralOption, leave: datetime, today: date | None, mode: TravelMode
) -> OptionCard:
    """One card. leave is when the person leaves; today the day of asking, None when the person leaves now."""
    card: OfferCard = orjson.loads(option.card)
    served, trip = option.served, option.trip
    return OptionCard(
        number=number,
        id=str(option.id),
        name=Spanish(card["name"]),
        kind=option.kind,
        kind_label=labels.KINDS.get(option.kind, option.kind),
        service=_service(option.kind, card),
        organization=_organization(card),
        minutes_text=wording.minutes_text(trip, mode) if trip else _no_trip(card),
        km_text=wording.distance_text(trip.metres) if trip else "",
        open_state=_open_state(option, card, leave, today),
        open_now=None if served is None else served.start <= leave < served.end,
        address=Spanish(card["address"] or ""),
        comuna=Spanish(card["area"]["name"] if card["area"] else ""),
        cost_text=_cost_text(card),
        bring=tuple(map(Spanish, card["documents"])),
        phone=_phone(card, "voice"),
        whatsapp=_phone(card, "whatsapp"),
        accessibility=tuple(
            labels.FACILITIES[facility]
            for facility, answer in card["facilities"].items()
            if answer == "yes" and facility in labels.FACILITIES
        ),
        eligibility_text=_eligibility_text(option, card),
        precision_text=_precision_text(option, card),
        verified_text=wording.verified_text(_date(card["verified_on"]), today or leave.date()),
        source_text=html("Fuente: %(publisher)s", publisher=Spanish(card["source"]["publisher"])),
        page_url=path_for(f"/o/{option.id}"),
        position=option.point,
        way=_way(option, card),
    )


def _way(option: ReferralOption, card: OfferCard) -> bool:
    """Whether the way there can be shown: it has a point of its own, and the roads are known."""
    trip = option.trip
    return trip is not None and not trip.estimated and card["position"]["visibility"] == "full"


def _open_state(option: ReferralOption, card: OfferCard, leave: datetime, today: date | None) -> str:
    served = option.served
    if served is None:
        if option.trip is None and card["hours"]:
            return Spanish("; ".join(card["hours"]))
        return wording.call_for_hours() if _phone(card, "voice") else wording.no_hours()
    kind, zone = wording.OpeningKind(served.kind), ZoneInfo(option.zone)
    if today is None:
        return wording.open_state(leave, served.start, served.end, zone, kind)
    return wording.planned_state(leave, served.start, served.end, zone, kind, today)


def _no_trip(card: OfferCard) -> str:
    """Why there are no minutes: the address is protected, or nobody could tell where it is."""
    return labels.unplaced() if card["position"]["visibility"] == "full" else labels.reserved()


def _service(kind: str, card: OfferCard) -> str:
    """What is given there, unless the name or the kind says it already."""
    said = card["service"] in (card["name"], labels.KINDS.source(kind))
    return "" if said else Spanish(card["service"])


def _organization(card: OfferCard) -> str:
    """Who answers for the service, unless the name or the service says it already."""
    name = card["organization"]
    return "" if name in card["name"] or name in card["service"] else Spanish(name)


def _precision_text(option: ReferralOption, card: OfferCard) -> str:
    position = card["position"]
    if option.point is None:
        return ""  # said where the minutes would stand
    if position["visibility"] != "full":
        return labels.reserved_near()
    return labels.POSITIONS.get(position["source"] or "", "")


def _eligibility_text(option: ReferralOption, card: OfferCard) -> str:
    said = Spanish((card["eligibility_text"] or "").rstrip(". "))
    verdict = option.verdict
    rules = [one.rule for one in verdict.reasons if one.answer == verdict.answer == "missing"]
    missing = ", ".join(dict.fromkeys(labels.DATA[rule] for rule in rules))
    asked = _("Si te atienden depende de: %(data)s", data=missing) if missing else ""
    return Markup(". ").join(part for part in (said, asked) if part)


def _cost_text(card: OfferCard) -> str:
    for cost in card["costs"]:
        if cost["amount"] == 0:
            return _("Gratis")
        if cost["description"] or cost["option"]:
            return Spanish(cost["description"] or cost["option"])
    return ""


def _phone(card: OfferCard, kind: str) -> wording.Phone | None:
    for phone in card["phones"]:
        if phone["type"] == kind:
            return wording.phone_of(phone["number"])
    return None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
