"""Which rule judges which task classes, with which parameters, for which policy.

- A policy is an instance of a rule: it judges the task classes its ``applies_to`` selects, with its
own parameters.
- A standing rule about task classes also judges, with default parameters, every task class that no
  policy of that rule selects.
- A standing rule about the whole portfolio also judges the whole portfolio, unless a policy of that
  rule without ``applies_to`` does.
- Rules about files and about waivers always run once, as they are: no policy can soften them.
- A policy that cannot be read, or names an unknown rule, selects nothing: breaking a policy
switches no rule off.
"""

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.document import Document, locate
from multillm_gov.documents.shape import convert
from multillm_gov.finding import Flaw
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.portfolio.policy import EVERYTHING, Policy, Scope
from multillm_gov.rules.engine.rule import Rule, RuleContext, models_of
from multillm_gov.words import code

MOST_JUDGMENTS = 5_000_000
"""Policies times task classes they select; bounds the time that a pull request can cost."""
MOST_POLICIES = 1_000
"""Policies judged, however few task classes they select."""


class Run(Struct, frozen=True, kw_only=True):
    """One rule over some task classes; without a policy, by default."""

    rule: Rule
    tasks: tuple[TaskFigures, ...]
    parameters: Struct
    policy: Policy | None = None


def narrowed(base: RuleContext, run: Run) -> RuleContext:
    """What a run may look at: its own task classes, on behalf of its policy."""
    policy = run.policy
    return replace(
        base,
        tasks=run.tasks,
        models=base.models if run.tasks is base.tasks else models_of(run.tasks),
        policy=policy.name if policy else "",
        approvers=policy.declared.approvers if policy else (),
        policy_place=policy.place if policy else None,
    )


def plan_runs(
    rules: tuple[Rule, ...],
    policies: tuple[Policy, ...],
    tasks: tuple[TaskFigures, ...],
    documents: dict[str, Document],
) -> tuple[tuple[Run, ...], tuple[Flaw, ...]]:
    """All runs in order of rule, policies first; and the flaws of policies not enforced.

    A policy whose rule is not among ``rules`` is passed over: GOV006 reports unknown names.
    """
    named = {name: rule for rule in rules for name in (rule.id, rule.name)}
    runs: defaultdict[str, list[Run]] = defaultdict(list)
    flaws: list[Flaw] = []
    judgments = 0
    for number, policy in enumerate(policies):
        rule = named.get(policy.declared.rule)
        if rule is None:
            continue
        selected = select(tasks, policy.declared.applies_to)
        judgments += len(selected)
        if number >= MOST_POLICIES or judgments > MOST_JUDGMENTS:
            flaws.append(_too_many(policy, number, len(policies), documents))
            break
        run, matching_flaws = _run(policy, rule, selected, documents)
        flaws.extend(matching_flaws)
        if run is not None:
            runs[rule.id].append(run)
    for rule in rules:
        runs[rule.id].extend(_standing(rule, runs[rule.id], tasks))
    return tuple(run for rule in rules for run in runs[rule.id]), tuple(flaws)


def _run(
    policy: Policy, rule: Rule, selected: tuple[TaskFigures, ...], documents: dict[str, Document]
) -> tuple[Run | None, tuple[Flaw, ...]]:
    if rule.scope in {"files", "waivers"}:
        return None, (_not_a_policy(policy, rule, documents),)
    document = documents[policy.place.path]
    parameters, flaws = convert(
        document, policy.place.pointer, rule.parameters, value=policy.parameters
    )
    if parameters is not None and rule.validate_parameters is not None:
        flaws = tuple(rule.validate_parameters(parameters, document, policy.place.pointer))
    if parameters is None or flaws:
        return None, flaws
    return Run(rule=rule, tasks=selected, parameters=parameters, policy=policy), flaws


def select(tasks: tuple[TaskFigures, ...], scope: Scope) -> tuple[TaskFigures, ...]:
    """The task classes that match every key of a scope and not its exceptions."""
    if scope == EVERYTHING:
        return tasks
    chosen = _matching(tasks, scope)
    if scope.exceptions is None:
        return chosen
    excepted = {task.task.name for task in select(chosen, scope.exceptions)}
    return tuple(task for task in chosen if task.task.name not in excepted)


def _matching(tasks: tuple[TaskFigures, ...], scope: Scope) -> tuple[TaskFigures, ...]:
    names, owners = frozenset(scope.task_classes), frozenset(scope.owners)
    classifications, tags = frozenset(scope.classifications), frozenset(scope.tags)
    return tuple(
        task
        for task in tasks
        if (not names or task.task.name in names)
        and (not owners or task.task.owner in owners)
        and (not classifications or task.task.declared.data.classification in classifications)
        and (not tags or not tags.isdisjoint(task.task.declared.tags))
    )


def _standing(rule: Rule, by_policy: list[Run], tasks: tuple[TaskFigures, ...]) -> Iterator[Run]:
    if not rule.enabled_by_default:
        return
    if rule.scope == "task classes":
        covered = {task.task.name for run in by_policy for task in run.tasks}
        rest = tuple(task for task in tasks if task.task.name not in covered) if covered else tasks
        if rest:
            yield Run(rule=rule, tasks=rest, parameters=rule.parameters())
    elif not any(
        run.policy is not None and run.policy.declared.applies_to == EVERYTHING for run in by_policy
    ):
        yield Run(rule=rule, tasks=tasks, parameters=rule.parameters())


def _not_a_policy(policy: Policy, rule: Rule, documents: dict[str, Document]) -> Flaw:
    return Flaw(
        kind="schema",
        message=f"{code(rule.name)} judges {rule.scope}: it always runs and takes no policy",
        location=locate(policy.place.at("rule"), documents),
        remedy=f"Remove the policy {code(policy.name)}, or name a rule that `govern rules` lists "
        "for policies.",
        subject=policy.name,
    )


def _too_many(policy: Policy, judged: int, count: int, documents: dict[str, Document]) -> Flaw:
    return Flaw(
        kind="schema",
        message=f"the portfolio has {count:,} policies; {judged:,} are judged, this one and the "
        "rest are not",
        location=locate(policy.place.key(), documents),
        remedy="Merge policies that share a rule: one policy can select many task classes by "
        "`applies_to`.",
        subject=policy.name,
    )
