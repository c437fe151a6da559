"""Build the stress context: each hop's labels, limits, prices and results, computed once."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.facts import ModelFacts, entity_of
from multillm_gov.dimensions import Level
from multillm_gov.evidence.loading import Evidence
from multillm_gov.measures.capacity import mean_tokens
from multillm_gov.measures.figures import FallbackFigures, LegFigures, PortfolioFigures, TaskFigures
from multillm_gov.risk.stress.entities import HopLabels
from multillm_gov.risk.stress.stress_context import (
    Label,
    ModelFixedCost,
    NamedSuccessor,
    RateLimits,
    StressContext,
    StressedChain,
    StressedHop,
    StressedTask,
)
from multillm_gov.risk.system.system import Hop, TaskSystem
from multillm_gov.risk.system.system_builder import build_system
from multillm_gov.state.state import State
from multillm_gov.units import HOURS_PER_MONTH

_ZERO = Decimal(0)


def stress_context(state: State) -> StressContext:
    """Bring together what `stress` reads of a state: its system, figures, prices and evidence.

    Linear in routes and fallbacks; pure but for the catalog's lookups of successors.
    """
    system, figures = build_system(state), state.figures
    by_name = {task.name: task for task in system.tasks}
    labels = HopLabels(system)
    tasks = tuple(
        _task(by_name[task.task.name], task, _Hops(labels, task, state.evidence, state.as_of))
        for task in figures.tasks
        if task.task.name in by_name
    )
    limits = _limits(tasks)
    return StressContext(
        system=system,
        figures=figures,
        settings=state.portfolio.settings,
        overrides=state.overrides,
        catalog=state.catalog,
        as_of=state.as_of,
        tasks=tasks,
        by_name={task.name: task for task in tasks},
        successors=_successors(figures, state.catalog),
        limits=limits,
        everyday_load=_everyday_load(tasks),
        users=_users(tasks),
        on_limits=_on_limits(tasks, limits),
        evidence=state.evidence,
        probes=state.probes,
        memo={},
    )


def _users(tasks: tuple[StressedTask, ...]) -> dict[Label, tuple[int, ...]]:
    numbers_by_key: defaultdict[Label, dict[int, None]] = defaultdict(dict)
    for index, task in enumerate(tasks):
        numbers_by_key["task_class", task.name][index] = None
        for labels in {hop.labels for chain in task.chains for hop in chain.hops}:
            for label in labels:
                numbers_by_key[label][index] = None
        for fixed in task.fixed:
            for label in fixed.labels:
                numbers_by_key[label][index] = None
    return {label: tuple(indexes) for label, indexes in numbers_by_key.items()}


def _everyday_load(tasks: tuple[StressedTask, ...]) -> dict[int, Decimal]:
    routed: defaultdict[int, Decimal] = defaultdict(Decimal)
    standby: defaultdict[int, Decimal] = defaultdict(Decimal)
    for task in tasks:
        for chain in task.chains:
            for position, hop in enumerate(hop for hop in chain.hops if not hop.retired):
                load = chain.share * task.requests_per_minute if position < 2 else _ZERO
                (standby if position else routed)[hop.deployment] += load
    return {key: routed[key] or standby[key] for key in {**routed, **standby}}


def _limits(tasks: tuple[StressedTask, ...]) -> dict[int, RateLimits]:
    rate_limits_by_number: dict[int, RateLimits] = {}
    for task in tasks:
        for hop in (hop for chain in task.chains for hop in chain.hops):
            if hop.requests_per_minute is None and hop.tokens_per_minute is None:
                continue
            known = rate_limits_by_number.get(hop.deployment, RateLimits())
            rate_limits_by_number[hop.deployment] = RateLimits(
                _least(known.requests, hop.requests_per_minute),
                _least(known.tokens, hop.tokens_per_minute),
            )
    return rate_limits_by_number


def _on_limits(tasks: tuple[StressedTask, ...], limits: dict[int, RateLimits]) -> tuple[int, ...]:
    return tuple(
        index
        for index, task in enumerate(tasks)
        if any(hop.deployment in limits for chain in task.chains for hop in chain.hops)
    )


def _least(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    known = [limit for limit in (first, second) if limit is not None]
    return min(known, default=None)


def _successors(figures: PortfolioFigures, catalog: Catalog) -> dict[str, NamedSuccessor]:
    named: dict[str, str] = {}
    for task in figures.tasks:
        parts: tuple[LegFigures | FallbackFigures, ...] = (*task.legs, *task.fallbacks)
        for part in parts:
            if part.facts is not None and part.facts.lifecycle.successor is not None:
                named[part.model] = part.facts.lifecycle.successor.model
    return {
        model: NamedSuccessor(name, catalog.find(name)) for model, name in sorted(named.items())
    }


def _task(system: TaskSystem, figures: TaskFigures, hops: "_Hops") -> StressedTask:
    demand = figures.task.demand
    return StressedTask(
        name=system.name,
        figures=figures,
        chains=tuple(
            StressedChain(share=entry.share, hops=tuple(hops.of(hop) for hop in chain.hops))
            for entry, chain in zip(figures.legs, system.chains, strict=True)
        ),
        coverage=Decimal(str(system.coverage)),
        value_per_hour=figures.value_at_stake_per_month / HOURS_PER_MONTH,
        requests_per_hour=figures.requests_per_month / HOURS_PER_MONTH,
        tokens_per_request=mean_tokens(demand) if demand is not None else _ZERO,
        fixed=tuple(_fixed(figures, hops)),
        everyday_spend=tuple(_everyday_spend(figures)),
    )


def _everyday_spend(figures: TaskFigures) -> Iterator[tuple[str, Decimal]]:
    for entry in figures.legs:
        if entry.spend_per_month:
            yield _vendor(entry.facts), entry.spend_per_month
    for spare in figures.fallbacks:
        if spare.standby_per_month:
            yield _vendor(spare.facts), spare.standby_per_month


def _vendor(facts: ModelFacts | None) -> str:
    """Who sets the price: the vendor, or whoever serves open weights."""
    return entity_of(facts, Level.VENDOR)


def _fixed(figures: TaskFigures, hops: "_Hops") -> Iterator[ModelFixedCost]:
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in figures.legs:
        amounts[entry.model] += entry.fixed_per_month
    for spare in figures.fallbacks:
        amounts[spare.model] += spare.standby_per_month
    for model, amount in amounts.items():
        facts = hops.facts(model)
        if amount and facts is not None:
            yield ModelFixedCost(
                labels=hops.labels.of_model(model, facts),
                vendor=_vendor(facts),
                per_month=amount,
            )


class _Hops:
    """Makes the hops of one task class, each once."""

    def __init__(
        self, labels: HopLabels, task: TaskFigures, evidence: Evidence, as_of: date
    ) -> None:
        self.labels = labels
        self._name = task.task.name
        self._evidence = evidence
        self._as_of = as_of
        self._made: dict[str, StressedHop] = {}
        parts: tuple[LegFigures | FallbackFigures, ...] = (*task.legs, *task.fallbacks)
        self._parts = {part.model: part for part in parts}

    def facts(self, model: str) -> ModelFacts | None:
        return self._parts[model].facts

    def of(self, hop: Hop) -> StressedHop:
        if hop.model not in self._made:
            self._made[hop.model] = self._make(hop)
        return self._made[hop.model]

    def _make(self, hop: Hop) -> StressedHop:
        part = self._parts[hop.model]
        labels, deployment, never = self.labels.of_hop(hop, part.facts)
        records = self._evidence.get((self._name, hop.model), ())
        return StressedHop(
            model=hop.model,
            labels=labels,
            retired=never,
            deployment=deployment,
            requests_per_minute=None
            if hop.requests_per_minute is None
            else Decimal(hop.requests_per_minute),
            tokens_per_minute=None
            if hop.tokens_per_minute is None
            else Decimal(hop.tokens_per_minute),
            facts=part.facts,
            cost_per_request=part.cost_per_request,
            vendor=_vendor(part.facts),
            evidence=tuple(
                placed.record
                for placed in records
                if placed.record.origin == "internal" and placed.record.date <= self._as_of
            ),
        )
