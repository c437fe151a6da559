"""Words and tables that the sections of reports share."""

from collections.abc import Sequence
from decimal import Decimal

from multillm_gov.catalog.facts import Exposure
from multillm_gov.content import Block, Cell, Column, Paragraph, Status, Table
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.units import format_money
from multillm_gov.words import count_of

WATCH_BAND = 0.10
"""Part of the limit that counts as near it."""
MOST_ROWS = 40
"""Rows of a table; the JSON of `govern check` has every finding."""
MOST_MARKS = 12
"""Bars or events of a chart."""

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


def status_below(number: float, ceiling: float) -> Status:
    """Status of a figure that must not exceed a limit."""
    if number > ceiling:
        return "bad"
    return "watch" if number > ceiling * (1 - WATCH_BAND) else "good"


def status_above(number: float, floor: float, best: float | None = None) -> Status:
    """Status of a figure that must reach a limit; ``best`` is the most it can be."""
    if number < floor:
        return "bad"
    calm = floor * (1 + WATCH_BAND)
    return "watch" if number < (calm if best is None else min(calm, best)) else "good"


def amount(value: Decimal | None, currency: str) -> str:
    """Money without its currency, which the column names; words where it is not known."""
    return (
        "not known" if value is None else format_money(value, currency).removesuffix(f" {currency}")
    )


def exposure_rows(exposure: Exposure) -> tuple[tuple[str, str], ...]:
    """Label and text of whom a model depends on, one a row."""
    company = f" of {exposure.company}" if exposure.company else ""
    weights = {
        "open": "open: others may serve them without the vendor",
        "closed": "closed: the vendor prices and may withdraw the model",
    }
    laws = sorted(exposure.laws())
    return (
        ("model", exposure.model),
        ("family", exposure.family),
        ("vendor", f"{exposure.vendor}{_under(exposure.jurisdiction)}"),
        ("weights", weights.get(exposure.weights, "not known whether open or closed")),
        ("provider", f"{exposure.provider}{company}{_under(exposure.provider_jurisdiction)}"),
        ("cloud", f"{exposure.cloud}{_under(exposure.cloud_jurisdiction)}"),
        ("priced by", exposure.priced_by),
        ("billed by", exposure.billed_by),
        ("jurisdiction", ", ".join(laws) if laws else "none but the organization's own"),
    )


def _under(country: str) -> str:
    return "" if country == UNKNOWN else f" ({country})"


def bounded(
    title: str,
    columns: tuple[Column, ...],
    rows: Sequence[tuple[Cell, ...]],
    noun: str,
    empty: str = "None.",
    *,
    most: int = MOST_ROWS,
) -> tuple[Block, ...]:
    """The table with its first rows, worst first, and how many are not shown (``further rule``)."""
    table = Table(title=title, columns=columns, rows=tuple(rows[:most]), empty=empty)
    further = len(rows) - most
    if further <= 0:
        return (table,)
    return table, Paragraph(f"{count_of(further, noun)} not shown.")


def part_of(count: int, total: int, noun: str) -> str:
    """``2 of 5 task classes``."""
    return (
        f"{count:,} of {count_of(total, noun)}"
        if count != total
        else f"All {count_of(total, noun)}"
    )
