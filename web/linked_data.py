"""An offer for search engines: schema.org as JSON-LD, safe inside of a page whatever a source wrote."""

import json
from collections.abc import Iterator
from datetime import date, time
from typing import Any

from markupsafe import Markup

from directory.ficha import Ficha
from directory.usual_week import Hours
from web.ficha_words import neutral_name

SCHEMA = "https://schema.org"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MIDNIGHT = time()
# Characters that end a script, open one, or break a line in it: written as escapes, which JSON reads back.
UNSAFE = {ord(one): f"\\u{ord(one):04x}" for one in "<>&'\u2028\u2029"}

type Json = dict[str, Any]


def linked_data(ficha: Ficha, url: str, country: str) -> Markup:
    """The script's content. url is the page's, absolute; country an ISO code ("CL").

    A sensitive offer is told by its comuna and hours alone: whoever keeps this text keeps no diagnosis.
    """
    data = _neutral(ficha, url, country) if ficha.sensitive else _whole(ficha, url, country)
    return Markup(json.dumps(_filled(data), ensure_ascii=False, separators=(",", ":")).translate(UNSAFE))


def _whole(ficha: Ficha, url: str, country: str) -> Json:
    card = ficha.card
    phones = [phone["number"] for phone in card["phones"] if phone["type"] == "voice"]
    return {
        "@context": SCHEMA,
        "@type": "GovernmentService",
        "@id": url,
        "url": url,
        "name": card["name"],
        "serviceType": card["service"],
        "description": card["description"],
        "provider": {"@type": "Organization", "name": card["organization"]},
        "areaServed": _area(ficha),
        "availableChannel": {
            "@type": "ServiceChannel",
            "servicePhone": [{"@type": "ContactPoint", "telephone": one} for one in phones],
            "serviceLocation": _place(ficha, card["name"], country),
        },
    }


def _neutral(ficha: Ficha, url: str, country: str) -> Json:
    return {"@context": SCHEMA, "@id": url, "url": url} | _place(ficha, neutral_name(ficha), country)


def _place(ficha: Ficha, name: str, country: str) -> Json:
    place: Json = {
        "@type": "Place",
        "name": name,
        "address": _address(ficha, country),
        "openingHoursSpecification": list(_hours(ficha)),
        "specialOpeningHoursSpecification": list(_special(ficha)),
    }
    if ficha.point is not None and not ficha.sensitive:
        place["geo"] = {
            "@type": "GeoCoordinates", "latitude": ficha.point.lat, "longitude": ficha.point.lon
        }  # fmt: skip
    return place


def _address(ficha: Ficha, country: str) -> Json:
    card = ficha.card
    area = card["area"]
    return {
        "@type": "PostalAddress",
        "streetAddress": None if ficha.sensitive else card["address"],
        "addressLocality": (area and area["name"]) or card["locality"],
        "addressRegion": area and area["region"],
        "addressCountry": country,
    }


def _area(ficha: Ficha) -> Json | None:
    area = ficha.card["area"]
    return {"@type": "AdministrativeArea", "name": area["name"]} if area else None


def _hours(ficha: Ficha) -> Iterator[Json]:
    """Days of the same hours together; dated openings where there is no usual week."""
    if ficha.week is None:
        for opening in ficha.openings:
            start, end = opening.start.astimezone(ficha.zone), opening.end.astimezone(ficha.zone)
            yield from _specifications(((start.time(), end.time()),), first=start.date(), last=start.date())
        return
    for hours in dict.fromkeys(ficha.week):
        days = [f"{SCHEMA}/{DAYS[number]}" for number, each in enumerate(ficha.week) if each == hours]
        yield from _specifications(hours, days=days)


def _special(ficha: Ficha) -> Iterator[Json]:
    closed: Hours = ((MIDNIGHT, MIDNIGHT),)
    for special in ficha.special:
        if special.hours:
            yield from _specifications(special.hours, first=special.first, last=special.last)
        else:
            # Google's way to say closed: opens and closes at the same midnight.
            yield from _specifications(closed, first=special.first, last=special.last, closed=True)


def _specifications(
    hours: Hours,
    *,
    days: list[str] | None = None,
    first: date | None = None,
    last: date | None = None,
    closed: bool = False,
) -> Iterator[Json]:
    for opens, closes in hours:
        whole = opens == closes == MIDNIGHT and not closed
        yield {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": days,
            "opens": f"{opens:%H:%M}",
            "closes": "23:59" if whole else f"{closes:%H:%M}",
            "validFrom": first.isoformat() if first else None,
            "validThrough": last.isoformat() if last else None,
        }


def _filled(value: Any) -> Any:
    """Without what is empty: a missing value is left out, not said to be nothing."""
    if isinstance(value, dict):
        filled = {name: _filled(each) for name, each in value.items()}
        return {name: each for name, each in filled.items() if each not in (None, "", [], {})}
    return [_filled(each) for each in value] if isinstance(value, list) else value
