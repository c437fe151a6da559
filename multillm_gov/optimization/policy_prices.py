"""What each limit costs: the month with it and without it, and what a little more room is worth."""

from time import monotonic

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.optimization.conflicts import Group, shifted
from multillm_gov.optimization.highs import Effort
from multillm_gov.optimization.problem import Floats, Limit, Problem, Solution
from multillm_gov.optimization.solving import solve

POINT = 0.01
MOST_TRIED = 60
"""Limits up to which every one is dropped on trial; beyond them only those that are tight."""
_TIGHT = 0.002
"""Slack, as a part of the right side, within which a limit may be binding."""
_MATTERS = 1e-5
"""Smallest part of the cost that counts as a price."""


class PolicyPrice(Struct, frozen=True, kw_only=True):
    """One binding limit; amounts a month."""

    limit: Limit
    """The first of the policy's limits: its name, place and value."""
    cost_with: float
    cost_without: float
    step: float
    """One point of a share or score, or 1% of an amount."""
    saving_per_step: float | None
    """What relaxing it by one step saves; ``None``: it has no number."""
    relaxed_value: float | None
    """Ten steps on."""
    cost_relaxed: float | None
    without: Floats
    """The shares without the limit."""

    @property
    def price(self) -> float:
        """What the limit adds to the bill."""
        return self.cost_with - self.cost_without


def policy_prices(
    problem: Problem, solution: Solution, *, effort: Effort | None = None, seconds: float = 30.0
) -> tuple[PolicyPrice, ...]:
    """The price of every binding limit, dearest first.

    Args:
        problem: As solved.
        solution: Its answer.
        effort: Of each solution.
        seconds: After which no further limit is tried.
    """
    start, prices = monotonic(), []
    base = solve(problem, effort or Effort()).cost
    groups = [limits for _, limits in problem.groups()]
    if len(groups) > MOST_TRIED:
        groups = [group for group in groups if _is_tight(group, solution.found)]
    for group in groups:
        if monotonic() - start > seconds:
            break
        price = _price(problem, group, base, effort or Effort())
        if price is not None:
            prices.append(price)
    return tuple(
        sorted(prices, key=lambda policy_price: (-policy_price.price, policy_price.limit.key))
    )


def _price(problem: Problem, group: Group, base: float, effort: Effort) -> PolicyPrice | None:
    without = solve(_swapped(problem, group, ()), effort)
    if without.shares is None or base - without.cost <= _MATTERS * max(base, 1e-9):
        return None
    first = group[0]
    step = abs(first.value) * POINT if first.unit == "money" else POINT
    values = [
        None
        if first.unit == "none"
        else solve(_swapped(problem, group, shifted(group, by)), effort)
        for by in (step, 10 * step)
    ]
    near, far = values
    return PolicyPrice(
        limit=first,
        cost_with=base,
        cost_without=without.cost,
        step=step,
        saving_per_step=None if near is None or near.shares is None else base - near.cost,
        relaxed_value=None if far is None else first.value + first.relaxed_by * 10 * step,
        cost_relaxed=None if far is None or far.shares is None else far.cost,
        without=without.shares,
    )


def _swapped(problem: Problem, group: Group, instead: Group) -> Problem:
    limits = [limit for limit in problem.limits if limit not in group]
    return replace(problem, limits=(*limits, *instead))


def _is_tight(group: Group, shares: Floats) -> bool:
    for limit in group:
        if limit.spread is not None or limit.unit == "none":
            return True
        for row in limit.rows:
            used = float(row.coefficients(limit.value) @ shares[row.options])
            most = row.at_most(limit.value)
            if most - used <= _TIGHT * max(abs(most), abs(used), 1e-9):
                return True
    return bool(np.any([limit.unit == "none" for limit in group]))
