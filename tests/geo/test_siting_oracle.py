"""Choices of places against spopt, which models them its own way and solves them with another solver."""

import warnings
from types import ModuleType

import numpy as np
import pytest

from geo.reach_rows import NO_TRIP, Floats, ReachRows
from geo.siting import Limits, covering, greedy, interchange, saving, taken
from geo.siting_exact import optimum
from geo.units import Minutes
from tests.geo.siting_world import anywhere, dense, rows_of

LIMIT = Minutes(50.0)


@pytest.fixture(scope="module")
def oracle() -> ModuleType:
    """spopt.locate. Importing takes seconds; what it warns of lies in what it imports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("spopt.locate")


def town(seed: int, places: int = 12, size: int = 60) -> tuple[ReachRows, Floats]:
    """Samples and candidates on a plane, so that places compete as they do in a town."""
    rng = np.random.default_rng(seed)
    points, people = rng.random((size, 2)), rng.integers(0, 80, size).astype(float)
    sites = rng.random((places, 2))
    seconds = np.ceil(np.hypot(*(sites[:, None] - points[None]).transpose(2, 0, 1)) * 7200)
    near = [{int(s): int(row[s]) for s in np.flatnonzero(row <= 3600)} for row in seconds]
    return rows_of(near, size), people


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.filterwarnings("ignore::DeprecationWarning:pulp")
def test_covering_agrees(oracle: ModuleType, seed: int, count: int) -> None:
    import pulp

    rows, people = town(seed)
    table, limits = dense(rows), Limits(count)
    model = oracle.MCLP.from_cost_matrix(
        np.where(np.isfinite(table), table, 1e6), people, service_radius=1500, p_facilities=count
    ).solve(pulp.PULP_CBC_CMD(msg=False))
    benefit = covering(rows, np.full(len(rows), 1500.0), people, np.zeros(rows.size, np.bool_))
    found = optimum(benefit, limits, greedy(benefit, limits), seconds=60)
    assert found.choice.total == pytest.approx(pulp.value(model.problem.objective))
    assert found.gap == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.filterwarnings("ignore::DeprecationWarning:pulp")
def test_least_mean_time_agrees(oracle: ModuleType, seed: int, count: int) -> None:
    import pulp

    rows, people = town(seed)
    known = np.full(rows.size, NO_TRIP, np.uint16)
    known[:15] = 1800
    before, limits = taken(known, LIMIT), Limits(count)
    # What is there already, and the limit for whom nothing reaches, are the most that a trip may cost.
    costs = np.minimum(dense(rows), before[:, None])
    model = oracle.PMedian.from_cost_matrix(costs, people, p_facilities=count).solve(
        pulp.PULP_CBC_CMD(msg=False)
    )
    benefit = saving(rows, anywhere(rows), people, known, LIMIT)
    start = interchange(benefit, greedy(benefit, limits))
    found = optimum(benefit, limits, start, seconds=60)
    least = pulp.value(model.problem.objective)
    assert (before * people).sum() - found.choice.total == pytest.approx(least)
    assert (before * people).sum() - start.total <= 1.02 * least
