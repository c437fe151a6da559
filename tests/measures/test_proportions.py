"""The Wilson bound against worked figures and its own limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.measures.proportions import wilson_lower_bound


@pytest.mark.parametrize(
    ("share", "sample_size", "z", "bound"),
    [
        (0.9, 500, 1.6448536269514722, 0.875734),
        (0.9, 500, 1.959963984540054, 0.870578),
        (0.9, 100, 1.959963984540054, 0.825634),
    ],
)
def test_worked_figures(share: float, sample_size: int, z: float, bound: float) -> None:
    assert wilson_lower_bound(share, sample_size, z) == pytest.approx(bound, abs=5e-7)


@given(st.floats(0, 1), st.integers(1, 10**6))
def test_the_bound_lies_below_the_share_and_rises_with_the_sample(share: float, sample_size: int) -> None:
    bound = wilson_lower_bound(share, sample_size)
    assert 0 <= bound <= share + 1e-12
    assert wilson_lower_bound(share, sample_size * 4) >= bound - 1e-12


@pytest.mark.parametrize(("share", "sample_size"), [(0.5, 0), (-0.1, 10), (1.1, 10)])
def test_no_proportion(share: float, sample_size: int) -> None:
    with pytest.raises(ValueError, match="proportion"):
        wilson_lower_bound(share, sample_size)
