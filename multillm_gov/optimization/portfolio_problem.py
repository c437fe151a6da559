"""From options and declared limits to a problem: floors, caps, shares, fallbacks, contracts."""

from collections.abc import Iterator, Sequence

import numpy as np
from msgspec.structs import replace

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import Basis
from multillm_gov.measures.independence import shared_levels, unproved_levels
from multillm_gov.optimization.candidates import LATE_SHARE
from multillm_gov.optimization.capacity_limits import capacity_limits
from multillm_gov.optimization.declared import FallbackRule, Refusal
from multillm_gov.optimization.entity_limits import Weights, entity_limit
from multillm_gov.optimization.other_costs import (
    cache_curves,
    contract_minimums,
    hosting_costs,
    move_costs,
    standing_costs,
)
from multillm_gov.optimization.problem import (
    FallbackNeed,
    Limit,
    Problem,
    Row,
)
from multillm_gov.optimization.problem_inputs import Inputs, open_tasks, options_of_task
from multillm_gov.optimization.spend_limits import spend_limits

OF_FLOORS = frozenset({"GOV502", "GOV506"})
"""Rules that refuse a model for its task class's floor."""
_TOKEN = 1e-7
"""Preference among fallbacks, as a part of the task class's cost."""


def portfolio_problem(inputs: Inputs) -> Problem:
    """Build the problem; task classes that are held have their shares settled."""
    options, settings = inputs.options, inputs.state.portfolio.settings.optimization
    problem = Problem(
        tasks=tuple(task.task.name for task in options.tasks),
        task_of=options.task_of,
        names=tuple(option.candidate.model for option in options.options),
        costs=options.costs,
        today=options.shares_today,
        use_costs=move_costs(options, settings),
        standing_cost=sum(standing_costs(inputs).values()),
        fixed_costs=tuple(hosting_costs(inputs)),
        minimums=tuple(contract_minimums(inputs, settings)),
        fallbacks=tuple(_fallback_needs(inputs)),
        curves=tuple(cache_curves(inputs)),
        min_share=float(settings.min_share),
        max_models=settings.max_models,
        fixed_shares=options.fixed(),
    )
    limits = (
        *_floors(inputs),
        *_latencies(inputs),
        *_refused(inputs),
        *spend_limits(inputs.options, inputs.declared.spend, standing_costs(inputs)),
        *_entities(inputs),
        *_outages(inputs),
        *capacity_limits(inputs),
    )
    return replace(problem, limits=limits)


def _floors(inputs: Inputs) -> Iterator[Limit]:
    options = inputs.options
    quality = options.quality
    for task in open_tasks(options):
        floor = options.floors[task]
        if floor is None:
            continue
        own = options_of_task(options, task)
        name = options.tasks[task].task.name
        is_declared = options.tasks[task].task.declared.quality is not None
        yield Limit(
            name=f"quality floor of {name}",
            parameter="quality.floor" if is_declared else "quality proved today",
            place=options.tasks[task].task.place.at("quality", "floor") if is_declared else None,
            value=floor,
            group=f"quality floor of {name}",
            unit="score",
            relaxed_by=-1,
            rows=(Row(options=own, fixed=-quality[own], bound=1e-9, bound_scaled=-1.0),),
        )


def _latencies(inputs: Inputs) -> Iterator[Limit]:
    """Shares of late answers add up over a route, where percentiles would not."""
    options = inputs.options
    for task in open_tasks(options):
        declared = options.tasks[task].task
        if declared.declared.latency is None:
            continue
        own = options_of_task(options, task)
        late = np.array([_late(options.options[option].candidate.late_share) for option in own])
        yield Limit(
            name=f"latency of {declared.name}",
            parameter="latency.p95_seconds",
            place=declared.place.at("latency", "p95_seconds"),
            value=LATE_SHARE,
            unit="rate",
            rows=(Row(options=own, fixed=late, bound=1e-9, bound_scaled=1.0),),
        )


def _late(share: float | None) -> float:
    """Not measured: what answers today is taken to be as late as it may be."""
    return LATE_SHARE if share is None else share


def _refused(inputs: Inputs) -> Iterator[Limit]:
    """One limit per policy: none of the options it refuses is used.

    What a rule says of a model below the floor belongs to the floor: both are relaxed together.
    """
    held = {one.task for one in inputs.options.held}
    numbers = {
        (option.task.task.name, option.candidate.model): number
        for number, option in enumerate(inputs.options.options)
    }
    by_policy: dict[tuple[str, str], list[Refusal]] = {}
    for refusal in inputs.refusals:
        if refusal.task not in held and (refusal.task, refusal.model) in numbers:
            floor = f"quality floor of {refusal.task}" if refusal.rule in OF_FLOORS else ""
            by_policy.setdefault((refusal.policy, floor), []).append(refusal)
    for (policy, floor), refused in sorted(by_policy.items()):
        own = np.array([numbers[each.task, each.model] for each in refused])
        yield Limit(
            name=policy,
            place=refused[0].place,
            rows=(Row(options=own, fixed=np.ones(len(own)), bound=0.0),),
            text=refused[0].message,
            group=floor,
        )


def _entities(inputs: Inputs) -> Iterator[Limit]:
    options, figures = inputs.options, inputs.state.figures
    value = [float(option.task.value_at_stake_per_month) for option in options.options]
    weights = Weights(
        facts=[option.candidate.facts for option in options.options],
        tasks=[option.task.task.name for option in options.options],
        by_basis={
            Basis.REQUESTS: options.requests,
            Basis.SPEND: options.spend_weights,
            Basis.VALUE_AT_STAKE: np.array(value),
        },
        totals={
            Basis.REQUESTS: float(figures.requests_per_month),
            Basis.SPEND: 0.0,
            Basis.VALUE_AT_STAKE: float(figures.value_at_stake_per_month),
        },
        least_spend=inputs.least_spend,
    )
    for limit in inputs.declared.entities:
        if limit.basis is not Basis.SPEND or inputs.least_spend:
            yield from entity_limit(limit, weights)
    if inputs.least_bill:
        every = np.arange(len(options.options))
        row = Row(options=every, fixed=-options.spend_weights, bound=-inputs.least_bill)
        yield Limit(name="bill that shares are of", rows=(row,))


def _outages(inputs: Inputs) -> Iterator[Limit]:
    losses, limit = inputs.outage_losses, inputs.outage_limit
    if losses is None or limit is None:
        return
    used = np.flatnonzero(losses)
    if len(used):
        row = Row(options=used, fixed=losses[used], bound_scaled=1.0)
        yield replace(limit, rows=(row,))


def _fallback_needs(inputs: Inputs) -> Iterator[FallbackNeed]:
    options = inputs.options
    for task in open_tasks(options):
        name = options.tasks[task].task.name
        rules = [rule for rule in inputs.declared.fallbacks if name in rule.tasks and rule.levels]
        models = inputs.fallback_candidates.get(name, ())
        if not rules or not models:
            continue
        own = options_of_task(options, task)
        facts = [inputs.state.catalog.find(model) for model in models]
        conflicts = np.array(
            [
                [
                    _in_conflict(options.options[option].candidate.facts, other, rules)
                    for other in facts
                ]
                for option in own
            ]
        )
        today = set(options.tasks[task].task.declared.fallbacks)
        cost = float(options.costs[own].max())
        costs = [
            0.0 if model in today else _TOKEN * cost * (1 + number / 100)
            for number, model in enumerate(models)
        ]
        yield FallbackNeed(task=task, options=own, conflicts=conflicts, costs=np.array(costs))


def _in_conflict(
    facts: ModelFacts | None, other: ModelFacts | None, rules: Sequence[FallbackRule]
) -> bool:
    """Whether two models share an entity at a required level, or may, where a policy decides."""
    if facts is None or other is None:
        return True
    shared, unproved = set(shared_levels(facts, other)), set(unproved_levels(facts, other))
    return any(
        shared & set(rule.levels) or (rule.by_policy and unproved & set(rule.levels))
        for rule in rules
    )
