"""What every report of usage shares: its frame, amounts to the cent, counts that may be unknown."""

from datetime import date
from decimal import Decimal

from multillm_gov.content import Cell, Column, Table
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Metric, Report, Section, Verdict
from multillm_gov.units import MINUS, cents, format_count

NOT_KNOWN = "not known"
NO_VERDICT = Verdict(fail_on=None, errors=0, warnings=0, notes=0, waived=0)


def usage_report(
    title: str,
    settings: Settings,
    as_of: date,
    sections: tuple[Section, ...],
    *,
    summary: str = "",
    headline: tuple[Metric, ...] = (),
) -> Report:
    """A report of figures; it judges nothing."""
    return Report(
        kind="usage",
        title=title,
        organization=settings.organization,
        as_of=as_of.isoformat(),
        verdict=NO_VERDICT,
        currency=settings.currency,
        summary=summary,
        headline=headline,
        sections=sections,
    )


def table(
    title: str, columns: tuple[str, ...], rows: list[tuple[str | Cell, ...]], empty: str = "None."
) -> Table:
    """A table; a column whose title starts with ``#`` holds numbers."""
    return Table(
        title=title,
        columns=tuple(Column(name.removeprefix("#"), name.startswith("#")) for name in columns),
        rows=tuple(
            tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows
        ),
        empty=empty,
    )


def exact_money(amount: Decimal | None, currency: str = "") -> str:
    """To the cent, with thousands separators; ``not known`` for nothing."""
    if amount is None:
        return NOT_KNOWN
    return f"{cents(amount) + 0:,} {currency}".replace("-", MINUS).strip()


def known_count(number: int | Decimal | None) -> str:
    """A whole number, or ``not known``."""
    return NOT_KNOWN if number is None else format_count(number)
