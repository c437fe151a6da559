"""From options and declared limits to a problem: floors, caps, shares, fallbacks, contracts."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import Basis
from multillm_gov.measures.independence import shared_levels, unproved_levels
from multillm_gov.optimization.candidates import LATE_SHARE
from multillm_gov.optimization.declared import DeclaredLimits, FallbackRule, Refusal
from multillm_gov.optimization.entity_limits import Weights, entity_limit
from multillm_gov.optimization.options import OptionSet
from multillm_gov.optimization.problem import (
    Curve,
    FallbackNeed,
    FixedCost,
    Floats,
    Integers,
    Limit,
    Minimum,
    Problem,
    Row,
)
from multillm_gov.optimization.spend_limits import spend_limits
from multillm_gov.portfolio.optimization import Optimization
from multillm_gov.state.state import State

KNOTS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Shares at which lost cache hits are exact."""
_TOKEN = 1e-7
"""Preference among fallbacks, as a part of the task class's cost."""


class Inputs(Struct, frozen=True, kw_only=True):
    """Everything a portfolio's problem is made of."""

    state: State
    options: OptionSet
    declared: DeclaredLimits
    refusals: tuple[Refusal, ...] = ()
    fallback_candidates: Mapping[str, tuple[str, ...]] = {}
    """By task class: models that may be a fallback."""
    outage_losses: Floats | None = None
    """By option: expected loss a month, should it take all; ``None``: not limited."""
    outage_limit: Limit | None = None
    """The appetite for it: name, place and value."""
    least_spend: Mapping[str, float] = {}
    """By task class: its part of the least bill (see `Weights`); empty: nothing limits shares of
    spend yet."""
    least_bill: float = 0.0
    """Spend may not be lower: a bill that the limits on shares of spend are compared with."""


def portfolio_problem(inputs: Inputs) -> Problem:
    """Build the problem; task classes that are held have their shares settled."""
    options, settings = inputs.options, inputs.state.portfolio.settings.optimization
    problem = Problem(
        tasks=tuple(task.task.name for task in options.tasks),
        task_of=options.task_of,
        names=tuple(option.candidate.model for option in options.options),
        costs=options.costs,
        today=options.shares_today,
        use_costs=_moves(options, settings),
        fixed_costs=tuple(_hosting(inputs)),
        minimums=tuple(_contracts(inputs, settings)),
        fallbacks=tuple(_fallback_needs(inputs)),
        curves=tuple(_cache_curves(inputs)),
        min_share=float(settings.min_share),
        max_models=settings.max_models,
        fixed_shares=options.fixed(),
    )
    limits = (
        *_floors(inputs),
        *_latencies(inputs),
        *_refused(inputs),
        *spend_limits(inputs.options, inputs.declared.spend, _standing(inputs)),
        *_entities(inputs),
        *_outages(inputs),
    )
    return replace(problem, limits=limits)


def _options_of(options: OptionSet, task: int) -> Integers:
    return np.flatnonzero(options.task_of == task)


def _open(options: OptionSet) -> list[int]:
    held = {one.task for one in options.held}
    return [number for number, task in enumerate(options.tasks) if task.task.name not in held]


def _floors(inputs: Inputs) -> Iterator[Limit]:
    options = inputs.options
    quality = options.quality
    for task in _open(options):
        floor = options.floors[task]
        if floor is None:
            continue
        own = _options_of(options, task)
        name = options.tasks[task].task.name
        is_declared = options.tasks[task].task.declared.quality is not None
        yield Limit(
            name=f"quality floor of {name}",
            parameter="quality.floor" if is_declared else "quality proved today",
            place=options.tasks[task].task.place.at("quality", "floor") if is_declared else None,
            value=floor,
            unit="score",
            relaxed_by=-1,
            rows=(Row(options=own, fixed=-quality[own], bound=1e-9, bound_scaled=-1.0),),
        )


def _latencies(inputs: Inputs) -> Iterator[Limit]:
    """Shares of late answers add up over a route, where percentiles would not."""
    options = inputs.options
    for task in _open(options):
        declared = options.tasks[task].task
        if declared.declared.latency is None:
            continue
        own = _options_of(options, task)
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
    """One limit per policy: none of the options it refuses is used."""
    held = {one.task for one in inputs.options.held}
    numbers = {
        (option.task.task.name, option.candidate.model): number
        for number, option in enumerate(inputs.options.options)
    }
    by_policy: dict[str, list[Refusal]] = {}
    for refusal in inputs.refusals:
        if refusal.task not in held and (refusal.task, refusal.model) in numbers:
            by_policy.setdefault(refusal.policy, []).append(refusal)
    for policy, refused in sorted(by_policy.items()):
        own = np.array([numbers[each.task, each.model] for each in refused])
        yield Limit(
            name=policy,
            place=refused[0].place,
            rows=(Row(options=own, fixed=np.ones(len(own)), bound=0.0),),
            text=refused[0].message,
        )


def _entities(inputs: Inputs) -> Iterator[Limit]:
    options, figures = inputs.options, inputs.state.figures
    value = [float(option.task.value_at_stake_per_month) for option in options.options]
    weights = Weights(
        facts=[option.candidate.facts for option in options.options],
        tasks=[option.task.task.name for option in options.options],
        by_basis={
            Basis.REQUESTS: options.requests,
            Basis.SPEND: options.costs,
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
        row = Row(options=every, fixed=-options.costs, bound=-inputs.least_bill)
        yield Limit(name="bill that shares are of", rows=(row,))


def _outages(inputs: Inputs) -> Iterator[Limit]:
    losses, limit = inputs.outage_losses, inputs.outage_limit
    if losses is None or limit is None:
        return
    used = np.flatnonzero(losses)
    if len(used):
        row = Row(options=used, fixed=losses[used], bound_scaled=1.0)
        yield replace(limit, rows=(row,))


def _moves(options: OptionSet, settings: Optimization) -> Floats:
    each = float(settings.evaluation_per_move + settings.migration_per_move) / settings.months
    return np.where(options.shares_today > 0, 0.0, each)


def _hosting(inputs: Inputs) -> Iterator[FixedCost]:
    """Fixed costs that a route decides: what stands by as a fallback is paid in any case."""
    standing = _standing(inputs)
    by_model: dict[str, list[int]] = {}
    for number, option in enumerate(inputs.options.options):
        by_model.setdefault(option.candidate.model, []).append(number)
    rate = inputs.state.figures.usd_per_unit
    for model, numbers in sorted(by_model.items()):
        facts = inputs.options.options[numbers[0]].candidate.facts
        if facts is not None and facts.usd_fixed_per_month and model not in standing:
            amount = float(facts.usd_fixed_per_month / rate)
            yield FixedCost(name=model, options=np.array(numbers), amount=amount)


def _standing(inputs: Inputs) -> dict[str, float]:
    """Models with a fixed cost that some task class falls back on: name and amount a month."""
    rate = inputs.state.figures.usd_per_unit
    found = {}
    for task in inputs.options.tasks:
        for fallback in task.fallbacks:
            facts = fallback.facts
            if facts is not None and facts.usd_fixed_per_month:
                found[fallback.model] = float(facts.usd_fixed_per_month / rate)
    return found


def _contracts(inputs: Inputs, settings: Optimization) -> Iterator[Minimum]:
    options = inputs.options
    costs = options.costs
    for provider, contract in sorted(settings.contracts.items()):
        own = np.array(
            [
                number
                for number, option in enumerate(options.options)
                if _serves(option.candidate.facts, provider)
            ],
            dtype=np.int64,
        )
        if not len(own):
            continue
        owed = contract.owed_until is not None and contract.owed_until >= inputs.state.as_of
        if contract.minimum_monthly:
            yield Minimum(
                name=f"contract with {provider}",
                options=own,
                spend=costs[own],
                amount=float(contract.minimum_monthly),
                owed=owed,
            )
        if contract.subscription_monthly:
            yield Minimum(
                name=f"subscription of {provider}",
                options=own,
                spend=np.zeros(len(own)),
                amount=float(contract.subscription_monthly),
                owed=owed,
            )


def _serves(facts: ModelFacts | None, provider: str) -> bool:
    return facts is not None and provider in {facts.exposure.provider, facts.exposure.billed_by}


def _cache_curves(inputs: Inputs) -> Iterator[Curve]:
    """Hits lost where a task class that one model answers today is split.

    With Poisson arrivals and a fixed life of cache entries, a model that gets a share x of the
    requests hits 1 - (1 - h)^x of the time, h at all of them.
    """
    options, pricing = inputs.options, inputs.state.figures.pricing
    for task in _open(options):
        figures = options.tasks[task]
        demand = figures.task.demand
        if demand is None or not demand.cached_input_share or len(figures.legs) > 1:
            continue
        hit = float(demand.cached_input_share)
        cold = replace(demand, cached_input_share=type(demand.cached_input_share)(0))
        for option in _options_of(options, task):
            facts = options.options[option].candidate.facts
            dear, cheap = pricing.mean_cost(facts, cold), pricing.mean_cost(facts, demand)
            if dear is None or cheap is None or dear <= cheap:
                continue
            each = float((dear - cheap) / Decimal(str(hit))) * float(figures.requests_per_month)
            yield Curve(
                option=int(option),
                knots=KNOTS,
                costs=tuple(share * each * lost_hits(hit, share) for share in KNOTS),
            )


def lost_hits(hit_share: float, share: float) -> float:
    """Hits lost by a model that gets a share of the requests: h - (1 - (1 - h)^x); 0 at 1."""
    return 0.0 if share >= 1 or hit_share >= 1 else hit_share - (1 - (1 - hit_share) ** share)


def _fallback_needs(inputs: Inputs) -> Iterator[FallbackNeed]:
    options = inputs.options
    for task in _open(options):
        name = options.tasks[task].task.name
        rules = [rule for rule in inputs.declared.fallbacks if name in rule.tasks and rule.levels]
        models = inputs.fallback_candidates.get(name, ())
        if not rules or not models:
            continue
        own = _options_of(options, task)
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
    one: ModelFacts | None, other: ModelFacts | None, rules: Sequence[FallbackRule]
) -> bool:
    """Whether two models share an entity at a required level, or may, where a policy decides."""
    if one is None or other is None:
        return True
    shared, unproved = set(shared_levels(one, other)), set(unproved_levels(one, other))
    return any(
        shared & set(rule.levels) or (rule.by_policy and unproved & set(rule.levels))
        for rule in rules
    )
