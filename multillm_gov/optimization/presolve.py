"""What a solver cannot see of a problem: dominated options, how large a mix can be, what it needs.

All of it is exact: no cheapest allocation is lost. A solver's own presolve finds dominated columns
of a linear program, not those whose use is a column of its own.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from multillm_gov.optimization.problem import Flags, Floats, Integers, Problem, options_of

_SLACK = 1e-9
"""Added to the largest share of a mix: it is the quotient of two differences."""


class Tightening(Struct, frozen=True, kw_only=True):
    """Bounds that follow from the rows of single task classes."""

    largest: Floats
    """By option: the largest share that any allowed route gives it (0..1)."""
    needed: tuple[Integers, ...]
    """Groups of options of which an allowed route uses at least one."""


def tighten(problem: Problem) -> Tightening:
    """Read every row over all options of one task class, such as a floor, as a mix.

    With ``sum (a_i - b) x_i <= 0`` and shares that sum to 1, an option above b needs others below
    b: it can have at most ``-m / (a_i - b - m)``, where m is the least ``a_i - b``; and at least
    one that is not above b is used.
    """
    largest, needed = np.ones(problem.size), []
    counts = np.bincount(problem.task_of, minlength=len(problem.tasks))
    for limit in problem.limits:
        for row in limit.rows:
            tasks = problem.task_of[row.options]
            if not len(tasks) or tasks.min() != tasks.max() or len(tasks) != counts[tasks[0]]:
                continue
            over = row.coefficients(limit.value) - row.at_most(limit.value)
            least = float(over.min())
            above = over > _SLACK
            if least > 0 or not above.any():
                continue
            most = -least / (over[above] - least) + _SLACK
            at = row.options[above]
            largest[at] = np.minimum(largest[at], most)
            needed.append(row.options[~above])
    return Tightening(largest=largest, needed=tuple(needed))


def dominated(problem: Problem) -> Flags:
    """Options in whose place another of the same task class is no worse in any row nor dearer.

    Options of today, settled ones, and those under contracts or with curves are kept; of two equal
    ones the first is kept.
    """
    dead = np.zeros(problem.size, dtype=bool)
    compared = _comparable(problem)
    parts = _parts(problem)
    for task, own in enumerate(options_of(problem)):
        remaining = own[compared[own]]
        if len(remaining) > 1:
            columns = _columns(problem, own, remaining, parts.get(task, ()))
            no_worse = (columns[:, :, None] <= columns[:, None, :]).all(axis=0)
            first = np.arange(len(remaining))[:, None] < np.arange(len(remaining))[None, :]
            beats = no_worse & (~no_worse.T | first)
            dead[remaining] = beats.any(axis=0) & (problem.today[remaining] <= 0)
    return dead


def _comparable(problem: Problem) -> Flags:
    """Free options whose whole effect is in rows, unit cost and use cost."""
    settled = problem.fixed_shares
    result = np.ones(problem.size, dtype=bool) if settled is None else np.isnan(settled)
    for minimum in problem.minimums:
        result[minimum.options] = False
    result[[curve.option for curve in problem.curves]] = False
    return result


Part = tuple[Integers, Floats]


def _parts(problem: Problem) -> dict[int, list[Part]]:
    """By task class: the part of every row about its options; two for what must be equal."""
    values_by_number: dict[int, list[Part]] = {}
    for limit in problem.limits:
        for row in limit.rows:
            _add(problem, values_by_number, row.options, row.coefficients(limit.value))
        if limit.spread is not None:
            for weights in limit.spread.weights:
                used = np.flatnonzero(weights)
                _add(problem, values_by_number, used, weights[used])
                _add(problem, values_by_number, used, -weights[used])
    for fixed in problem.fixed_costs:
        _add(problem, values_by_number, fixed.options, np.ones(len(fixed.options)))
    for need in problem.fallbacks:
        for conflicts in need.conflicts.T:
            _add(problem, values_by_number, need.options, conflicts.astype(np.float64))
    return values_by_number


def _add(
    problem: Problem, values_by_number: dict[int, list[Part]], options: Integers, values: Floats
) -> None:
    if not len(options):
        return
    tasks = problem.task_of[options]
    order = np.argsort(tasks, kind="stable")
    ends = np.flatnonzero(np.diff(tasks[order])) + 1
    for part in np.split(order, ends):
        values_by_number.setdefault(int(tasks[part[0]]), []).append((options[part], values[part]))


def _columns(
    problem: Problem, own: Integers, kept_values: Integers, parts: Sequence[Part]
) -> Floats:
    """Rows x kept options, unit and use costs last; ``own`` and ``kept`` ascend."""
    every = np.zeros((len(parts), len(own)))
    for number, (options, values) in enumerate(parts):
        every[number, np.searchsorted(own, options)] = values
    columns = np.zeros((len(parts) + 2, len(kept_values)))
    columns[:-2] = every[:, np.searchsorted(own, kept_values)]
    columns[-2], columns[-1] = problem.costs[kept_values], problem.use_costs[kept_values]
    return columns
