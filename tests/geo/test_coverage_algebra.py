"""The algebra of coverage: by hand, and against plain Python on random rows."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coverage import (
    Standing,
    by_group,
    covered,
    covered_days,
    curve,
    lost_if_closed,
    mean_wait,
    minutes_of,
    most_chosen,
    nearest,
    nearest_two,
    person_days,
    second_nearest,
    weighted_median,
)
from geo.errors import GeoError
from geo.reach_rows import NO_TRIP, Floats
from tests.geo.made_rows import row_of, rows_of

MINUTE = 60
# Five villages and three places. Seconds from village to place:
#          0    1    2    3    4
#   a    600  300  900    -    -
#   b    600  200    -    -  100
#   c    500    -    -    -  100
# Village 3 reaches none. Villages 0 and 4 have ties: of b and a (600), of b and c (100).
TRIPS: list[dict[int, int]] = [
    {0: 600, 1: 300, 2: 900},
    {0: 600, 1: 200, 4: 100},
    {0: 500, 4: 100},
]
ROWS = rows_of(TRIPS, 5)
PEOPLE = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
ALL = np.full(3, 5_400.0)


def test_nearest_by_hand() -> None:
    first = nearest(ROWS, ALL)
    assert first.seconds.tolist() == [500, 200, 900, NO_TRIP, 100]
    assert first.place.tolist() == [2, 1, 0, -1, 1]  # village 4: b and c, the lower number
    second = second_nearest(ROWS, ALL)
    assert second.seconds.tolist() == [600, 300, NO_TRIP, NO_TRIP, 100]
    assert second.place.tolist() == [0, 0, -1, -1, 2]  # village 0: a and b at 600, the lower number


def test_each_place_has_its_own_allowance() -> None:
    # a serves whoever comes within 599 s, b does not serve at all, c within exactly 500 s.
    allowance = np.array([599.0, -1.0, 500.0])
    assert covered(ROWS, allowance).tolist() == [True, True, False, False, True]
    assert nearest(ROWS, allowance).place.tolist() == [2, 0, -1, -1, 2]
    # Trips are whole seconds: 499.9 s are not enough for one of 500.
    assert not covered(ROWS, np.array([-1.0, -1.0, 499.9]))[0]
    # Rows may hold trips that are longer by a second, at the end of their limit.
    assert covered(rows_of([{0: 900}], 1, 15.0), np.array([899.0])).tolist() == [False]
    # Zero seconds is an allowance, below zero is none; infinity is as far as rows go.
    assert covered(rows_of([{0: 0}], 1), np.array([0.0])).tolist() == [True]
    assert covered(rows_of([{0: 0}], 1), np.array([-0.5])).tolist() == [False]
    assert covered(ROWS, np.full(3, np.inf)).tolist() == [True, True, True, False, True]


def test_people_that_only_one_place_covers() -> None:
    # Within 600 s: village 0 has a, b, c; 1 has a, b; 4 has b, c; 2 has none. Nobody depends on one place.
    assert lost_if_closed(ROWS, np.full(3, 600.0), PEOPLE).tolist() == [0, 0, 0]
    # Within 900 s village 2 (30 people) has a alone.
    assert lost_if_closed(ROWS, ALL, PEOPLE).tolist() == [30, 0, 0]
    # Without b: village 1 has a alone (20 more), village 4 c alone (50).
    assert lost_if_closed(ROWS, np.array([900.0, -1, 900]), PEOPLE).tolist() == [50, 0, 50]


def test_closing_and_opening_touch_only_whom_they_concern() -> None:
    standing = Standing(ROWS, ALL)
    closing = standing.closing(1)
    assert closing.samples.tolist() == [1, 4]
    assert closing.after.seconds.tolist() == [300, 100]
    assert closing.after.place.tolist() == [0, 2]
    assert standing.people(closing, PEOPLE) == 0
    assert standing.people(standing.closing(0), PEOPLE) == -30
    # A place at 400 s of village 0, at 300 of 1 (no sooner than b) and at 1000 of 3; it serves within 900.
    opening = standing.opening(row_of({0: 400, 1: 300, 3: 1_000}), 900.0, 7)
    assert opening.samples.tolist() == [0]
    assert standing.people(opening, PEOPLE) == 0
    opening = standing.opening(row_of({0: 400, 1: 300, 3: 1_000}), 1_000.0, 7)
    assert standing.people(opening, PEOPLE) == 40
    assert standing.applied(opening).place.tolist() == [7, 1, 0, 7, 1]
    assert standing.first.place.tolist() == [2, 1, 0, -1, 1]


# The clinic stays in village A. A van comes to B on Monday, to C on Wednesday, to D on Friday. Nobody goes from
# one village to another within the hour. People: A 100, B 200, C 300, D 400; 1,000 in all.
#
#   day        without van    with van    as if all stops stood at once
#   Monday           10 %        30 %        100 %
#   Tuesday          10 %        10 %        100 %
#   Wednesday        10 %        40 %        100 %
#   Thursday         10 %        10 %        100 %
#   Friday           10 %        50 %        100 %
#   Saturday         10 %        10 %        100 %
#   Sunday           10 %        10 %        100 %
VILLAGES = np.array([100.0, 200.0, 300.0, 400.0])
STOPS = rows_of([{0: 300}, {1: 300}, {2: 300}, {3: 300}], 4)
NEVER, HOUR = -1.0, 3_600.0
WEEK = np.array(
    [
        [HOUR] * 7,
        [HOUR, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER],
        [NEVER, NEVER, HOUR, NEVER, NEVER, NEVER, NEVER],
        [NEVER, NEVER, NEVER, NEVER, HOUR, NEVER, NEVER],
    ]
)


def test_mobile_stops_day_by_day() -> None:
    total = VILLAGES.sum()
    days = covered_days(STOPS, WEEK)
    fixed = covered_days(STOPS, np.where(np.arange(4)[:, None] == 0, WEEK, NEVER))
    union = covered(STOPS, WEEK.max(axis=1))
    assert (VILLAGES @ days / total).tolist() == [0.3, 0.1, 0.4, 0.1, 0.5, 0.1, 0.1]
    assert (VILLAGES @ fixed / total).tolist() == [0.1] * 7
    assert VILLAGES @ union / total == 1.0  # true of no day: the best one is half of it
    # Person-days: 300 + 100 + 400 + 100 + 500 + 100 + 100; the union would say 7,000.
    assert person_days(days, VILLAGES) == 1_600
    assert person_days(fixed, VILLAGES) == 700
    # From Monday on A and B wait 0 days, C 2, D 4: (300 x 2 + 400 x 4) / 1000.
    assert mean_wait(days, VILLAGES) == pytest.approx(2.2)
    # From Thursday on: A 0 days, D 1, nobody else within the four days left: 400 / 500.
    assert mean_wait(days[:, 3:], VILLAGES) == pytest.approx(0.8)
    assert mean_wait(np.zeros((4, 7), bool), VILLAGES) is None
    assert mean_wait(days, np.zeros(4)) is None


def test_a_visit_that_ends_before_one_arrives_does_not_count() -> None:
    # The van serves until 40 minutes after the first departure on Monday, until 20 on Tuesday; B is 30 away.
    rows = rows_of([{0: 30 * MINUTE}], 1)
    assert covered_days(rows, np.array([[40.0, 20.0]]) * MINUTE).tolist() == [[True, False]]


def test_the_curve_by_hand() -> None:
    # 50 people at 100 s, 20 at 200, 10 at 500, 30 at 900, 40 without; of 150.
    seconds = nearest(ROWS, ALL).seconds
    shares = curve(seconds, PEOPLE, [0, 2, 5, 15, 90, 2_000])
    assert shares.tolist() == pytest.approx([0, 50 / 150, 70 / 150, 110 / 150, 110 / 150, 110 / 150])
    # In any order of steps, and of infinite minutes nobody is within.
    assert curve(minutes_of(seconds) * 60, PEOPLE, [90, 2]).tolist() == pytest.approx([110 / 150, 50 / 150])
    assert curve(seconds, np.zeros(5), [1, 2]).tolist() == [0, 0]


def test_groups_and_their_middle_person() -> None:
    groups = np.array([0, 0, 0, 1, -1])
    assert by_group(PEOPLE, groups, 3).tolist() == [60, 40, 0]
    minutes = minutes_of(nearest(ROWS, ALL).seconds)
    # Group 0: 20 people at 200 s, 10 at 500, 30 at 900: the 30th of 60 is at 500. Group 1: no place. Group 2: nobody.
    middle = weighted_median(minutes, PEOPLE, groups, 3)
    assert middle[0] == pytest.approx(500 / 60)
    assert middle[1] == np.inf
    assert np.isnan(middle[2])
    assert most_chosen(nearest(ROWS, ALL).place, PEOPLE, groups, 3).tolist() == [0, -1, -1]
    # Twenty people have b, twenty a: the lower number.
    assert most_chosen(np.array([1, 0], np.int32), np.full(2, 20.0), np.zeros(2, int), 1).tolist() == [0]
    assert np.isnan(weighted_median(minutes, np.zeros(5), groups, 3)).all()
    # Less than a millionth of a person is nobody.
    assert np.isnan(weighted_median(minutes, np.array([1, 1, 1, 1e-7, 1]), groups, 2)).tolist() == [
        False,
        True,
    ]
    assert most_chosen(np.full(5, -1, np.int32), PEOPLE, groups, 3).tolist() == [-1, -1, -1]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(GeoError, match="3 places but allowances"):
        nearest(ROWS, np.zeros(2))
    with pytest.raises(GeoError, match="not a number"):
        covered(ROWS, np.array([1.0, np.nan, 1.0]))
    with pytest.raises(GeoError, match=r"\(places, days\)"):
        covered_days(ROWS, ALL)
    with pytest.raises(GeoError, match="5 samples but people"):
        lost_if_closed(ROWS, ALL, np.zeros(4))


def test_nothing_at_all() -> None:
    none = rows_of([], 2)
    assert nearest(none, np.empty(0)).place.tolist() == [-1, -1]
    assert covered_days(none, np.empty((0, 3))).tolist() == [[False] * 3] * 2
    assert covered_days(ROWS, np.empty((3, 0))).shape == (5, 0)
    assert lost_if_closed(none, np.empty(0), np.ones(2)).tolist() == []
    assert Standing(none, np.empty(0)).opening(row_of({1: 60}), 60.0, 0).samples.tolist() == [1]


seconds_of = st.integers(0, 12).map(lambda one: one * 60)  # few values: many ties
trips_of = st.lists(st.dictionaries(st.integers(0, 7), seconds_of), min_size=1, max_size=7)
limits_of = st.floats(-100, 800)


def allowances(data: st.DataObject, places: int) -> Floats:
    return np.array(data.draw(st.lists(limits_of, min_size=places, max_size=places)))


def ranked(trips: list[dict[int, int]], allowance: Floats, sample: int) -> list[tuple[int, int]]:
    """Seconds and number of all places that serve a sample, best first."""
    found = [(one[sample], place) for place, one in enumerate(trips) if sample in one]
    return sorted(pair for pair in found if allowance[pair[1]] >= 0 and pair[0] <= allowance[pair[1]])


@given(trips_of, st.data())
def test_as_plain_python_has_it(trips: list[dict[int, int]], data: st.DataObject) -> None:
    rows, allowance = rows_of(trips, 8), allowances(data, len(trips))
    people = np.array(data.draw(st.lists(st.integers(0, 9), min_size=8, max_size=8)), float)
    truth = [ranked(trips, allowance, sample) for sample in range(8)]
    first, second = nearest_two(rows, allowance)
    none = (NO_TRIP, -1)
    for told, at in ((first, 0), (second, 1), (nearest(rows, allowance), 0)):
        pairs = zip(told.seconds.tolist(), told.place.tolist(), strict=True)
        assert list(pairs) == [one[at] if len(one) > at else none for one in truth]
    assert covered(rows, allowance).tolist() == [bool(one) for one in truth]
    alone = [
        sum(people[one] for one in range(8) if [pair[1] for pair in truth[one]] == [place])
        for place in range(len(trips))
    ]
    assert lost_if_closed(rows, allowance, people).tolist() == alone
    steps = [0, 1, 3, 12]
    within = [
        sum(people[one] for one in range(8) if truth[one] and truth[one][0][0] <= m * 60) for m in steps
    ]
    assert curve(first.seconds, people, steps) == pytest.approx(np.array(within) / max(people.sum(), 1))


@given(trips_of, st.data())
def test_an_update_is_what_a_recompute_is(trips: list[dict[int, int]], data: st.DataObject) -> None:
    rows, allowance = rows_of(trips, 8), allowances(data, len(trips))
    people, standing = np.arange(1.0, 9.0), Standing(rows, allowance)
    lost = lost_if_closed(rows, allowance, people)
    for place in range(len(trips)):
        without = allowance.copy()
        without[place] = -1
        updated, anew = standing.applied(standing.closing(place)), nearest(rows, without)
        assert updated.seconds.tolist() == anew.seconds.tolist()
        assert updated.place.tolist() == anew.place.tolist()
        assert standing.people(standing.closing(place), people) == -lost[place]
    more, limit = data.draw(st.dictionaries(st.integers(0, 7), seconds_of)), data.draw(limits_of)
    updated = standing.applied(opening := standing.opening(row_of(more), limit, len(trips)))
    anew = nearest(rows_of([*trips, more], 8), np.append(allowance, limit))
    assert updated.seconds.tolist() == anew.seconds.tolist()
    assert updated.place.tolist() == anew.place.tolist()
    gained = people @ ((anew.seconds < NO_TRIP) & (standing.first.seconds == NO_TRIP))
    assert standing.people(opening, people) == gained


@given(trips_of, st.integers(1, 3), st.data())
def test_days_are_what_each_day_is(trips: list[dict[int, int]], kinds: int, data: st.DataObject) -> None:
    """Over two words of days, with places that are alike on all of them and others."""
    rows, count = rows_of(trips, 8), data.draw(st.integers(1, 140))
    pool = np.array(data.draw(st.lists(limits_of, min_size=kinds, max_size=kinds)))
    draw = np.random.default_rng(data.draw(st.integers(0, 99)))
    allowance = pool[draw.integers(0, kinds, (len(trips), count))]
    allowance[::2] = allowance[::2, :1]
    days = covered_days(rows, allowance)
    for day in range(count):
        assert days[:, day].tolist() == covered(rows, allowance[:, day]).tolist()


def test_the_middle_person_is_not_moved_by_rounding() -> None:
    # Six times 0.3 people: the sum of three is a rounding less than half of the sum of six.
    values, weights = np.arange(6.0), np.full(6, 0.3)
    assert np.cumsum(weights)[2] < np.cumsum(weights)[5] / 2
    assert weighted_median(values, weights, np.zeros(6, int), 1).tolist() == [2.0]
    # Nor by the millions of another group.
    weights, groups = np.append(weights, 16_794_321.7), np.array([1] * 6 + [0])
    assert weighted_median(np.append(values, 9.0), weights, groups, 2).tolist() == [9.0, 2.0]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(-1, 3)), max_size=30))
def test_the_middle_person_in_plain_python(people: list[tuple[int, int, int]]) -> None:
    values, weights, groups = (
        (np.array(column) for column in zip(*people, strict=True)) if people else [np.empty(0, int)] * 3
    )
    told = weighted_median(values.astype(float), weights.astype(float), groups, 4)
    for group in range(4):
        each = sorted(value for value, weight, mine in people if mine == group for _ in range(weight))
        assert np.isnan(told[group]) if not each else told[group] == each[(len(each) - 1) // 2]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.data())
def test_the_curve_never_falls_and_ends_at_one(people: list[float], data: st.DataObject) -> None:
    seconds = np.array(data.draw(st.lists(seconds_of, min_size=len(people), max_size=len(people))), np.uint16)
    shares = curve(seconds, np.array(people), range(13)).tolist()
    assert all(low <= high for low, high in pairwise(shares))
    assert shares[-1] == (1.0 if sum(people) else 0.0)
