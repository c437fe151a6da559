"""What is owed beside metered spend: seats and commitments, their idle part, when to cancel."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from msgspec import Struct

from multillm_gov.measures.consumption.counting import provider_of
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.obligations import Commitment, Subscription

_ZERO = Decimal(0)
_MILLION = Decimal(10) ** 6


class Obligation(Struct, frozen=True, kw_only=True):
    """What is owed beside metered spend in a month, and the part that is idle."""

    name: str
    provider: str
    kind: str
    owed: Decimal
    idle: Decimal | None
    """``None``: not known (no capacity, or no tokens are counted)."""
    cancel_by: date | None
    ends: date | None
    owner: str | None = None


def obligations_in(
    month: date,
    aggregates: Iterable[UsageAggregate],
    subscriptions: Iterable[Subscription],
    commitments: Iterable[Commitment],
) -> tuple[Obligation, ...]:
    """Seats and commitments of the month in which ``month`` lies.

    A commitment to spend is idle by what metered spend falls short of it; held capacity by the
    share of its tokens that was not used, at its own price; of the month so far.
    """
    every = [each for each in aggregates if (each.day.year, each.day.month) ==
             (month.year, month.month)]  # fmt: skip
    found = [
        Obligation(name=one.name, provider=one.provider, kind="seats",
                   owed=one.monthly_per_seat * one.seats, idle=None,
                   cancel_by=last_day_of_notice(one.ends, one.notice_days), ends=one.ends,
                   owner=one.owner)
        for one in subscriptions
        if _runs(one.starts, one.ends, month)
    ]  # fmt: skip
    found += [
        Obligation(name=one.name, provider=one.provider, kind=one.kind, owed=Decimal(one.monthly),
                   idle=_idle(one, every, _elapsed(month)),
                   cancel_by=last_day_of_notice(one.ends, one.notice_days),
                   ends=one.ends)
        for one in commitments
        if _runs(one.starts, one.ends, month)
    ]  # fmt: skip
    return tuple(found)


def _elapsed(day: date) -> Decimal:
    return Decimal(day.day) / monthrange(day.year, day.month)[1]


def _idle(
    commitment: Commitment, aggregates: list[UsageAggregate], elapsed: Decimal
) -> Decimal | None:
    used = [each for each in aggregates if provider_of(each) == commitment.provider.lower()
            and (not commitment.models or each.model in commitment.models)]  # fmt: skip
    if commitment.kind == "spend":
        spent = sum((each.effective_cost or _ZERO for each in used), _ZERO)
        return max(commitment.monthly * elapsed - spent, _ZERO)
    if commitment.tokens_per_month is None:
        return None
    known = [each for each in used if each.input_tokens_with_cache is not None]
    if not known:
        return None
    tokens = sum((each.input_tokens_with_cache or 0) + (each.output_tokens or 0) for each in known)
    used_share = tokens / (commitment.tokens_per_month * _MILLION)
    return max(commitment.monthly * (elapsed - used_share), _ZERO)


def _runs(starts: date, ends: date | None, month: date) -> bool:
    last = month.replace(day=monthrange(month.year, month.month)[1])
    return starts <= last and (ends is None or ends >= month.replace(day=1))


def last_day_of_notice(ends: date | None, notice: int | None) -> date | None:
    """The last day on which a term can be cancelled; ``None``: it has no end, or no notice."""
    if ends is None or notice is None:
        return None
    return date.fromordinal(max(ends.toordinal() - notice, 1))
