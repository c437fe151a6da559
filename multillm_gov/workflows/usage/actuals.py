"""From imported rows to `usage/imported.yaml`: what `check`, `diff` and the report read."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from multillm_gov.documents.scalars import format_scalar
from multillm_gov.errors import UsageError
from multillm_gov.measures.consumption.counting import Counted, counted_once
from multillm_gov.portfolio.settings import Settings
from multillm_gov.sources.output import write_bytes
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.warehouse.querying import stored_aggregates
from multillm_gov.workflows.usage.portfolio import UsagePortfolio, precedences

PATH = "usage/imported.yaml"
_HEAD = """\
# yaml-language-server: $schema=../.govern/schemas/usage.schema.json
# Written by `govern usage import` from the imported rows; do not edit by hand.
"""


def counted_aggregates(
    opened: UsagePortfolio, *, first: date | None = None, last: date | None = None
) -> Counted:
    """Sums of the imported rows, each money counted once, in the portfolio's currency."""
    aggregates = stored_aggregates(opened.store, opened.actuals.rules, first=first, last=last)
    settings = opened.portfolio.settings
    return counted_once((_converted(each, settings) for each in aggregates), precedences())


def _converted(aggregate: UsageAggregate, settings: Settings) -> UsageAggregate:
    """Amounts in the portfolio's currency.

    Raises:
        UsageError: no rate from the row's currency is declared.
    """
    import msgspec

    own, currency = settings.currency, aggregate.currency
    if currency in (None, own):
        return aggregate
    rate = settings.exchange.usd_per_unit if settings.exchange is not None else None
    if currency != "USD" or rate is None:
        raise UsageError(
            f"Imported amounts are in {currency}, the portfolio's in {own}",
            "Convert the file, or declare `exchange:` for US dollars in `govern.yaml`.",
        )
    amounts = {
        name: value / rate
        for name in ("effective_cost", "list_cost", "invoiced_cost")
        if (value := getattr(aggregate, name)) is not None
    }
    return msgspec.structs.replace(aggregate, currency=own, **amounts)


def write_actuals(opened: UsagePortfolio) -> str:
    """Write spend by month and task class; the last month goes through its last imported day.

    Raises:
        OutputError: it cannot be written.
    """
    counted = counted_aggregates(opened).counted
    spend: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    requests: defaultdict[tuple[str, str], int] = defaultdict(int)
    through: dict[str, date] = {}
    known = {task.name for task in opened.portfolio.task_classes}
    for each in counted:
        month = f"{each.day:%Y-%m}"
        through[month] = max(through.get(month, each.day), each.day)
        if each.task_class in known and each.effective_cost is not None:
            key = (month, str(each.task_class))
            spend[key] += each.effective_cost
            requests[key] += each.requests or 0
    if not spend:
        return ""
    lines = [
        f"  - {{month: {month}, through: {through[month]}, task_class: {format_scalar(task)}, "
        f"spend: {max(amount, Decimal(0)).quantize(Decimal('0.01'))}, "
        f"requests: {requests[month, task]}}}"
        for (month, task), amount in sorted(spend.items())
    ]
    text = f"{_HEAD}actuals:\n" + "\n".join(lines) + "\n"
    write_bytes(opened.root / PATH, text.encode())
    return PATH
