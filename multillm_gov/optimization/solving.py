"""Solving a problem: tangents for limits on indexes, clean shares, the cost of an answer."""

from collections.abc import Callable
from time import monotonic

import numpy as np
from msgspec.structs import replace

from multillm_gov.optimization.arrays import Program
from multillm_gov.optimization.assembly import Assembled, assemble
from multillm_gov.optimization.highs import Effort, Session, SolverAnswer
from multillm_gov.optimization.problem import (
    Flags,
    Floats,
    Limit,
    Problem,
    Row,
    Solution,
    options_of,
)

MOST_CUTS = 60
"""Rounds of tangents; each adds one per limit that is still exceeded."""
EXACT = Effort()
WHOLE = 1e-7
"""Distance to a whole number that counts as one."""
LARGE = 1_000
"""Options from which on an integer program is started from a part of them."""
PROMISING = 4
"""Options of each task class in that part, besides those that its relaxation uses."""
_FIRST = 0.4
"""Part of the time that may go into it."""
_DUST = 1e-6
"""Shares below it are the solver's rounding (its tolerance is 1e-7): nobody routes a millionth."""
_OVER = 1e-7
"""By how much an index may exceed its limit before it is cut again."""


def solve(problem: Problem, effort: Effort = EXACT) -> Solution:
    """The cheapest allocation that keeps every limit.

    Limits on indexes (HHI, effective number, largest n) are convex: each round solves, adds the
    tangent where the answer exceeds one, and solves again. Ties keep today's shares.
    """
    start = monotonic()
    tangents: list[tuple[Limit, Row]] = []
    curved = [limit for limit in problem.limits if limit.spread is not None]
    for _ in range(MOST_CUTS):
        left = max(effort.seconds - (monotonic() - start), 1.0)
        assembled = assemble(problem, tangents=tuple(tangents))
        answer = run(problem, assembled, replace(effort, seconds=left))
        solution = conclude(problem, assembled, answer)
        if solution.shares is None:
            break
        over = [limit for limit in curved if _exceeds(limit, solution.shares)]
        if not over:
            break
        tangents += [(limit, _tangent(limit, solution.shares)) for limit in over]
    return replace(solution, seconds=monotonic() - start, cuts=len(tangents))


def run(problem: Problem, assembled: Assembled, effort: Effort) -> SolverAnswer:
    """Solve one program; a large one starts from the best of the options its relaxation likes.

    The relaxation proves a bound in a fraction of a second, and the few options with the smallest
    reduced costs nearly always hold an allocation within the gap of it: then there is nothing left
    to search. The bound is over all options, so the gap is proven all the same.
    """
    program = assembled.program
    start = monotonic()
    session = Session(program, effort)
    if problem.size < LARGE or not program.whole.any() or effort.gap >= 1:
        return session.solve()
    relaxed = Session(replace(program, whole=np.zeros_like(program.whole)), effort)
    bound = relaxed.solve()
    if bound.values is None or is_whole(program, bound.values):
        return bound
    values = promising(problem, assembled, bound.values, relaxed.reduced_costs())
    part = Part(assembled, values)
    first = part.solve(replace(effort, seconds=effort.seconds * _FIRST, gap=effort.gap / 2))
    if first.values is not None:
        cost = float(program.costs @ first.values)
        gap = (cost - float(program.costs @ bound.values)) / max(abs(cost), 1e-12)
        if gap <= effort.gap:
            return SolverAnswer(status="optimal", values=first.values, gap=max(gap, 0.0))
        session.start_from(first.values)
    left = max(effort.seconds - (monotonic() - start), 1.0)
    session.limit(left)
    return session.solve()


def is_whole(program: Program, values: Floats) -> bool:
    """Whether the answer of a relaxation is one of the program itself."""
    whole = values[program.whole]
    return bool(np.abs(whole - np.round(whole)).max(initial=0.0) <= WHOLE)


class Part:
    """A program with some options only, and its answers as answers of the whole."""

    def __init__(self, assembled: Assembled, kept: Flags) -> None:
        program = assembled.program
        columns = np.ones(len(program.costs), dtype=bool)
        columns[: len(kept)] = kept
        columns[assembled.uses] &= kept
        self._columns = columns | (program.lower > 0)
        self._width = len(program.costs)
        self.program = program.restricted(self._columns)

    def solve(
        self,
        effort: Effort,
        start: Floats | None = None,
        prepare: Callable[[Session], None] | None = None,
    ) -> SolverAnswer:
        """Solve it, from a point of the whole program if there is one."""
        session = Session(self.program, effort)
        if prepare is not None:
            prepare(session)
        if start is not None:
            session.start_from(start[self._columns])
        answer = session.solve()
        if answer.values is None:
            return answer
        values = np.zeros(self._width)
        values[self._columns] = answer.values
        return SolverAnswer(status=answer.status, values=values, gap=answer.gap)


def promising(
    problem: Problem,
    assembled: Assembled,
    values: Floats,
    reduced: Floats,
    *,
    count: int = PROMISING,
) -> Flags:
    """Per task class the options of smallest reduced costs, with those used there or today."""
    own = np.arange(problem.size)
    worth = reduced[: problem.size].copy()
    separate = assembled.uses != own
    worth[separate] += reduced[assembled.uses[separate]]
    worth[assembled.program.upper[: problem.size] <= 0] = np.inf
    remaining = (values[: problem.size] > _DUST) | (problem.today > 0)
    for options in options_of(problem):
        remaining[options[np.argsort(worth[options], kind="stable")[:count]]] = True
    return remaining


def _exceeds(limit: Limit, shares: Floats) -> bool:
    spread = limit.spread
    return spread is not None and spread.measure(shares) > limit.value + _OVER


def _tangent(limit: Limit, shares: Floats) -> Row:
    """The tangent, and a hair inside: the cuts come from outside and would never quite arrive."""
    if limit.spread is None:
        raise ValueError("only a limit on an index has tangents")
    row = limit.spread.cut(shares)
    return replace(row, bound=row.bound - _OVER / 2)


def conclude(problem: Problem, assembled: Assembled, answer: SolverAnswer) -> Solution:
    """The solver's answer as shares without its dust, and what they cost."""
    if answer.values is None:
        return Solution(status=answer.status, shares=None)
    shares = clean(problem, answer.values[: problem.size])
    chosen = tuple(
        (need.task, int(np.argmax(answer.values[columns])))
        for need, columns in zip(problem.fallbacks, assembled.fallbacks, strict=True)
    )
    return Solution(
        status=answer.status,
        shares=shares,
        spend=spend_of(problem, shares),
        cost=cost_of(problem, shares),
        gap=answer.gap,
        chosen_fallbacks=chosen,
    )


def clean(problem: Problem, shares: Floats) -> Floats:
    """Without rounding dust; each task class sums to 1 again."""
    remaining = np.where(shares < _DUST, 0.0, shares)
    totals = np.bincount(problem.task_of, weights=remaining, minlength=len(problem.tasks))
    return np.asarray(remaining / totals[problem.task_of], dtype=np.float64)


def spend_of(problem: Problem, shares: Floats) -> float:
    """Tokens and fixed costs a month."""
    fixed = sum(cost.amount for cost in problem.fixed_costs if np.any(shares[cost.options] > _DUST))
    return float(problem.costs @ shares) + fixed + problem.standing_cost


def extras_of(problem: Problem, shares: Floats) -> dict[str, float]:
    """What comes on top of spend a month: moves, lost cache hits, minimums not used up."""
    used = shares > _DUST
    short = 0.0
    for minimum in problem.minimums:
        if minimum.owed or np.any(used[minimum.options]):
            short += max(minimum.amount - float(minimum.spend @ shares[minimum.options]), 0.0)
    return {
        "moves": float(problem.use_costs @ used),
        "cache": sum(curve.at(float(shares[curve.option])) for curve in problem.curves),
        "minimums": short,
    }


def cost_of(problem: Problem, shares: Floats) -> float:
    """Everything that is minimized, a month."""
    return spend_of(problem, shares) + sum(extras_of(problem, shares).values())
