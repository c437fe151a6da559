"""How scenario figures stand against the appetite, and how they are spelt."""

from decimal import Decimal

from multillm_gov.content import Cell, Status
from multillm_gov.reporting.shared.wording import amount
from multillm_gov.risk.stress.outcome import LimitBreach, StressOutcome, TaskOutcome
from multillm_gov.risk.stress.stress_context import StressContext, StressedTask
from multillm_gov.units import MONTHS_PER_YEAR, cents, format_count, format_money, format_share
from multillm_gov.words import code

_CENT = Decimal("0.01")
_BROKEN_WORDS = {
    "monthly cap": "monthly cap",
    "request cap": "cap per request",
    "portfolio ceiling": "ceiling on spend",
    "price shock": "tolerated rise of the bill",
    "quality": "quality floor",
    "latency": "latency limit",
    "tone": "tone alarm",
}


def bearable_loss(value_at_stake_per_month: Decimal, context: StressContext) -> Decimal:
    """What the appetite lets a year's outages cost; a single scenario that costs more is outside it."""
    return value_at_stake_per_month * MONTHS_PER_YEAR * context.settings.risk.max_outage_loss_share


def whole_status(outcome: StressOutcome, context: StressContext) -> Status:
    """Of all task classes together."""
    limit = bearable_loss(context.figures.value_at_stake_per_month, context)
    return _status(
        outcome.loss,
        limit,
        hurt=_hurt(outcome),
        broken=bool(outcome.caps_broken or outcome.floors_broken),
    )


def task_status(
    task: StressedTask, one: TaskOutcome, outcome: StressOutcome, context: StressContext
) -> Status:
    """Of one task class."""
    broken = any(
        found.subject == task.name for found in (*outcome.caps_broken, *outcome.floors_broken)
    )
    limit = bearable_loss(task.figures.value_at_stake_per_month, context)
    return _status(
        one.loss, limit, hurt=bool(one.unserved_requests or one.degraded_requests), broken=broken
    )


def _hurt(outcome: StressOutcome) -> bool:
    return bool(outcome.unserved_requests or outcome.degraded_requests)


def _status(loss: Decimal, limit: Decimal, *, hurt: bool, broken: bool) -> Status:
    """Bad beyond the appetite or where a limit breaks; on watch where anything is lost at all."""
    if broken or (limit and loss > limit):
        return "bad"
    return "watch" if hurt or loss >= _CENT else "good"


def heat_cell(one: TaskOutcome, status: Status, context: StressContext) -> Cell:
    """What a task class loses; in a word what happens to it where that costs nothing."""
    if one.loss >= _CENT or status == "good":
        return Cell(format_loss(one.loss, context), status)
    return Cell("breaks" if status == "bad" else "degraded", status)


def format_loss(value: Decimal, context: StressContext) -> str:
    """``1,234``, ``12.34``; a dash for nothing."""
    rounded = cents(value)
    return amount(rounded, context.figures.currency) if rounded else "–"


def format_requests(requests: Decimal) -> str:
    """A whole number; ``under 1`` for a part of a request, a dash for none."""
    if not requests:
        return "–"
    return format_count(requests) if requests >= 1 else "under 1"


def format_broken(one: LimitBreach, currency: str) -> str:
    """```long-form` breaks its monthly cap: 3,010 USD a month, 2,800 USD allowed``."""
    who = "the portfolio" if one.subject == "portfolio" else code(one.subject)
    where = f" at {code(one.model)}" if one.model else ""
    return f"{who}: {_BROKEN_WORDS[one.what]}{where}, {_both(one, currency)}"


def _both(one: LimitBreach, currency: str) -> str:
    if one.what in {"monthly cap", "portfolio ceiling"}:
        return (
            f"{format_money(one.figure, currency)} a month against "
            f"{format_money(one.limit, currency)}"
        )
    if one.what == "request cap":
        return (
            f"{format_money(one.figure, currency)} for the largest request against "
            f"{format_money(one.limit, currency)}"
        )
    if one.what == "price shock":
        return f"{format_share(one.figure)} against {format_share(one.limit)}"
    if one.what == "latency":
        return f"{one.figure.normalize():f} s against {one.limit.normalize():f} s"
    if one.what == "tone":
        return f"{one.figure.normalize():f} times the noise floor against {one.limit.normalize():f}"
    return f"{one.figure:.3f} against {one.limit:.3f}"
