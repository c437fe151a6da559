"""``govern usage explain-change``: why spend moved between two periods."""

import re
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from multillm_gov.errors import GovernError, SourceError, UsageError
from multillm_gov.measures.consumption.change_effects import explain_change
from multillm_gov.measures.consumption.unit_costs import WINDOW_DAYS
from multillm_gov.report import Report
from multillm_gov.reporting.usage.changed import report_change
from multillm_gov.sources.git import Repository
from multillm_gov.usage.attribution import NOT_ATTRIBUTED
from multillm_gov.words import code
from multillm_gov.workflows.usage.actuals import counted_aggregates
from multillm_gov.workflows.usage.portfolio import open_usage
from multillm_gov.workflows.usage.prices import ListPrices

_MONTH = re.compile(r"(\d{4})-(\d{2})")


class DaySpan(Struct, frozen=True, kw_only=True):
    """Days from the first to the last, both included."""

    name: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """Its length."""
        return (self.last - self.first).days + 1


def period_of(text: str, root: Path) -> DaySpan:
    """A month, a span, or the 28 days through the day on which a revision was committed.

    Whole weeks, so that weekends weigh the same on both sides.

    Raises:
        UsageError: it is none of them.
    """
    try:
        return parse_period(text)
    except UsageError as error:
        try:
            repository = Repository.open(root)
            last = repository.commit_day(repository.resolve(text))
        except GovernError:
            raise error from None
    first = last - timedelta(days=WINDOW_DAYS - 1)
    return DaySpan(name=f"{text} ({first} to {last})", first=first, last=last)


def parse_period(text: str) -> DaySpan:
    """A month (``2026-10``) or a span (``2026-10-01..2026-10-14``).

    Raises:
        UsageError: it is neither.
    """
    first, dots, last = text.partition("..")
    try:
        if dots:
            span = DaySpan(
                name=text, first=date.fromisoformat(first), last=date.fromisoformat(last)
            )
            if span.first <= span.last:
                return span
        elif match := _MONTH.fullmatch(text):
            year, month = int(match[1]), int(match[2])
            end = monthrange(year, month)[1]
            return DaySpan(name=text, first=date(year, month, 1), last=date(year, month, end))
    except (ValueError, IndexError):
        pass
    raise UsageError(
        f"{code(text)} is not a period",
        "Write a month, 2026-10, days, 2026-10-01..2026-10-14, or a revision (28 days up to it).",
    )


def explain_change_between(
    before: str,
    after: str,
    *,
    as_of: date,
    root: Path | None = None,
    rates: tuple[Decimal, Decimal] = (Decimal(1), Decimal(1)),
) -> Report:
    """Exact effects of the change of spend between two periods.

    Args:
        before: A period, as `period_of` takes it.
        after: Another.
        as_of: Day of the list prices that weigh the kinds of tokens.
        root: The portfolio's root, if it is not to be searched for.
        rates: Units of the reported currency per unit of the portfolio's, in each period.

    Raises:
        UsageError: a period is none.
        SourceError: a period has no imported rows.
    """
    opened = open_usage(root)
    periods = period_of(before, opened.root), period_of(after, opened.root)
    sides = []
    for period in periods:
        counted = counted_aggregates(opened, first=period.first, last=period.last).counted
        if not counted:
            raise SourceError(
                f"No imported rows from {period.first} to {period.last}",
                "Import them: `govern usage import FILE…`.",
            )
        sides.append(counted)
    explained = explain_change(
        sides[0],
        sides[1],
        ListPrices.open(opened.root, as_of).rates,
        rate_before=rates[0],
        rate_after=rates[1],
        not_attributed=NOT_ATTRIBUTED,
    )
    return report_change(
        explained,
        opened.portfolio.settings,
        as_of,
        names=(periods[0].name, periods[1].name),
        days=(periods[0].days, periods[1].days),
    )
