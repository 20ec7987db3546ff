"""How far one gets, as a page and as a part of one: words, drawing, refusals, and what stays out of addresses."""

import gzip
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import shapely
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from directory.networks import refresh_networks
from directory.settings import Settings
from geo.points import LonLat
from geo.reach_area import reach_extents, without_gaps
from tests.roads import (
    HERE,
    OFFERS,
    app_with,
    bus_client,
    comarca,
    comarca_buses,
    install,
    offers,
    renamed,
    road_client,
)

__all__ = ["bus_client", "comarca", "comarca_buses", "offers", "road_client"]

HOSTILE = "<script>window.XSS=1</script>"


def shown(client: TestClient, path: str = "/hasta-donde", **fields: Any) -> BeautifulSoup:
    """The page that is asked for by POST."""
    here = {"lon": f"{HERE.lon:.3f}", "lat": f"{HERE.lat:.3f}"}
    answer = client.post(path, data={"place": "", "mode": "foot"} | here | fields)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def said(page: BeautifulSoup) -> str:
    """What the page says, in one line."""
    assert page.main is not None
    return " ".join(page.main.get_text(" ").split())


def test_the_page_tells_the_area_and_draws_it(road_client: TestClient) -> None:
    page = shown(road_client)
    assert page.h1 is not None
    assert page.h1.get_text() == "Hasta dónde llegas en 30 minutos a pie desde tu ubicación"
    words = said(page)
    # From the corner of the town: five blocks to the east (README of the fixture: 2,492 m in 24.9 minutes).
    for part in (
        "Hacia el este: 2",
        "El borde es aproximado.",
        "mapa del 5 de enero de 2026",
        "Mapa: ODbL 1.0",
    ):
        assert part in words
    assert page.select_one(".drawing .svg-reach") is not None
    assert page.select_one(".way-data") is None
    assert "Sin contar el tráfico." in said(shown(road_client, mode="car"))


def test_more_minutes_go_farther(road_client: TestClient) -> None:
    areas = [area_of(road_client, within=within) for within in ("15", "30", "60")]
    assert areas[0].area < areas[1].area < areas[2].area
    assert areas[2].covers(shapely.Point(HERE.lon, HERE.lat))


def area_of(client: TestClient, **fields: Any) -> Any:
    """The area that the map draws."""
    here = {"place": "", "mode": "foot", "lon": str(HERE.lon), "lat": str(HERE.lat)}
    answer = client.post("/hasta-donde", data=here | fields, headers={"HX-Request": "true"})
    assert answer.headers["cache-control"] == "no-store"
    part = BeautifulSoup(answer.text, "html.parser")
    assert part.html is None
    assert part.svg is None
    assert len(gzip.compress(answer.content)) <= 4_000
    (island,) = part.select("script")
    assert island["type"] == "application/json"
    data = json.loads(island.get_text())
    assert "OpenStreetMap" in data["credit"]
    return shapely.MultiPolygon([shapely.Polygon(rings[0], rings[1:]) for rings in data["area"]])


def test_where_somebody_is_stands_in_no_address(road_client: TestClient) -> None:
    page = shown(road_client)
    assert not any("lon=" in str(one.get("href")) for one in page.select("a"))
    assert page.select_one("button[formaction='/']") is not None
    # A position in the address is not looked at.
    answer = road_client.get("/hasta-donde", params={"lon": HERE.lon, "lat": HERE.lat})
    assert "Escribe tu comuna o pueblo." in answer.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mode": "transit"}, "No tenemos los horarios del transporte público de esta zona."),
        ({"lon": "-70.65", "lat": "-33.44"}, "No tenemos el mapa de calles y caminos de esta zona."),
        ({"lon": "-71.69", "lat": "-35.43"}, "No tenemos el mapa de calles y caminos de esta zona."),
        ({"when": "at", "leave_at": "9999-01-01T00:00"}, "Esa hora está demasiado lejos de hoy."),
        ({"lon": "", "lat": "", "place": "xyzzyx"}, "No encontramos «xyzzyx»."),
    ],
)
def test_why_there_is_no_area(road_client: TestClient, fields: dict[str, str], words: str) -> None:
    page = shown(road_client, **fields)
    assert words in said(page)
    assert page.select_one(".svg-reach") is None
    assert page.select_one(".drawing") is None


def test_only_the_offered_minutes_are_understood(road_client: TestClient) -> None:
    assert road_client.post("/hasta-donde", data={"place": "Talca", "within": "600"}).status_code == 422


def test_by_public_transport_where_there_is_a_timetable(bus_client: TestClient) -> None:
    page = shown(bus_client, mode="transit", when="at", leave_at="2026-09-09T07:20", within="60")
    assert "en transporte público" in said(page)
    assert page.select_one(".svg-reach") is not None


def test_the_results_offer_it_where_there_is_a_network(
    road_client: TestClient, offers: dict[str, UUID]
) -> None:
    assert offers
    fields = {"place": "", "mode": "foot", "when": "at", "leave_at": "2026-09-09T07:20"}
    here = fields | {"lon": HERE.lon, "lat": HERE.lat}
    offered = "Ver hasta dónde llegas en 30 minutos"
    assert offered in road_client.post("/", data=here).text
    far = OFFERS["capital"]
    assert offered not in road_client.post("/", data=fields | {"lon": far.lon, "lat": far.lat}).text


def test_names_of_streets_stay_names(own_engine: Engine, tmp_path: Path) -> None:
    from importers.areas import load_country

    load_country(own_engine, Settings())
    roads = renamed(tmp_path / "roads.osm", {"Calle Uno Norte": HOSTILE})
    networks = install(tmp_path / "networks", roads=roads, tiles=False)
    refresh_networks(own_engine, Settings(networks=networks))
    with TestClient(app_with(own_engine, networks, Settings(horizon_days=7))) as client:
        for path in ("/hasta-donde", "/en/hasta-donde"):
            for headers in ({}, {"HX-Request": "true"}):
                fields = {"place": "script window XSS 1 script", "mode": "foot"}
                answer = client.post(path, data=fields, headers=headers)
                assert "&lt;script&gt;window.XSS=1" in answer.text
                assert HOSTILE not in answer.text


def test_how_far_an_area_goes() -> None:
    square = shapely.box(-71.01, -35.01, -70.98, -35.0)
    north, east, south, west = reach_extents(square, LonLat(-71.0, -35.0))
    assert (round(north), round(south)) == (0, 1112)
    assert east == pytest.approx(2 * west, rel=1e-6)
    around = shapely.MultiPolygon([shapely.box(179.99, 0, 180, 1), shapely.box(-180, 0, -179.98, 1)])
    _, east, _, west = reach_extents(around, LonLat(180, 0.5))
    assert (round(east), round(west)) == (2224, 1112)


def test_blocks_between_streets_are_no_holes() -> None:
    block, lake = (shapely.box(0.01, 0.01, 0.01 + size, 0.01 + size) for size in (0.004, 0.02))
    land = shapely.box(0, 0, 0.1, 0.1)
    assert without_gaps(land - block).equals(land)
    assert without_gaps(land - lake).equals(land - lake)
    two = shapely.MultiPolygon([land - block, shapely.box(1, 1, 2, 2)])
    assert len(shapely.get_parts(without_gaps(two))) == 2
