"""A reconciliation side by side, and what explains its difference."""

from datetime import date
from decimal import Decimal

from multillm_gov.content import Block, Cell, Paragraph, Table
from multillm_gov.measures.consumption.reconciling import Reconciliation
from multillm_gov.portfolio.settings import Settings
from multillm_gov.report import Report, Section
from multillm_gov.reporting.usage.frame import (
    NOT_KNOWN,
    exact_money,
    known_count,
    table,
    usage_report,
)
from multillm_gov.units import format_change

ALARM = 0.10
"""Relative difference at which a discrepancy is usually looked into."""
_LEAST_DAYS = 7
_KINDS = {
    "input, uncached": "uncached",
    "cache read": "cache_read",
    "cache write": "cache_write",
    "cache write, one hour": "cache_write_1h",
    "output": "output",
}


def report_reconciliation(
    result: Reconciliation,
    settings: Settings,
    as_of: date,
    *,
    names: tuple[str, str],
    window: tuple[date, date],
    currency: str,
) -> Report:
    """Both sides, the difference of each figure, and its parts, which sum to it."""
    blocks: list[Block] = [
        _sides_table(result, names),
        _causes_table(result, currency),
        Paragraph(
            "Causes in the order in which to look for them; tokens are valued at list prices. What "
            "no figure explains is called unexplained and belongs to nobody."
        ),
    ]
    days = (window[1] - window[0]).days + 1
    if days < _LEAST_DAYS:
        blocks.append(
            Paragraph(
                f"The window has {days} days; {_LEAST_DAYS} or more keep late rows from looking "
                "like differences.",
                status="watch",
            )
        )
    summary = (
        f"{window[0]} to {window[1]}: the bill is {exact_money(result.difference, currency)} "
        f"from the log; {_largest(result)}."
    )
    section = Section(id="reconcile", title=f"{names[0]} and {names[1]}", blocks=tuple(blocks))
    return usage_report("Usage reconciliation", settings, as_of, (section,), summary=summary)


def _causes_table(result: Reconciliation, currency: str) -> Table:
    parts: list[tuple[str | Cell, ...]] = [
        (part.cause, exact_money(part.amount, currency), part.detail) for part in result.parts
    ]
    parts.append(
        (Cell("difference", strong=True), exact_money(result.difference, currency), "the sum")
    )
    return table("What explains the difference", ("Cause", "#Amount", "Seen in"), parts)


def _sides_table(result: Reconciliation, names: tuple[str, str]) -> Table:
    gateway, bill = result.gateway, result.bill
    rows: list[tuple[str | Cell, ...]] = [
        _counted("requests", gateway.requests, bill.requests),
        *(
            _counted(shown, getattr(gateway.tokens, name), getattr(bill.tokens, name))
            for shown, name in _KINDS.items()
        ),
        (
            "money",
            exact_money(gateway.money, "USD"),
            exact_money(bill.money, "USD"),
            exact_money((bill.money or Decimal(0)) - (gateway.money or Decimal(0)), "USD"),
            format_change(float((bill.money or 0) / gateway.money) - 1)
            if gateway.money
            else NOT_KNOWN,
        ),
    ]
    columns = ("Figure", f"#{names[0]}", f"#{names[1]}", "#Difference", "#Share")
    return table("Side by side", columns, rows)


def _largest(result: Reconciliation) -> str:
    named = [part for part in result.parts if part.cause != "unexplained"]
    if not named:
        return "no cause is seen"
    largest = max(named, key=lambda part: abs(part.amount))
    return f"the largest cause is {largest.cause}"


def _counted(name: str, ours: int | None, theirs: int | None) -> tuple[str | Cell, ...]:
    if ours is None or theirs is None:
        return name, known_count(ours), known_count(theirs), NOT_KNOWN, NOT_KNOWN
    share = theirs / ours - 1 if ours else None
    alarming = share is None or abs(share) >= ALARM
    shown = NOT_KNOWN if share is None else format_change(share)
    same = ours == theirs
    return (
        name,
        known_count(ours),
        known_count(theirs),
        known_count(theirs - ours),
        Cell("0%" if same else shown, status="watch" if alarming and not same else "neutral"),
    )
