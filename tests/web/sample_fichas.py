"""Fichas made by hand: an office in Talca on a Tuesday morning, changed by keyword."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from directory.card import OfferCard
from directory.civil_time import Interval
from directory.ficha import Ficha
from directory.needs import Need
from directory.records import Timing, WeeklyRule
from geo.points import LonLat
from web.ficha_parts import Country
from web.language import InBoth

ZONE = ZoneInfo("America/Santiago")
NOW = datetime(2026, 9, 8, 9, tzinfo=ZONE).astimezone(UTC)  # a Tuesday
ID = UUID("0082d3b2-7b1d-5f2a-9c11-5a0b6f0c1d2e")
URL = "https://cercana.example/o/0082d3b2-7b1d-5f2a-9c11-5a0b6f0c1d2e"
SHORT_URL = "https://cercana.example/f/0082spyf"
OFFICE = ((time(9), time(17)),)
WEEK = (OFFICE,) * 5 + ((), ())
COUNTRY = Country(
    code="CL",
    insurances={
        f"fonasa_{letter}": InBoth(f"Fonasa tramo {letter.upper()}", f"Fonasa band {letter.upper()}")
        for letter in "abcd"
    }
    | {"isapre": InBoth("Isapre", "Isapre")},
    short_numbers={"1412": "1412"},
)


def moment(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    """A moment of 2026 in Talca."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def interval(day: int, opens: int, closes: int, kind: Any = "regular", month: int = 9) -> Interval:
    """An opening of one day."""
    return Interval(moment(day, opens, month=month), moment(day, closes, month=month), kind)


def card(**changes: Any) -> OfferCard:
    """What the directory shows of the office."""
    shown: dict[str, Any] = {
        "name": "Sucursal Talca", "service": "Pensión de vejez", "service_id": "s", "organization": "IPS",
        "organization_id": "o", "location_id": "l", "description": "Pide tu pensión.",
        "address": "Uno Norte 123", "locality": None,
        "area": {"code": "07101", "name": "Talca", "region": "Maule"},
        "phones": [
            {"number": "+56712205413", "type": "voice", "extension": 12, "description": "Mesón"},
            {"number": "+56987654321", "type": "whatsapp", "extension": None, "description": None},
        ],
        "email": "talca@ips.example", "url": "https://ips.example/talca",
        "costs": [{"option": None, "amount": 0, "currency": "CLP", "description": None}],
        "documents": ["Cédula de identidad"], "application_process": "Pide hora por teléfono.",
        "eligibility_text": None, "facilities": {"ramp": "yes", "lift": "no"}, "needs": ["n"],
        "hours": ["Lunes a viernes: 9:00 a 17:00"], "transportation": "Micro 5", "alert": None,
        "sensitive": False, "demonstration": False, "capacity": None,
        "position": {"source": "given", "precision_m": 10.0, "visibility": "full"},
        "verified_on": "2026-09-01", "source": {"id": "ips", "title": "Sucursales", "publisher": "IPS Chile"},
    }  # fmt: skip
    return cast(OfferCard, shown | changes)


def protected(**changes: Any) -> OfferCard:
    """A sensitive offer at a protected address, as the projection writes it."""
    position = {"source": None, "precision_m": None, "visibility": "hidden"}
    return card(
        name="Centro Los Aromos", service="Tratamiento ambulatorio", address=None, transportation=None,
        position=position, sensitive=True, **changes,
    )  # fmt: skip


def ficha(**changes: Any) -> Ficha:
    """The office, open on weekdays."""
    rule = WeeklyRule(time(9), time(17), byday=("MO", "TU", "WE", "TH", "FR"))
    made = Ficha(
        id=ID,
        kind="branch",
        zone=ZONE,
        card=card(),
        point=LonLat(-71.66, -35.43),
        comuna_slug="talca",
        needs=(Need("n", "Pensión", "Pension", "Cobras cada mes.", None, False),),
        eligibility=None,
        area_names={},
        languages=(),
        timing=Timing(rules=(rule,)),
        week=WEEK,
        special=(),
        openings=(interval(8, 9, 17), interval(9, 9, 17)),
        visit_notes={},
        valid_from=None,
        valid_to=None,
        licence="CC BY 4.0",
        source_url=None,
        imported_at=moment(7, 12),
    )
    return replace(made, **changes)


def visits(**changes: Any) -> Ficha:
    """A mobile point with two dates."""
    dates = (interval(22, 10, 12, "visit"), interval(27, 10, 12, "visit", month=10))
    return ficha(kind="mobile_pay_point", week=None, timing=Timing(), openings=dates, **changes)


TODAY = date(2026, 9, 8)
