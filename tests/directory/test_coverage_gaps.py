"""Why people are left out, and that answers follow the directory at once."""

from dataclasses import replace
from uuid import UUID

from directory.coverage_terms import CoverageQuery, WhyLeftOut
from directory.db import transaction
from directory.eligibility import Person
from directory.unmet import Unmet, append_unmet
from geo.travel import TravelMode
from tests.directory.coverage_world import (
    CELLS,
    MONDAY,
    NEED,
    OFFERS,
    SUNDAY,
    World,
    bench,
    bench_engine,
    offer,
    plain_roads,
    seed_offers,
    seed_people,
)
from tests.factories import seed_need

__all__ = ["bench", "bench_engine", "plain_roads"]

ASKED = CoverageQuery(needs=(NEED,), minutes=15)
MEN = Person(sex="male")


def covered(world: World, **changes: object) -> float:
    """People covered."""
    found = world.planning.report(replace(ASKED, **changes)).total.covered  # type: ignore[arg-type]
    assert found is not None
    return found


def test_why_people_are_left_out_and_what_was_recorded(bench: World) -> None:
    with transaction(bench.engine) as session:
        for token, needs in ((1, (NEED,)), (2, (NEED,)), (3, ("treatment",))):
            unmet = Unmet(needs, "07103", TravelMode.CAR, 60)
            append_unmet(session, UUID(int=token), unmet, MONDAY)
    asked = replace(ASKED, minutes=4, day=MONDAY, person=MEN)
    gaps = {one.code: one for one in bench.planning.gaps(asked).gaps}
    # The van is near Los Peumos and not there on Monday; "mujeres" is near tranque; camelias: 60 people too far.
    assert gaps["07102"].why == {
        WhyLeftOut.CLOSED: 300, WhyLeftOut.NOT_ELIGIBLE: 200, WhyLeftOut.TOO_FAR: 60,
    }  # fmt: skip
    assert gaps["07103"].why == {WhyLeftOut.FERRY_ONLY: 40, WhyLeftOut.NO_OFFER: 10}
    assert gaps["07101"].why == {}
    assert [one.code for one in bench.planning.gaps(asked).gaps][:2] == ["07102", "07103"]
    assert (gaps["07103"].unmet, gaps["07102"].unmet) == (2, 0)
    wider = bench.planning.gaps(replace(asked, needs=("treatment",)))
    assert {one.code: one.unmet for one in wider.gaps}["07103"] == 3
    # On Sunday all is closed, and what is closed in reach comes first.
    sunday = {one.code: one for one in bench.planning.gaps(replace(asked, day=SUNDAY)).gaps}
    assert sunday["07101"].why == {WhyLeftOut.CLOSED: 1_500}


def test_what_changes_in_the_directory_changes_the_next_answer(bench: World) -> None:
    assert covered(bench, minutes=1) == 700
    seed_offers(bench.engine, [one for one in OFFERS if one.source_ref != "mujeres"])
    assert covered(bench, minutes=1) == 500
    seed_offers(bench.engine, [*OFFERS, offer("nuevo", "peumos", 8)])
    assert covered(bench, minutes=1) == 1_000
    more = [replace(one, people=one.people * 2) for one in CELLS]
    seed_people(bench.engine, more)
    assert covered(bench, minutes=1) == 2_000


def test_an_offer_without_public_point_and_one_that_fits_nobody_are_told(bench: World) -> None:
    hidden = offer("oculto", "d1", 9)
    seed_offers(bench.engine, [*OFFERS, replace(hidden, location=replace(hidden.location, position=None))])
    basis = bench.planning.report(ASKED).basis
    assert (basis.without_point, basis.offers) == (1, 6)


def test_a_need_that_nobody_serves_leaves_everybody_out(bench: World) -> None:
    with transaction(bench.engine) as session:
        seed_need(session, "food")
    empty = bench.planning.gaps(replace(ASKED, needs=("food",)))
    assert (empty.total.covered, empty.basis.offers, empty.basis.places) == (0, 0, 0)
    assert sum(one.why.get(WhyLeftOut.NO_OFFER, 0) for one in empty.gaps) == 2_110
    assert {share for _, share, _ in bench.planning.report(empty.query).curve} == {0}
    assert bench.planning.supply(empty.query).mean == 0
