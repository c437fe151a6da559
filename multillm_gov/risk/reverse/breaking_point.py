"""The answer to a reverse question: what breaks a limit, or why nothing of the kind does."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.outcome import StressOutcome
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import Label, StressContext
from multillm_gov.risk.system.priors import REROUTE_HOURS
from multillm_gov.units import MONTHS_PER_YEAR, Amount, Positive, Share

Question = Literal["price rise", "outage", "demand growth", "quality drop", "loss of all"]
Limit = Literal["cap", "ceiling", "price shock", "value", "rate limit", "quality floor"]
"""Which declared limit breaks.

``cap``: of any task class, by month or request; ``ceiling``: ``max_monthly_spend``; ``price
shock``: ``max_price_shock_share``; ``value``: ``risk.max_outage_loss_share`` of a year's value at
stake.
"""
Verdict = Literal["breaks", "already broken", "cannot break", "not known"]


class BreakingPoint(Struct, frozen=True, kw_only=True):
    """One limit against one kind of shock."""

    question: Question
    limit: Limit
    entities: tuple[Label, ...] = ()
    """Level and name of what is hit; empty: everything."""
    verdict: Verdict
    size: Decimal | None = None
    """The largest shock that does not break the limit; every larger one does.

    A factor for prices and demand; hours of an outage; a share of the answers (0..1); days of a
    loss, which is given and not searched.
    """
    subject: str = ""
    """Task class whose limit it is, or ``portfolio``."""
    figure: Decimal | None = None
    """What stands against the limit at that size: money a month, value lost, or score."""
    bound: Decimal | None = None
    """The limit itself."""
    note: str = ""
    """What the verdict rests on, in words."""


def shocks_of(breaking: BreakingPoint, size: Decimal) -> tuple[Shock, ...]:
    """The forward stress of the same question at a size: what shows that the answer is right."""
    if breaking.question == "demand growth":
        return (
            Shock(
                kind="demand-growth", factor=Positive(size), at_peak=breaking.limit == "rate limit"
            ),
        )
    return tuple(_shock(breaking.question, label, size) for label in breaking.entities)


def _shock(question: Question, label: Label, size: Decimal) -> Shock:
    level, name = label
    if question == "price rise":
        return Shock(kind="repricing", level=level, entity=name, factor=Positive(size))  # type: ignore[arg-type]
    if question == "outage":
        return Shock(kind="outage", level=level, entity=name, hours=Positive(size))  # type: ignore[arg-type]
    if question == "quality drop":
        return Shock(kind="quality-drift", level=level, entity=name, points=Share(size))  # type: ignore[arg-type]
    return Shock(
        kind="withdrawal",
        level=level,  # type: ignore[arg-type]
        entity=name,
        days=Positive(size),
        reroute_hours=Amount(REROUTE_HOURS),
    )


def breaks_at(context: StressContext, breaking: BreakingPoint, size: Decimal) -> bool:
    """Whether the forward stress of a size breaks the limit."""
    outcome = stress(context, shocks_of(breaking, size))
    return is_broken(context, breaking.limit, outcome)


def is_broken(context: StressContext, limit: Limit, outcome: StressOutcome) -> bool:
    """Whether an outcome breaks a limit that held before it."""
    kinds = {breach.what for breach in outcome.caps_broken}
    if limit == "cap":
        return not kinds.isdisjoint({"monthly cap", "request cap"})
    if limit == "ceiling":
        return "portfolio ceiling" in kinds
    if limit == "price shock":
        return "price shock" in kinds
    if limit == "value":
        return outcome.value_at_risk > tolerated_loss(context)
    if limit == "rate limit":
        return outcome.unserved_requests > 0
    return any(breach.what == "quality" for breach in outcome.floors_broken)


def tolerated_loss(context: StressContext) -> Decimal:
    """What the appetite lets outages of one year cost, in the portfolio's currency."""
    share = context.settings.risk.max_outage_loss_share
    return context.figures.value_at_stake_per_month * MONTHS_PER_YEAR * share
