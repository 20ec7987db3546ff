"""The way to an offer over HTTP, on the made-up roads: lines, steps, and every reason why there is none."""

from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.schemas_routes import RouteOut
from directory.journeys import NoWay
from directory.settings import Settings
from geo.points import LonLat, great_circle
from tests.api.answers import API, problem
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
    road_app,
    road_client,
)

__all__ = [
    "bus_client",
    "comarca",
    "comarca_buses",
    "offers",
    "road_app",
    "road_client",
]

HOSTILE = ("<script>window.XSS=1</script>", "{{7*7}}", "${window.XSS=1}", "'\"><img src=x onerror=alert(1)>")


def way(client: TestClient, to: UUID, start: LonLat = HERE, **question: Any) -> dict[str, Any]:
    """The answer to a question in the body; it is in the shape that is described."""
    asked = {"lon": start.lon, "lat": start.lat, "to": str(to), "mode": "foot"} | question
    response = client.post(f"{API}/routes", json=asked)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    RouteOut.model_validate(answer)
    return answer


def reason(answer: dict[str, Any]) -> str:
    """Why there is no way; fails when there is one."""
    told = answer["properties"]
    assert (told["status"], answer["geometry"], told["steps"]) == ("no_way", None, [])
    why: str = told["why"]
    return why


def length(line: list[list[float]]) -> float:
    """Metres along a line."""
    points = [LonLat(lon, lat) for lon, lat in line]
    return sum(great_circle(a, b) for a, b in pairwise(points))


@pytest.mark.parametrize("mode", ["foot", "car"])
@pytest.mark.parametrize("to", ["town", "east", "ferry"])
def test_a_way_leads_from_door_to_door(
    road_client: TestClient, offers: dict[str, UUID], to: str, mode: str
) -> None:
    answer = way(road_client, offers[to], mode=mode)
    told, line = answer["properties"], answer["geometry"]["coordinates"]
    assert (told["status"], told["why"], told["estimated"]) == ("answered", None, False)
    assert great_circle(LonLat(*line[0]), HERE) < 1
    assert great_circle(LonLat(*line[-1]), OFFERS[to]) < 1
    assert told["metres"] == pytest.approx(length(line), rel=0.02, abs=10)
    assert told["metres"] >= 0.99 * great_circle(HERE, OFFERS[to])
    walked = told["access_metres"] / 5.1 * 0.06
    assert sum(step["minutes"] for step in told["steps"]) + walked == pytest.approx(
        told["minutes"], rel=0.1, abs=1
    )
    assert told["ferry"] is (to == "ferry")
    assert told["network"]["name"] == "Comarca"
    assert told["network"]["day"] == "2026-01-05"
    assert "OpenStreetMap" in told["network"]["licence"]
    assert (told["to"], told["mode"], told["notes"]) == (str(offers[to]), mode, [])
    if mode == "foot" and to != "ferry":
        assert told["minutes"] == pytest.approx(told["metres"] / 5.1 * 0.06, rel=0.02)


def test_the_twins_answer_alike(road_client: TestClient, offers: dict[str, UUID]) -> None:
    asked = {"lon": HERE.lon, "lat": HERE.lat, "to": str(offers["east"]), "mode": "car", "language": "en"}
    asked["leave_at"] = "2026-09-09T09:00:00"
    told, private = (
        road_client.get(f"{API}/routes", params=asked),
        road_client.post(f"{API}/routes", json=asked),
    )
    assert (told.status_code, private.status_code) == (200, 200)
    assert told.json() == private.json()
    assert told.json()["properties"]["leave_at"] == "2026-09-09T09:00:00-03:00"


def test_steps_are_told_in_the_language_asked_for(road_client: TestClient, offers: dict[str, UUID]) -> None:
    for language, start, boat in (("es", "Conduce hacia el", "transbordador"), ("en", "Drive", "erry")):
        told = way(road_client, offers["ferry"], mode="car", language=language)["properties"]
        said = [step["text"] for step in told["steps"]]
        assert said[0].startswith(start)
        assert any(boat in text and "Balsa de la Isla Grande" in text for text in said)


def test_a_way_and_its_option_take_the_same_time(road_client: TestClient, offers: dict[str, UUID]) -> None:
    for mode in ("foot", "car"):
        told = way(road_client, offers["town"], mode=mode)["properties"]
        asked = {"lon": HERE.lon, "lat": HERE.lat, "mode": mode, "rank": "nearest", "limit": 20}
        answer = road_client.get(f"{API}/referrals", params=asked).json()
        found = [*answer["options"], *answer["unknown_hours"]]
        (option,) = [one for one in found if one["id"] == str(offers["town"])]
        assert option["trip"]["minutes"] == pytest.approx(told["minutes"], abs=0.15)


@pytest.mark.parametrize(
    ("to", "start", "question", "why"),
    [
        ("lonely", HERE, {}, NoWay.UNREACHABLE),
        ("wild", HERE, {}, NoWay.OFF_NETWORK),
        ("next", HERE, {"mode": "car"}, NoWay.OUTSIDE_NETWORK),
        ("capital", HERE, {"mode": "car"}, NoWay.TOO_FAR),
        ("town", LonLat(-71.6900, -35.4300), {}, NoWay.ORIGIN_OFF_NETWORK),
        ("town", LonLat(-71.2400, -34.9800), {"mode": "car"}, NoWay.NO_NETWORK),
        ("town", HERE, {"mode": "transit"}, NoWay.NO_TIMETABLE),
    ],
)
def test_where_there_is_no_way_the_reason_is_told(
    road_client: TestClient,
    offers: dict[str, UUID],
    to: str,
    start: LonLat,
    question: dict[str, str],
    why: NoWay,
) -> None:
    answer = way(road_client, offers[to], start, **question)
    told = answer["properties"]
    assert reason(answer) == why
    if why in {NoWay.UNREACHABLE, NoWay.OFF_NETWORK, NoWay.TOO_FAR}:
        assert (told["minutes"], told["metres"], told["estimated"]) == (None, None, None)
    else:
        assert told["estimated"] is True
        assert told["minutes"] > 0


def test_a_protected_or_unknown_address_has_no_way(road_client: TestClient, offers: dict[str, UUID]) -> None:
    for name in ("hidden", "near", "unplaced"):
        asked = {"lon": HERE.lon, "lat": HERE.lat, "to": str(offers[name])}
        for response in (
            road_client.get(f"{API}/routes", params=asked),
            road_client.post(f"{API}/routes", json=asked),
        ):
            told = problem(response, 422)
            assert told["errors"][0]["field"] == "to"
            assert "llamar" in told["detail"]
            assert str(PLACES["b2"].lon) not in response.text


def test_an_offer_that_is_not_there_is_not_found(road_client: TestClient) -> None:
    asked = {"lon": HERE.lon, "lat": HERE.lat, "to": str(uuid4())}
    assert problem(road_client.get(f"{API}/routes", params=asked), 404)["detail"] == "there is no such offer"


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"to": "x"}, "query.to"),
        ({"language": "fr"}, "query.language"),
        ({"mode": "boat"}, "query.mode"),
        ({"leave_at": "9000-01-01T00:00"}, "leave_at"),
        ({"place": "Talca"}, "query"),
        ({"lon": 181}, "query.lon"),
        ({"max_minutes": 5}, "query.max_minutes"),
    ],
)
def test_a_question_that_cannot_be_asked_so_is_refused(
    road_client: TestClient, offers: dict[str, UUID], question: dict[str, Any], field: str
) -> None:
    asked = {"lon": HERE.lon, "lat": HERE.lat, "to": str(offers["town"])} | question
    told = problem(road_client.get(f"{API}/routes", params=asked), 422)
    assert field in [one["field"] for one in told["errors"]]


def test_a_way_begins_at_a_named_place_or_asks_which(road_app: FastAPI) -> None:
    client = TestClient(road_app)
    option = client.get(f"{API}/referrals", params={"place": "Talca", "leave_at": "2026-09-09T09:00"}).json()
    to = option["options"][0]["id"]
    told = client.get(f"{API}/routes", params={"place": "Talca", "to": to}).json()["properties"]
    assert (told["status"], told["origin"]["name"]) == ("answered", "Talca")
    asks = client.get(f"{API}/routes", params={"place": "San Pedro", "to": to}).json()
    assert (asks["geometry"], asks["properties"]["status"]) == (None, "ambiguous_place")
    assert len(asks["properties"]["places"]) > 1
    RouteOut.model_validate(asks)
    unknown = client.get(f"{API}/routes", params={"place": "qqqqqqqq", "to": to}).json()
    assert (unknown["properties"]["status"], unknown["properties"]["places"]) == ("unknown_place", [])


def test_names_of_streets_are_told_as_they_are(
    module_engine: Engine, offers: dict[str, UUID], tmp_path: Path
) -> None:
    streets = ("Calle Uno Norte", "Calle Los Aromos", "Calle Los Canelos", "Calle Tres Poniente a Oriente")
    roads = renamed(tmp_path / "roads.osm", dict(zip(streets, HOSTILE, strict=True)))
    networks = install(tmp_path / "networks", roads=roads)
    client = TestClient(app_with(module_engine, networks, Settings(horizon_days=7)))
    said = " ".join(step["text"] for step in way(client, offers["town"])["properties"]["steps"])
    assert sum(name in said for name in HOSTILE) >= 2


def test_without_tiles_there_is_a_line_and_no_steps(
    module_engine: Engine, offers: dict[str, UUID], tmp_path: Path
) -> None:
    client = TestClient(
        app_with(module_engine, install(tmp_path / "networks", tiles=False), Settings(horizon_days=7))
    )
    answer = way(client, offers["town"])
    told = answer["properties"]
    assert (told["status"], told["steps"], told["method"]) == ("answered", [], "network")
    assert told["metres"] == pytest.approx(length(answer["geometry"]["coordinates"]), rel=0.02, abs=10)


def test_by_bus_the_steps_say_line_stop_and_hour(bus_client: TestClient, offers: dict[str, UUID]) -> None:
    for language, walk in (("es", "Camina"), ("en", "Walk")):
        answer = way(
            bus_client, offers["north"], TERMINAL, mode="transit", leave_at=BUS_MORNING, language=language
        )
        told = answer["properties"]
        assert (told["status"], told["method"], told["notes"]) == ("answered", "timetable", [])
        assert told["minutes"] == pytest.approx(40, abs=3)
        assert told["network"]["timetable"] == ["2026-08-01", "2027-12-31"]
        said = [step["text"] for step in told["steps"]]
        assert said[0].startswith(walk)
        assert any("101" in text and "7:30" in text and "Las Camelias" in text for text in said)
        assert sum(step["minutes"] for step in told["steps"]) == pytest.approx(told["minutes"], abs=1)
        assert great_circle(LonLat(*answer["geometry"]["coordinates"][-1]), OFFERS["north"]) < 1


@pytest.mark.parametrize(("when", "note"), [(NIGHT, "nothing_runs"), (EXPIRED, "timetable_expired")])
def test_when_no_bus_runs_it_says_so_and_walks(
    bus_client: TestClient, offers: dict[str, UUID], when: str, note: str
) -> None:
    told = way(bus_client, offers["north"], TERMINAL, mode="transit", leave_at=when)["properties"]
    on_foot = way(bus_client, offers["north"], TERMINAL)["properties"]
    assert (told["status"], told["notes"]) == ("answered", [note])
    assert told["minutes"] == pytest.approx(on_foot["minutes"], rel=0.02)
