"""Worked examples of method 1.3 and the properties that concentration measures must have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.measures import shares as measure

EXAMPLES = {
    "doj": (
        (0.30, 0.30, 0.20, 0.20),
        2600,
        3.846154,
        0.013333,
        3.920263,
        0.985475,
        0.1000,
        (0.30, 0.60, 0.80),
    ),
    "eight": (
        (0.10, 0.09, 0.12, 0.15, 0.12, 0.11, 0.15, 0.16),
        1296,
        7.716049,
        0.005257,
        7.853711,
        0.991125,
        0.1075,
        (0.16, 0.31, 0.46),
    ),
    "40-30-20-10": (
        (0.4, 0.3, 0.2, 0.1),
        3000,
        3.333333,
        0.066667,
        3.596115,
        0.923220,
        0.2500,
        (0.40, 0.70, 0.90),
    ),
    "70-15-10-5": (
        (0.70, 0.15, 0.10, 0.05),
        5250,
        1.904762,
        0.366667,
        2.494992,
        0.659518,
        0.5,
        (0.70, 0.85, 0.95),
    ),
    "equal": ((0.25,) * 4, 2500, 4, 0, 4, 1, 0, (0.25, 0.50, 0.75)),
    "monopoly": ((1.0,), 10_000, 1, 1, 1, None, 0, (1, 1, 1)),
}

weights = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=30)


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_examples(name: str) -> None:
    shares, hhi, n2, normalized, n1, evenness, gini, ratios = EXAMPLES[name]
    assert measure.hhi(shares) == pytest.approx(hhi)
    assert measure.effective_number(shares) == pytest.approx(n2, abs=5e-7)
    assert measure.normalized_hhi(shares) == pytest.approx(normalized, abs=5e-7)
    assert measure.effective_number_shannon(shares) == pytest.approx(n1, abs=5e-7)
    assert measure.evenness(shares) == (
        None if evenness is None else pytest.approx(evenness, abs=5e-7)
    )
    assert measure.gini(shares) == pytest.approx(gini, abs=5e-7)
    assert [measure.concentration_ratio(shares, n) for n in (1, 2, 3)] == pytest.approx(ratios)


def test_similarity_lowers_the_effective_number() -> None:
    shares = (0.4, 0.3, 0.2, 0.1)
    similar = ((1, 0.8, 0, 0), (0.8, 1, 0, 0), (0, 0, 1, 0.5), (0, 0, 0.5, 1))
    identity = tuple(tuple(float(i == j) for j in range(4)) for i in range(4))
    ones = ((1.0,) * 4,) * 4
    assert measure.effective_number_similar(shares, similar) == pytest.approx(1.953125)
    assert measure.effective_number_similar(shares, identity) == pytest.approx(10 / 3)
    assert measure.effective_number_similar(shares, ones) == pytest.approx(1)
    with pytest.raises(ValueError, match="one row"):
        measure.effective_number_similar(shares, identity[:3])


@pytest.mark.parametrize(
    ("cap", "ceiling"),
    [
        (0.70, 5800),
        (0.60, 5200),
        (0.50, 5000),
        (0.45, 4150),
        (0.40, 3600),
        (0.35, 3350),
        (1 / 3, 10_000 / 3),
        (0.30, 2800),
    ],
)
def test_a_cap_on_shares_implies_a_ceiling_on_hhi(cap: float, ceiling: float) -> None:
    assert measure.largest_hhi_under_cap(cap) == pytest.approx(ceiling)


def test_nothing_to_share() -> None:
    assert measure.normalize([0, 0]) == ()
    assert measure.hhi(()) == 0
    assert measure.effective_number(()) == 0
    assert measure.normalized_hhi(()) == 0
    assert measure.gini(()) == 0
    with pytest.raises(ValueError, match="negative"):
        measure.normalize([1, -1])


@given(weights)
def test_shares_sum_to_one_and_bounds_hold(raw: list[float]) -> None:
    shares = measure.normalize(raw)
    count = len(shares)
    assert sum(shares) == pytest.approx(1)
    assert 10_000 / count - 1e-6 <= measure.hhi(shares) <= 10_000 + 1e-6
    n2, n1 = measure.effective_number(shares), measure.effective_number_shannon(shares)
    assert 1 - 1e-9 <= n2 <= n1 + 1e-6
    assert n1 <= count + 1e-6


@given(weights, st.randoms(use_true_random=False), st.floats(0.01, 100))
def test_order_and_scale_do_not_matter(raw: list[float], random: object, factor: float) -> None:
    shuffled = list(raw)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    scaled = [weight * factor for weight in shuffled]
    assert measure.hhi(measure.normalize(raw)) == pytest.approx(
        measure.hhi(measure.normalize(scaled))
    )


@given(st.lists(st.floats(0.001, 1e6), min_size=2, max_size=30))
def test_merging_two_entities_never_lowers_hhi(raw: list[float]) -> None:
    shares = measure.normalize(raw)
    merged = (shares[0] + shares[1], *shares[2:])
    rise = measure.hhi(merged) - measure.hhi(shares)
    assert rise == pytest.approx(measure.merger_delta(shares[0], shares[1]), abs=1e-6)
    assert rise >= 0


@given(weights)
def test_a_share_cap_bounds_hhi(raw: list[float]) -> None:
    shares = measure.normalize(raw)
    assert measure.hhi(shares) <= measure.largest_hhi_under_cap(max(shares)) + 1e-6
