"""A model gets worse under the same name (method 7)."""

from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import HOURS_PER_DAY, length
from multillm_gov.risk.stress.stress_context import Label, StressContext

ASSUMED_POINTS = Decimal("0.05")
ASSUMED_DAYS = Decimal(30)
"""Method 9, S8."""


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """``points`` more of the answers are unacceptable for ``days``."""
    del context
    hours, assumed = length(shock, ASSUMED_DAYS * HOURS_PER_DAY)
    points = ASSUMED_POINTS if shock.points is None else Decimal(shock.points)
    if shock.points is None:
        assumed += ("Drift: 5 points of the answers become unacceptable.",)
    return (
        ShockEffect(
            hours=hours, targets=targets, points=points, at_peak=shock.at_peak, assumed=assumed
        ),
    )
