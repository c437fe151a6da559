"""Whose part of a year's losses and spend is whose."""

from collections.abc import Iterable
from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Table
from multillm_gov.reporting.stress.simulation_wording import allotted, rounded
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.words import count_of

_MOST_PARTS = 30
"""Task classes told one by one; the others together."""


def parts_table(found: Simulation) -> tuple[Block, ...]:
    """Parts rounded so that what is printed sums to what is printed of the whole."""
    if not found.contributions:
        return ()
    named = (
        ("expected_loss", found.loss.expected.value),
        ("loss_shortfall", found.loss.shortfall95.value),
        ("expected_cost", found.cost.expected.value),
        ("cost_shortfall", found.cost.shortfall95.value),
    )
    parts = [
        allotted([getattr(one, name) for one in found.contributions], rounded(whole))
        for name, whole in named
    ]
    rows = list(
        zip((one.name for one in found.contributions), zip(*parts, strict=True), strict=True)
    )
    rows.sort(key=lambda row: (-row[1][1], -row[1][3], row[0]))
    kept, rest = rows[:_MOST_PARTS], rows[_MOST_PARTS:]
    if rest:
        kept.append((f"{count_of(len(rest), 'other')}", _summed(told for _, told in rest)))
    cells = [(Cell(name), *(Cell(f"{part:,}") for part in told)) for name, told in kept]
    whole = _summed(told for _, told in rows)
    cells.append(
        (Cell("Together", strong=True), *(Cell(f"{part:,}", strong=True) for part in whole))
    )
    columns = (
        Column("Task class"),
        *(Column("Lost, expected", numeric=True), Column("Lost in the worst 5%", numeric=True)),
        *(Column("Spend, expected", numeric=True), Column("Spend in the worst 5%", numeric=True)),
    )
    title = f"Whose part it is ({found.currency} a year; parts sum to the whole)"
    return (Table(title=title, columns=columns, rows=tuple(cells)),)


def _summed(rows: Iterable[tuple[Decimal, ...]]) -> tuple[Decimal, ...]:
    return tuple(sum(column, Decimal(0)) for column in zip(*rows, strict=True))
