"""Models that a task class could move to: known, priced, alive on the day and fit for its needs."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import UNKNOWN, Basis, Level
from multillm_gov.measures.concentration import concentration
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.independence import OTHER_VENDOR_AND_CLOUD, has_independent_fallback
from multillm_gov.measures.requirements import Fitness, requirement
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.state.state import State


class Swap(Struct, frozen=True):
    """One task class and the models that it exchanges."""

    task: str
    former: str
    model: str


Trials = list[tuple[TaskFigures, Swap | None]]
"""Task classes in order of importance; ``None``: no candidate shows."""


class Candidates:
    """The models that each task class could move to, or that could stand behind it."""

    def __init__(self, risk: PortfolioRisk) -> None:
        self.risk = risk
        self.state: State = risk.state
        self.tasks = risk.state.figures.tasks
        self.failover = Failover(self.state.as_of, self.state.drills)
        self.fitness = Fitness()
        self.retired = {life.model for life in risk.retirements.already_retired}
        self.late = {
            life.model
            for life in risk.retirements.models
            if life.slack is not None and life.slack < 0
        }
        in_use = {
            life.model: self.state.catalog.find(life.model) for life in risk.retirements.models
        }
        self.alive = {
            name: facts
            for name, facts in in_use.items()
            if facts is not None and name not in self.late and facts.price is not None
        }
        self.lacking = [
            task
            for task in self._by_value(self.tasks)
            if task.value_at_stake_per_month
            and not has_independent_fallback(task, fallbacks=self.failover.usable(task))
        ]

    def _by_value(self, tasks: Iterable[TaskFigures]) -> list[TaskFigures]:
        return sorted(tasks, key=lambda task: (-task.value_at_stake_per_month, task.task.name))

    def _late_tasks(self) -> list[TaskFigures]:
        return self._by_value(
            task for task in self.tasks if any(entry.model in self.late for entry in task.legs)
        )

    def successors(self) -> Trials:
        """Each route entry that is retired or late, to the successor that its source names."""
        named = {
            life.model: life.successor.model
            for life in self.risk.retirements.models
            if life.successor is not None
        }
        return [self._replaced(task, named.get) for task in self._late_tasks()]

    def promotions(self) -> Trials:
        """The same to the first fallback that would take over."""
        return [
            self._replaced(
                task,
                lambda _model, task=task: next(  # type: ignore[misc]
                    (
                        figures.model
                        for figures in self.failover.usable(task)
                        if figures.model in self.alive
                    ),
                    None,
                ),
            )
            for task in self._late_tasks()
        ]

    def _replaced(
        self, task: TaskFigures, wanted: Callable[[str], str | None]
    ) -> tuple[TaskFigures, Swap | None]:
        former = next(entry.model for entry in task.legs if entry.model in self.late)
        model = wanted(former)
        facts = self.state.catalog.find(model) if model else None
        sound = model is not None and facts is not None and self._sound(facts)
        return task, Swap(task.task.name, former, model or "") if sound else None

    def _sound(self, facts: ModelFacts) -> bool:
        retirement = facts.lifecycle.retirement
        return retirement is None or retirement > self.state.as_of

    def spreads(self) -> Trials:
        """Task classes of the largest vendor, to a model of another one."""
        shares = concentration(self.tasks, Level.VENDOR, Basis.SPEND).shares
        if not shares:
            return []
        vendor = shares[0][0]
        at_vendor = [
            task
            for task in self.tasks
            if task.primary.facts and task.primary.facts.exposure.priced_by == vendor
        ]
        ordered = sorted(at_vendor, key=lambda t: (-(t.spend_per_month or 0), t.task.name))
        return [(task, self._elsewhere(task, vendor)) for task in ordered]

    def _elsewhere(self, task: TaskFigures, vendor: str) -> Swap | None:
        usable = [figures.model for figures in self.failover.usable(task)]
        others = [*(entry.model for entry in task.legs), *usable, *self._fitting(task)]
        for model in others:
            facts = self.alive.get(model)
            if facts is not None and facts.exposure.priced_by != vendor:
                return Swap(task.task.name, task.primary.model, model)
        return None

    def more_fallbacks(self) -> Trials:
        """Task classes without a usable independent fallback, and a model that would be one."""
        return [(task, self._independent(task)) for task in self.lacking]

    def _independent(self, task: TaskFigures) -> Swap | None:
        routed = [entry.facts for entry in task.legs if entry.facts is not None]
        for model in self._fitting(task):
            facts = self.alive[model]
            if model not in task.task.models and all(
                facts.exposure.entities(level).isdisjoint(other.exposure.entities(level))
                and UNKNOWN not in facts.exposure.entities(level)
                for other in routed
                for level in OTHER_VENDOR_AND_CLOUD
            ):
                return Swap(task.task.name, "", model)
        return None

    def cheaper(self) -> Trials:
        """Task classes over their cap, or the dearest, to a usable fallback that costs less."""
        over = {
            breach.subject for breach in self.risk.already_broken if breach.what == "monthly cap"
        }
        named = [task for task in self.tasks if task.task.name in over] or [*self.tasks]
        ordered = sorted(named, key=lambda t: (-(t.spend_per_month or 0), t.task.name))
        return [(task, self._cheaper(task)) for task in ordered]

    def _cheaper(self, task: TaskFigures) -> Swap | None:
        now = task.primary.cost_per_request
        for figures in self.failover.usable(task):
            cost = figures.cost_per_request
            if now is not None and cost is not None and cost < now and figures.model in self.alive:
                return Swap(task.task.name, task.primary.model, figures.model)
        return None

    def _fitting(self, task: TaskFigures) -> Iterator[str]:
        needed = requirement(task.task.declared)
        for name, facts in sorted(self.alive.items()):
            if next(self.fitness.lacks(needed, [facts]), None) is None:
                yield name
