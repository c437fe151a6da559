"""Prices out by orders of magnitude."""

from decimal import Decimal

import pytest

from multillm_gov.catalog.facts import Exposure, ModelFacts
from multillm_gov.catalog.pricing.plausibility import TypicalPrice, family_key, implausible_price
from multillm_gov.catalog.pricing.price import Price, UnitPrices


def _facts(name="x", **per_million):
    price = {side: Decimal(str(amount)) / 10**6 for side, amount in per_million.items()}
    return ModelFacts(
        name=name,
        source="override",
        exposure=Exposure(model=name, family="claude"),
        mode="chat",
        price=Price(standard=UnitPrices(**price)) if price else None,
    )


USUAL = TypicalPrice(Decimal("3e-6"), Decimal("15e-6"), 41)


def test_a_price_per_million_entered_as_per_token_is_found():
    (found,) = implausible_price(_facts(input=3_000_000, output=15), None, USUAL)
    assert found.side == "input"
    assert found.usd_per_million == 3_000_000
    assert found.usual_usd_per_million == 3
    assert found.factor == 1_000_000
    assert found.compared_with == "the median of 41 claude models"


@pytest.mark.parametrize(
    ("amount", "implausible"), [(300, True), (299, False), (0.031, False), (0.03, True), (0, False)]
)
def test_two_orders_of_magnitude_are_the_limit(amount, implausible):
    assert bool(implausible_price(_facts(input=amount), None, USUAL)) is implausible


def test_the_base_goes_before_the_family():
    base = _facts("base", input=0.1)
    (found,) = implausible_price(_facts(input=20), base, USUAL)
    assert found.compared_with == "its base base"
    assert implausible_price(_facts(input=20), None, USUAL) == ()


def test_without_a_price_or_anything_to_compare_nothing_is_said():
    assert implausible_price(_facts(), None, USUAL) == ()
    assert implausible_price(_facts(input=10**9), None, None) == ()


def test_usual_prices_come_from_the_whole_map(catalog):
    facts = catalog.find("anthropic/claude-sonnet-4-5")
    usual = catalog.usual_price(facts)
    assert usual.models > 50
    assert Decimal("5e-7") < usual.input < Decimal("2e-5")
    assert implausible_price(facts, None, usual) == ()


def test_of_an_unknown_family_nothing_is_usual(catalog):
    facts = ModelFacts(name="x", source="override", exposure=Exposure(model="x"))
    assert family_key(facts) == ""
    assert catalog.usual_price(facts) is None


@pytest.mark.parametrize(("models", "implausible"), [(2, False), (3, True)])
def test_two_models_are_no_median(models, implausible):
    usual = TypicalPrice(Decimal("50.06e-6"), None, models)
    assert bool(implausible_price(_facts(input=0.1), None, usual)) is implausible
