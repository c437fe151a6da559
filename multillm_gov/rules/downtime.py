"""Assumed unavailability, spelled as hours and money a month; every figure says that it is assumed."""

from decimal import Decimal

from multillm_gov.measures.figures import TaskFigures
from multillm_gov.units import spell_money

DOWN_SHARE = 0.003
"""Share of the time a first-party LLM API is away: between .0018 weighted and .0042 raw (arXiv 2501.12469)."""
SAME_VENDOR = 0.45
"""P(fallback away | primary away) at one vendor on separate surfaces: OpenAI API and ChatGPT, .46 [.34, .59]."""
SAME_API = 0.90
"""The same at one provider: Anthropic API and claude.ai, .92 [.74, .99]."""
SAME_CLOUD = 0.10
"""The same on one cloud with different vendors: no public data; upper end of engineering beta factors."""
OTHERWISE = 0.02
"""The same with other vendor and cloud: OpenAI API and Anthropic API, .03 [.001, .14]."""
HOURS_PER_MONTH = 730


def spell_downtime(down_share: float, task: TaskFigures, currency: str) -> str:
    """Time away a month, and the value at stake in it where one is declared; starts in lower case."""
    text = f"about {_spell_time(down_share * HOURS_PER_MONTH)} a month without an answer (assumed)"
    value = task.value_at_stake_per_month
    if not value:
        return text
    loss = spell_money(value * Decimal(str(down_share)), currency)
    return f"{text}, {loss} of the {spell_money(value, currency)} at stake"


def _spell_time(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"
