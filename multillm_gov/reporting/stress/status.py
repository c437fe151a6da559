"""Scenario figures against the appetite, and how they are formatted."""

from collections.abc import Sequence
from decimal import Decimal
from math import floor

from multillm_gov.content import Cell, Status
from multillm_gov.reporting.shared.tables import amount, format_rounded
from multillm_gov.risk.simulation.distribution import Estimate
from multillm_gov.risk.stress.outcome import LimitBreach, StressOutcome, TaskOutcome
from multillm_gov.risk.stress.stress_context import StressContext, StressedTask
from multillm_gov.units import (
    MONTHS_PER_YEAR,
    cents,
    format_count,
    format_money,
    format_share,
)
from multillm_gov.words import code

_LEAST = 0.01
"""Below it nothing has moved."""


def format_estimate(estimate: Estimate) -> tuple[str, str]:
    """``1,421,000`` and ``(1,416,000 to 1,426,000)``; no interval where it has no width."""
    if estimate.low == estimate.high:
        return format_rounded(estimate.value), ""
    return format_rounded(
        estimate.value
    ), f"({format_rounded(estimate.low)} to {format_rounded(estimate.high)})"


def allotted(parts: Sequence[float], whole: Decimal) -> tuple[Decimal, ...]:
    """Parts that add up to the whole exactly: largest remainders first."""
    exponent = whole.as_tuple().exponent
    if not parts or not whole or not isinstance(exponent, int):
        return (Decimal(0),) * len(parts)
    step = Decimal(1).scaleb(min(exponent, max(exponent - 2, 0)))
    counts = [Decimal(repr(float(part))) / step for part in parts]
    floors = [floor(count) for count in counts]
    left = int(whole / step) - sum(floors)
    order = sorted(range(len(parts)), key=lambda index: (floors[index] - counts[index], index))
    for place in range(abs(left)):
        floors[order[place % len(order)] if left > 0 else order[-1 - place % len(order)]] += (
            1 if left > 0 else -1
        )
    return tuple(_plain(step * count) for count in floors)


def _plain(amount: Decimal) -> Decimal:
    """Without an exponent, so that thousands separators show."""
    return Decimal(int(amount)) if amount == amount.to_integral_value() else amount


def change_status(moved: Decimal | float) -> Status:
    """More risk is bad, less is good; within a cent is neither."""
    return "bad" if moved >= _LEAST else "good" if moved <= -_LEAST else "neutral"


_CENT = Decimal("0.01")
_BROKEN_WORDS = {
    "monthly cap": "monthly cap",
    "request cap": "cap per request",
    "portfolio ceiling": "ceiling on spend",
    "price shock": "tolerated increase of the bill",
    "quality": "quality floor",
    "latency": "latency limit",
    "tone": "tone alarm",
    "unanswered": "requests without an answer",
}


def max_loss(value_at_stake_per_month: Decimal, context: StressContext) -> Decimal:
    """What outages may cost in a year; a single scenario that costs more is outside appetite."""
    return value_at_stake_per_month * MONTHS_PER_YEAR * context.settings.risk.max_outage_loss_share


def whole_status(outcome: StressOutcome, context: StressContext) -> Status:
    """Of all task classes together."""
    limit = max_loss(context.figures.value_at_stake_per_month, context)
    return _status(
        outcome.loss,
        limit,
        hurt=_hurt(outcome),
        broken=bool(outcome.caps_broken or outcome.floors_broken),
        known=outcome.cost_known,
    )


def task_status(
    task: StressedTask, task_outcome: TaskOutcome, outcome: StressOutcome, context: StressContext
) -> Status:
    """Of one task class."""
    broken = any(
        breach.subject == task.name for breach in (*outcome.caps_broken, *outcome.floors_broken)
    )
    limit = max_loss(task.figures.value_at_stake_per_month, context)
    return _status(
        task_outcome.loss,
        limit,
        hurt=bool(task_outcome.unserved_requests or task_outcome.degraded_requests),
        broken=broken,
        known=task_outcome.cost_known,
    )


def _hurt(outcome: StressOutcome) -> bool:
    return bool(outcome.unserved_requests or outcome.degraded_requests)


def _status(loss: Decimal, limit: Decimal, *, hurt: bool, broken: bool, known: bool) -> Status:
    """Bad beyond the appetite or where a limit breaks; on watch where anything is lost.

    Neutral where nothing is known to be lost, and not all of the cost is known.
    """
    if broken or (limit and loss > limit):
        return "bad"
    return "watch" if hurt or loss >= _CENT else "good" if known else "neutral"


def heat_cell(outcome: TaskOutcome, status: Status, context: StressContext) -> Cell:
    """What a task class loses; a word on what happens to it where that costs nothing."""
    if outcome.loss >= _CENT or status == "good":
        return Cell(_at_least(outcome.loss, context, known=outcome.cost_known), status)
    if status == "neutral":
        return Cell("not known", status)
    return Cell("limit broken" if status == "bad" else "degraded", status)


def format_loss(value: Decimal, context: StressContext) -> str:
    """``1,234``, ``12.34``; a dash for nothing."""
    rounded = cents(value)
    return amount(rounded, context.figures.currency) if rounded else "–"


def format_added(outcome: TaskOutcome | StressOutcome, context: StressContext) -> str:
    """The added cost; a lower bound or ``not known`` where not all of it is known."""
    return _at_least(outcome.added_cost, context, known=outcome.cost_known)


def _at_least(value: Decimal, context: StressContext, *, known: bool) -> str:
    if known:
        return format_loss(value, context)
    return f"at least {format_loss(value, context)}" if value >= _CENT else "not known"


def format_requests(requests: Decimal) -> str:
    """A whole number, ``under 1``, or a dash for none."""
    if not requests:
        return "–"
    return format_count(requests) if requests >= 1 else "under 1"


def format_broken(breach: LimitBreach, currency: str) -> str:
    """```drafts`: monthly cap, 3,010 USD a month; the limit is 2,800 USD a month``."""
    who = "the portfolio" if breach.subject == "portfolio" else code(breach.subject)
    where = f" at {code(breach.model)}" if breach.model else ""
    figure, limit = (_amount(breach, each, currency) for each in (breach.figure, breach.limit))
    return f"{who}: {_BROKEN_WORDS[breach.what]}{where}, {figure}; the limit is {limit}"


def _amount(breach: LimitBreach, value: Decimal, currency: str) -> str:
    match breach.what:
        case "monthly cap" | "portfolio ceiling":
            return f"{format_money(value, currency)} a month"
        case "request cap":
            return f"{format_money(value, currency)} for a request"
        case "price shock" | "unanswered":
            return format_share(value)
        case "latency":
            return f"{value.normalize():f} s"
        case "tone":
            return f"{value.normalize():f} times the noise floor"
        case _:
            return f"{value:.3f}"
