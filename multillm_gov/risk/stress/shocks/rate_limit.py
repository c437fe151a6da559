"""Rate limits are cut: what does not fit goes down the chain, or unanswered."""

from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import factor, length
from multillm_gov.risk.stress.stress_context import Label, StressContext

ASSUMED_FACTOR = Decimal("0.5")
ASSUMED_HOURS = Decimal(2)
"""Method 9, S5."""


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """Declared limits times ``factor`` for ``hours``; ``tries`` multiply the limited demand."""
    del context
    hours, of_length = length(shock, ASSUMED_HOURS)
    times, of_factor = factor(shock, ASSUMED_FACTOR)
    effect = ShockEffect(
        hours=hours,
        targets=targets,
        limit_factor=times,
        tries=shock.tries or 1,
        at_peak=shock.at_peak,
        assumed=of_length + of_factor,
    )
    return (effect,)
