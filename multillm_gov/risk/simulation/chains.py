"""Chains as the simulation reads them: what one outage, and two at once, cost each chain.

A task class of coverage c loses the hours of an outage of its first hop whose mark is above c,
whatever its fallbacks do; the rest it loses while all of its hops are down. Band b of a mark is the
number of distinct coverages below it; level k is lost where b > k. Task classes are comonotone: an
outage that one does not reroute in time is not rerouted by one of less coverage either. What the
fallbacks' rate limits leave no room for is lost too (`Overflows`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations
from math import floor, fsum
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from multillm_gov.risk.simulation.streams import Floats, Integers
from multillm_gov.risk.system.priors import HOURS_PER_YEAR
from multillm_gov.risk.system.system import Component, System

_Key = tuple[tuple[frozenset[int], ...], float, tuple[tuple[int, float], ...]]
"""Hops, coverage, and overflow by component."""
Overflows = Mapping[tuple[str, int], Mapping[int, float]]
"""By task class and chain, then component of the first hop: share (0..1) without room elsewhere."""
_EVERYWHERE = 2
_MOST_COVERAGES = 12  # distinguished exactly


class _Place(NamedTuple):
    """How a chain depends on a component: 2 by every hop, 1 by its first, 0 by others only."""

    hops: int
    overflow: float = 0.0


class Group(Struct, frozen=True, kw_only=True, eq=False):
    """Chains that fail alike: the same hops and the same coverage."""

    members: Integers
    """Indexes into `SampledChains.components` of all that any hop depends on."""
    places: tuple[_Place, ...]
    together: frozenset[tuple[int, int]]
    """Positions in ``members`` (ascending) of two that take down every hop when both are down."""
    level: int  # of its coverage in `SampledChains.coverages`
    weights: tuple[tuple[int, float], ...]  # task class (index), value of one hour

    @property
    def weight(self) -> float:
        """Value of one hour over all its task classes."""
        return sum(weight for _, weight in self.weights)

    def alone(self, bands: int) -> Floats:
        """Part of an outage that is lost, by member and band of its mark (0..1)."""
        lost = [_alone(place, self.level, bands) for place in self.places]
        return np.array(lost).reshape(len(self.members), bands)

    def corrections(self, bands: int) -> Iterator[tuple[int, int, Floats]]:
        """By ordered pair of members: what the time when both are down adds to the sum of both.

        By band of the first one's mark and of the second one's. Lost in truth: all of it if the two
        take down every hop; else what the first outage of the first hop's decides, since a failover
        is made once. In the mean this is the second-order term of the chain's structure function.
        """
        places = self.places
        for number, other in combinations(range(len(places)), 2):
            together = (number, other) in self.together
            for first, second in ((number, other), (other, number)):
                correction = _correction(places[first], places[second], together, self.level, bands)
                if correction is not None:
                    yield first, second, correction


@lru_cache(maxsize=10_000)
def _correction(
    first: _Place, second: _Place, together: bool, level: int, bands: int
) -> Floats | None:
    """``None`` where it is nothing."""
    before, after = _alone(first, level, bands)[:, None], _alone(second, level, bands)[None, :]
    lost = np.zeros((bands, bands))
    if together:
        lost += 1
    elif first.hops:
        lost += before
    elif second.hops:
        lost += after
    correction: Floats = lost - before - after
    correction.setflags(write=False)
    return correction if correction.any() else None


def _alone(place: _Place, level: int, bands: int) -> Floats:
    if place.hops == _EVERYWHERE:
        return np.ones(bands)
    missed = np.arange(bands) > level
    lost: Floats = np.where(missed, 1.0, place.overflow) * place.hops
    return lost


class SampledChains(Struct, frozen=True, kw_only=True, eq=False):
    """All chains with value, over the components that can fail."""

    components: tuple[Component, ...]
    coverages: tuple[float, ...]  # distinct, ascending
    groups: tuple[Group, ...]
    always: tuple[tuple[int, float], ...]
    """Task class (index) and what it loses every year to what is always down."""

    @property
    def bands(self) -> int:
        """Number of bands of a mark."""
        return len(self.coverages) + 1

    @property
    def expected_loss(self) -> float:
        """Loss of a mean year, up to two components at once: what the draws converge to."""
        drawn = [group.weight * self.expected_hours(group) for group in self.groups]
        return fsum(drawn + [loss for _, loss in self.always])

    def expected_hours(self, group: Group) -> float:
        """Hours a year that a group loses in the mean, up to two components at once."""
        away = np.array([self.components[member].unavailability for member in group.members])
        coverage = self.coverages[group.level]
        chances = np.array([coverage, 1 - coverage])
        narrowed = Group(
            members=group.members,
            places=group.places,
            together=group.together,
            level=0,
            weights=group.weights,
        )
        hours = float((narrowed.alone(2) @ chances * away).sum())
        for first, second, correction in narrowed.corrections(2):
            if first < second:
                hours += float(chances @ correction @ chances) * float(away[first] * away[second])
        return HOURS_PER_YEAR * hours


def chains_of(system: System, overflows: Overflows | None = None) -> SampledChains:
    """Group all chains with value at stake; components that never fail are left out.

    What is always down (a retired model) is not drawn: its hop is left out, and where it is the
    first hop, the part of the requests that is not rerouted is lost all year.
    """
    weights, always = _weighed(system, overflows or {})
    used = sorted({index for hops, *_ in weights for hop in hops for index in hop})
    position = {index: place for place, index in enumerate(used)}
    coverages = tuple(sorted({coverage for _, coverage, _ in weights}))
    groups = tuple(
        _group(
            [frozenset(position[index] for index in hop) for hop in hops],
            coverages.index(coverage),
            {position[index]: part for index, part in overflow if index in position},
            tuple(by.items()),
        )
        for (hops, coverage, overflow), by in weights.items()
    )
    return SampledChains(
        components=tuple(system.components[index] for index in used),
        coverages=coverages,
        groups=groups,
        always=tuple(always.items()),
    )


def _weighed(
    system: System, overflows: Overflows
) -> tuple[dict[_Key, dict[int, float]], dict[int, float]]:
    """Value per hour by chain and task class; yearly losses to what is permanently down."""
    weights: defaultdict[_Key, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    always: defaultdict[int, float] = defaultdict(float)
    sieve = _Sieve(system)
    grid = len({task.coverage for task in system.tasks}) > _MOST_COVERAGES
    for number, task in enumerate(system.tasks):
        for index, chain in enumerate(task.chains):
            overflow = tuple(sorted(overflows.get((task.name, index), {}).items()))
            worth = chain.share * task.value_per_hour
            hops, coverage, lost = sieve.reduced(
                [hop.components for hop in chain.hops], task.coverage
            )
            if worth > 0 and lost:
                always[number] += lost * worth * HOURS_PER_YEAR
            if worth > 0 and lost < 1:
                for level, part in _on_grid(coverage, grid=grid):
                    weights[hops, level, overflow][number] += part * (1 - lost) * worth
    return weights, always


def _on_grid(coverage: float, *, grid: bool) -> tuple[tuple[float, float], ...]:
    """A coverage, or a mixture of the tenths around it where there are many: same mean."""
    below = floor(coverage * 10)
    upper = coverage * 10 - below
    if not grid or not upper:
        return ((coverage, 1.0),)
    return (below / 10, 1 - upper), ((below + 1) / 10, upper)


class _Sieve:
    """Takes out of chains what never fails and what always does."""

    def __init__(self, system: System) -> None:
        components = enumerate(system.components)
        self.failing = {
            index for index, component in components if 0 < component.unavailability < 1
        }
        self.gone = {
            index
            for index, component in enumerate(system.components)
            if component.unavailability >= 1
        }

    def reduced(
        self, hops: list[frozenset[int]], coverage: float
    ) -> tuple[tuple[frozenset[int], ...], float, float]:
        """Hops that may be up, the coverage that then holds, and the share (0..1) always lost."""
        left = [hop & self.failing for hop in hops if not hop & self.gone]
        if not left:
            return (), coverage, 1.0 if hops else 0.0
        if hops[0] & self.gone:
            return tuple(left), 1.0, 1 - coverage
        return tuple(left), coverage, 0.0


def _group(
    hops: list[frozenset[int]],
    level: int,
    overflow: dict[int, float],
    weights: tuple[tuple[int, float], ...],
) -> Group:
    members = sorted(frozenset().union(*hops))
    component_labels = [
        frozenset(n for n, hop in enumerate(hops) if member in hop) for member in members
    ]
    every = frozenset(range(len(hops)))
    return Group(
        members=np.array(members, dtype=np.int64),
        places=tuple(
            _Place(_EVERYWHERE if hung == every else int(0 in hung), overflow.get(member, 0.0))
            for member, hung in zip(members, component_labels, strict=True)
        ),
        together=frozenset(
            (number, other)
            for number, other in combinations(range(len(members)), 2)
            if component_labels[number] | component_labels[other] == every
        ),
        level=level,
        weights=weights,
    )
