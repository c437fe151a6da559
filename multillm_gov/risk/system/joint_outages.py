"""How often hops of a chain are down together: every combination of up to six of them.

Components are grouped by the hops that depend on them: those of a group take down the same hops,
and groups fail independently. All terms are positive, so small probabilities keep their digits.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from multillm_gov.risk.system.system import System

MOST_AT_ONCE = 6
"""Hops whose combinations are all worked out; 64 of them."""
Groups = dict[int, list[int]]
"""Components, ascending, by the hops that depend on them, a bit each."""


def groups_of(hops: Iterable[frozenset[int]]) -> Groups:
    """The components of a chain, none of them in two groups."""
    masks: dict[int, int] = {}
    for position, components in enumerate(hops):
        bit = 1 << position
        for index in components:
            masks[index] = masks.get(index, 0) | bit
    groups: Groups = {}
    for index in sorted(masks):
        groups.setdefault(masks[index], []).append(index)
    return groups


def first_hops(groups: Groups, count: int) -> Groups:
    """The groups of a chain that is cut to its first hops."""
    remaining = (1 << count) - 1
    numbers_by_number: Groups = {}
    for mask, members in groups.items():
        if mask & remaining:
            numbers_by_number.setdefault(mask & remaining, []).extend(members)
    return {mask: sorted(members) for mask, members in numbers_by_number.items()}


def any_down(system: System, members: Iterable[int]) -> tuple[float, float]:
    """Probabilities that some component of a group is down, and that all are up."""
    down, up = 0.0, 1.0
    for index in members:
        unavailability = system.components[index].unavailability
        down += up * unavailability
        up *= 1 - unavailability
    return down, up


def joint_probabilities(
    system: System, groups: Mapping[int, Sequence[int]], count: int
) -> list[float]:
    """By combination of hops, as bits: the probability that all of them are down.

    Either a group has some component down, which takes its hops down, or it has not.
    """
    states = [0.0] * (1 << count)
    states[0] = 1.0
    for mask, members in groups.items():
        down, up = any_down(system, members)
        if down:
            for state, taken in _moves(count, mask):
                probability = states[state]
                states[taken] += probability * down
                states[state] = probability * up
    for hop in range(count):
        for state, taken in _moves(count, 1 << hop):
            states[state] += states[taken]
    return states


@cache
def _moves(count: int, mask: int) -> tuple[tuple[int, int], ...]:
    """Every combination of hops that lacks some of these, and what it is with them."""
    return tuple((state, state | mask) for state in range(1 << count) if state & mask != mask)
