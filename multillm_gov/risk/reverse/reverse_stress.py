"""Reverse stress: for each limit the smallest shock that breaks it (method 9).

Every answer can be tried: the forward stress just above its size breaks the limit, just below it
does not.
"""

from multillm_gov.risk.reverse.breaking_point import BreakingPoint
from multillm_gov.risk.reverse.demand import demand_growths
from multillm_gov.risk.reverse.losses import losses_of_all
from multillm_gov.risk.reverse.outages import outages
from multillm_gov.risk.reverse.prices import price_rises
from multillm_gov.risk.reverse.quality import quality_drops
from multillm_gov.risk.stress.stress_context import StressContext


def reverse(context: StressContext) -> tuple[BreakingPoint, ...]:
    """All limits: price rises by vendor, outages, demand, quality by model, the smallest set of vendors or clouds."""
    return (
        *price_rises(context),
        *outages(context),
        *demand_growths(context),
        *quality_drops(context),
        *losses_of_all(context),
    )
