"""Problems that several tests share: the one worked out by hand, and random ones."""

import numpy as np

from multillm_gov.optimization.problem import Limit, Problem, Row, share_row

TINY_COSTS = np.array([0.010, 0.004, 0.001, 0.030, 0.012, 0.003])
TINY_QUALITY = np.array([0.92, 0.88, 0.80, 0.90, 0.84, 0.70])
TINY_REQUESTS = np.array([1000.0, 1000, 1000, 500, 500, 500])


def floor_limit(name: str, options: np.ndarray, quality: np.ndarray, value: float) -> Limit:
    row = Row(options=options, fixed=-quality[options], bound_scaled=-1.0)
    return Limit(name=name, value=value, unit="score", relaxed_by=-1, rows=(row,))


def tiny(*limits: Limit, whole: bool = False, today: np.ndarray | None = None) -> Problem:
    """Two task classes, three vendors with one model each: method 6.2."""
    floors = (
        floor_limit("floor of T1", np.arange(3), TINY_QUALITY, 0.86),
        floor_limit("floor of T2", np.arange(3, 6), TINY_QUALITY, 0.80),
    )
    return Problem(
        tasks=("T1", "T2"),
        task_of=np.array([0, 0, 0, 1, 1, 1]),
        names=tuple("ABC" * 2),
        costs=TINY_COSTS * TINY_REQUESTS,
        today=np.zeros(6) if today is None else today,
        use_costs=np.zeros(6),
        limits=(*floors, *limits),
        whole=whole,
    )


def request_caps(value: float) -> tuple[Limit, ...]:
    return tuple(
        Limit(
            name=f"share of {vendor}",
            value=value,
            unit="share",
            group="vendor cap",
            rows=(share_row([index, index + 3], TINY_REQUESTS[[index, index + 3]], 1500.0),),
        )
        for index, vendor in enumerate("ABC")
    )


def spend_caps(value: float) -> tuple[Limit, ...]:
    costs = TINY_COSTS * TINY_REQUESTS
    every = np.arange(6)
    return tuple(
        Limit(
            name=f"share of {vendor}",
            value=value,
            unit="share",
            group="vendor cap",
            rows=(
                Row(options=every, fixed=np.where(every % 3 == index, costs, 0.0), scaled=-costs),
            ),
        )
        for index, vendor in enumerate("ABC")
    )


def random_problem(
    seed: int, tasks: int = 4, models: int = 5, *, cap: float | None = 0.6, whole: bool = False
) -> Problem:
    """Every model for every task class, floors that some meet, one vendor for two models."""
    random = np.random.default_rng(seed)
    size = tasks * models
    task_of = np.repeat(np.arange(tasks), models)
    model_of = np.tile(np.arange(models), tasks)
    requests = random.integers(1, 50, tasks) * 1000.0
    unit = random.uniform(0.0005, 0.02, models)[model_of] * random.uniform(0.7, 1.3, size)
    quality = np.clip(0.6 + 8 * unit + random.normal(0, 0.06, size), 0.05, 0.99)
    costs = unit * requests[task_of]
    limits = []
    for task in range(tasks):
        options = np.flatnonzero(task_of == task)
        value = float(np.quantile(quality[options], 0.5))
        limits.append(floor_limit(f"floor of {task}", options, quality, value))
    if cap is not None:
        for vendor in range((models + 1) // 2):
            own = np.flatnonzero(model_of // 2 == vendor)
            row = share_row(own, requests[task_of[own]], float(requests.sum()))
            limits.append(Limit(name=f"vendor {vendor}", value=cap, unit="share", rows=(row,)))
    return Problem(
        tasks=tuple(f"t{task}" for task in range(tasks)),
        task_of=task_of,
        names=tuple(f"m{model}" for model in model_of),
        costs=costs,
        today=np.zeros(size),
        use_costs=np.zeros(size),
        limits=tuple(limits),
        whole=whole,
    )
