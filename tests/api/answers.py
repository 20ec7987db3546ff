"""What the HTTP tests share: questions with a fixed moment, and answers checked to be problems."""

from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

API = "/api/v1"
PENSION = "social_security.pension_payment"
# A Wednesday morning inside the demonstration's calendars.
MORNING = "2026-09-09T09:00:00"


def ask(client: TestClient, **question: Any) -> dict[str, Any]:
    """The answer to a referral question; leave_at is a Wednesday morning when not said."""
    response = client.get(f"{API}/referrals", params={"leave_at": MORNING} | question)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def get(client: TestClient, path: str, **parameters: Any) -> dict[str, Any]:
    """The body of a good answer."""
    response = client.get(f"{API}{path}", params=parameters)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def problem(response: Response, status: int) -> dict[str, Any]:
    """The problem that a response is; fails when it is none."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert told["status"] == status
    assert told["title"]
    assert told["type"] == "about:blank"
    return told
