"""Long work over JSON: asked for once, told while it runs, cancelled; never by a page of somebody else."""

from collections.abc import Iterator
from time import sleep
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from directory.coverage_terms import (
    CoverageReport,
    SiteReport,
)
from directory.job_worker import working
from geo.points import LonLat
from tests.api.answers import API, get, problem
from tests.api.coverage_service import (
    ASKED,
    DAY,
    QUERY,
    QUESTIONS,
    SITES,
    api,
    plain_roads,
    read,
    served,
    world,
)
from tests.directory.coverage_world import (
    NEED,
    OFFERS,
    World,
    bench,
    bench_engine,
    offer,
    seed_offers,
)
from tests.roads import PLACES

__all__ = ["api", "bench", "bench_engine", "plain_roads", "world"]

# More than are made while somebody waits, each at a point of its own along a street.
MANY = [offer(f"many{number}", LonLat(PLACES["d4"].lon + number / 50_000, PLACES["d4"].lat), 20 + number)
        for number in range(24)]  # fmt: skip
SITES_BODY = SITES | {"needs": [NEED]}


@pytest.fixture
def busy(bench: World) -> Iterator[TestClient]:
    """The service where many places lack reach rows."""
    seed_offers(bench.engine, [*OFFERS, *MANY])
    with bench.engine.begin() as connection:
        connection.exec_driver_sql("delete from job")
    yield from served(bench.engine, bench)


def start(client: TestClient, body: dict[str, Any]) -> UUID:
    """Ask for work; its id."""
    asked = client.post(f"{API}/coverage/jobs", json=body)
    assert asked.status_code == 200, asked.text
    return UUID(asked.json()["id"])


def finished(client: TestClient, job: UUID) -> dict[str, Any]:
    """A job once it is over; the test's own time limit bounds the wait."""
    while (state := get(client, f"/coverage/jobs/{job}"))["state"] in {"waiting", "running"}:
        sleep(0.02)
    return state


def test_missing_rows_are_told_then_made_by_a_job_then_the_answer_is_there(
    busy: TestClient, bench: World
) -> None:
    places = len({one.location.position for one in MANY}) + 4  # the others of the network
    for path in QUESTIONS:
        told = problem(busy.get(f"{API}/coverage{path}", params=ASKED | {"day": DAY}), 409)
        assert f"{places} de {places} lugares" in told["detail"]
    problem(busy.post(f"{API}/coverage/jobs", json={"kind": "sites", "sites": SITES_BODY}), 409)
    rows = start(busy, {"kind": "rows"})
    sites = None
    with working(bench.engine, bench.settings, poll_seconds=0.05):
        done = finished(busy, rows)
        assert done["state"] == "done", done
        assert done["result"]["made"] >= places
        sites = finished(busy, start(busy, {"kind": "sites", "sites": SITES_BODY}))
    assert sites["state"] == "done", sites
    report = TypeAdapter(SiteReport).validate_python(sites["result"])
    assert report.method == "optimal"
    assert report.gap == pytest.approx(0)
    answered = read(busy, CoverageReport, "", **ASKED)
    assert answered == bench.planning.report(QUERY)
    problem(busy.post(f"{API}/coverage/jobs/{rows}/cancel"), 409)


def test_work_asked_for_twice_is_one_and_can_be_cancelled(busy: TestClient) -> None:
    job = start(busy, {"kind": "rows", "mode": "foot"})
    # The same in other words: what was not said is found.
    same = {"kind": "rows", "mode": "foot", "dataset": "survey", "network": "comarca"}
    assert start(busy, same) == job
    assert start(busy, {"kind": "rows"}) != job
    assert get(busy, f"/coverage/jobs/{job}")["state"] == "waiting"
    cancelled = busy.post(f"{API}/coverage/jobs/{job}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    told = problem(busy.post(f"{API}/coverage/jobs/{job}/cancel"), 409)
    assert "terminó" in told["detail"]
    assert start(busy, same) != job


def test_too_much_waiting_work_is_refused(busy: TestClient, bench: World) -> None:
    with bench.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into job (id, kind, key, params, state, done, told, cancel)"
            " select gen_random_uuid(), 'rows', n::text, '{}', 'waiting', 0, '', false from generate_series(1, 20) n"
        )
    told = problem(busy.post(f"{API}/coverage/jobs", json={"kind": "rows"}), 409)
    assert "20" in told["detail"]


def test_pages_of_others_start_and_cancel_nothing(api: TestClient, world: World) -> None:
    for path in ("", f"/{uuid4()}/cancel"):
        for site in ("cross-site", "same-site", "evil"):
            response = api.post(
                f"{API}/coverage/jobs{path}", json={"kind": "rows"}, headers={"sec-fetch-site": site}
            )
            problem(response, 403)
    with world.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from job").scalar() == 0


def test_work_that_there_is_not_is_404(api: TestClient) -> None:
    problem(api.get(f"{API}/coverage/jobs/{uuid4()}"), 404)
    problem(api.post(f"{API}/coverage/jobs/{uuid4()}/cancel"), 404)
    problem(api.get(f"{API}/coverage/jobs/none"), 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.kind"),
        ({"kind": "sweep"}, "body.kind"),
        ({"kind": "sites"}, "body"),
        ({"kind": "rows", "sites": {}}, "body"),
        ({"kind": "rows", "dataset": "census"}, "dataset"),
        ({"kind": "rows", "network": "chile"}, "network"),
        ({"kind": "rows", "dataset": "\0"}, "body.dataset"),
        ({"kind": "rows", "mode": "transit"}, "body.mode"),
        ({"kind": "sites", "mode": "foot", "sites": {}}, "body"),
        ({"kind": "sites", "sites": {"area": "99999"}}, "area"),
        ({"kind": "sites", "sites": {"objective": "person_days"}}, "objective"),
        ({"kind": "sites", "sites": {"estimate": True}}, "network"),
        ({"kind": "sites", "sites": {"leave_from": "06:00+01:00"}}, "body.sites.leave_from"),
        ({"kind": "sites", "sites": {"minuts": 5}}, "body.sites.minuts"),
    ],
)
def test_work_that_cannot_be_done_is_refused_at_once(
    api: TestClient, world: World, body: dict[str, Any], field: str
) -> None:
    told = problem(api.post(f"{API}/coverage/jobs", json=body), 422)
    assert told["errors"][0]["field"] == field
    with world.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from job").scalar() == 0
