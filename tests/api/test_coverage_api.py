"""Coverage over JSON: the answers are those of the directory, every refusal names what to mend."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import TypeAdapter

from api.routes import coverage
from directory.coverage_terms import (
    Change,
    ChangeKind,
    CoverageQuery,
    CoverageReport,
    DatasetFacts,
    DaysReport,
    GapReport,
    Scenario,
    ScenarioDifference,
    SiteQuery,
    SiteReport,
    SupplyReport,
)
from directory.records import Facility
from directory.scenarios import difference, save_scenario
from directory.sites import find_sites
from tests.api.answers import API, get, problem
from tests.api.coverage_service import (
    ASKED,
    DAY,
    QUERY,
    QUESTIONS,
    SITES,
    api,
    plain,
    plain_roads,
    read,
    served,
    world,
)
from tests.directory.coverage_world import (
    MONDAY,
    NEED,
    PEOPLE,
    VISITS,
    World,
)
from tests.roads import comarca, road_app

__all__ = ["api", "comarca", "plain", "plain_roads", "road_app", "world"]


def test_answers_are_those_of_the_directory(api: TestClient, world: World) -> None:
    planning = world.planning
    assert read(api, CoverageReport, "", **ASKED) == planning.report(QUERY)
    assert read(api, GapReport, "/gaps", **ASKED, limit=400) == planning.gaps(QUERY)
    assert read(api, SupplyReport, "/supply", **ASKED) == planning.supply(QUERY)
    assert read(api, list[DatasetFacts], "/datasets") == planning.datasets()
    assert read(api, DaysReport, "/days", **ASKED, day=DAY, count=6) == planning.days(QUERY, MONDAY, 6)
    sought = SiteQuery(replace(QUERY, minutes=3), count=2, candidates="offer:treatment", exact=False)
    assert read(api, SiteReport, "/sites", **SITES) == find_sites(planning, sought)


def test_every_part_of_a_question_is_understood(api: TestClient, world: World) -> None:
    asked = {
        "dataset": "survey", "network": "comarca", "mode": "foot", "minutes": 45, "needs": NEED,
        "kind": "mobile_office", "age": 40, "sex": "female", "pregnant": "false", "day": DAY, "days": 5,
        "leave_from": "07:30", "open_at": "11:00", "mobile": "true", "area": "071", "band": "women",
    }  # fmt: skip
    told = read(api, CoverageReport, "", **asked).query
    query = TypeAdapter(CoverageQuery).dump_python(told, mode="json")
    assert query.pop("area_code") == asked.pop("area")
    assert query.pop("kinds") == [asked.pop("kind")]
    person = query.pop("person")
    assert (person["age"], person["sex"], person["pregnant"]) == (40, "female", False)
    for name in ("age", "sex", "pregnant"):
        del asked[name]
    asked |= {"needs": [NEED], "mobile": True, "leave_from": "07:30:00", "open_at": "11:00:00"}
    assert {name: query[name] for name in asked} == asked
    assert world.planning.report(told) == read(
        api, CoverageReport, "", **asked | {"area": "071", "kind": "mobile_office", "age": 40, "sex": "female",
        "pregnant": "false"},
    )  # fmt: skip


def test_facilities_and_several_needs_are_lists(api: TestClient) -> None:
    told = read(api, CoverageReport, "", needs=[NEED, "treatment"], accessibility=["ramp", "lift"]).query
    assert told.needs == (NEED, "treatment")
    assert told.facilities == (Facility("ramp"), Facility("lift"))


def test_a_scenario_changes_every_answer_and_difference_tells_by_how_much(
    api: TestClient, world: World
) -> None:
    close = Change(ChangeKind.CLOSE, offer=world.ids["centro"])
    saved = save_scenario(world.engine, f"Cierre {uuid4()}", [close])
    assert saved in read(api, list[Scenario], "/scenarios")
    now, then = (
        read(api, CoverageReport, "", **ASKED),
        read(api, CoverageReport, "", **ASKED, scenario=saved.id),
    )
    told = read(api, ScenarioDifference, "/scenarios/difference", **ASKED, after=saved.id)
    assert (told.before, told.after) == (now, then)
    assert told == difference(world.planning, QUERY, None, saved.id)
    assert told.gained - told.lost == pytest.approx(then.total.covered - now.total.covered)
    back = read(api, ScenarioDifference, "/scenarios/difference", **ASKED, before=saved.id)
    assert (back.gained, back.lost) == (told.lost, told.gained)


@pytest.mark.parametrize("path", QUESTIONS)
def test_the_same_question_twice_gives_the_same_bytes(api: TestClient, world: World, path: str) -> None:
    asked = ASKED | ({"day": DAY} if path == "/days" else {}) | (SITES if path == "/sites" else {})
    first = api.get(f"{API}/coverage{path}", params=asked)
    assert first.status_code == 200, first.text
    assert api.get(f"{API}/coverage{path}", params=asked).content == first.content
    for other in served(world.engine, world):  # which remembers nothing
        assert other.get(f"{API}/coverage{path}", params=asked).content == first.content


def test_gaps_are_as_many_as_asked_most_people_first(api: TestClient) -> None:
    every = get(api, "/coverage/gaps", minutes=3, limit=400)["gaps"]
    left = [one["head"]["people"] - one["head"]["covered"] for one in every]
    assert len(every) > 1
    assert left == sorted(left, reverse=True)
    assert get(api, "/coverage/gaps", minutes=3, limit=1)["gaps"] == every[:1]


def test_a_round_is_told_by_its_days(api: TestClient) -> None:
    days = [one.isoformat() for one in VISITS]
    told = read(api, SiteReport, "/sites", **SITES, kind="mobile_office", dates=days, objective="person_days")
    assert told.query.dates == VISITS
    assert {one.day for one in told.sites} <= set(VISITS)
    assert told.sites
    assert told.total == pytest.approx(sum(one.gain for one in told.sites))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"dataset": "census"}, "dataset"),
    ({"network": "chile"}, "network"),
    ({"needs": "nothing"}, "needs"),
    ({"kind": "castle"}, "kind"),
    ({"area": "99999"}, "area"),
    ({"band": "men"}, "band"),
    ({"insurance": "gold"}, "insurance"),
    ({"minutes": 61, "mode": "foot"}, "minutes"),
    *[({"minutes": value}, "query.minutes") for value in (0, 91, -1, 2**64, "x", "1e1", "nan", "")],
    ({"mode": "transit"}, "query.mode"),
    *[({name: value}, f"query.{name}") for name in ("dataset", "network", "band", "area", "kind", "needs")
      for value in ("\0", "a\0b", "x" * 20_000, "")],
    ({"dataset": "'; drop table area; --"}, "dataset"),
    ({"dataset": "💊{{7*7}}<script>"}, "dataset"),
    ({"leave_from": "06:00Z"}, "query.leave_from"),
    ({"leave_from": "25:00"}, "query.leave_from"),
    ({"open_at": "noon"}, "query.open_at"),
    ({"age": -1}, "query.age"),
    ({"accessibility": "pool"}, "query.accessibility.0"),
    ({"estimate": "perhaps"}, "query.estimate"),
    ({"minuts": 5}, "query.minuts"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "field"), REFUSED, ids=[repr(asked)[:40] for asked, _ in REFUSED])
def test_every_refusal_names_the_part_to_mend(api: TestClient, asked: dict[str, Any], field: str) -> None:
    for path in QUESTIONS:
        given = asked | ({"day": DAY} if path == "/days" else {})
        told = problem(api.get(f"{API}/coverage{path}", params=given), 422)
        assert told["errors"][0]["field"].startswith(field), path


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        ("", {"day": "2031-01-01"}, "day"),
        ("", {"days": 7}, "day"),
        ("", {"open_at": "17:00"}, "open_at"),
        ("", {"scenario": 2**31}, "query.scenario"),
        ("/gaps", {"limit": 0}, "query.limit"),
        ("/days", {"day": "2031-01-01"}, "day"),
        ("/days", {"day": DAY, "count": 91}, "query.count"),
        ("/days", {"day": DAY, "days": 3}, "query.days"),
        ("/days", {"day": DAY, "estimate": "true"}, "network"),
        ("/supply", {"estimate": "true"}, "network"),
        ("/scenarios/difference", {"scenario": 1}, "query.scenario"),
        ("/sites", {"estimate": "true"}, "network"),
        ("/sites", {"candidates": "moons"}, "query.candidates"),
        ("/sites", {"candidates": "offer:castle"}, "candidates"),
        ("/sites", {"objective": "person_days"}, "objective"),
        ("/sites", {"drive_minutes": 60}, "drive_minutes"),
        ("/sites", {"dates": [DAY], "day": DAY}, "query"),
        ("/sites", {"dates": [DAY, "2026-12-31"]}, "dates"),
        ("/datasets", {"limit": 1}, "query.limit"),
        ("/scenarios", {"after": 1}, "query.after"),
    ],
)
def test_refusals_of_one_question(api: TestClient, path: str, asked: dict[str, Any], field: str) -> None:
    told = problem(api.get(f"{API}/coverage{path}", params=asked), 422)
    assert told["errors"][0]["field"] == field


def test_a_scenario_that_is_gone_is_404(api: TestClient) -> None:
    for path in QUESTIONS:
        name = "after" if path == "/scenarios/difference" else "scenario"
        problem(api.get(f"{API}/coverage{path}", params=ASKED | {name: 2**31 - 1, "day": DAY}), 404)


def test_more_candidates_than_a_request_may_try_are_work(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "LONGEST_SEARCH", -1.0)
    told = problem(api.get(f"{API}/coverage/sites", params=SITES), 422)
    assert told["errors"][0]["field"] == "candidates"
    assert "/api/v1/coverage/jobs" in told["detail"]


def test_without_roads_bounds_are_told_and_no_heads(plain: TestClient) -> None:
    told = read(plain, CoverageReport, "", minutes=30, area="07")
    assert told.basis.method == "estimate"
    assert told.basis.network is None
    assert told.total.covered is None
    assert 0 <= told.total.low <= told.total.high <= 1
    assert all(one.head.covered is None for one in (*told.comunas, *told.bands, *told.settlements))
    for path in ("/days", "/supply", "/sites"):
        refused = problem(plain.get(f"{API}/coverage{path}", params={"day": "2026-09-09"}), 422)
        assert refused["errors"][0]["field"] == "network"
    for body in ({"kind": "rows"}, {"kind": "sites", "sites": {}}):
        refused = problem(plain.post(f"{API}/coverage/jobs", json=body), 422)
        assert refused["errors"][0]["field"] == "network"


def test_with_roads_the_demonstration_counts_heads(road_app: FastAPI) -> None:
    with TestClient(road_app, raise_server_exceptions=False) as client:
        told = read(client, CoverageReport, "", minutes=30, area="07")
        assert told.basis.method == "network"
        assert told.basis.demonstration
        assert told.total.low == told.total.high == told.total.covered / told.total.people
        # Whoever lives where there are no roads is in neither.
        assert told.total.people + told.basis.people_off_network == pytest.approx(told.basis.people)
        days = read(client, DaysReport, "/days", minutes=30, day="2026-09-07", count=7)
        assert [one.day for one in days.days] == [date(2026, 9, day) for day in range(7, 14)]
        assert read(client, SupplyReport, "/supply", minutes=30).capacity > 0


def test_nobody_is_lost(api: TestClient) -> None:
    told = get(api, "/coverage", minutes=15)
    basis = told["basis"]
    counted = told["total"]["people"] + basis["people_off_network"] + basis["people_without_point"]
    assert counted == pytest.approx(basis["people"]) == pytest.approx(PEOPLE)
