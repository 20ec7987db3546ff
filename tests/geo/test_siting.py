import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeoError
from geo.reach_rows import NO_TRIP
from geo.siting import Benefit, Limits, covering, greedy, interchange, saving, taken
from geo.units import Minutes
from tests.geo.siting_world import (
    LIMIT,
    allowed,
    anywhere,
    benefits,
    best_total,
    dense,
    limits_of,
    random_rows,
    rows_of,
)

E_SHARE = 1 - 1 / math.e


@given(st.data())
def test_gains_never_grow_and_add_up_within_the_limits(data: st.DataObject) -> None:
    benefit = data.draw(benefits())
    limits = data.draw(limits_of(benefit))
    found = greedy(benefit, limits)
    assert all(one >= other for one, other in zip(found.gains, found.gains[1:], strict=False))
    assert all(gain > 0 for gain in found.gains)
    assert allowed(limits, found.chosen)
    assert len(set(found.chosen)) == len(found.chosen)
    assert found.total == pytest.approx(benefit.total(found.chosen))


@given(st.data())
def test_greedy_keeps_its_guarantee(data: st.DataObject) -> None:
    benefit = data.draw(benefits())
    limits = data.draw(limits_of(benefit))
    share = E_SHARE if limits.day is None else 0.5
    assert greedy(benefit, limits).total >= share * best_total(benefit, limits) * (1 - 1e-9)


@given(st.data())
def test_lazy_is_the_same_as_eager(data: st.DataObject) -> None:
    benefit = data.draw(benefits())
    limits = data.draw(limits_of(benefit))
    best, chosen, filled = np.zeros(benefit.size), [], {}
    while len(chosen) < limits.count:
        gains = [benefit.gain(one, best) if limits.room(one, filled) else 0.0 for one in range(len(benefit))]
        if max(gains, default=0.0) <= 0:
            break
        chosen.append(gains.index(max(gains)))
        benefit.raise_to(chosen[-1], best)
        limits.take(chosen[-1], filled)
    assert greedy(benefit, limits).chosen == tuple(chosen)


@given(benefits(), st.integers(0, 4))
def test_no_single_exchange_betters_an_interchanged_choice(benefit: Benefit, count: int) -> None:
    start = greedy(benefit, Limits(count))
    found = interchange(benefit, start)
    assert found.total >= start.total
    assert len(found.chosen) <= count
    others = [one for one in range(len(benefit)) if one not in found.chosen]
    exchanged = [
        benefit.total([*(kept for kept in found.chosen if kept != leaves), enters])
        for leaves in found.chosen
        for enters in others
    ]
    assert all(total <= found.total * (1 + 1e-8) + 1e-8 for total in exchanged)


def test_interchange_mends_what_greedy_spoils() -> None:
    # The middle place is best alone; the two at the sides are best together.
    rows = rows_of([{1: 60, 2: 60}, {0: 60, 1: 60}, {2: 60, 3: 60}], 4)
    people = np.array([9.0, 10, 10, 9])
    benefit = covering(rows, anywhere(rows), people, np.zeros(4, np.bool_))
    start = greedy(benefit, Limits(2))
    assert (start.chosen, start.gains) == ((0, 1), (20.0, 9.0))
    better = interchange(benefit, start)
    assert (set(better.chosen), better.total) == ({1, 2}, 38.0)


def test_covering_counts_people_that_nothing_covers_yet() -> None:
    rng = np.random.default_rng(7)
    rows, people = random_rows(rng, 6, 30), rng.uniform(0, 50, 30)
    already, allowance = rng.random(30) < 0.4, np.array([600.0, 3600, 0, -1, 1200, 3600])
    benefit = covering(rows, allowance, people, already)
    table = dense(rows)
    for place in range(6):
        covered = (table[:, place] <= allowance[place]) & ~already
        assert benefit.total([place]) == pytest.approx(people[covered].sum())
    together = (table <= allowance).any(axis=1) & ~already
    assert benefit.total(range(6)) == pytest.approx(people[together].sum())


def test_saving_counts_the_limit_for_whom_nobody_reaches() -> None:
    rng = np.random.default_rng(8)
    rows, people = random_rows(rng, 5, 40), rng.uniform(0, 50, 40)
    known = np.where(rng.random(40) < 0.5, NO_TRIP, rng.integers(0, 7200, 40)).astype(np.uint16)
    limit = Minutes(45.0)
    before = taken(known, limit)
    assert before.max() == 45 * 60
    benefit = saving(rows, anywhere(rows), people, known, limit)
    chosen = [1, 3]
    after = np.minimum(before, dense(rows)[:, chosen].min(axis=1))
    assert benefit.total(chosen) == pytest.approx(((before - after) * people).sum())
    closed = saving(rows, np.full(5, -1.0), people, known, limit)
    assert closed.total(range(5)) == 0


def test_of_equals_the_lowest_number_is_chosen() -> None:
    rows = rows_of([{}, {2: 60}, {0: 60}, {1: 60}, {0: 30}], 3)
    benefit = covering(rows, anywhere(rows), np.full(3, 5.0), np.zeros(3, np.bool_))
    assert greedy(benefit, Limits(2)).chosen == (1, 2)
    # More than there is to win is not chosen: place 4 adds nothing to place 2.
    assert greedy(benefit, Limits(9)).chosen == (1, 2, 3)


@pytest.mark.parametrize("trips", [[], [{}], [{}, {}]], ids=["no candidates", "empty row", "empty rows"])
def test_nothing_to_choose_from(trips: list[dict[int, int]]) -> None:
    rows = rows_of(trips, 3)
    benefit = covering(rows, anywhere(rows), np.ones(3), np.zeros(3, np.bool_))
    found = interchange(benefit, greedy(benefit, Limits(2)))
    assert (found.chosen, found.total) == ((), 0)


def test_places_where_nobody_lives_or_all_is_covered_are_not_chosen() -> None:
    rows = rows_of([{0: 60}, {1: 60}, {2: 60}], 3)
    benefit = covering(rows, anywhere(rows), np.array([0.0, 4, 4]), np.array([False, True, False]))
    assert greedy(benefit, Limits(3)).chosen == (2,)
    assert greedy(benefit, Limits(0)).chosen == ()


def test_most_within_limits_is_the_largest_sum() -> None:
    worth = np.array([5.0, 4, 3, 2, 0])
    assert Limits(3).most(worth).tolist() == [0, 1, 2]
    days = np.array([0, 0, 0, 1, 1], np.int32)
    assert Limits(3, days, 1).most(worth).tolist() == [0, 3]
    assert Limits(9, days, 2).most(worth).tolist() == [0, 1, 3]


@pytest.mark.parametrize("people", [[1.0, -1.0], [1.0, math.nan], [1.0, math.inf], [1.0]])
def test_people_must_be_people(people: list[float]) -> None:
    rows = rows_of([{0: 60}], 2)
    with pytest.raises(GeoError, match="people"):
        covering(rows, anywhere(rows), np.array(people), np.zeros(2, np.bool_))
    with pytest.raises(GeoError, match="people"):
        saving(rows, anywhere(rows), np.array(people), np.full(2, NO_TRIP, np.uint16), LIMIT)


def test_limits_must_be_possible() -> None:
    with pytest.raises(GeoError, match="negative"):
        Limits(-1)
    with pytest.raises(GeoError, match="negative"):
        Limits(1, np.zeros(2, np.int32), -1)
    with pytest.raises(GeoError, match="day of every candidate"):
        Limits(1, per_day=2)
