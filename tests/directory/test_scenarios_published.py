"""A what-if is answered as if its change had been published: to the last figure, for each kind of change."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from directory.coverage_terms import Change, ChangeKind, CoverageQuery
from directory.db import make_engine
from directory.records import HoursText, OfferRecord, Timing, VisitRecord
from geo.travel import TravelMode
from tests.directory.coverage_world import (
    MONDAY,
    OFFERS,
    SUNDAY,
    World,
    make_world,
    offer,
    plain_roads,
    seed_offers,
)
from tests.directory.scenario_world import NARROW, STOP, asked, figures, forgetting, world
from tests.roads import PLACES

__all__ = ["forgetting", "plain_roads", "world"]
pytestmark = pytest.mark.usefixtures("forgetting")


@pytest.fixture(scope="module")
def other(make_database: Callable[[], AbstractContextManager[str]], plain_roads: Path) -> Iterator[World]:
    """The same world, where changes are published."""
    with make_database() as url:
        engine = make_engine(url)
        yield make_world(engine, plain_roads)
        engine.dispose()


# Each change, and what publishing it would be.
SAME: dict[str, tuple[Any, Any]] = {
    "close": (
        lambda ids: Change(ChangeKind.CLOSE, offer=ids["centro"]),
        lambda offers: [one for one in offers if one.source_ref != "centro"],
    ),
    "close without hours": (
        lambda ids: Change(ChangeKind.CLOSE, offer=ids["callado"]),
        lambda offers: [one for one in offers if one.source_ref != "callado"],
    ),
    "open": (
        lambda ids: Change(ChangeKind.OPEN, name="n", point=PLACES["tranque"], hours="Tu-Th 10:00-13:00"),
        lambda offers: [*offers, offer("n", "tranque", 99, timing=texts("Tu-Th 10:00-13:00"))],
    ),
    "open always": (
        lambda ids: Change(ChangeKind.OPEN, name="n", point=PLACES["grande_s"]),
        lambda offers: [*offers, offer("n", "grande_s", 99, timing=texts("24/7"))],
    ),
    "move": (
        lambda ids: Change(ChangeKind.MOVE, offer=ids["centro"], point=PLACES["peumos"]),
        lambda offers: changed(offers, "centro", location=offer("centro", "peumos", 2).location),
    ),
    "hours": (
        lambda ids: Change(ChangeKind.HOURS, offer=ids["centro"], hours="Fr-Su 22:00-02:00"),
        lambda offers: changed(offers, "centro", timing=texts("Fr-Su 22:00-02:00")),
    ),
    "hours of one without": (
        lambda ids: Change(ChangeKind.HOURS, offer=ids["callado"], hours="Mo 08:00-09:00"),
        lambda offers: changed(offers, "callado", timing=texts("Mo 08:00-09:00")),
    ),
    "stop": (
        lambda ids: replace(STOP, days=(MONDAY, SUNDAY)),
        lambda offers: [
            *offers,
            offer(
                "n", "peumos", 99, kind="mobile_office",
                timing=Timing(visits=tuple(VisitRecord(day, time(9), time(12)) for day in (MONDAY, SUNDAY))),
            ),
        ],
    ),
}  # fmt: skip
QUESTIONS = {
    "any day": NARROW,
    "monday": replace(NARROW, day=MONDAY),
    "sunday night": replace(NARROW, day=SUNDAY, open_at=time(1)),
    "week on foot": CoverageQuery(mode=TravelMode.FOOT, minutes=20, day=MONDAY, days=7),
    "fixed on sunday": replace(NARROW, day=SUNDAY, mobile=False),
}


def texts(hours: str) -> Timing:
    return Timing(texts=(HoursText(hours),))


def changed(offers: list[OfferRecord], name: str, **changes: Any) -> list[OfferRecord]:
    return [replace(one, **changes) if one.source_ref == name else one for one in offers]


@pytest.mark.parametrize("name", SAME)
def test_a_change_is_answered_as_if_it_were_published(world: World, other: World, name: str) -> None:
    change, published = SAME[name]
    wanted = [asked(world, query, change(world.ids)) for query in QUESTIONS.values()]
    seed_offers(other.engine, published(OFFERS))
    for query, found in zip(QUESTIONS.values(), wanted, strict=True):
        assert figures(found) == figures(other.planning.report(query)), query
    assert any(
        figures(one) != figures(world.planning.report(query))
        for query, one in zip(QUESTIONS.values(), wanted, strict=True)
    )
