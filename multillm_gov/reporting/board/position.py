"""The portfolio against each limit of the board's risk appetite."""

from multillm_gov.content import Cell, Column, Table
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.cost.repricing import BASE_RISE, largest_bill_rise
from multillm_gov.report import Metric
from multillm_gov.reporting.shared.headline import headline
from multillm_gov.reporting.shared.spend import format_forecast, judged_by_spend
from multillm_gov.reporting.shared.tables import status_below
from multillm_gov.state.state import State
from multillm_gov.units import format_count, format_money, format_share
from multillm_gov.words import count_of, join_some

SHOCK = "price-shock"


def position(state: State) -> tuple[Metric, ...]:
    """The headline figures and the worst repricing, each with its limit and status."""
    return (
        *headline(state),
        judged_by_spend(_price_shock(state), state.figures),
    )


def _price_shock(state: State) -> Metric:
    limit = state.portfolio.settings.appetite.max_price_shock_share
    vendors = concentration(state.figures.tasks, Level.VENDOR, Basis.SPEND)
    label = f"Bill increase if a vendor adds {BASE_RISE * 100:.0f}%"
    ceiling = f"at most {format_share(limit)}"
    if not vendors.shares:
        return Metric(
            id=SHOCK, label=label, value="none", limit=ceiling, note="there is no spend to reprice"
        )
    rise = largest_bill_rise([share for _, share in vendors.shares], BASE_RISE)
    return Metric(
        id=SHOCK,
        label=label,
        value=format_share(rise),
        limit=ceiling,
        status=status_below(rise, float(limit)),
        note=f"assumed; {vendors.shares[0][0]} would cost most",
        number=rise,
        unit="share",
    )


def summary_sentence(metrics: tuple[Metric, ...], decisions: int) -> str:
    """One sentence for the top of the page."""
    judged = [metric for metric in metrics if metric.status != "neutral"]
    outside = sum(metric.status == "bad" for metric in judged)
    near = sum(metric.status == "watch" for metric in judged)
    required = (
        f"{count_of(decisions, 'decision')} required" if decisions else "no decisions required"
    )
    if not judged:
        return f"No limit of the risk appetite can be judged yet; {required}."
    return (
        f"{outside:,} of {count_of(len(judged), 'limit')} in the risk appetite exceeded, {near:,} "
        f"close to the limit; {required}."
    )


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
