"""Worked examples of method 1.3 and the properties that concentration measures must have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.measures import shares as measure

EXAMPLES = {
    # shares: HHI, effective number
    (0.30, 0.30, 0.20, 0.20): (2600.0, 3.846153846153846),
    (0.10, 0.09, 0.12, 0.15, 0.12, 0.11, 0.15, 0.16): (1296.0000000000002, 7.716049382716048),
    (0.4, 0.3, 0.2, 0.1): (3000.0000000000005, 3.333333333333333),
    (0.70, 0.15, 0.10, 0.05): (5249.999999999999, 1.904761904761905),
    (0.25, 0.25, 0.25, 0.25): (2500.0, 4.0),
    (1.0,): (10_000.0, 1.0),
}

weights = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=30)


@pytest.mark.parametrize("shares", EXAMPLES)
def test_worked_examples_to_the_last_digit(shares: tuple[float, ...]) -> None:
    measured = measure.hhi(shares), measure.effective_number(shares)
    assert measured == pytest.approx(EXAMPLES[shares], rel=1e-12)


def test_similarity_lowers_the_effective_number() -> None:
    shares = (0.4, 0.3, 0.2, 0.1)
    similar = ((1, 0.8, 0, 0), (0.8, 1, 0, 0), (0, 0, 1, 0.5), (0, 0, 0.5, 1))
    identity = tuple(tuple(float(i == j) for j in range(4)) for i in range(4))
    ones = ((1.0,) * 4,) * 4
    assert measure.effective_number_similar(shares, similar) == pytest.approx(
        1.9531249999999996, rel=1e-14
    )
    assert measure.effective_number_similar(shares, identity) == pytest.approx(10 / 3)
    assert measure.effective_number_similar(shares, ones) == pytest.approx(1)
    with pytest.raises(ValueError, match="one row"):
        measure.effective_number_similar(shares, identity[:3])


def test_nothing_to_share() -> None:
    assert measure.normalize([0, 0]) == ()
    assert measure.hhi(()) == 0
    assert measure.effective_number(()) == 0
    with pytest.raises(ValueError, match="negative"):
        measure.normalize([1, -1])


@given(weights)
def test_shares_sum_to_one_and_bounds_hold(raw: list[float]) -> None:
    shares = measure.normalize(raw)
    count = len(shares)
    assert sum(shares) == pytest.approx(1)
    assert 10_000 / count - 1e-6 <= measure.hhi(shares) <= 10_000 + 1e-6
    assert 1 - 1e-9 <= measure.effective_number(shares) <= count + 1e-6


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
    assert rise == pytest.approx(2 * shares[0] * shares[1] * 10_000, abs=1e-6)
    assert rise >= 0
