"""The service against its own description: whatever is asked, no 5xx, no status and no shape it does not tell."""

from collections import Counter

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

# Well-formed questions that mean nothing here (a need that does not exist, a day without calendars, an area where
# there is no road network) are refused with 422, which no schema can foresee.
MEANING = ("/api/v1/referrals", "/api/v1/places", "/api/v1/routes", "/api/v1/reachable")
CONFIG = {
    "seed": 20260901,
    "generation": {"deterministic": True, "max-examples": 80, "no-shrink": True},
    # What one answer gives is handed on to the next question, absent values too.
    "phases": {"stateful": {"checks": {"positive_data_acceptance": {"enabled": False}}}},
    "operations": [
        {"include-path": path, "checks": {"positive_data_acceptance": {"enabled": False}}} for path in MEANING
    ],
}


@pytest.mark.timeout(200)
def test_every_answer_is_as_described(demo_app: FastAPI) -> None:
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", demo_app, config=config)
    wrong: list[str] = []
    asked: Counter[str] = Counter()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            for checks in event.recorder.checks.values():
                wrong += [f"{one.name}: {one.failure_info}" for one in checks if one.status is Status.FAILURE]
            asked[str(event.phase)] += len(event.recorder.cases)
    assert not wrong, "\n".join(wrong[:20])
    assert {"examples", "coverage", "fuzzing", "stateful"} <= {
        str(phase).lower().split(".")[-1] for phase in asked
    }
    assert sum(asked.values()) > 1_000
