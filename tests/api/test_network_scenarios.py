"""A rural question on roads, from the day before the visit to the day after: each reason turns the answer."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from fixtures.demo.generate import SEED
from fixtures.demo.pay_points import SLOTS, PayPoint, pay_points
from tests.api.answers import PENSION, ask
from tests.roads import PLACES, app_with, comarca

__all__ = ["comarca"]

# A village across the river, and the mobile payment points of the demonstration that its roads reach.
VILLAGE = PLACES["peumos"]
POINTS = {one.code: one for one in pay_points(SEED) if "IPS-R-0518" <= one.code <= "IPS-R-0524"}


@pytest.fixture(scope="module")
def client(demo_engine: Engine, comarca: Path) -> Iterator[TestClient]:
    """The demonstration on the roads of the fixture."""
    with TestClient(app_with(demo_engine, comarca), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def point(demo_engine: Engine) -> tuple[str, PayPoint]:
    """Id and calendar of one mobile payment point that the roads reach."""
    with demo_engine.connect() as connection:
        found = connection.execute(
            text("select source_ref, id::text from service_at_location"
                 " where source_id = 'ips_mobile_pay_points' and source_ref = any(:refs) order by 1"),
            {"refs": list(POINTS)},
        ).first()  # fmt: skip
    assert found is not None
    return found[1], POINTS[found[0]]


def question(**more: Any) -> dict[str, Any]:
    """By car from the village, for a pension, the nearest first."""
    place = {"lon": VILLAGE.lon, "lat": VILLAGE.lat}
    return {**place, "needs": PENSION, "mode": "car", "rank": "nearest", "limit": 20, **more}


def option(answer: dict[str, Any], id_: str) -> dict[str, Any]:
    """The option of that id."""
    return next(one for one in answer["options"] if one["id"] == id_)


def test_trips_are_those_of_the_roads(client: TestClient, point: tuple[str, PayPoint]) -> None:
    answer = ask(client, **question())
    assert answer["method"] == "network"
    assert answer["network"]["name"] == "Comarca"
    found = option(answer, point[0])["trip"]
    assert not found["estimated"]
    assert found["earliest_minutes"] == found["minutes"] == found["latest_minutes"]
    # Nobody crosses the river but on its bridge: never shorter than the straight line.
    lon, lat = point[1].point
    straight = ((lon - VILLAGE.lon) * 90_600) ** 2 + ((lat - VILLAGE.lat) * 111_195) ** 2
    assert found["metres"] >= 0.99 * straight**0.5


def test_the_visit_and_its_end_turn_the_answer(client: TestClient, point: tuple[str, PayPoint]) -> None:
    id_, calendar = point
    first, second = calendar.visit(2026, 10), calendar.visit(2026, 11)
    opens, closes = (time.fromisoformat(one) for one in SLOTS[calendar.slot])

    def served(moment: datetime) -> datetime:
        found = option(ask(client, **question(leave_at=moment.isoformat())), id_)
        return datetime.fromisoformat(found["served"]["at"]).replace(tzinfo=None)

    at_opening = datetime.combine(first, opens)
    minutes = option(ask(client, **question()), id_)["trip"]["minutes"]
    assert served(at_opening - timedelta(days=1)) == at_opening
    # Whoever leaves at the opening is served on arrival; who would arrive with no time left waits a month.
    assert served(at_opening) - at_opening == pytest.approx(
        timedelta(minutes=minutes), abs=timedelta(minutes=1)
    )
    closing = datetime.combine(first, closes)
    assert served(closing - timedelta(minutes=minutes + 20)).date() == first
    assert served(closing - timedelta(minutes=minutes + 5)) == datetime.combine(second, opens)
    assert served(closing + timedelta(hours=1)) == datetime.combine(second, opens)


def test_soonest_is_another_place_on_another_day(client: TestClient, point: tuple[str, PayPoint]) -> None:
    id_, calendar = point
    visit = calendar.visit(2026, 10)
    opens = time.fromisoformat(SLOTS[calendar.slot][0])

    def soonest(day: date) -> list[str]:
        leave_at = datetime.combine(day, opens).isoformat()
        return [
            one["id"]
            for one in ask(client, **question(rank="soonest", limit=3, leave_at=leave_at))["options"]
        ]

    assert soonest(visit) != soonest(visit + timedelta(days=1))
    assert id_ not in soonest(visit + timedelta(days=1))


def test_a_place_nearer_but_closed_is_told_with_its_next_opening(client: TestClient) -> None:
    answer = ask(client, **question(rank="soonest", limit=1, leave_at="2026-10-07T10:00"))
    told = [one for one in answer["passed_over"] if one["why"] == "closed_on_arrival"]
    assert told
    best = answer["options"][0]
    for one in told:
        assert one["option"]["trip"]["minutes"] < best["trip"]["minutes"]
        assert one["option"]["served"]["at"] > best["served"]["at"]


def test_arriving_by_an_hour_tells_when_to_leave(client: TestClient) -> None:
    answer = ask(client, **question(arrive_by="2026-10-07T12:00", leave_at="2026-10-07T08:00"))
    assert answer["options"]
    for one in answer["options"]:
        leave, at = (datetime.fromisoformat(moment) for moment in (one["leave"], one["served"]["at"]))
        assert at.replace(tzinfo=None) <= datetime(2026, 10, 7, 12)
        assert (at - leave).total_seconds() / 60 == pytest.approx(one["trip"]["minutes"], abs=0.1)


def test_who_is_not_eligible_is_told_the_rule(client: TestClient) -> None:
    plain = {"lon": VILLAGE.lon, "lat": VILLAGE.lat, "kind": "treatment", "mode": "car", "limit": 20}
    anybody = ask(client, **plain)
    child = ask(client, **plain, age=5)
    gone = {one["id"] for one in anybody["options"]} - {one["id"] for one in child["options"]}
    assert gone
    told = [one for one in child["passed_over"] if one["why"] == "not_eligible"]
    assert told
    assert all(one["option"]["eligibility"]["reasons"] for one in told)


def test_the_page_tells_the_same_in_plain_spanish(client: TestClient) -> None:
    parameters = {"place": f"{VILLAGE.lat},{VILLAGE.lon}", "mode": "car", "when": "at"}
    page = client.get("/", params={**parameters, "leave_at": "2026-10-07T10:00"})
    assert page.status_code == 200
    words = BeautifulSoup(page.text, "html.parser").get_text(" ", strip=True)
    assert "min en auto" in words
    assert "Por calles y caminos" in words
    assert "Sin contar el tráfico." in words
