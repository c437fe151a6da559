"""Costs besides tokens: moves, hosting, contracts, prompt-cache hits lost by splitting."""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
from msgspec.structs import replace

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.optimization.options import OptionSet
from multillm_gov.optimization.problem import Curve, FixedCost, Floats, Minimum
from multillm_gov.optimization.problem_inputs import Inputs, open_tasks, options_of_task
from multillm_gov.portfolio.optimization import Optimization

KNOTS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Shares at which lost cache hits are exact."""


def move_costs(options: OptionSet, settings: Optimization) -> Floats:
    """By option: what evaluating and migrating it costs a month, spread; 0 where it runs today."""
    each = float(settings.evaluation_per_move + settings.migration_per_move) / settings.months
    return np.where(options.shares_today > 0, 0.0, each)


def hosting_costs(inputs: Inputs) -> Iterator[FixedCost]:
    """Fixed costs that a route decides: what stands by as a fallback is paid in any case."""
    standing = standing_costs(inputs)
    by_model: dict[str, list[int]] = {}
    for number, option in enumerate(inputs.options.options):
        by_model.setdefault(option.candidate.model, []).append(number)
    rate = inputs.state.figures.usd_per_unit
    for model, numbers in sorted(by_model.items()):
        facts = inputs.options.options[numbers[0]].candidate.facts
        if facts is not None and facts.usd_fixed_per_month and model not in standing:
            amount = float(facts.usd_fixed_per_month / rate)
            yield FixedCost(name=model, options=np.array(numbers), amount=amount)


def standing_costs(inputs: Inputs) -> dict[str, float]:
    """Models with a fixed cost that some task class falls back on: name and amount a month."""
    rate = inputs.state.figures.usd_per_unit
    values_by_name = {}
    for task in inputs.options.tasks:
        for fallback in task.fallbacks:
            facts = fallback.facts
            if facts is not None and facts.usd_fixed_per_month:
                values_by_name[fallback.model] = float(facts.usd_fixed_per_month / rate)
    return values_by_name


def contract_minimums(inputs: Inputs, settings: Optimization) -> Iterator[Minimum]:
    """Minimums and subscriptions of providers, owed in any case or once they are used."""
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


def cache_curves(inputs: Inputs) -> Iterator[Curve]:
    """Hits lost where a task class that one model answers today is split.

    With Poisson arrivals and a fixed life of cache entries, a model that gets a share x of the
    requests hits 1 - (1 - h)^x of the time, h at all of them.
    """
    options, pricing = inputs.options, inputs.state.figures.pricing
    for task in open_tasks(options):
        figures = options.tasks[task]
        demand = figures.task.demand
        if demand is None or not demand.cached_input_share or len(figures.legs) > 1:
            continue
        hit = float(demand.cached_input_share)
        cold = replace(demand, cached_input_share=type(demand.cached_input_share)(0))
        for option in options_of_task(options, task):
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
