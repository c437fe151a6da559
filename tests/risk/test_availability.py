"""Exact unavailability held against closed forms, against enumeration of all states, and against
its own limits."""

from itertools import product
from math import isclose, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from multillm_gov.risk.availability.availability import (
    all_down,
    chain_unavailability,
    expected_loss_per_year,
    unavailabilities,
)
from multillm_gov.risk.system.common_cause import Betas, Channel, split_causes, union_probability
from multillm_gov.risk.system.system import Chain, Component, Hop, System, TaskSystem


def make(
    unavailable: list[float], hops: list[set[int]], coverage: float = 1.0, value: float = 0.0
) -> System:
    """One task class with one chain."""
    chain = Chain(
        share=1.0,
        hops=tuple(
            Hop(model=f"m{n}", index=n, components=frozenset(one)) for n, one in enumerate(hops)
        ),
    )
    return System(
        components=tuple(
            Component(kind="provider", name=str(n), unavailability=u)
            for n, u in enumerate(unavailable)
        ),
        tasks=(
            TaskSystem(
                name="t",
                chains=(chain,),
                coverage=coverage,
                coverage_origin="assumed",
                value_per_hour=value,
                requests_per_hour=0.0,
            ),
        ),
    )


def unavailability(system: System) -> float:
    return unavailabilities(system)[0]


def test_two_in_parallel():
    """300 h between outages of 1.5 h, and 500 h of 1 h (method 3.3)."""
    first, second = 1.5 / 301.5, 1 / 501
    assert unavailability(make([first, second], [{0}, {1}])) == pytest.approx(9.930388e-6, rel=1e-6)


@pytest.mark.parametrize(
    ("coverage", "expected"), [(1, 3.6e-5), (0.95, 1.242e-4), (0.9, 2.124e-4), (0.5, 9.18e-4)]
)
def test_imperfect_switching(coverage, expected):
    """u1 .0018, P(fallback down | primary down) .02: the shared part is beta*u1, the fallback has
    nothing else."""
    common = 0.02 * 0.0018
    private = (0.0018 - common) / (1 - common)
    system = make([common, private], [{0, 1}, {0}], coverage)
    assert unavailability(system) == pytest.approx(expected, rel=1e-9)


def test_a_chain_of_one_has_nothing_to_switch_to():
    assert unavailability(make([0.1], [{0}], coverage=0.9)) == pytest.approx(0.1)
    assert unavailability(make([0.1], [{0}], coverage=0.0)) == pytest.approx(0.1)


def test_legs_count_by_their_shares_and_value_by_the_hour():
    system = make([0.1, 0.2], [{0}], value=10)
    other = Chain(share=0.25, hops=(Hop(model="b", index=1, components=frozenset({1})),))
    split_task = structs.replace(
        system.tasks[0], chains=(structs.replace(system.tasks[0].chains[0], share=0.75), other)
    )
    both = structs.replace(system, tasks=(split_task, split_task))
    assert unavailabilities(both) == pytest.approx((0.125, 0.125))
    assert expected_loss_per_year(both) == pytest.approx(2 * 10 * 8_760 * 0.125)


def test_what_is_away_for_good_takes_its_hops_along():
    assert unavailability(make([1.0, 0.25], [{0}, {1}])) == pytest.approx(0.25)
    assert unavailability(make([1.0], [{0}, {0}])) == 1.0
    assert unavailability(make([0.0], [{0}, {0}])) == 0.0


def test_small_probabilities_keep_their_digits():
    """1e-30 is far below what inclusion and exclusion over numbers near 1 could see."""
    assert unavailability(make([1e-6] * 5, [{0}, {1}, {2}, {3}, {4}])) == pytest.approx(
        1e-30, rel=1e-9
    )


def test_fifty_fallbacks_that_share_crosswise_are_bounded_and_never_too_good():
    vendors, clouds = 10, 10
    hops = [{number % vendors, vendors + number * 3 % clouds, 20 + number} for number in range(50)]
    system = make([0.3] * 70, hops)
    found = all_down(system, [hop.components for hop in system.tasks[0].chains[0].hops])
    assert 0 < found <= all_down(system, [frozenset(one) for one in hops[:5]])


probabilities = st.one_of(st.sampled_from([0.0, 1.0, 1e-9]), st.floats(0, 1))


@st.composite
def systems(draw: st.DrawFn) -> System:
    count = draw(st.integers(1, 8))
    unavailable = draw(st.lists(probabilities, min_size=count, max_size=count))
    hops = draw(st.lists(st.sets(st.integers(0, count - 1)), min_size=1, max_size=5))
    return make(unavailable, hops, draw(st.floats(0, 1)), value=1.0)


def enumerated(system: System) -> float:
    """Over all states of all components: the definition itself."""
    task = system.tasks[0]
    hops = [hop.components for hop in task.chains[0].hops]
    total = 0.0
    for state in product((False, True), repeat=len(system.components)):
        weight = prod(
            one.unavailability if down else 1 - one.unavailability
            for one, down in zip(system.components, state, strict=True)
        )
        away = [any(state[index] for index in hop) for hop in hops]
        if away[0]:
            total += weight * (1 - task.coverage if not all(away) else 1.0)
    return total


@given(systems())
def test_equal_to_the_enumeration_of_all_states(system):
    assert isclose(unavailability(system), enumerated(system), rel_tol=1e-9, abs_tol=1e-14)


@given(systems(), st.data())
def test_never_falls_when_a_component_fails_more_or_less_is_covered(system, data):
    index = data.draw(st.integers(0, len(system.components) - 1))
    before = system.components[index]
    worse = structs.replace(before, unavailability=data.draw(st.floats(before.unavailability, 1)))
    components = (*system.components[:index], worse, *system.components[index + 1 :])
    assert (
        unavailability(structs.replace(system, components=components))
        >= unavailability(system) - 1e-12
    )
    task = system.tasks[0]
    covered = structs.replace(task, coverage=data.draw(st.floats(0, task.coverage)))
    switched = structs.replace(system, tasks=(covered,))
    assert unavailability(switched) >= unavailability(system) - 1e-12


@given(systems())
def test_a_longer_chain_is_never_worse(system):
    task = system.tasks[0]
    chain = task.chains[0]
    for count in range(1, len(chain.hops)):
        shorter = structs.replace(chain, hops=chain.hops[:count])
        assert (
            chain_unavailability(system, shorter, task.coverage) >= unavailability(system) - 1e-12
        )


@given(st.lists(systems(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_task_classes_changes_no_figure(parts, random):
    """All over the components of the first; what they do not have is taken modulo."""
    components = parts[0].components
    tasks = [
        structs.replace(
            part.tasks[0],
            name=str(number),
            chains=tuple(
                structs.replace(
                    chain,
                    hops=tuple(
                        structs.replace(
                            hop,
                            components=frozenset(
                                index % len(components) for index in hop.components
                            ),
                        )
                        for hop in chain.hops
                    ),
                )
                for chain in part.tasks[0].chains
            ),
        )
        for number, part in enumerate(parts)
    ]
    shuffled = list(tasks)
    random.shuffle(shuffled)
    first, second = (
        System(components=components, tasks=tuple(order)) for order in (tasks, shuffled)
    )
    assert dict(zip((t.name for t in tasks), unavailabilities(first), strict=True)) == dict(
        zip((t.name for t in shuffled), unavailabilities(second), strict=True)
    )


shares = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))
betas_drawn = st.builds(
    Betas, otherwise=shares, same_cloud=shares, same_vendor=shares, same_provider=shares
)


@st.composite
def channel_lists(draw: st.DrawFn) -> list[Channel]:
    """Unavailability depends on the provider, as in systems."""
    by_provider = {name: draw(st.floats(0, 0.2)) for name in "pqrs"}
    names = st.tuples(st.sampled_from("ab"), st.sampled_from("pqrs"), st.sampled_from("xyz"))
    return [
        Channel(vendor=vendor, provider=provider, cloud=cloud, unavailability=by_provider[provider])
        for vendor, provider, cloud in draw(st.lists(names, min_size=1, max_size=7))
    ]


@given(channel_lists(), betas_drawn)
def test_the_parts_of_a_channel_are_all_of_it(channels, betas):
    causes, left = split_causes(channels, betas)
    for index, channel in enumerate(channels):
        parts = [cause.probability for cause in causes if index in cause.members]
        assert isclose(
            union_probability(*parts, left[index]),
            channel.unavailability,
            rel_tol=1e-9,
            abs_tol=1e-12,
        )
        assert all(0 <= part <= 1 for part in (*parts, left[index]))


@given(channel_lists(), st.floats(0, 1))
def test_each_pair_shares_what_its_beta_says_of_the_smaller_one(channels, beta):
    """With vendor and cloud adding nothing, that is beta*min(u) for every pair at different
    providers."""
    betas = Betas(otherwise=beta, same_cloud=beta, same_vendor=beta, same_provider=beta)
    causes, _ = split_causes(channels, betas)
    for i, first in enumerate(channels):
        for j, second in enumerate(channels[:i]):
            shared = union_probability(
                *(one.probability for one in causes if i in one.members and j in one.members)
            )
            expected = beta * min(first.unavailability, second.unavailability)
            assert isclose(shared, expected, rel_tol=1e-9, abs_tol=1e-12)


@settings(max_examples=50)
@given(channel_lists(), betas_drawn, st.data())
def test_shared_parts_never_shrink_when_a_channel_is_added(channels, betas, data):
    """Whatever else a portfolio routes, two deployments at different providers share the same."""
    more = [*channels, *data.draw(channel_lists())]
    same = {channel.provider: channel.unavailability for channel in channels}
    more = [
        structs.replace(one, unavailability=same.get(one.provider, one.unavailability))
        for one in more
    ]
    before, _ = split_causes(channels, betas)
    after, _ = split_causes(more, betas)
    for i, first in enumerate(channels):
        for j, second in enumerate(channels[:i]):
            if first.provider != second.provider:
                old, new = (
                    union_probability(
                        *(
                            one.probability
                            for one in causes
                            if i in one.members and j in one.members
                        )
                    )
                    for causes in (before, after)
                )
                assert isclose(old, new, rel_tol=1e-9, abs_tol=1e-12)


def test_the_limits_of_beta():
    channels = [Channel(vendor="a", provider=p, cloud="x", unavailability=0.01) for p in "pqr"]
    nothing, left = split_causes(
        channels, Betas(otherwise=0, same_cloud=0, same_vendor=0, same_provider=0)
    )
    assert (nothing, left) == ((), (0.01, 0.01, 0.01))
    all_of_it, left = split_causes(
        channels, Betas(otherwise=1, same_cloud=1, same_vendor=1, same_provider=1)
    )
    assert [(cause.kind, cause.probability) for cause in all_of_it] == [("everything", 0.01)]
    assert left == (0.0, 0.0, 0.0)


def test_many_different_figures_stay_few_causes():
    channels = [
        Channel(vendor="a", provider=f"p{n}", cloud="x", unavailability=0.0001 * (n + 1))
        for n in range(200)
    ]
    causes, _ = split_causes(
        channels, Betas(otherwise=0.02, same_cloud=0.1, same_vendor=0.45, same_provider=0.9)
    )
    assert sum(1 for cause in causes if len(cause.members) > 1) <= 60
    assert causes[0].probability == pytest.approx(0.02 * 0.0001)
