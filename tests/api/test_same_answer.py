"""The page and the JSON are two skins of one answer: the same places in the same order."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from tests.api.answers import MORNING, PENSION, ask

QUESTIONS: list[dict[str, str]] = [
    {"place": "Talca", "need": PENSION},
    {"place": "Putre", "need": PENSION, "max_minutes": "90", "rank": "nearest"},
    {"place": "Punta Arenas", "need": "treatment", "mode": "transit"},
    {"place": "Ñuñoa", "need": "social_security.applications", "mode": "foot", "max_minutes": "30"},
    {"place": "La Serena", "accessibility": "ramp", "rank": "nearest", "max_minutes": "15"},
    {"place": "Cochrane", "need": "treatment", "max_minutes": "15"},
]


def listed(client: TestClient, question: dict[str, str]) -> list[tuple[str, str]]:
    """Id and name of every place on the page, from the top."""
    response = client.get("/", params=question | {"when": "at", "leave_at": MORNING, "limit": "10"})
    assert response.status_code == 200
    cards = BeautifulSoup(response.text, "html.parser").select("li.card[id^=offer-]")
    return [
        (str(card["id"]).removeprefix("offer-"), card.select_one("h3").get_text().split(". ", 1)[-1].strip())
        for card in cards
    ]


@pytest.mark.parametrize("question", QUESTIONS, ids=[one["place"] for one in QUESTIONS])
def test_page_and_json_list_the_same_places(client: TestClient, question: dict[str, str]) -> None:
    asked: dict[str, Any] = {"max_minutes": 60, "limit": 10} | question
    if "need" in asked:
        asked["needs"] = asked.pop("need")
    answer = ask(client, **asked)
    options = [*answer["options"], *answer["unknown_hours"]]
    if not options and answer["beyond"]:
        options = [answer["beyond"]]
    options += answer["unplaced"]
    assert options
    assert listed(client, question) == [(one["id"], one["offer"]["name"]) for one in options]


def test_both_ask_which_place_is_meant(client: TestClient) -> None:
    answer = ask(client, place="San Pedro")
    page = client.get("/", params={"place": "San Pedro"})
    links = [one.get_text() for one in BeautifulSoup(page.text, "html.parser").select("ul.links a")]
    assert links == [one["name"] for one in answer["places"]]
