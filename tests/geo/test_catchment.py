"""Supply against demand: worked by hand, and against the definition in plain Python on random rows."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.catchment import (
    SLOW_DECAY,
    even_zones,
    gini,
    mean_access,
    ratio_of_means,
    two_step,
    worst_share,
)
from geo.errors import GeoError
from tests.geo.made_rows import rows_of

# Three villages and two clinics. Seconds from village to clinic:
#          0     1     2
#   a    300   900     -
#   b      -   300  1200
TRIPS: list[dict[int, int]] = [{0: 300, 1: 900}, {1: 300, 2: 1_200}]
ROWS = rows_of(TRIPS, 4)  # village 3 reaches nothing
PEOPLE = np.array([100.0, 300.0, 200.0, 400.0])
CAPACITY = np.array([8.0, 10.0])


def test_two_steps_by_hand() -> None:
    # Step 1: a has 8 for 100 + 300 people: 0.02 each; b has 10 for 300 + 200: 0.02 each.
    # Step 2: village 0 has a, 0.02; 1 has both, 0.04; 2 has b, 0.02; 3 has none.
    access = two_step(ROWS, CAPACITY, PEOPLE, [(1_200, 1.0)])
    assert access.tolist() == pytest.approx([0.02, 0.04, 0.02, 0.0])
    assert access @ PEOPLE == pytest.approx(18)  # all of it is somebody's
    assert mean_access(access, PEOPLE) == pytest.approx(0.018)


def test_zones_weigh_near_people_more() -> None:
    # Weight 1 to 600 s, 0.5 to 1,200 s. a: 8 / (100 + 300/2) = 0.032. b: 10 / (300 + 200/2) = 0.025.
    # Village 0: 0.032. Village 1: 0.032/2 + 0.025 = 0.041. Village 2: 0.025/2 = 0.0125.
    access = two_step(ROWS, CAPACITY, PEOPLE, [(600, 1.0), (1_200, 0.5)])
    assert access.tolist() == pytest.approx([0.032, 0.041, 0.0125, 0.0])
    assert access @ PEOPLE == pytest.approx(18)


def test_a_zone_ends_at_its_seconds() -> None:
    assert two_step(ROWS, CAPACITY, PEOPLE, [(1_199, 1.0)])[2] == 0
    assert two_step(ROWS, CAPACITY, PEOPLE, [(299, 1.0)]).tolist() == [0, 0, 0, 0]
    assert even_zones(1_800, (1.0, 0.5, 0.25)) == ((600, 1.0), (1_200, 0.5), (1_800, 0.25))
    assert [weight for _, weight in even_zones(1_800)] == list(SLOW_DECAY)


def test_no_capacity_gives_nothing_and_nobody_divides_nothing() -> None:
    # a states zero: only b gives. Villages 1 and 2 share it.
    access = two_step(ROWS, np.array([0.0, 10.0]), PEOPLE, [(1_200, 1.0)])
    assert access.tolist() == pytest.approx([0, 0.02, 0.02, 0])
    # Nobody lives in reach of a: its capacity is nobody's, and no warning of a division is raised.
    empty = np.array([0.0, 0.0, 200.0, 400.0])
    assert two_step(ROWS, CAPACITY, empty, [(1_200, 1.0)]).tolist() == pytest.approx([0, 0.05, 0.05, 0])
    assert two_step(ROWS, CAPACITY, PEOPLE, [(1_200, 0.0)]).tolist() == [0, 0, 0, 0]


def test_evenness_by_hand() -> None:
    # Ten people have 0, ten have 1, twenty have 2: shares of 50 are 0, 10, 40.
    # Lorenz: (0, 0) (1/4, 0) (1/2, 1/5) (1, 1). Under it: 0 + 1/4 x 1/10 + 1/2 x 3/5 = 0.325; 1 - 2 x 0.325 = 0.35.
    access, people = np.array([2.0, 0.0, 1.0]), np.array([20.0, 10.0, 10.0])
    assert gini(access, people) == pytest.approx(0.35)
    # The tenth of 40 people with least are 4 of those with none.
    assert worst_share(access, people) == 0
    # The worst half has 10 of 50; the worst three eighths 5 of the second ten, so 5 of 50.
    assert worst_share(access, people, 0.5) == pytest.approx(0.2)
    assert worst_share(access, people, 3 / 8) == pytest.approx(0.1)
    # Rural: the twenty with 2. Others: mean 1/2.
    rural = np.array([True, False, False])
    assert ratio_of_means(access, people, rural, ~rural) == pytest.approx(4.0)


def test_evenness_at_its_edges() -> None:
    same, people, nobody = np.full(3, 0.3), np.array([1.0, 2.0, 3.0]), np.zeros(3)
    none = np.zeros(3)
    assert gini(same, people) == pytest.approx(0.0, abs=1e-15)
    assert worst_share(same, people) == pytest.approx(0.1)
    assert (gini(none, people), worst_share(none, people)) == (0.0, 0.0)
    assert (gini(same, nobody), worst_share(same, nobody), mean_access(same, nobody)) == (0.0, 0.0, None)
    # Cells without people have no say.
    assert gini(np.array([5.0, 0.3, 0.3]), np.array([0.0, 1, 1])) == pytest.approx(0.0, abs=1e-15)
    # One person of a thousand has it all.
    assert gini(np.eye(1_000)[0], np.ones(1_000)) == pytest.approx(0.999)
    yes = np.ones(3, bool)
    assert ratio_of_means(same, people, yes, ~yes) is None
    assert ratio_of_means(none, people, yes, yes) is None


@pytest.mark.parametrize(
    ("capacity", "people", "zones", "told"),
    [
        ([1.0], PEOPLE, [(60, 1.0)], "2 places and 4 samples"),
        (CAPACITY, PEOPLE[:3], [(60, 1.0)], "2 places and 4 samples"),
        ([1.0, -2.0], PEOPLE, [(60, 1.0)], "capacity of number 1 is -2"),
        ([np.nan, 2.0], PEOPLE, [(60, 1.0)], "capacity of number 0 is nan"),
        (CAPACITY, [1, 2, np.inf, 3], [(60, 1.0)], "people of number 2 is inf"),
        (CAPACITY, [1, -2, 3, 3], [(60, 1.0)], "people of number 1 is -2"),
        (CAPACITY, PEOPLE, [], "no zones"),
        (CAPACITY, PEOPLE, [(60, 1.0), (60, 0.5)], "ascending"),
        (CAPACITY, PEOPLE, [(60, np.nan)], "ascending"),
        (CAPACITY, PEOPLE, [(60, -1.0)], "below zero"),
        (CAPACITY, PEOPLE, [(6_000, 1.0)], "rows to 5400 s"),
    ],
)
def test_figures_that_cannot_be_are_refused(
    capacity: Sequence[float], people: Sequence[float], zones: list[tuple[float, float]], told: str
) -> None:
    with pytest.raises(GeoError, match=told):
        two_step(ROWS, np.array(capacity), np.array(people), zones)


trips_of = st.lists(st.dictionaries(st.integers(0, 6), st.integers(0, 1_900)), min_size=1, max_size=6)
ZONES = ((600.0, 1.0), (1_200.0, 0.68), (1_800.0, 0.22))


def zone_weight(seconds: int) -> float:
    return next((weight for bound, weight in ZONES if seconds <= bound), 0.0)


@given(trips_of, st.data())
def test_access_is_what_the_formula_says(trips: list[dict[int, int]], data: st.DataObject) -> None:
    def drawn(most: int, count: int) -> list[int]:
        return data.draw(st.lists(st.integers(0, most), min_size=count, max_size=count))

    capacity, people = drawn(5, len(trips)), drawn(9, 7)
    truth, used = [0.0] * 7, 0
    for place, own in zip(capacity, trips, strict=True):
        demand = sum(people[sample] * zone_weight(seconds) for sample, seconds in own.items())
        if place and demand:
            used += place
            for sample, seconds in own.items():
                truth[sample] += place / demand * zone_weight(seconds)
    access = two_step(rows_of(trips, 7), np.array(capacity, float), np.array(people, float), ZONES)
    assert access.tolist() == pytest.approx(truth)
    assert access @ np.array(people) == pytest.approx(used)


pairs_of = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), min_size=1, max_size=12)


@pytest.mark.parametrize("order", [sorted, list])
@given(pairs_of)
def test_gini_is_the_mean_difference(
    order: Callable[[list[tuple[int, int]]], list[tuple[int, int]]], pairs: list[tuple[int, int]]
) -> None:
    """Half the mean difference of all pairs of people over the mean: another definition of the same number."""
    access, people = np.array(order(pairs), float).T.copy()
    each = np.repeat(access, people.astype(int))
    total = each.sum()
    truth = np.abs(each[:, None] - each).sum() / (2 * len(each) * total) if total else 0.0
    assert gini(access, people) == pytest.approx(truth, abs=1e-12)
