"""What the book would say of a task class with another route, or with one more fallback."""

from collections import Counter

from msgspec.structs import replace

from multillm_gov.finding import Enforcement, Severity
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.portfolio.allocation import RouteEntry, TaskClassDeclaration
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.rules.engine.planning import Run, plan_runs
from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.rules.engine.rule import RuleContext, models_of

_FAMILIES = frozenset({1, 2, 4, 5, 6, 9})
"""What a model can break: files, totals and process say nothing of it."""
_BY_LOCKING = frozenset({"GOV107", "GOV408"})
"""What `govern catalog lock` fixes says nothing of the model either."""


class Prospects:
    """Judges task classes as they would be, by the rules and policies about task classes.

    Args:
        context: Of the rule that asks.
        own: That rule, which does not count.
        only: Ids of the rules that count; `None`: all that a model can violate.
    """

    def __init__(self, context: RuleContext, own: str, only: frozenset[str] | None = None) -> None:
        book = tuple(
            rule
            for rule in all_rules()
            if rule.scope == "task classes"
            and (rule.family in _FAMILIES if only is None else rule.id in only)
            and rule.id not in {own, *_BY_LOCKING}
        )
        runs, _ = plan_runs(
            book, context.state.portfolio.policies, context.tasks, context.state.documents
        )
        self._runs = tuple((run, frozenset(task.task.name for task in run.tasks)) for run in runs)
        # What rules say of a change is not about the model as such: what it takes is to make the
        # change properly.
        self._context = replace(context, base=None)
        self._now: dict[str, Counter[tuple[str, str]]] = {}

    def breaks_nothing(self, task: TaskFigures, model: str) -> bool:
        """Whether a route to one model alone violates no rule more often than today's does.

        Warnings and errors count. Where the model is a fallback today, it changes places with the
        model that carries most.
        """
        former = task.primary.model
        fallbacks = tuple(
            former if fallback == model else fallback for fallback in task.task.declared.fallbacks
        )
        declared = replace(
            task.task.declared, route=(RouteEntry(model=model),), fallbacks=fallbacks
        )
        return self._breaks_nothing(task, declared)

    def fallback_breaks_nothing(self, task: TaskFigures, model: str) -> bool:
        """Whether one more fallback, the last, violates no rule more often than today's do."""
        fallbacks = (*task.task.declared.fallbacks, model)
        return self._breaks_nothing(task, replace(task.task.declared, fallbacks=fallbacks))

    def _breaks_nothing(self, task: TaskFigures, declared: TaskClassDeclaration) -> bool:
        name = task.task.name
        if name not in self._now:
            self._now[name] = self._violations(task)
        alone = Portfolio(
            settings=self._context.state.portfolio.settings,
            task_classes=(replace(task.task, declared=declared),),
        )
        changed = measure(alone, self._context.state.catalog).tasks[0]
        return not self._violations(changed) - self._now[name]

    def _violations(self, task: TaskFigures) -> Counter[tuple[str, str]]:
        counts: Counter[tuple[str, str]] = Counter()
        # Seen alone, before and after: a rule that adds up the whole portfolio would do so for
        # every trial.
        alone = replace(self._context.state.figures, tasks=(task,))
        state = replace(self._context.state, figures=alone)
        context = replace(self._context, state=state, tasks=(task,), models=models_of((task,)))
        for run, names in self._runs:
            if task.task.name in names:
                policy = run.policy
                own = replace(
                    context,
                    policy=policy.name if policy else "",
                    policy_place=policy.place if policy else None,
                )
                weighty = sum(
                    (violation.severity or _default(run)) >= Severity.WARNING
                    for violation in run.rule.check(own, run.parameters)
                )
                if weighty:
                    counts[run.rule.id, own.policy] += weighty
        return counts


def _default(run: Run) -> Severity:
    if run.policy is None or run.policy.declared.enforcement is Enforcement.ADVISORY:
        return run.rule.severity
    return Severity.ERROR
