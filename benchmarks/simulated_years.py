"""Simulate 100,000 years of 200 task classes over 40 components, or only draw as many normal numbers as that takes.

Usage: ``python simulated_years.py simulate|draw``, run as a whole process of its own by
`benchmarks.run`.
"""  # noqa: E501

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multillm_gov.risk.simulation.cost_lines import CostLines
    from multillm_gov.risk.system.system import System

YEARS, TASK_CLASSES, DEPLOYMENTS = 100_000, 200, 18
VENDORS, CLOUDS, PROVIDERS = 6, 5, 9
OUTAGES_A_YEAR = 275
"""Of all components together, as the system below has them: priors of method 9, some deployments worse."""  # noqa: E501


def system() -> "System":
    from multillm_gov.risk.system.system import Chain, Component, Hop, System, TaskSystem

    components = [
        Component(kind="everything", name="all", unavailability=0.00006),
        Component(kind="gateway", name="gateway", unavailability=0.0005, mean_hours=1.0),
        *(Component(kind="vendor", name=f"v{n}", unavailability=0.0013) for n in range(VENDORS)),
        *(
            Component(kind="cloud", name=f"c{n}", unavailability=0.0005, mean_hours=3.0)
            for n in range(CLOUDS)
        ),
        *(
            Component(kind="provider", name=f"p{n}", unavailability=0.0013)
            for n in range(PROVIDERS)
        ),
        *(
            Component(kind="deployment", name=f"d{n}", unavailability=0.0003 + 0.001 * (n % 3))
            for n in range(18)
        ),
    ]

    def hop(deployment: int, index: int) -> Hop:
        first = 2 + VENDORS
        shared = {0, 1, 2 + deployment % VENDORS, first + deployment % CLOUDS}
        served = {first + CLOUDS + deployment % PROVIDERS, first + CLOUDS + PROVIDERS + deployment}
        return Hop(model=f"m{deployment}", index=index, components=frozenset(shared | served))

    def chain(task: int, share: float, first: int) -> Chain:
        deployments = [(first + task * stride) % DEPLOYMENTS for stride in (1, 5, 7)]
        return Chain(
            share=share,
            hops=tuple(hop(one, index) for index, one in enumerate(dict.fromkeys(deployments))),
        )

    tasks = tuple(
        TaskSystem(
            name=f"task-{n}",
            chains=(chain(n, 0.6, n // 7), chain(n, 0.4, 3 + n // 5)),
            coverage=(0.0, 0.5, 0.9)[n % 3],
            coverage_origin="assumed",
            value_per_hour=100.0 + n,
            requests_per_hour=1_000.0,
        )
        for n in range(TASK_CLASSES)
    )
    return System(components=tuple(components), tasks=tasks)


def costs() -> "CostLines":
    from multillm_gov.risk.simulation.cost_lines import CostLine, CostLines, TaskCost

    def line(task: int, leg: int) -> CostLine:
        model = (7 * task + leg) % DEPLOYMENTS
        return CostLine(
            vendor=f"v{model % VENDORS}",
            model=f"m{model}",
            per_year=1_000.0 + task,
            retires_after=None if model % 2 else 0.4,
            successor_factor=1.2,
        )

    tasks = tuple(
        TaskCost(
            name=f"task-{n}", lines=(line(n, 0), line(n, 1)), fixed_per_year=0.0, monthly_cap=300.0
        )
        for n in range(TASK_CLASSES)
    )
    return CostLines(tasks=tasks, unpriced=(), monthly_ceiling=60_000.0, currency="USD")


def simulate() -> None:
    from multillm_gov.portfolio.risk import Risk
    from multillm_gov.risk.simulation.assumptions import assumptions_of
    from multillm_gov.risk.simulation.simulation import simulate

    made = system()
    assert len(made.components) == 40
    found = simulate(made, costs(), assumptions_of(Risk()), years=YEARS, seed=1)
    assert found.years == YEARS
    print(found.loss.p95.value, found.cost.p95.value)


def draw() -> None:
    """One normal number an outage and one a task class, year by year, as numpy draws them fastest."""  # noqa: E501
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(1))
    print(
        sum(
            generator.standard_normal((OUTAGES_A_YEAR + TASK_CLASSES) * 1_000).sum()
            for _ in range(YEARS // 1_000)
        )
    )


if __name__ == "__main__":
    {"simulate": simulate, "draw": draw}[sys.argv[1]]()
