"""Why no allocation keeps every limit: an irreducible conflict, and the smallest relaxations."""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.optimization.assembly import assemble
from multillm_gov.optimization.highs import Effort, Session
from multillm_gov.optimization.problem import Limit, Problem, Row
from multillm_gov.optimization.solving import solve

QUICK = Effort(seconds=20.0, gap=1.0)
"""Any allocation will do: nothing is minimized."""
MOST = 10
"""Conflicts that are looked for."""
_BISECTIONS = 40
_PRECISION = 1e-6
Group = tuple[Limit, ...]
"""The limits of one policy."""


class Relaxation(Struct, frozen=True, kw_only=True):
    """The smallest change of one policy after which an allocation exists."""

    limit: Limit
    value: float | None
    """The value needed; ``None``: the policy has no number, and must be lifted."""
    enough: bool
    """Whether changing this policy alone is enough."""


class Conflict(Struct, frozen=True, kw_only=True):
    """Policies that cannot all hold; without any one of them the others can."""

    policies: tuple[tuple[Limit, ...], ...]
    """By policy: its limits; never empty."""
    relaxations: tuple[Relaxation, ...]
    """One per policy of the conflict."""


def find_conflicts(problem: Problem) -> tuple[Conflict, ...]:
    """Irreducible sets of policies in conflict, none in two of them; empty: an allocation exists.

    Deletion filter (Chinneck and Dravnieks, ORSA Journal on Computing 3, 1991), by halves first:
    each policy is dropped for good if the rest cannot hold without it either. What a set leaves is
    searched again, until it can hold. A relaxation is the smallest that resolves its own set once
    the first possible one of every earlier set is made, with the policies of later sets lifted: the
    first ones are enough together.
    """
    bare = _feasibility(problem)
    rest = [limits for _, limits in bare.groups()]
    values: list[list[Group]] = []
    while rest and len(values) < MOST and not is_feasible(_only(bare, rest)):
        kept_values = _filter(bare, rest)
        if not kept_values:
            break
        values.append(kept_values)
        rest = _without(rest, kept_values)
    conflicts = []
    for own in values:
        relaxations = tuple(_relax(bare, [*rest, *own], limits) for limits in own)
        conflicts.append(Conflict(policies=tuple(own), relaxations=relaxations))
        rest += _resolved(own, relaxations)
    return tuple(conflicts)


def _resolved(own: Sequence[Group], relaxations: Sequence[Relaxation]) -> list[Group]:
    """The policies of a conflict with the first possible relaxation made; else none of them."""
    for number, (group, relaxation) in enumerate(zip(own, relaxations, strict=True)):
        if relaxation.enough:
            others = [each for place, each in enumerate(own) if place != number]
            if relaxation.value is None:
                return others
            return [*others, shifted(group, abs(relaxation.value - group[0].value))]
    return []


def _without(groups: Sequence[Group], others: Sequence[Group]) -> list[Group]:
    return [group for group in groups if not any(group is other for other in others)]


def is_feasible(problem: Problem) -> bool:
    """Whether any allocation keeps every limit; what shares alone cannot do is known at once."""
    if problem.size and not _is_feasible_in_shares(problem):
        return False
    return solve(problem, QUICK).shares is not None


def _is_feasible_in_shares(problem: Problem) -> bool:
    """Whether the linear relaxation has an answer; limits on indexes are left out."""
    program = assemble(problem).program.relaxed()
    return Session(program, QUICK).solve().status != "infeasible"


def _feasibility(problem: Problem) -> Problem:
    """The same limits, and nothing to pay for: costs only matter where a limit names them."""
    return replace(
        problem,
        costs=np.zeros(problem.size),
        today=np.zeros(problem.size),
        use_costs=np.zeros(problem.size),
        fixed_costs=(),
        minimums=(),
        curves=(),
    )


def _filter(problem: Problem, groups: Sequence[Group]) -> list[Group]:
    """An irreducible set: of the linear relaxation first, where that is in conflict already."""
    kept_values = list(groups)
    if not _is_feasible_in_shares(_only(problem, kept_values)):
        kept_values = _filtered(problem, kept_values, _is_feasible_in_shares)
    return _filtered(problem, kept_values, is_feasible)


def _filtered(
    problem: Problem, groups: Sequence[Group], test: Callable[[Problem], bool]
) -> list[Group]:
    kept_values = list(groups)
    size = len(kept_values)
    while size >= 1:
        position = 0
        while position < len(kept_values):
            rest = kept_values[:position] + kept_values[position + size :]
            if rest != kept_values and not test(_only(problem, rest)):
                kept_values = rest
            else:
                position += size
        size //= 2
    return kept_values


def _only(problem: Problem, groups: Sequence[Group]) -> Problem:
    return replace(problem, limits=tuple(limit for group in groups for limit in group))


def _relax(problem: Problem, groups: Sequence[Group], group: Group) -> Relaxation:
    """The smallest shift of the policy's value, all others as they are; its limits move together.

    The linear relaxation gives the least shift there can be. Where an allocation exists there, the
    search is over; else the shift is bisected from there.
    """
    others, first = _without(groups, [group]), group[0]
    never = Relaxation(limit=first, value=None, enough=False)
    least = _least_shift(_only(problem, others), group)
    if least is None:
        return never

    def allows(shift: float) -> bool:
        return is_feasible(_only(problem, [*others, shifted(group, shift)]))

    hair = _PRECISION * max(abs(first.value), 1e-3)
    if first.unit != "none" and least > 0 and allows(least + hair):
        return _relaxation(first, least + hair)
    if not is_feasible(_only(problem, others)):
        return never
    if first.unit == "none":
        return replace(never, enough=True)
    low, step = least, max(abs(first.value), 0.01)
    while not allows(least + step):
        low, step = least + step, step * 2
        if step > 1e18:
            return replace(never, enough=True)
    high = least + step
    for _ in range(_BISECTIONS):
        if high - low <= hair:
            break
        middle = (low + high) / 2
        low, high = (low, middle) if allows(middle) else (middle, high)
    return _relaxation(first, high)


def _relaxation(limit: Limit, shift: float) -> Relaxation:
    value = limit.value + limit.relaxed_by * shift
    return Relaxation(limit=limit, value=value, enough=True)


def _least_shift(others: Problem, group: Group) -> float | None:
    """The least shift of a policy's value that the linear relaxation needs beside the others.

    0 where a shift changes coefficients, or the policy has no number; ``None``: no shift is enough.
    """
    moved = tuple((limit, row) for limit in group for row in limit.rows)
    if not moved or any(limit.unit == "none" or row.scaled is not None for limit, row in moved):
        return 0.0
    # What is presolved may rest on the coefficients of these rows, not on a value that moves.
    rowed = [replace(limit, rows=tuple(_lifted(row) for row in limit.rows)) for limit in group]
    assembled = assemble(replace(others, limits=(*others.limits, *rowed)), tangents=moved)
    step = max(abs(group[0].value), 0.01)
    numbers = [number for _, _, number in assembled.limit_rows[-len(moved) :]]
    entries = []
    for limit, row in moved:
        size = float(np.abs(row.fixed).max(initial=0.0)) or 1.0
        entries.append(-limit.relaxed_by * row.bound_scaled * step / size)
    program = assembled.program.relaxed().minimizing(np.array(numbers), np.array(entries))
    answer = Session(program, QUICK).solve()
    if answer.status == "infeasible":
        return None
    return 0.0 if answer.values is None else step * max(float(answer.values[-1]), 0.0)


def shifted(group: Group, by: float) -> Group:
    """The policy relaxed by an amount in the unit of its value; lifted where it has none."""
    return tuple(
        replace(limit, rows=tuple(_lifted(row) for row in limit.rows))
        if limit.unit == "none"
        else replace(limit, value=limit.value + limit.relaxed_by * by)
        for limit in group
    )


def _lifted(row: Row) -> Row:
    return replace(row, bound=float("inf"))
