"""``govern usage reconcile``: a gateway's log against a provider's bill."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from multillm_gov.errors import SourceError, UsageError
from multillm_gov.measures.consumption.reconciled_side import Side, side_of
from multillm_gov.measures.consumption.reconciling import best_offset, reconcile
from multillm_gov.report import Report
from multillm_gov.reporting.usage.reconciled import report_reconciliation
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.reader import load_reader, reader_names
from multillm_gov.warehouse.selecting import (
    RowSelection,
    hourly_figures,
    providers_of,
    selected_aggregates,
)
from multillm_gov.words import code, join_code
from multillm_gov.workflows.usage.portfolio import UsagePortfolio, open_usage, precedences
from multillm_gov.workflows.usage.prices import ListPrices


class ReconcileOptions(Struct, frozen=True, kw_only=True):
    """What is compared."""

    gateway: str
    """Reader of the gateway's log."""
    provider: str
    """As the gateway names it."""
    bill_as: str = ""
    """As the bill names it. [default: the same]"""
    first: date | None = None
    last: date | None = None


def reconcile_usage(options: ReconcileOptions, *, as_of: date, root: Path | None = None) -> Report:
    """Compare the same window of a gateway and a bill, and explain the difference.

    Raises:
        UsageError: no such reader, or a currency without a rate.
        SourceError: one side has no imported rows.
        CatalogError: list prices cannot be read.
    """
    opened = open_usage(root)
    load_reader(options.gateway)
    bills = [name for name in reader_names() if load_reader(name).contract.role == "provider"]
    bill_as = options.bill_as or options.provider
    window = (options.first or date.min, options.last or date.max)
    bill = _bill(opened, bills, bill_as, window)
    first = options.first or min(each.day for each in bill)
    last = options.last or max(each.day for each in bill)
    prices = ListPrices.open(opened.root, as_of)
    billed, currency, rate = _in_dollars(opened, side_of(bill, prices.of), bill)

    def selection(offset: int) -> RowSelection:
        return RowSelection(producers=(options.gateway,), provider=options.provider.lower(),
                         first=first, last=last, offset_hours=offset)  # fmt: skip

    offset = _offset(opened, selection(0), bill)
    logged = selected_aggregates(opened.store, selection(offset))
    _require_rows(opened, options, (first, last), logged)
    in_utc = selected_aggregates(opened.store, selection(0)) if offset else logged
    result = reconcile(
        side_of(logged, prices.of),
        billed,
        rate=rate,
        currencies=("USD", currency),
        unshifted=side_of(in_utc, prices.of).money if offset else None,
        offset_hours=offset,
    )
    return report_reconciliation(
        result, opened.portfolio.settings, as_of, names=(options.gateway, bill_as),
        window=(first, last), currency=currency,
    )  # fmt: skip


def _require_rows(
    opened: UsagePortfolio,
    options: ReconcileOptions,
    window: tuple[date, date],
    logged: tuple[UsageAggregate, ...],
) -> None:
    first, last = window
    if not logged:
        known = providers_of(opened.store, (options.gateway,))
        raise SourceError(
            f"{code(options.gateway)} has no rows of {code(options.provider)} from {first} to "
            f"{last}",
            f"It has rows of {join_code(known)}." if known else "Import the gateway's log first.",
        )


def _bill(
    opened: UsagePortfolio, bills: list[str], provider: str, window: tuple[date, date]
) -> tuple[UsageAggregate, ...]:
    """What the provider counts: tokens of its usage, money of its costs."""
    first = max(window[0], date(2015, 1, 2))
    last = min(window[1], date(2100, 1, 1))
    chosen = RowSelection(producers=bills, provider=provider.lower(), first=first, last=last)
    usage_aggregates = selected_aggregates(opened.store, chosen)
    if not usage_aggregates:
        known = providers_of(opened.store, bills)
        raise SourceError(
            f"No bill of {code(provider)} is imported",
            f"Bills are of {join_code(known)}: name one by `--bill-as`." if known
            else "Import its usage and its costs first.",
        )  # fmt: skip
    return _counted_once(usage_aggregates)


def _counted_once(aggregates: tuple[UsageAggregate, ...]) -> tuple[UsageAggregate, ...]:
    """One bill of money and one of tokens, which may be two reports of the same provider."""
    ranks = precedences()

    def best(names: set[str]) -> str:
        return min(names, key=lambda name: (ranks.get(name, 99), name), default="")

    priced = {each.producer or "" for each in aggregates if each.effective_cost is not None}
    counting = {
        each.producer or ""
        for each in aggregates
        if each.output_tokens is not None or each.input_tokens_with_cache is not None
    }
    tokens = best(counting & priced) or best(counting)
    money = tokens if tokens in priced else best(priced)
    return tuple(each for each in aggregates if each.producer in {tokens, money})


def _in_dollars(
    opened: UsagePortfolio, side: Side, bill: tuple[UsageAggregate, ...]
) -> tuple[Side, str, Decimal]:
    """The bill in the gateway's US dollars, its currency, and units of it per dollar."""
    import msgspec

    currencies = {each.currency for each in bill if each.currency}
    if currencies <= {"USD"}:
        return side, "USD", Decimal(1)
    settings = opened.portfolio.settings
    if currencies != {settings.currency} or settings.exchange is None:
        raise UsageError(
            f"The bill is in {', '.join(sorted(currencies))} and the gateway counts US dollars",
            "Declare `currency` and `exchange` in `govern.yaml`.",
        )
    per_unit = settings.exchange.usd_per_unit

    def dollars(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else amount * per_unit

    converted = msgspec.structs.replace(
        side,
        money=dollars(side.money),
        list_money=dollars(side.list_money),
        by_day=tuple((day, money * per_unit, listed) for day, money, listed in side.by_day),
    )
    return converted, settings.currency, 1 / per_unit


def _offset(
    opened: UsagePortfolio, selection: RowSelection, bill: tuple[UsageAggregate, ...]
) -> int:
    """Where the bill's days begin, found in the figure that both sides have."""
    for figure in ("requests", "output_tokens", "effective_cost"):
        daily: dict[date, Decimal] = {}
        for each in bill:
            value = getattr(each, figure)
            if value is not None:
                daily[each.day] = daily.get(each.day, Decimal(0)) + value
        if daily:
            return best_offset(hourly_figures(opened.store, selection, figure), daily)
    return 0
