"""From a problem to a linear program: columns for shares, use, fixed costs, contracts, splits."""

import numpy as np
from msgspec import Struct

from multillm_gov.optimization.arrays import Builder, Program
from multillm_gov.optimization.presolve import dominated, tighten
from multillm_gov.optimization.problem import Floats, Integers, Limit, Problem, Row

SCALE = 10_000.0
"""Costs are scaled so that the cheapest month costs this much: the solver's tolerances are absolute
(1e-7), in which unit prices would vanish."""
TIE = 1e-6
"""What keeping today's share of a task class is worth, as a part of its cost: it decides ties."""


class Assembled(Struct, frozen=True, kw_only=True):
    """A program, and where things stand in it."""

    program: Program
    scale: float
    """Costs in the program per unit of the currency."""
    uses: Integers
    """By option: the column that says whether it is used (the share's own where none is needed)."""
    fallbacks: tuple[Integers, ...]
    """By fallback need: the columns of its candidates."""
    limit_rows: tuple[tuple[Limit, Row, int], ...]
    """Every limit's rows, by number."""


def assemble(problem: Problem, *, tangents: tuple[tuple[Limit, Row], ...] = ()) -> Assembled:
    """Build the program of a problem; ``tangents`` are the cuts of its limits on indexes."""
    return _Assembly(problem).build(tangents)


def scale_of(problem: Problem) -> float:
    """What turns amounts into the program's units."""
    least = np.full(len(problem.tasks), np.inf)
    np.minimum.at(least, problem.task_of, problem.costs)
    total = float(least[np.isfinite(least)].sum())
    if total <= 0:
        total = float(problem.costs.sum())
    return SCALE / total if total > 0 else 1.0


class _Assembly:
    """The builder's state while one problem is assembled."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._builder = Builder()
        self._scale = scale_of(problem)
        settled = problem.fixed_shares
        free = np.ones(problem.size, dtype=bool) if settled is None else np.isnan(settled)
        held = np.zeros(problem.size) if settled is None else np.nan_to_num(settled)
        most = np.where(dominated(problem), 0.0, 1.0)
        self._lower, self._upper = np.where(free, 0.0, held), np.where(free, most, held)
        self._free = free

    def build(self, tangents: tuple[tuple[Limit, Row], ...]) -> Assembled:
        problem, builder = self._problem, self._builder
        shares = builder.add_columns(
            problem.costs * self._scale + self._ties(),
            self._upper,
            lower=self._lower,
            whole=problem.whole,
        )
        builder.add_sums(problem.task_of, len(problem.tasks), shares, 1.0)
        builder.bound(np.arange(len(problem.tasks)), lower=1.0, upper=1.0)
        uses = self._uses(shares)
        self._overlaps(shares)
        self._fixed_costs(uses)
        self._minimums(shares, uses)
        self._curves(shares)
        fallbacks = self._fallbacks(uses)
        rows = self._limits(tangents)
        return Assembled(
            program=builder.finish(),
            scale=self._scale,
            uses=uses,
            fallbacks=fallbacks,
            limit_rows=rows,
        )

    def _ties(self) -> Floats:
        """A bonus on shares that one model has in full today; `_overlaps` has the split ones."""
        return np.where(self._problem.today >= 1.0, -self._bonus(), 0.0)

    def _bonus(self) -> Floats:
        return TIE * (1.0 + self._problem.costs * self._scale)

    def _overlaps(self, shares: Integers) -> None:
        today = self._problem.today
        split = np.flatnonzero((today > 0) & (today < 1))
        if len(split):
            values = self._builder.add_columns(-self._bonus()[split], today[split], whole=False)
            self._builder.add_rows([(values, 1.0), (shares[split], -1.0)], 0.0)

    def _uses(self, shares: Integers) -> Integers:
        problem, builder = self._problem, self._builder
        if problem.whole:
            if np.any(problem.use_costs):
                extra = builder.add_columns(problem.use_costs * self._scale, 1.0, whole=False)
                builder.add_rows([(shares, 1.0), (extra, -1.0)], 0.0)
            return shares
        if not self._needs_uses():
            return shares
        settled = ~self._free
        uses = builder.add_columns(
            problem.use_costs * self._scale,
            np.where(settled, np.ceil(self._upper), 1.0),
            whole=True,
        )
        bounds = tighten(problem)
        builder.add_rows([(shares, 1.0), (uses, -np.maximum(bounds.largest, self._lower))], 0.0)
        for group in bounds.needed:
            builder.add_row(uses[group], -np.ones(len(group)), -1.0)
        if problem.min_share > 0:
            free = np.flatnonzero(self._free)
            if len(free):
                builder.add_rows([(uses[free], problem.min_share), (shares[free], -1.0)], 0.0)
        if problem.max_models > 0:
            builder.add_sums(problem.task_of, len(problem.tasks), uses, 1.0)
            builder.bound(np.arange(len(problem.tasks)), upper=self._most_models())
        return uses

    def _needs_uses(self) -> bool:
        """Whether something is paid, counted or bounded by whether an option is used at all."""
        problem = self._problem
        return (
            problem.min_share > 0
            or problem.max_models > 0
            or bool(problem.fallbacks)
            or bool(np.any(problem.use_costs))
        )

    def _most_models(self) -> float:
        """The limit on models per task class; settled splits may have more."""
        settled = np.bincount(
            self._problem.task_of[~self._free & (self._upper > 0)],
            minlength=len(self._problem.tasks),
        )
        return float(max(self._problem.max_models, int(settled.max(initial=0))))

    def _fixed_costs(self, uses: Integers) -> None:
        for fixed in self._problem.fixed_costs:
            paid = self._builder.add_columns(
                np.array([fixed.amount * self._scale]), 1.0, whole=True
            )
            options = uses[fixed.options]
            self._builder.add_rows([(options, 1.0), (np.repeat(paid, len(options)), -1.0)], 0.0)

    def _minimums(self, shares: Integers, uses: Integers) -> None:
        """Shortfall = amount (if used) - spend, at least 0, paid on top."""
        for minimum in self._problem.minimums:
            amount = minimum.amount * self._scale
            short = self._builder.add_columns(np.array([1.0]), max(amount, 0.0), whole=False)
            columns = [shares[minimum.options], short]
            values = [-minimum.spend * self._scale, np.array([-1.0])]
            if minimum.owed:
                self._builder.add_row(np.concatenate(columns), np.concatenate(values), -amount)
                continue
            used = self._builder.add_columns(np.array([0.0]), 1.0, whole=True)
            options = uses[minimum.options]
            self._builder.add_rows([(options, 1.0), (np.repeat(used, len(options)), -1.0)], 0.0)
            columns.append(used)
            values.append(np.array([amount]))
            self._builder.add_row(np.concatenate(columns), np.concatenate(values), 0.0)

    def _curves(self, shares: Integers) -> None:
        """Multiple choice: one segment of the curve holds the share (Croxton et al., 2003)."""
        for curve in self._problem.curves:
            knots, costs = np.array(curve.knots), np.array(curve.costs) * self._scale
            slopes = np.diff(costs) / np.diff(knots)
            starts = costs[:-1] - slopes * knots[:-1]
            parts = self._builder.add_columns(slopes, 1.0, whole=False)
            chosen = self._builder.add_columns(starts, 1.0, whole=True)
            self._builder.add_rows([(parts, 1.0), (chosen, -knots[1:])], 0.0)
            self._builder.add_rows([(parts, -1.0), (chosen, knots[:-1])], 0.0)
            columns = np.append(parts, shares[curve.option])
            values = np.append(np.ones(len(parts)), -1.0)
            self._builder.add_row(columns, values, 0.0, lower=0.0)
            self._builder.add_row(chosen, np.ones(len(chosen)), 1.0)

    def _fallbacks(self, uses: Integers) -> tuple[Integers, ...]:
        """One fallback is chosen, and no model is used that shares anything with it."""
        valueses = []
        for need in self._problem.fallbacks:
            columns = self._builder.add_columns(need.costs * self._scale, 1.0, whole=False)
            self._builder.add_row(columns, np.ones(len(columns)), 1.0, lower=1.0)
            for position, option in enumerate(need.options):
                shared = columns[need.conflicts[position]]
                if len(shared):
                    row = np.append(shared, uses[option])
                    self._builder.add_row(row, np.ones(len(row)), 1.0)
            valueses.append(columns)
        return tuple(valueses)

    def _limits(
        self, tangents: tuple[tuple[Limit, Row], ...]
    ) -> tuple[tuple[Limit, Row, int], ...]:
        """Every row divided by its largest coefficient: tolerances are absolute."""
        limits = []
        rows = [(limit, row) for limit in self._problem.limits for row in limit.rows]
        for limit, row in (*rows, *tangents):
            values, bound = row.coefficients(limit.value), row.at_most(limit.value)
            size = float(np.abs(values).max(initial=0.0)) or 1.0
            number = self._builder.add_row(row.options, values / size, bound / size)
            limits.append((limit, row, number))
        return tuple(limits)
