"""Small systems and costs to simulate."""

from collections.abc import Callable, Sequence

import pytest

from multillm_gov.risk.simulation.cost_lines import CostLine, CostLines, TaskCost
from multillm_gov.risk.system.system import Chain, Component, Hop, Kind, System, TaskSystem


def new_system(
    unavailability: Sequence[float],
    tasks: Sequence[tuple[Sequence[Sequence[int]], float, float]],
    *,
    mean_hours: float = 1.5,
    kinds: Sequence[Kind] = (),
) -> System:
    """Components by unavailability; each task class is one chain: hops as lists of components,
    coverage, value."""
    return System(
        components=tuple(
            Component(
                kind=kinds[n] if kinds else "deployment",
                name=f"part-{n}",
                unavailability=u,
                mean_hours=mean_hours,
            )
            for n, u in enumerate(unavailability)
        ),
        tasks=tuple(
            TaskSystem(
                name=f"task-{n}",
                chains=(
                    Chain(
                        share=1.0,
                        hops=tuple(
                            Hop(model=f"model-{place}", index=place, components=frozenset(hop))
                            for place, hop in enumerate(hops)
                        ),
                    ),
                ),
                coverage=coverage,
                coverage_origin="assumed",
                value_per_hour=value,
                requests_per_hour=1_000.0,
            )
            for n, (hops, coverage, value) in enumerate(tasks)
        ),
    )


def new_costs(
    *tasks: Sequence[CostLine], caps: Sequence[float | None] = (), ceiling: float | None = None
) -> CostLines:
    return CostLines(
        tasks=tuple(
            TaskCost(
                name=f"task-{n}",
                lines=tuple(lines),
                fixed_per_year=0.0,
                monthly_cap=caps[n] if n < len(caps) else None,
            )
            for n, lines in enumerate(tasks)
        ),
        unpriced=(),
        monthly_ceiling=ceiling,
        currency="USD",
    )


@pytest.fixture(scope="session")
def system_of() -> Callable[..., System]:
    return new_system


@pytest.fixture(scope="session")
def costs_of() -> Callable[..., CostLines]:
    return new_costs


@pytest.fixture(scope="session")
def line() -> Callable[..., CostLine]:
    def make(
        per_year: float,
        *,
        vendor: str = "acme",
        model: str = "acme/one",
        retires_after: float | None = 5.0,
        successor_factor: float | None = None,
    ) -> CostLine:
        return CostLine(
            vendor=vendor,
            model=model,
            per_year=per_year,
            retires_after=retires_after,
            successor_factor=successor_factor,
        )

    return make
