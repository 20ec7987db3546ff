"""The area around a place, on the made-up roads: what it holds, how it grows, and where there is none."""

from typing import Any
from uuid import UUID

import pytest
import shapely
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.schemas_routes import ReachableOut
from geo.points import LonLat
from tests.api.answers import API, problem
from tests.roads import (
    BUS_MORNING,
    HERE,
    NIGHT,
    OFFERS,
    PLACES,
    TERMINAL,
    bus_client,
    comarca,
    comarca_buses,
    offers,
    road_app,
    road_client,
)  # fmt: skip

__all__ = [
    "bus_client",
    "comarca",
    "comarca_buses",
    "offers",
    "road_app",
    "road_client",
]

# A drawing need not be heavy.
MOST_BYTES = 25_000


def reached(client: TestClient, start: LonLat = HERE, **question: Any) -> dict[str, Any]:
    """The answer to a question in the body; it is in the shape that is described."""
    response = client.post(
        f"{API}/reachable", json={"lon": start.lon, "lat": start.lat, "mode": "foot"} | question
    )
    assert response.status_code == 200, response.text
    assert len(response.content) < MOST_BYTES
    answer: dict[str, Any] = response.json()
    ReachableOut.model_validate(answer)
    return answer


def area(client: TestClient, **question: Any) -> shapely.Geometry:
    """The area as a shape."""
    shape = shapely.geometry.shape(reached(client, **question)["geometry"])
    assert shape.is_valid
    return shape


@pytest.mark.parametrize("mode", ["foot", "car"])
def test_an_area_holds_its_origin_and_grows(road_client: TestClient, mode: str) -> None:
    before: shapely.Geometry | None = None
    for minutes in (2, 5, 10, 30, 120):
        shape = area(road_client, mode=mode, minutes=minutes)
        assert shape.covers(shapely.Point(HERE.lon, HERE.lat))
        if before is not None:
            assert shape.area >= before.area * 0.98
        before = shape


def test_what_referrals_reach_is_inside_and_what_they_never_reach_is_not(
    road_client: TestClient, offers: dict[str, UUID]
) -> None:
    for mode, minutes in (("foot", 30), ("car", 10), ("car", 60)):
        asked = {"lon": HERE.lon, "lat": HERE.lat, "mode": mode, "max_minutes": minutes, "limit": 20}
        answer = road_client.get(f"{API}/referrals", params=asked | {"rank": "nearest"}).json()
        names = {str(id_): name for name, id_ in offers.items()}
        found = [
            one for one in (*answer["options"], *answer["unknown_hours"]) if not one["trip"]["estimated"]
        ]
        assert found
        shape = area(road_client, mode=mode, minutes=minutes)
        for one in found:
            if one["id"] in names and names[one["id"]] in OFFERS:
                assert shape.distance(shapely.Point(one["lon"], one["lat"])) < 0.002
        assert not shape.covers(shapely.Point(OFFERS["lonely"].lon, OFFERS["lonely"].lat))
    across = PLACES["grande_s"]
    assert area(road_client, mode="car", minutes=60).distance(shapely.Point(across.lon, across.lat)) < 0.001


def test_rings_run_as_geojson_wants_them(road_client: TestClient) -> None:
    for part in shapely.get_parts(area(road_client, mode="car", minutes=10)):
        assert part.exterior.is_ccw
        assert not any(ring.is_ccw for ring in part.interiors)


def test_what_is_told_of_the_area(road_client: TestClient) -> None:
    told = reached(road_client, minutes=15, leave_at="2026-09-09T09:00")["properties"]
    assert (told["status"], told["mode"], told["minutes"]) == ("answered", "foot", 15)
    assert told["leave_at"] == "2026-09-09T09:00:00-03:00"
    assert told["network"]["name"] == "Comarca"
    assert "OpenStreetMap" in told["network"]["licence"]


def test_the_twins_answer_alike(road_client: TestClient) -> None:
    asked = {
        "lon": HERE.lon,
        "lat": HERE.lat,
        "mode": "car",
        "minutes": 12,
        "leave_at": "2026-09-09T09:00:00",
    }
    told = road_client.get(f"{API}/reachable", params=asked)
    private = road_client.post(f"{API}/reachable", json=asked)
    assert (told.status_code, private.status_code) == (200, 200)
    assert told.json() == private.json()


@pytest.mark.parametrize(
    ("start", "question", "field", "words"),
    [
        (LonLat(-71.2400, -34.9800), {}, "lon", "no hay una red de caminos"),
        (LonLat(-71.6900, -35.4300), {}, "lon", "ningún camino"),
        (HERE, {"mode": "transit"}, "mode", "transporte público"),
        (HERE, {"leave_at": "9000-01-01T00:00"}, "leave_at", "demasiado lejos"),
    ],
)
def test_without_roads_there_is_no_area_and_the_reason_is_told(
    road_client: TestClient, start: LonLat, question: dict[str, Any], field: str, words: str
) -> None:
    asked = {"lon": start.lon, "lat": start.lat, "mode": "foot"} | question
    told = problem(road_client.get(f"{API}/reachable", params=asked), 422)
    assert told["errors"][0]["field"] == field
    assert words in told["detail"]


@pytest.mark.parametrize("minutes", [0, 121, -1, "x", 1e9])
def test_only_two_hours_can_be_asked_for(road_client: TestClient, minutes: object) -> None:
    asked = {"lon": HERE.lon, "lat": HERE.lat, "minutes": minutes}
    told = problem(road_client.get(f"{API}/reachable", params=asked), 422)
    assert told["errors"][0]["field"] == "query.minutes"


def test_an_area_lies_around_a_named_place_or_asks_which(road_app: FastAPI) -> None:
    client = TestClient(road_app)
    told = client.get(f"{API}/reachable", params={"place": "Talca", "mode": "foot"}).json()
    assert (told["properties"]["status"], told["properties"]["origin"]["name"]) == ("answered", "Talca")
    asks = client.get(f"{API}/reachable", params={"place": "San Pedro", "mode": "foot"}).json()
    assert (asks["geometry"], asks["properties"]["status"]) == (None, "ambiguous_place")
    ReachableOut.model_validate(asks)
    nowhere = client.get(f"{API}/reachable", params={"place": "qqqqqqqq", "mode": "foot"}).json()
    assert nowhere["properties"]["status"] == "unknown_place"


def test_buses_reach_farther_by_day_than_by_night(bus_client: TestClient) -> None:
    north = shapely.Point(OFFERS["north"].lon, OFFERS["north"].lat)
    by_day, by_night = (
        area(bus_client, start=TERMINAL, mode="transit", minutes=45, leave_at=when)
        for when in (BUS_MORNING, NIGHT)
    )
    assert by_day.distance(north) < 0.001
    assert by_night.distance(north) > 0.01
    told = reached(bus_client, TERMINAL, mode="transit", leave_at=NIGHT)["properties"]
    assert told["notes"] == ["nothing_runs"]
