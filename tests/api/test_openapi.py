"""The description is whole: every operation with its examples, every status that may come."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from tests.api.answers import API

# Questions of coverage, below /coverage: they need reach rows, and name scenarios.
ASKED = ("", "/gaps", "/days", "/supply", "/scenarios/difference", "/sites")


@pytest.fixture
def description(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{API}/openapi.json").json()
    return found


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def errors(description: dict[str, Any], schema: dict[str, Any], value: object) -> list[str]:
    """What is wrong with a value under a schema of the description."""
    whole = schema | {"components": description["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    return [one.message for one in Draft202012Validator(whole, format_checker=checker).iter_errors(value)]


def special(method: str, path: str) -> set[str]:
    """The statuses that only some operations have."""
    statuses = {"400", "413"} if method == "post" else set()
    if "{" in path or path == "/routes":
        statuses |= {"404"}
    if path.startswith("/coverage/jobs") and method == "post":
        statuses |= {"403", "404", "409"}
    if path.removeprefix("/coverage") in ASKED and path.startswith("/coverage"):
        statuses |= {"404", "409"}
    return statuses


def test_every_endpoint_is_described(description: dict[str, Any]) -> None:
    assert {(method, path.removeprefix(API)) for method, path, _ in operations(description)} == {
        *(
            (method, f"/{name}")
            for name in ("referrals", "routes", "reachable")
            for method in ("get", "post")
        ),
        *(
            ("get", f"/{name}")
            for name in ("places", "needs", "health", "areas", "areas/{code}", "offers/{id}")
        ),
        *(
            ("get", f"/{name}{one}")
            for name in ("organizations", "services", "locations")
            for one in ("", "/{id}")
        ),
        *(("get", f"/coverage{name}") for name in (*ASKED, "/datasets", "/scenarios", "/jobs/{id}")),
        ("post", "/coverage/jobs"),
        ("post", "/coverage/jobs/{id}/cancel"),
    }


def test_every_status_is_described_with_an_example(description: dict[str, Any]) -> None:
    for method, path, operation in operations(description):
        expected = {"200", "422", "500", "503"} | special(method, path.removeprefix(API))
        assert set(operation["responses"]) == expected, (method, path)
        assert operation["summary"]
        assert operation["description"]
        for status, response in operation["responses"].items():
            ((media_type, content),) = response["content"].items()
            assert media_type == ("application/json" if status == "200" else "application/problem+json")
            assert not errors(description, content["schema"], content["example"]), (method, path, status)


def test_examples_of_questions_are_good_questions(client: TestClient, description: dict[str, Any]) -> None:
    body = description["paths"][f"{API}/referrals"]["post"]["requestBody"]["content"]["application/json"]
    (example,) = body["examples"].values() if "examples" in body else body["schema"]["examples"]
    example = example.get("value", example)
    asked = client.post(f"{API}/referrals", json=example | {"leave_at": "2026-09-09T09:00"})
    assert asked.json()["status"] == "answered"
    for _, path, operation in operations(description):
        for parameter in operation.get("parameters", []):
            for value in parameter.get("examples", parameter["schema"].get("examples", [])):
                assert not errors(description, parameter["schema"], value), (path, parameter["name"])


def test_examples_of_single_objects_are_there(client: TestClient, description: dict[str, Any]) -> None:
    for _, path, operation in operations(description):
        if "{" in path and "/jobs/" not in path:  # a job is there once it is asked for: test_coverage_api
            example = operation["responses"]["200"]["content"]["application/json"]["example"]
            answer = client.get(path.format(**example))
            assert answer.status_code == 200
            assert set(answer.json()) == set(example)
