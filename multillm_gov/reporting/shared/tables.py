"""Words and tables that the sections of reports share."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from multillm_gov.catalog.facts import Exposure
from multillm_gov.content import Block, Cell, Column, Paragraph, Status, Table
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.register import STATUS_OF
from multillm_gov.risk.limits.judging import judge_above, judge_below
from multillm_gov.units import format_money
from multillm_gov.words import count_of

_DIGITS = 4
"""Significant digits: more would suggest a precision that no interval has."""
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


def rounded(value: float) -> Decimal:
    """``1,420,889`` as 1,421,000; ``0.123456`` as .1235."""
    exact = Decimal(repr(float(value)))
    if not exact:
        return Decimal(0)
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - _DIGITS + 1), ROUND_HALF_EVEN)


def format_rounded(value: float) -> str:
    """With thousands separators and never in scientific notation; below a thousandth ``0``."""
    if abs(value) < 0.0005:
        return "0"
    return f"{rounded(value):,f}"


def status_below(number: float, ceiling: float, warn_at: float | None = None) -> Status:
    """Status of a figure that must not exceed a limit."""
    return STATUS_OF[judge_below(number, ceiling, warn_at)]


def status_above(
    number: float, floor: float, best: float | None = None, warn_at: float | None = None
) -> Status:
    """Status of a figure that must reach a limit; ``best`` is the most it can be."""
    return STATUS_OF[judge_above(number, floor, warn_at, best)]


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
