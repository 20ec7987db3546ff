"""Every list is whole and without doubles however it is paged; every single object is found by its id."""

import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from tests.api.answers import API, PENSION, ask, get, problem

LISTS = {"organizations": "id", "services": "id", "locations": "id", "areas": "code", "needs": "code"}
TABLES = {
    "organizations": "organization", "services": "service", "locations": "location", "areas": "area",
    "needs": "taxonomy_term",
}  # fmt: skip


def walked(client: TestClient, name: str, limit: int, **filters: str) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    rows: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        body = get(client, f"/{name}", limit=limit, **after, **filters)
        assert len(body["contents"]) <= limit
        rows += body["contents"]
        if body["next"] is None:
            return rows
        assert len(body["contents"]) == limit
        after = {"after": body["next"]}


@pytest.mark.parametrize(("name", "limit"), [*((name, 97) for name in LISTS), ("needs", 1), ("needs", 47)])
def test_pages_have_no_gaps_and_no_doubles(
    client: TestClient, demo_engine: Engine, name: str, limit: int
) -> None:
    keys = [row[LISTS[name]] for row in walked(client, name, limit)]
    with demo_engine.connect() as connection:
        stored = connection.scalars(text(f"select {LISTS[name]} from {TABLES[name]} order by 1")).all()
    assert sorted(keys) == sorted(str(one) for one in stored)
    assert len(keys) == len(set(keys))
    if name in {"organizations", "services", "locations"}:
        assert [uuid.UUID(one) for one in keys] == stored


def test_a_page_after_the_last_is_empty(client: TestClient) -> None:
    body = get(client, "/organizations", after=str(uuid.UUID(int=2**128 - 1)))
    assert body == {"contents": [], "next": None}


def test_lists_can_be_narrowed(client: TestClient) -> None:
    comunas = walked(client, "areas", 500, kind="comuna")
    assert len(comunas) == 346
    assert {one["kind"] for one in comunas} == {"comuna"}
    below = walked(client, "areas", 500, parent=comunas[0]["parent_code"])
    assert comunas[0]["code"] in {one["code"] for one in below}
    here = walked(client, "locations", 100, area_code="07101")
    assert here
    assert {one["area_code"] for one in here} == {"07101"}
    owner = get(client, "/services", limit=1)["contents"][0]["organization_id"]
    theirs = walked(client, "services", 100, organization_id=owner)
    assert {one["organization_id"] for one in theirs} == {owner}


def test_from_an_option_everything_is_one_step_away(client: TestClient) -> None:
    option = ask(client, place="Talca", needs=PENSION, limit=1)["options"][0]
    offer = get(client, f"/offers/{option['id']}")
    assert offer["offer"] == option["offer"]
    assert (offer["lon"], offer["lat"]) == (option["lon"], option["lat"])
    card = offer["offer"]
    assert get(client, f"/organizations/{card['organization_id']}")["name"] == card["organization"]
    service = get(client, f"/services/{card['service_id']}")
    assert service["name"] == card["service"]
    assert {"id": option["id"], "location_id": card["location_id"]} in service["service_at_locations"]
    location = get(client, f"/locations/{card['location_id']}")
    assert location["addresses"][0]["address_1"] == card["address"]
    assert get(client, f"/areas/{offer['area_code']}")["name"] == card["area"]["name"]


@pytest.mark.parametrize("kind", ["offers", "organizations", "services", "locations"])
def test_what_is_not_there_is_a_problem(client: TestClient, kind: str) -> None:
    assert "no such" in problem(client.get(f"{API}/{kind}/{uuid.UUID(int=7)}"), 404)["detail"]
    problem(client.get(f"{API}/{kind}/not-an-id"), 422)


def test_an_area_that_is_not_there_is_a_problem(client: TestClient) -> None:
    problem(client.get(f"{API}/areas/99999"), 404)
    problem(client.get(f"{API}/areas/{'9' * 50}"), 422)


def test_needs_tell_their_group_and_what_is_private(client: TestClient) -> None:
    needs = {one["code"]: one for one in walked(client, "needs", 500)}
    assert needs[PENSION]["parent"] == "social_security"
    assert needs["treatment.women_children"]["parent"] == "treatment.residential"
    assert needs["treatment"]["parent"] is None
    assert needs["treatment.detox"]["sensitive"] is True
    assert needs[PENSION]["sensitive"] is False


def test_places_by_name_and_by_coordinates(client: TestClient) -> None:
    one = get(client, "/places", q="ñuñoa")
    assert (one["status"], one["places"][0]["area_code"]) == ("one", "13120")
    many = get(client, "/places", q="San Pedro")
    assert many["status"] == "many"
    assert all(place["region"] for place in many["places"])
    assert get(client, "/places", q="qqqqqqqq") == {"status": "none", "places": [], "not_understood": None}
    for words in ("-33,45 -70,66", "33°27'S 70°39'36\"W"):
        found = get(client, "/places", q=words)["places"][0]
        assert (found["lon"], found["lat"]) == pytest.approx((-70.66, -33.45))
        assert (found["precision"], found["comuna"]) == ("exact", "Santiago")
    assert get(client, "/places", q="Los Aromos 123, Maipú")["not_understood"] == "Los Aromos 123"


def test_health_tells_the_age_of_every_source(client: TestClient) -> None:
    health = get(client, "/health")
    assert (health["database"], health["pending_migrations"]) == ("ok", [])
    assert len(health["sources"]) == 5
    assert all(one["demonstration"] and one["imported_at"] for one in health["sources"])
