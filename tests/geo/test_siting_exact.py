import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.siting import Benefit, Limits, covering, greedy, interchange, saving
from geo.siting_bound import upper_bound
from geo.siting_exact import Optimum, Proof, nested_sets, optimum
from tests.geo.siting_world import (
    LIMIT,
    allowed,
    anywhere,
    benefits,
    best_total,
    choices,
    limits_of,
    random_rows,
    rows_of,
)


def solved(benefit: Benefit, limits: Limits, seconds: float = 60.0, rule_out: bool = True) -> Optimum:
    return optimum(benefit, limits, greedy(benefit, limits), seconds=seconds, rule_out=rule_out)


@pytest.mark.parametrize("rule_out", [True, False])
@settings(max_examples=60)
@given(data=st.data())
def test_exact_is_the_best_of_all_choices(data: st.DataObject, rule_out: bool) -> None:
    benefit = data.draw(benefits())
    limits = data.draw(limits_of(benefit))
    found, best = solved(benefit, limits, rule_out=rule_out), best_total(benefit, limits)
    assert found.choice.total == pytest.approx(best, rel=1e-6)
    assert found.bound >= best * (1 - 1e-6)
    assert allowed(limits, found.choice.chosen)
    assert found.proof is Proof.OPTIMAL
    assert found.gap <= 1e-6


@given(st.data())
def test_no_choice_passes_the_bound_of_lagrange(data: st.DataObject) -> None:
    benefit = data.draw(benefits())
    limits = data.draw(limits_of(benefit))
    start = greedy(benefit, limits)
    best = best_total(benefit, limits)
    at_first = upper_bound(benefit, limits, start, steps=1)
    lowered = upper_bound(benefit, limits, start)
    assert best * (1 - 1e-9) <= lowered.value <= at_first.value * (1 + 1e-9)


@given(st.data())
def test_what_is_ruled_out_is_in_no_better_choice(data: st.DataObject) -> None:
    benefit = data.draw(benefits())
    limits = data.draw(limits_of(benefit))
    # From a poor start fewer may be ruled out, and better choices there are.
    start = greedy(benefit, Limits(min(limits.count, 1), limits.day, limits.per_day))
    left = upper_bound(benefit, limits, start).possible
    for chosen in choices(limits, len(benefit)):
        if benefit.total(chosen) > start.total * (1 + 1e-6):
            assert left[list(chosen)].all()


@given(benefits())
def test_sets_hold_all_there_is_to_win(benefit: Benefit) -> None:
    sets = nested_sets(benefit)
    everything = np.maximum(sets.prize, 0).sum()
    assert everything == pytest.approx(benefit.total(range(len(benefit))))
    assert (sets.prize > 0).all()
    # Sets are different, and each is what lies inside it and more.
    seen = set()
    for number in range(len(sets)):
        whole, step = set(), number
        while step >= 0:
            added = set(sets.candidates[sets.indptr[step] : sets.indptr[step + 1]].tolist())
            assert added
            assert not added & whole
            whole |= added
            step = int(sets.inner[step])
        seen.add(frozenset(whole))
    assert len(seen) == len(sets)


def test_samples_with_the_same_candidates_are_one_set() -> None:
    rows = rows_of([{0: 60, 1: 60, 2: 60}, {1: 60, 2: 60, 3: 60}], 5)
    people = np.array([1.0, 2, 4, 8, 16])
    sets = nested_sets(covering(rows, anywhere(rows), people, np.zeros(5, np.bool_)))
    assert sets.prize.tolist() == [1.0, 6.0, 8.0]


@pytest.mark.parametrize("seed", range(6))
def test_mean_time_is_least_of_all_choices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, people = random_rows(rng, 9, 40), rng.integers(0, 60, 40).astype(float)
    known = rng.integers(600, 7200, 40).astype(np.uint16)
    benefit, limits = saving(rows, anywhere(rows), people, known, LIMIT), Limits(3)
    found, best = solved(benefit, limits), best_total(benefit, limits)
    assert found.choice.total == pytest.approx(best)
    assert interchange(benefit, greedy(benefit, limits)).total <= best * (1 + 1e-9)


def hard() -> tuple[Benefit, Limits]:
    """A town of 600 samples and 120 candidates, where Lagrange alone does not close the gap."""
    rng = np.random.default_rng(3)
    points, people = rng.random((600, 2)), rng.uniform(1, 50, 600)
    places = points[rng.choice(600, 120, replace=False)]
    apart = np.hypot(*(places[:, None] - points[None]).transpose(2, 0, 1))
    rows = rows_of([{int(s): int(one[s] * 3600) for s in np.flatnonzero(one < 0.12)} for one in apart], 600)
    return covering(rows, anywhere(rows), people, np.zeros(600, np.bool_)), Limits(10)


def test_stopped_by_time_it_still_tells_a_true_bound() -> None:
    benefit, limits = hard()
    start = greedy(benefit, limits)
    stopped = solved(benefit, limits, seconds=0.0, rule_out=False)
    assert stopped.proof is Proof.TIME_LIMIT
    assert stopped.choice.total >= start.total
    assert allowed(limits, stopped.choice.chosen)
    through = solved(benefit, limits)
    assert through.proof is Proof.OPTIMAL
    assert stopped.bound >= through.choice.total * (1 - 1e-9)
    assert stopped.gap > 0
    # Lagrange's bound is near the optimum.
    assert stopped.bound <= 1.05 * through.choice.total


def test_ruling_out_changes_the_work_and_not_the_answer() -> None:
    benefit, limits = hard()
    with_it, without = solved(benefit, limits), solved(benefit, limits, rule_out=False)
    assert with_it.choice.total == pytest.approx(without.choice.total, rel=1e-9)
    assert with_it.sets < without.sets


def test_too_large_for_the_solver_is_told_with_a_bound() -> None:
    benefit, limits = hard()
    start = greedy(benefit, limits)
    found = optimum(benefit, limits, start, seconds=60, most_entries=0)
    assert found.proof is Proof.TOO_LARGE
    assert found.choice == start
    assert found.choice.total < found.bound < 1.1 * found.choice.total


def test_the_same_question_twice_has_one_answer() -> None:
    benefit, limits = hard()
    assert solved(benefit, limits) == solved(benefit, limits)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_nothing_to_win(count: int) -> None:
    for trips in ([], [{}], [{0: 60}]):
        rows = rows_of(trips, 2)
        benefit = covering(rows, anywhere(rows), np.zeros(2), np.zeros(2, np.bool_))
        found = solved(benefit, Limits(count))
        assert (found.choice.chosen, found.bound, found.gap) == ((), 0, 0)


def test_more_places_asked_for_than_there_are() -> None:
    rows = rows_of([{0: 60}, {}, {1: 60}], 3)
    benefit = covering(rows, anywhere(rows), np.array([1.0, 2, 4]), np.zeros(3, np.bool_))
    found = solved(benefit, Limits(50))
    assert (found.choice.chosen, found.choice.gains, found.bound) == ((2, 0), (2.0, 1.0), 3.0)
