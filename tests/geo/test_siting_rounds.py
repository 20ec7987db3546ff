from itertools import permutations

import numpy as np
import pytest

from geo.errors import GeoError
from geo.reach_rows import Floats
from geo.siting import Limits, greedy
from geo.siting_exact import optimum
from geo.siting_rounds import Aim, Rounds, Visit, day_limits, routed, visits, visits_of
from geo.units import Minutes
from tests.geo.siting_world import best_total, choices, dense, random_rows, rows_of

NOBODY = np.zeros((3, 2), np.bool_)
# Three villages of 10, 20 and 30 people, each with its own stop.
VILLAGES, PEOPLE = rows_of([{0: 60}, {1: 60}, {2: 60}], 3), np.array([10.0, 20, 30])
ALWAYS = np.full((3, 2), 3600.0)


@pytest.mark.parametrize("aim", Aim)
@pytest.mark.parametrize("seed", range(4))
def test_rounds_are_counted_day_by_day(seed: int, aim: Aim) -> None:
    rng = np.random.default_rng(seed)
    stops, days, size = 4, 3, 25
    rows, people = random_rows(rng, stops, size), rng.uniform(0, 40, size)
    allowance = rng.choice([-1.0, 900, 3600], (stops, days))
    already = rng.random((size, days)) < 0.15
    benefit, limits = visits(rows, allowance, people, already, aim), day_limits(stops, days, 1, 2)
    table = dense(rows)
    for chosen in choices(limits, len(benefit)):
        covered = already.copy()
        for stop, day in visits_of(chosen, stops):
            covered[:, day] |= table[:, stop] <= allowance[stop, day]
        fresh = covered & ~already if aim is Aim.PERSON_DAYS else covered.any(axis=1) & ~already.any(axis=1)
        counted = (fresh * (people[:, None] if fresh.ndim == 2 else people)).sum()
        assert benefit.total(chosen) == pytest.approx(counted)
    best, found = best_total(benefit, limits), greedy(benefit, limits)
    assert best / 2 <= found.total <= best + 1e-6
    assert optimum(benefit, limits, found, seconds=60).choice.total == pytest.approx(best)


def test_a_stop_a_day_goes_where_most_people_are() -> None:
    found = greedy(visits(VILLAGES, ALWAYS, PEOPLE, NOBODY, Aim.PERSON_DAYS), day_limits(3, 2, 1, 9))
    assert visits_of(found.chosen, 3) == (Visit(2, 0), Visit(2, 1))
    found = greedy(visits(VILLAGES, ALWAYS, PEOPLE, NOBODY, Aim.ONCE), day_limits(3, 2, 1, 9))
    assert visits_of(found.chosen, 3) == (Visit(2, 0), Visit(1, 1))
    assert found.gains == (30.0, 20.0)


def test_greedy_may_waste_a_day_and_the_exact_choice_does_not() -> None:
    # The first stop comes on either day, the second on the first day only: of equals greedy takes the first.
    allowance = np.array([[3600.0, 3600], [3600, -1]])
    rows = rows_of([{0: 60}, {1: 60}], 2)
    benefit = visits(rows, allowance, np.array([10.0, 10]), np.zeros((2, 2), np.bool_), Aim.ONCE)
    limits = day_limits(2, 2, 1, 2)
    start = greedy(benefit, limits)
    assert start.total == 10
    found = optimum(benefit, limits, start, seconds=60)
    assert (set(visits_of(found.choice.chosen, 2)), found.choice.total) == ({Visit(0, 1), Visit(1, 0)}, 20)


def plan(
    driving: Floats, longest: float, base: tuple[Floats, Floats] | None = None, per_day: int = 3
) -> Rounds:
    benefit = visits(VILLAGES, ALWAYS, PEOPLE, NOBODY, Aim.PERSON_DAYS)
    return routed(benefit, day_limits(3, 2, per_day, 99), driving, Minutes(longest), base)


# Along a road: 0, 10 and 40 minutes from its start.
ROAD = np.abs(np.subtract.outer([0.0, 10, 40], [0.0, 10, 40]))
BASE = (np.array([0.0, 10, 40]), np.array([0.0, 10, 40]))


def test_a_day_drives_no_longer_than_it_may() -> None:
    through = plan(ROAD, 40)
    assert [(day.day, day.minutes) for day in through.days] == [(0, 40.0), (1, 40.0)]
    assert through.total == 120
    # The far stop fits with no other: it has as many people as the other two, who can be driven together.
    assert plan(ROAD, 29).total == 60
    with_base = plan(ROAD, 20, BASE)
    assert [set(day.stops) for day in with_base.days] == [{0, 1}, {0, 1}]
    assert plan(ROAD, 80, BASE).total == 120
    assert plan(ROAD, 79, BASE).days == plan(ROAD, 20, BASE).days


def test_stops_without_way_stay_out() -> None:
    driving = ROAD.copy()
    driving[2, :2] = driving[:2, 2] = np.inf
    # With the far stop alone as good as both others, a day has one or the other.
    assert [set(day.stops) for day in plan(driving, 500).days] in ([{2}, {2}], [{0, 1}, {0, 1}])
    far = (np.array([0.0, 10, np.inf]), np.array([0.0, 10, np.inf]))
    assert [set(day.stops) for day in plan(driving, 500, far).days] == [{0, 1}, {0, 1}]


@pytest.mark.parametrize("seed", range(5))
def test_routes_keep_every_limit_and_are_told_as_they_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stops, days, size, longest = 8, 3, 60, 60.0
    points = rng.uniform(0, 60, (stops, 2))
    driving = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) * rng.uniform(
        1, 1.2, (stops, stops)
    )
    np.fill_diagonal(driving, 0)
    rows, people = random_rows(rng, stops, size, 0.2), rng.uniform(0, 40, size)
    benefit = visits(rows, np.full((stops, days), 3600.0), people, np.zeros((size, days), np.bool_), Aim.ONCE)
    limits = day_limits(stops, days, 3, 7)
    found = routed(benefit, limits, driving, Minutes(longest))
    chosen = [day * stops + stop for stop, day in found.visits]
    assert found.total == pytest.approx(benefit.total(chosen))
    assert sorted(found.visits) == sorted(Visit(stop, day.day) for day in found.days for stop in day.stops)
    assert len(chosen) <= 7
    for day in found.days:
        assert len(day.stops) <= 3
        legs = driving[list(day.stops[:-1]), list(day.stops[1:])]
        assert day.minutes == pytest.approx(legs.sum())
        assert day.minutes <= longest + 1e-9
    # Without a limit of driving it is at least as good, and no better than the optimum.
    free = routed(benefit, limits, driving, Minutes(np.inf))
    best = optimum(benefit, limits, greedy(benefit, limits), seconds=60)
    assert free.total <= best.bound * (1 + 1e-9)
    assert free.total >= greedy(benefit, limits).total * (1 - 1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_one_day_is_driven_nearly_as_short_as_can_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 60, (6, 2))
    driving = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    rows = rows_of([{one: 60} for one in range(6)], 6)
    benefit = visits(rows, np.full((6, 1), 3600.0), np.ones(6), np.zeros((6, 1), np.bool_), Aim.ONCE)
    (day,) = routed(benefit, day_limits(6, 1, 6, 6), driving, Minutes(1e6)).days
    shortest = min(driving[list(order[:-1]), list(order[1:])].sum() for order in permutations(range(6)))
    assert shortest - 1e-9 <= day.minutes <= 1.5 * shortest


def test_nothing_to_drive_to() -> None:
    none = rows_of([], 3)
    empty = visits(none, np.empty((0, 2)), PEOPLE, NOBODY, Aim.PERSON_DAYS)
    assert routed(empty, day_limits(0, 2, 1, 1), np.empty((0, 0)), Minutes(9)) == Rounds((), (), ())
    no_days = visits(VILLAGES, np.empty((3, 0)), PEOPLE, np.empty((3, 0), np.bool_), Aim.ONCE)
    assert routed(no_days, day_limits(3, 0, 1, 1), ROAD, Minutes(9)).total == 0
    assert plan(ROAD, 500, per_day=0).total == 0
    assert plan(ROAD, 0).total == 60


def test_what_does_not_fit_together_is_refused() -> None:
    benefit = visits(VILLAGES, ALWAYS, PEOPLE, NOBODY, Aim.ONCE)
    limits = day_limits(3, 2, 1, 1)
    with pytest.raises(GeoError, match="stops and days"):
        visits(VILLAGES, ALWAYS[:2], PEOPLE, NOBODY, Aim.ONCE)
    with pytest.raises(GeoError, match="people"):
        visits(VILLAGES, ALWAYS, -PEOPLE, NOBODY, Aim.ONCE)
    with pytest.raises(GeoError, match="limit of stops"):
        routed(benefit, Limits(2), ROAD, Minutes(9))
    with pytest.raises(GeoError, match="same stops"):
        routed(benefit, limits, np.zeros((4, 4)), Minutes(9))
    with pytest.raises(GeoError, match="every stop to every stop"):
        routed(benefit, limits, ROAD[:2], Minutes(9))
    with pytest.raises(GeoError, match="cannot be negative"):
        routed(benefit, limits, -ROAD, Minutes(9))
