"""Burn of a month's budget."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.measures.burn import burn

amounts = st.decimals(min_value=0, max_value=10**9, places=2)


def test_the_worked_example_of_the_method():
    found = burn(Decimal(42_000), 12, 30, Decimal(100_000))
    assert found.forecast == 105_000
    assert found.rate == Decimal("1.05")
    assert float(found.days_to_exhaustion or 0) == pytest.approx(16.571, abs=5e-4)
    assert float(found.allowance_per_day or 0) == pytest.approx(3_222.22, abs=5e-3)


def test_a_spent_budget_and_a_complete_month():
    gone = burn(Decimal(120), 10, 30, Decimal(100))
    assert (gone.days_to_exhaustion, gone.allowance_per_day) == (0, 0)
    complete = burn(Decimal(120), 30, 30, Decimal(100))
    assert (complete.forecast, complete.rate, complete.allowance_per_day) == (
        120,
        Decimal("1.2"),
        None,
    )


def test_nothing_spent_and_no_budget():
    idle = burn(Decimal(0), 5, 30, Decimal(100))
    assert (idle.forecast, idle.rate, idle.days_to_exhaustion) == (0, 0, None)
    assert burn(Decimal(5), 5, 30, Decimal(0)).rate is None


@pytest.mark.parametrize("day", [0, 31, -1])
def test_a_day_outside_of_the_month_is_refused(day: int):
    with pytest.raises(ValueError, match="is not in a month"):
        burn(Decimal(1), day, 30, Decimal(1))


@given(amounts, st.integers(1, 31), amounts.filter(bool))
def test_above_one_means_over_budget_and_exhausted_within_the_month(
    spent: Decimal, day: int, budget: Decimal
):
    found = burn(spent, day, 31, budget)
    assert found.rate is not None
    assert (found.rate > 1) == (found.forecast > budget)
    if found.rate > 1 and spent <= budget:
        assert found.days_to_exhaustion is not None
        assert found.days_to_exhaustion <= 31 - day + Decimal("1e-9")
