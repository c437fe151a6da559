"""What a portfolio is held to, before and after: policies, settings, safeguards of task classes."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from multillm_gov.changes.change import Change, Direction
from multillm_gov.changes.coverage import compare_coverage
from multillm_gov.changes.direction import RuleLookup, as_written
from multillm_gov.changes.pairing import pair_policies, pair_task_classes
from multillm_gov.changes.policies import compare_policies
from multillm_gov.changes.settings import compare_settings
from multillm_gov.changes.task_classes import compare_task_class, same_content
from multillm_gov.portfolio.allocation import TaskClass
from multillm_gov.portfolio.policy import EVERYTHING
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.state.state import State

_HELD = frozenset({"spend_cap", "quality", "latency", "data", "needs", "answer", "review"})
"""Parts of a task class that hold limits a rule can judge by."""


def compare_limits(
    before: Portfolio, after: Portfolio, rules: RuleLookup = as_written
) -> Iterator[Change]:
    """Changes of policies and settings between portfolios that need not be measured.

    Args:
        before: The earlier portfolio.
        after: The later one.
        rules: Tells a rule's name and default parameters, so that a limit left out is compared as
            it holds.
    """
    policies = pair_policies(before.policies, after.policies)
    yield from compare_policies(policies, rules)
    if any(policy.declared.applies_to != EVERYTHING for _, policy in policies.both):
        tasks = pair_task_classes(before, after)
        yield from compare_coverage(tasks.both, policies.both)
    yield from compare_settings(before.settings, after.settings)


def loosened_safeguards(before: State, after: State) -> Iterator[Change]:
    """Loosened safeguards of the task classes that both states hold."""
    old = {task.task.name: task for task in before.figures.tasks}
    new = {task.task.name: task for task in after.figures.tasks}
    currencies = before.figures.currency, after.figures.currency
    pairs = pair_task_classes(before.portfolio, after.portfolio)
    for was, now in pairs.both:
        if was is now or (same_content(was, now) and old[was.name] is new[now.name]):
            continue
        for change in compare_task_class(old[was.name], new[now.name], currencies):
            if change.direction is Direction.LOOSENED:
                yield change


def held_to(before: State, after: State, loosened: Iterable[Change]) -> dict[str, TaskClass]:
    """The later state's task classes with the earlier limits in place of the loosened ones.

    Amounts in another currency are left as they are.
    """
    aspects: dict[str, list[str]] = {}
    for change in loosened:
        aspects.setdefault(change.subject, []).append(change.aspect)
    same_currency = before.figures.currency == after.figures.currency
    pairs = pair_task_classes(before.portfolio, after.portfolio)
    return {
        now.name: _held_to(was, now, aspects[now.name], same_currency=same_currency)
        for was, now in pairs.both
        if now.name in aspects
    }


def _held_to(
    was: TaskClass, now: TaskClass, aspects: list[str], *, same_currency: bool
) -> TaskClass:
    declared = now.declared
    for aspect in aspects:
        part, _, field = aspect.partition(".")
        if part not in _HELD or (part == "spend_cap" and not same_currency):
            continue
        old, new = getattr(was.declared, part), getattr(declared, part)
        limits = old if new is None else replace(new, **{field: getattr(old, field)})
        declared = replace(declared, **{part: limits})
    return replace(now, declared=declared)
