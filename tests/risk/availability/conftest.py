"""Systems to measure: the nine nodes of the method's oracle, and random ones."""

from typing import Any

import pytest

from multillm_gov.risk.system.system import Chain, Component, Hop, Kind, System, TaskSystem


def task(
    name: str,
    *chains: tuple[float, tuple[frozenset[int], ...]],
    coverage: float,
    value: float = 1.0,
) -> TaskSystem:
    """A task class from its chains: share, and the components of each hop."""
    return TaskSystem(
        name=name,
        chains=tuple(
            Chain(
                share=share,
                hops=tuple(
                    Hop(model=f"model-{place}", index=max(place - 1, 0), components=hop)
                    for place, hop in enumerate(hops)
                ),
            )
            for share, hops in chains
        ),
        coverage=coverage,
        coverage_origin="assumed",
        value_per_hour=value,
        requests_per_hour=1.0,
    )


@pytest.fixture
def nine_nodes() -> System:
    """Method 3.3: T1 is served from two providers on one cloud, T2 from one, T3 from two on two
    clouds."""
    listed: tuple[tuple[Kind, str, float], ...] = (
        ("gateway", "G", 0.0005),
        ("cloud", "AWS", 0.001),
        ("cloud", "Azure", 0.001),
        ("cloud", "GCP", 0.001),
        ("provider", "AnthropicAPI", 0.002),
        ("provider", "AzureOpenAI", 0.0015),
        ("provider", "Bedrock", 0.001),
        ("provider", "OpenAIAPI", 0.002),
        ("provider", "Vertex", 0.0012),
    )
    components = tuple(
        Component(kind=kind, name=name, unavailability=away) for kind, name, away in listed
    )
    place = {component.name: index for index, component in enumerate(components)}

    def hop(*names: str) -> frozenset[int]:
        return frozenset(place[name] for name in names)

    tasks = (
        task(
            "T1",
            (1.0, (hop("G", "AWS", "Bedrock"), hop("G", "AWS", "AnthropicAPI"))),
            coverage=1.0,
            value=5_000.0,
        ),
        task("T2", (1.0, (hop("G", "Azure", "AzureOpenAI"),)), coverage=0.0, value=2_000.0),
        task(
            "T3",
            (1.0, (hop("G", "Azure", "OpenAIAPI"), hop("G", "GCP", "Vertex"))),
            coverage=1.0,
            value=8_000.0,
        ),
    )
    return System(components=components, tasks=tasks)


@pytest.fixture
def oracle(oracles: dict[str, Any]) -> dict[str, float]:
    """The published figures of the nine nodes."""
    read: dict[str, float] = oracles["spof_example"]
    return read
