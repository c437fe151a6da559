"""What rules about failover share: usable fallbacks, downtime in hours and money."""

from decimal import Decimal

from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.risk.system.priors import FIRST_PARTY_UNAVAILABILITY
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.units import HOURS_PER_MONTH, format_money

DOWN_SHARE = FIRST_PARTY_UNAVAILABILITY
"""Share of the time a routed model is assumed to be down."""


def failover_of(context: RuleContext) -> Failover:
    """The usable fallbacks on the day; all runs of one judgment share them."""
    known: dict[str, Failover] = context.memo.setdefault("failover", {})
    if "failover" not in known:
        known["failover"] = Failover(context.as_of, context.state.drills)
    return known["failover"]


def format_downtime(down_share: float, task: TaskFigures, currency: str) -> str:
    """Hours a month, and the value at stake in them where one is declared; starts in lower case."""
    text = f"about {_format_time(down_share * HOURS_PER_MONTH)} a month without an answer (assumed)"
    value = task.value_at_stake_per_month
    if not value:
        return text
    loss = format_money(value * Decimal(str(down_share)), currency)
    return f"{text}, {loss} of the {format_money(value, currency)} at stake"


def _format_time(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"
