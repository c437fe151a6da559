"""Burn of a month's budget."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.content import Table
from multillm_gov.location import Place
from multillm_gov.measures.burn import burn, current_actual, run_rate
from multillm_gov.reporting.board.cost import cost_section
from multillm_gov.reporting.shared.headline import headline
from multillm_gov.units import Amount
from multillm_gov.usage.record import Actual, PlacedActual
from portfolios import ACME_ALLOCATION, ACME_CATALOG, assessed

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


def _record(month: str, through: str, spend: int) -> PlacedActual:
    actual = Actual(
        month=month, through=date.fromisoformat(through), spend=Amount(spend), task_class="articles"
    )
    return PlacedActual(actual=actual, place=Place("usage/u.yaml"))


NOVEMBER = _record("2026-11", "2026-11-20", 8_000)


@pytest.mark.parametrize(
    ("as_of", "newer", "expected"),
    [
        ("2026-11-30", None, "2026-11-20"),
        ("2026-12-01", None, "2026-11-20"),
        ("2026-12-02", _record("2026-12", "2026-12-01", 100), "2026-11-20"),
        ("2026-12-04", _record("2026-12", "2026-12-03", 900), "2026-12-03"),
        ("2026-11-19", None, None),
        ("2027-01-15", None, None),
    ],
)
def test_a_month_that_begins_does_not_displace_the_one_before(
    as_of: str, newer: PlacedActual | None, expected: str | None
) -> None:
    records = (newer, NOVEMBER) if newer else (NOVEMBER,)
    found = current_actual(records, date.fromisoformat(as_of))
    assert (found.actual.through.isoformat() if found else None) == expected


def test_actual_spend_changes_the_headline_forecast() -> None:
    """articles spent 8,000 in 20 of 30 days, so 12,000 a month instead of 6,000; others as
    forecast."""
    usage = "actuals: [{month: 2026-11, through: 2026-11-20, spend: 8000, task_class: articles}]\n"
    texts = {"allocations/a.yaml": ACME_ALLOCATION, "catalog/models.yaml": ACME_CATALOG}
    without, loaded = (assessed(each).state for each in (texts, {**texts, "usage/u.yaml": usage}))
    assert run_rate(loaded.figures, loaded.actuals, loaded.as_of).spend == 12_000 + 3_000 + 1_000
    metrics = [
        next(metric for metric in headline(state) if metric.id == "forecast-spend")
        for state in (without, loaded)
    ]
    assert [metric.number for metric in metrics] == [10_000, 16_000]
    assert "1 task class at the pace of actual spend" in metrics[1].note
    assert "10,000 USD" in metrics[1].note


_ROW = "  - {month: 2026-11, through: 2026-11-20, spend: %d, %s}\n"


@pytest.mark.parametrize(
    ("rows", "spend", "counted"),
    [
        ([(18_000, "owner: growth")], 27_000, 3),
        ([(18_000, "owner: growth"), (8_000, "task_class: articles")], 27_000, 3),
        # The owner's record is behind: never less than what is known of the task classes.
        ([(6_000, "owner: growth"), (8_000, "task_class: articles")], 12_000, 3),
        # Every task class has a record of its own: 12,000 + 1,500 + 1,500.
        (
            [
                (18_000, "owner: growth"),
                (8_000, "task_class: articles"),
                (1_000, "task_class: scoring"),
                (1_000, "task_class: filtering"),
            ],
            15_000,
            3,
        ),
        ([(18_000, "owner: nobody")], 10_000, 0),
    ],
)
def test_actual_spend_of_owners_changes_the_headline_forecast(
    rows: list[tuple[int, str]], spend: int, counted: int
) -> None:
    usage = "actuals:\n" + "".join(_ROW % row for row in rows)
    texts = {
        "allocations/a.yaml": ACME_ALLOCATION,
        "catalog/models.yaml": ACME_CATALOG,
        "usage/u.yaml": usage,
    }
    state = assessed(texts).state
    metric = next(metric for metric in headline(state) if metric.id == "forecast-spend")
    assert metric.number == spend
    assert (f"{counted} task classes at the pace of actual spend" in metric.note) == bool(counted)
    (forecast, *_) = [
        [cell.text for cell in row]
        for block in cost_section(state).blocks
        if isinstance(block, Table) and block.title.startswith("Owners")
        for row in block.rows
    ]
    assert forecast[:3] == ["growth", "3", f"{spend:,}"]


def test_a_forecast_of_daily_spend_replaces_the_run_rate():
    usage = """actuals:
  - {month: 2026-11, through: 2026-11-20, spend: 8000, task_class: articles,
     forecast: {expected: 11000, low: 10000, high: 12500, year: 90000}}
  - {month: 2026-11, through: 2026-11-20, spend: 9000, portfolio: true,
     forecast: {expected: 12400, low: 11500, high: 13600, year: 99000}}
"""
    loaded = assessed(
        {
            "catalog/c.yaml": ACME_CATALOG,
            "allocations/a.yaml": ACME_ALLOCATION,
            "usage/u.yaml": usage,
        }
    ).state
    pace = run_rate(loaded.figures, loaded.actuals, loaded.as_of)
    others = loaded.figures.spend_per_month - next(
        task.spend_per_month or 0 for task in loaded.figures.tasks if task.task.name == "articles"
    )
    assert pace.spend == 12_400 + others
    assert (pace.unattributed, pace.counted) == (1_400, ("articles",))
    assert pace.interval is None, "the others are declared: no interval of the whole is known"
    newer = (
        usage + "  - {month: 2026-11, through: 2026-11-24, spend: 16000, task_class: articles}\n"
    )
    loaded = assessed(
        {
            "catalog/c.yaml": ACME_CATALOG,
            "allocations/a.yaml": ACME_ALLOCATION,
            "usage/u.yaml": newer,
        }
    ).state
    pace = run_rate(loaded.figures, loaded.actuals, loaded.as_of)
    assert pace.spend == 20_000 + 1_400 + others, "written by hand later, beside what has no class"
