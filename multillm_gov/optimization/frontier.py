"""Cost against quality, concentration or expected outage loss: points that nothing dominates."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.optimization.frontier_points import Found, sweep
from multillm_gov.optimization.highs import Effort
from multillm_gov.optimization.problem import Floats, Limit, Problem, Row
from multillm_gov.optimization.solving import cost_of, solve

POINTS = 20
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
    """Its value is ``nan`` where what answers today was not measured."""
    distance: float | None
    """What today's allocation costs more than the frontier at the same value; ``None``: today's
    value lies beyond the frontier, or is not known."""

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
    is_today_known: bool = True,
) -> Frontier | None:
    """Trace a frontier by epsilon-constraint; every point starts from the last one.

    Args:
        problem: With all its limits.
        axis: What is traded for cost.
        measures: By option, what a share of it adds to the value; of several (vendors) the largest
            sum is the value. Of quality more is better, of the others less.
        points: How many values are tried between the cheapest allocation's and the best.
        effort: Of each solution.
        is_today_known: Whether the measures of what answers today are known.

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
    founds = [
        Found(cheapest.shares, cheapest.gap),
        *sweep(problem, limit, values[1:], effort or Effort(), cheapest.shares),
    ]
    traced = [
        Point(
            value=sign * _value(measures, one.shares, sign),
            cost=cost_of(problem, one.shares),
            gap=one.gap,
        )
        for one in founds
    ]
    kept_points = non_dominated(traced, sign)
    value = sign * _value(measures, problem.today, sign) if is_today_known else float("nan")
    today = Point(value=value, cost=cost_of(problem, problem.today))
    distance = _distance(kept_points, today, sign) if is_today_known else None
    return Frontier(axis=axis, points=kept_points, today=today, distance=distance)


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


def non_dominated(points: Sequence[Point], sign: float) -> tuple[Point, ...]:
    """Those that no other point beats in cost and value, cheapest first."""
    kept_points: list[Point] = []
    for point in sorted(points, key=lambda each: (each.cost, sign * each.value)):
        if not kept_points or sign * point.value < sign * kept_points[-1].value - 1e-9:
            kept_points.append(point)
    return tuple(kept_points)


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
