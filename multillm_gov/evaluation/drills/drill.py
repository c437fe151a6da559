"""Failover drills: which routed model fails in which way, and whether its chain answers.

Nobody's service is disturbed: only the routed model's address is replaced, by one on this machine
that fails as requested.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from decimal import Decimal
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import Answer, Call, CallFailure
from multillm_gov.evaluation.probes.plan import LeftOut, ProbePlan
from multillm_gov.evaluation.probes.probe import Probe, ProviderKey
from multillm_gov.evidence.drill_record import Fault
from multillm_gov.portfolio.allocation import TaskClass

FAULTS: tuple[Fault, ...] = get_args(Fault)
OUTAGES: frozenset[Fault] = frozenset(
    {"connection-refused", "server-error", "rate-limit", "timeout"}
)
"""Faults that real outages show as: a failover must answer after each of them."""
_NOT_FOR_EMBEDDINGS: frozenset[Fault] = frozenset({"content-filter", "stream-cut"})


class Drill(Struct, frozen=True, kw_only=True):
    """One request, whose routed model fails in one way."""

    task: TaskClass
    fault: Fault
    leg: int
    """Position of the failing model in ``route``."""
    chain: tuple[str, ...]
    """The failing model, then the fallbacks in order."""
    call: Call
    probe: Probe
    """Of the routed model: what answers are judged by."""
    worst_usd: Decimal | None
    """If every fallback is billed in full; ``None``: a cost is not known."""
    unpriced: tuple[str, ...] = ()
    """Fallbacks whose cost is not known."""


class DrillPlan(Struct, frozen=True, kw_only=True):
    """All drills of a run, grouped by task class."""

    drills: tuple[Drill, ...]
    left_out: tuple[LeftOut, ...] = ()
    keys: tuple[ProviderKey, ...] = ()
    """Of the fallbacks, by name."""

    @property
    def worst_usd(self) -> Decimal:
        """The most that all drills of known price cost together."""
        return sum((drill.worst_usd or Decimal(0) for drill in self.drills), Decimal(0))

    @property
    def unpriced(self) -> tuple[Drill, ...]:
        """Drills with a fallback whose price is not known: never counted as free."""
        return tuple(drill for drill in self.drills if drill.worst_usd is None)


class ChainResult(Struct, frozen=True, kw_only=True):
    """What became of one request."""

    result: Answer | CallFailure
    """Its seconds are those of the whole chain."""
    attempts: tuple[int, ...]
    """Positions in the chain of the models called, in order; the last one gave the result."""


def _cost_of(carried: ChainResult) -> Decimal | None:
    """US dollars; ``None``: not known, so the worst case. Failed fallbacks may be billed."""
    if isinstance(carried.result, Answer) and carried.attempts == (0, 1):
        return carried.result.usd
    return Decimal(0) if carried.attempts in {(), (0,)} else None


SendThroughChain = Callable[[Drill], Awaitable[ChainResult]]
"""Sends one request through the chain, its routed model failing."""


class DrillOutcome(Struct, frozen=True, kw_only=True):
    """A drill and what became of it."""

    drill: Drill
    carried: ChainResult


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
    outcomes_by_number: dict[int, DrillOutcome] = {}

    async def settle(number: int, drill: Drill) -> None:
        async with slots:
            if not budget.reserve(drill.worst_usd):
                return
            cost: Decimal | None = None
            try:
                carried = await carry(drill)
                cost = _cost_of(carried)
            finally:
                budget.settle(drill.worst_usd, cost)
        outcomes_by_number[number] = DrillOutcome(drill=drill, carried=carried)
        if on_outcome is not None:
            on_outcome(outcomes_by_number[number])

    async with asyncio.TaskGroup() as group:
        for number, drill in enumerate(drills):
            group.create_task(settle(number, drill))
    return tuple(outcomes_by_number[number] for number in sorted(outcomes_by_number))


def plan_drills(plan: ProbePlan, faults: Iterable[Fault] = FAULTS) -> DrillPlan:
    """A request per routed model and fault, for every task class with a fallback.

    Args:
        plan: The plan of the probes of all models of the task classes to drill, routed ones and
        fallbacks.
        faults: The faults to inject.
    """
    drills: list[Drill] = []
    left_out = list(plan.left_out)
    keys = set[ProviderKey]()
    wanted = tuple(faults)
    for task, by_model in _by_task(plan):
        if not task.declared.fallbacks:
            left_out.append(LeftOut(task_class=task.name, why="it declares no fallback"))
            continue
        reserve = [by_model[name] for name in task.declared.fallbacks if name in by_model]
        if len(reserve) < len(task.declared.fallbacks):
            left_out.append(
                LeftOut(task_class=task.name, why="not all of its fallbacks can be called")
            )
            continue
        keys |= {key for probe in reserve for key in probe.keys}
        drills += _drills(task, by_model, reserve, wanted)
    return DrillPlan(drills=tuple(drills), left_out=tuple(left_out), keys=tuple(sorted(keys)))


def _by_task(plan: ProbePlan) -> Iterator[tuple[TaskClass, dict[str, Probe]]]:
    """Probes of answers and embeddings by model, task class by task class."""
    names_by_name: dict[str, dict[str, Probe]] = {}
    for probe in plan.probes:
        if probe.kind != "stream":
            names_by_name.setdefault(probe.task.name, {}).setdefault(probe.model, probe)
    for by_model in names_by_name.values():
        yield next(iter(by_model.values())).task, by_model


def _worst_usd(probes: list[Probe]) -> Decimal | None:
    """Of one call of each; ``None`` where the price of one is not known."""
    costs = [probe.worst_usd for probe in probes]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def _least_tokens(probes: tuple[Probe, ...]) -> int | None:
    limits = [probe.call(0).max_output_tokens for probe in probes]
    return min((limit for limit in limits if limit is not None), default=None)


def _drills(
    task: TaskClass, by_model: dict[str, Probe], reserve: list[Probe], faults: tuple[Fault, ...]
) -> list[Drill]:
    # One request goes to whoever answers: what not all of the chain take, it must not ask for.
    legs = [
        (index, by_model[entry.model])
        for index, entry in enumerate(task.declared.route)
        if entry.model in by_model
    ]
    drills = []
    for index, probe in legs:
        native = probe.native_schema and all(each.native_schema for each in reserve)
        call = replace(probe.call(0), output_schema=probe.output_schema if native else None)
        drills += [
            Drill(
                task=task,
                fault=fault,
                leg=index,
                chain=(probe.model, *task.declared.fallbacks),
                call=replace(
                    call,
                    stream=fault == "stream-cut",
                    max_output_tokens=_least_tokens((probe, *reserve)),
                ),
                probe=replace(probe, native_schema=native),
                worst_usd=_worst_usd(reserve),
                unpriced=tuple(each.model for each in reserve if each.worst_usd is None),
            )
            for fault in faults
            if task.declared.mode != "embedding" or fault not in _NOT_FOR_EMBEDDINGS
        ]
    return drills
