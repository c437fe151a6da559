"""Simulated years: losses and spend against the appetite, what is left out, and how sure it is."""

from collections.abc import Iterator

from multillm_gov.content import Block, Paragraph, Status
from multillm_gov.portfolio.risk import Risk
from multillm_gov.report import Metric, Section
from multillm_gov.reporting.shared.status_bands import status_below
from multillm_gov.reporting.stress.estimates import format_rounded
from multillm_gov.reporting.stress.simulation_tables import (
    caps_table,
    contributions_table,
    convergence_chart,
    figures_table,
)
from multillm_gov.risk.simulation.assumptions import MODERATE_FACTOR
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.units import format_change, format_share
from multillm_gov.words import code, count_of, join_some

_NOTEWORTHY = 0.01
"""Part of the bill from which the cost of failovers is marked."""


def simulation_sections(
    simulation: Simulation, appetite: Risk, failover_cost: float
) -> tuple[Section, ...]:
    """The annual loss and spend; then, folded, how the figures converge."""
    blocks: tuple[Block, ...] = (
        Paragraph(_method(simulation)),
        *_omissions(simulation),
        *_against_appetite(simulation, appetite),
        *_beside_forecast(simulation),
        figures_table(simulation),
        *_failovers(simulation, failover_cost),
        *caps_table(simulation),
        *contributions_table(simulation),
    )
    convergence: tuple[Block, ...] = (
        convergence_chart("Value lost to outages", simulation.loss_waypoints, simulation.currency),
        convergence_chart("Spend", simulation.cost_waypoints, simulation.currency),
        Paragraph(
            "The bands contain the true figure in about 95% of runs with other seeds. They come "
            "from the standard error (mean), order statistics (percentile) and the spread of the "
            "worst years (worst 5%)."
        ),
    )
    return (
        Section(id="simulation", title="Annual loss and spend", blocks=blocks),
        Section(
            id="convergence",
            title="Convergence of the simulation",
            blocks=convergence,
            folded=True,
        ),
    )


def simulation_metrics(simulation: Simulation, appetite: Risk) -> tuple[Metric, ...]:
    """Outage loss and cost at risk against the appetite, for a headline."""
    metrics = []
    if simulation.value_at_stake:
        share = simulation.loss.p95.value / simulation.value_at_stake
        limit = float(appetite.max_outage_loss_share)
        metrics.append(
            Metric(
                id="outage-loss-p95",
                label="Outage loss, 1 year in 20",
                value=f"{format_rounded(simulation.loss.p95.value)} {simulation.currency} a year",
                limit=f"at most {format_share(limit)} of value at stake",
                status=status_below(share, limit),
                note=f"{share * 100:.2f}% of the value at stake",
                number=share,
                unit="share of value at stake",
            )
        )
    if simulation.cost.expected.value:
        share = simulation.cost.relative_at_risk95 / simulation.cost.expected.value
        limit = float(appetite.max_cost_at_risk_share)
        metrics.append(
            Metric(
                id="cost-at-risk",
                label="Cost at risk, 1 year in 20",
                value=format_change(share),
                limit=f"at most {format_change(limit)}",
                status=status_below(share, limit),
                note="above the expected spend of a year",
                number=share,
                unit="share of expected spend",
            )
        )
    return tuple(metrics)


def _method(simulation: Simulation) -> str:
    return (
        f"{count_of(simulation.years, 'year')} were simulated ({simulation.generator}, seed "
        f"{simulation.seed}, {simulation.library}): outages of every component, price changes at "
        "contract dates, demand and retirements. The same seed gives the same years. Figures are "
        "rounded to four significant digits; contributions are rounded so that they add up."
    )


def _omissions(simulation: Simulation) -> Iterator[Paragraph]:
    if not simulation.sound:
        yield Paragraph(
            "Do not rely on the simulated outage losses: three or more simultaneous failures, "
            f"which are not simulated, make up {format_rounded(simulation.not_drawn)} of the "
            f"exact expected loss of {format_rounded(simulation.exact_loss)} "
            f"{simulation.currency} a year.",
            "bad",
        )
    if simulation.unpriced:
        yield Paragraph(
            f"Spend excludes {count_of(len(simulation.unpriced), 'task class')} whose forecast is "
            "not known.",
            "watch",
        )


def _against_appetite(simulation: Simulation, appetite: Risk) -> Iterator[Paragraph]:
    loss, cost, currency = simulation.loss, simulation.cost, simulation.currency
    if not simulation.value_at_stake:
        yield Paragraph("No value at stake is declared, so outages have no cost here.", "watch")
    else:
        limit = float(appetite.max_outage_loss_share) * simulation.value_at_stake
        yield Paragraph(
            f"In 1 year in 20, outages cost {format_rounded(loss.p95.value)} {currency} or more; "
            f"the appetite is {format_rounded(limit)} {currency} a year "
            f"({format_share(appetite.max_outage_loss_share)} of the value at stake). The chance "
            f"that a year exceeds it is {format_share(simulation.appetite_chance)}.",
            _unless_good(status_below(loss.p95.value, limit)),
        )
    if cost.expected.value:
        share = cost.relative_at_risk95 / cost.expected.value
        allowed = float(appetite.max_cost_at_risk_share)
        yield Paragraph(
            f"In 1 year in 20, spend is {format_share(share)} or more above the expected year; "
            f"the appetite is {format_share(allowed)}.",
            _unless_good(status_below(share, allowed)),
        )


def _unless_good(status: Status) -> Status:
    return "neutral" if status == "good" else status


def _beside_forecast(simulation: Simulation) -> Iterator[Paragraph]:
    """Demand has mean 1, so only prices and retirements move the expected year off the forecast."""
    if not simulation.forecast:
        return
    change = simulation.cost.expected.value / simulation.forecast - 1
    yield Paragraph(
        "At today's prices, models and declared demand a year costs "
        f"{format_rounded(simulation.forecast)} {simulation.currency}; price changes and "
        f"retirements move the expected year by {format_change(change)}."
    )
    if simulation.successors_assumed:
        named = join_some([code(model) for model in simulation.successors_assumed])
        factor = next(one.value for one in simulation.assumptions if one.label == MODERATE_FACTOR)
        yield Paragraph(
            f"{count_of(len(simulation.successors_assumed), 'routed model')} may retire within "
            f"the year without a named successor whose price is known ({named}). Assumed: from "
            f"then on requests cost {factor:g} times as much, as after a moderate price increase.",
            "watch",
        )


def _failovers(simulation: Simulation, added: float) -> Iterator[Paragraph]:
    if added and simulation.cost.expected.value:
        share = added / simulation.cost.expected.value
        yield Paragraph(
            "Not simulated: failovers to the first fallback, which change the bill by "
            f"{format_rounded(added)} {simulation.currency} in an expected year "
            f"({format_change(share, digits=2)}).",
            "watch" if share > _NOTEWORTHY else "neutral",
        )
