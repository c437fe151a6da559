"""Where a month stands: actual, forecast and cap by task class, owner, provider and in total."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from multillm_gov.measures.consumption.counting import provider_of
from multillm_gov.measures.consumption.forecast import (
    Forecast,
    breaking_day,
    forecast,
)
from multillm_gov.portfolio.demand import Demand
from multillm_gov.usage.aggregate import UsageAggregate
from multillm_gov.usage.obligations import Commitment, Subscription

_ZERO = Decimal(0)
_MILLION = Decimal(10) ** 6


class Outlook(Struct, frozen=True, kw_only=True):
    """One subject's month and year."""

    subject: str
    spent: Decimal
    """In the month, by the last imported day."""
    month: Forecast | None
    """``None``: nothing was ever imported for it."""
    year: Forecast | None
    declared: Decimal | None
    """Forecast of declared demand, a month; ``None``: its cost is not known."""
    cap: Decimal | None
    burn: dict[int, float]
    """Spend of the last days against the cap's even pace, by number of days."""
    breaks_on: date | None
    """Day on which the cap is expected to be spent."""
    days_to_exhaustion: float | None
    used: "UsedDemand | None" = None
    """Demand that was really used; ``None``: not known."""
    demand: Demand | None = None
    """As declared."""

    @property
    def expected(self) -> float | None:
        """The month's end: from actuals, else as declared."""
        if self.month is not None:
            return self.month.expected
        return None if self.declared is None else float(self.declared)


def outlook(
    subject: str,
    daily: Mapping[date, Decimal],
    through: date,
    *,
    cap: Decimal | None = None,
    declared: Decimal | None = None,
) -> Outlook:
    """The outlook of one subject for the month and the year of ``through``.

    Args:
        subject: Its name.
        daily: Spend by day.
        through: Last imported day of all subjects: days before it without spend had none.
        cap: For the month.
        declared: What declared demand costs a month.
    """
    first = through.replace(day=1)
    days = monthrange(through.year, through.month)[1]
    spent = sum((amount for day, amount in daily.items() if first <= day <= through), _ZERO)
    if not daily:
        return Outlook(subject=subject, spent=spent, month=None, year=None, declared=declared,
                       cap=cap, burn={}, breaks_on=None, days_to_exhaustion=None)  # fmt: skip
    series = {day: float(amount) for day, amount in daily.items() if day <= through}
    series.setdefault(through, 0.0)
    month = forecast(series, first, through.replace(day=days))
    year = forecast(series, through.replace(month=1, day=1), through.replace(month=12, day=31))
    recent = sum(series.get(date.fromordinal(through.toordinal() - back), 0.0) for back in range(7))
    exhausted = None
    if cap is not None and recent > 0:
        exhausted = max(float(cap - spent), 0.0) / (recent / 7)
    breaks = None
    if cap is not None:
        breaks = through if spent > cap else breaking_day(month, float(cap))
    return Outlook(
        subject=subject,
        spent=spent,
        month=month,
        year=year,
        declared=declared,
        cap=cap,
        burn=burn_rates(series, float(cap), days) if cap else {},
        breaks_on=breaks,
        days_to_exhaustion=exhausted,
    )


def burn_rates(
    daily: Mapping[date, float], cap: float, days_of_month: int, windows: Sequence[int] = (1, 3, 7)
) -> dict[int, float]:
    """Spend over the last days against the cap's even pace, by the length of the window."""
    through = max(daily)
    even = cap / days_of_month
    return {
        window: sum(daily.get(through - timedelta(days=back), 0.0) for back in range(window))
        / (even * window)
        for window in windows
        if even
    }


def daily_by(
    aggregates: Iterable[UsageAggregate], name: str
) -> dict[str | None, dict[date, Decimal]]:
    """Consumption by day, for each value of a column; purchases are cash and not in it."""
    sums: defaultdict[str | None, defaultdict[date, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for each in aggregates:
        if each.effective_cost is not None:
            value = provider_of(each) if name == "provider" else getattr(each, name)
            sums[value][each.day] += each.effective_cost
    return {value: dict(days) for value, days in sums.items()}


def daily_total(aggregates: Iterable[UsageAggregate]) -> dict[date, Decimal]:
    """Consumption by day, of everything."""
    sums: defaultdict[date, Decimal] = defaultdict(Decimal)
    for each in aggregates:
        if each.effective_cost is not None:
            sums[each.day] += each.effective_cost
    return dict(sums)


class UsedDemand(Struct, frozen=True, kw_only=True):
    """Demand as used in the last days, by the keys of ``demand:``."""

    requests: int
    """A month of 30.4 days."""
    input_tokens: int | None
    """Mean of a request, cached ones included; ``None``: not known of every row."""
    output_tokens: int | None
    days: int
    """From how many days."""

    @property
    def figures(self) -> dict[str, int]:
        """What is known, by the key of ``demand:``."""
        named = {"requests": self.requests, "input_tokens": self.input_tokens,
                 "output_tokens": self.output_tokens}  # fmt: skip
        return {key: value for key, value in named.items() if value is not None}


def used_demand(
    aggregates: Iterable[UsageAggregate], through: date, days: int = 28
) -> UsedDemand | None:
    """What a task class really used in the last days; ``None``: requests are not known.

    Args:
        aggregates: Of one task class.
        through: Last day.
        days: How many days back at most; fewer where the first of its rows is later.
    """
    every = list(aggregates)
    earliest = min((each.day for each in every), default=through)
    first = max(date.fromordinal(through.toordinal() - days + 1), earliest)
    recent = [each for each in every if first <= each.day <= through and each.charge == "usage"]
    known = (through - first).days + 1
    requests = _whole(recent, "requests")
    if not requests:
        return None
    means = [None if total is None else round(total / requests)
             for total in (_whole(recent, "input_tokens_with_cache"),
                           _whole(recent, "output_tokens"))]  # fmt: skip
    return UsedDemand(requests=round(requests / known * 30.4), input_tokens=means[0],
                      output_tokens=means[1], days=known)  # fmt: skip


def _whole(aggregates: Iterable[UsageAggregate], measure: str) -> int | None:
    """The sum of a measure that every row knows; a part would pass for the whole."""
    total = 0
    for each in aggregates:
        value = getattr(each, measure)
        if value is None or measure in each.unknown:
            return None
        total += value
    return total


def demand_drift(declared: Demand | None, used: UsedDemand | None) -> dict[str, tuple[int, int]]:
    """Declared and used by key of ``demand:``, where they are more than a quarter apart.

    A histogram of sizes is not compared with means.
    """
    if declared is None or used is None:
        return {}
    keys = ("requests",) if declared.sizes else ("requests", "input_tokens", "output_tokens")
    pairs = {
        key: (value, used.figures[key])
        for key in keys
        if key in used.figures and (value := getattr(declared, key)) is not None
    }
    return {key: (said, found) for key, (said, found) in pairs.items()
            if not 0.75 * said <= found <= 1.25 * said}  # fmt: skip


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
