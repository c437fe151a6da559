"""What a portfolio's problem is made of."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.independence import shared_levels
from multillm_gov.optimization.declared import DeclaredLimits, Refusal
from multillm_gov.optimization.options import OptionSet
from multillm_gov.optimization.problem import (
    Floats,
    Integers,
    Limit,
)
from multillm_gov.state.state import State


class Inputs(Struct, frozen=True, kw_only=True):
    """Everything a portfolio's problem is made of."""

    state: State
    options: OptionSet
    declared: DeclaredLimits
    refusals: tuple[Refusal, ...] = ()
    fallback_candidates: Mapping[str, tuple[str, ...]] = {}
    """By task class: models that may be a fallback."""
    outage_losses: Floats | None = None
    """By option: expected loss a month, should it take all; ``None``: not limited."""
    outage_limit: Limit | None = None
    """The appetite for it: name, place and value."""
    least_spend: Mapping[str, float] = {}
    """By task class: its part of the least bill (see `Weights`); empty: nothing limits shares of
    spend yet."""
    least_bill: float = 0.0
    """Spend may not be lower: a bill that the limits on shares of spend are compared with."""


def open_tasks(options: OptionSet) -> list[int]:
    """Numbers of the task classes that may change."""
    held = {each.task for each in options.held}
    return [number for number, task in enumerate(options.tasks) if task.task.name not in held]


def options_of_task(options: OptionSet, task: int) -> Integers:
    """Numbers of one task class's options."""
    return np.flatnonzero(options.task_of == task)


def fallbacks_for(
    state: State,
    task: TaskFigures,
    route: Sequence[str],
    chosen: str | None,
    usable: set[str],
) -> tuple[str, ...]:
    """Today's fallbacks in today's order, independent ones first, and one more where needed.

    A model that takes the whole route leaves the list, and the old primary takes its place where
    it may be a fallback: a rollback is then one edit.
    """
    alone = route[0] if len(route) == 1 else None
    old = task.primary.model
    declared = [
        old if model == alone and old in usable else model
        for model in task.task.declared.fallbacks
        if model != alone or old in usable
    ]
    names = list(dict.fromkeys(model for model in declared if model != alone))
    if chosen is not None and chosen not in names and chosen != alone:
        names.append(chosen)
    routed = [state.catalog.find(model) for model in route]
    order = {model: position for position, model in enumerate(names)}

    def depends(model: str) -> bool:
        facts = state.catalog.find(model)
        return facts is None or any(
            other is None or bool(shared_levels(facts, other)) for other in routed
        )

    return tuple(sorted(names, key=lambda model: (depends(model), order[model])))
