"""Simulated years as a reader sees them: losses and cost, caps, whose part it is, how sure it is, what is assumed."""

from collections.abc import Iterator

from multillm_gov.content import Block, Cell, Column, Paragraph, Status, Table
from multillm_gov.report import Metric, Section
from multillm_gov.reporting.shared.headline import status_below
from multillm_gov.reporting.shared.wording import bounded
from multillm_gov.reporting.stress.convergence import settling_chart
from multillm_gov.reporting.stress.parts import parts_table
from multillm_gov.reporting.stress.simulation_wording import format_estimate, format_rounded
from multillm_gov.risk.simulation.assumptions import MODERATE_FACTOR
from multillm_gov.risk.simulation.distribution import Distribution, Estimate
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.risk.stress.failover_effects import failover_cost
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.units import format_share
from multillm_gov.words import code, count_of, join_some

_SIZEABLE = 0.01
"""Part of the bill from which what failovers add is worth a look."""


def simulation_sections(found: Simulation, context: StressContext) -> tuple[Section, ...]:
    """What a year may cost; then, folded, how the figures settle and what they assume."""
    blocks: tuple[Block, ...] = (
        Paragraph(_how(found)),
        *_doubts(found),
        *_against_appetite(found, context),
        *_beside_forecast(found),
        _figures(found),
        *_failovers(found, context),
        *_caps(found),
        *parts_table(found),
    )
    settled: tuple[Block, ...] = (
        settling_chart("Value lost to outages", found.loss_waypoints, found.currency),
        settling_chart("Spend", found.cost_waypoints, found.currency),
        Paragraph(
            "Bands hold the true figure in about 95% of the runs with other seeds: of the mean by "
            "its standard error, "
            "of the percentile by order statistics, of the worst 5% by the spread within them."
        ),
    )
    return (
        Section(id="simulation", title="What a year may cost", blocks=blocks),
        Section(
            id="convergence", title="How the simulated figures settle", blocks=settled, folded=True
        ),
    )


def simulation_metrics(found: Simulation, context: StressContext) -> tuple[Metric, ...]:
    """Outage loss and cost at risk against the appetite, for a headline."""
    metrics = []
    if found.value_at_stake:
        share = found.loss.p95.value / found.value_at_stake
        limit = float(context.settings.risk.max_outage_loss_share)
        metrics.append(
            Metric(
                id="outage-loss-p95",
                label="Outage loss, 1 year in 20",
                value=f"{format_rounded(found.loss.p95.value)} {found.currency}",
                limit=f"{format_share(limit)} of value at stake",
                status=status_below(share, limit),
                note=f"{share * 100:.2f}% of the value at stake",
                number=share,
                unit="share of value at stake",
            )
        )
    if found.cost.expected.value:
        share = found.cost.relative_at_risk95 / found.cost.expected.value
        limit = float(context.settings.risk.max_cost_at_risk_share)
        metrics.append(
            Metric(
                id="cost-at-risk",
                label="Cost at risk, 1 year in 20",
                value=f"+{format_share(share)}",
                limit=f"at most +{format_share(limit)}",
                status=status_below(share, limit),
                note="above the expected spend of a year",
                number=share,
                unit="share of expected spend",
            )
        )
    return tuple(metrics)


def _how(found: Simulation) -> str:
    return (
        f"{count_of(found.years, 'year')} were simulated ({found.generator}, seed {found.seed}, "
        f"{found.library}): "
        "outages of everything that requests hang on, price moves at contract dates, demand, "
        "retirements. The same "
        "seed gives the same years. Figures are rounded to four digits, parts of them so that they "
        "sum up."
    )


def _doubts(found: Simulation) -> Iterator[Paragraph]:
    if not found.sound:
        yield Paragraph(
            "The simulated outage losses are not to be relied on: three and more failures at once, "
            "which are not "
            f"drawn, make {format_rounded(found.not_drawn)} of the exact expected loss of "
            f"{format_rounded(found.exact_loss)} {found.currency} a year.",
            "bad",
        )
    if found.unpriced:
        yield Paragraph(
            f"Spend leaves out {count_of(len(found.unpriced), 'task class')} whose forecast is not "
            "known.",
            "watch",
        )


def _against_appetite(found: Simulation, context: StressContext) -> Iterator[Paragraph]:
    risk = context.settings.risk
    if not found.value_at_stake:
        yield Paragraph("No value at stake is declared, so an outage costs nothing here.", "watch")
    else:
        limit = float(risk.max_outage_loss_share) * found.value_at_stake
        status = status_below(found.loss.p95.value, limit)
        yield Paragraph(
            f"In one year of twenty outages cost {format_rounded(found.loss.p95.value)} "
            f"{found.currency} or more; the "
            f"appetite is {format_rounded(limit)} ({format_share(risk.max_outage_loss_share)} of the "
            "value at stake). "
            f"A year is above it with a chance of {format_share(found.appetite_chance)}.",
            _told(status),
        )
    if found.cost.expected.value:
        share, allowed = (
            found.cost.relative_at_risk95 / found.cost.expected.value,
            float(risk.max_cost_at_risk_share),
        )
        yield Paragraph(
            f"In one year of twenty spend is {format_share(share)} or more above the expected year; "
            "the appetite is "
            f"{format_share(allowed)}.",
            _told(status_below(share, allowed)),
        )


def _beside_forecast(found: Simulation) -> Iterator[Paragraph]:
    """Why the expected year is no forecast: demand has mean 1, so only prices and retirements move it."""
    if not found.forecast:
        return
    moved = found.cost.expected.value / found.forecast - 1
    yield Paragraph(
        "A year at today's prices, on today's models and at the declared demand costs "
        f"{format_rounded(found.forecast)} "
        f"{found.currency}; the expected year differs from it by {moved * 100:+.1f}%, for price "
        "moves and retirements."
    )
    if found.successors_assumed:
        named = join_some([code(model) for model in found.successors_assumed])
        factor = next(one.value for one in found.assumptions if one.label == MODERATE_FACTOR)
        yield Paragraph(
            f"{count_of(len(found.successors_assumed), 'routed model')} may retire within the year "
            "without a named "
            f"successor whose price is known ({named}): requests are assumed to cost {factor:g} "
            "times as much from "
            "then on, as after a moderate repricing.",
            "watch",
        )


def _failovers(found: Simulation, context: StressContext) -> Iterator[Paragraph]:
    added = failover_cost(context)
    if added and found.cost.expected.value:
        share = added / found.cost.expected.value
        yield Paragraph(
            f"Not drawn: failovers to the first fallback change the bill by {format_rounded(added)} "
            f"{found.currency} in "
            f"an expected year, {share * 100:+.2f}% of it.",
            "watch" if share > _SIZEABLE else "neutral",
        )


def _told(status: Status) -> Status:
    return "neutral" if status == "good" else status


_FIGURES = (
    ("Expected", "expected"),
    ("Median", "median"),
    ("95th percentile", "p95"),
    ("99th percentile", "p99"),
    ("Mean of the worst 5%", "shortfall95"),
)


def _figures(found: Simulation) -> Table:
    rows = [
        (Cell(label), *_both(getattr(found.loss, name)), *_both(getattr(found.cost, name)))
        for label, name in _FIGURES
    ]
    nothing = Cell("")
    rows += [
        (
            Cell("Expected, exact"),
            *(Cell(format_rounded(found.exact_loss)), Cell("no sampling")),
            *(nothing, nothing),
        ),
        (
            Cell("Of it not drawn: three and more failures at once"),
            *(Cell(format_rounded(found.not_drawn)), nothing),
            *(nothing, nothing),
        ),
        *([_limited(found)] if found.limited else ()),
        (
            Cell("95th percentile less expected"),
            *(Cell(format_rounded(found.loss.relative_at_risk95)), nothing),
            *(Cell(format_rounded(found.cost.relative_at_risk95)), nothing),
        ),
        (Cell("Standard error of the mean"), *_errors(found.loss), *_errors(found.cost)),
    ]
    columns = (
        Column("A year"),
        *(
            Column(f"Lost to outages ({found.currency})", numeric=True),
            Column("Interval", numeric=True),
        ),
        *(Column(f"Spend ({found.currency})", numeric=True), Column("Interval", numeric=True)),
    )
    return Table(title="", columns=columns, rows=tuple(rows))


def _limited(found: Simulation) -> tuple[Cell, ...]:
    label = Cell("Beside it, expected: requests that fallbacks have no room for")
    return label, Cell(format_rounded(found.limited)), *(Cell(""),) * 3


def _both(estimate: Estimate) -> tuple[Cell, Cell]:
    value, interval = format_estimate(estimate)
    return Cell(value), Cell(interval)


def _errors(one: Distribution) -> tuple[Cell, Cell]:
    return Cell(format_rounded(one.standard_error)), Cell("")


def _caps(found: Simulation) -> tuple[Block, ...]:
    rows = [
        (
            Cell("the portfolio" if cap.subject == "portfolio" else cap.subject),
            Cell(f"{cap.cap:,.0f}"),
            Cell(
                format_share(cap.chance),
                "bad" if cap.chance > 0.5 else "watch" if cap.chance > 0.05 else "neutral",
            ),
        )
        for cap in found.caps
    ]
    if not rows:
        return (Paragraph("No cap on spend is declared, so none can break."),)
    columns = (
        Column("Cap of"),
        Column(f"A month ({found.currency})", numeric=True),
        Column("Chance that it breaks in a year", numeric=True),
    )
    said = Paragraph(
        "A cap breaks in a year whose dearest month is above it: every vendor at its highest price "
        "of that year, "
        "demand spread evenly over the months."
    )
    return (*bounded("Caps, likeliest to break first", columns, rows, "cap"), said)
