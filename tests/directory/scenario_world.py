"""The world of coverage with shapes, so that points of scenarios are in the country. Tests add scenarios alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from directory.coverage_terms import Change, ChangeKind, CoverageQuery, CoverageReport
from directory.db import transaction
from directory.scenarios import save_scenario
from tests.directory.coverage_world import MONDAY, World, make_world
from tests.roads import PLACES

STOP = Change(
    ChangeKind.MOBILE_STOP,
    name="Ronda",
    point=PLACES["peumos"],
    days=(MONDAY,),
    opens=time(9),
    closes=time(12),
)
NARROW = CoverageQuery(minutes=10)
# Made-up territory: each comuna as wide as its people, and the sea around.
SHAPES = {"07101": (-71.75, -35.65, -71.35, -35.3), "13101": (-70.8, -33.6, -70.5, -33.3)}
DRAW = """
update area set shape = st_multi(st_makeenvelope(:west, :south, :east, :north, 4326)) where code = :code
"""


def draw(engine: Engine) -> None:
    """Give comunas a shape, so that points are in the country."""
    with transaction(engine) as session:
        for code, (west, south, east, north) in SHAPES.items():
            values = {"code": code, "west": west, "south": south, "east": east, "north": north}
            session.execute(text(DRAW), values)


@pytest.fixture(scope="module")
def world(module_engine: Engine, plain_roads: Path) -> World:
    """The directory as it is; these tests add scenarios to it and change nothing else."""
    made = make_world(module_engine, plain_roads)
    draw(module_engine)
    return made


@pytest.fixture
def forgetting(world: World) -> Iterator[None]:
    yield
    with transaction(world.engine) as session:
        session.execute(text("delete from coverage_scenario"))


def asked(world: World, query: CoverageQuery, *changes: Change) -> CoverageReport:
    """The question with these changes saved."""
    number = save_scenario(world.engine, f"uno {uuid4()}", changes).id
    return world.planning.report(replace(query, scenario=number))


def figures(report: CoverageReport) -> Any:
    """All that is counted, without names of places."""
    return (
        report.total,
        [replace(one, nearest=None) for one in report.comunas],
        [replace(one, nearest=None) for one in report.settlements],
        report.curve,
        report.second,
        (report.basis.offers, report.basis.places, report.basis.without_hours),
    )
