"""Two states of a portfolio -> what changed, in meaning rather than in text."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from multillm_gov.changes.change import Area, Change, ChangeKind, Direction
from multillm_gov.changes.comparison import Comparison
from multillm_gov.changes.coverage import compare_coverage
from multillm_gov.changes.direction import RuleLookup, as_written
from multillm_gov.changes.effects import (
    Effects,
    attach,
    explain_effects,
    mean_spend_by_model,
    shift_spend,
    with_effect,
    with_whole_effect,
)
from multillm_gov.changes.exposure import SpendShares, shift_concentration
from multillm_gov.changes.models import compare_models
from multillm_gov.changes.pairing import Pairs, pair_policies, pair_task_classes
from multillm_gov.changes.policies import compare_policies, same_policy
from multillm_gov.changes.settings import compare_settings
from multillm_gov.changes.spend import facts_in_use
from multillm_gov.changes.task_classes import (
    compare_prompts,
    compare_task_class,
    same_content,
    task_class_added,
    task_class_removed,
)
from multillm_gov.changes.waivers import compare_approvals, compare_waivers
from multillm_gov.measures.failover import Failover
from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.independence import independent_value
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.policy import Policy
from multillm_gov.state.state import State

_AREAS = tuple(Area)
_KINDS = tuple(ChangeKind)
_DIRECTIONS = (Direction.LOOSENED, Direction.TIGHTENED, Direction.CHANGED)


def compare(before: State, after: State, rules: RuleLookup = as_written) -> Comparison:
    """Everything that differs between two states.

    Text that means the same is no difference: order of keys, comments, formatting, and the file a
    task class is written in. Time and memory grow linearly with the two portfolios; what is equal
    is not looked into.

    Args:
        before: The earlier state.
        after: The later state.
        rules: Tells a rule's name and default parameters, so that a limit left out is compared as
            it holds.
    """
    policies = pair_policies(before.portfolio.policies, after.portfolio.policies)
    pairs = _figures(pair_task_classes(before.portfolio, after.portfolio), before, after)
    touched = tuple(pair for pair in pairs.both if not _same(*pair))
    effects = explain_effects(pairs, before, after, touched)
    shifts = shift_concentration(before, after)
    comparable = shifts if before.figures.currency == after.figures.currency else ()
    shares = SpendShares(comparable, facts_in_use(before.figures), facts_in_use(after.figures))
    own = [
        *_task_changes(pairs, touched, effects, shares),
        *compare_coverage([(old.task, new.task) for old, new in touched], policies.both),
        *compare_prompts(
            ((old.task, new.task) for old, new in pairs.both), before.prompts, after.prompts
        ),
    ]
    changes = [*own, *_governance_changes(pairs, policies, before, after, rules)]
    changes += _world_changes(before, after, effects, shares)
    concerned = {change.subject for change in own} | {effect.after for effect in effects.tasks}
    return Comparison(
        moved_files=_moved_files(pairs),
        changes=tuple(sorted(changes, key=_order)),
        effects=effects.tasks,
        spend=shift_spend(pairs, before, after, effects),
        concentration=shifts,
        independent_value_before=_independent_value(before),
        independent_value_after=_independent_value(after),
        unchanged_task_classes=sum(new.task.name not in concerned for _, new in pairs.both),
        unchanged_policies=sum(same_policy(old, new) for old, new in policies.both),
    )


def _governance_changes(
    pairs: Pairs[TaskFigures],
    policies: Pairs[Policy],
    before: State,
    after: State,
    rules: RuleLookup,
) -> list[Change]:
    """Of policies, waivers and approvals."""
    renames = (
        {old.name: new.name for old, new in policies.renamed},
        {old.task.name: new.task.name for old, new in pairs.renamed},
    )
    return [
        *compare_policies(policies, rules),
        *compare_waivers(before.portfolio.waivers, after.portfolio.waivers, renames),
        *compare_approvals(before.portfolio.approvals, after.portfolio.approvals),
    ]


def _independent_value(state: State) -> float:
    failover = Failover(state.as_of, state.drills)
    return independent_value(state.figures.tasks, failover).usable


def _moved_files(pairs: Pairs[TaskFigures]) -> tuple[tuple[str, str, int], ...]:
    """Task classes written in another file now: both paths and how many, most first."""
    files = Counter(
        (old.task.place.path, new.task.place.path)
        for old, new in pairs.both
        if old.task.place.path != new.task.place.path
    )
    return tuple(
        (*paths, files[paths]) for paths in sorted(files, key=lambda file: (-files[file], file))
    )


def _figures(names: Pairs[TaskClass], before: State, after: State) -> Pairs[TaskFigures]:
    old = {task.task.name: task for task in before.figures.tasks}
    new = {task.task.name: task for task in after.figures.tasks}
    return Pairs(
        same=tuple((old[was.name], new[now.name]) for was, now in names.same),
        renamed=tuple((old[was.name], new[now.name]) for was, now in names.renamed),
        removed=tuple(old[task.name] for task in names.removed),
        added=tuple(new[task.name] for task in names.added),
    )


def _same(before: TaskFigures, after: TaskFigures) -> bool:
    """Whether neither the declaration nor the forecast differs."""
    return before is after or (
        before.task.name == after.task.name
        and before.spend_per_month == after.spend_per_month
        and same_content(before.task, after.task)
    )


def _task_changes(
    pairs: Pairs[TaskFigures],
    touched: tuple[tuple[TaskFigures, TaskFigures], ...],
    effects: Effects,
    shares: SpendShares,
) -> Iterator[Change]:
    currencies = effects.currencies
    comparable = currencies[0] == currencies[1]
    for sign, side, tasks, describe in (
        (-1, 0, pairs.removed, task_class_removed),
        (1, 1, pairs.added, task_class_added),
    ):
        for task in tasks:
            change = describe(task, currencies[side])
            yield with_whole_effect(change, task, sign, shares) if comparable else change
    for old, new in touched:
        changes = compare_task_class(old, new, currencies)
        yield from attach(changes, effects.causes.get(new.task.name), shares)


def _world_changes(
    before: State, after: State, effects: Effects, shares: SpendShares
) -> Iterator[Change]:
    """Settings and facts of models; a new exchange rate takes the unexplained price effects."""
    facts = shares.facts
    spend = partial(mean_spend_by_model, before.figures, after.figures)
    models = list(compare_models(*facts, effects.price_by_model, spend, shares))
    yield from models
    explained = {change.subject for change in models if change.kind is ChangeKind.MODEL_PRICE}
    rest = {
        model: amount for model, amount in effects.price_by_model.items() if model not in explained
    }
    for change in compare_settings(before.portfolio.settings, after.portfolio.settings):
        yield with_effect(change, rest, shares) if change.aspect == "exchange" else change


def _order(change: Change) -> tuple[int, int, int, Decimal, str, str, str, str]:
    return (
        _DIRECTIONS.index(change.direction),
        _AREAS.index(change.kind.area),
        _KINDS.index(change.kind),
        -abs(change.spend_effect or Decimal(0)),
        change.subject,
        change.label,
        change.before,
        change.after,
    )
