"""How fast a month's budget burns, from what was spent so far (method 2.2)."""

from decimal import Decimal

from msgspec import Struct


class Burn(Struct, frozen=True, kw_only=True):
    """A month's spend against its budget, at the mean rate so far; amounts in the currency of the inputs."""

    forecast: Decimal
    """Spend at the end of the month at the mean rate so far (run-rate): S * N / t."""
    rate: Decimal | None
    """Burn rate (S / B) / (t / N); above 1 the budget does not last. ``None`` for a budget of nothing."""
    days_to_exhaustion: Decimal | None
    """Days from now until the budget is gone, (B - S) / (S / t), 0 when it is; ``None`` while nothing is spent."""
    allowance_per_day: Decimal | None
    """What may still be spent per remaining day, (B - S) / (N - t), 0 at least; ``None`` after the last day."""


def burn(spent: Decimal, day: int, days: int, budget: Decimal) -> Burn:
    """Burn of ``spent`` (S) by the end of ``day`` (t) of a month of ``days`` (N), against ``budget`` (B).

    A plain run-rate: weekday and weekend are not told apart, which may err by some five percent
    early in a month.

    Raises:
        ValueError: the day is not one of the month.
    """
    if not 1 <= day <= days:
        raise ValueError(f"day {day} is not in a month of {days} days")
    forecast = spent * days / day
    left = max(budget - spent, Decimal(0))
    return Burn(
        forecast=forecast,
        rate=forecast / budget if budget else None,
        days_to_exhaustion=left * day / spent if spent else None,
        allowance_per_day=left / (days - day) if day < days else None,
    )
