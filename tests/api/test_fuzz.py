"""The service against its own description: whatever is asked, no 5xx, no status and no shape it does not tell."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from sqlalchemy import Engine, text

from directory.db import transaction
from tests.roads import comarca, road_app

__all__ = ["comarca", "road_app"]

# Well-formed questions that mean nothing here (a need that does not exist, a day without calendars, an area where
# there is no road network) are refused with 422, which no schema can foresee.
MEANING = ("/api/v1/referrals", "/api/v1/places", "/api/v1/routes", "/api/v1/reachable")
# Of these the same is true, and each looks at all people and offers.
COVERAGE = tuple(
    f"/api/v1/coverage{one}"
    for one in ("", "/gaps", "/days", "/supply", "/scenarios/difference", "/sites", "/jobs")
)
CONFIG = {
    "seed": 20260901,
    "generation": {"deterministic": True, "max-examples": 80, "no-shrink": True},
    # What one answer gives is handed on to the next question, absent values too.
    "phases": {"stateful": {"checks": {"positive_data_acceptance": {"enabled": False}}}},
}
MEANINGLESS: dict[str, object] = {"checks": {"positive_data_acceptance": {"enabled": False}}}
OPERATIONS: list[dict[str, object]] = [
    *({"include-path": path} | MEANINGLESS for path in MEANING),
    *({"include-path": path, "generation": {"max-examples": 25}} | MEANINGLESS for path in COVERAGE),
]


@pytest.fixture
def no_work_left(demo_engine: Engine) -> Iterator[None]:
    """Work that was asked for does not wait in the way of later tests."""
    yield
    with transaction(demo_engine) as session:
        session.execute(text("delete from job"))


@pytest.mark.timeout(200)
def test_every_answer_is_as_described(demo_app: FastAPI, no_work_left: None) -> None:
    asked = all_as_described(demo_app)
    assert {"examples", "coverage", "fuzzing", "stateful"} <= {
        str(phase).lower().split(".")[-1] for phase in asked
    }
    assert sum(asked.values()) > 1_000


@pytest.mark.timeout(200)
def test_what_needs_roads_is_as_described(road_app: FastAPI, no_work_left: None) -> None:
    """Where there are none, these are refused."""
    only = "/api/v1/coverage/(days|supply|sites|jobs)"
    asked = all_as_described(road_app, only=only, phases=["examples", "fuzzing"])
    assert 100 < sum(asked.values()) < 1_000


def all_as_described(
    app: FastAPI, *, only: str = "", phases: Sequence[str] = ("examples", "coverage", "fuzzing", "stateful")
) -> Counter[str]:
    """Fail for any answer that is not as described. only: paths that begin so. Returns questions by phase."""
    others = {"include-path-regex": f"^(?!{only})", "enabled": False}
    config = SchemathesisConfig.from_dict(CONFIG | {"operations": [*OPERATIONS, others]})
    config.projects.default.phases.update(phases=list(phases))
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, config=config)
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
    return asked
