"""Price moves, repricing in money, savings, utilization and growth of shares."""

from decimal import Decimal

import pytest

from multillm_gov.catalog.pricing.price import Price, PriceTier, UnitPrices
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.capacity import utilization
from multillm_gov.measures.concentration import concentration, share_growth
from multillm_gov.measures.cost.price_moves import PriceMove, largest_move
from multillm_gov.measures.cost.repricing import added_spend, spend_within
from multillm_gov.portfolio.demand import Demand
from multillm_gov.rules.cheaper_models import saving_per_month

DEMAND = Demand(requests=1000, input_tokens=1000, output_tokens=0)


def price(usd_in: str, usd_out: str = "2e-6", **rest: object) -> Price:
    units = rest.pop("units", {})
    standard = UnitPrices(input=Decimal(usd_in), output=Decimal(usd_out), units=units)
    return Price(standard=standard, **rest)


def test_the_largest_move_is_told_per_million_tokens():
    """Gemini 2.5 Flash in June 2025 (method 5): .15/.60 became .30/2.50."""
    move = largest_move(price("0.15e-6", "0.60e-6"), price("0.30e-6", "2.50e-6"))
    assert move == PriceMove("output per million tokens", Decimal("0.60"), Decimal("2.50"))
    assert float(move.relative) == pytest.approx(3.1667, abs=1e-4)


def test_a_cut_counts_as_a_move_and_equal_prices_do_not():
    assert largest_move(price("1e-6"), price("1e-6")) is None
    move = largest_move(price("10e-6"), price("2e-6"))
    assert move is not None
    assert move.relative == Decimal("-0.8")


def test_tiers_services_and_fees_are_compared_and_what_only_one_state_has_is_not():
    def tiered(amount: str) -> Price:
        tier = PriceTier(above_input_tokens=200_000, price=UnitPrices(input=Decimal(amount)))
        return price("1e-6", tiers=(tier,), services={"batch": UnitPrices(input=Decimal("5e-7"))})

    move = largest_move(tiered("2e-6"), tiered("3e-6"))
    assert move is not None
    assert move.what == "input per million tokens above 200,000 tokens"
    assert largest_move(price("1e-6"), tiered("3e-6")) is None
    fee = largest_move(
        price("1e-6", units={"image": Decimal("0.04")}),
        price("1e-6", units={"image": Decimal("0.05")}),
    )
    assert fee == PriceMove("per image made", Decimal("0.04"), Decimal("0.05"))


def test_what_was_free_and_is_no_more_moved_without_bound():
    move = largest_move(price("0"), price("1e-6"))
    assert move is not None
    assert move.relative == Decimal("Infinity")


def test_a_repricing_in_money():
    """40,000 a month and a rise of 35% are 14,000 a month more; 10,000 tolerated mean 28,571 with
    one vendor."""
    assert added_spend(Decimal(40_000), Decimal("0.35")) == 14_000
    assert float(spend_within(Decimal(10_000), Decimal("0.35"))) == pytest.approx(
        28_571.43, abs=5e-3
    )


def test_saving_of_one_model_for_all(figures, new_task, new_model):
    """600 x .004 + 400 x .002 = 3.20 now; 1,000 x .001 is 1.00; a fixed cost of .20 leaves 2.00 of
    saving."""
    models = [
        new_model("dear", "4e-6"),
        new_model("fair", "2e-6", fixed="500"),
        new_model("unpriced", None),
    ]
    (split,) = figures([new_task("x", {"dear": 60, "fair": 40}, demand=DEMAND)], models).tasks
    assert saving_per_month(split, Decimal("0.001")) == Decimal("2.20")
    assert saving_per_month(split, Decimal("0.001"), Decimal("0.20")) == Decimal("2.00")
    (unknown,) = figures([new_task("x", {"dear": 60, "unpriced": 40}, demand=DEMAND)], models).tasks
    assert saving_per_month(unknown, Decimal("0.001")) is None


def test_utilization_of_a_hosted_model():
    """60 a minute are 2,628,000 a month."""
    assert utilization(Decimal(657_000), 60) == Decimal("0.25")
    with pytest.raises(ValueError, match="capacity"):
        utilization(Decimal(1), 0)


def test_growth_of_shares(figures, new_task, new_model):
    models = [
        new_model("a", vendor="alpha"),
        new_model("b", vendor="beta"),
        new_model("c", vendor="gamma"),
    ]

    def shares(**legs: int) -> object:
        found = (
            figures([new_task("x", legs, demand=DEMAND)], models) if legs else figures([], models)
        )
        return concentration(found.tasks, Level.VENDOR, Basis.REQUESTS)

    assert share_growth(shares(a=70, b=30), shares(a=40, b=40, c=20)) == (
        ("gamma", 0.0, 0.2),
        ("beta", 0.3, 0.4),
    )
    assert share_growth(shares(), shares(a=100)) == ()
    assert share_growth(shares(a=100), shares()) == ()
