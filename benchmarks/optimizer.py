"""Solve portfolios of 200 and 1,000 task classes over 40 models, as one process; figures as JSON.

Usage: ``python optimizer.py solve|mixed|raw|frontier|large``, run by `benchmarks.parts`. ``mixed``
lets models below a floor be mixed in; ``raw`` hands the same arrays to HiGHS alone: the peer of
``solve``.
"""

import json
import resource
import sys
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multillm_gov.optimization.problem import Problem

MODELS, VENDORS, CLOUDS, LAWS = 40, 8, 3, 4
GAP, LARGE_GAP = 1e-3, 1e-2
POINTS = 20


def instance(task_classes: int, seed: int = 1, *, refused: bool = True) -> "Problem":
    """Volumes over three powers of ten, prices over two and a half, better models dearer.

    Models below a class's floor are refused, as the rule book does, or may be mixed in; what is
    left proves two points less than it scored. No vendor above 25%, cloud above 50% or jurisdiction
    above 45%.
    """
    import numpy as np

    from multillm_gov.optimization.problem import Limit, Problem, Row, share_row

    random = np.random.default_rng(seed)
    size = task_classes * MODELS
    task_of = np.repeat(np.arange(task_classes), MODELS)
    model_of = np.tile(np.arange(MODELS), task_classes)
    requests = np.round(10 ** random.uniform(3, 6, task_classes))
    unit = 10 ** random.uniform(-4, -1.5, MODELS)
    noise = random.normal(0, 0.05, size)
    quality = np.clip(0.72 + 0.07 * (np.log10(unit)[model_of] + 3) + noise, 0.05, 0.99)
    costs = unit[model_of] * random.lognormal(0, 0.3, size) * requests[task_of]
    limits = []
    for task in range(task_classes):
        own = np.arange(task * MODELS, (task + 1) * MODELS)
        floor = float(np.quantile(quality[own], 0.6))
        name = f"floor {task}"
        proved = Row(options=own, fixed=0.02 - quality[own], bound_scaled=-1.0)
        limits.append(
            Limit(name=name, group=name, value=floor, unit="score", relaxed_by=-1, rows=(proved,))
        )
        below = own[quality[own] < floor]
        if refused:
            none = Row(options=below, fixed=np.ones(len(below)))
            limits.append(Limit(name=name, group=name, unit="none", rows=(none,)))
    weights, total = requests[task_of], float(requests.sum())
    for level, count, cap in (
        ("vendor", VENDORS, 0.25),
        ("cloud", CLOUDS, 0.5),
        ("jurisdiction", LAWS, 0.45),
    ):
        of_model = model_of % VENDORS % count if level == "jurisdiction" else model_of % count
        for entity in range(count):
            members = np.flatnonzero(of_model == entity)
            row = share_row(members, weights[members], total)
            limits.append(Limit(name=level, group=level, value=cap, unit="share", rows=(row,)))
    today = np.zeros(size)
    today[np.arange(task_classes) * MODELS + random.integers(0, MODELS, task_classes)] = 1.0
    return Problem(
        tasks=tuple(f"t{task}" for task in range(task_classes)),
        task_of=task_of,
        names=tuple(f"m{model}" for model in model_of),
        costs=costs,
        today=today,
        use_costs=np.zeros(size),
        limits=tuple(limits),
        min_share=0.05,
        max_models=3,
    )


def main(what: str) -> dict[str, float]:
    """Seconds, gap and memory of one measurement."""
    import numpy as np

    from multillm_gov.optimization.assembly import assemble
    from multillm_gov.optimization.frontier import frontier
    from multillm_gov.optimization.highs import Effort, Session
    from multillm_gov.optimization.solving import solve

    problem = instance(1_000 if what == "large" else 200, refused=what != "mixed")
    effort = Effort(seconds=120.0, gap=LARGE_GAP if what == "large" else GAP)
    gap = 0.0
    if what == "raw":
        program = assemble(problem).program
        start = perf_counter()
        gap = Session(program, effort).solve().gap
    elif what == "frontier":
        start = perf_counter()
        quality = -np.concatenate([limit.rows[0].fixed for limit in problem.limits[:400:2]])
        weights = np.bincount(problem.task_of, minlength=200)
        traced = frontier(
            problem, "quality", [quality / weights.sum() * MODELS], points=POINTS, effort=effort
        )
        assert traced is not None
    else:
        start = perf_counter()
        gap = solve(problem, effort).gap
    seconds = perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "gap": gap, "mib": memory}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
