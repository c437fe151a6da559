"""Optimizing a state: prepare, set aside what cannot move, solve, prove, and try again."""

import numpy as np
from msgspec.structs import replace

from multillm_gov.dimensions import Basis
from multillm_gov.optimization.conflicts import find_conflicts, is_feasible
from multillm_gov.optimization.highs import Effort
from multillm_gov.optimization.portfolio_problem import portfolio_problem
from multillm_gov.optimization.problem import (
    FallbackNeed,
    Floats,
    Integers,
    Problem,
    Row,
    Solution,
)
from multillm_gov.optimization.problem_inputs import Inputs
from multillm_gov.optimization.proposal import moves_of, rounded
from multillm_gov.optimization.solving import cost_of, solve, spend_of
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.workflows.optimization.optimum import Blocked, Optimum, Preparation, ProposalError
from multillm_gov.workflows.optimization.preparing import prepare
from multillm_gov.workflows.optimization.proving import prove

_SPREADS = frozenset({"index", "effective number", "largest"})

_FACTORS = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
"""Bills tried between the least one (0) and today's (1), until one is large enough."""

_PRECISION = 0.001


def optimize_state(
    assessment: Assessment,
    *,
    effort: Effort | None = None,
    public: bool = False,
    on_files: bool = True,
) -> Optimum:
    """Find, prove and return the cheapest allocation.

    Raises:
        ProposalError: an answer that the rule book or the measures contradict.
    """
    held: dict[str, str] = {}
    dropped: list[tuple[str, str]] = []
    blocked: tuple[Blocked, ...] | None = None
    today: PortfolioRisk | None = None
    most = 1
    # Each round leaves a task class as it is, and of a rule on the whole portfolio twice as many as
    # the round before: none is left to move in the end.
    for _ in range(len(assessment.state.figures.tasks) + 2):
        prepared = prepare(assessment, public=public, held=held)
        problem = portfolio_problem(prepared.inputs)
        if blocked is None:
            blocked = _blocked(problem, prepared.inputs)
            if blocked:
                held |= {each.task: "no route keeps every limit of its own" for each in blocked}
                continue
        optimum = solve_prepared(prepared, effort or Effort())
        optimum = replace(optimum, blocked=blocked, dropped=tuple(dropped), stressed_today=today)
        if not optimum.moves:
            return optimum
        proved, refused = prove(optimum, on_files=on_files, most=most)
        if not refused:
            return proved
        today, most = proved.stressed_today, most * 2
        for objection in refused:
            held[objection.task] = f"its move would break {objection.rule}"
            dropped.append((objection.task, f"{objection.rule} {objection.message}"))
    raise ProposalError("the proposal still breaks a rule: " + "; ".join(why for _, why in dropped))


def _blocked(problem: Problem, inputs: Inputs) -> tuple[Blocked, ...]:
    """Task classes whose own floors, caps and refusals leave no route, each with its conflict."""
    held = {each.task for each in inputs.options.held}
    blockeds = []
    for number, name in enumerate(problem.tasks):
        if name in held:
            continue
        alone = of_one_task(problem, number)
        if not is_feasible(alone):
            blockeds += [
                Blocked(task=name, conflict=conflict) for conflict in find_conflicts(alone)
            ]
    return tuple(blockeds)


def of_one_task(problem: Problem, task: int) -> Problem:
    """The problem of one task class, with the limits that concern it alone."""
    own = np.flatnonzero(problem.task_of == task)
    place = np.full(problem.size, -1)
    place[own] = np.arange(len(own))
    limits = []
    for limit in problem.limits:
        rows = [
            replace(row, options=place[row.options])
            for row in (_kept(row, own, unit=limit.unit) for row in limit.rows)
            if row is not None
        ]
        if rows:
            limits.append(replace(limit, rows=tuple(rows)))
    needs = [replace(need, task=0, options=place[need.options]) for need in _of(problem, task)]
    return Problem(
        tasks=(problem.tasks[task],),
        task_of=np.zeros(len(own), dtype=np.int64),
        names=tuple(problem.names[option] for option in own),
        costs=problem.costs[own],
        today=problem.today[own],
        use_costs=problem.use_costs[own],
        limits=tuple(limits),
        fallbacks=tuple(needs),
        min_share=problem.min_share,
        max_models=problem.max_models,
    )


def _of(problem: Problem, task: int) -> list[FallbackNeed]:
    return [need for need in problem.fallbacks if need.task == task]


def _kept(row: Row, own: Integers, *, unit: str) -> Row | None:
    """The row if it is about these options alone; of a list of refused models, its part."""
    inside = np.isin(row.options, own)
    if inside.all():
        return row
    if unit != "none" or not inside.any():
        return None
    return replace(row, options=row.options[inside], fixed=row.fixed[inside])


def solve_prepared(prepared: Preparation, effort: Effort) -> Optimum:
    """Solve; shares of spend are of the least bill there can be.

    Where no allocation keeps them so, larger bills are tried in steps, up to today's: a limit on a
    share of spend is never met by spending more than now.
    """
    inputs = prepared.inputs
    least = solve(_relaxed(portfolio_problem(inputs)), effort)
    shares = inputs.options.shares_today if least.shares is None else least.shares
    problem = conflicting = portfolio_problem(replace(inputs, least_spend=_bill(prepared, shares)))
    solution = solve(problem, effort)
    if solution.shares is None and _spreads_spend(inputs) is not None:
        problem, solution = _with_larger_bill(prepared, shares, effort) or (problem, solution)
    cost = cost_of(problem, problem.today)
    if solution.shares is None:
        return Optimum(
            prepared=prepared,
            problem=conflicting,
            today=cost,
            solution=None,
            conflicts=find_conflicts(conflicting),
        )
    return _rounded(prepared, problem, solution, cost)


def _bill(prepared: Preparation, shares: Floats) -> dict[str, float]:
    """By task class: what shares cost."""
    options = prepared.inputs.options
    costs = np.bincount(
        options.task_of, weights=options.spend_weights * shares, minlength=len(options.tasks)
    )
    return {task.task.name: float(cost) for task, cost in zip(options.tasks, costs, strict=True)}


def _spreads_spend(inputs: Inputs) -> bool | None:
    """Whether an index of spend is limited; ``None``: no limit is on shares of spend at all."""
    kinds = [limit.kind for limit in inputs.declared.entities if limit.basis is Basis.SPEND]
    shares = [kind for kind in kinds if kind != "amount"]
    return any(kind in _SPREADS for kind in shares) if shares else None


def _with_larger_bill(
    prepared: Preparation, shares: Floats, effort: Effort
) -> tuple[Problem, Solution] | None:
    """The smallest bill up to today's of which the shares can be kept; ``None``: there is none.

    Limits on single shares have a row of the bill itself, so today's bill decides at once; limits
    on an index need a bill that is given, which is bisected.
    """
    is_index = bool(_spreads_spend(prepared.inputs))
    low, values = 0.0, None
    factors = list(_FACTORS) if is_index else [1.0]
    while factors:
        factor = factors.pop(0)
        problem = portfolio_problem(_with_bill(prepared, shares, factor, is_index=is_index))
        solution = solve(problem, effort)
        if solution.shares is None:
            low = max(low, factor) if values is None else factor
        else:
            high, values = factor, (problem, solution)
            factors = []
        if values is not None and is_index and high - low > _PRECISION:
            factors = [(low + high) / 2]
    return values


def _with_bill(prepared: Preparation, shares: Floats, factor: float, *, is_index: bool) -> Inputs:
    """Inputs whose shares of spend are of a bill between the least one and today's."""
    low, high = _bill(prepared, shares), _bill(prepared, prepared.inputs.options.shares_today)
    between = {name: low[name] + factor * (high[name] - low[name]) for name in low}
    least = sum(between.values()) * (1 - 1e-9) if is_index else 0.0
    return replace(prepared.inputs, least_spend=between, least_bill=least)


def _rounded(prepared: Preparation, problem: Problem, solution: Solution, today: float) -> Optimum:
    """The optimum as it can be written."""
    shares = rounded(problem, solution.found)
    solution = replace(
        solution, shares=shares, spend=spend_of(problem, shares), cost=cost_of(problem, shares)
    )
    inputs = prepared.inputs
    moves = moves_of(
        prepared.assessment.state, inputs.options, problem, solution, inputs.fallback_candidates
    )
    return Optimum(prepared=prepared, problem=problem, today=today, solution=solution, moves=moves)


def _relaxed(problem: Problem) -> Problem:
    """The linear relaxation of the spend alone: a lower bound of every allocation's bill."""
    limits = tuple(
        limit
        for limit in problem.limits
        if limit.spread is None and not any(row.scaled is not None for row in limit.rows)
    )
    return replace(
        problem,
        limits=limits,
        use_costs=np.zeros(problem.size),
        minimums=(),
        curves=(),
        fallbacks=(),
        fixed_costs=(),
        min_share=0.0,
        max_models=0,
        today=np.zeros(problem.size),
    )
