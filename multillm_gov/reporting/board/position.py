"""What the portfolio holds, in counts and totals."""

from multillm_gov.content import Cell, Column, Table
from multillm_gov.dimensions import Level
from multillm_gov.reporting.shared.spend import format_forecast
from multillm_gov.state.state import State
from multillm_gov.units import format_count, format_money
from multillm_gov.words import join_some


def overview_table(state: State) -> Table:
    """Counts and totals, one a row."""
    figures = state.figures
    routed = {leg.model: leg.facts for task in figures.tasks for leg in task.legs}
    spares = {spare.model for task in figures.tasks for spare in task.fallbacks} - set(routed)
    vendors = sorted({facts.exposure.at(Level.VENDOR) for facts in routed.values() if facts})
    rows = [
        ("Task classes", f"{len(figures.tasks):,}"),
        ("Models", f"{len(routed):,} routed to, {len(spares):,} more as fallback"),
        ("Vendors routed to", join_some(vendors, 6)),
        ("Requests per month", format_count(figures.requests_per_month)),
        ("Forecast spend per month", format_forecast(figures)),
    ]
    if figures.requests_per_month and not figures.unpriced:
        per_thousand = figures.spend_per_month / figures.requests_per_month * 1_000
        rows.append(("Spend per thousand requests", format_money(per_thousand, figures.currency)))
    if figures.value_at_stake_per_month:
        rows.append(
            (
                "Value at stake per month",
                format_money(figures.value_at_stake_per_month, figures.currency),
            )
        )
    return Table(
        title="Portfolio overview",
        columns=(Column("What"), Column("Now")),
        rows=tuple((Cell(label), Cell(value)) for label, value in rows),
    )
