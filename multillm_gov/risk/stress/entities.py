"""The entities of a level that requests are really routed to, and what depends on each."""

from collections import defaultdict
from decimal import Decimal

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts, entities_of
from multillm_gov.dimensions import IN_HOUSE, UNKNOWN, Level
from multillm_gov.risk.stress.stress_context import (
    Label,
    StressContext,
)
from multillm_gov.risk.system.system import Hop, System

_ZERO = Decimal(0)


class HopLabels:
    """What each hop depends on, found once for all task classes."""

    def __init__(self, system: System) -> None:
        self.components = system.components
        self._of_hop: dict[tuple[str, frozenset[int]], tuple[frozenset[Label], int, bool]] = {}

    def of_hop(self, hop: Hop, facts: ModelFacts | None) -> tuple[frozenset[Label], int, bool]:
        """Labels, the deployment's index, and whether it never answers."""
        key = hop.model, hop.components
        if key not in self._of_hop:
            component_labels = frozenset(
                (self.components[n].kind, self.components[n].name) for n in hop.components
            )
            deployment = next(
                (n for n in sorted(hop.components) if self.components[n].kind == "deployment"), -1
            )
            never = any(self.components[n].unavailability >= 1 for n in hop.components)
            self._of_hop[key] = (
                component_labels | self.of_model(hop.model, facts),
                deployment,
                never,
            )
        return self._of_hop[key]

    @staticmethod
    def of_model(model: str, facts: ModelFacts | None) -> frozenset[Label]:
        """Labels from the known facts of a model, under its routed and its canonical name."""
        pairs = {("model", model)}
        if facts is not None:
            pairs |= {
                (level.value, entity) for level in Level for entity in entities_of(facts, level)
            }
        return frozenset(pairs)


class Entity(Struct, frozen=True, kw_only=True):
    """One entity with what routed models put on it a month."""

    name: str
    value_at_stake: Decimal
    spend: Decimal
    requests: Decimal


class _Weight(Struct):
    value: Decimal = _ZERO
    spend: Decimal = _ZERO
    requests: Decimal = _ZERO


def routed_entities(context: StressContext, level: str) -> tuple[Entity, ...]:
    """By value at stake, largest first, then by requests and name; models as routed.

    What is not known is no entity that could be named, and models that only stand by carry nothing:
    both are left out.
    """
    weights: defaultdict[str, _Weight] = defaultdict(_Weight)
    for task in context.tasks:
        for entry, chain in zip(task.figures.legs, task.chains, strict=True):
            for name in _names(level, task.name, chain.hops[0].labels, entry.model):
                weight = weights[name]
                weight.value += task.figures.value_at_stake_per_month * chain.share
                weight.spend += entry.spend_per_month or _ZERO
                weight.requests += entry.requests_per_month
    entities = (
        Entity(name=name, value_at_stake=each.value, spend=each.spend, requests=each.requests)
        for name, each in weights.items()
    )
    return tuple(
        sorted(entities, key=lambda entity: (-entity.value_at_stake, -entity.requests, entity.name))
    )


def largest_entity(context: StressContext, level: str, *, by_spend: bool) -> str:
    """The entity with most value at stake, or most spend; empty where the level has none."""
    every = routed_entities(context, level)
    if not every:
        return ""
    return min(
        every,
        key=lambda entity: (
            -entity.spend if by_spend else -entity.value_at_stake,
            -entity.requests,
            entity.name,
        ),
    ).name


def _names(
    level: str, task: str, labels: frozenset[tuple[str, str]], model: str
) -> tuple[str, ...]:
    if level == "task_class":
        return (task,)
    if level == "model":
        return (model,)
    hidden = {UNKNOWN, IN_HOUSE} if level in _SUPPLIED else {UNKNOWN}
    return tuple(sorted(name for kind, name in labels if kind == level and name not in hidden))


_SUPPLIED = frozenset({"vendor", "jurisdiction"})
"""Where the organization itself is no entity: it neither reprices nor withdraws its own models."""
