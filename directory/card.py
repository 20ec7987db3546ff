"""The shape of offer.card: everything a page or an answer shows of an offer, written by directory.projection.

A protected place (visibility approximate or hidden) has no address here and no point but its area's seat.
"""

from typing import TypedDict


class CardPhone(TypedDict):
    """number is E.164 or a short number; type voice, whatsapp, sms or fax."""

    number: str
    type: str
    extension: int | None
    description: str | None


class CardCost(TypedDict):
    """amount 0 is free; null amount with a description is a cost that cannot be said as an amount."""

    option: str | None
    amount: float | None
    currency: str
    description: str | None


class CardArea(TypedDict):
    """The comuna by code and name, and its region's name."""

    code: str
    name: str
    region: str | None


class CardPosition(TypedDict):
    """How the public point was come by (a rung of the ladder), its precision in metres, and the visibility."""

    source: str | None
    precision_m: float | None
    visibility: str


class CardSource(TypedDict):
    """Who published it."""

    id: str
    title: str
    publisher: str


class CardCapacity(TypedDict):
    """Places free as of a day (ISO)."""

    unit: str
    available: float
    maximum: float | None
    updated: str


class OfferCard(TypedDict):
    """name is what to call the offer on a page: the location's name; service says what is given there."""

    name: str
    service: str
    service_id: str
    organization: str
    organization_id: str
    location_id: str
    description: str | None
    address: str | None
    locality: str | None
    area: CardArea | None
    phones: list[CardPhone]
    email: str | None
    url: str | None
    costs: list[CardCost]
    documents: list[str]
    application_process: str | None
    eligibility_text: str | None
    facilities: dict[str, str]
    needs: list[str]
    hours: list[str]
    transportation: str | None
    alert: str | None
    sensitive: bool
    demonstration: bool
    capacity: CardCapacity | None
    position: CardPosition
    verified_on: str | None
    source: CardSource
