"""How fast a month's budget burns, from what was spent so far (method 2.2)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from multillm_gov.measures.figures import PortfolioFigures
from multillm_gov.usage.record import Actuals, PlacedActual


class Burn(Struct, frozen=True, kw_only=True):
    """A month's spend against its budget at the mean rate so far, in the input's currency."""

    forecast: Decimal
    """Spend at the end of the month at the mean rate so far (run-rate): S * N / t."""
    rate: Decimal | None
    """Burn rate (S / B) / (t / N); above 1 the budget does not last; ``None``: budget 0."""
    days_to_exhaustion: Decimal | None
    """Days until the budget is spent, (B - S) / (S / t), at least 0; ``None``: no spend yet."""
    allowance_per_day: Decimal | None
    """Daily spend left, (B - S) / (N - t), at least 0; ``None`` after the last day."""


def burn(spent: Decimal, day: int, days: int, budget: Decimal) -> Burn:
    """Burn of ``spent`` (S) by ``day`` (t) of a month of ``days`` (N), against ``budget`` (B).

    A plain run-rate: weekday and weekend are not distinguished, which may err by some five percent
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


LEAST_DAYS = 3
"""Days of a month that must be counted before its pace says anything."""


def current_actual(
    records: Sequence[PlacedActual], as_of: date, least_days: int = LEAST_DAYS
) -> PlacedActual | None:
    """The record whose pace holds on a day: of this month once it has a few days, else of the last.

    A month that has just begun does not displace the one before.
    """
    known = [placed for placed in records if placed.actual.through <= as_of]
    first = as_of.replace(day=1)
    before = first - timedelta(days=1) if first > date.min else first
    months = [f"{as_of:%Y-%m}", f"{before:%Y-%m}"]
    recent = [placed for placed in known if placed.actual.month in months]
    settled = [placed for placed in recent if placed.actual.through.day >= least_days]
    return next(iter(settled or recent), None)


class RunRate(Struct, frozen=True, kw_only=True):
    """What a month costs at the pace of actual spend, where there is any, else as forecast."""

    spend: Decimal
    """Over the task classes whose spend is known, in the portfolio's currency."""
    counted: tuple[str, ...]
    """Task classes with recent actual spend."""


def run_rate(figures: PortfolioFigures, actuals: Actuals, as_of: date) -> RunRate:
    """The month at today's pace: extrapolated actual spend replaces each class's forecast."""
    total, counted = Decimal(0), []
    for task in figures.tasks:
        placed = current_actual(actuals.task_classes.get(task.task.name, ()), as_of)
        if placed is None:
            total += task.spend_per_month or Decimal(0)
            continue
        actual = placed.actual
        total += Decimal(actual.spend) * actual.days / actual.through.day
        counted.append(task.task.name)
    return RunRate(spend=total, counted=tuple(counted))
