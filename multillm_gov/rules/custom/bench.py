"""Evaluates the custom policies of one judgment: values once per subject, within a budget."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from time import perf_counter
from typing import Any

from msgspec import Struct

from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.rules.custom.context import OWN, types_of, values_of
from multillm_gov.rules.custom.vocabulary import (
    OneModel,
    OneTask,
    Over,
    TooLongError,
    Variable,
    Whole,
)
from multillm_gov.rules.custom.wide_variables import WHOLE_VARIABLES
from multillm_gov.rules.custom.words import names_read, words_of
from multillm_gov.rules.engine.rule import RuleContext
from multillm_gov.rules.expressions import Expression, ExpressionLanguage, Unjudged

MOST_POLICIES = 100
"""Custom policies judged."""
MOST_EVALUATIONS = 2_000_000
"""Expressions evaluated in one judgment, over all policies and subjects."""
MOST_SECONDS = 30.0
"""Of all evaluations; 40 policies over 10,000 task classes take two, a hostile portfolio fails."""


class SpentError(Exception):
    """The budget is used up; the rest was not judged."""


class Subject(Struct, frozen=True):
    """One thing an expression is evaluated for, with its values."""

    name: str
    place: Place
    values: dict[str, Any]
    activation: Any
    """For the engine; ``None`` where ``problem`` says why."""
    problem: str = ""


class Bench:
    """Languages, subjects and the budget that all custom policies of one judgment share."""

    def __init__(self, context: RuleContext, names: frozenset[str]) -> None:
        """``names`` are the dotted names that any policy reads; only their values are computed."""
        self._names = names
        self._evaluations = 0
        self._seconds = 0.0
        self._everything = Whole(
            context.state.figures.tasks, context.state.portfolio.settings, context.as_of
        )
        self._tasks: dict[str, Subject] = {}
        self._all: list[Subject] | None = None
        self._common: dict[str, Any] | None = None

    def subjects(self, over: Over, context: RuleContext) -> Iterator[Subject]:
        """The subjects in the scope of a policy."""
        if over == "task_class":
            yield from self._of_tasks(context.tasks)
        elif over == "model":
            yield from self._models(context)
        else:
            whole = Whole(context.tasks, context.state.portfolio.settings, context.as_of)
            yield self._subject(
                "portfolio", over, whole, context.policy_place or Place("policies"), whole
            )

    def holds(self, expression: Expression, subject: Subject) -> bool | Unjudged:
        """Evaluate one expression over one subject.

        Raises:
            SpentError: the budget is used up.
        """
        if subject.problem:
            return Unjudged(subject.problem)
        if self._evaluations >= MOST_EVALUATIONS or self._seconds > MOST_SECONDS:
            raise SpentError
        self._evaluations += 1
        started = perf_counter()
        result = expression.holds(subject.activation)
        self._seconds += perf_counter() - started
        return result

    def _of_tasks(self, tasks: tuple[TaskFigures, ...]) -> Iterable[Subject]:
        if tasks is not self._everything.tasks:
            return map(self._task, tasks)
        if self._all is None:
            self._all = [self._task(task) for task in tasks]
        return self._all

    def _task(self, task: TaskFigures) -> Subject:
        name = task.task.name
        if name not in self._tasks:
            subject = OneTask(task, self._everything)
            self._tasks[name] = self._subject(
                name, "task_class", subject, task.task.place.key(), self._everything
            )
        return self._tasks[name]

    def _models(self, context: RuleContext) -> Iterator[Subject]:
        routed, standby, spends = Counter[str](), Counter[str](), _spends(context.tasks)
        for task in context.tasks:
            routed.update({entry.model for entry in task.legs})
            standby.update({fallback.model for fallback in task.fallbacks})
        first: dict[str, Place] = {}
        for use in context.uses(context.models):
            first.setdefault(use.part.model, use.place)
        for name, facts in sorted(context.models.items()):
            subject = OneModel(
                name,
                facts,
                self._everything,
                (routed[name], standby[name], spends.get(name, Decimal(0))),
            )
            yield self._subject(f"model:{name}", "model", subject, first[name], self._everything)

    def _subject(self, name: str, over: Over, subject: Any, place: Place, whole: Whole) -> Subject:  # noqa: ANN401
        try:
            values = values_of(self._read(OWN[over]), subject)
            values |= self._wide(whole)
        except TooLongError as error:
            return Subject(name, place, {}, None, str(error))
        return Subject(name, place, values, language(over).activation(values))

    def _wide(self, whole: Whole) -> dict[str, Any]:
        if whole is not self._everything:
            return values_of(self._read(WHOLE_VARIABLES), whole)
        if self._common is None:
            self._common = values_of(self._read(WHOLE_VARIABLES), whole)
        return self._common

    def _read(self, variables: tuple[Variable, ...]) -> tuple[Variable, ...]:
        return tuple(variable for variable in variables if variable.name in self._names)


@cache
def language(over: Over) -> ExpressionLanguage:
    """The language of the expressions over one kind of subject.

    Raises:
        MissingExtraError: the extra `cel` is not installed.
    """
    return ExpressionLanguage(types_of(over))


def names_in(*expressions: object) -> frozenset[str]:
    """The dotted names that some expressions read; what is not text reads nothing."""
    return frozenset(
        name
        for text in expressions
        if isinstance(text, str)
        for name in names_read(words_of(text[:10_000]))
    )


def _spends(tasks: tuple[TaskFigures, ...]) -> dict[str, Decimal | None]:
    """Spend by routed model; ``None`` as soon as one of its routes is not known."""
    spends: dict[str, Decimal | None] = {}
    for task in tasks:
        for entry in task.legs:
            before = spends.get(entry.model, Decimal(0))
            spends[entry.model] = (
                None
                if before is None or entry.spend_per_month is None
                else before + entry.spend_per_month
            )
    return spends
