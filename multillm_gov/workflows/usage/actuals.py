"""From imported rows to `usage/imported.yaml`: what `check`, `diff` and the report read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.scalars import format_scalar
from multillm_gov.errors import UsageError
from multillm_gov.measures.consumption.counting import Counted, counted_once
from multillm_gov.measures.consumption.outlook import Outlook, outlook
from multillm_gov.portfolio.settings import Settings
from multillm_gov.sources.output import in_place, write_bytes
from multillm_gov.units import cents
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
    return counted_once(
        (_converted(aggregate, settings) for aggregate in aggregates), precedences()
    )


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
    """Write spend by month, of task classes, owners and in all, with the newest month's forecast.

    The last month goes through its last imported day.

    Raises:
        OutputError: it cannot be written.
    """
    counted = counted_aggregates(opened).counted
    owner = {task.name: task.owner for task in opened.portfolio.task_classes}
    series: defaultdict[tuple[str, str], defaultdict[date, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    requests: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for each in counted:
        if each.effective_cost is None:
            continue
        for subject in _subjects(each.task_class, owner):
            series[subject][each.day] += each.effective_cost
            requests[*subject, f"{each.day:%Y-%m}"] += each.requests or 0
    if not any(kind == "task_class" for kind, _ in series):
        return ""
    through = _last_days(each.day for each in counted)
    lines = []
    for (kind, name), daily in sorted(series.items()):
        lines += [
            f"  - {{month: {month}, through: {through[month]}, {_who(kind, name)}, "
            f"spend: {_amount(spent)}, requests: {requests[kind, name, month]}{forecast}}}"
            for month, spent, forecast in _months(daily, through)
        ]
    text = f"{_HEAD}actuals:\n" + "\n".join(lines) + "\n"
    file = in_place(opened.root, SourceFile(PATH, text.encode()))
    write_bytes(opened.root / PATH, file.data)
    return PATH


def _subjects(task: str | None, owner: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """Whose record a row's spend is in: everybody's, its task class's, the owner's of that."""
    yield "portfolio", ""
    if task is not None and task in owner:
        yield "task_class", task
        name = owner[task]
        if name is not None:
            yield "owner", name


def _who(kind: str, name: str) -> str:
    return "portfolio: true" if kind == "portfolio" else f"{kind}: {format_scalar(name)}"


def _last_days(days: Iterable[date]) -> dict[str, date]:
    """The last imported day by month."""
    last: dict[str, date] = {}
    for day in days:
        month = f"{day:%Y-%m}"
        last[month] = max(last.get(month, day), day)
    return last


def _months(
    daily: Mapping[date, Decimal], through: Mapping[str, date]
) -> Iterator[tuple[str, Decimal, str]]:
    """Month, spend and forecast; the newest month even where nothing was spent in it."""
    newest = max(through)
    spent: defaultdict[str, Decimal] = defaultdict(Decimal, {newest: Decimal(0)})
    for day, amount in daily.items():
        spent[f"{day:%Y-%m}"] += amount
    for month, amount in sorted(spent.items()):
        known = outlook("", daily, through[month]) if month == newest else None
        yield month, amount, _forecast_text(known)


def _forecast_text(known: Outlook | None) -> str:
    if known is None or known.month is None or known.year is None:
        return ""
    month, interval = known.month, ""
    if month.low_80 is not None and month.high_80 is not None:
        interval = f", low: {_amount(month.low_80)}, high: {_amount(month.high_80)}"
    return (
        f", forecast: {{expected: {_amount(month.expected)}{interval}, "
        f"year: {_amount(known.year.expected)}}}"
    )


def _amount(amount: Decimal | float) -> Decimal:
    """To the cent; a credit beyond all spend is written as nothing."""
    return max(cents(Decimal(str(amount))), Decimal("0.00"))
