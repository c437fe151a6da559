from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.measures.paired import (
    bootstrap_interval,
    effective_cases,
    paired_bootstrap,
    paired_cases_to_see,
    paired_interval,
)

scores = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40)


def test_few_cases_that_all_agree_prove_nothing():
    found = paired_interval([1.0] * 5, [1.0] * 5, confidence=0.90)
    # Half a case in each cell: n* = 7, one of them differs, so the standard error is 1/7.
    assert (found.low, found.high) == pytest.approx((-1.6448536 / 7, 1.6448536 / 7))
    many = paired_interval([1.0] * 200, [1.0] * 200, confidence=0.90)
    assert many.low > -0.01


def test_the_adjusted_interval_of_a_table():
    # 100 pairs, 15 only the second, 5 only the first: n* = 102, b* = 5.5, c* = 15.5.
    first = [True] * 5 + [False] * 15 + [True] * 80
    second = [False] * 5 + [True] * 15 + [True] * 80
    found = paired_interval(first, second)
    center, error = 10 / 102, ((21 / 102 - (10 / 102) ** 2) / 102) ** 0.5
    assert found.mean == pytest.approx(0.10)
    assert (found.low, found.high) == pytest.approx(
        (center - 1.959964 * error, center + 1.959964 * error), abs=1e-6
    )


@given(scores)
def test_the_interval_mirrors_and_holds_its_center(pairs):
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    found, mirrored = paired_interval(first, second), paired_interval(second, first)
    assert found.low == pytest.approx(-mirrored.high)
    assert (
        -1
        <= found.low
        <= found.mean * len(pairs) / (len(pairs) + 2) + 1e-9
        <= found.high + 1e-9
        <= 1 + 1e-9
    )


@given(scores)
def test_equal_weights_are_no_weights(pairs):
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    assert paired_interval(first, second, weights=[3.0] * len(pairs)).low == pytest.approx(
        paired_interval(first, second).low
    )
    assert effective_cases([3.0] * len(pairs)) == pytest.approx(len(pairs))


def test_weights_count_as_many_cases_as_they_tell():
    assert effective_cases([1, 1, 1, 1, 4]) == pytest.approx(64 / 20)
    with pytest.raises(ValueError, match="weights"):
        effective_cases([0.0])


def test_a_case_of_all_the_weight_decides():
    low, high = bootstrap_interval([1.0, 0.0, 0.0], seed=1, weights=[1.0, 0.0001, 0.0001])
    assert low < 0.01
    assert high > 0.99
    found = paired_bootstrap(
        [0.0] * 40, [1.0] * 20 + [0.0] * 20, seed=1, weights=[3.0] * 20 + [1.0] * 20
    )
    assert found.mean == pytest.approx(0.75)
    assert found.low < 0.75 < found.high


def test_how_many_pairs_show_a_difference():
    # (1.644854 sqrt(.2) + .841621 sqrt(.2 - .0025))^2 / .0025
    assert paired_cases_to_see(0.20, 0.05) == pytest.approx(493.0, abs=0.5)
    assert paired_cases_to_see(0.05, 0.05) < paired_cases_to_see(0.20, 0.05)
    # No difference can be larger than the share of cases that differ.
    assert paired_cases_to_see(0.01, 0.05) == paired_cases_to_see(0.05, 0.05)
    with pytest.raises(ValueError, match="difference"):
        paired_cases_to_see(0.2, 0)


@pytest.mark.parametrize(
    ("cases", "worse", "better"), [(30, 0.05, 0.10), (200, 0.02, 0.03), (400, 0.10, 0.10)]
)
def test_the_adjusted_interval_covers_the_truth_as_often_as_it_says(cases, worse, better):
    random = Random(11)
    held = 0
    for _ in range(400):
        drawn = [random.random() for _ in range(cases)]
        first = [1.0 if one < worse else 0.0 for one in drawn]
        second = [1.0 if worse <= one < worse + better else 0.0 for one in drawn]
        found = paired_interval(first, second)
        held += found.low <= better - worse <= found.high
    assert held / 400 >= 0.925


def test_no_cases_no_comparison():
    with pytest.raises(ValueError, match="needs cases"):
        paired_interval([], [])
