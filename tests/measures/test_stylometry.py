import csv
from collections import defaultdict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.measures.stylometry import (
    FUNCTION_WORDS,
    compare_profiles,
    compare_styles,
    count_words,
    distance,
    divergence_bits,
    style_profile,
)

counts = st.lists(st.integers(0, 10_000), min_size=3, max_size=3).filter(any)


def test_the_worked_example_of_the_method():
    assert divergence_bits((0.5, 0.3, 0.2), (0.4, 0.4, 0.2)) == pytest.approx(
        0.0091859255, abs=5e-11
    )
    assert distance((0.5, 0.3, 0.2), (0.4, 0.4, 0.2)) == pytest.approx(0.0958432338, abs=5e-11)
    assert distance((1, 0), (0, 1)) == 1


@given(counts, counts, counts)
def test_the_distance_is_a_metric(first, second, third):
    assert distance(first, first) == pytest.approx(0, abs=1e-7)
    assert distance(first, second) == pytest.approx(distance(second, first), abs=1e-12)
    assert 0 <= distance(first, second) <= 1 + 1e-12
    assert distance(first, third) <= distance(first, second) + distance(second, third) + 1e-7


@given(counts, counts, st.integers(2, 50))
def test_the_amount_of_text_does_not_move_the_distance(first, second, times):
    assert distance([times * count for count in first], second) == pytest.approx(
        distance(first, second), abs=1e-9
    )


def test_public_answers_of_two_models_are_as_far_apart_as_the_method_says(corpus):
    rows = defaultdict(dict)
    with (corpus / "benchmarks" / "stylometry_function_word_counts.csv").open() as file:
        for row in csv.DictReader(file):
            rows[row["model"]][row["word"]] = int(row["count"])
    models = [[words.get(word, 0) for word in FUNCTION_WORDS] for words in rows.values()]
    assert len(models) == 4
    assert all(len(words) == len(FUNCTION_WORDS) for words in rows.values())
    assert round(distance(models[0], models[1]), 2) in {0.13, 0.14, 0.15}
    assert round(distance(models[2], models[3]), 2) in {0.13, 0.14, 0.15}


def test_code_is_no_style():
    assert sum(count_words(["```python\nfor the in of: and\n```"])) == 0
    assert sum(count_words(["The `of the` end of it"])) == 3


def _writer(seed, weights):
    """Answers of one writer: function words drawn by weight."""
    random = Random(seed)
    return [" ".join(random.choices(FUNCTION_WORDS, weights, k=120)) for _ in range(100)]


def test_same_and_distinct_styles_are_distinguished():
    plain = [1 / rank for rank in range(1, len(FUNCTION_WORDS) + 1)]
    other = plain[10:] + plain[:10]
    same = compare_styles(_writer(1, plain), _writer(2, plain))
    assert same.style == "same style"
    assert same.ratio == pytest.approx(1, abs=0.3)
    apart = compare_styles(_writer(1, plain), _writer(2, other))
    assert apart.style == "distinct"
    assert apart.ratio > 10


def test_counts_alone_tell_what_the_texts_tell():
    plain = [1 / rank for rank in range(1, len(FUNCTION_WORDS) + 1)]
    one, other = _writer(1, plain), _writer(2, plain[10:] + plain[:10])
    assert compare_profiles(style_profile(one), style_profile(other)) == compare_styles(one, other)
    assert all(len(half) == len(FUNCTION_WORDS) for half in style_profile(one))


def test_too_little_text_is_no_verdict():
    found = compare_styles(["the cat of it"], ["a dog and it"])
    assert found.style == "too little text"
    assert found.ratio is None


def test_nothing_to_count_is_refused():
    with pytest.raises(ValueError, match="without any word"):
        compare_styles(["…"], ["the"])
