"""A model changes its writing style under the same name (method 7.1)."""

from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import HOURS_PER_DAY, length
from multillm_gov.risk.stress.stress_context import Label, StressContext

ASSUMED_RATIO = Decimal(3)
ASSUMED_DAYS = Decimal(30)
"""Method 9, S9: from three times its own noise floor a writing style counts as changed."""


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """Change the writing style for ``days``; a review costs ``review_cost`` once per task class."""
    del context
    hours, assumed = length(shock, ASSUMED_DAYS * HOURS_PER_DAY)
    unknown = (
        ()
        if shock.review_cost is not None
        else ("What a review of the writing style costs: no `review_cost` is given.",)
    )
    effect = ShockEffect(
        hours=hours,
        targets=targets,
        routed_only=True,
        tone_ratio=ASSUMED_RATIO if shock.ratio is None else Decimal(shock.ratio),
        added_cost=Decimal(shock.review_cost or 0),
        at_peak=shock.at_peak,
        assumed=assumed,
        unknown=unknown,
    )
    return (effect,)
