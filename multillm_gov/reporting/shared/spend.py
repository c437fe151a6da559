"""The forecast in words."""

from multillm_gov.measures.figures import PortfolioFigures
from multillm_gov.risk.limits.judging import nothing_known
from multillm_gov.units import format_money


def format_forecast(figures: PortfolioFigures) -> str:
    """The forecast; a lower bound or not known where task classes have no known cost."""
    if not figures.tasks:
        return "none"
    if nothing_known(figures):
        return "not known"
    spend = format_money(figures.spend_per_month, figures.currency)
    return f"at least {spend}" if figures.unpriced else spend
