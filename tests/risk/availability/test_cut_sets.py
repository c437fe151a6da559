"""Edges of cut sets: dead chains, legs without requests, split routes, coverage, bounds, shared
work."""

import pytest
from msgspec.structs import replace

from multillm_gov.risk.availability.dependence import measure_dependence
from multillm_gov.risk.availability.importance import importances
from multillm_gov.risk.availability.single_points import MOST_HITS, double_points, single_points
from multillm_gov.risk.system.cut_sets import MOST_PAIRS, cut_sets
from multillm_gov.risk.system.system import Chain, Component, Hop, System, TaskSystem


def system(*chains: tuple[float, tuple[set[int], ...]], coverage: float, count: int = 8) -> System:
    """One task class worth 100 an hour; component k is away k + 1 thousandths of the time."""
    task = TaskSystem(
        name="t",
        chains=tuple(
            Chain(
                share=share,
                hops=tuple(
                    Hop(model=f"m{n}", index=n, components=frozenset(hop))
                    for n, hop in enumerate(hops)
                ),
            )
            for share, hops in chains
        ),
        coverage=coverage,
        coverage_origin="assumed",
        value_per_hour=100.0,
        requests_per_hour=1.0,
    )
    components = tuple(
        Component(kind="provider", name=f"p{index:03d}", unavailability=(index + 1) / 1_000)
        for index in range(count)
    )
    return System(components=components, tasks=(task,))


def told(cuts):
    return [cut.members for cut in cuts.singles], [
        (cut.members, cut.uncovered) for cut in cuts.pairs
    ]


def test_a_failover_that_is_not_covered_is_a_member_of_its_own():
    (found,) = cut_sets(system((1.0, ({0, 1}, {1, 2})), coverage=0.9))
    assert told(found.whole) == ([(1,)], [((0,), True), ((0, 2), False)])
    uncovered, both = found.whole.pairs
    assert uncovered.probability == pytest.approx(0.001 * 0.1)
    assert both.probability == pytest.approx(0.001 * 0.003)


def test_without_coverage_a_fallback_is_none():
    (found,) = cut_sets(system((1.0, ({0, 1}, {1, 2})), coverage=0.0))
    assert told(found.whole) == ([(1,), (0,)], [])


def test_with_full_coverage_a_failover_never_fails():
    (found,) = cut_sets(system((1.0, ({0, 1}, {1, 2})), coverage=1.0))
    assert told(found.whole) == ([(1,)], [((0, 2), False)])


def test_a_split_route_goes_down_leg_by_leg_and_as_a_whole():
    (found,) = cut_sets(system((0.7, ({0, 3},)), (0.3, ({1, 3},)), coverage=0.0))
    assert [told(cuts) for cuts in found.chains] == [([(3,), (0,)], []), ([(3,), (1,)], [])]
    assert told(found.whole) == ([(3,)], [((0, 1), False)])
    points = {point.members: point for point in single_points([found])}
    assert points[3,].value_per_hour == pytest.approx(100.0)
    assert points[0,].value_per_hour == pytest.approx(70.0)
    assert points[0,].hits[0].share == pytest.approx(0.7)
    assert [point.members for point in single_points([found])] == [(3,), (0,), (1,)]


def test_a_leg_without_requests_decides_nothing():
    (found,) = cut_sets(system((1.0, ({0},)), (0.0, ({1},)), coverage=0.0))
    assert told(found.whole) == ([(0,)], [])
    assert [point.members for point in single_points([found])] == [(0,)]


def test_a_chain_that_no_hop_would_run_is_down_whatever_happens():
    dead = system((0.4, ()), (0.6, ({0},)), coverage=0.5)
    (found,) = cut_sets(dead)
    assert [cuts.dead for cuts in found.chains] == [True, False]
    assert told(found.whole) == ([(0,)], [])
    assert not found.whole.dead
    assert importances(dead).loss_per_hour == pytest.approx(100 * (0.4 + 0.6 * 0.001))
    (gone,) = cut_sets(system((1.0, ()), coverage=0.0))
    assert gone.whole.dead


def test_more_pairs_than_anyone_reads_are_counted_not_listed():
    wide = system((1.0, (set(range(40)), set(range(40, 100)))), coverage=1.0, count=100)
    (found,) = cut_sets(wide)
    assert len(found.whole.pairs) == MOST_PAIRS
    assert found.whole.pairs_left_out == 40 * 60 - MOST_PAIRS
    every = sorted(
        ((a + 1) / 1_000 * (b + 1) / 1_000 for a in range(40) for b in range(40, 100)), reverse=True
    )
    assert [cut.probability for cut in found.whole.pairs] == pytest.approx(every[:MOST_PAIRS])


def test_pairs_are_counted_and_the_likeliest_read_without_multiplying_all_out(lines_run):
    wide = system(
        (1.0, tuple(set(range(hop, 900, 3)) for hop in range(2))), coverage=0.5, count=900
    )
    (found,) = cut_sets(wide)
    counted, read = [], []
    assert lines_run(lambda: counted.append(found.whole.pair_count)) < 5_000
    assert counted == [300 * 300 + 300]
    assert lines_run(lambda: read.extend(found.whole.likeliest(3))) < 10_000
    # .898 x .899, .896 x .898, .895 x .899; an uncovered failover comes far behind with .5 x .898.
    assert [(cut.members, cut.uncovered) for cut in read] == [
        ((897, 898), False),
        ((895, 897), False),
        ((894, 898), False),
    ]


def test_a_pair_in_the_first_hop_is_found_once():
    (found,) = cut_sets(system((1.0, ({0, 1}, {1, 2}, {0, 2})), coverage=1.0))
    assert sorted(cut.members for cut in found.whole.pairs) == [(0, 1), (0, 2), (1, 2)]


def test_pairs_come_by_what_they_cost_and_structure_last():
    base = system((1.0, ({0, 1}, {2, 3})), coverage=0.5)
    parts = list(base.components)
    parts[1] = replace(parts[1], unavailability=0.0)
    found = double_points(cut_sets(replace(base, components=tuple(parts))))
    assert [(point.members, point.uncovered) for point in found] == [
        *(((0,), True), ((0, 3), False), ((0, 2), False)),
        *(((1,), True), ((1, 2), False), ((1, 3), False)),
    ]
    assert found[0].loss_per_year == pytest.approx(100 * 0.001 * 0.5 * 8_760)
    assert {point.value_per_hour for point in found} == {100.0}


def test_equal_chains_are_worked_out_once(lines_run):
    base = system((1.0, ({0, 1}, {1, 2})), coverage=0.5)
    (task,) = base.tasks
    few, many = (
        replace(base, tasks=tuple(replace(task, name=f"t{n}") for n in range(count)))
        for count in (100, 1_000)
    )
    assert lines_run(lambda: cut_sets(many)) <= 11 * lines_run(lambda: cut_sets(few))
    first, second, *_ = cut_sets(few)
    assert first.whole is second.whole
    points = single_points(cut_sets(many))
    assert [(point.members, point.task_classes, len(point.hits)) for point in points] == [
        ((1,), 1_000, MOST_HITS)
    ]
    assert points[0].value_per_hour == pytest.approx(100_000.0)


def test_nothing_at_stake_has_no_worth_to_lose():
    base = system((1.0, ({0, 1}, {1, 2})), coverage=0.5)
    poor = replace(base, tasks=(replace(base.tasks[0], value_per_hour=0.0),))
    found = measure_dependence(poor)
    assert found.importances.loss_per_hour == 0.0
    assert {(each.criticality, each.raw, each.rrw) for each in found.importances.components} == {
        (0.0, None, None)
    }
    assert [point.members for point in found.singles] == [(1,)]


def test_what_alone_causes_all_loss_has_no_limit_to_its_worth():
    found = importances(system((1.0, ({0},)), coverage=0.0))
    (only,) = found.components
    assert (only.criticality, only.rrw) == (pytest.approx(1.0), None)
    assert only.raw == pytest.approx(1_000.0)
    assert found.loss_per_year == pytest.approx(only.loss_per_year)


def test_long_chains_that_share_causes_crosswise_stay_affordable(lines_run):
    """Fifty fallbacks that share forty causes crosswise have more states than anyone can follow."""
    hops = tuple(
        {(7 * place + step * step * (place + 3)) % 40 for step in range(6)} for place in range(51)
    )
    tangled = system((1.0, hops), coverage=0.5, count=40)
    found = []
    assert lines_run(lambda: found.append(importances(tangled))) < 2_000_000
    up = 1.0
    for index in hops[0]:
        up *= 1 - (index + 1) / 1_000
    assert 0.5 * 100 * (1 - up) <= found[0].loss_per_hour <= 100 * (1 - up)
    told = {each.component: each.birnbaum for each in found[0].components}
    assert set(told) >= hops[0]
    assert all(told[index] > 0 for index in hops[0])
