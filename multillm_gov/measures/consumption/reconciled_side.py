"""One side of a reconciliation: its figures, and its tokens at list prices."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.measures.consumption.repricing import (
    PriceOf,
    Tokens,
    list_cost,
    mistaken_costs,
    tokens_of,
)
from multillm_gov.usage.aggregate import UsageAggregate

_ZERO = Decimal(0)


class Side(Struct, frozen=True, kw_only=True):
    """One side of a reconciliation over the whole window, in one currency."""

    requests: int | None
    tokens: Tokens
    money: Decimal | None
    list_money: Decimal | None
    """As the source itself gives it."""
    at_list: Decimal
    at_tiers: Decimal
    by_day: tuple[tuple[date, Decimal, Decimal], ...]
    """Day, money and the same at list prices with tiers."""
    mistakes: dict[str, Decimal]
    """What the tokens would cost by each known mistake."""
    unpriced: tuple[str, ...]
    """Models without a known list price."""


def side_of(aggregates: Iterable[UsageAggregate], price_of: PriceOf) -> Side:
    """Sum one side; requests and money are not known where no aggregate knows them."""
    every = [aggregate for aggregate in aggregates if aggregate.charge in {"usage", "idle"}]
    days: dict[date, list[Decimal]] = {}
    mistakes: dict[str, Decimal] = {}
    matching_tokens = Tokens()
    at_list = at_tiers = _ZERO
    unpriced: set[str] = set()
    for each in every:
        day = days.setdefault(each.day, [_ZERO, _ZERO])
        day[0] += each.effective_cost or _ZERO
        tokens = tokens_of(each)
        if tokens is None:
            continue
        matching_tokens = _added(matching_tokens, tokens)
        price = price_of(each)
        if price is None:
            unpriced.add(each.model or "not known")
            continue
        at_list += list_cost(tokens, price)
        tiered = list_cost(tokens, price, each.service_tier)
        at_tiers += tiered
        day[1] += tiered
        for name, amount in mistaken_costs(tokens, price).items():
            mistakes[name] = mistakes.get(name, _ZERO) + amount
    return Side(
        requests=_sum(each.requests for each in every),
        tokens=matching_tokens,
        money=_amount(each.effective_cost for each in every),
        list_money=_amount(each.list_cost for each in every),
        at_list=at_list,
        at_tiers=at_tiers,
        by_day=tuple((day, money, listed) for day, (money, listed) in sorted(days.items())),
        mistakes=mistakes,
        unpriced=tuple(sorted(unpriced)),
    )


def _added(tokens: Tokens, other: Tokens) -> Tokens:
    return Tokens(
        **{name: getattr(tokens, name) + getattr(other, name) for name in Tokens.__struct_fields__}
    )


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _amount(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, _ZERO) if known else None
