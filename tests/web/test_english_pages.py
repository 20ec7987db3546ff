"""Pages in English on the demonstration: whatever is Spanish there says so, and the words of time are English."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from fastapi import FastAPI
from fastapi.testclient import TestClient

from geo.travel import TravelMode, Trip
from geo.units import Metres, Minutes
from tests.demo import demo_app, demo_engine, demo_template, demo_url
from web import labels, wording
from web.language import speaking
from web.wording import OpeningKind

__all__ = ["demo_app", "demo_engine", "demo_template", "demo_url"]

# A Tuesday of the demonstration's calendar.
WHEN = {"when": "at", "leave_at": "2026-09-08T09:00"}
PENSION = {"need": "social_security.pension_payment", "max_minutes": "120"}
STATES: dict[str, dict[str, Any]] = {
    "empty": {},
    "unfilled": {"place": ""},
    "results": {"place": "Talca", **WHEN},
    "all": {"place": "Ñuñoa", "limit": "20", "mode": "transit", "accessibility": "ramp", **WHEN},
    "rural": {"place": "Putre", **PENSION, **WHEN},
    "treatment": {"place": "Punta Arenas", "need": "treatment", **WHEN},
    "taxonomy": {"place": "Talca", "need": "treatment.outpatient", **WHEN},
    "street": {"place": "Los Aromos 123, Maipú", **WHEN},
    "tomorrow": {"place": "Talca", "when": "tomorrow"},
    "wide": {"place": "región del Maule", **WHEN},
    "ambiguous": {"place": "San Pedro", **WHEN},
    "no_place": {"place": "Tlacca", **WHEN},
    "coordinates": {"place": "95,0 -200,0", **WHEN},
    "unreachable": {"place": "Putre", **PENSION, "max_minutes": "15", "mode": "foot", **WHEN},
    "no_offers": {
        "place": "Putre",
        "need": "treatment",
        "accessibility": ["braille", "hearing_loop"],
        **WHEN,
    },
    "no_need": {"place": "Talca", "words": "xyzzy", **WHEN},
    "which_need": {"place": "Talca", "words": "pension o copete", **WHEN},
    "words": {"place": "Talca", "words": "copete", **WHEN},
    "bad_day": {"place": "Talca", "when": "at", "leave_at": "mañana"},
    "far_day": {"place": "Talca", "when": "at", "leave_at": "2031-01-01T09:00"},
}
# Short words no English sentence has, and any letter that English has not.
SPANISH = re.compile(
    r"\b(?:el|la|los|las|del|de|y|que|para|por|con|un|una|tu|es|al|más|lugar|lugares|hora|horas|cerca|abierto|cerrado"
    r"|hoy|lunes|martes|viernes|gratis|auto|llama|busca|buscar|desde|hasta|sin|unos|edad)\b|[áéíóúñ¿¡«»]",
    re.IGNORECASE,
)
READ = ("aria-label", "title", "alt", "placeholder", "content", "data-wait", "data-fail", "data-label")
# What the visitor typed comes back as it was typed, in quotes or in the folded form.
TYPED = {value for fields in STATES.values() for value in fields.values() if isinstance(value, str)}


@pytest.fixture(scope="module")
def client(demo_app: FastAPI) -> TestClient:
    return TestClient(demo_app, raise_server_exceptions=False)


def spanish_by_right(element: Tag | None) -> bool:
    """Whether an element, or one around it, says that it is Spanish; or is hidden from reading."""
    while element is not None:
        if str(element.get("lang", "")).startswith("es") or element.get("aria-hidden") == "true":
            return True
        element = element.parent
    return False


def english_texts(page: BeautifulSoup) -> Iterator[str]:
    """Everything that is read as English: texts, attributes, and what the map says."""
    for node in page.find_all(string=True):
        parent = node.parent
        if type(node) is not NavigableString or parent is None or spanish_by_right(parent):
            continue
        if parent.get("id") == "map-words":
            yield from json.loads(node).values()
        elif parent.name in {"title", "textarea"}:
            yield without_names(page, node)
        elif parent.name not in {"script", "style"}:
            yield str(node)
    for element in page.find_all(True):
        if not spanish_by_right(element):
            yield from (without_names(page, str(element[name])) for name in READ if name in element.attrs)


def without_names(page: BeautifulSoup, text: str) -> str:
    """A text that can hold no element, without what the page elsewhere says is Spanish."""
    names = {one.get_text() for one in page.select("[lang=es]")} | {
        part for one in page.select("[lang=es]") for part in re.split(r", |; ", one.get_text())
    }
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def left_in_spanish(html: str) -> list[str]:
    """Texts of an English page that are Spanish and do not say so."""
    found = []
    for text in english_texts(BeautifulSoup(html, "html.parser")):
        # What the visitor typed, in quotes or in the folded form; areas in the rules that the directory words.
        said = re.sub("“[^”]*”|Living in .*", "", text)
        for typed in TYPED:
            said = said.replace(f"· {typed}", "")
        if SPANISH.search(said):
            found.append(" ".join(text.split()))
    return found


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("part", [False, True], ids=["page", "part"])
def test_an_english_page_is_english(client: TestClient, state: str, part: bool) -> None:
    headers = {"HX-Request": "true"} if part else {}
    answer = client.get(f"/en/?{urlencode(STATES[state], doseq=True)}", headers=headers)
    assert answer.status_code == 200
    assert left_in_spanish(answer.text) == []


def test_the_search_for_spanish_finds_it(client: TestClient) -> None:
    spanish = client.get(f"/?{urlencode(STATES['results'])}").text.replace('lang="es-CL"', "")
    found = left_in_spanish(spanish)
    assert len(found) > 40
    assert any("cierra a las" in text for text in found)
    assert any("min en auto" in text for text in found)


@pytest.mark.parametrize("path", ["/acerca", "/comunas", "/comuna/talca"])
def test_other_pages_are_english(client: TestClient, path: str) -> None:
    answer = client.get(f"/en{path}")
    assert (answer.status_code, answer.headers["content-language"]) == (200, "en")
    assert left_in_spanish(answer.text) == []


@pytest.mark.parametrize("state", ["results", "rural", "treatment"])
def test_pages_of_places_are_english(client: TestClient, state: str) -> None:
    found = BeautifulSoup(client.get(f"/en/?{urlencode(STATES[state])}").text, "html.parser")
    for card in found.select(".card")[:4]:
        answer = client.get(f"/en/o/{str(card['id']).removeprefix('offer-')}")
        assert answer.status_code == 200
        assert left_in_spanish(answer.text) == []


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/en/nothing", 404, "This page does not exist"),
        ("/en/?max_minutes=many", 422, "We could not read your search"),
        ("/en/?need=nothing&place=Talca", 422, "We could not read your search"),
    ],
)
def test_errors_are_told_in_english(client: TestClient, address: str, status: int, words: str) -> None:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-language"]) == (status, "en")
    assert f"<h1>{words}</h1>" in answer.text
    assert left_in_spanish(answer.text) == []


@pytest.mark.parametrize("state", STATES)
def test_no_markup_of_a_name_is_shown_or_breaks_an_attribute(client: TestClient, state: str) -> None:
    page = BeautifulSoup(client.get(f"/en/?{urlencode(STATES[state], doseq=True)}").text, "html.parser")
    assert "<span" not in page.get_text()
    assert all("<" not in str(value) for element in page.find_all(True) for value in element.attrs.values())


def test_both_languages_list_the_same_places(client: TestClient) -> None:
    listed = [
        [card["id"] for card in BeautifulSoup(client.get(address).text, "html.parser").select(".card")]
        for prefix in ("/", "/en/")
        if (address := f"{prefix}?{urlencode(STATES['rural'])}")
    ]
    assert listed[0] == listed[1] != []


def test_english_costs_hardly_more_bytes(client: TestClient) -> None:
    sizes = {
        (prefix, part): int(
            client.get(
                f"{prefix}?{urlencode(STATES['results'])}",
                headers={"Accept-Encoding": "gzip"} | ({"HX-Request": "true"} if part else {}),
            ).headers["content-length"]
        )
        for prefix in ("/", "/en/")
        for part in (False, True)
    }
    for part in (False, True):
        assert sizes["/en/", part] <= 1.05 * sizes["/", part]
    assert sizes["/en/", False] <= 14_000


SANTIAGO = ZoneInfo("America/Santiago")
NOW = datetime(2026, 11, 22, 10, tzinfo=SANTIAGO)


@pytest.mark.parametrize(
    ("start", "end", "kind", "words"),
    [
        ("2026-11-22T09:00", "2026-11-22T17:30", "regular", "Open, closes at 17:30"),
        ("2026-11-22T09:00", "2026-11-23T01:00", "regular", "Open, closes tomorrow at 1:00"),
        ("2026-11-22T09:00", "2026-11-23T00:00", "regular", "Open, closes at midnight"),
        ("2026-11-24T08:30", "2026-11-24T18:00", "regular", "Closed, opens on Tuesday at 8:30"),
        ("2027-01-04T08:30", "2027-01-04T18:00", "regular", "Closed, opens on Monday 4 January 2027 at 8:30"),
        ("2026-11-24T10:00", "2026-11-24T12:00", "visit", "Comes on Tuesday 24 November from 10:00 to 12:00"),
        (
            "2026-11-22T11:00",
            "2026-11-22T12:00",
            "visit",
            "Comes today, Sunday 22 November, from 11:00 to 12:00",
        ),
        ("2026-11-22T09:00", "2026-11-22T12:00", "visit", "There now, until 12:00"),
    ],
)
def test_open_state_in_english(start: str, end: str, kind: str, words: str) -> None:
    opens, closes = (datetime.fromisoformat(one).replace(tzinfo=SANTIAGO) for one in (start, end))
    with speaking("en"):
        assert wording.open_state(NOW, opens, closes, SANTIAGO, OpeningKind(kind)) == words


def test_trips_distances_and_days_in_english() -> None:
    length = Minutes(95)
    trip = Trip(length, Metres(1), "test", True, Minutes(48), length)
    with speaking("en"):
        assert wording.minutes_text(trip, TravelMode.CAR) == "50 min to 1 h 35 min by car (estimate)"
        assert wording.distance_text(Metres(9_440)) == "9.4 km"
        assert wording.distance_text(Metres(1_234_567)) == "1,235 km"
        assert wording.long_date(date(2026, 11, 24)) == "Tuesday 24 November 2026"
        assert wording.verified_text(date(2026, 11, 10), date(2026, 11, 22)) == "Verified 12 days ago"
        assert (
            labels.origin_words("region", "Calle 1")
            == "We do not know “Calle 1”: we count from the centre of the region."
        )
