"""Fixed costs of models, split over the task classes that use them."""

from collections import defaultdict
from decimal import Decimal

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.measures.capacity import MINUTES_PER_MONTH, mean_tokens, served_share
from multillm_gov.portfolio.allocation import TaskClass

_ZERO = Decimal(0)


class FixedCosts:
    """Split each model's fixed cost: over its route entries by requests, else its fallbacks."""

    def __init__(
        self, tasks: tuple[TaskClass, ...], facts: dict[str, ModelFacts | None], rate: Decimal
    ) -> None:
        self.rate = rate
        self.amounts = {
            name: fact.usd_fixed_per_month / rate
            for name, fact in facts.items()
            if fact and fact.usd_fixed_per_month
        }
        self.requests: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.tokens: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.legs: defaultdict[str, int] = defaultdict(int)
        self.fallbacks: defaultdict[str, int] = defaultdict(int)
        if not self.amounts:
            return
        for task in tasks:
            if any(entry.model in self.amounts for entry in task.declared.route):
                self._add_route(task)
            for model in task.declared.fallbacks:
                self.fallbacks[model] += model in self.amounts

    def _add_route(self, task: TaskClass) -> None:
        demand = task.declared.demand
        for entry, share in zip(task.declared.route, task.shares, strict=True):
            if entry.model in self.amounts:
                self.legs[entry.model] += 1
                if demand is not None:
                    requests = share * demand.requests
                    self.requests[entry.model] += requests
                    self.tokens[entry.model] += requests * mean_tokens(demand)

    def basis(self, model: str) -> tuple[Decimal, Decimal, int, int]:
        """What a model's fixed cost is split over; zeros for every model without one."""
        return self.requests[model], self.tokens[model], self.legs[model], self.fallbacks[model]

    def of_leg(self, model: str, requests: Decimal) -> Decimal:
        """What a route entry with so many requests a month bears."""
        amount = self.amounts.get(model)
        if amount is None:
            return _ZERO
        whole = self.requests[model]
        return amount * requests / whole if whole else amount / self.legs[model]

    def spilled_share(self, model: str, facts: ModelFacts | None) -> Decimal:
        """Share of a model's requests beyond its reserved capacity, which are billed elsewhere."""
        if facts is None or facts.spill_over is None or model not in self.amounts:
            return _ZERO
        limits = (
            (self.requests[model], facts.requests_per_minute),
            (self.tokens[model], facts.tokens_per_minute),
        )
        served = min(
            served_share(Decimal(limit) * MINUTES_PER_MONTH, demanded)
            for demanded, limit in limits
            if limit is not None
        )
        return 1 - served

    def of_fallback(self, model: str) -> Decimal:
        """What a task class bears for a fallback that is routed nowhere."""
        amount = self.amounts.get(model)
        return _ZERO if amount is None or self.legs[model] else amount / self.fallbacks[model]
