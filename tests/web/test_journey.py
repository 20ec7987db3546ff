"""The way to a place as a page and as a part of one: words, steps, drawing, and what stays out of addresses."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from directory.errors import QuestionError
from directory.journeys import NoWay, Start, find_destination, find_journey
from directory.settings import Settings
from geo.points import LonLat
from geo.travel import NetworkFacts, Note, TravelMode, Trip
from geo.units import Metres, Minutes
from tests.roads import (
    BUS_MORNING,
    EXPIRED,
    HERE,
    NIGHT,
    OFFERS,
    PLACES,
    TERMINAL,
    app_with,
    bus_client,
    comarca,
    comarca_buses,
    install,
    offers,
    renamed,
    road_client,
)  # fmt: skip
from web import journey, trips, wording
from web.language import speaking

__all__ = ["bus_client", "comarca", "comarca_buses", "offers", "road_client"]

HOSTILE = (
    "<script>window.XSS=1</script>",
    "{{7*7}}",
    "${window.XSS=1}",
    "</script><img src=x onerror=alert(1)>",
)
FACTS = NetworkFacts("a", "Comarca", date(2026, 4, 3), "ODbL")


def form(to: UUID, start: LonLat | None = HERE, **fields: Any) -> dict[str, Any]:
    """The search form as it is sent, with the offer."""
    here = {} if start is None else {"lon": f"{start.lon:.3f}", "lat": f"{start.lat:.3f}"}
    return {"place": "", "mode": "foot", "to": str(to)} | here | fields


def shown(client: TestClient, to: UUID, path: str = "/como-llegar", **fields: Any) -> BeautifulSoup:
    """The page of a way that is asked for by POST."""
    answer = client.post(path, data=form(to, **fields))
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def words(page: BeautifulSoup) -> str:
    """What the page says, in one line."""
    assert page.main is not None
    return " ".join(page.main.get_text(" ").split())


def test_the_page_says_the_way_and_draws_it(road_client: TestClient, offers: dict[str, UUID]) -> None:
    page = shown(road_client, offers["town"])
    assert page.h1 is not None
    assert page.h1.get_text() == "Cómo llegar a Centro town"
    said = words(page)
    for part in (
        "min a pie · 2",
        "Desde tu ubicación hasta Calle town 1, Talca",
        "Por calles y caminos, mapa del 5 de enero de 2026.",
        "Mapa: ODbL 1.0, © OpenStreetMap contributors",
    ):
        assert part in said
    steps = [one.get_text(" ", strip=True) for one in page.select("ol.steps li")]
    assert len(steps) >= 3
    assert steps[0].startswith("Camina hacia el ")
    assert steps[-1].startswith(("Has llegado", "Tu destino está"))
    assert page.select_one(".drawing .svg-way path") is not None
    assert page.select_one(".way-data") is None


def test_what_nobody_knows_is_said(road_client: TestClient, offers: dict[str, UUID]) -> None:
    said = words(shown(road_client, offers["ferry"], mode="car"))
    assert "El viaje toma un transbordador: confirma sus horarios." in said
    assert "Sin contar el tráfico." in said
    assert "Sin contar el tráfico." not in words(shown(road_client, offers["ferry"]))
    away = LonLat(-71.6680, -35.4140)
    assert "a pie fuera de los caminos del mapa." in words(shown(road_client, offers["town"], start=away))


def test_the_part_below_a_card_carries_what_the_map_draws(
    road_client: TestClient, offers: dict[str, UUID]
) -> None:
    answer = road_client.post("/como-llegar", data=form(offers["town"]), headers={"HX-Request": "true"})
    part = BeautifulSoup(answer.text, "html.parser")
    assert "HX-Request" in answer.headers["vary"]
    assert answer.headers["cache-control"] == "no-store"
    assert part.html is None
    assert part.svg is None
    (island,) = part.select("script")
    assert island["type"] == "application/json"
    data = json.loads(island.get_text())
    assert data["line"][-1] == [round(OFFERS["town"].lon, 5), round(OFFERS["town"].lat, 5)]
    assert "OpenStreetMap" in data["credit"]
    assert part.h4 is not None
    assert part.h4["tabindex"] == "-1"


def test_a_shared_position_stands_in_no_address(road_client: TestClient, offers: dict[str, UUID]) -> None:
    page = shown(road_client, offers["town"], need="treatment", max_minutes="90", accessibility=["ramp"])
    for link in page.find_all(href=True):
        assert "35.4" not in link["href"]
        assert "lon=" not in link["href"]
    again = page.select_one("form.again")
    assert again is not None
    assert again["method"] == "post"
    kept = {one["name"]: one["value"] for one in again.select("input[type=hidden]")}
    assert kept["lon"] == f"{HERE.lon:.3f}"
    assert (kept["need"], kept["max_minutes"], kept["accessibility"]) == ("treatment", "90", "ramp")
    back = again.select_one("[formaction]")
    assert back is not None
    assert (back["formaction"], back["name"], back["value"]) == ("/", "mode", "foot")


def test_a_link_may_name_a_place_but_no_position(road_client: TestClient, offers: dict[str, UUID]) -> None:
    answer = road_client.get("/como-llegar", params=form(offers["town"]))
    assert answer.status_code == 200
    page = BeautifulSoup(answer.text, "html.parser")
    assert "Escribe tu comuna o pueblo." in words(page)
    assert page.select_one(".svg-way") is None
    unknown = road_client.get("/como-llegar", params={"place": "qqqqqqqq", "to": str(offers["town"])})
    assert "No encontramos «qqqqqqqq»." in unknown.text
    named = road_client.get("/como-llegar", params={"place": "-35.414 -71.664", "to": str(offers["town"])})
    assert "min en auto" in words(BeautifulSoup(named.text, "html.parser"))


def test_a_search_by_name_has_a_link_back(road_client: TestClient, offers: dict[str, UUID]) -> None:
    page = shown(road_client, offers["town"], start=None, place="-35.414 -71.664", need="treatment")
    link = page.select_one("form.again a")
    assert link is not None
    assert link.get_text() == "Volver a los resultados"
    assert str(link["href"]).startswith("/?place=-35.414+-71.664&need=treatment&mode=foot")


def test_the_way_can_be_asked_for_in_another_mode(road_client: TestClient, offers: dict[str, UUID]) -> None:
    page = shown(road_client, offers["east"])
    buttons = {one["value"]: one.get("aria-current") for one in page.select("form.again [role=group] button")}
    assert buttons == {"car": None, "transit": None, "foot": "true"}


@pytest.mark.parametrize(
    ("to", "fields", "said"),
    [
        ("lonely", {}, "puede estar en una isla"),
        ("wild", {}, "ningún camino que llegue hasta ese lugar"),
        ("next", {"mode": "car"}, "no llega hasta ese lugar"),
        ("capital", {"mode": "car"}, "demasiado lejos"),
        ("town", {"mode": "transit"}, "No tenemos los horarios del transporte público de esta zona."),
        ("town", {"start": LonLat(-71.24, -34.98), "mode": "car"}, "No tenemos el mapa de calles y caminos"),
        ("town", {"start": LonLat(-71.69, -35.43)}, "ningún camino cerca de donde sales"),
        ("hidden", {}, "La dirección de este lugar es reservada"),
        ("near", {}, "La dirección de este lugar es reservada"),
        ("unplaced", {}, "No se sabe el punto exacto de este lugar"),
    ],
)
def test_where_there_is_no_way_the_page_says_why(
    road_client: TestClient, offers: dict[str, UUID], to: str, fields: dict[str, Any], said: str
) -> None:
    page = shown(road_client, offers[to], **fields)
    assert words(page).count(said) == 1
    assert page.select_one(".svg-way") is None
    assert page.select_one("ol.steps") is None
    assert f"{PLACES['b2'].lon:.3f}" not in str(page.select_one(".way"))


def test_by_bus_the_page_says_when_and_of_when(bus_client: TestClient, offers: dict[str, UUID]) -> None:
    fields: dict[str, Any] = {"start": TERMINAL, "mode": "transit", "when": "at"}
    said = words(shown(bus_client, offers["north"], leave_at=BUS_MORNING, **fields))
    assert "min en transporte público" in said
    assert "según los horarios del 1 de agosto de 2026 al 31 de diciembre de 2027." in said
    assert "101" in said
    night = words(shown(bus_client, offers["north"], leave_at=NIGHT, **fields))
    assert "A esa hora no pasa transporte público: el viaje es a pie." in night
    assert "min a pie" in night
    assert "según los horarios" not in night
    late = words(shown(bus_client, offers["north"], leave_at=EXPIRED, **fields))
    assert "vencieron: el viaje es a pie." in late


def test_an_estimate_says_that_it_is_one(road_client: TestClient, offers: dict[str, UUID]) -> None:
    said = words(shown(road_client, offers["next"], mode="car"))
    assert "(estimado)" in said
    assert "Por calles y caminos" not in said


def test_an_offer_that_is_not_there_is_a_page_for_people(road_client: TestClient) -> None:
    answer = road_client.post("/como-llegar", data=form(uuid4()), headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Esta página no existe" in answer.text


def test_names_stay_text(module_engine: Engine, offers: dict[str, UUID], tmp_path: Path) -> None:
    streets = ("Calle Uno Norte", "Calle Los Aromos", "Calle Los Canelos", "Calle Tres Poniente a Oriente")
    roads = renamed(tmp_path / "roads.osm", dict(zip(streets, HOSTILE, strict=True)))
    app = app_with(module_engine, install(tmp_path / "networks", roads=roads), Settings(horizon_days=7))
    client = TestClient(app)
    page = shown(client, offers["town"])
    said = words(page)
    assert sum(name in said for name in HOSTILE) >= 2
    assert "49" not in " ".join(one.get_text() for one in page.select("ol.steps"))
    assert page.select("main script, main img, main iframe") == []
    part = client.post("/como-llegar", data=form(offers["town"]), headers={"HX-Request": "true"})
    assert [one["type"] for one in BeautifulSoup(part.text, "html.parser").select("script")] == [
        "application/json"
    ]


def test_in_english_the_steps_are_english(road_client: TestClient, offers: dict[str, UUID]) -> None:
    page = shown(road_client, offers["town"], path="/en/como-llegar")
    assert page.select("ol.steps li")[0].get_text().startswith("Walk")
    again = page.select_one("form.again")
    assert again is not None
    assert again["action"] == "/en/como-llegar"


@pytest.mark.parametrize(
    ("minutes", "mode", "said"),
    [
        (3.2, TravelMode.CAR, "3 min en auto"),
        (14.6, TravelMode.CAR, "15 min en auto"),
        (15.4, TravelMode.CAR, "15 min en auto"),
        (18.0, TravelMode.CAR, "20 min en auto"),
        (44.0, TravelMode.CAR, "45 min en auto"),
        (62.0, TravelMode.CAR, "1 h en auto"),
        (44.0, TravelMode.FOOT, "44 min a pie"),
    ],
)
def test_long_drives_are_told_in_steps_of_five_minutes(minutes: float, mode: TravelMode, said: str) -> None:
    trip = Trip(Minutes(minutes), Metres(1.0), "network", False, Minutes(minutes), Minutes(minutes))
    assert wording.minutes_text(trip, mode) == said


def test_every_note_and_reason_has_its_words() -> None:
    assert set(trips.NOTES) == set(Note)
    assert set(journey.REASONS) == set(NoWay)


def test_the_method_is_told_with_its_days() -> None:
    days = (date(2026, 3, 1), date(2026, 12, 31))
    timed = NetworkFacts("a", "b", date(2026, 4, 3), "c", days)
    assert trips.method_text(FACTS, TravelMode.CAR) == "Por calles y caminos, mapa del 3 de abril de 2026."
    assert trips.method_text(timed, TravelMode.TRANSIT) == (
        "En transporte público, según los horarios del 1 de marzo de 2026 al 31 de diciembre de 2026."
    )
    assert trips.method_text(NetworkFacts("a", "b", None, "c"), TravelMode.FOOT) == "Por calles y caminos."
    with speaking("en"):
        assert "April 3, 2026" in trips.day_text(date(2026, 4, 3))


def test_refusals_of_the_directory_are_known_to_the_page(
    module_engine: Engine, offers: dict[str, UUID], road_client: TestClient
) -> None:
    directory: Any = road_client.app.state.directory  # type: ignore[attr-defined]
    told = set()
    with Session(module_engine) as session:
        for name in ("hidden", "near", "unplaced"):
            with pytest.raises(QuestionError) as refused:
                find_destination(session, offers[name])
            told.add(str(refused.value))
        late = Start(origin=HERE, leave_at=datetime(9000, 1, 1, tzinfo=ZoneInfo("UTC")))
        with pytest.raises(QuestionError) as refused:
            find_journey(session, directory.router, directory.territory(session), late, offers["town"])
        told.add(str(refused.value))
    assert told == set(journey.REFUSALS)
