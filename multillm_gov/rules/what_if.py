"""What the book would say of a task class if another model answered all of its requests."""

from collections import Counter

from msgspec.structs import replace

from multillm_gov.finding import Enforcement, Severity
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.portfolio.allocation import Leg
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.rules.engine.judgment import models_of
from multillm_gov.rules.engine.planning import Run, plan_runs
from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.rules.engine.rule import RuleContext

_FAMILIES = frozenset({1, 2, 4, 5, 6, 9})
"""What a model can break: files, totals and process say nothing of it."""
_BY_LOCKING = frozenset({"GOV107", "GOV408"})
"""What `govern catalog lock` mends says nothing of the model either."""


class Prospects:
    """Judges task classes as they would be, by all standing rules and policies about task classes but one's own."""

    def __init__(self, context: RuleContext, own: str) -> None:
        book = tuple(
            rule
            for rule in all_rules()
            if rule.scope == "task classes"
            and rule.family in _FAMILIES
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
        """Whether a route to one model alone violates no rule, at warning or above, more often than today's does.

        Where the model is a fallback today, it changes places with the model that carries most.
        """
        name = task.task.name
        if name not in self._now:
            self._now[name] = self._violations(task)
        return not self._violations(self._routed(task, model)) - self._now[name]

    def _routed(self, task: TaskFigures, model: str) -> TaskFigures:
        former = task.primary.model
        declared = replace(
            task.task.declared,
            route=(Leg(model=model),),
            fallbacks=tuple(
                former if one == model else one for one in task.task.declared.fallbacks
            ),
        )
        alone = Portfolio(
            settings=self._context.state.portfolio.settings,
            task_classes=(replace(task.task, declared=declared),),
        )
        return measure(alone, self._context.state.catalog).tasks[0]

    def _violations(self, task: TaskFigures) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
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
                    found[run.rule.id, own.policy] += weighty
        return found


def _default(run: Run) -> Severity:
    if run.policy is None or run.policy.declared.enforcement is Enforcement.ADVISORY:
        return run.rule.severity
    return Severity.ERROR
