"""More requests arrive than were planned for."""

from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import factor, month
from multillm_gov.risk.stress.stress_context import Label, StressContext

ASSUMED_FACTOR = Decimal("1.5")
"""A judgment, to be overridden: half as much again."""


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """Requests routed to what is hit, times ``factor``, counted over a month."""
    del context
    times, assumed = factor(shock, ASSUMED_FACTOR)
    effect = ShockEffect(
        hours=month(shock),
        targets=targets,
        routed_only=True,
        demand_factor=times,
        at_peak=shock.at_peak,
        assumed=assumed,
    )
    return (effect,)
