"""Unit costs: exact on small figures, and not known where a part is not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from multillm_gov.catalog.pricing.price import Price, UnitPrices
from multillm_gov.measures.consumption.unit_costs import (
    ListBasis,
    UnitCosts,
    cost_per_outcome,
    unit_costs,
)
from multillm_gov.usage.aggregate import UsageAggregate

THROUGH = date(2026, 11, 24)
PRICE = Price(standard=UnitPrices(input=Decimal("2e-6"), output=Decimal("1e-5")))
SCORES = {"good": Decimal("0.8"), "poor": Decimal("0.4")}


def row(back: int = 0, model: str = "good", **more: Any) -> UsageAggregate:
    values: dict[str, Any] = {
        "requests": 100,
        "effective_cost": Decimal(3),
        "input_tokens_with_cache": 1_000_000,
        "output_tokens": 200_000,
        **more,
    }
    return UsageAggregate(day=THROUGH - timedelta(days=back), model=model, **values)


def measured(
    *rows: UsageAggregate,
    rate: Decimal | None = Decimal(1),
    told_by: tuple[str, ...] = (),
    **more: Any,
) -> UnitCosts:
    return unit_costs(
        "task",
        rows,
        THROUGH,
        acceptance=lambda each: SCORES.get(each.model or ""),
        basis=ListBasis(
            price_of=lambda each: None if each.model == "unlisted" else PRICE,
            usd_per_unit=rate,
            told_by=told_by,
        ),
        **more,
    )


def test_a_request_an_accepted_answer_and_the_list() -> None:
    found = measured(row(), row(27, "poor"), row(28, effective_cost=Decimal(2)))
    assert (found.spent, found.requests) == (6, 200)
    assert found.per_request == Decimal("0.03")
    assert found.trend == Decimal("0.5"), "0.02 in the window before"
    assert found.accepted_share == Decimal("0.6")
    assert found.per_accepted == Decimal("0.05")
    assert found.list_spend == 8
    assert found.discount == Decimal("0.25")
    assert found.listed_share == 1


def test_what_is_not_known_is_not_a_number() -> None:
    uncounted = measured(row(), row(1, requests=None))
    assert (uncounted.per_request, uncounted.trend, uncounted.per_accepted) == (None, None, None)
    partly = measured(row(unknown={"requests": 3}))
    assert partly.per_request is None
    unscored = measured(row(), row(1, "new"))
    assert (unscored.accepted_share, unscored.unscored) == (None, ("new",))
    assert unscored.per_request == Decimal("0.03")
    unlisted = measured(row(), row(1, "unlisted"))
    assert (unlisted.list_spend, unlisted.paid_for_listed, unlisted.listed_share) == (
        4, 3, Decimal("0.5"),
    )  # fmt: skip
    missing = measured(row(unknown={"output_tokens": 1}))
    assert (missing.list_spend, missing.discount) == (None, None)
    assert measured(row(), rate=None).list_spend is None
    assert measured(row()).share_of_value is None


def test_a_list_cost_of_the_feed_goes_before_the_price_list() -> None:
    bill = {"producer": "focus", "list_cost": Decimal(6)}
    assert measured(row(**bill), told_by=("focus",)).discount == Decimal("0.5")
    assert measured(row(**bill)).list_spend == 4, "a gateway's list cost is its spend once more"
    assert measured(row(**bill, unknown={"list_cost": 1}), told_by=("focus",)).list_spend == 4


def test_currency_and_value_at_stake() -> None:
    found = measured(row(), rate=Decimal("1.25"), value_at_stake=Decimal(100))
    assert found.list_spend == Decimal("3.2")
    assert found.share_of_value == pytest.approx(Decimal(3) / 28 * Decimal("30.4") / 100)


def test_an_outcome_costs_its_month() -> None:
    daily = {date(2026, 10, 1): Decimal(30), date(2026, 11, 1): Decimal(12)}
    assert cost_per_outcome(daily, "2026-10", Decimal(60)) == (30, Decimal("0.5"))
