"""Something is down: nothing that depends on it answers."""

from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import length, rerouted_after, until_rerouted
from multillm_gov.risk.stress.stress_context import Label, StressContext

ASSUMED_HOURS = Decimal("4.4")
"""OpenAI, all services, 11 December 2024 (method 3.1)."""


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """Away for ``hours``."""
    del context
    hours, assumed = length(shock, ASSUMED_HOURS)
    effect = ShockEffect(
        hours=hours,
        targets=targets,
        down=True,
        rerouted_after=rerouted_after(shock),
        at_peak=shock.at_peak,
        assumed=assumed + until_rerouted(shock),
    )
    return (effect,)
