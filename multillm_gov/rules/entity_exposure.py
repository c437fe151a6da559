"""Exposure to one entity: which task classes cause it, and what a loss or repricing would cost."""

from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from heapq import nlargest

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.location import Place
from multillm_gov.measures.concentration import Weights, at_level, weigh, weights
from multillm_gov.measures.figures import Concentration, TaskFigures
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.units import format_count, format_money, format_share
from multillm_gov.words import code

BASE_SHOCK = Decimal("0.35")
"""The base price increase: the middle of the documented +30 to +40% within a contract."""

_NOTHING = Decimal(0)


class Weight(Struct, frozen=True, kw_only=True):
    """The exposure of one task class to an entity, in the unit of the basis per month."""

    task_class: str
    amount: Decimal
    place: Place

    def describe(self, basis: Basis, entity: str, currency: str) -> str:
        """The exposure in words."""
        return (
            f"{code(self.task_class)} routes {format_weight(self.amount, basis, currency)} to "
            f"{code(entity)}"
        )


def format_weight(amount: Decimal, basis: Basis, currency: str) -> str:
    """An amount in the basis's unit, per month."""
    requests = basis is Basis.REQUESTS
    return (
        f"{format_count(amount)} requests a month"
        if requests
        else f"{format_money(amount, currency)} a month"
    )


class Loads:
    """The load of task classes on each model, by basis; summed once for all levels and policies."""

    def __init__(self, tasks: tuple[TaskFigures, ...]) -> None:
        self.tasks = tasks
        self._weights: dict[Basis, Weights] = {}
        self._users: dict[Basis, dict[int, list[tuple[Decimal, int]]]] = {}

    def weights(self, basis: Basis) -> Weights:
        """The sum by model."""
        if basis not in self._weights:
            self._weights[basis] = weigh(self.tasks, basis)
        return self._weights[basis]

    def concentration(self, level: Level, basis: Basis) -> Concentration:
        """As `measures.concentration`, from the sums at hand."""
        return at_level(self.weights(basis), level, basis)

    def totals(self, level: Level, basis: Basis) -> dict[str, Decimal]:
        """The sum by entity of a level."""
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for facts, amount in self.weights(basis):
            totals[_entity(facts, level)] += amount
        return totals

    def largest_users(
        self, entity: str, level: Level, basis: Basis
    ) -> list[tuple[Decimal, TaskFigures]]:
        """The three task classes with the largest load on an entity; of equals, the first."""
        by_task: dict[int, Decimal] = {}
        for facts, _ in self.weights(basis):
            if _entity(facts, level) == entity:
                for amount, number in self._by_model(basis)[id(facts)]:
                    by_task[number] = by_task.get(number, _NOTHING) + amount
        largest = nlargest(3, by_task.items(), key=lambda user: (user[1], -user[0]))
        return [(amount, self.tasks[number]) for number, amount in largest]

    def _by_model(self, basis: Basis) -> dict[int, list[tuple[Decimal, int]]]:
        if basis not in self._users:
            users: defaultdict[int, list[tuple[Decimal, int]]] = defaultdict(list)
            for number, task in enumerate(self.tasks):
                for facts, amount in weights(task, basis):
                    users[id(facts)].append((amount, number))
            self._users[basis] = users
        return self._users[basis]


def loads_of(context: RuleContext) -> Loads:
    """The loads of the task classes judged, shared by all runs over the same ones."""
    known: dict[int, Loads] = context.memo.setdefault("loads", {})
    # The loads hold the tuple, so its id stays its own.
    return known.setdefault(id(context.tasks), Loads(context.tasks))


def _entity(facts: ModelFacts | None, level: Level) -> str:
    return facts.exposure.at(level) if facts else UNKNOWN


class EntityExposure:
    """The exposure to each entity of one level."""

    def __init__(self, loads: Loads, found: Concentration, currency: str) -> None:
        self._loads = loads
        self._found = found
        self._currency = currency

    def largest_users(self, entity: str) -> tuple[Weight, ...]:
        """The three task classes with the largest load on an entity."""
        return tuple(
            Weight(task_class=task.task.name, amount=amount, place=task.task.place.at("route"))
            for amount, task in self._loads.largest_users(
                entity, self._found.level, self._found.basis
            )
        )

    def format_loss(self, entity: str) -> str:
        """What the loss of an entity would stop and its repricing would add, per month."""
        if entity == UNKNOWN:
            return f"All of it may depend on one {self._found.level}; which one is not known."
        parts = []
        stopped = self._value.get(entity)
        if stopped:
            text = format_money(stopped, self._currency)
            parts.append(f"losing {code(entity)} stops task classes worth {text} a month")
        spent = self._spend.get(entity)
        if spent:
            added, total = spent * BASE_SHOCK, sum(self._spend.values())
            rise = (
                f"{format_money(added, self._currency)} a month ({format_share(added / total)} of "
                "spend)"
            )
            parts.append(f"a 35% price increase adds {rise}")
        text = "; ".join(parts)
        return f"{text[0].upper()}{text[1:]}." if text else ""

    @cached_property
    def _value(self) -> dict[str, Decimal]:
        return self._loads.totals(self._found.level, Basis.VALUE_AT_STAKE)

    @cached_property
    def _spend(self) -> dict[str, Decimal]:
        return self._loads.totals(self._found.level, Basis.SPEND)
