"""Effect of a change on simulated years."""

from collections.abc import Iterator

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.reporting.stress.estimates import format_rounded
from multillm_gov.reporting.stress.status import change_status
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.risk.simulation.distribution import Distribution
from multillm_gov.risk.simulation.simulation_result import AmountDifference, SimulationDifference
from multillm_gov.units import signed


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
