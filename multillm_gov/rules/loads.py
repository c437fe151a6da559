"""The load of task classes on models and entities, summed once for all rules and policies."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from heapq import nlargest

from multillm_gov.catalog.facts import entities_of
from multillm_gov.dimensions import IN_HOUSE, Basis, Level
from multillm_gov.measures.concentration import SUPPLIER_LEVELS, Weights, at_level, weigh, weights
from multillm_gov.measures.figures import Concentration, TaskFigures
from multillm_gov.rules.engine.rule import RuleContext

_NOTHING = Decimal(0)


class Loads:
    """The load of task classes on each model, by basis; summed once for all levels and policies."""

    def __init__(self, tasks: tuple[TaskFigures, ...]) -> None:
        self.tasks = tasks
        self._weights: dict[Basis, Weights] = {}
        self._users: dict[Basis, dict[int, list[tuple[Decimal, int]]]] = {}
        self._totals: dict[tuple[Level, Basis], dict[str, Decimal]] = {}
        self._models: dict[tuple[Level, Basis], dict[str, list[int]]] = {}
        self._exposed: dict[Level, dict[str, list[TaskFigures]]] = {}

    @cached_property
    def unpriced(self) -> int:
        """How many task classes have a cost that is not known."""
        return sum(task.spend_per_month is None for task in self.tasks)

    def weights(self, basis: Basis) -> Weights:
        """The sum by model."""
        if basis not in self._weights:
            self._weights[basis] = weigh(self.tasks, basis)
        return self._weights[basis]

    def concentration(self, level: Level, basis: Basis) -> Concentration:
        """As `measures.concentration`, from the sums at hand."""
        return at_level(self.weights(basis), level, basis)

    def totals(self, level: Level, basis: Basis) -> Mapping[str, Decimal]:
        """The sum by entity of a level; of jurisdictions, what is subject to each."""
        if (level, basis) not in self._totals:
            self._totals[level, basis] = self._summed(level, basis)
        return self._totals[level, basis]

    def exposed(self, entity: str, level: Level) -> Sequence[TaskFigures]:
        """The task classes with a route entry that depends on an entity, in order."""
        if level not in self._exposed:
            task_figures_by_name: defaultdict[str, list[TaskFigures]] = defaultdict(list)
            for task in self.tasks:
                hit = {name for entry in task.legs for name in entities_of(entry.facts, level)}
                for name in hit:
                    task_figures_by_name[name].append(task)
            self._exposed[level] = task_figures_by_name
        return self._exposed[level].get(entity, ())

    def _summed(self, level: Level, basis: Basis) -> dict[str, Decimal]:
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for facts, amount in self.weights(basis):
            for entity in entities_of(facts, level):
                totals[entity] += amount
        if level in SUPPLIER_LEVELS:
            totals.pop(IN_HOUSE, None)
        return totals

    def largest_users(
        self, entity: str, level: Level, basis: Basis
    ) -> list[tuple[Decimal, TaskFigures]]:
        """The three task classes with the largest load on an entity; of equals, the first."""
        by_task: dict[int, Decimal] = {}
        for model in self._models_of(level, basis).get(entity, ()):
            for amount, number in self._by_model(basis)[model]:
                by_task[number] = by_task.get(number, _NOTHING) + amount
        largest = nlargest(3, by_task.items(), key=lambda user: (user[1], -user[0]))
        return [(amount, self.tasks[number]) for number, amount in largest]

    def _models_of(self, level: Level, basis: Basis) -> dict[str, list[int]]:
        """By entity: the models that depend on it, by the identity of their facts."""
        if (level, basis) not in self._models:
            models: defaultdict[str, list[int]] = defaultdict(list)
            for facts, _ in self.weights(basis):
                for entity in entities_of(facts, level):
                    models[entity].append(id(facts))
            self._models[level, basis] = models
        return self._models[level, basis]

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
