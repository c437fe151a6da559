"""Optimizing a state: prepare, set aside what cannot move, solve, prove, and try again."""

import numpy as np
from msgspec.structs import replace

from multillm_gov.optimization.conflicts import find_conflicts, is_feasible
from multillm_gov.optimization.highs import Effort
from multillm_gov.optimization.portfolio_problem import portfolio_problem
from multillm_gov.optimization.problem import (
    FallbackNeed,
    Integers,
    Problem,
    Row,
)
from multillm_gov.optimization.problem_inputs import Inputs
from multillm_gov.risk.portfolio_risk import PortfolioRisk
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.workflows.optimization.bills import solve_prepared
from multillm_gov.workflows.optimization.optimum import Blocked, Optimum, ProposalError
from multillm_gov.workflows.optimization.preparing import prepare
from multillm_gov.workflows.optimization.proving import prove


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
                held |= {one.task: "no route keeps every limit of its own" for one in blocked}
                continue
        optimum = solve_prepared(prepared, effort or Effort())
        optimum = replace(optimum, blocked=blocked, dropped=tuple(dropped), stressed_today=today)
        if not optimum.moves:
            return optimum
        proved, refused = prove(optimum, on_files=on_files, most=most)
        if not refused:
            return proved
        today, most = proved.stressed_today, most * 2
        for one in refused:
            held[one.task] = f"its move would break {one.rule}"
            dropped.append((one.task, f"{one.rule} {one.message}"))
    raise ProposalError("the proposal still breaks a rule: " + "; ".join(why for _, why in dropped))


def _blocked(problem: Problem, inputs: Inputs) -> tuple[Blocked, ...]:
    """Task classes whose own floors, caps and refusals leave no route, each with its conflict."""
    held = {one.task for one in inputs.options.held}
    found = []
    for number, name in enumerate(problem.tasks):
        if name in held:
            continue
        alone = of_one_task(problem, number)
        if not is_feasible(alone):
            found += [Blocked(task=name, conflict=one) for one in find_conflicts(alone)]
    return tuple(found)


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
