"""The referral question over HTTP: twins, codes, words, moments."""

from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.answers import API, MORNING, PENSION, ask, get, problem

QUESTIONS: list[dict[str, Any]] = [
    {"place": "Talca", "needs": [PENSION]},
    {"lon": -70.66, "lat": -33.45, "needs": ["treatment"], "age": 30, "sex": "female", "mode": "transit"},
    {"place": "Punta Arenas", "accessibility": ["ramp", "step_free"], "rank": "nearest", "max_minutes": 240},
    {"place": "Talca", "words": "copete", "insurance": "fonasa_b", "residence": "07101", "limit": 20},
    {"place": "San Pedro"},
    {"place": "qqqqqqqq"},
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_twins_answer_alike(client: TestClient, question: dict[str, Any]) -> None:
    asked = question | {"leave_at": MORNING}
    told = client.get(f"{API}/referrals", params=asked)
    private = client.post(f"{API}/referrals", json=asked)
    assert (told.status_code, private.status_code) == (200, 200)
    assert told.json() == private.json()


def test_an_answer_explains_itself(client: TestClient) -> None:
    answer = ask(client, place="Talca", needs=PENSION)
    assert answer["status"] == "answered"
    assert answer["leave_at"] == "2026-09-09T09:00:00-03:00"
    assert answer["demonstration"] is True
    assert len(answer["options"]) == 5
    moments = [option["served"]["at"] for option in answer["options"]]
    assert moments == sorted(moments)
    for option in answer["options"]:
        assert PENSION in option["offer"]["needs"]
        assert option["offer"]["demonstration"] is True
        assert option["trip"]["estimated"] is True
        assert option["trip"]["earliest_minutes"] <= option["trip"]["minutes"] <= 120
        opens, at, closes = (
            datetime.fromisoformat(option["served"][one]) for one in ("opens", "at", "closes")
        )
        assert opens <= at < closes
    assert set(answer["left_out"]) == {
        "too_far",
        "unreachable",
        "off_network",
        "not_eligible",
        "not_open_in_time",
    }


def test_everyday_words_are_understood(client: TestClient) -> None:
    for words, code in (
        ("copete", "treatment.outpatient"),
        ("quiero pagarme la pensión", PENSION),
        ("pagarme la pencion", PENSION),
    ):
        answer = ask(client, place="Talca", words=words)
        assert [one["code"] for one in answer["understood_needs"]] == [code]
        by_code = ask(client, place="Talca", needs=code)
        assert [one["id"] for one in answer["options"]] == [one["id"] for one in by_code["options"]]
    assert by_code["understood_needs"] is None


def test_words_that_mean_several_needs_are_a_choice(client: TestClient) -> None:
    answer = ask(client, place="Talca", words="pagarme la pensión y un certificado")
    assert answer["status"] == "ambiguous_need"
    assert [one["code"] for one in answer["understood_needs"]] == [PENSION, "social_security.certificates"]
    assert answer["options"] == []
    nothing = ask(client, place="Talca", words="zzzzzzzz")
    assert (nothing["status"], nothing["understood_needs"]) == ("unknown_need", [])


def test_an_unclear_place_is_a_choice(client: TestClient) -> None:
    answer = ask(client, place="San Pedro")
    assert (answer["status"], answer["options"], answer["origin"]) == ("ambiguous_place", [], None)
    chosen = answer["places"][0]
    assert ask(client, lon=chosen["lon"], lat=chosen["lat"])["status"] == "answered"
    assert ask(client, place="qqqqqqqq")["status"] == "unknown_place"


def test_a_street_that_is_not_known_is_told(client: TestClient) -> None:
    answer = ask(client, place="Los Aromos 123, Maipú")
    assert (answer["origin"]["name"], answer["not_understood"]) == ("Maipú", "Los Aromos 123")


def test_an_unknown_code_is_named(client: TestClient) -> None:
    for field, value, hint in (
        ("needs", "pension_payment", "/api/v1/needs"),
        ("kind", "shop", "mobile_pay_point"),
        ("insurance", "fonasa_z", "fonasa_b"),
        ("residence", "99999", "/api/v1/areas"),
    ):
        asked = {"place": "Talca", field: value}
        told = problem(client.get(f"{API}/referrals", params=asked), 422)
        assert told["errors"][0]["field"] == field
        assert value in told["detail"]
        assert hint in told["detail"]


def test_a_known_need_that_nobody_offers_has_an_empty_answer(client: TestClient) -> None:
    offered = {code for one in walked_needs(client) for code in (one["code"],)}
    answer = ask(client, place="Talca", needs="health.hospital")
    assert "health.hospital" in offered
    assert (answer["status"], answer["options"], answer["beyond"]) == ("answered", [], None)


def walked_needs(client: TestClient) -> list[dict[str, Any]]:
    """The whole taxonomy, which fits a page."""
    needs: list[dict[str, Any]] = get(client, "/needs", limit=500)["contents"]
    return needs


def test_a_moment_without_calendars_is_refused(client: TestClient) -> None:
    for moment in ("2020-01-01T09:00", "2026-12-31T09:00", "2027-09-09T09:00:00Z", "0001-01-01T00:00:00Z"):
        told = problem(client.get(f"{API}/referrals", params={"place": "Talca", "leave_at": moment}), 422)
        assert told["errors"][0]["field"] == "leave_at"
    assert (
        "2026-12-30"
        in problem(
            client.get(f"{API}/referrals", params={"place": "Talca", "leave_at": "2027-09-09T09:00"}), 422
        )["detail"]
    )
    assert ask(client, place="Talca", leave_at="2026-12-30T09:00")["status"] == "answered"


def test_a_moment_is_civil_time_of_the_place_unless_it_says(client: TestClient) -> None:
    south = ask(client, place="Punta Arenas", leave_at="2026-09-02T09:00")["leave_at"]
    assert south == "2026-09-02T09:00:00-03:00"
    # Until 5 September it is winter time in the rest of the country.
    middle = ask(client, place="Talca", leave_at="2026-09-02T09:00")["leave_at"]
    assert middle == "2026-09-02T09:00:00-04:00"
    same = ask(client, place="Talca", leave_at="2026-09-02T13:00:00Z")["leave_at"]
    assert same == middle
