"""What holds of any stress: nothing out of nothing, more of a shock never costs less, parts sum
up."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from multillm_gov.measures.capacity import demand_with_retries, served_share
from multillm_gov.portfolio.scenario import Shock
from multillm_gov.risk.stress.stress import stress
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.units import Amount, Positive, Share

Made = Callable[..., StressContext]
calm = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ENTITIES = [
    ("vendor", "acme"),
    ("provider", "beta"),
    ("cloud", "stratus"),
    ("jurisdiction", "FR"),
    ("task_class", "articles"),
    (None, "each"),
]
entities = st.sampled_from(ENTITIES)
hours = st.decimals("0.01", "2000", places=2).map(Positive)
factors = st.decimals("0.01", "20", places=2).map(Positive)


def shock(kind: str, entity: tuple[str | None, str], **more: Any) -> Shock:
    return Shock(kind=kind, level=entity[0], entity=entity[1], **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def tight(made: Made, catalog: str) -> StressContext:
    """Limits that bind, a split route, and failovers that mostly work."""
    limited = catalog.replace("  beta/y:\n", "  beta/y:\n    requests_per_minute: 40\n").replace(
        "  gamma/z:\n", "  gamma/z:\n    tokens_per_minute: 30000\n"
    )
    declared = """\
owner: growth
task_classes:
  articles:
    route: [{model: acme/x, weight: 70}, {model: gamma/z, weight: 30}]
    fallbacks: [beta/y, acme/x2]
    cost_of_wrong_model: {value_at_stake: 73000}
    demand: {requests: 1000000, input_tokens: 1000}
  scoring:
    route: [{model: beta/y}]
    fallbacks: [gamma/z]
    cost_of_wrong_model: {value_at_stake: 36500}
    demand: {requests: 1000000, input_tokens: 500}
"""
    return made(
        {
            "allocations/a.yaml": declared,
            "catalog/models.yaml": limited,
            "govern.yaml": "risk: {coverage: {untested: 0.8}}\n",
        }
    )


@pytest.mark.parametrize("entity", ENTITIES, ids=str)
def test_a_shock_of_nothing_changes_nothing(
    tight: StressContext, entity: tuple[str | None, str]
) -> None:
    one = Positive(1)
    shocks = (
        shock("repricing", entity, factor=one),
        shock("token-growth", entity, factor=one),
        shock("demand-growth", entity, factor=one),
        shock("quality-drift", entity, points=Share(0)),
        shock("tone-drift", entity, ratio=one, review_cost=Amount(0)),
        shock("outage", ("provider", "nobody"), hours=Positive(9)),
    )
    found = stress(tight, shocks)
    for task in found.tasks:
        zero = (task.unserved_requests, task.degraded_requests, task.value_at_risk, task.added_cost)
        assert zero == (0, 0, 0, 0)
        assert task.hours_to_recover == 0
    assert (found.caps_broken, found.floors_broken) == ((), ())
    assert found.concentration == stress(tight, ()).concentration


@calm
@given(entity=entities, first=hours, second=hours, at_peak=st.booleans())
def test_a_longer_outage_never_puts_less_value_at_risk(
    tight: StressContext,
    entity: tuple[str | None, str],
    first: Positive,
    second: Positive,
    at_peak: bool,
) -> None:
    short, long = sorted((first, second))
    outcomes = [
        stress(tight, (shock("outage", entity, hours=Positive(length), at_peak=at_peak),))
        for length in (short, long)
    ]
    assert outcomes[0].value_at_risk <= outcomes[1].value_at_risk
    assert outcomes[0].unserved_requests <= outcomes[1].unserved_requests
    assert outcomes[0].hours_to_recover <= outcomes[1].hours_to_recover


@calm
@given(
    entity=entities,
    first=factors,
    second=factors,
    kind=st.sampled_from(["repricing", "token-growth"]),
)
def test_a_larger_factor_never_costs_less(
    tight: StressContext,
    entity: tuple[str | None, str],
    first: Positive,
    second: Positive,
    kind: str,
) -> None:
    low, high = sorted((first, second))
    costs = [
        stress(tight, (shock(kind, entity, factor=Positive(each)),)).added_cost
        for each in (low, high)
    ]
    assert costs[0] <= costs[1]


@calm
@given(entity=entities, first=factors, second=factors)
def test_a_lower_limit_never_serves_more(
    tight: StressContext, entity: tuple[str | None, str], first: Positive, second: Positive
) -> None:
    low, high = sorted((first, second))
    found = [
        stress(tight, (shock("rate-limit", entity, factor=Positive(each), hours=Positive(1)),))
        for each in (low, high)
    ]
    assert found[0].unserved_requests >= found[1].unserved_requests


@calm
@given(
    entity=entities,
    other=entities,
    length=hours,
    factor=factors,
    points=st.decimals("0", "1", places=2),
)
def test_parts_sum_to_the_whole(
    tight: StressContext,
    entity: tuple[str | None, str],
    other: tuple[str | None, str],
    length: Positive,
    factor: Positive,
    points: Decimal,
) -> None:
    found = stress(
        tight,
        (
            shock("outage", entity, hours=length),
            shock("repricing", other, factor=factor),
            shock("quality-drift", other, points=Share(points), hours=length),
        ),
    )
    for name in ("unserved_requests", "degraded_requests", "value_at_risk", "added_cost"):
        total = sum((getattr(task, name) for task in found.tasks), Decimal(0))
        assert getattr(found, name) == total
    assert all(0 <= task.unserved_share <= 1 for task in found.tasks)
    limit = tight.figures.value_at_stake_per_month * length / 730
    assert 0 <= found.value_at_risk <= limit * (1 + Decimal("1e-20"))
    assert 0 <= found.concentration.hhi <= 10_000 + 1e-6


@calm
@given(entity=entities, points=st.lists(st.decimals("0", "1", places=2), min_size=2, max_size=2))
def test_worse_answers_never_cost_less(
    tight: StressContext, entity: tuple[str | None, str], points: list[Decimal]
) -> None:
    found = [
        stress(tight, (shock("quality-drift", entity, points=Share(each), days=Positive(3)),))
        for each in sorted(points)
    ]
    assert found[0].value_at_risk <= found[1].value_at_risk


def test_served_shares_and_retries_as_in_the_method() -> None:
    assert served_share(Decimal(70), Decimal(100)) == Decimal("0.7")
    assert served_share(Decimal(70), Decimal(0)) == 1
    assert demand_with_retries(Decimal(100), Decimal("0.3"), 1) == 100
    assert demand_with_retries(Decimal(100), Decimal("0.3"), 3) == Decimal(139)
    with pytest.raises(ValueError, match="once"):
        demand_with_retries(Decimal(1), Decimal(0), 0)


@pytest.fixture(scope="module")
def free(made: Made) -> StressContext:
    """No limits, split routes, chains of three."""
    declared = """\
owner: growth
task_classes:
  articles:
    route: [{model: acme/x, weight: 70}, {model: gamma/z, weight: 30}]
    fallbacks: [beta/y, acme/x2]
    cost_of_wrong_model: {value_at_stake: 73000}
    demand: {requests: 1000000, input_tokens: 1000}
  scoring:
    route: [{model: beta/y}]
    fallbacks: [gamma/z]
    cost_of_wrong_model: {value_at_stake: 36500}
  filtering:
    route: [{model: gamma/z}]
    cost_of_wrong_model: {value_at_stake: 7300}
"""
    settings = (
        "risk: {coverage: {untested: 0.7}, dependencies: {vault: {task_classes: [scoring]}}}\n"
    )
    return made({"allocations/a.yaml": declared, "govern.yaml": settings})


@calm
@given(chosen=st.sets(st.integers(0, 30)))
def test_unserved_is_what_the_system_says_of_the_components_that_are_away(
    free: StressContext, chosen: set[int]
) -> None:
    """Share of each chain whose first model is away, less what the coverage reroutes to one that is
    not."""
    kinds = {"vendor", "provider", "cloud", "jurisdiction", "dependency"}
    away = {
        index
        for index, component in enumerate(free.system.components)
        if index in chosen and component.kind in kinds and component.name != "unknown"
    }
    parts = [free.system.components[index] for index in sorted(away)]
    found = stress(
        free,
        tuple(shock("outage", (part.kind, part.name), hours=Positive("7.3")) for part in parts),
    )
    for task, outcome in zip(free.system.tasks, found.tasks, strict=True):
        expected = 0.0
        for chain in task.chains:
            down = [bool(hop.components & away) for hop in chain.hops]
            if down[0]:
                expected += chain.share * (1 - task.coverage * (not all(down)))
        assert float(outcome.unserved_share) == pytest.approx(expected)
        assert float(outcome.value_at_risk) == pytest.approx(expected * task.value_per_hour * 7.3)
