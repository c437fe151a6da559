"""Simulated years: losses and spend against the appetite, what is left out, and how sure it is."""

from collections.abc import Iterator

from multillm_gov.content import Block, Cell, Column, Paragraph, Status, Table
from multillm_gov.portfolio.risk import Risk
from multillm_gov.report import Section
from multillm_gov.reporting.shared.tables import format_rounded, status_below
from multillm_gov.reporting.stress.simulation_tables import (
    caps_table,
    contributions_table,
    convergence_chart,
    figures_table,
)
from multillm_gov.reporting.stress.status import change_status
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.simulation.assumptions import MODERATE_FACTOR
from multillm_gov.risk.simulation.distribution import Distribution
from multillm_gov.risk.simulation.simulation_result import (
    AmountDifference,
    Simulation,
    SimulationDifference,
)
from multillm_gov.units import format_change, format_share, signed
from multillm_gov.words import code, count_of, join_some

_NOTEWORTHY = 0.01
"""Part of the bill from which the cost of failovers is marked."""


def years_comparison(
    before: PortfolioRisk, after: PortfolioRisk, years: SimulationDifference
) -> Iterator[Block]:
    """Losses and spend before, after, and the difference with its interval."""
    was, now = before.simulation, after.simulation
    if was is None or now is None:
        return
    rows = [
        *_amounts("Outage loss", was.loss, now.loss, years.loss),
        *_amounts("Spend", was.cost, now.cost, years.cost),
    ]
    columns = (
        Column("Measure"),
        Column("Before", numeric=True),
        Column("After", numeric=True),
        Column("Difference", numeric=True),
        Column("Interval of the difference", numeric=True),
    )
    yield Table(title=f"A year ({now.currency})", columns=columns, rows=tuple(rows))
    yield Paragraph(
        f"Both states are simulated with the same random numbers ({years.years:,} years, seed "
        f"{now.seed}), so what they have in common cancels out; the interval contains the true "
        "difference in about 95% of runs."
    )


def _amounts(
    label: str, was: Distribution, now: Distribution, difference: AmountDifference
) -> Iterator[tuple[Cell, ...]]:
    for name, old, new, moved in (
        ("expected", was.expected, now.expected, difference.expected),
        ("95th percentile", was.p95, now.p95, difference.p95),
        ("mean of the worst 5%", was.shortfall95, now.shortfall95, difference.shortfall95),
    ):
        is_certain = moved.low > 0 or moved.high < 0
        yield (
            Cell(f"{label}, {name}", change_status(moved.value) if is_certain else "neutral"),
            Cell(format_rounded(old.value)),
            Cell(format_rounded(new.value)),
            Cell(_plus(moved.value)),
            Cell(f"{_plus(moved.low)} to {_plus(moved.high)}"),
        )


def _plus(value: float) -> str:
    return signed(format_rounded(value))


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
            f"Spend excludes {join_some([code(name) for name in simulation.unpriced])}, whose "
            "forecast is not known.",
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
            f"In 1 year in 20, {_spend(simulation)} is {format_share(share)} or more above the "
            f"expected year; the appetite is {format_share(allowed)}.",
            _unless_good(status_below(share, allowed)),
        )


def _spend(simulation: Simulation) -> str:
    return "the part of the spend that is known" if simulation.unpriced else "spend"


def _unless_good(status: Status) -> Status:
    return "neutral" if status == "good" else status


def _beside_forecast(simulation: Simulation) -> Iterator[Paragraph]:
    """Demand has mean 1, so only prices and retirements move the expected year off the forecast."""
    if not simulation.forecast:
        return
    change = simulation.cost.expected.value / simulation.forecast - 1
    least = "at least " if simulation.unpriced else ""
    yield Paragraph(
        f"At today's prices, models and declared demand a year costs {least}"
        f"{format_rounded(simulation.forecast)} {simulation.currency}; price changes and "
        f"retirements move the expected year by {format_change(change)}."
    )
    if simulation.successors_assumed:
        named = join_some([code(model) for model in simulation.successors_assumed])
        factor = next(
            assumption.value
            for assumption in simulation.assumptions
            if assumption.label == MODERATE_FACTOR
        )
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
