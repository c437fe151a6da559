"""A monthly cap is used up before the month is over."""

from collections.abc import Iterator
from decimal import Decimal

from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.shock_parameters import HOURS_PER_DAY
from multillm_gov.risk.stress.stress_context import (
    Label,
    StressContext,
    StressedTask,
)
from multillm_gov.units import HOURS_PER_MONTH

ASSUMED_DAY = 20
"""Method 9, S11."""


def effects(
    shock: Shock, targets: frozenset[Label] | None, context: StressContext
) -> tuple[ShockEffect, ...]:
    """Stop task classes with a monthly cap from ``day`` to the end of a month of 730 hours.

    Where the cap is not ``hard`` they go on, and cost a day's worth of the cap for every further
    day.
    """
    day = ASSUMED_DAY if shock.day is None else shock.day
    rest = max(HOURS_PER_MONTH - day * HOURS_PER_DAY, Decimal(0))
    capped = dict(_capped(context, targets))
    if not capped or not rest:
        return ()
    targeted = frozenset(("task_class", name) for name in capped)
    if shock.hard:
        return (ShockEffect(hours=rest, targets=targeted, down=True, at_peak=shock.at_peak),)
    beyond = {name: cap / day / HOURS_PER_DAY for name, cap in capped.items()}
    return (
        ShockEffect(
            hours=rest, targets=targeted, added_cost_per_hour=beyond, at_peak=shock.at_peak
        ),
    )


def _capped(
    context: StressContext, targets: frozenset[Label] | None
) -> Iterator[tuple[str, Decimal]]:
    for task in context.tasks:
        cap = task.figures.task.declared.spend_cap.monthly
        if cap is not None and (targets is None or _is_hit(task, targets)):
            yield task.name, Decimal(cap)


def _is_hit(task: StressedTask, targets: frozenset[Label]) -> bool:
    return ("task_class", task.name) in targets or any(
        not targets.isdisjoint(hop.labels) for chain in task.chains for hop in chain.hops
    )
