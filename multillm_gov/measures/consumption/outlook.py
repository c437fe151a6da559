"""Where a month stands: actual, forecast and cap by task class, owner, provider and in total."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from multillm_gov.measures.consumption.counting import provider_of
from multillm_gov.measures.consumption.demand_drift import UsedDemand
from multillm_gov.measures.consumption.forecast import (
    Forecast,
    breaking_day,
    forecast,
)
from multillm_gov.portfolio.demand import Demand
from multillm_gov.usage.aggregate import UsageAggregate

_ZERO = Decimal(0)


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
    used: UsedDemand | None = None
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
