"""Tables and charts of a simulation: its figures, caps, contributions, and how they converge."""

from collections.abc import Iterable
from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Line, LineChart, Paragraph, Table, Waymark
from multillm_gov.reporting.shared.tables import bounded, format_rounded, rounded
from multillm_gov.reporting.stress.status import allotted, format_estimate
from multillm_gov.risk.simulation.distribution import Distribution, Estimate, Waypoint
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.units import format_share
from multillm_gov.words import count_of

_MOST_CONTRIBUTIONS = 30
"""Task classes with a row of their own; the others share one."""
_FIGURES = (
    ("Expected", "expected"),
    ("Median", "median"),
    ("95th percentile", "p95"),
    ("99th percentile", "p99"),
    ("Mean of the worst 5%", "shortfall95"),
)
_CONVERGING = (("Worst 5%", "shortfall95"), ("95th percentile", "p95"), ("Mean", "expected"))
_NOTHING = Cell("")


def figures_table(simulation: Simulation) -> Table:
    """Losses and spend of a year: mean, percentiles, and what the draws leave out."""
    loss, cost = simulation.loss, simulation.cost
    rows: list[tuple[Cell, ...]] = [
        (Cell(label), *_with_interval(getattr(loss, name)), *_with_interval(getattr(cost, name)))
        for label, name in _FIGURES
    ]
    rows += [
        _loss_only("Expected, exact", simulation.exact_loss, "no sampling"),
        _loss_only("Not simulated: three or more simultaneous failures", simulation.not_drawn),
    ]
    if simulation.retired_loss:
        label = "Not counted as outages: models that are already retired"
        rows.append(_loss_only(label, simulation.retired_loss, "every year"))
    if simulation.limited:
        label = "Additional, expected: requests beyond the rate limits of fallbacks"
        rows.append(_loss_only(label, simulation.limited))
    rows += [
        _both("95th percentile less expected", loss, cost, "relative_at_risk95"),
        _both("Standard error of the mean", loss, cost, "standard_error"),
    ]
    columns = (
        Column("A year"),
        Column(f"Lost to outages ({simulation.currency})", numeric=True),
        Column("Interval", numeric=True),
        Column(f"Spend ({simulation.currency})", numeric=True),
        Column("Interval", numeric=True),
    )
    return Table(title="", columns=columns, rows=tuple(rows))


def _with_interval(estimate: Estimate) -> tuple[Cell, Cell]:
    value, interval = format_estimate(estimate)
    return Cell(value), Cell(interval)


def _loss_only(label: str, amount: float, note: str = "") -> tuple[Cell, ...]:
    return Cell(label), Cell(format_rounded(amount)), Cell(note), _NOTHING, _NOTHING


def _both(label: str, loss: Distribution, cost: Distribution, name: str) -> tuple[Cell, ...]:
    lost, spent = format_rounded(getattr(loss, name)), format_rounded(getattr(cost, name))
    return Cell(label), Cell(lost), _NOTHING, Cell(spent), _NOTHING


def caps_table(simulation: Simulation) -> tuple[Block, ...]:
    """The chance of each cap to be exceeded in a year."""
    rows = [
        (
            Cell("the portfolio" if cap.subject == "portfolio" else cap.subject),
            Cell(f"{cap.cap:,.0f}"),
            Cell(
                f"{_least(simulation, cap.subject)}{format_share(cap.chance)}",
                "bad" if cap.chance > 0.5 else "watch" if cap.chance > 0.05 else "neutral",
            ),
        )
        for cap in simulation.caps
    ]
    if not rows:
        return (Paragraph("No cap on spend is declared, so none can be exceeded."),)
    columns = (
        Column("Cap of"),
        Column(f"{simulation.currency} a month", numeric=True),
        Column("Chance to exceed it in a year", numeric=True),
    )
    explanation = Paragraph(
        "A cap is exceeded in a year whose most expensive month is above it: every vendor at its "
        "highest price of that year, demand spread evenly over the months."
    )
    return (
        *bounded("Caps, most likely to be exceeded first", columns, rows, "further cap"),
        explanation,
    )


def _least(simulation: Simulation, subject: str) -> str:
    """The ceiling is exceeded more often where some of the spend is not known."""
    return "at least " if subject == "portfolio" and simulation.unpriced else ""


_CONTRIBUTION_COLUMNS = (
    Column("Task class"),
    Column("Lost, expected", numeric=True),
    Column("Lost in the worst 5%", numeric=True),
    Column("Spend, expected", numeric=True),
    Column("Spend in the worst 5%", numeric=True),
)


def contributions_table(simulation: Simulation) -> tuple[Block, ...]:
    """Contributions by task class, rounded so that the rows add up to the printed total."""
    if not simulation.contributions:
        return ()
    totals = (
        ("expected_loss", simulation.loss.expected.value),
        ("loss_shortfall", simulation.loss.shortfall95.value),
        ("expected_cost", simulation.cost.expected.value),
        ("cost_shortfall", simulation.cost.shortfall95.value),
    )
    parts = [
        allotted(
            [getattr(contribution, name) for contribution in simulation.contributions],
            rounded(total),
        )
        for name, total in totals
    ]
    names = (contribution.name for contribution in simulation.contributions)
    rows = list(zip(names, zip(*parts, strict=True), strict=True))
    rows.sort(key=lambda row: (-row[1][1], -row[1][3], row[0]))
    kept_values, rest = rows[:_MOST_CONTRIBUTIONS], rows[_MOST_CONTRIBUTIONS:]
    if rest:
        kept_values.append(
            (f"{count_of(len(rest), 'other')}", _sums(amounts for _, amounts in rest))
        )
    cells = [
        (Cell(name), *(Cell(f"{part:,}") for part in amounts)) for name, amounts in kept_values
    ]
    total = _sums(amounts for _, amounts in rows)
    cells.append((Cell("Total", strong=True), *(Cell(f"{part:,}", strong=True) for part in total)))
    title = f"Contribution by task class ({simulation.currency} a year)"
    return (Table(title=title, columns=_CONTRIBUTION_COLUMNS, rows=tuple(cells)),)


def _sums(rows: Iterable[tuple[Decimal, ...]]) -> tuple[Decimal, ...]:
    return tuple(sum(column, Decimal(0)) for column in zip(*rows, strict=True))


def convergence_chart(what: str, points: tuple[Waypoint, ...], currency: str) -> LineChart:
    """Mean, percentile and worst 5% over the years simulated, each with its band."""
    last = points[-1]
    return LineChart(
        title=f"{what}: by the number of years simulated",
        summary=f"After {count_of(last.years, 'year')} the 95th percentile is "
        f"{_format(last.p95)}, the mean {_format(last.expected)}.",
        x_label="Years simulated",
        y_label=f"{currency} a year",
        lines=tuple(
            Line(label=label, points=tuple(_mark(point, name) for point in points))
            for label, name in _CONVERGING
        ),
    )


def _mark(point: Waypoint, name: str) -> Waymark:
    estimate: Estimate = getattr(point, name)
    low = max(estimate.low, 0.0)
    return Waymark(
        x=point.years,
        y=max(estimate.value, 0.0),
        low=low,
        high=max(estimate.high, low),
        text=_format(estimate),
    )


def _format(estimate: Estimate) -> str:
    return " ".join(part for part in format_estimate(estimate) if part)
