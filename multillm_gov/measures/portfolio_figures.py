"""All figures of a portfolio: forecast, unit cost, failover cost, independence."""

from collections import defaultdict
from decimal import Decimal

from msgspec import structs

from multillm_gov.catalog.catalog import Catalog
from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.catalog.pricing.price import USD
from multillm_gov.dimensions import Level
from multillm_gov.measures.cost.demand import Pricing
from multillm_gov.measures.cost.fixed import FixedCosts
from multillm_gov.measures.cost.remarks import remarks
from multillm_gov.measures.figures import FallbackFigures, LegFigures, PortfolioFigures, TaskFigures
from multillm_gov.measures.independence import shared_levels, unproved_levels
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.portfolio import Portfolio

_ZERO = Decimal(0)
NO_OWNER = "(no owner)"


def measure(
    portfolio: Portfolio, catalog: Catalog, known: PortfolioFigures | None = None
) -> PortfolioFigures:
    """Measure every task class and sum up.

    ``known`` are figures of another state of the same portfolio: a task class that is equal there,
    over models whose facts and whose split of fixed costs are equal, is not measured again.
    """
    settings = portfolio.settings
    rate = settings.exchange.usd_per_unit if settings.exchange else Decimal(1)
    known_rate = settings.exchange is not None or settings.currency == USD
    facts = {
        name: catalog.find(name)
        for name in sorted({m for task in portfolio.task_classes for m in task.models})
    }
    fixed = FixedCosts(portfolio.task_classes, facts, rate)
    money = settings.currency, rate, known_rate
    reusable = (
        _reusable(known.tasks, facts, fixed)
        if known and (known.currency, known.usd_per_unit, known.exchange_known) == money
        else {}
    )
    pricing = Pricing(rate if known_rate else None, settings.currency)
    measurer = _Measurer(facts, fixed, pricing)
    tasks = tuple(
        old
        if (old := reusable.get(task.name)) is not None and old.task == task
        else measurer.task(task)
        for task in portfolio.task_classes
    )
    return structs.replace(_total(tasks, settings.currency, rate), exchange_known=known_rate)


def _total(tasks: tuple[TaskFigures, ...], currency: str, rate: Decimal) -> PortfolioFigures:
    owners: defaultdict[str, Decimal] = defaultdict(Decimal)
    for task in tasks:
        owners[task.task.owner or NO_OWNER] += task.spend_per_month or _ZERO
    return PortfolioFigures(
        tasks=tasks,
        currency=currency,
        usd_per_unit=rate,
        spend_per_month=sum(owners.values(), _ZERO),
        unpriced=tuple(task.task.name for task in tasks if task.spend_per_month is None),
        spend_per_month_by_owner=tuple(
            sorted(owners.items(), key=lambda item: (-item[1], item[0]))
        ),
        value_at_stake_per_month=sum((task.value_at_stake_per_month for task in tasks), _ZERO),
        requests_per_month=sum((task.requests_per_month for task in tasks), _ZERO),
    )


def _reusable(
    known: tuple[TaskFigures, ...], facts: dict[str, ModelFacts | None], fixed: FixedCosts
) -> dict[str, TaskFigures]:
    """By name those of ``known`` whose models have the facts, and parts of fixed costs, of then."""
    old: dict[str, ModelFacts | None] = {}
    for task in known:
        old.update((entry.model, entry.facts) for entry in task.legs)
        old.update((fallback.model, fallback.facts) for fallback in task.fallbacks)
    split = FixedCosts(tuple(task.task for task in known), old, fixed.rate)
    steady = {
        name
        for name, fact in facts.items()
        if name in old and old[name] == fact and split.basis(name) == fixed.basis(name)
    }
    return {task.task.name: task for task in known if steady.issuperset(task.task.models)}


class _Measurer:
    """Measures task classes one after the other, remembering what pairs of models share."""

    def __init__(
        self, facts: dict[str, ModelFacts | None], fixed: FixedCosts, pricing: Pricing
    ) -> None:
        self.facts = facts
        self.fixed = fixed
        self.pricing = pricing
        self.pairs: dict[tuple[str, str], tuple[frozenset[Level], frozenset[Level]]] = {}

    def task(self, task: TaskClass) -> TaskFigures:
        declared = task.declared
        requests = Decimal(declared.demand.requests) if declared.demand else _ZERO
        legs = tuple(
            self._leg(task, index, share, requests) for index, share in enumerate(task.shares)
        )
        standing = sum((entry.fixed_per_month for entry in legs), _ZERO)
        standing += sum((self.fixed.of_fallback(model) for model in declared.fallbacks), _ZERO)
        fallbacks = tuple(
            self._fallback(task, index, requests, standing)
            for index in range(len(declared.fallbacks))
        )
        spends = [entry.spend_per_month for entry in legs]
        known = [spend for spend in spends if spend is not None]
        spend = None
        if len(known) == len(spends) and not (standing and self.pricing.lacks_rate):
            spend = sum(known, _ZERO) + sum(
                (fallback.standby_per_month for fallback in fallbacks), _ZERO
            )
        largest = [self.pricing.largest_cost(entry.facts, task.demand) for entry in legs]
        return TaskFigures(
            task=task,
            legs=legs,
            fallbacks=fallbacks,
            requests_per_month=requests,
            value_at_stake_per_month=Decimal(declared.cost_of_wrong_model.value_at_stake or 0),
            spend_per_month=spend,
            cost_per_request=spend / requests if spend is not None and requests else None,
            largest_cost_per_request=None
            if None in largest
            else max((cost for cost in largest if cost is not None), default=None),
        )

    def _leg(self, task: TaskClass, index: int, share: Decimal, requests: Decimal) -> LegFigures:
        model = task.declared.route[index].model
        facts = self.facts[model]
        demand = task.demand
        cost = self.pricing.mean_cost(facts, demand)
        unknown = self.pricing.unknown(facts, demand) if cost is None else None
        spilled = self.fixed.spilled_share(model, facts)
        if spilled and facts is not None and cost is not None:
            beyond = structs.replace(facts, price=facts.spill_over)
            extra = self.pricing.mean_cost(beyond, demand)
            unknown = self.pricing.unknown(beyond, demand) if extra is None else None
            cost = None if extra is None else cost + spilled * extra
        own = requests * share
        fixed = self.fixed.of_leg(model, own)
        return LegFigures(
            index=index,
            model=model,
            facts=facts,
            share=share,
            requests_per_month=own,
            cost_per_request=cost,
            fixed_per_month=fixed,
            spend_per_month=None if cost is None else own * cost + fixed,
            unknown=unknown,
            remarks=remarks(facts, task, spilled) if facts is not None else (),
        )

    def _fallback(
        self, task: TaskClass, index: int, requests: Decimal, standing: Decimal
    ) -> FallbackFigures:
        model = task.declared.fallbacks[index]
        facts = self.facts[model]
        cost = self.pricing.mean_cost(facts, task.demand)
        shared: set[Level] = set()
        unproved: set[Level] = set()
        for entry in task.declared.route:
            same, unknown = self._pair(model, entry.model)
            shared |= same
            unproved |= unknown
        return FallbackFigures(
            index=index,
            model=model,
            facts=facts,
            cost_per_request=cost,
            failover_spend_per_month=None if cost is None else requests * cost + standing,
            shared_with_primary=tuple(level for level in Level if level in shared),
            unproved_with_primary=tuple(level for level in Level if level in unproved - shared),
            standby_per_month=self.fixed.of_fallback(model),
        )

    def _pair(self, first: str, second: str) -> tuple[frozenset[Level], frozenset[Level]]:
        """Levels two models share, and levels where that is not known."""
        levels = self.pairs.get((first, second))
        if levels is None:
            facts, other = self.facts[first], self.facts[second]
            if facts is None or other is None:
                levels = frozenset[Level](), frozenset(Level)
            else:
                levels = (
                    frozenset(shared_levels(facts, other)),
                    frozenset(unproved_levels(facts, other)),
                )
            self.pairs[first, second] = levels
        return levels
