"""JSON-LD of an offer: true, neutral where it must be, and never the end of its script."""

import json
from datetime import date, time
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from directory.ficha import SpecialDays
from tests.hostile_files import PAYLOADS
from tests.web.sample_fichas import URL, WEEK, card, ficha, protected, visits
from web.linked_data import linked_data

SCHEMA = "https://schema.org/"


def read(one: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(linked_data(one, URL, "CL"))
    return data


def test_an_office_as_a_service_at_a_place() -> None:
    special = (
        SpecialDays(date(2026, 9, 18), date(2026, 9, 18), (), "Fiestas", holiday=True),
        SpecialDays(date(2026, 9, 30), date(2026, 9, 30), ((time(9), time(11)),), None, holiday=False),
    )
    data = read(ficha(special=special))
    assert (data["@context"], data["@type"], data["@id"]) == ("https://schema.org", "GovernmentService", URL)
    assert (data["name"], data["serviceType"]) == ("Sucursal Talca", "Pensión de vejez")
    assert data["provider"] == {"@type": "Organization", "name": "IPS"}
    channel = data["availableChannel"]
    assert channel["servicePhone"] == [{"@type": "ContactPoint", "telephone": "+56712205413"}]
    place = channel["serviceLocation"]
    assert place["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "Uno Norte 123",
        "addressLocality": "Talca",
        "addressRegion": "Maule",
        "addressCountry": "CL",
    }
    assert place["geo"] == {"@type": "GeoCoordinates", "latitude": -35.43, "longitude": -71.66}
    (week,) = place["openingHoursSpecification"]
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    assert week["dayOfWeek"] == [SCHEMA + day for day in days]
    assert (week["opens"], week["closes"]) == ("09:00", "17:00")
    closed, short = place["specialOpeningHoursSpecification"]
    assert (closed["opens"], closed["closes"], closed["validFrom"], closed["validThrough"]) == (
        "00:00", "00:00", "2026-09-18", "2026-09-18"
    )  # fmt: skip
    assert (short["opens"], short["closes"]) == ("09:00", "11:00")


def test_dates_of_a_mobile_point() -> None:
    first, second = read(visits())["availableChannel"]["serviceLocation"]["openingHoursSpecification"]
    assert (first["validFrom"], first["validThrough"], first["opens"], first["closes"]) == (
        "2026-09-22", "2026-09-22", "10:00", "12:00"
    )  # fmt: skip
    assert second["validFrom"] == "2026-10-27"


def test_the_whole_day_is_not_closed() -> None:
    week = (((time(0), time(0)),),) * 7
    (hours,) = read(ficha(week=week))["availableChannel"]["serviceLocation"]["openingHoursSpecification"]
    assert (hours["opens"], hours["closes"], len(hours["dayOfWeek"])) == ("00:00", "23:59", 7)


@pytest.mark.parametrize("visibility", ["full", "approximate", "hidden"])
def test_a_sensitive_offer_is_neutral(visibility: str) -> None:
    position = {"source": "given", "precision_m": 1.0, "visibility": visibility}
    address = "Uno Norte 123" if visibility == "full" else None
    data = read(ficha(card=protected() | {"position": position, "address": address}))
    assert data["@type"] == "Place"
    assert data["name"] == "Lugar de atención en Talca"
    said = json.dumps(data, ensure_ascii=False)
    for word in ("Aromos", "ratamiento", "Norte", "IPS", "geo", "+56"):
        assert word not in said


def test_empty_values_are_left_out() -> None:
    bare = card(description=None, address=None, area=None, phones=[])
    data = read(ficha(card=bare, point=None, week=None, openings=()))
    assert "description" not in data
    assert "areaServed" not in data
    assert data["availableChannel"]["serviceLocation"]["address"] == {
        "@type": "PostalAddress", "addressCountry": "CL"
    }  # fmt: skip


def hostile(text: str) -> Any:
    phones = [{"number": text, "type": "voice", "extension": None, "description": None}]
    area = {"code": "07101", "name": text, "region": text}
    return card(
        name=text, service=text, organization=text, description=text, address=text, area=area, phones=phones
    )


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_text_leaves_its_string(text: str) -> None:
    said = linked_data(ficha(card=hostile(text), week=WEEK), URL, "CL")
    assert not set(said) & set("<>&'\u2028\u2029")
    assert "\n" not in said
    data = json.loads(said)
    assert data.get("name", "") == text


@pytest.mark.parametrize(
    "payload", [*PAYLOADS, "</script><script>window.XSS=1</script>", "<!--<script>", "]]>"]
)
@pytest.mark.parametrize("sensitive", [True, False])
def test_nothing_ends_the_script(payload: str, sensitive: bool) -> None:
    one = ficha(card=hostile(payload) | {"sensitive": sensitive})
    page = BeautifulSoup(
        f'<script type="application/ld+json">{linked_data(one, URL, "CL")}</script><p>end', "html.parser"
    )
    assert [element.name for element in page.find_all(True)] == ["script", "p"]
    name = json.loads(page.script.string)["name"]  # type: ignore[union-attr, arg-type]
    assert name == (f"Lugar de atención en {payload}" if sensitive else payload)
