"""Which model a task class may route to, or fall back on, as the whole rule book judges it."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from msgspec.structs import replace

from multillm_gov.finding import Enforcement, Severity, Violation
from multillm_gov.location import Place
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.optimization.declared import Refusal
from multillm_gov.portfolio.allocation import RouteEntry, TaskClassDeclaration
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.rules.engine.approvals import Contents
from multillm_gov.rules.engine.planning import Run, plan_runs
from multillm_gov.rules.engine.registry import all_rules, parameters_type
from multillm_gov.rules.engine.rule import RuleContext, models_of
from multillm_gov.state.state import State

_OF_A_ROUTE = frozenset({1, 4, 5, 6, 9})
_OF_FALLBACKS = frozenset(
    {"GOV201", "GOV202", "GOV203", "GOV204", "GOV205", "GOV206", "GOV207", "GOV208", "GOV404"}
)
"""Rules that judge what stands behind a route: the fallbacks are chosen after it."""
_AFTERWARDS = frozenset(
    {"GOV107", "GOV209", "GOV408", "GOV409", "GOV501", "GOV507", "GOV508", "GOV511", "GOV512"}
)
"""What is done before a change is merged (probe, drill, lock) is no reason against it."""
_MODELED = frozenset({"GOV401"})
"""What the optimizer has rows for."""
_ABOUT_A_FALLBACK = frozenset(
    {
        *("GOV101", "GOV102", "GOV103", "GOV105", "GOV109", "GOV110", "GOV203", "GOV207"),
        *("GOV404", "GOV502", "GOV601", "GOV602", "GOV603", "GOV604", "GOV901"),
    }
)
_ENDS_A_FALLBACK = frozenset({"GOV101", "GOV102"})
"""Errors that a fallback of today is refused for as well: nothing would answer."""
Role = Literal["route", "fallback"]


class Choices:
    """Judges single models for single task classes, by every rule about task classes."""

    def __init__(self, state: State) -> None:
        self._state = state
        book = tuple(
            rule
            for rule in all_rules()
            if rule.scope == "task classes" and rule.id not in _AFTERWARDS | _MODELED
        )
        runs, _ = plan_runs(book, state.portfolio.policies, state.figures.tasks, state.documents)
        self._runs = tuple((run, frozenset(task.task.name for task in run.tasks)) for run in runs)
        self._context = RuleContext(
            state=state,
            tasks=state.figures.tasks,
            models={},
            flaws=(),
            contents=Contents(state.portfolio, state.documents, parameters_type),
        )
        self._now: dict[tuple[str, Role], Counter[tuple[str, str, bool]]] = {}

    def refusal(self, task: TaskFigures, model: str, role: Role = "route") -> Refusal | None:
        """The first reason against a model; ``None``: it may be used.

        An error always counts; a warning only where today's route has none of the same kind. A
        model that answers today is refused for errors alone, a fallback of today for being retired
        or unknown.
        """
        name = task.task.name
        if (name, role) not in self._now:
            today = self._violations(task, role)
            self._now[name, role] = Counter(key for key, _, _ in today)
        before = self._now[name, role]
        used = model in task.task.models
        for key, violation, run in self._violations(_with(self._state, task, model, role), role):
            is_error = key[2]
            ends = role == "route" or _is_ended(run, violation, model)
            if (is_error and ends) or (not used and not before[key]):
                return _refusal(name, model, run, violation)
        return None

    def _violations(
        self, task: TaskFigures, role: Role
    ) -> list[tuple[tuple[str, str, bool], Violation, Run]]:
        alone = replace(self._state.figures, tasks=(task,))
        state = replace(self._state, figures=alone)
        context = replace(
            self._context, state=state, tasks=(task,), models=models_of((task,)), memo={}
        )
        violations = []
        for run, names in self._runs:
            if task.task.name not in names or not _counts(run, role):
                continue
            policy = run.policy
            own = replace(
                context,
                policy=policy.name if policy else "",
                policy_place=policy.place if policy else None,
            )
            for violation in run.rule.check(own, run.parameters):
                severity = violation.severity or _default(run)
                if severity >= Severity.WARNING:
                    key = run.rule.id, own.policy, severity is Severity.ERROR
                    violations.append((key, violation, run))
        return violations


def _is_ended(run: Run, violation: Violation, model: str) -> bool:
    """Whether it says of this fallback, not of the route before it, that nothing would answer."""
    about = violation.distinction.partition(": ")[2]
    return run.rule.id in _ENDS_A_FALLBACK and about == model


def _counts(run: Run, role: Role) -> bool:
    if role == "fallback":
        return run.rule.id in _ABOUT_A_FALLBACK
    return run.rule.family in _OF_A_ROUTE and run.rule.id not in _OF_FALLBACKS


def _with(state: State, task: TaskFigures, model: str, role: Role) -> TaskFigures:
    """The task class with the model alone as its route, or as its only fallback."""
    declared: TaskClassDeclaration = (
        replace(task.task.declared, route=(RouteEntry(model=model),), fallbacks=())
        if role == "route"
        else replace(task.task.declared, fallbacks=(model,))
    )
    alone = Portfolio(
        settings=state.portfolio.settings, task_classes=(replace(task.task, declared=declared),)
    )
    return measure(alone, state.catalog).tasks[0]


def _refusal(task: str, model: str, run: Run, violation: Violation) -> Refusal:
    place = run.policy.place.key() if run.policy else None
    if place is None and isinstance(violation.place, Place):
        place = violation.place
    return Refusal(
        task=task,
        model=model,
        rule=run.rule.id,
        policy=run.policy.name if run.policy else run.rule.name,
        place=place,
        message=violation.message,
    )


def _default(run: Run) -> Severity:
    if run.policy is None or run.policy.declared.enforcement is Enforcement.ADVISORY:
        return run.rule.severity
    return Severity.ERROR


def refusals(
    state: State, tasks: Iterable[tuple[TaskFigures, Iterable[str]]]
) -> tuple[Refusal, ...]:
    """The refused models of some task classes."""
    choices = Choices(state)
    matching_refusals = (choices.refusal(task, model) for task, models in tasks for model in models)
    return tuple(refusal for refusal in matching_refusals if refusal is not None)
