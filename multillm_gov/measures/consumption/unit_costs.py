"""What one request, one accepted answer and one outcome cost, over a window and the one before.

Consumption (effective cost) only: seats, commitments and idle capacity are in no unit cost.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from multillm_gov.measures.consumption.repricing import PriceOf, list_cost, tokens_of
from multillm_gov.usage.aggregate import UsageAggregate

WINDOW_DAYS = 28
"""Whole weeks, so that weekends weigh the same in both windows."""
_ZERO = Decimal(0)
Acceptance = Callable[[UsageAggregate], Decimal | None]
"""Share of accepted answers (0..1) of the model in its task class; ``None``: no result."""


class ListBasis(Struct, frozen=True, kw_only=True):
    """What paid amounts are compared with."""

    price_of: PriceOf
    """List prices in US dollars."""
    usd_per_unit: Decimal | None
    """US dollars per unit of the currency; ``None``: not known, so no list price is."""
    told_by: Container[str] = ()
    """Producers whose list cost is the provider's own. That of a gateway is its spend once more,
    so tokens are priced by the list instead."""


class UnitCosts(Struct, frozen=True, kw_only=True):
    """One task class over a window; amounts in the portfolio's currency."""

    subject: str
    spent: Decimal
    requests: int | None
    """``None``: a feed that counts does not count requests."""
    before: Decimal | None
    """Cost per request in the window before; ``None``: not known."""
    accepted_share: Decimal | None
    """Of the answers, by internal benchmark results of the models that answered; ``None``: at
    least one of them has none."""
    unscored: tuple[str, ...]
    """Models that answered and have no internal result."""
    list_spend: Decimal | None
    """The part whose tokens and list price are known, at list prices; ``None``: there is none."""
    paid_for_listed: Decimal
    """What was paid for that part."""
    value_at_stake: Decimal
    """Declared, a month; 0: none is."""
    days: int

    @property
    def per_request(self) -> Decimal | None:
        """Cost of a request; ``None``: requests are not known."""
        return self.spent / self.requests if self.requests else None

    @property
    def per_accepted(self) -> Decimal | None:
        """Cost of an accepted answer: cost of a request over the share of accepted answers."""
        each = self.per_request
        return each / self.accepted_share if each is not None and self.accepted_share else None

    @property
    def trend(self) -> Decimal | None:
        """Change of the cost per request against the window before (0.1: 10% more)."""
        now = self.per_request
        return now / self.before - 1 if now is not None and self.before else None

    @property
    def discount(self) -> Decimal | None:
        """Paid below list (0..1), of the part that has a list price; negative: above it."""
        return 1 - self.paid_for_listed / self.list_spend if self.list_spend else None

    @property
    def listed_share(self) -> Decimal | None:
        """Share of the spend that has a list price to compare with (0..1)."""
        return self.paid_for_listed / self.spent if self.spent else None

    @property
    def share_of_value(self) -> Decimal | None:
        """Spend of a month of 30.4 days over the value at stake of a month; ``None``: none."""
        if not self.value_at_stake:
            return None
        return self.spent / self.days * Decimal("30.4") / self.value_at_stake


def unit_costs(
    subject: str,
    aggregates: Iterable[UsageAggregate],
    through: date,
    *,
    acceptance: Acceptance,
    basis: ListBasis,
    value_at_stake: Decimal = _ZERO,
) -> UnitCosts:
    """Unit costs of the 28 days to ``through``, beside those of the 28 days before.

    Args:
        subject: Name of the task class.
        aggregates: Of that task class, each money counted once.
        through: Last day.
        acceptance: Benchmark success.
        basis: List prices to compare with.
        value_at_stake: A month.
    """
    first = through - timedelta(days=WINDOW_DAYS - 1)
    every = list(aggregates)
    now = [each for each in every if first <= each.day <= through]
    then = [each for each in every if first - timedelta(days=WINDOW_DAYS) <= each.day < first]
    accepted, unscored = _accepted(now, acceptance)
    listed, paid = _listed(now, basis)
    earlier = _requests(then)
    return UnitCosts(
        subject=subject,
        spent=_spent(now),
        requests=_requests(now),
        before=_spent(then) / earlier if earlier else None,
        accepted_share=accepted,
        unscored=unscored,
        list_spend=listed,
        paid_for_listed=paid,
        value_at_stake=value_at_stake,
        days=WINDOW_DAYS,
    )


def _spent(aggregates: Iterable[UsageAggregate]) -> Decimal:
    return sum((aggregate.effective_cost or _ZERO for aggregate in aggregates), _ZERO)


def _requests(aggregates: Iterable[UsageAggregate]) -> int | None:
    total = 0
    for aggregate in aggregates:
        if aggregate.requests is None or "requests" in aggregate.unknown:
            return None
        total += aggregate.requests
    return total


def _accepted(
    aggregates: Iterable[UsageAggregate], acceptance: Acceptance
) -> tuple[Decimal | None, tuple[str, ...]]:
    """Mean acceptance weighed by requests, and the models without a result."""
    weighed, requests = _ZERO, 0
    unscored: set[str] = set()
    for aggregate in aggregates:
        if not aggregate.requests:
            continue
        score = acceptance(aggregate)
        if score is None:
            unscored.add(aggregate.model or "not known")
        else:
            weighed += score * aggregate.requests
            requests += aggregate.requests
    if unscored or not requests:
        return None, tuple(sorted(unscored))
    return weighed / requests, ()


def _listed(
    aggregates: Iterable[UsageAggregate], basis: ListBasis
) -> tuple[Decimal | None, Decimal]:
    """At list prices, and paid: a feed's own list cost first, else tokens times the price list."""
    listed, paid, any_known = _ZERO, _ZERO, False
    for aggregate in aggregates:
        if aggregate.effective_cost is None:
            continue
        is_listed = aggregate.producer in basis.told_by and "list_cost" not in aggregate.unknown
        amount = aggregate.list_cost if is_listed else None
        if amount is None and basis.usd_per_unit:
            price, tokens = basis.price_of(aggregate), tokens_of(aggregate)
            counted = not aggregate.unknown.keys() & {"input_tokens_with_cache", "output_tokens"}
            if price is not None and tokens is not None and counted:
                amount = list_cost(tokens, price, aggregate.service_tier) / basis.usd_per_unit
        if amount is not None:
            any_known = True
            listed += amount
            paid += aggregate.effective_cost
    return (listed if any_known else None), paid


def cost_per_outcome(
    daily: Mapping[date, Decimal], month: str, count: Decimal
) -> tuple[Decimal, Decimal]:
    """Spend of a month (``2026-11``) and what one outcome cost."""
    spent = sum((amount for day, amount in daily.items() if f"{day:%Y-%m}" == month), _ZERO)
    return spent, spent / count


def by_task_class(
    aggregates: Iterable[UsageAggregate],
) -> dict[str | None, list[UsageAggregate]]:
    """Aggregates of each task class; ``None``: not attributed."""
    groups: defaultdict[str | None, list[UsageAggregate]] = defaultdict(list)
    for aggregate in aggregates:
        groups[aggregate.task_class].append(aggregate)
    return dict(groups)
