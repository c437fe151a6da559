"""Which fallbacks are usable on a day, and what becomes of requests on their way down a chain."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from multillm_gov.catalog.facts import Lifecycle
from multillm_gov.dimensions import Level
from multillm_gov.evidence.drill_record import DrillRecord
from multillm_gov.evidence.record import PlacedDrill
from multillm_gov.location import Place
from multillm_gov.measures.failover import (
    DRILL_DAYS,
    Failover,
    Walk,
    loss,
    walk_down,
)
from multillm_gov.measures.independence import independent_value
from multillm_gov.portfolio.allocation import Needs

DAY = date(2026, 11, 30)
NO_DRILL = Failover(DAY, {})


def drilled(result: str, days_ago: int = 10, chain: Sequence[str] = ()) -> Failover:
    """The failover of a task class `t` whose newest drill is this one."""
    drill = DrillRecord(
        task_class="t",
        date=DAY - timedelta(days_ago),
        result=result,  # type: ignore[arg-type]
        chain=tuple(chain),
    )
    return Failover(DAY, {"t": (PlacedDrill(drill=drill, place=Place("evidence/d.yaml")),)})


@pytest.fixture
def models(new_model):
    """Two vendors, a third whose model is retired, and one that cannot call functions."""
    unable = replace(new_model("unable", vendor="delta"), lacks=frozenset({"function_calling"}))
    gone = Lifecycle(retirement=date(2026, 7, 24))
    return [
        new_model("a", vendor="alpha", provider="alpha", cloud="one"),
        new_model("b", vendor="beta", provider="beta", cloud="two"),
        replace(new_model("old", vendor="gamma", provider="gamma", cloud="three"), lifecycle=gone),
        unable,
    ]


def test_each_obstacle_is_named(figures, new_task, models):
    task = new_task("t", {"a": 1}, "nobody", "old", "unable", "a", "b", "b")
    declared = replace(task.declared, needs=Needs(capabilities=("function_calling",)))
    found = figures([replace(task, declared=declared)], models).tasks[0]
    assert NO_DRILL.obstacles(found) == (
        "not known",
        "retired",
        "unable",
        "repeated",
        None,
        "repeated",
    )
    assert [fallback.model for fallback in NO_DRILL.usable(found)] == ["b"]


def test_a_retirement_counts_from_its_day(figures, new_task, models):
    task = figures([new_task("t", {"a": 1}, "old")], models).tasks[0]
    assert Failover(date(2026, 7, 23), {}).usable(task)
    assert not Failover(date(2026, 7, 24), {}).usable(task)


def test_after_a_failed_drill_of_this_chain_no_fallback_is_usable(figures, new_task, models):
    task = figures([new_task("t", {"a": 1}, "b")], models).tasks[0]
    assert drilled("fails").obstacles(task) == ("failed drill",)
    assert drilled("fails", 3_000).obstacles(task) == ("failed drill",), "time heals nothing"
    assert drilled("fails", chain=("a", "old")).obstacles(task) == (None,), "another chain"
    assert drilled("fails", -1).obstacles(task) == (None,), "not known on the day"
    assert drilled("degraded").obstacles(task) == (None,)


@pytest.mark.parametrize(
    ("failover", "fallback", "expected"),
    [
        (NO_DRILL, "b", (1.0, 1.0, 0.0)),
        (drilled("survives"), "b", (1.0, 1.0, 1.0)),
        (drilled("survives", DRILL_DAYS + 1), "b", (1.0, 1.0, 0.0)),
        (drilled("degraded"), "b", (1.0, 1.0, 0.0)),
        (drilled("fails"), "b", (1.0, 0.0, 0.0)),
        (drilled("survives"), "old", (1.0, 0.0, 0.0)),
        (drilled("survives"), "a", (0.0, 0.0, 0.0)),
    ],
)
def test_three_figures_declared_usable_proved(
    figures, new_task, models, failover, fallback, expected
):
    found = figures([new_task("t", {"a": 1}, fallback, value=500)], models)
    shares = independent_value(found.tasks, failover)
    assert (shares.declared, shares.usable, shares.proved) == expected


def test_without_value_at_stake_nothing_is_uncovered(figures, new_task, models):
    found = figures([new_task("t", {"a": 1})], models)
    shares = independent_value(found.tasks, NO_DRILL)
    assert (shares.declared, shares.usable, shares.proved) == (1.0, 1.0, 1.0)


parts = st.decimals(0, 1, places=3)


@given(
    st.lists(st.tuples(st.decimals(0, 100, places=2), st.lists(parts, min_size=1, max_size=6))),
)
def test_what_is_answered_and_what_is_lost_is_what_arrived(
    chains: list[tuple[Decimal, list[Decimal]]],
) -> None:
    walks = [Walk(requests, len(served)) for requests, served in chains]

    def serve(position: int, reached: list[Walk]) -> None:
        for walk in reached:
            walk.answer(position, chains[walks.index(walk)][1][position])

    walk_down(walks, serve)
    for walk, (requests, _) in zip(walks, chains, strict=True):
        assert sum(walk.answered) + walk.left == requests
        assert 0 <= walk.left <= requests


@given(st.lists(parts, min_size=1, max_size=6), st.integers(0, 5))
def test_losing_more_never_serves_more(served: list[Decimal], down: int) -> None:
    def left(parts_served: list[Decimal]) -> Decimal:
        walk = Walk(Decimal(1), len(parts_served))
        walk_down([walk], lambda position, reached: _serve(reached, position, parts_served))
        return walk.left

    without = [Decimal(0) if place == down else part for place, part in enumerate(served)]
    assert left(without) >= left(served)


def _serve(reached: list[Walk], position: int, parts_served: list[Decimal]) -> None:
    for walk in reached:
        walk.answer(position, parts_served[position])


names = st.sampled_from(["a", "b", "old", "unable", "nobody"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(names, st.integers(1, 9), min_size=1),
    st.lists(names, max_size=5),
    st.sampled_from(["alpha", "beta", "gamma", "delta"]),
)
def test_a_taker_is_usable_and_elsewhere(figures, new_task, models, route, fallbacks, entity):
    task = figures([new_task("t", route, *fallbacks)], models).tasks[0]
    usable = NO_DRILL.usable(task)
    for each in loss(task, usable, Level.VENDOR, entity):
        if each.taker is not None:
            assert each.taker in usable
            assert each.taker.facts.exposure.vendor not in {entity, "unknown"}
        assert (each.taker is None) or (each.possible is not None)
        assert each.hit is None or each.hit == (each.leg.facts.exposure.vendor == entity)
