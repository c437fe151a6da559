"""Cost against quality, concentration or expected outage loss: points that nothing dominates."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.optimization.assembly import assemble
from multillm_gov.optimization.highs import Effort, Session
from multillm_gov.optimization.problem import Floats, Limit, Problem, Row
from multillm_gov.optimization.solving import Part, conclude, cost_of, promising, solve

POINTS = 20
MANY = 1_000
"""Options beyond which points are searched among those that the relaxations like."""
LIKED = 2
"""Of each task class and point, besides those that its relaxation uses."""
COARSE = 0.002
"""Gap of its points then, among these options."""
MOST_SECONDS = 2.0
"""For one of its points then."""
Axis = Literal["quality", "concentration", "outage loss"]


class Point(Struct, frozen=True, kw_only=True):
    """One allocation of the frontier."""

    value: float
    """Mean proved quality (0..1), largest vendor's share of requests (0..1), or a loss a month."""
    cost: float
    """Everything counted, a month."""
    gap: float = 0.0
    """Proven distance to the least cost at this value, as a part of it (0..1)."""


class Frontier(Struct, frozen=True, kw_only=True):
    """The points, cheapest first, and where today's allocation stands."""

    axis: Axis
    points: tuple[Point, ...]
    today: Point
    distance: float | None
    """What today's allocation costs more than the frontier at the same value; ``None``: today's
    value lies beyond the frontier."""

    @property
    def gap(self) -> float:
        """The largest proven distance of a point to the least cost (0..1)."""
        return max((point.gap for point in self.points), default=0.0)


def frontier(
    problem: Problem,
    axis: Axis,
    measures: Sequence[Floats],
    *,
    points: int = POINTS,
    effort: Effort | None = None,
) -> Frontier | None:
    """Trace a frontier by epsilon-constraint; every point starts from the last one.

    Args:
        problem: With all its limits.
        axis: What is traded for cost.
        measures: By option, what a share of it adds to the value; of several (vendors) the largest
            sum is the value. Of quality more is better, of the others less.
        points: How many values are tried between the cheapest allocation's and the best.
        effort: Of each solution.

    Returns:
        ``None`` where no allocation keeps the limits.
    """
    sign = -1.0 if axis == "quality" else 1.0
    rows = tuple(
        Row(options=np.flatnonzero(each), fixed=sign * each[np.flatnonzero(each)], bound_scaled=1.0)
        for each in measures
        if each.any()
    )
    limit = Limit(name=axis, value=float("inf"), unit="number", rows=rows)
    cheapest = solve(problem, effort or Effort())
    if cheapest.shares is None or not rows:
        return None
    start = _value(measures, cheapest.shares, sign)
    best = _best(problem, limit, effort or Effort())
    values = np.linspace(start, best, points)
    found = [
        _Found(cheapest.shares, cheapest.gap),
        *_sweep(problem, limit, values[1:], effort or Effort(), cheapest.shares),
    ]
    traced = [
        Point(
            value=sign * _value(measures, one.shares, sign),
            cost=cost_of(problem, one.shares),
            gap=one.gap,
        )
        for one in found
    ]
    kept = non_dominated(traced, sign)
    today = Point(
        value=sign * _value(measures, problem.today, sign), cost=cost_of(problem, problem.today)
    )
    return Frontier(axis=axis, points=kept, today=today, distance=_distance(kept, today, sign))


def _value(measures: Sequence[Floats], shares: Floats, sign: float) -> float:
    """The value with its sign turned so that less is better."""
    return max(sign * float(each @ shares) for each in measures)


def _best(problem: Problem, limit: Limit, effort: Effort) -> float:
    """The best value within all limits: by halving where several sums count, else directly."""
    if len(limit.rows) == 1:
        row = limit.rows[0]
        value = np.zeros(problem.size)
        value[row.options] = row.fixed
        lift = np.full(len(problem.tasks), np.inf)
        np.minimum.at(lift, problem.task_of, value)
        costs = value - lift[problem.task_of]
        bare = replace(
            problem,
            costs=costs,
            use_costs=np.zeros(problem.size),
            fixed_costs=(),
            minimums=(),
            curves=(),
            today=np.zeros(problem.size),
        )
        shares = solve(bare, effort).shares
        return float("nan") if shares is None else float(value @ shares)
    low, high = 0.0, max(float(row.fixed.sum()) for row in limit.rows)
    for _ in range(20):
        middle = (low + high) / 2
        limits = (*problem.limits, replace(limit, value=middle))
        quick = replace(effort, gap=1.0)
        if solve(replace(problem, limits=limits), quick).shares is None:
            low = middle
        else:
            high = middle
        if high - low < 1e-3 * max(high, 1e-9):
            break
    return high


class _Found(Struct, frozen=True):
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


def _sweep(
    problem: Problem, limit: Limit, values: Floats, effort: Effort, cheapest: Floats
) -> list[_Found]:
    if any(each.spread is not None for each in problem.limits):
        return _sweep_with_cuts(problem, limit, values, effort)
    bounded = _Bounded(problem, limit, float(values[0]))
    if problem.size > MANY and bounded.assembled.program.whole.any():
        return _sweep_by_bounds(bounded, values, effort, cheapest)
    session = Session(bounded.assembled.program, effort)
    found = []
    for value in values:
        bounded.bound(session, float(value))
        answer = conclude(bounded.problem, bounded.assembled, session.solve())
        if answer.shares is not None:
            found.append(_Found(answer.shares, answer.gap))
    return found


def _sweep_by_bounds(
    bounded: _Bounded, values: Floats, effort: Effort, cheapest: Floats
) -> list[_Found]:
    """Of a large problem: the relaxation of every point, then the best of the options it likes.

    The relaxation is over all options, so that it proves how far a point can be from the least
    cost. From the best value back to the cheapest: the last point is then allowed at the next.
    """
    problem, program = bounded.problem, bounded.assembled.program
    relaxed = Session(replace(program, whole=np.zeros_like(program.whole)), effort)
    quick = replace(effort, gap=max(effort.gap, COARSE), seconds=min(effort.seconds, MOST_SECONDS))
    found: list[_Found] = []
    last: Floats | None = None
    for value in values[::-1]:
        bounded.bound(relaxed, float(value))
        least = relaxed.solve()
        if least.values is None:
            continue
        costs = relaxed.reduced_costs()
        kept = promising(problem, bounded.assembled, least.values, costs, count=LIKED)
        kept |= cheapest > 0
        if last is not None:
            kept |= last[: problem.size] > 0
        part = Part(bounded.assembled, kept)
        answer = part.solve(quick, last, partial(bounded.bound, value=float(value)))
        solution = conclude(problem, bounded.assembled, answer)
        if answer.values is not None and solution.shares is not None:
            last = answer.values
            cost, bottom = (float(program.costs @ each) for each in (last, least.values))
            found.append(_Found(solution.shares, max((cost - bottom) / cost, 0.0)))
    return found


def _sweep_with_cuts(
    problem: Problem, limit: Limit, values: Floats, effort: Effort
) -> list[_Found]:
    """Limits on indexes need tangents of their own at every point."""
    answers = (
        solve(
            replace(problem, limits=(*problem.limits, replace(limit, value=float(value)))), effort
        )
        for value in values + 1e-9
    )
    return [_Found(answer.shares, answer.gap) for answer in answers if answer.shares is not None]


def non_dominated(points: Sequence[Point], sign: float) -> tuple[Point, ...]:
    """Those that no other point beats in cost and value, cheapest first."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda each: (each.cost, sign * each.value)):
        if not kept or sign * point.value < sign * kept[-1].value - 1e-9:
            kept.append(point)
    return tuple(kept)


def _distance(points: Sequence[Point], today: Point, sign: float) -> float | None:
    """Cost beyond the frontier at today's value, which lies between two points on a line."""
    at = [sign * point.value for point in points]
    here = sign * today.value
    if not at or here < min(at) - 1e-9:
        return None
    if here >= at[0]:
        return today.cost - points[0].cost
    pairs = sorted(zip(at, (point.cost for point in points), strict=True))
    return today.cost - float(
        np.interp(here, [value for value, _ in pairs], [cost for _, cost in pairs])
    )
