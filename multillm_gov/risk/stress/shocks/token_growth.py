"""Answers get longer: the same list price, more tokens per task (method 5)."""

from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import factor, month
from multillm_gov.risk.stress.stress_context import Label, StressContext

ASSUMED_FACTOR = Decimal(2)
"""Newer models think longer: the same list price can double the cost of a task."""


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """Input and output tokens times ``factor``, over a month; price tiers apply."""
    del context
    times, assumed = factor(shock, ASSUMED_FACTOR)
    return (
        ShockEffect(
            hours=month(shock),
            targets=targets,
            token_factor=times,
            at_peak=shock.at_peak,
            assumed=assumed,
        ),
    )
