"""Questions for the next places that cannot be answered, and what is said of them."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from directory.coverage_terms import CoverageQuery, SiteQuery
from directory.errors import QuestionError
from directory.planning import Planning
from directory.settings import Settings
from directory.site_candidates import MOST_CANDIDATES
from directory.sites import find_sites
from geo.points import LonLat
from geo.travel import TravelMode
from tests.directory.coverage_world import MONDAY, World, plain_roads, world

__all__ = ["plain_roads", "world"]

FOOT = CoverageQuery(mode=TravelMode.FOOT, minutes=20)
DATES = tuple(MONDAY + timedelta(days=number) for number in (1, 2, 4))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": 0}, "count"),
        ({"count": 10_000}, "count"),
        ({"candidates": "schools"}, "candidates"),
        ({"candidates": "offer:nada"}, "candidates"),
        ({"candidates": "localities", "coverage": replace(FOOT, area_code="13101")}, "candidates"),
        ({"objective": "most"}, "objective"),
        ({"objective": "person_days"}, "objective"),
        ({"objective": "mean", "dates": DATES}, "objective"),
        ({"dates": DATES, "stops_per_day": 0}, "stops_per_day"),
        ({"dates": (MONDAY, MONDAY + timedelta(days=400))}, "dates"),
        ({"dates": (date(1999, 1, 1),)}, "day"),
        ({"drive_minutes": 30}, "drive_minutes"),
        ({"dates": DATES, "drive_minutes": 0}, "drive_minutes"),
        ({"coverage": replace(FOOT, minutes=500)}, "minutes"),
        ({"coverage": replace(FOOT, estimate=True)}, "network"),
    ],
)
def test_questions_that_make_no_sense(world: World, changes: dict[str, object], field: str) -> None:
    with pytest.raises(QuestionError) as refused:
        find_sites(world.planning, replace(SiteQuery(FOOT), **changes))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_too_many_candidates_are_refused_before_any_search(world: World) -> None:
    many = tuple((str(number), LonLat(-71.6 - number / 1e6, -35.4)) for number in range(MOST_CANDIDATES + 1))
    with pytest.raises(QuestionError, match="más pequeño") as refused:
        find_sites(world.planning, SiteQuery(FOOT, points=many))
    assert refused.value.field == "points"
    driven = SiteQuery(FOOT, points=many[:1_001], dates=DATES, drive_minutes=30)
    with pytest.raises(QuestionError) as refused:
        find_sites(world.planning, driven)
    assert refused.value.field == "drive_minutes"


def test_without_roads_it_says_so(world: World, tmp_path: Path) -> None:
    nowhere = Planning(world.engine, Settings(networks=tmp_path))
    with pytest.raises(QuestionError, match="red de caminos") as refused:
        find_sites(nowhere, SiteQuery(FOOT, 1))
    assert refused.value.field == "network"
