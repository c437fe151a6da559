"""From shares to what is written: weights in hundredths of a percent, fallbacks in order."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, islice

import numpy as np
from msgspec import Struct

from multillm_gov.optimization.options import OptionSet
from multillm_gov.optimization.problem import (
    Floats,
    Integers,
    Problem,
    Row,
    Solution,
    options_of,
)
from multillm_gov.optimization.problem_inputs import fallbacks_for
from multillm_gov.optimization.solving import clean
from multillm_gov.state.state import State

STEPS = 10_000
"""Weights are percentages with two decimals."""
_SAME = 0.5 / STEPS
_ROUNDING = 1e-9
"""Excess of a row, in units of its largest coefficient, that is the solver's."""


class RouteMove(Struct, frozen=True, kw_only=True):
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
    """Shares in hundredths of a percent that sum to 1 in every task class and keep every row.

    A split may lie exactly on a floor or cap, and rounding it the wrong way would break it: of the
    ways to round a task class, the one that breaks rows least, and of those the nearest.
    """
    values = shares.copy()
    rows = _Rows(problem, shares)
    for task, own in enumerate(options_of(problem)):
        ways = _ways(shares[own])
        best = ways[0]
        if len(ways) > 1:
            best = min(ways, key=lambda way: rows.excess(task, own, way))
        rows.move(task, own, best)
        values[own] = best
    return clean(problem, values)


MOST_WAYS = 24


def _ways(shares: Floats) -> list[Floats]:
    """Every share rounded down or up by a step so that they sum to 1, nearest first."""
    exact = shares * STEPS
    floor = np.floor(exact + 1e-6)
    short = round(STEPS - floor.sum())
    rest = exact - floor
    used = [int(place) for place in np.argsort(-rest, kind="stable") if rest[place] > 1e-6]
    if short <= 0 or len(used) < short:
        floor[np.argsort(-rest, kind="stable")[: max(short, 0)]] += 1
        return [floor / STEPS]
    ways = []
    for chosen in islice(combinations(used, short), MOST_WAYS):
        way = floor.copy()
        way[list(chosen)] += 1
        ways.append(way / STEPS)
    return ways


class _Rows:
    """The left sides of all rows while one task class after the other is rounded."""

    def __init__(self, problem: Problem, shares: Floats) -> None:
        self._shares = shares.copy()
        self._values: list[float] = []
        self._bounds: list[float] = []
        self._sizes: list[float] = []
        self._parts: dict[int, list[tuple[int, Integers, Floats]]] = {}
        for limit in problem.limits:
            for row in limit.rows:
                self._add(problem.task_of, row, limit.value)

    def _add(self, task_of: Integers, row: Row, value: float) -> None:
        coefficients = row.coefficients(value)
        number = len(self._values)
        self._values.append(float(coefficients @ self._shares[row.options]))
        self._bounds.append(row.at_most(value))
        self._sizes.append(float(np.abs(coefficients).max(initial=0.0)) or 1.0)
        tasks = task_of[row.options]
        for task in np.unique(tasks):
            here = tasks == task
            part = (number, row.options[here], coefficients[here])
            self._parts.setdefault(int(task), []).append(part)

    def excess(self, task: int, own: Integers, way: Floats) -> float:
        """By how much rows are exceeded in all, each in units of its largest coefficient."""
        total = 0.0
        for number, change in self._changes(task, own, way):
            over = self._values[number] + change - self._bounds[number]
            size = self._sizes[number]
            total += max(over / size - _ROUNDING, 0.0)
        return total

    def move(self, task: int, own: Integers, way: Floats) -> None:
        """Take a task class's shares as rounded."""
        for number, change in list(self._changes(task, own, way)):
            self._values[number] += change
        self._shares[own] = way

    def _changes(self, task: int, own: Integers, way: Floats) -> Iterator[tuple[int, float]]:
        change = dict(zip(own.tolist(), (way - self._shares[own]).tolist(), strict=True))
        for number, options, coefficients in self._parts.get(task, ()):
            moved = np.array([change[option] for option in options.tolist()])
            yield number, float(coefficients @ moved)


def moves_of(
    state: State,
    options: OptionSet,
    problem: Problem,
    solution: Solution,
    candidates: Mapping[str, Sequence[str]],
) -> tuple[RouteMove, ...]:
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
    moves = []
    for number, task in enumerate(options.tasks):
        own = np.flatnonzero(problem.task_of == number)
        if np.abs(shares[own] - problem.today[own]).max(initial=0.0) <= _SAME:
            continue
        route = _weights([(problem.names[option], float(shares[option])) for option in own])
        before = _weights([(problem.names[option], float(problem.today[option])) for option in own])
        usable = set(candidates.get(task.task.name, ()))
        moves.append(
            RouteMove(
                task=task.task.name,
                route=route,
                fallbacks=fallbacks_for(
                    state, task, [model for model, _ in route], chosen.get(number), usable
                ),
                before=before,
            )
        )
    return tuple(moves)


def _weights(shares: Sequence[tuple[str, float]]) -> tuple[tuple[str, Decimal], ...]:
    kept_values = [
        (model, Decimal(round(share * STEPS)) / 100) for model, share in shares if share > 0
    ]
    return tuple(sorted(kept_values, key=lambda each: (-each[1], each[0])))
