"""How long something may be away before the value appetite of a year is spent: linear in hours, so in closed form."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.risk.reverse.breaking_point import BreakingPoint, bearable_value, shocks_of
from multillm_gov.risk.stress.entities import entities_of
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext

LEVELS = ("provider", "cloud", "gateway", "dependency")
HOURS_PER_YEAR = Decimal(8_760)
_HOUR = Decimal(1)


def outages(context: StressContext) -> Iterator[BreakingPoint]:
    """For everything that is away as one: appetite over the value that one hour of it costs."""
    bound = bearable_value(context)
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
