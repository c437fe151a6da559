"""The allocations of a frontier: one limit on its value after the other, each from the last."""

from functools import partial

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.optimization.assembly import assemble
from multillm_gov.optimization.highs import Effort, Session
from multillm_gov.optimization.problem import Floats, Limit, Problem
from multillm_gov.optimization.solving import Part, conclude, is_whole, promising, solve

MANY = 1_000
"""Options beyond which points are searched among those that the relaxations like."""
LIKED = 1
"""Of each task class and point, besides those that its relaxation uses."""
COARSE = 0.003
"""Gap of its points then, among these options."""
MOST_SECONDS = 5.0
"""For one of its points then."""


class Found(Struct, frozen=True):
    """One allocation, and its proven distance to the least cost, as a part of it (0..1)."""

    shares: Floats
    gap: float


class _Bounded:
    """The program in which the value is limited by a row: one after the other, warm."""

    def __init__(self, problem: Problem, limit: Limit, first: float) -> None:
        self.problem = replace(
            problem, limits=(*problem.limits, replace(limit, value=float(first)))
        )
        self.assembled = assemble(self.problem)
        own = self.assembled.limit_rows[-len(limit.rows) :]
        self._sizes = np.array([float(np.abs(row.fixed).max()) for _, row, _ in own])
        self._numbers = np.array([number for _, _, number in own])

    def bound(self, session: Session, value: float) -> None:
        """Limit the value; the next solution starts from the last."""
        slack = 1e-9 * max(abs(value), 1e-6)
        session.bound_rows(self._numbers, (value + slack) / self._sizes)


def sweep(
    problem: Problem, limit: Limit, values: Floats, effort: Effort, cheapest: Floats
) -> list[Found]:
    """The cheapest allocation at each value that the limit takes; none where there is none."""
    if any(each.spread is not None for each in problem.limits):
        return _sweep_with_cuts(problem, limit, values, effort)
    bounded = _Bounded(problem, limit, float(values[0]))
    if problem.size > MANY and bounded.assembled.program.whole.any():
        return _sweep_by_bounds(bounded, values, effort, cheapest)
    session = Session(bounded.assembled.program, effort)
    founds = []
    for value in values:
        bounded.bound(session, float(value))
        answer = conclude(bounded.problem, bounded.assembled, session.solve())
        if answer.shares is not None:
            founds.append(Found(answer.shares, answer.gap))
    return founds


def _sweep_by_bounds(
    bounded: _Bounded, values: Floats, effort: Effort, cheapest: Floats
) -> list[Found]:
    """Of a large problem: the relaxation of every point, then the best of the options it likes.

    The relaxation is over all options, so that it proves how far a point can be from the least
    cost. From the best value back to the cheapest: the last point is then allowed at the next.
    """
    problem, program = bounded.problem, bounded.assembled.program
    relaxed = Session(replace(program, whole=np.zeros_like(program.whole)), effort)
    quick = replace(effort, gap=max(effort.gap, COARSE), seconds=min(effort.seconds, MOST_SECONDS))
    founds: list[Found] = []
    last: Floats | None = None
    for value in values[::-1]:
        bounded.bound(relaxed, float(value))
        least = relaxed.solve()
        if least.values is None:
            continue
        costs = relaxed.reduced_costs()
        kept_values = promising(problem, bounded.assembled, least.values, costs, count=LIKED)
        kept_values |= cheapest > 0
        if last is not None:
            kept_values |= last[: problem.size] > 0
        answer = least
        if not is_whole(program, least.values):
            part = Part(bounded.assembled, kept_values)
            answer = part.solve(quick, last, partial(bounded.bound, value=float(value)))
        solution = conclude(problem, bounded.assembled, answer)
        if answer.values is not None and solution.shares is not None:
            last = answer.values
            cost, bottom = (float(program.costs @ each) for each in (last, least.values))
            founds.append(Found(solution.shares, max((cost - bottom) / cost, 0.0)))
    return founds


def _sweep_with_cuts(problem: Problem, limit: Limit, values: Floats, effort: Effort) -> list[Found]:
    """Limits on indexes need tangents of their own at every point."""
    answers = (
        solve(
            replace(problem, limits=(*problem.limits, replace(limit, value=float(value)))), effort
        )
        for value in values + 1e-9
    )
    return [Found(answer.shares, answer.gap) for answer in answers if answer.shares is not None]
