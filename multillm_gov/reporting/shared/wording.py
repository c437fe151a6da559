"""Words and shapes that the sections of the board pack share."""

from collections.abc import Sequence
from decimal import Decimal

from multillm_gov.content import Block, Cell, Column, Paragraph, Table
from multillm_gov.dimensions import Basis, Level
from multillm_gov.units import format_money
from multillm_gov.words import count_of

MOST_ROWS = 40
"""Rows a table of the pack holds; the JSON of `govern check` has every finding."""
MOST_MARKS = 12
"""Bars or events a chart holds."""

BASIS_WORDS: dict[Basis, str] = {
    Basis.SPEND: "spend",
    Basis.REQUESTS: "requests",
    Basis.VALUE_AT_STAKE: "value at stake",
}
LEVEL_PLURALS: dict[Level, str] = {
    Level.MODEL: "models",
    Level.FAMILY: "families",
    Level.VENDOR: "vendors",
    Level.PROVIDER: "providers",
    Level.CLOUD: "clouds",
    Level.JURISDICTION: "jurisdictions",
}


def amount(value: Decimal | None, currency: str) -> str:
    """Money without its currency, which the column names; words where it is not known."""
    return (
        "not known" if value is None else format_money(value, currency).removesuffix(f" {currency}")
    )


def bounded(
    title: str,
    columns: tuple[Column, ...],
    rows: Sequence[tuple[Cell, ...]],
    noun: str,
    empty: str = "None.",
) -> tuple[Block, ...]:
    """The table with its first rows, and a sentence on what it leaves out; ``rows`` come worst first."""
    table = Table(title=title, columns=columns, rows=tuple(rows[:MOST_ROWS]), empty=empty)
    left = len(rows) - MOST_ROWS
    if left <= 0:
        return (table,)
    return table, Paragraph(f"{count_of(left, noun)} with less to say are left out here.")


def part_of(count: int, total: int, noun: str) -> str:
    """``2 of 5 task classes``."""
    return (
        f"{count:,} of {count_of(total, noun)}"
        if count != total
        else f"All {count_of(total, noun)}"
    )
