"""Prices change for good: every unit price and fixed cost of what is hit (method 5)."""

from decimal import Decimal

from multillm_gov.measures.cost.repricing import BASE_RISE
from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import factor, month
from multillm_gov.risk.stress.stress_context import Label, StressContext

ASSUMED_FACTOR = 1 + Decimal(str(BASE_RISE))
"""Middle of the documented moves of +30 to +40% inside a contract."""


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """Prices times ``factor``, counted over a month; no request moves elsewhere."""
    del context
    times, assumed = factor(shock, ASSUMED_FACTOR)
    return (
        ShockEffect(
            hours=month(shock),
            targets=targets,
            price_factor=times,
            at_peak=shock.at_peak,
            assumed=assumed,
        ),
    )
