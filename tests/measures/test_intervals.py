"""Bounds of measured proportions against worked figures, an exact computation, and their own
limits."""

from decimal import Decimal, localcontext
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.measures.intervals import (
    cases_to_prove,
    cases_to_see,
    smallest_visible_drop,
    wilson_interval,
    wilson_lower_bound,
)

Z_95_TWO_SIDED = Decimal("1.959963984540054235524594430520551")
Z_95_ONE_SIDED = Decimal("1.644853626951472714863848907991632")
"""Standard normal quantiles of .975 and .95 to 33 digits."""


@pytest.mark.parametrize(
    ("right", "sample_size", "low", "high"),
    [(450, 500, 0.870578, 0.923322), (90, 100, 0.825634, 0.944771)],
)
def test_worked_intervals(right: int, sample_size: int, low: float, high: float) -> None:
    assert wilson_interval(right / sample_size, sample_size) == pytest.approx((low, high), abs=5e-7)


def test_worked_one_sided_bound() -> None:
    assert wilson_lower_bound(0.9, 500) == pytest.approx(0.875734, abs=5e-7)
    assert wilson_lower_bound(0.9, 500, 0.975) == pytest.approx(0.870578, abs=5e-7)


def _exact(right: int, sample_size: int, z: Decimal) -> tuple[Decimal, Decimal]:
    """The roots of (p - x)^2 = z^2 x (1 - x) / n, which define the interval, in 40 digits."""
    with localcontext() as context:
        context.prec = 40
        share, squared = Decimal(right) / sample_size, z * z / sample_size
        a, b, c = 1 + squared, -(2 * share + squared), share * share
        root = (b * b - 4 * a * c).sqrt()
        return (-b - root) / (2 * a), (-b + root) / (2 * a)


@settings(deadline=None)
@given(st.integers(1, 100_000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_the_bounds_are_the_roots_of_the_score_equation(counts: tuple[int, int]) -> None:
    right, sample_size = counts
    exact = [float(bound) for bound in _exact(right, sample_size, Z_95_TWO_SIDED)]
    assert wilson_interval(right / sample_size, sample_size) == pytest.approx(exact, abs=1e-9)
    lower = float(_exact(right, sample_size, Z_95_ONE_SIDED)[0])
    assert wilson_lower_bound(right / sample_size, sample_size) == pytest.approx(lower, abs=1e-9)


@settings(deadline=None)
@given(st.floats(0, 1), st.integers(1, 10**6), st.floats(0.5, 0.999))
def test_the_bound_lies_below_the_share_and_rises_with_the_sample(
    share: float, sample_size: int, confidence: float
) -> None:
    bound = wilson_lower_bound(share, sample_size, confidence)
    assert 0 <= bound <= share + 1e-12
    assert wilson_lower_bound(share, sample_size * 4, confidence) >= bound - 1e-12
    assert wilson_lower_bound(share, sample_size, min(0.9999, confidence + 0.0005)) <= bound + 1e-12


@pytest.mark.parametrize(
    ("before", "after", "cases"),
    [
        (0.90, 0.85, 538),
        (0.90, 0.87, 1_396),
        (0.90, 0.88, 3_024),
        (0.80, 0.75, 860),
        (0.84, 0.51, 22),
    ],
)
def test_worked_sample_sizes(before: float, after: float, cases: int) -> None:
    assert ceil(cases_to_see(before, before - after)) == cases
    assert smallest_visible_drop(before, cases) <= before - after
    assert smallest_visible_drop(before, cases - 1) > before - after


def test_a_hundred_cases_cannot_see_five_points() -> None:
    assert smallest_visible_drop(0.9, 100) == pytest.approx(0.1283, abs=5e-5)


@settings(deadline=None)
@given(st.floats(0.01, 1), st.integers(1, 10**6))
def test_the_smallest_drop_is_the_one_the_sample_is_needed_for(
    share: float, sample_size: int
) -> None:
    drop = smallest_visible_drop(share, sample_size)
    assert drop > 0
    if drop <= share:
        assert cases_to_see(share, drop) == pytest.approx(sample_size, rel=1e-6)


@settings(deadline=None)
@given(st.floats(0.02, 1), st.floats(0, 0.99), st.floats(0.6, 0.999))
def test_so_many_cases_prove_a_floor_and_fewer_do_not(
    share: float, part: float, confidence: float
) -> None:
    floor = share * part
    cases = cases_to_prove(share, floor, confidence)
    assert wilson_lower_bound(share, ceil(cases) + 1, confidence) >= floor - 1e-9
    if cases > 3:
        assert wilson_lower_bound(share, int(cases) - 1, confidence) < floor


def test_a_score_at_the_floor_never_proves_it() -> None:
    for share, floor in ((0.9, 0.9), (0.8, 0.9), (0.9, -0.1)):
        with pytest.raises(ValueError, match="floor"):
            cases_to_prove(share, floor)


@pytest.mark.parametrize(("share", "sample_size"), [(0.5, 0), (-0.1, 10), (1.1, 10)])
def test_no_proportion(share: float, sample_size: int) -> None:
    for measure in (wilson_interval, wilson_lower_bound, smallest_visible_drop):
        with pytest.raises(ValueError, match="proportion"):
            measure(share, sample_size)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1.5])
def test_no_confidence(confidence: float) -> None:
    for measure in (wilson_interval, wilson_lower_bound, smallest_visible_drop):
        with pytest.raises(ValueError, match="confidence"):
            measure(0.9, 100, confidence)


@pytest.mark.parametrize("drop", [0.0, -0.1, 0.95])
def test_no_drop(drop: float) -> None:
    with pytest.raises(ValueError, match="drop"):
        cases_to_see(0.9, drop)
