"""Three example questions, asked of the running service over HTTP: what a first start shows."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import orjson

READY_SECONDS = 60
ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Example:
    """A question in words and as the service takes it."""

    words: str
    question: dict[str, str]


EXAMPLES = (
    Example(
        "Someone in Putre wants to collect a pension, going by car.",
        {"place": "Putre", "needs": "social_security.pension_payment", "mode": "car", "limit": "3"},
    ),
    Example(
        "Someone in Talca looks for outpatient treatment, with public transport.",
        {"place": "Talca", "needs": "treatment.outpatient", "mode": "transit", "limit": "3"},
    ),
    Example(
        "Someone in Punta Arenas has an application to make, on foot, the nearest first.",
        {
            "place": "Punta Arenas",
            "needs": "social_security.applications",
            "mode": "foot",
            "rank": "nearest",
            "limit": "3",
        },
    ),
)


def address_of(example: Example, base: str) -> str:
    """Where the service answers an example."""
    return f"{base}/api/v1/referrals?{urlencode(example.question)}"


def wait_until_ready(base: str) -> bool:
    """Wait until the service answers anything at all; False when it does not within a minute."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(Request(f"{base}/api/v1/health"), timeout=ANSWER_SECONDS):
                return True
        except URLError as error:
            if getattr(error, "code", None) is not None:
                return True
            time.sleep(0.1)
    return False


def ask(example: Example, base: str) -> Iterator[str]:
    """The answer to an example, a line for each option. Errors of the service come as a line too."""
    try:
        with urlopen(Request(address_of(example, base)), timeout=ANSWER_SECONDS) as response:
            answer: dict[str, Any] = orjson.loads(response.read())
    except (URLError, TimeoutError, orjson.JSONDecodeError) as error:
        yield f"no answer: {error}"
        return
    if not answer["options"]:
        yield f"no place found (status: {answer['status']})"
    for option in answer["options"]:
        yield _option_line(option)


def _option_line(option: dict[str, Any]) -> str:
    trip, served, offer = option["trip"], option["served"], option["offer"]
    how = f"{trip['minutes']:.0f} min{' (estimate)' if trip['estimated'] else ''}" if trip else "trip unknown"
    when = f"served {served['at'][:10]} at {served['at'][11:16]}" if served else "hours unknown"
    return f"{offer['name']} - {offer['service']}: {how}, {when}"
