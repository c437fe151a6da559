"""What a request costs at a model under stress, and what the answers of a moment cost."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from msgspec import structs

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.portfolio.demand import Demand
from multillm_gov.risk.stress.interval.flows import Flow, HopFlow
from multillm_gov.risk.stress.shock_effect import HopState, ShockEffect, combined_price_factor
from multillm_gov.risk.stress.stress_context import (
    ModelFixedCost,
    StressContext,
    StressedHop,
    StressedTask,
)

_ZERO = Decimal(0)
_ONE = Decimal(1)


class Costs:
    """Price answers in the portfolio's currency; unknown prices are noted and add nothing."""

    def __init__(self, context: StressContext) -> None:
        self._context = context
        self._pricing = context.pricing
        self.unpriced: set[str] = set()

    def per_request(self, task: StressedTask, hop: StressedHop, state: HopState) -> Decimal | None:
        """Mean cost of one request; ``None``: not known."""
        cost = hop.cost_per_request
        if state.succeeded or state.token_factor != 1:
            facts, demand = self._priced_as(task, hop, state)
            cost = self._pricing.mean_cost(facts, demand)
        return None if cost is None else cost * state.price_factor

    def largest(self, task: StressedTask, hop: StressedHop, state: HopState) -> Decimal | None:
        """Cost of the largest request declared; ``None``: not known."""
        known: dict[tuple[str, str], Decimal | None] = self._context.memo.setdefault("largest", {})
        key = task.name, hop.model
        if state.succeeded or state.token_factor != 1:
            cost = self._pricing.largest_cost(*self._priced_as(task, hop, state))
        elif key in known:
            cost = known[key]
        else:
            cost = known[key] = self._pricing.largest_cost(hop.facts, task.figures.task.demand)
        return None if cost is None else cost * state.price_factor

    def added(
        self, before: tuple[StressedTask, Flow], after: tuple[StressedTask, Flow]
    ) -> Decimal | None:
        """Cost per declared request of the task class that one chain's effect adds.

        The answers' cost, less what as many answers cost before, but at most those there were: what
        unanswered requests would have cost is no saving, what requests that never came would have
        cost is. ``None``: a price, or the demand, is not known.
        """
        if _is_billed_alike(before, after):
            return _ZERO
        old, new = self.answers(*before), self.answers(*after)
        if old is None or new is None:
            return None
        gone = max(before[1].demand - after[1].demand, _ZERO)
        was, now = answered_share(*before), answered_share(*after) + gone
        return new - old * (min(_ONE, now / was) if was else _ZERO)

    def answers(self, task: StressedTask, flow: Flow) -> Decimal | None:
        """Expected cost of a chain's answers per declared request; ``None``: not known."""
        total = _ZERO
        for hop_flow, share in (
            (flow.routed, flow.routed.share),
            *((o, o.share * task.coverage) for o in flow.fallbacks),
        ):
            cost = self._cost(task, hop_flow, share)
            if cost is None:
                return None
            total += cost
        return total

    def spend(
        self, task: StressedTask, task_flows: Iterable[Flow], effects: Sequence[ShockEffect]
    ) -> Iterator[tuple[str, Decimal]]:
        """Vendors and their monthly spend, failover working; unknown prices weigh nothing."""
        for flow in task_flows:
            for fallback in (flow.routed, *flow.fallbacks):
                cost = (
                    self.per_request(task, fallback.hop, fallback.state) if fallback.share else None
                )
                if cost is not None:
                    yield (
                        self._vendor(fallback),
                        fallback.share * task.figures.requests_per_month * cost,
                    )
        for fixed in task.fixed:
            if not any(effect.down and effect.hits(task.name, fixed.labels) for effect in effects):
                yield fixed.vendor, fixed_cost(task, fixed, effects)

    def _cost(self, task: StressedTask, flow: HopFlow, share: Decimal) -> Decimal | None:
        if not share:
            return _ZERO
        if not task.requests_per_hour:
            return _ZERO if task.figures.task.demand is not None else None
        cost = self.per_request(task, flow.hop, flow.state)
        if cost is None:
            self.unpriced.add(flow.hop.model)
            return None
        return share * cost

    def _vendor(self, flow: HopFlow) -> str:
        """Who is paid for what a model, or its successor in its place, answers."""
        successor = self._context.successors.get(flow.hop.model) if flow.state.succeeded else None
        return (
            successor.facts.exposure.priced_by
            if successor is not None and successor.facts
            else flow.hop.vendor
        )

    def _priced_as(
        self, task: StressedTask, hop: StressedHop, state: HopState
    ) -> tuple[ModelFacts | None, Demand | None]:
        successor = self._context.successors.get(hop.model) if state.succeeded else None
        facts = (
            successor.facts if successor is not None and successor.facts is not None else hop.facts
        )
        demand = task.figures.task.demand
        return facts, demand if demand is None or state.token_factor == 1 else _longer(
            demand, state.token_factor
        )


def _is_billed_alike(before: tuple[StressedTask, Flow], after: tuple[StressedTask, Flow]) -> bool:
    """Whether the same models answer the same shares at the same prices: nothing is added."""
    (old_task, old), (new_task, new) = before, after
    return (
        old_task.coverage == new_task.coverage
        and old.demand == new.demand
        and _billed(old) == _billed(new)
    )


def _billed(flow: Flow) -> list[tuple[str, Decimal, Decimal, Decimal, bool]]:
    return [
        (
            fallback.hop.model,
            fallback.share,
            fallback.state.price_factor,
            fallback.state.token_factor,
            fallback.state.succeeded,
        )
        for fallback in (flow.routed, *flow.fallbacks)
        if fallback.share
    ]


def fixed_cost(
    task: StressedTask, fixed: ModelFixedCost, effects: Iterable[ShockEffect]
) -> Decimal:
    """A model's fixed monthly cost under stress: at new prices, nothing once replaced."""
    hitting = [effect for effect in effects if effect.hits(task.name, fixed.labels)]
    if any(shock_effect.succeeded for shock_effect in hitting) and not any(
        shock_effect.down for shock_effect in hitting
    ):
        return _ZERO
    return fixed.per_month * combined_price_factor(hitting)


def answered_share(task: StressedTask, flow: Flow) -> Decimal:
    """Expected share of declared requests that a chain answers, given its failover coverage."""
    return flow.routed.share + task.coverage * flow.by_fallbacks


def _longer(demand: Demand, factor: Decimal) -> Demand:
    """The same requests with more tokens of every kind each, in and out."""

    def times(tokens: int) -> int:
        return int((tokens * factor).to_integral_value(ROUND_HALF_EVEN))

    tokens = {
        name: times(count)
        for name in Demand.__struct_fields__
        if name.endswith("_tokens") and (count := getattr(demand, name))
    }
    return structs.replace(
        demand,
        **tokens,
        sizes=tuple(
            structs.replace(
                size,
                input_tokens=times(size.input_tokens),
                output_tokens=None if size.output_tokens is None else times(size.output_tokens),
            )
            for size in demand.sizes
        ),
    )
