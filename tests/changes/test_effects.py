"""What changes do to money and to shares."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from multillm_gov.changes.change import ChangeKind
from multillm_gov.changes.compare import compare
from multillm_gov.dimensions import Basis, Level
from multillm_gov.location import Place
from multillm_gov.units import Amount
from multillm_gov.usage.record import Actual, Actuals, MonthForecast, PlacedActual

# Per month before: writing 100,000 x (0.7 x 0.0105 + 0.3 x 0.006) = 915; scoring 400,000 x 0.00048
# = 192.
WRITING, SCORING = Decimal(915), Decimal(192)


def test_a_route_change_carries_its_effect(edited):
    comparison = edited(("[{model: beta/large}]", "[{model: gamma/large}]"))
    (change,) = comparison.changes
    assert change.spend_effect == -96
    assert comparison.spend.before == WRITING + SCORING
    assert comparison.spend.delta == -96
    (effect,) = comparison.effects
    assert (effect.before, effect.spend_before, effect.spend_after) == ("scoring", SCORING, 96)
    assert effect.parts.routing == -96
    assert effect.parts.total == effect.delta


def test_a_change_at_the_volume_of_actual_spend(state, files):
    """Scoring is declared at 192 and on course for 384: moving it saves twice as much."""
    actual = Actual(
        month="2026-11", through=date(2026, 11, 20), task_class="scoring", spend=Amount(200),
        forecast=MonthForecast(expected=Amount(384)),
    )  # fmt: skip
    placed = PlacedActual(actual=actual, place=Place("usage/u.yaml"))
    text = files["allocations/a.yaml"]
    cheaper = text.replace("[{model: beta/large}]", "[{model: gamma/large}]")
    moved = state(
        {**files, "allocations/a.yaml": cheaper.replace("requests: 400000", "requests: 1")}
    )
    both = state({**files, "allocations/a.yaml": cheaper})
    for after in (moved, both):
        known = replace(after, actuals=Actuals(task_classes={"scoring": (placed,)}))
        spend = compare(state(files), known).spend
        assert spend.with_actuals == 1
        expected = (spend.parts.routing + spend.parts.price) * 2
        assert spend.at_actual_volume == expected
    assert spend.at_actual_volume == -192
    assert compare(state(files), both).spend.at_actual_volume is None


def test_a_demand_change_carries_its_effect(edited):
    comparison = edited(("requests: 400000", "requests: 500000"))
    assert [c.spend_effect for c in comparison.changes] == [48]
    assert comparison.spend.parts.demand == 48


def test_two_causes_share_their_joint_effect_evenly(edited):
    comparison = edited(
        ("[{model: beta/large}]", "[{model: gamma/large}]"),
        ("requests: 400000", "requests: 800000"),
    )
    effects = {c.kind: c.spend_effect for c in comparison.changes}
    # 192 -> 192: doubling alone adds 192 (or 96 at the new price), the cheaper model saves 96 (or
    # 192 at twice).
    assert effects == {ChangeKind.DEMAND: Decimal(144), ChangeKind.ROUTE: Decimal(-144)}
    assert comparison.spend.delta == 0


def test_price_and_allocation_are_told_apart(edited, repriced):
    comparison = edited(
        ("requests: 400000", "requests: 800000"), facts=repriced("beta/large", "1.5")
    )
    parts = comparison.spend.parts
    # beta/large serves scoring (192 -> 576) and 30% of writing (180 -> 270).
    assert parts.total == comparison.spend.delta == 384 + 90
    assert parts.price == 144 + 90
    assert parts.allocation == parts.demand == 240
    prices = [c for c in comparison.changes if c.kind is ChangeKind.MODEL_PRICE]
    assert [(c.subject, c.spend_effect) for c in prices] == [("beta/large", Decimal(234))]
    assert (
        prices[0].before == "2.00 USD per million input tokens, 8.00 USD per million output tokens"
    )
    assert (
        prices[0].after == "3.00 USD per million input tokens, 12.00 USD per million output tokens"
    )


def test_a_new_exchange_rate_is_a_price_effect_and_not_a_model_s(state, files):
    def euros(rate: str) -> dict[str, str]:
        settings = f"currency: EUR\nexchange: {{usd_per_unit: {rate}, as_of: 2026-11-01}}\n"
        return {**files, "govern.yaml": settings}

    comparison = compare(state(euros("1.00")), state(euros("1.25")))
    (change,) = comparison.changes
    assert (change.kind, change.aspect) == (ChangeKind.SETTING, "exchange")
    assert change.before == "1 EUR = 1 USD on 2026-11-01"
    assert change.spend_effect == comparison.spend.delta == (WRITING + SCORING) * Decimal("-0.2")
    assert comparison.spend.parts.price == change.spend_effect


def test_amounts_in_two_currencies_are_never_subtracted(edited):
    comparison = edited(
        ("fail_on: error", "currency: EUR\n    exchange: {usd_per_unit: 1.1, as_of: 2026-11-01}"),
        ("monthly: 2000", "monthly: 1500"),
        ("requests: 400000", "requests: 500000"),
    )  # fmt: skip
    assert comparison.spend.delta is None
    assert comparison.spend.parts is None
    assert comparison.effects == ()
    cap = next(c for c in comparison.changes if c.kind is ChangeKind.SPEND_CAP)
    assert (cap.direction, cap.before, cap.after) == ("changed", "2,000 USD", "1,500 EUR")


def test_fixed_cost_moves_with_the_task_class_that_takes_it_on(edited):
    comparison = edited(("[{model: beta/large}]", "[{model: own/tuned}]"))
    (change,) = comparison.changes
    assert change.spend_effect == 900 - SCORING
    assert comparison.spend.delta == 900 - SCORING


def test_a_share_of_fixed_cost_shifted_by_another_task_class_is_hosting(state, files):
    both = files["allocations/a.yaml"].replace("[{model: beta/large}]", "[{model: own/tuned}]")
    base = {**files, "allocations/a.yaml": both}
    legs = "- {model: alpha/large, weight: 70}\n          - {model: beta/large, weight: 30}"
    joined = {**files, "allocations/a.yaml": both.replace(legs, "- {model: own/tuned}")}
    comparison = compare(state(base), state(joined))
    effects = {effect.after: effect for effect in comparison.effects}
    # 900 a month is now split 400,000 : 100,000.
    assert effects["scoring"].parts.hosting == effects["scoring"].delta == -180
    assert effects["writing"].parts.routing == effects["writing"].delta == 180 - WRITING
    assert comparison.spend.parts.total == comparison.spend.delta


def test_points_of_share_add_up_to_the_shift(edited):
    comparison = edited(
        ("[{model: beta/large}]", "[{model: gamma/large}]"),
        ("weight: 70}", "weight: 20}"),
        ("weight: 30}", "weight: 80}"),
    )  # fmt: skip
    shift = comparison.at(Level.VENDOR, Basis.SPEND)
    before, after = dict(shift.before.shares), dict(shift.after.shares)
    points = [
        p
        for c in comparison.changes
        for p in c.exposure
        if p.level is Level.VENDOR and p.entity == "alpha"
    ]
    # The other change adds no spend at alpha, yet lowers the total, which is left out: it moved
    # nothing there itself.
    total = sum(p.points for p in points)
    mean = (shift.before.total + shift.after.total) / 2
    diluted = -((before["alpha"] + after["alpha"]) / 2) * float(Decimal(-96) / mean)
    assert total + diluted == pytest.approx(after["alpha"] - before["alpha"])
    assert shift.moved[0][0] in {"alpha", "beta"}


def test_a_forecast_that_can_no_longer_be_made_is_not_a_saving(edited, facts):
    from msgspec.structs import replace

    unpriced = {**facts, "beta/large": replace(facts["beta/large"], price=None)}
    comparison = edited(facts=unpriced)
    forecasts = {c.subject: c for c in comparison.changes if c.kind is ChangeKind.FORECAST}
    assert set(forecasts) == {"writing", "scoring"}
    assert forecasts["scoring"].direction == "loosened"
    assert (forecasts["scoring"].before, forecasts["scoring"].after) == ("192 USD", "not known")
    assert comparison.spend.unpriced_after == ("writing", "scoring")
    assert all(effect.delta is None for effect in comparison.effects)
    spend = comparison.spend
    assert spend.newly_unknown == ("writing", "scoring")[::-1]
    assert spend.known_delta == 0
    assert spend.delta == spend.gained_or_lost < 0


def test_an_added_task_class_without_a_known_cost_is_carried_on(edited):
    """Its forecast is no part of the sum, and the sum is not given without it."""
    comparison = edited(
        (
            "      scoring:\n",
            """      letters:
        route: [{model: beta/large}]
        demand: {requests: 100000, input_tokens: 1000}
      scoring:
""",
        )
    )
    spend = comparison.spend
    assert spend.added is None
    assert spend.removed == 0
    assert spend.newly_unknown == ("letters",)
    assert spend.known_delta == 0


def test_a_model_moved_to_another_host_shifts_shares_without_any_edit(edited, facts):
    from msgspec.structs import replace

    moved = replace(
        facts["beta/large"], exposure=replace(facts["beta/large"].exposure, provider="alpha")
    )
    comparison = edited(facts={**facts, "beta/large": moved})
    (change,) = comparison.changes
    assert (change.kind, change.label, change.before, change.after) == (
        ChangeKind.MODEL_EXPOSURE, "provider", "beta", "alpha",
    )  # fmt: skip
    shift = comparison.at(Level.PROVIDER, Basis.SPEND)
    points = {point.entity: point.points for point in change.exposure}
    assert points["alpha"] == pytest.approx(
        dict(shift.after.shares)["alpha"] - dict(shift.before.shares)["alpha"]
    )


def test_owners_whose_forecast_moved(edited):
    comparison = edited(("purpose: Lead scores", "owner: sales"))
    assert comparison.spend.by_owner == (
        ("growth", WRITING + SCORING, WRITING),
        ("sales", Decimal(0), SCORING),
    )


def test_losing_the_independent_fallback_shows_in_value(edited):
    comparison = edited(("fallbacks: [gamma/large, alpha/small]", "fallbacks: [alpha/small]"))
    assert comparison.independent_value_before == 1
    assert comparison.independent_value_after == pytest.approx(20000 / 65000)
    (change,) = comparison.changes
    assert change.note == ""
