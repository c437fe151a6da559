"""Cut sets, unavailability and importance of random systems against all their states, one by
one."""

from itertools import combinations, product
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from multillm_gov.risk.availability.availability import chain_unavailability, unavailabilities
from multillm_gov.risk.availability.dependence import measure_dependence
from multillm_gov.risk.availability.importance import importances
from multillm_gov.risk.system.cut_sets import Cuts, CutSet, TaskCuts, cut_sets
from multillm_gov.risk.system.priors import HOURS_PER_YEAR
from multillm_gov.risk.system.system import Chain, Component, Hop, Kind, System, TaskSystem

KINDS = get_args(Kind)
MOST = 12


@st.composite
def systems(draw: st.DrawFn, most: int = MOST) -> System:
    """Up to 12 components shared crosswise by hops; some never fail, some are down for good;
    coverage 0 to 1."""
    count = draw(st.integers(1, most))
    chances = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0), st.floats(1e-6, 1e-2))
    components = tuple(
        Component(
            kind=draw(st.sampled_from(KINDS)), name=f"c{index:02d}", unavailability=draw(chances)
        )
        for index in range(count)
    )
    members = st.frozensets(st.integers(0, count - 1), min_size=1, max_size=5)
    tasks = []
    for number in range(draw(st.integers(1, 3))):
        weights = draw(st.lists(st.integers(0, 4), min_size=1, max_size=3).filter(any))
        tasks.append(
            TaskSystem(
                name=f"task-{number}",
                chains=tuple(
                    Chain(
                        share=weight / sum(weights),
                        hops=tuple(
                            Hop(model=f"m{place}", index=place, components=draw(members))
                            for place in range(draw(st.integers(1, 4)))
                        ),
                    )
                    for weight in weights
                ),
                coverage=draw(
                    st.one_of(st.sampled_from([0.0, 0.5, 0.9, 1.0]), st.floats(0.0, 1.0))
                ),
                coverage_origin="assumed",
                value_per_hour=draw(st.floats(0.0, 1e4)),
                requests_per_hour=1.0,
            )
        )
    return System(components=components, tasks=tuple(tasks))


def states(system: System) -> list[tuple[frozenset[int], float]]:
    """Every set of components that may be down, with its probability."""
    found = []
    for bits in product((False, True), repeat=len(system.components)):
        chance = 1.0
        for component, down in zip(system.components, bits, strict=True):
            chance *= component.unavailability if down else 1 - component.unavailability
        found.append((frozenset(index for index, down in enumerate(bits) if down), chance))
    return found


def is_down(chain: Chain, down: frozenset[int], *, covered: bool) -> bool:
    """The definition: the first hop is down, and the failover is not covered or every hop is
    down."""
    hops = [bool(hop.components & down) for hop in chain.hops]
    return hops[0] and (not covered or all(hops))


def unserved(task: TaskSystem, down: frozenset[int]) -> float:
    """Expected share of the requests without an answer in a state."""
    return sum(
        chain.share
        * (
            task.coverage * is_down(chain, down, covered=True)
            + (1 - task.coverage) * is_down(chain, down, covered=False)
        )
        for chain in task.chains
    )


def minimal(task: TaskSystem, chains: list[Chain], count: int) -> set[tuple[tuple[int, ...], bool]]:
    """Cut sets of order 1 and 2 by trying all: at coverage 0 no failover works, at 1 every one
    does."""
    options = (False, True) if 0 < task.coverage < 1 else (False,)
    found: set[tuple[tuple[int, ...], bool]] = set()
    for size in (1, 2):
        for members in combinations(range(count), size):
            for uncovered in options:
                if size + uncovered > 2:
                    continue
                covered = task.coverage > 0 and not uncovered
                if not all(is_down(chain, frozenset(members), covered=covered) for chain in chains):
                    continue
                found.add((members, uncovered))
    return {
        (members, uncovered)
        for members, uncovered in found
        if not any(
            set(part) <= set(members) and flag <= uncovered
            for part, flag in found
            if (part, flag) != (members, uncovered)
        )
    }


def listed(cuts: Cuts) -> list[CutSet]:
    return [*cuts.singles, *cuts.pairs]


@given(systems())
@settings(max_examples=150, deadline=None)
def test_cut_sets_are_those_that_trying_every_combination_finds(system: System) -> None:
    for found in cut_sets(system):
        chains = [chain for chain in found.task.chains if chain.share > 0]
        for cuts, tried in [
            *((cuts, [chain]) for cuts, chain in zip(found.chains, found.task.chains, strict=True)),
            *([(found.whole, chains)] if len(found.task.chains) > 1 else []),
        ]:
            told = [(cut.members, cut.uncovered) for cut in listed(cuts)]
            assert len(told) == len(set(told))
            assert set(told) == minimal(found.task, tried, len(system.components))
            assert not cuts.pairs_left_out
            assert not cuts.dead


@given(systems(), st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_reading_only_the_likeliest_reads_the_first_of_all(system: System, most: int) -> None:
    """What is multiplied out lazily is as enumerated: as many as counted, and no other is
    likelier."""
    for found in cut_sets(system):
        for cuts in (*found.chains, found.whole):
            every = cuts.likeliest(cuts.pair_count)
            tried = minimal(found.task, _down_together(found, cuts), len(system.components))
            assert {(cut.members, cut.uncovered) for cut in every} == {
                (members, uncovered)
                for members, uncovered in tried
                if len(members) + uncovered == 2
            }
            assert len(every) == cuts.pair_count
            read = cuts.likeliest(most)
            assert [cut.probability for cut in read] == [cut.probability for cut in every[:most]]
            assert set(read) <= set(every)
            assert len(set(read)) == len(read)


def _down_together(found: TaskCuts, cuts: Cuts) -> list[Chain]:
    chains = found.task.chains
    if len(chains) > 1 and cuts is found.whole:
        return [chain for chain in chains if chain.share > 0]
    return [chains[place] for place, each in enumerate(found.chains) if each is cuts][:1]


@given(systems())
@settings(max_examples=80, deadline=None)
def test_cut_sets_come_likeliest_first_and_carry_their_probability(system: System) -> None:
    for found in cut_sets(system):
        for cuts in (*found.chains, found.whole):
            for cut in listed(cuts):
                chance = 1 - found.task.coverage if cut.uncovered else 1.0
                for member in cut.members:
                    chance *= system.components[member].unavailability
                assert cut.probability == pytest.approx(chance, rel=1e-12)
                assert cut.order == (1 if cut in cuts.singles else 2)
            for several in (cuts.singles, cuts.pairs):
                assert list(several) == sorted(
                    several, key=lambda cut: (-cut.probability, cut.members, cut.uncovered)
                )


@given(systems(most=10))
@settings(max_examples=40, deadline=None)
def test_unavailability_and_importance_are_those_of_all_states(system: System) -> None:
    every = states(system)
    shares = [sum(chance * unserved(task, down) for down, chance in every) for task in system.tasks]
    assert unavailabilities(system) == pytest.approx(shares, rel=1e-9, abs=1e-15)
    total = sum(
        task.value_per_hour * share for task, share in zip(system.tasks, shares, strict=True)
    )
    found = importances(system)
    assert found.loss_per_hour == pytest.approx(total, rel=1e-9, abs=1e-12)
    told = {each.component: each for each in found.components}
    for index, component in enumerate(system.components):
        down, up = (_loss(system, index, chance) for chance in (1.0, 0.0))
        if index not in told:
            assert down == pytest.approx(up, rel=1e-9, abs=1e-12)
            continue
        each = told[index]
        assert each.birnbaum == pytest.approx(down - up, rel=1e-9, abs=1e-9)
        assert each.loss_per_year == pytest.approx(
            component.unavailability * each.birnbaum * HOURS_PER_YEAR, rel=1e-9
        )
        if total > 1e-6:
            assert each.criticality == pytest.approx(
                component.unavailability * (down - up) / total, abs=1e-9
            )
            assert each.raw == pytest.approx(down / total, rel=1e-6, abs=1e-9)
            if up > 1e-6 * total:
                assert each.rrw == pytest.approx(total / up, rel=1e-6)


def _loss(system: System, index: int, unavailability: float) -> float:
    """Expected loss of an hour with one component at another unavailability, over all states."""
    parts = list(system.components)
    parts[index] = replace(parts[index], unavailability=unavailability)
    every = states(replace(system, components=tuple(parts)))
    return sum(
        chance * task.value_per_hour * unserved(task, down)
        for down, chance in every
        for task in system.tasks
    )


@given(systems(), st.data())
@settings(max_examples=100, deadline=None)
def test_nothing_gets_better_when_something_fails_more_often(
    system: System, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(system.components) - 1))
    worse = data.draw(st.floats(system.components[index].unavailability, 1.0))
    parts = list(system.components)
    parts[index] = replace(parts[index], unavailability=worse)
    before, after = (
        unavailabilities(system),
        unavailabilities(replace(system, components=tuple(parts))),
    )
    assert all(later >= earlier - 1e-12 for earlier, later in zip(before, after, strict=True))


@given(systems(), st.data())
@settings(max_examples=100, deadline=None)
def test_a_further_fallback_and_more_coverage_never_hurt(
    system: System, data: st.DataObject
) -> None:
    task = data.draw(st.sampled_from(system.tasks))
    chain = data.draw(st.sampled_from(task.chains))
    more = data.draw(st.frozensets(st.integers(0, len(system.components) - 1), min_size=1))
    longer = replace(chain, hops=(*chain.hops, Hop(model="more", index=9, components=more)))
    coverage = data.draw(st.floats(task.coverage, 1.0))
    before = chain_unavailability(system, chain, task.coverage)
    assert chain_unavailability(system, longer, task.coverage) <= before + 1e-12
    assert chain_unavailability(system, chain, coverage) <= before + 1e-12
    if task.coverage > 0:
        alone, joined = (
            {
                cut.members
                for cut in cut_sets(replace(system, tasks=(replace(task, chains=(each,)),)))[
                    0
                ].whole.singles
            }
            for each in (chain, longer)
        )
        assert joined <= alone


@given(systems())
@settings(max_examples=80, deadline=None)
def test_what_a_single_point_takes_down_is_what_its_failing_alone_takes_down(
    system: System,
) -> None:
    points = {point.members[0]: point for point in measure_dependence(system).singles}
    for index in range(len(system.components)):
        lost = sum(
            task.value_per_hour * chain.share
            for task in system.tasks
            for chain in task.chains
            if is_down(chain, frozenset({index}), covered=task.coverage > 0)
        )
        value = points[index].value_per_hour if index in points else 0.0
        assert value == pytest.approx(lost, rel=1e-9, abs=1e-12)
        if index in points:
            assert sum(hit.value_per_hour for hit in points[index].hits) == pytest.approx(
                value, rel=1e-9, abs=1e-9
            )
