"""From shares to what is written: weights in hundredths of a percent, fallbacks in order."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
from msgspec import Struct

from multillm_gov.measures.figures import TaskFigures
from multillm_gov.measures.independence import shared_levels
from multillm_gov.optimization.options import OptionSet
from multillm_gov.optimization.problem import Floats, Problem, Solution
from multillm_gov.optimization.solving import clean
from multillm_gov.state.state import State

STEPS = 10_000
"""Weights are percentages with two decimals."""
_SAME = 0.5 / STEPS


class Move(Struct, frozen=True, kw_only=True):
    """A task class's new route and fallbacks."""

    task: str
    route: tuple[tuple[str, Decimal], ...]
    """Model and weight in percent, largest first."""
    fallbacks: tuple[str, ...]
    before: tuple[tuple[str, Decimal], ...]
    """The route of today, the same way."""

    @property
    def new_models(self) -> tuple[str, ...]:
        """Models that do not answer today."""
        old = {model for model, _ in self.before}
        return tuple(model for model, _ in self.route if model not in old)


def rounded(problem: Problem, shares: Floats) -> Floats:
    """Shares in hundredths of a percent that still sum to 1 in every task class."""
    found = np.zeros(problem.size)
    for task in range(len(problem.tasks)):
        own = np.flatnonzero(problem.task_of == task)
        exact = shares[own] * STEPS
        floor = np.floor(exact + 1e-6)
        short = round(STEPS - floor.sum())
        order = np.argsort(-(exact - floor), kind="stable")
        if short > 0:
            floor[order[:short]] += 1
        found[own] = floor / STEPS
    return clean(problem, found)


def moves_of(
    state: State,
    options: OptionSet,
    problem: Problem,
    solution: Solution,
    candidates: Mapping[str, Sequence[str]],
) -> tuple[Move, ...]:
    """The task classes that change, by name.

    Args:
        state: Today's portfolio.
        options: The options of the problem.
        problem: What was solved.
        solution: Its answer; its shares may be rounded already.
        candidates: By task class: models that may be a fallback.
    """
    shares = solution.found
    chosen = {
        need.task: candidates[problem.tasks[need.task]][position]
        for need, (_, position) in zip(problem.fallbacks, solution.chosen_fallbacks, strict=True)
    }
    found = []
    for number, task in enumerate(options.tasks):
        own = np.flatnonzero(problem.task_of == number)
        if np.abs(shares[own] - problem.today[own]).max(initial=0.0) <= _SAME:
            continue
        route = _weights([(problem.names[option], float(shares[option])) for option in own])
        before = _weights([(problem.names[option], float(problem.today[option])) for option in own])
        usable = set(candidates.get(task.task.name, ()))
        found.append(
            Move(
                task=task.task.name,
                route=route,
                fallbacks=fallbacks_for(
                    state, task, [model for model, _ in route], chosen.get(number), usable
                ),
                before=before,
            )
        )
    return tuple(found)


def _weights(shares: Sequence[tuple[str, float]]) -> tuple[tuple[str, Decimal], ...]:
    kept = [(model, Decimal(round(share * STEPS)) / 100) for model, share in shares if share > 0]
    return tuple(sorted(kept, key=lambda each: (-each[1], each[0])))


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
