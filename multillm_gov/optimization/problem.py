"""An allocation problem as arrays: options, shares, costs and limits (method 6.4).

An *option* is one model for one task class. The variables are the shares of a task class's requests
that its options take; costs are amounts a month in the portfolio's currency, should an option take
all of them.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from multillm_gov.location import Place

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Unit = Literal["share", "money", "score", "index", "number", "rate", "none"]
"""What a limit's value is: ``none`` where there is no number to relax (a list of models)."""


class Row(Struct, frozen=True, kw_only=True, eq=False):
    """One inequality: sum of (fixed + v * scaled) * share <= bound + v * bound_scaled.

    ``v`` is the value of the limit that the row belongs to.
    """

    options: Integers
    fixed: Floats
    scaled: Floats | None = None
    """``None``: the coefficients do not depend on the limit's value."""
    bound: float = 0.0
    bound_scaled: float = 0.0

    def coefficients(self, value: float) -> Floats:
        """The coefficients at a value of the limit."""
        return self.fixed if self.scaled is None else self.fixed + value * self.scaled

    def at_most(self, value: float) -> float:
        """The right side at a value of the limit."""
        return self.bound + value * self.bound_scaled


class Spread(Struct, frozen=True, kw_only=True, eq=False):
    """Weights of options by entity, for limits on an index or on the largest together.

    Share of entity e: ``(weights @ shares)[e] / total``.
    """

    weights: Floats
    """Entities x options."""
    total: float
    common: Floats
    """Entities x entities: 1 where two units of them count as the same (the identity, but for
    countries that share a law)."""
    largest: int = 0
    """0: the index sum of s' C s is limited; n: the sum of the n largest shares."""

    def measure(self, shares: Floats) -> float:
        """The index (0..1) or the sum of the largest, at an allocation."""
        part = self.weights @ shares / self.total
        if self.largest:
            return float(np.sort(part)[::-1][: self.largest].sum())
        return float(part @ self.common @ part)

    def cut(self, shares: Floats) -> Row:
        """The tangent at an allocation: a linear limit that every allowed allocation keeps."""
        part = self.weights @ shares / self.total
        if self.largest:
            slope = np.zeros(len(part))
            slope[np.argsort(-part, kind="stable")[: self.largest]] = 1.0
            offset = 0.0
        else:
            slope = 2.0 * (self.common @ part)
            offset = float(part @ self.common @ part)
        coefficients = slope @ self.weights / self.total
        used = np.flatnonzero(coefficients)
        return Row(options=used, fixed=coefficients[used], bound=offset, bound_scaled=1.0)


class Limit(Struct, frozen=True, kw_only=True, eq=False):
    """One policy, floor, cap or fact that an allocation must keep."""

    name: str
    """Name of the policy, or what stands for it (``quality floor of `triage```)."""
    parameter: str = ""
    """The key that holds the value: ``max_share``."""
    place: Place | None = None
    value: float = 0.0
    unit: Unit = "none"
    relaxed_by: Literal[1, -1] = 1
    """Whether a larger (1) or a smaller value (-1) allows more."""
    rows: tuple[Row, ...] = ()
    spread: Spread | None = None
    text: str = ""
    """What it requires, as a clause."""
    group: str = ""
    """Limits of one group are one policy: they are dropped and named together."""

    @property
    def key(self) -> str:
        """What names the policy once, however many limits it sets."""
        return self.group or f"{self.name} {self.parameter}".strip()


class FixedCost(Struct, frozen=True, kw_only=True, eq=False):
    """An amount a month that is paid once as soon as any of some options is used."""

    name: str
    options: Integers
    amount: float


class Minimum(Struct, frozen=True, kw_only=True, eq=False):
    """A contract's minimum a month: what is spent less on its options is paid all the same."""

    name: str
    options: Integers
    spend: Floats
    """Spend under the contract a month, should the option take all requests of its task class."""
    amount: float
    owed: bool
    """Whether it is owed in any case, or only once one of the options is used."""


class FallbackNeed(Struct, frozen=True, kw_only=True, eq=False):
    """One task class needs a fallback that shares nothing with any model it routes to."""

    task: int
    options: Integers
    """The task class's options."""
    conflicts: np.ndarray[Any, np.dtype[np.bool_]]
    """Options x candidates for the fallback: whether the two share an entity."""
    costs: Floats
    """Of each candidate, a month: to prefer those already there."""


class Problem(Struct, frozen=True, kw_only=True, eq=False):
    """What is to be allocated, for how much, within which limits."""

    tasks: tuple[str, ...]
    task_of: Integers
    """By option: its task class."""
    names: tuple[str, ...]
    """By option: its model."""
    costs: Floats
    """By option: spend a month, should it take all requests of its task class."""
    today: Floats
    """By option: its share now, 0..1."""
    use_costs: Floats
    """By option: what its use adds a month whatever its share (a move's cost, spread)."""
    limits: tuple[Limit, ...] = ()
    standing_cost: float = 0.0
    """Paid a month whatever the shares are: hosting of fallbacks."""
    fixed_costs: tuple[FixedCost, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    fallbacks: tuple[FallbackNeed, ...] = ()
    curves: tuple["Curve", ...] = ()
    whole: bool = False
    """Whether every task class goes to one model."""
    min_share: float = 0.0
    """Smallest share of a model that is used at all."""
    max_models: int = 0
    """Most models of one task class; 0: any number."""
    fixed_shares: Floats | None = None
    """By option: a share that is settled, ``nan`` where it is not."""

    @property
    def size(self) -> int:
        """Number of options."""
        return len(self.task_of)

    def groups(self) -> tuple[tuple[str, tuple[Limit, ...]], ...]:
        """The limits by policy, in order."""
        limits_by_name: dict[str, list[Limit]] = {}
        for limit in self.limits:
            limits_by_name.setdefault(limit.key, []).append(limit)
        return tuple((key, tuple(limits)) for key, limits in limits_by_name.items())


class Curve(Struct, frozen=True, kw_only=True, eq=False):
    """An extra cost of one option that bends with its share: prompt-cache hits lost by splitting.

    Piecewise linear between the knots, exact at each of them.
    """

    option: int
    knots: tuple[float, ...]
    """Shares, ascending, the first 0 and the last 1."""
    costs: tuple[float, ...]
    """Amount a month at each knot."""

    def at(self, share: float) -> float:
        """The cost at a share."""
        return float(np.interp(share, self.knots, self.costs))


class Solution(Struct, frozen=True, kw_only=True, eq=False):
    """What the solver found; ``shares`` is ``None`` where no allocation keeps every limit."""

    status: Literal["optimal", "within gap", "infeasible", "time limit"]
    shares: Floats | None
    spend: float = 0.0
    """Tokens and fixed costs a month, without what moving and splitting costs."""
    cost: float = 0.0
    """Everything that was minimized, a month."""
    gap: float = 0.0
    """Proven distance to the best possible, as a part of the cost (0..1)."""
    seconds: float = 0.0
    chosen_fallbacks: tuple[tuple[int, int], ...] = ()
    """Task class and position of the fallback candidate chosen."""
    cuts: int = 0
    """Tangents that the limits on indexes took."""

    @property
    def found(self) -> Floats:
        """The shares.

        Raises:
            ValueError: there are none.
        """
        if self.shares is None:
            raise ValueError("no allocation was found")
        return self.shares


def options_of(problem: Problem) -> tuple[Integers, ...]:
    """By task class: its options."""
    order = np.argsort(problem.task_of, kind="stable")
    counts = np.bincount(problem.task_of, minlength=len(problem.tasks))
    return tuple(np.split(order, np.cumsum(counts)[:-1]))


def share_row(options: Sequence[int] | Integers, weights: Floats, total: float) -> Row:
    """A limit on a share: weight of the options <= v * total."""
    return Row(options=np.asarray(options, dtype=np.int64), fixed=weights, bound_scaled=total)
