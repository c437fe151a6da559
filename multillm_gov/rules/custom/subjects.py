"""What an expression is evaluated for: a task class, a model, or several task classes."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from msgspec import Struct

from multillm_gov.catalog.facts import ModelFacts
from multillm_gov.dimensions import Basis, Level
from multillm_gov.measures.concentration import Weights, at_level, weigh
from multillm_gov.measures.figures import Concentration, TaskFigures
from multillm_gov.portfolio.settings import Settings
from multillm_gov.rules.custom.vocabulary import model_facts


class Whole:
    """Several task classes, with their totals and shares; computed when read."""

    def __init__(self, tasks: tuple[TaskFigures, ...], settings: Settings, as_of: date) -> None:
        self.tasks = tasks
        self.settings = settings
        self.as_of = as_of
        self._weighed: dict[Basis, Weights] = {}
        self._known: dict[str, dict[str, Any]] = {}

    @cached_property
    def spend(self) -> Decimal:
        """Per month, of the task classes whose spend is known."""
        return sum((task.spend_per_month or Decimal(0) for task in self.tasks), Decimal(0))

    def concentration(self, basis: Basis, level: Level) -> Concentration:
        """How a basis spreads over a level."""
        if basis not in self._weighed:
            self._weighed[basis] = weigh(self.tasks, basis)
        return at_level(self._weighed[basis], level, basis)

    def known(self, name: str, facts: ModelFacts | None) -> dict[str, Any]:
        """A model's facts, the same dict each time."""
        if name not in self._known:
            self._known[name] = model_facts(name, facts, self.as_of)
        return self._known[name]


class OneTask(Struct, frozen=True):
    """A task class among all."""

    figures: TaskFigures
    whole: Whole


class OneModel(Struct, frozen=True):
    """A model and where it is used."""

    name: str
    facts: ModelFacts | None
    whole: Whole
    uses: tuple[int, int, Decimal | None]
    """Task classes that route to it and fall back on it, and its spend per month, if known."""
