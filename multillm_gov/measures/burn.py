"""How fast a month's budget burns, from what was spent so far (method 2.2)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from multillm_gov.measures.figures import PortfolioFigures, TaskFigures
from multillm_gov.usage.record import Actual, Actuals, PlacedActual


class Burn(Struct, frozen=True, kw_only=True):
    """A month's spend against its budget at the mean rate so far, in the input's currency."""

    forecast: Decimal
    """Spend at the end of the month: as forecast, else at the mean rate so far, S * N / t."""
    rate: Decimal | None
    """Forecast over budget, of a run-rate (S / B) / (t / N); above 1 the budget does not last;
    ``None``: budget 0."""
    days_to_exhaustion: Decimal | None
    """Days until the budget is spent, (B - S) / (S / t), at least 0; ``None``: no spend yet."""
    allowance_per_day: Decimal | None
    """Daily spend left, (B - S) / (N - t), at least 0; ``None`` after the last day."""


def burn(
    spent: Decimal, day: int, days: int, budget: Decimal, expected: Decimal | None = None
) -> Burn:
    """Burn of ``spent`` (S) by ``day`` (t) of a month of ``days`` (N), against ``budget`` (B).

    Without a forecast of daily spend a plain run-rate: weekday and weekend are not distinguished,
    which may err by some five percent early in a month.

    Args:
        spent: S.
        day: t.
        days: N.
        budget: B.
        expected: The month's forecast from daily spend, instead of the run-rate.

    Raises:
        ValueError: the day is not one of the month.
    """
    if not 1 <= day <= days:
        raise ValueError(f"day {day} is not in a month of {days} days")
    forecast = spent * days / day if expected is None else expected
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
    if not known:
        return None
    first = as_of.replace(day=1)
    before = first - timedelta(days=1) if first > date.min else first
    months = [f"{as_of:%Y-%m}", f"{before:%Y-%m}"]
    recent = [placed for placed in known if placed.actual.month in months]
    settled = [placed for placed in recent if placed.actual.through.day >= least_days]
    return next(iter(settled or recent), None)


def expected_spend(actual: Actual) -> Decimal:
    """What a record's month will cost: forecast from daily spend, else at its run rate."""
    if actual.forecast is not None:
        return Decimal(actual.forecast.expected)
    return Decimal(actual.spend) * actual.days / actual.through.day


def actual_pace(task: TaskFigures, actuals: Actuals, as_of: date) -> Decimal | None:
    """What a task class's month costs by its recent actual spend; ``None``: there is none."""
    placed = current_actual(actuals.task_classes.get(task.task.name, ()), as_of)
    return None if placed is None else expected_spend(placed.actual)


def known_sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """A sum that is not known where one of its parts is not."""
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


class RunRate(Struct, frozen=True, kw_only=True):
    """What a month costs by actual spend, where there is any, else as forecast."""

    spend: Decimal
    """Over the task classes whose spend is known, in the portfolio's currency."""
    counted: tuple[str, ...]
    """Task classes with recent actual spend, of their own or of their owner."""
    owners: dict[str, Decimal] = {}
    """By owner: the month where their recent actual spend stands for their task classes'."""
    unattributed: Decimal = Decimal(0)
    """Of it, imported spend without a task class."""
    interval: tuple[Decimal, Decimal] | None = None
    """80% interval of the imported part, where that is all; ``None``: not known."""
    through: date | None = None
    """Last day of all imported spend; ``None``: nothing is imported."""


def run_rate(figures: PortfolioFigures, actuals: Actuals, as_of: date) -> RunRate:
    """The month by today's actual spend: what it is expected to be replaces each class's forecast.

    Imported spend is forecast as a whole, with what has no task class; records written by hand
    stand beside it, and replace what was imported for their task class where they are newer. An
    owner's record stands for all of the owner's task classes where some have none of their own.
    """
    whole = current_actual(actuals.portfolio, as_of)
    owners = {} if whole is not None else owner_paces(figures, actuals, as_of)
    total, counted = sum(owners.values(), Decimal(0)), []
    imported, every = Decimal(0), True
    for task in figures.tasks:
        if task.task.owner in owners:
            counted.append(task.task.name)
            every = False
            continue
        records = actuals.task_classes.get(task.task.name, ())
        placed = current_actual(records, as_of)
        if placed is None:
            total += task.spend_per_month or Decimal(0)
            every = False
            continue
        total += expected_spend(placed.actual)
        counted.append(task.task.name)
        every &= placed.actual.forecast is not None
        if whole is not None:
            imported += _imported(records, whole.actual)
    if whole is None:
        return RunRate(spend=total, counted=tuple(counted), owners=owners)
    return _of_whole(whole, total, imported, tuple(counted), is_forecast=every)


def _of_whole(
    whole: PlacedActual,
    total: Decimal,
    imported: Decimal,
    counted: tuple[str, ...],
    *,
    is_forecast: bool,
) -> RunRate:
    """With what is spent beside the task classes; ``is_forecast``: whether each has an interval."""
    rest = expected_spend(whole.actual) - imported
    spread = whole.actual.forecast
    return RunRate(
        spend=total + rest,
        counted=counted,
        unattributed=max(rest, Decimal(0)),
        interval=(spread.low, spread.high)
        if is_forecast and spread is not None and spread.low is not None and spread.high is not None
        else None,
        through=whole.actual.through,
    )


def owner_paces(figures: PortfolioFigures, actuals: Actuals, as_of: date) -> dict[str, Decimal]:
    """What the months of owners cost by their own recent actual spend.

    Not of owners whose task classes all have recent spend of their own; never less than what those
    that have it cost.
    """
    paces: dict[str, Decimal] = {}
    of_owner: defaultdict[str | None, list[Decimal | None]] = defaultdict(list)
    for task in figures.tasks if actuals.owners else ():
        of_owner[task.task.owner].append(actual_pace(task, actuals, as_of))
    for owner, records in actuals.owners.items():
        placed = current_actual(records, as_of)
        own = of_owner.get(owner, [])
        if placed is not None and None in own:
            known = sum((pace for pace in own if pace is not None), Decimal(0))
            paces[owner] = max(expected_spend(placed.actual), known)
    return paces


def _imported(records: Sequence[PlacedActual], whole: Actual) -> Decimal:
    """What the import that wrote ``whole`` expects of one task class."""
    mine = [
        record.actual
        for record in records
        if record.actual.through == whole.through and record.actual.forecast is not None
    ]
    return expected_spend(mine[0]) if mine else Decimal(0)
