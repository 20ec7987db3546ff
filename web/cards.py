"""From an option of an answer to the card that the page shows."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import orjson

from directory.card import OfferCard
from directory.referrals import ReferralOption
from geo.travel import TravelMode
from web import labels, wording
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
        name=card["name"],
        kind=option.kind,
        kind_label=labels.KINDS.get(option.kind, option.kind),
        service=_service(option.kind, card),
        organization=_organization(card),
        minutes_text=wording.minutes_text(trip, mode) if trip else _no_trip(card),
        km_text=wording.distance_text(trip.metres) if trip else "",
        open_state=_open_state(option, card, leave, today),
        open_now=None if served is None else served.start <= leave < served.end,
        address=card["address"] or "",
        comuna=card["area"]["name"] if card["area"] else "",
        cost_text=_cost_text(card),
        bring=tuple(card["documents"]),
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
        source_text=f"Fuente: {card['source']['publisher']}",
        position=option.point,
    )


def _open_state(option: ReferralOption, card: OfferCard, leave: datetime, today: date | None) -> str:
    served = option.served
    if served is None:
        if option.trip is None and card["hours"]:
            return "; ".join(card["hours"])
        return wording.CALL_FOR_HOURS if _phone(card, "voice") else wording.NO_HOURS
    kind, zone = wording.OpeningKind(served.kind), ZoneInfo(option.zone)
    if today is None:
        return wording.open_state(leave, served.start, served.end, zone, kind)
    return wording.planned_state(leave, served.start, served.end, zone, kind, today)


def _no_trip(card: OfferCard) -> str:
    """Why there are no minutes: the address is protected, or nobody could tell where it is."""
    return labels.UNPLACED if card["position"]["visibility"] == "full" else labels.RESERVED


def _service(kind: str, card: OfferCard) -> str:
    """What is given there, unless the name or the kind says it already."""
    return "" if card["service"] in (card["name"], labels.KINDS.get(kind)) else card["service"]


def _organization(card: OfferCard) -> str:
    """Who answers for the service, unless the name or the service says it already."""
    name = card["organization"]
    return "" if name in card["name"] or name in card["service"] else name


def _precision_text(option: ReferralOption, card: OfferCard) -> str:
    position = card["position"]
    if option.point is None:
        return ""  # said where the minutes would stand
    if position["visibility"] != "full":
        return labels.RESERVED_NEAR
    return labels.POSITIONS.get(position["source"] or "", "")


def _eligibility_text(option: ReferralOption, card: OfferCard) -> str:
    said = (card["eligibility_text"] or "").rstrip(". ")
    missing = option.verdict.missing
    asked = f"Si te atienden depende de: {', '.join(missing)}" if missing else ""
    return ". ".join(part for part in (said, asked) if part)


def _cost_text(card: OfferCard) -> str:
    for cost in card["costs"]:
        if cost["amount"] == 0:
            return "Gratis"
        if cost["description"] or cost["option"]:
            return str(cost["description"] or cost["option"])
    return ""


def _phone(card: OfferCard, kind: str) -> wording.Phone | None:
    for phone in card["phones"]:
        if phone["type"] == kind:
            return wording.phone_of(phone["number"])
    return None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
