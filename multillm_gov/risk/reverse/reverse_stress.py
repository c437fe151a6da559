"""Reverse stress: for each limit the smallest shock that breaks it (method 9).

Every answer can be tried: the forward stress just above its size breaks the limit, just below it
does not.
"""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.risk.reverse.breaking_point import BreakingPoint, shocks_of, tolerated_loss
from multillm_gov.risk.reverse.demand import demand_growths
from multillm_gov.risk.reverse.losses import losses_of_all
from multillm_gov.risk.reverse.prices import price_rises
from multillm_gov.risk.reverse.quality import quality_drops
from multillm_gov.risk.stress.entities import entities_of
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext

LEVELS = ("provider", "cloud", "gateway", "dependency")
HOURS_PER_YEAR = Decimal(8_760)
_HOUR = Decimal(1)


def reverse(context: StressContext) -> tuple[BreakingPoint, ...]:
    """All limits: price rises, outages, demand, quality, smallest set of vendors or clouds."""
    return (
        *price_rises(context),
        *outages(context),
        *demand_growths(context),
        *quality_drops(context),
        *losses_of_all(context),
    )


def outages(context: StressContext) -> Iterator[BreakingPoint]:
    """For everything that is down as one: appetite over the value that one hour of it costs."""
    bound = tolerated_loss(context)
    for level in LEVELS:
        for entity in entities_of(context, level):
            common = BreakingPoint(
                question="outage",
                limit="value",
                entities=((level, entity.name),),
                verdict="cannot break",
                subject="portfolio",
                bound=bound,
            )
            an_hour = stress(context, shocks_of(common, _HOUR)).value_at_risk
            if not an_hour:
                yield replace(
                    common,
                    note="It costs no value: nothing is at stake, or fallbacks take all of it "
                    "over.",
                )
            elif bound / an_hour >= HOURS_PER_YEAR:
                yield replace(
                    common, figure=an_hour * HOURS_PER_YEAR, note="Not by a whole year of it."
                )
            else:
                yield replace(common, verdict="breaks", size=bound / an_hour, figure=bound)
