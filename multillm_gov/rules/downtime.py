"""Assumed unavailability, spelled as hours and money a month; every figure says that it is assumed."""

from decimal import Decimal

from multillm_gov.measures.figures import TaskFigures
from multillm_gov.risk.system.priors import FIRST_PARTY_UNAVAILABILITY, HOURS_PER_MONTH
from multillm_gov.units import format_money

DOWN_SHARE = FIRST_PARTY_UNAVAILABILITY
"""Share of the time a routed model is assumed to be away."""


def format_downtime(down_share: float, task: TaskFigures, currency: str) -> str:
    """Time away a month, and the value at stake in it where one is declared; starts in lower case."""
    text = f"about {_format_time(down_share * HOURS_PER_MONTH)} a month without an answer (assumed)"
    value = task.value_at_stake_per_month
    if not value:
        return text
    loss = format_money(value * Decimal(str(down_share)), currency)
    return f"{text}, {loss} of the {format_money(value, currency)} at stake"


def _format_time(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"
