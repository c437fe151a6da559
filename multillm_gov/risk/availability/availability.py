"""Exact unavailability of chains and task classes: no sampling or approximation (method 3.3)."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from multillm_gov.risk.system.cut_sets import ranks_of
from multillm_gov.risk.system.joint_outages import (
    MOST_AT_ONCE,
    Groups,
    any_down,
    first_hops,
    groups_of,
    joint_probabilities,
)
from multillm_gov.risk.system.priors import HOURS_PER_YEAR
from multillm_gov.risk.system.system import Chain, System

MOST_STEPS = 1_000_000
"""Most work on a chain of over six hops: failed hop combinations times component groups.

A chain that needs more (tens of hops that share causes crosswise) is cut to its first half, but
at least to six hops, which are always exact. A shorter chain is never better, so the figure is
never too good.
"""
MOST_STEPS_IN_ALL = 5_000_000
"""The same for all distinct chains of over six hops: inputs may route ten thousand."""


def chain_unavailability(
    system: System, chain: Chain, coverage: float, most_steps: int = MOST_STEPS
) -> float:
    """Share of the time (0..1) in which a request of the chain is not answered.

    U = P(first hop down) * (1 - c) + c * P(all hops down): a failover that is not covered does not
    happen.
    """
    hops = [hop.components for hop in chain.hops]
    first = all_down(system, hops[:1])
    if len(hops) == 1 or not coverage:
        return first
    return first * (1 - coverage) + coverage * all_down(system, hops, most_steps)


def unavailabilities(system: System) -> tuple[float, ...]:
    """The same of every task class, in order; chains of the same components are computed once."""
    distinct = {
        (tuple([hop.components for hop in chain.hops]), task.coverage): chain
        for task in system.tasks
        for chain in task.chains
    }
    most = shared_out(MOST_STEPS, MOST_STEPS_IN_ALL, (len(hops) for hops, _ in distinct))
    known = {
        key: chain_unavailability(system, chain, key[1], most) for key, chain in distinct.items()
    }
    return tuple(
        sum(
            chain.share * known[tuple([hop.components for hop in chain.hops]), task.coverage]
            for chain in task.chains
        )
        for task in system.tasks
    )


def shared_out(most: int, most_in_all: int, lengths: Iterable[int]) -> int:
    """Steps for each chain that is too long for one pass, so that all stay affordable."""
    return min(most, most_in_all // max(sum(length > MOST_AT_ONCE for length in lengths), 1))


def expected_loss_per_year(system: System) -> float:
    """Value lost to outages in a mean year: sum of v * 8,760 h * U (method 3.3, 8)."""
    shares = unavailabilities(system)
    return sum(
        task.value_per_hour * HOURS_PER_YEAR * share
        for task, share in zip(system.tasks, shares, strict=True)
    )


def retired_loss_per_year(system: System) -> float:
    """The part of `expected_loss_per_year` that is no outage: models that are already retired.

    What would be lost if nothing else ever failed.
    """
    components = tuple(
        component if component.unavailability >= 1 else replace(component, unavailability=0.0)
        for component in system.components
    )
    if not any(component.unavailability for component in components):
        return 0.0
    return expected_loss_per_year(replace(system, components=components))


def all_down(system: System, hops: Sequence[frozenset[int]], most_steps: int = MOST_STEPS) -> float:
    """Probability that each of several hops has a component down, whatever they share.

    More than six hops are walked one after the other (`_walk`), or cut where that takes more than
    ``most_steps``.
    """
    if len(hops) == 1:
        return any_down(system, sorted(hops[0]))[0]
    groups = groups_of(hops)
    count = len(hops)
    while count > MOST_AT_ONCE:
        value = _walk(system, groups, count, most_steps)
        if value is not None:
            return value
        count = max(count // 2, MOST_AT_ONCE)
        groups = first_hops(groups, count)
    return joint_probabilities(system, groups, count)[-1]


def _walk(system: System, groups: Groups, count: int, most_steps: int) -> float | None:
    """Walk the groups hop by hop, fewest open groups first; ``None``: too many steps.

    The probability of every combination of hops that are down is kept; once nothing more can take a
    hop down, only combinations in which it is down are followed.
    """
    steps = sum(mask.bit_count() for mask in groups)
    if steps > most_steps:
        return None
    states = {0: 1.0}
    open_hops = set(range(count))
    for mask in sorted(groups, key=lambda mask: (-mask.bit_count(), mask)):
        if mask.bit_count() == count:
            states = _step(states, mask, *any_down(system, groups[mask]))
    waiting = _by_hop(groups, count)
    while open_hops:
        hop = min(open_hops, key=lambda hop: (len(waiting[hop]), hop))
        open_hops.discard(hop)
        for mask in sorted(waiting[hop]):
            steps += len(states)
            if steps > most_steps:
                return None
            states = _step(states, mask, *any_down(system, groups[mask]))
            for other in ranks_of(mask):
                waiting[other].discard(mask)
        states = _settled(states, hop)
    return sum(states.values())


def _by_hop(groups: Groups, count: int) -> list[set[int]]:
    """Which groups a hop still waits for; those that all hops share are known by then."""
    waiting: list[set[int]] = [set() for _ in range(count)]
    for mask in groups:
        if mask.bit_count() < count:
            for hop in ranks_of(mask):
                waiting[hop].add(mask)
    return waiting


def _step(states: dict[int, float], mask: int, down: float, up: float) -> dict[int, float]:
    """Either a group has some component down, which takes its hops down, or it has not."""
    moved: dict[int, float] = {}
    for state, probability in states.items():
        taken = state | mask
        moved[taken] = moved.get(taken, 0.0) + probability * down
        moved[state] = moved.get(state, 0.0) + probability * up
    return {state: probability for state, probability in moved.items() if probability}


def _settled(states: dict[int, float], hop: int) -> dict[int, float]:
    """Only combinations in which a hop is down, the hop itself forgotten."""
    settled: dict[int, float] = {}
    for state, probability in states.items():
        if state >> hop & 1:
            rest = state & ~(1 << hop)
            settled[rest] = settled.get(rest, 0.0) + probability
    return settled
