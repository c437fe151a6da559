"""The portfolio against each limit of the board's risk appetite."""

from collections.abc import Iterator

from multillm_gov.content import Cell, Column, Table
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.cost.repricing import BASE_RISE, largest_bill_rise
from multillm_gov.report import Metric
from multillm_gov.reporting.shared.headline import headline
from multillm_gov.reporting.shared.spend import format_forecast, judged_by_spend
from multillm_gov.reporting.shared.tables import status_below
from multillm_gov.reporting.stress.report import already_broken_metric, worst_scenario_metric
from multillm_gov.reporting.stress.simulation import simulation_metrics
from multillm_gov.reporting.stress.status import task_status, whole_status
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.stress.variants import Variant
from multillm_gov.state.state import State
from multillm_gov.units import format_count, format_money, format_share
from multillm_gov.words import count_of, join_some

SHOCK = "price-shock"
OUTSIDE = "scenarios-outside-appetite"
_MOST_TITLES = 3


def position(risk: PortfolioRisk) -> tuple[Metric, ...]:
    """Every figure that has a limit: the headline, the worst repricing, and the risk appetite.

    Nothing that a later section shows outside its limit is missing here.
    """
    return (
        *headline(risk.state),
        judged_by_spend(_price_shock(risk.state), risk.state.figures),
        *_risk_position(risk),
    )


def _risk_position(risk: PortfolioRisk) -> Iterator[Metric]:
    """Limits broken without a shock, scenarios outside appetite, and the years simulated."""
    if not risk.context.tasks:
        return
    yield already_broken_metric(risk)
    yield from worst_scenario_metric(risk.results, risk.context)
    yield from _outside_metric(risk)
    if risk.simulation is not None:
        yield from simulation_metrics(
            risk.simulation, risk.context.settings.risk, risk.context.system
        )


def _outside_metric(risk: PortfolioRisk) -> Iterator[Metric]:
    """Scenarios whose worst case is outside appetite, for the portfolio or for a task class.

    They have no limit of their own: a scenario is a question, and the largest loss of one is
    judged.
    """
    run = [(result, worst) for result in risk.results if (worst := result.worst) is not None]
    if not run:
        return
    outside = [result.booked.scenario.title for result, worst in run if _outside(risk, worst)]
    yield Metric(
        id=OUTSIDE,
        label="Scenarios outside appetite",
        value=f"{len(outside):,} of {len(run):,}",
        status="watch" if outside else "neutral" if risk.context.figures.unpriced else "good",
        note=_titles(outside),
        number=float(len(outside)),
        unit="scenarios",
    )


def _titles(titles: list[str]) -> str:
    """Separated by semicolons: titles have commas of their own."""
    further = len(titles) - _MOST_TITLES
    return "; ".join([*titles[:_MOST_TITLES], *([f"{further:,} more"] if further > 0 else [])])


def _outside(risk: PortfolioRisk, worst: Variant) -> bool:
    context, outcome = risk.context, worst.outcome
    if whole_status(outcome, context) == "bad":
        return True
    return any(
        task_status(task, of_task, outcome, context) == "bad"
        for task, of_task in zip(context.tasks, outcome.tasks, strict=True)
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
    judged = [metric for metric in metrics if metric.limit and metric.status != "neutral"]
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
