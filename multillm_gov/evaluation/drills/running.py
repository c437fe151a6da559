"""Running drills: side by side, within a budget, ending cleanly with what is known."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import Answer
from multillm_gov.evaluation.drills.drill import ChainResult, Drill, DrillOutcome

SendThroughChain = Callable[[Drill], Awaitable[ChainResult]]
"""Sends one request through the chain, its routed model failing."""


async def run_requests(
    drills: tuple[Drill, ...],
    carry: SendThroughChain,
    *,
    budget: Budget,
    concurrency: int = 8,
    on_outcome: Callable[[DrillOutcome], None] | None = None,
) -> tuple[DrillOutcome, ...]:
    """The outcome of each drill, in the given order; drills beyond the budget are left out.

    Args:
        drills: What to send; all of one fault, where whoever carries them injects one at a time.
        carry: How it is sent.
        budget: Each request sets the worst case of its fallbacks aside first.
        concurrency: Requests under way at most.
        on_outcome: Called with each outcome, so that an interruption loses nothing.
    """
    slots = asyncio.Semaphore(concurrency)
    found: dict[int, DrillOutcome] = {}

    async def settle(number: int, one: Drill) -> None:
        async with slots:
            if not budget.reserve(one.worst_usd):
                return
            cost: Decimal | None = None
            try:
                carried = await carry(one)
                cost = _cost_of(carried)
            finally:
                budget.settle(one.worst_usd, cost)
        found[number] = DrillOutcome(drill=one, carried=carried)
        if on_outcome is not None:
            on_outcome(found[number])

    async with asyncio.TaskGroup() as group:
        for number, one in enumerate(drills):
            group.create_task(settle(number, one))
    return tuple(found[number] for number in sorted(found))


def _cost_of(carried: ChainResult) -> Decimal | None:
    """US dollars; ``None``: not known, so the worst case. Failed fallbacks may be billed."""
    if isinstance(carried.result, Answer) and carried.attempts == (0, 1):
        return carried.result.usd
    return Decimal(0) if carried.attempts in {(), (0,)} else None
