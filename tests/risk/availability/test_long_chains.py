"""Chains of more than six hops, and thousands of them: exact or a bound that is never too good, at
a bounded cost."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multillm_gov.risk.availability import availability, importance
from multillm_gov.risk.availability.availability import (
    all_down,
    chain_unavailability,
    shared_out,
    unavailabilities,
)
from multillm_gov.risk.availability.importance import importances
from multillm_gov.risk.system.joint_outages import groups_of, joint_probabilities
from multillm_gov.risk.system.system import Chain, Component, Hop, System, TaskSystem


def tangled(
    tasks: int, hops: int, *, parts: int = 40, models: int = 60, coverage: float = 0.5
) -> System:
    """Task classes of one an hour, each with its own order of the same models, which share parts
    crosswise."""
    drawn = random.Random(11)
    members = [frozenset(drawn.sample(range(parts), 6)) for _ in range(models)]
    components = tuple(
        Component(kind="dependency", name=f"d{index:02d}", unavailability=(index + 1) / 1_000)
        for index in range(parts)
    )
    return System(
        components=components,
        tasks=tuple(
            TaskSystem(
                name=f"t{number}",
                chains=(
                    Chain(
                        share=1.0,
                        hops=tuple(
                            Hop(model=f"m{place}", index=place, components=members[place])
                            for place in drawn.sample(range(models), hops)
                        ),
                    ),
                ),
                coverage=coverage,
                coverage_origin="assumed",
                value_per_hour=1.0,
                requests_per_hour=1.0,
            )
            for number in range(tasks)
        ),
    )


def states(system: System, hops: list[frozenset[int]]) -> float:
    """All components, state by state: the definition itself."""
    total = 0.0
    for state in range(1 << len(system.components)):
        if all(any(state >> index & 1 for index in hop) for hop in hops):
            chance = 1.0
            for index, component in enumerate(system.components):
                chance *= (
                    component.unavailability if state >> index & 1 else 1 - component.unavailability
                )
            total += chance
    return total


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_every_combination_of_hops_is_that_of_all_states(data: st.DataObject) -> None:
    chances = st.one_of(st.sampled_from([0.0, 1.0, 1e-9]), st.floats(0.0, 1.0))
    unavailable = data.draw(st.lists(chances, min_size=1, max_size=8))
    components = tuple(
        Component(kind="cloud", name=str(n), unavailability=u) for n, u in enumerate(unavailable)
    )
    system = System(components=components, tasks=())
    hops = data.draw(
        st.lists(st.frozensets(st.integers(0, len(components) - 1)), min_size=1, max_size=8)
    )
    assert all_down(system, hops) == pytest.approx(states(system, hops), rel=1e-9, abs=1e-15)
    few = hops[:6]
    found = joint_probabilities(system, groups_of(few), len(few))
    for asked in range(1 << len(few)):
        chosen = [hop for place, hop in enumerate(few) if asked >> place & 1]
        assert found[asked] == pytest.approx(states(system, chosen), rel=1e-9, abs=1e-15)


def test_six_hops_stay_exact_among_hundreds_of_others() -> None:
    system = tangled(300, 6)
    exact = [chain_unavailability(system, task.chains[0], task.coverage) for task in system.tasks]
    assert unavailabilities(system) == tuple(exact)
    assert importances(system).loss_per_hour == pytest.approx(sum(exact), rel=1e-12)


def test_long_chains_that_are_not_tangled_are_exact() -> None:
    """Fifty hops with a cause each and one that all share: only one of two things has to be looked
    at."""
    components = tuple(
        Component(kind="cloud", name=f"{n:02d}", unavailability=0.5) for n in range(51)
    )
    hops = [frozenset({0, place}) for place in range(1, 51)]
    assert all_down(System(components=components, tasks=()), hops) == pytest.approx(
        0.5 + 0.5 * 0.5**50, rel=1e-12
    )


@pytest.mark.parametrize("hops", [7, 12, 49])
def test_where_work_is_short_long_chains_are_bounded_and_never_too_good(
    hops: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tangled(10, hops, parts=14)
    exact, loss = unavailabilities(system), importances(system).loss_per_hour
    for measure in (availability, importance):
        monkeypatch.setattr(measure, "MOST_STEPS_IN_ALL", 10)
    told = unavailabilities(system)
    for task, share, least in zip(system.tasks, told, exact, strict=True):
        six = [hop.components for hop in task.chains[0].hops[:6]]
        assert share == pytest.approx(
            0.5 * all_down(system, six[:1]) + 0.5 * all_down(system, six), rel=1e-12
        )
        assert share >= least * (1 - 1e-12)
    bounded = importances(system).loss_per_hour
    assert bounded == pytest.approx(sum(told), rel=1e-12)
    assert bounded >= loss * (1 - 1e-12)
    assert bounded > sum(exact)


def test_no_more_steps_are_taken_than_there_are(
    lines_run: Callable[[Callable[[], object]], int],
) -> None:
    """What a refused chain costs is its first six hops and three tries of so many steps, some lines
    each."""
    system = tangled(1, 49)
    hops = [hop.components for hop in system.tasks[0].chains[0].hops]
    six, refused, followed = (
        lines_run(lambda given=given, most=most: all_down(system, given, most))
        for given, most in ((hops[:6], 500), (hops, 500), (hops, 100_000))
    )
    assert refused - six < 3 * 500 * 10
    assert refused * 10 < followed


def test_only_long_chains_share_the_work() -> None:
    assert shared_out(100, 1_000, [6] * 50) == 100
    assert shared_out(100, 1_000, [6] * 50 + [7] * 50) == 20
