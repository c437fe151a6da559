"""Something is withdrawn for weeks, as when a country forbids its vendors to serve us."""

from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import (
    HOURS_PER_DAY,
    length,
    rerouted_after,
    until_rerouted,
)
from multillm_gov.risk.stress.stress_context import Label, StressContext

ASSUMED_DAYS = Decimal(90)
"""Method 9, S10."""


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """Away for ``days``."""
    del context
    hours, assumed = length(shock, ASSUMED_DAYS * HOURS_PER_DAY)
    effect = ShockEffect(
        hours=hours,
        targets=targets,
        down=True,
        rerouted_after=rerouted_after(shock),
        at_peak=shock.at_peak,
        assumed=assumed + until_rerouted(shock),
    )
    return (effect,)
