"""The later state as it would be if the facts that a change alters stood as they were.

A limit is only as good as the facts it is judged by: who made a model, what it costs, how much is
requested, who owns a task class, in which currency amounts are counted. What the base *knew*
stands; what it did not know comes from the later state, so that a new model, a new provider or a
first forecast can be added with its facts.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import fields, replace

from multillm_gov.catalog.overrides import Overrides
from multillm_gov.changes.held_catalog import HeldCatalog
from multillm_gov.changes.pairing import pair_task_classes
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.portfolio.allocation import TaskClass, WrongModelCost
from multillm_gov.portfolio.policy import Policy, Scope
from multillm_gov.portfolio.portfolio import Portfolio
from multillm_gov.portfolio.settings import Settings
from multillm_gov.state.state import State

Declared = TypeVar("Declared", bound=Struct)


class FactGroup(StrEnum):
    """Facts that are restored together, as people name them."""

    CATALOG = "facts of models, providers, clouds and vendors"
    MONEY = "currency and exchange rate"
    DEMAND = "demand"
    VALUE = "value at stake"
    SCOPE = "owner, tags and classification"
    RISK = "assumed failures and dependencies"


def held_states(before: State, after: State) -> Iterator[tuple[frozenset[FactGroup], State]]:
    """The later state with each altered group of facts as the base had it, then with all of them.

    One group alone shows what it hides even where another fact moves the other way. Nothing where
    no fact is altered.
    """
    differing = [group for group in FactGroup if _differs(group, before, after)]
    for group in differing:
        yield frozenset({group}), _held(frozenset({group}), before, after)
    if len(differing) > 1:
        yield frozenset(differing), _held(frozenset(differing), before, after)


def _differs(group: FactGroup, before: State, after: State) -> bool:
    old, new = before.portfolio.settings, after.portfolio.settings
    match group:
        case FactGroup.CATALOG:
            return _catalog_differs(before, after)
        case FactGroup.MONEY:
            return (old.currency, old.exchange) != (new.currency, new.exchange)
        case FactGroup.RISK:
            return old.risk != new.risk
    pairs = pair_task_classes(before.portfolio, after.portfolio)
    keep = _KEPT[group]
    return any(was is not now and keep(was, now) != now for was, now in pairs.both)


def _catalog_differs(before: State, after: State) -> bool:
    if before.overrides != after.overrides and _companies(before, after) != after.overrides:
        return True
    held = HeldCatalog(before, after)
    names = {model for task in after.portfolio.task_classes for model in task.models}
    return any(held.find(name) != after.catalog.find(name) for name in sorted(names))


def _held(groups: frozenset[FactGroup], before: State, after: State) -> State:
    portfolio = after.portfolio
    if FactGroup.CATALOG in groups:
        after = replace(
            after, catalog=HeldCatalog(before, after), overrides=_companies(before, after)
        )
    settings = _settings(groups, before.portfolio.settings, portfolio.settings)
    tasks = _tasks(groups, before.portfolio, portfolio)
    portfolio = replace(portfolio, settings=settings, task_classes=tasks)
    figures = measure(portfolio, after.catalog, after.figures)
    return replace(after, portfolio=portfolio, figures=figures)


def _settings(groups: frozenset[FactGroup], old: Settings, new: Settings) -> Settings:
    if FactGroup.MONEY in groups:
        new = replace(new, currency=old.currency, exchange=old.exchange)
    return replace(new, risk=old.risk) if FactGroup.RISK in groups else new


def _tasks(
    groups: frozenset[FactGroup], before: Portfolio, after: Portfolio
) -> tuple[TaskClass, ...]:
    pairs = pair_task_classes(before, after)
    old = {now.name: was for was, now in pairs.both}
    keeping = [keep for group, keep in _KEPT.items() if group in groups]
    if before.settings.currency == after.settings.currency:
        keeping = [keep for keep in keeping if keep is not _keep_amounts]
    tasks = []
    for task in after.task_classes:
        held, was = task, old.get(task.name)
        for keep in keeping:
            held = keep(was, held) if was is not None else held
        tasks.append(held)
    return tuple(tasks)


def _keep_demand(was: TaskClass, now: TaskClass) -> TaskClass:
    if was.declared.demand is None:
        return now
    return _declaring(now, demand=was.declared.demand)


def _keep_value(was: TaskClass, now: TaskClass) -> TaskClass:
    old, new = was.declared.cost_of_wrong_model, now.declared.cost_of_wrong_model
    if old.value_at_stake is None or old.value_at_stake == new.value_at_stake:
        return now
    held = WrongModelCost(effect=new.effect, value_at_stake=old.value_at_stake)
    return _declaring(now, cost_of_wrong_model=held)


def _keep_scope(was: TaskClass, now: TaskClass) -> TaskClass:
    data = replace(now.declared.data, classification=was.declared.data.classification)
    held = _declaring(now, tags=was.declared.tags, data=data)
    return replace(held, owner=was.owner) if was.owner is not None else held


def _keep_amounts(was: TaskClass, now: TaskClass) -> TaskClass:
    """Amounts in another currency say nothing about those before."""
    return _keep_value(was, _declaring(now, spend_cap=was.declared.spend_cap))


def _declaring(task: TaskClass, **stated: object) -> TaskClass:
    return replace(task, declared=replace(task.declared, **stated))


_KEPT: dict[FactGroup, Callable[[TaskClass, TaskClass], TaskClass]] = {
    FactGroup.MONEY: _keep_amounts,
    FactGroup.DEMAND: _keep_demand,
    FactGroup.VALUE: _keep_value,
    FactGroup.SCOPE: _keep_scope,
}
"""How a task class of now is given back a fact of the base."""


def _companies(before: State, after: State) -> Overrides:
    """What is declared of models and companies: the base's, completed by new entries and keys."""
    old, new = before.overrides, after.overrides
    return Overrides(
        models={**new.models, **old.models},
        providers=_completed(old.providers, new.providers),
        clouds=_completed(old.clouds, new.clouds),
        vendors=_completed(old.vendors, new.vendors),
    )


def _completed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    both = {**old, **new}
    for name in old.keys() & new.keys():
        was, now = old[name].declared, new[name].declared
        known = {
            field.name: value
            for field in fields(was)
            if (value := getattr(was, field.name)) not in (None, ())
        }
        both[name] = replace(new[name], declared=replace(now, **known))
    return both


def renamed_scopes(before: Portfolio, after: Portfolio) -> tuple[Policy, ...]:
    """The base's policies; where a scope names a task class, also by the name it has now."""
    names = {was.name: now.name for was, now in pair_task_classes(before, after).renamed}
    if not names:
        return before.policies
    return tuple(
        replace(
            policy,
            declared=replace(
                policy.declared, applies_to=_renamed(policy.declared.applies_to, names)
            ),
        )
        for policy in before.policies
    )


def _renamed(scope: Scope, names: dict[str, str]) -> Scope:
    named = (
        *scope.task_classes,
        *(names[task_class] for task_class in scope.task_classes if task_class in names),
    )
    exceptions = _renamed(scope.exceptions, names) if scope.exceptions is not None else None
    return replace(scope, task_classes=tuple(dict.fromkeys(named)), exceptions=exceptions)
