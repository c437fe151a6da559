"""A plan, not a jump: the best single move, the best three, the whole, by saving per effort."""

from collections.abc import Sequence
from math import ceil

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.measures.intervals import cases_to_see
from multillm_gov.optimization.candidates import Candidate
from multillm_gov.optimization.highs import Effort
from multillm_gov.optimization.options import OptionSet
from multillm_gov.optimization.problem import Floats, Problem, Solution
from multillm_gov.optimization.solving import cost_of, solve

MOST_TRIED = 12
"""Task classes tried alone, largest part of the whole saving first."""
FEW = 3
ASSUMED = "assumed"
"""Source of results that a call assumes: none of their cases was scored."""
DIFFERENCE = 0.05
"""The difference in accepted share that matters (method 7)."""


class Stage(Struct, frozen=True, kw_only=True):
    """One pull request."""

    tasks: tuple[str, ...]
    """The task classes that it changes, in the order of saving per effort."""
    solution: Solution
    saving: float
    """Against today, a month, moves and lost cache hits counted."""


class Measurement(Struct, frozen=True, kw_only=True):
    """What must be measured before a model takes requests of a task class."""

    task: str
    model: str
    cases: int
    """Cases on which both models must be scored to see the difference that matters."""
    measured: int
    """Cases that its result has."""
    public: bool

    @property
    def missing(self) -> int:
        """Cases still to be scored."""
        return self.cases if self.public else max(self.cases - self.measured, 0)


def stages(problem: Problem, whole: Solution, effort: Effort | None = None) -> tuple[Stage, ...]:
    """The best single move, the best three and the whole; equal ones once, empty ones never.

    A stage's other task classes stay exactly as they are, so each stage keeps every limit by
    itself. Where today's allocation breaks one that no single move mends, only the whole is left.
    """
    today = cost_of(problem, problem.today)
    changed = _changed(problem, whole.found)
    gains = _gains(problem, whole.found, changed)
    tried = sorted(changed, key=lambda task: (-gains[task], problem.tasks[task]))[:MOST_TRIED]
    chosen: list[int] = []
    matching_stages: list[Stage] = []
    for size in range(1, min(FEW, len(changed)) + 1):
        best = _best_with(problem, chosen, tried, effort or Effort(), today)
        if best is None:
            break
        chosen.append(best[0])
        if size in {1, FEW}:
            matching_stages.append(_stage(problem, chosen, best[1], today))
    last = _stage(problem, changed, whole, today)
    if matching_stages and set(matching_stages[-1].tasks) == set(last.tasks):
        matching_stages.pop()
    return (*matching_stages, last) if changed else ()


def _stage(problem: Problem, tasks: Sequence[int], solution: Solution, today: float) -> Stage:
    return Stage(
        tasks=tuple(problem.tasks[task] for task in tasks),
        solution=solution,
        saving=today - solution.cost,
    )


def _changed(problem: Problem, shares: Floats) -> list[int]:
    moved = np.abs(shares - problem.today) > 5e-5
    return sorted({int(task) for task in problem.task_of[moved]})


def _gains(problem: Problem, shares: Floats, tasks: Sequence[int]) -> dict[int, float]:
    """What each task class's part of the whole saves, without what is shared."""
    change = problem.costs * (problem.today - shares)
    totals = np.bincount(problem.task_of, weights=change, minlength=len(problem.tasks))
    return {task: float(totals[task]) for task in tasks}


def _best_with(
    problem: Problem, chosen: Sequence[int], tried: Sequence[int], effort: Effort, today: float
) -> tuple[int, Solution] | None:
    """The task class that, moved with those already chosen, saves most per effort."""
    best: tuple[float, int, Solution] | None = None
    for task in tried:
        if task in chosen:
            continue
        solution = solve(only(problem, [*chosen, task]), effort)
        if solution.shares is None:
            continue
        saving = today - cost_of(problem, solution.shares)
        worth = saving / _effort(problem, solution.shares)
        if saving > 1e-6 * max(today, 1e-9) and (best is None or worth > best[0] + 1e-12):
            best = worth, task, replace(solution, cost=cost_of(problem, solution.shares))
    return None if best is None else (best[1], best[2])


def _effort(problem: Problem, shares: Floats) -> float:
    """Moves to be evaluated and migrated: what they cost, or how many they are."""
    new = (shares > 1e-9) & (problem.today <= 0)
    cost = float(problem.use_costs @ new)
    return cost if cost > 0 else float(max(int(new.sum()), 1))


def only(problem: Problem, tasks: Sequence[int]) -> Problem:
    """The problem in which just some task classes may change."""
    settled = (
        np.full(problem.size, np.nan) if problem.fixed_shares is None else problem.fixed_shares
    )
    others = ~np.isin(problem.task_of, np.asarray(tasks, dtype=np.int64))
    return replace(problem, fixed_shares=np.where(others, problem.today, settled))


def to_measure(options: OptionSet, models: Sequence[tuple[str, str]]) -> tuple[Measurement, ...]:
    """For each task class and new model: how many cases show the difference that matters."""
    by_key = {
        (option.task.task.name, option.candidate.model): option.candidate
        for option in options.options
    }
    measurements = []
    for task, model in models:
        candidate = by_key[task, model]
        record = candidate.record
        measurements.append(
            Measurement(
                task=task,
                model=model,
                cases=_cases(candidate),
                measured=0 if record is None or record.source == ASSUMED else record.sample_size,
                public=candidate.public,
            )
        )
    return tuple(measurements)


def _cases(candidate: Candidate) -> int:
    share = float(candidate.record.score) if candidate.record is not None else 0.9
    return ceil(cases_to_see(max(share, DIFFERENCE), DIFFERENCE) - 1e-9)
