from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.measures.paired import (
    bootstrap_interval,
    mcnemar,
    paired_bootstrap,
    words_for,
)

verdicts = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60)


def test_mcnemar_is_the_chance_of_so_uneven_a_split():
    first = [True] * 1 + [False] * 9
    second = [False] * 1 + [True] * 9
    found = mcnemar(first, second)
    assert (found.only_first, found.only_second) == (1, 9)
    # Of all 2^10 equally likely splits, those at most as even as 1 to 9.
    extreme = sum(min(sum(split), 10 - sum(split)) <= 1 for split in product((0, 1), repeat=10))
    assert found.p_value == pytest.approx(extreme / 2**10)


@given(verdicts)
def test_mcnemar_looks_only_at_what_differs(pairs):
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    found = mcnemar(first, second)
    assert 0 < found.p_value <= 1
    assert mcnemar([*first, True, False], [*second, True, False]) == found
    mirrored = mcnemar(second, first)
    assert (mirrored.only_first, mirrored.only_second) == (found.only_second, found.only_first)
    assert mirrored.p_value == found.p_value


def test_many_discordant_pairs_take_the_limit():
    exact = mcnemar([True] * 5_100 + [False] * 4_900, [False] * 5_100 + [True] * 4_900).p_value
    limit = mcnemar([True] * 5_101 + [False] * 4_900, [False] * 5_101 + [True] * 4_900).p_value
    assert limit == pytest.approx(exact, abs=0.002)


def test_the_paired_interval_covers_the_truth_as_often_as_it_says():
    random = Random(3)
    held = 0
    for seed in range(200):
        first = [random.gauss(0, 1) for _ in range(80)]
        second = [value + random.gauss(0.1, 0.5) for value in first]
        found = paired_bootstrap(first, second, seed=seed, draws=400, confidence=0.9)
        held += found.low <= 0.1 <= found.high
    assert 0.83 <= held / 200 <= 0.95


def test_the_same_seed_gives_the_same_interval():
    scores = [0.0, 0.5, 1.0, 0.25]
    assert bootstrap_interval(scores, seed=1) == bootstrap_interval(scores, seed=1)
    low, high = bootstrap_interval(scores, seed=1)
    assert 0 <= low < high <= 1


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ([0.0] * 50, [1.0] * 50, "better"),
        ([1.0] * 50, [0.0] * 50, "worse"),
        ([1.0] * 50, [1.0] * 50, "not worse"),
        ([1.0, 0.0] * 5, [0.0, 1.0] * 5, "no clear difference"),
    ],
)
def test_what_a_difference_shows_in_words(first, second, told):
    assert words_for(paired_bootstrap(first, second, seed=1), margin=0.01) == told


def test_sides_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="zip"):
        mcnemar([True], [])
    with pytest.raises(ValueError, match="zip"):
        paired_bootstrap([1.0], [], seed=1)
