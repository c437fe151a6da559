"""How much hangs on each component: Birnbaum, criticality, risk achievement and risk reduction worth (method 3.3).

Exact by conditioning: the expected loss with a component down for sure, and with it up for sure. Components fail
independently, so E[L] = p E[L|down] + (1 - p) E[L|up].
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from operator import mul

from msgspec import Struct

from multillm_gov.risk.availability import all_down
from multillm_gov.risk.priors import HOURS_PER_YEAR
from multillm_gov.risk.system import System

MOST_STEPS = 300_000
"""Work on one chain: combinations of hops that are down, times groups of components, squared."""
_Hops = tuple[frozenset[int], ...]


class Importance(Struct, frozen=True, kw_only=True):
    """What one component means for the expected loss L of an hour, in the portfolio's currency."""

    component: int
    """Index into `System.components`."""
    birnbaum: float
    """I = E[L|down] - E[L|up]: value it takes down per hour while it is away, beside what is lost anyway."""
    criticality: float
    """p I / E[L]: the share of the expected loss (0..1) that would not be if it never failed; shares of causes that
    need each other overlap, so they may sum to more than 1."""
    loss_per_year: float
    """p I over 8,760 h: the same in the portfolio's currency."""
    raw: float | None
    """Risk achievement worth, E[L|down] / E[L]; ``None`` where nothing is lost at all."""
    rrw: float | None
    """Risk reduction worth, E[L] / E[L|up]; ``None`` where nothing else is lost, or nothing at all."""


class Importances(Struct, frozen=True, kw_only=True):
    """Of every component that a chain hangs on."""

    loss_per_hour: float
    """Expected, in the portfolio's currency."""
    components: tuple[Importance, ...]
    """The most critical first, then those that take down the most, then in the system's order."""

    @property
    def loss_per_year(self) -> float:
        """Expected loss of a mean year, in the portfolio's currency."""
        return self.loss_per_hour * HOURS_PER_YEAR


def importances(system: System) -> Importances:
    """Importance of every component; each distinct chain is worked out once, whatever the number of task classes.

    A chain of many hops that share causes crosswise is cut to its first hops until `MOST_STEPS` suffice: a shorter
    chain is never better, so what is told is never too good. Chains of up to six hops are always exact.
    """
    total = 0.0
    birnbaum: defaultdict[int, float] = defaultdict(float)
    for (coverage, hops), value in _distinct(system).items():
        kept = _followed(hops if coverage > 0 else hops[:1])
        total += value * _unavailability(system, kept, coverage)
        for group in _groups(kept):
            worth = value * max(_given(system, kept, coverage, group), 0.0)
            for index, alone in _alone(system, group):
                birnbaum[index] += worth * alone
    found = (_importance(system, index, worth, total) for index, worth in birnbaum.items())
    return Importances(
        loss_per_hour=total,
        components=tuple(sorted(found, key=lambda each: (-each.criticality, -each.birnbaum, each.component))),
    )


def _distinct(system: System) -> dict[tuple[float, _Hops], float]:
    """Distinct chains with the value per hour that hangs on all like them."""
    found: defaultdict[tuple[float, _Hops], float] = defaultdict(float)
    for task in system.tasks:
        for chain in task.chains:
            hops = tuple([hop.components for hop in chain.hops])
            found[task.coverage, hops] += chain.share * task.value_per_hour
    return found


def _groups(hops: _Hops) -> tuple[frozenset[int], ...]:
    """Components by which hops hang on them: the members of a group take down the same hops."""
    where: defaultdict[int, int] = defaultdict(int)
    for position, hop in enumerate(hops):
        for index in hop:
            where[index] |= 1 << position
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for index, mask in sorted(where.items()):
        groups[mask].append(index)
    return tuple(frozenset(groups[mask]) for mask in sorted(groups))


def _followed(hops: _Hops) -> _Hops:
    """The chain, or as many of its first hops as can be followed in `MOST_STEPS`."""
    while len(hops) > 1:
        groups = _groups(hops)
        shared = sum(sum(not group.isdisjoint(hop) for hop in hops) > 1 for group in groups)
        states: int = 1 << min(len(hops), shared)
        if states * len(groups) ** 2 <= MOST_STEPS:
            return hops
        hops = hops[: len(hops) // 2]
    return hops


def _unavailability(system: System, hops: _Hops, coverage: float) -> float:
    """As `availability.chain_unavailability`, of hops."""
    first = all_down(system, hops[:1])
    return first if len(hops) == 1 else first * (1 - coverage) + coverage * all_down(system, hops)


def _given(system: System, hops: _Hops, coverage: float, group: frozenset[int]) -> float:
    """How much more often the chain is down with a group down than with all of it up.

    With it down, the hops that hang on it are down for sure; with it up, they hang on what is left of them.
    """
    down, up = ([hop for hop in hops if group.isdisjoint(hop)], [hop - group for hop in hops])
    first = (1.0 if not group.isdisjoint(hops[0]) else all_down(system, hops[:1])) - all_down(system, up[:1])
    if len(hops) == 1:
        return first
    return first * (1 - coverage) + coverage * (all_down(system, down) - all_down(system, up))


def _alone(system: System, group: frozenset[int]) -> Iterator[tuple[int, float]]:
    """Each member with the probability that all the others are up: only then does it make the difference."""
    members = sorted(group)
    ups = [1 - system.components[index].unavailability for index in members]
    before = list(accumulate(ups, mul, initial=1.0))
    after = list(accumulate(reversed(ups), mul, initial=1.0))[::-1]
    for place, index in enumerate(members):
        yield index, before[place] * after[place + 1]


def _importance(system: System, index: int, birnbaum: float, total: float) -> Importance:
    chance = system.components[index].unavailability
    up = total - chance * birnbaum
    if up <= total * 1e-12:  # nothing but rounding is left of it
        up = 0.0
    return Importance(
        component=index,
        birnbaum=birnbaum,
        criticality=min(chance * birnbaum / total, 1.0) if total else 0.0,
        loss_per_year=chance * birnbaum * HOURS_PER_YEAR,
        raw=(total + (1 - chance) * birnbaum) / total if total else None,
        rrw=total / up if up else None,
    )
