"""A table as an allocation problem: floors per task class or on the mean, caps by vendor."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec.structs import replace

from multillm_gov.optimization.claim.scores import Scores
from multillm_gov.optimization.problem import Floats, Limit, Problem, Row

Basis = Literal["requests", "spend"]


def table_problem(scores: Scores, *, held_out: bool = True) -> Problem:
    """The options of one part of a table, without any limit.

    Args:
        scores: The table.
        held_out: Take the part that scores; else the one that selects.
    """
    accuracy = scores.scored if held_out else scores.chosen
    costs = scores.scored_costs if held_out else scores.chosen_costs
    tasks, models = np.nonzero(~np.isnan(accuracy))
    return Problem(
        tasks=scores.tasks,
        task_of=tasks.astype(np.int64),
        names=tuple(scores.models[model] for model in models),
        costs=costs[tasks, models] * scores.requests[tasks],
        today=np.zeros(len(tasks)),
        use_costs=np.zeros(len(tasks)),
    )


def accuracies(scores: Scores, problem: Problem, *, held_out: bool = True) -> Floats:
    """By option of `table_problem`."""
    matrix = scores.scored if held_out else scores.chosen
    columns = np.array([scores.models.index(name) for name in problem.names])
    return np.asarray(matrix[problem.task_of, columns])


def class_floors(problem: Problem, accuracy: Floats, floors: Floats) -> tuple[Limit, ...]:
    """The mean accuracy of each task class is at least its floor."""
    limits = []
    for task, name in enumerate(problem.tasks):
        options = np.flatnonzero(problem.task_of == task)
        row = Row(options=options, fixed=-accuracy[options], bound_scaled=-1.0)
        limits.append(
            Limit(
                name=f"quality floor of {name}",
                value=float(floors[task]),
                unit="score",
                relaxed_by=-1,
                rows=(row,),
            )
        )
    return tuple(limits)


def mean_floor(problem: Problem, accuracy: Floats, requests: Floats, floor: float) -> Limit:
    """The mean accuracy over all task classes, weighted by requests, is at least a floor."""
    weights = requests[problem.task_of] / requests.sum()
    row = Row(options=np.arange(problem.size), fixed=-accuracy * weights, bound_scaled=-1.0)
    return Limit(name="mean quality", value=floor, unit="score", relaxed_by=-1, rows=(row,))


def vendor_caps(problem: Problem, scores: Scores, cap: float, basis: Basis) -> tuple[Limit, ...]:
    """No vendor has more than a share of the requests, or of the spend, of the allocation."""
    by_model = dict(zip(scores.models, scores.vendors, strict=True))
    vendors = np.array([by_model[name] for name in problem.names])
    every = np.arange(problem.size)
    weights = scores.requests[problem.task_of] if basis == "requests" else problem.costs
    limits = []
    for vendor in sorted(set(vendors)):
        own = np.where(vendors == vendor, weights, 0.0)
        row = (
            Row(options=every, fixed=own, bound_scaled=float(scores.requests.sum()))
            if basis == "requests"
            else Row(options=every, fixed=own, scaled=-weights)
        )
        limits.append(
            Limit(
                name=f"share of {vendor}",
                value=cap,
                unit="share",
                rows=(row,),
                group=f"vendor share of {basis}",
            )
        )
    return tuple(limits)


def limited(problem: Problem, limits: Sequence[Limit]) -> Problem:
    """The problem with further limits."""
    return replace(problem, limits=(*problem.limits, *limits))
