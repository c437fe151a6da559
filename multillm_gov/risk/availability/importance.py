"""Importance of components: Birnbaum, criticality, risk achievement and reduction (method 3.3).

Exact by conditioning: the expected loss with a component down, and with it up. Components fail
independently, so E[L] = p E[L|down] + (1 - p) E[L|up].
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from operator import mul

from msgspec import Struct

from multillm_gov.risk.availability.availability import all_down, shared_out
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
from multillm_gov.risk.system.system import System

MOST_STEPS = 300_000
"""Most work on a chain of over six hops: failed combinations times groups, squared."""
MOST_STEPS_IN_ALL = 150_000_000
"""The same over all distinct chains of more than six hops, shared out evenly."""
MOSTLY = 0.5
"""Above it, what remains if a group is up is computed itself: a difference loses digits."""
ROUNDING = 1e-12
"""Relative: nothing but rounding is left below it."""
_Hops = tuple[frozenset[int], ...]
_DownOf = Callable[[int], float]
"""From some hops of a chain, a bit each, to the probability that all of them are down."""


class Importance(Struct, frozen=True, kw_only=True):
    """What one component means for the expected loss L of an hour, in the portfolio's currency."""

    component: int
    """Index into `System.components`."""
    birnbaum: float
    """I = E[L|down] - E[L|up]: value lost per hour because it is down."""
    criticality: float
    """p I / E[L]: share of the expected loss (0..1) that its failures cause.

    Shares of causes that need each other overlap, so they may sum to more than 1.
    """
    loss_per_year: float
    """p I over 8,760 h: the same in the portfolio's currency."""
    raw: float | None
    """Risk achievement worth, E[L|down] / E[L]; ``None`` where nothing is lost at all."""
    rrw: float | None
    """Risk reduction worth, E[L] / E[L|up]; ``None`` where nothing else, or nothing, is lost."""


class Importances(Struct, frozen=True, kw_only=True):
    """Of every component that a chain depends on."""

    loss_per_hour: float
    """Expected, in the portfolio's currency."""
    components: tuple[Importance, ...]
    """The most critical first, then those that take down the most, then in the system's order."""

    @property
    def loss_per_year(self) -> float:
        """Expected loss of a mean year, in the portfolio's currency."""
        return self.loss_per_hour * HOURS_PER_YEAR


def importances(system: System) -> Importances:
    """Importance of every component; each distinct chain is computed once.

    A chain of more than six hops that share causes crosswise is cut to its first hops, six at
    least, until `MOST_STEPS` suffice: a shorter chain is never better, so the figure is never too
    good. Up to six hops are always exact.
    """
    total = 0.0
    distinct = _distinct(system)
    most = shared_out(MOST_STEPS, MOST_STEPS_IN_ALL, (len(hops) for _, hops in distinct))
    birnbaum: defaultdict[int, float] = defaultdict(float)
    for (coverage, hops), value in distinct.items():
        kept_values, groups = _followed(hops if coverage > 0 else hops[:1], most)
        down_of = _down_of(system, kept_values, groups)
        total += value * _mixed(down_of, (1 << len(kept_values)) - 1, coverage)
        for mask, members in groups.items():
            worth = value * max(_given(system, kept_values, coverage, mask, members, down_of), 0.0)
            for index, alone in _alone(system, members):
                birnbaum[index] += worth * alone
    matching_importances = (
        _importance(system, index, worth, total) for index, worth in birnbaum.items()
    )
    return Importances(
        loss_per_hour=total,
        components=tuple(
            sorted(
                matching_importances,
                key=lambda each: (-each.criticality, -each.birnbaum, each.component),
            )
        ),
    )


def _distinct(system: System) -> dict[tuple[float, _Hops], float]:
    """Distinct chains with the value per hour that depends on all like them."""
    values_by_key: defaultdict[tuple[float, _Hops], float] = defaultdict(float)
    for task in system.tasks:
        for chain in task.chains:
            hops = tuple([hop.components for hop in chain.hops])
            values_by_key[task.coverage, hops] += chain.share * task.value_per_hour
    return values_by_key


def _followed(hops: _Hops, most: int) -> tuple[_Hops, Groups]:
    """The longest start of the chain that fits in the given steps, and its groups."""
    groups, count = groups_of(hops), len(hops)
    while count > MOST_AT_ONCE:
        states: int = 1 << min(count, sum(mask.bit_count() > 1 for mask in groups))
        if states * len(groups) ** 2 <= most:
            break
        count = max(count // 2, MOST_AT_ONCE)
        groups = first_hops(groups, count)
    return hops[:count], groups


def _down_of(system: System, hops: _Hops, groups: Groups) -> _DownOf:
    """All combinations at once where the hops are few, else each when it is requested."""
    if len(hops) <= MOST_AT_ONCE:
        return joint_probabilities(system, groups, len(hops)).__getitem__
    return cache(lambda requested: all_down(system, [hops[place] for place in ranks_of(requested)]))


def _mixed(down_of: _DownOf, number: int, coverage: float) -> float:
    """`availability.chain_unavailability` of a chain with all but the given hops down."""
    return down_of(number & 1) * (1 - coverage) + coverage * down_of(number)


def _given(
    system: System,
    hops: _Hops,
    coverage: float,
    mask: int,
    members: Sequence[int],
    down_of: _DownOf,
) -> float:
    """How much more often the chain is down with a group down than with all of it up.

    With it down, the hops that depend on it are down. With it up, they depend on what is left of
    them; where it is mostly up, that follows from how often they are down either way.
    """
    every = (1 << len(hops)) - 1
    more, usual = _mixed(down_of, every & ~mask, coverage), _mixed(down_of, every, coverage)
    down, up = any_down(system, members)
    if down > MOSTLY:
        left = tuple([hop.difference(members) for hop in hops])
        first, whole = all_down(system, left[:1]), all_down(system, left)
        return more - (first * (1 - coverage) + coverage * whole)
    return (more - usual) / up if more - usual > ROUNDING * usual else 0.0


def _alone(system: System, members: Sequence[int]) -> Iterator[tuple[int, float]]:
    """Each member and the probability that all others are up, where it makes the difference."""
    ups = [1 - system.components[index].unavailability for index in members]
    before = list(accumulate(ups, mul, initial=1.0))
    after = list(accumulate(reversed(ups), mul, initial=1.0))[::-1]
    for place, index in enumerate(members):
        yield index, before[place] * after[place + 1]


def _importance(system: System, index: int, birnbaum: float, total: float) -> Importance:
    chance = system.components[index].unavailability
    up = total - chance * birnbaum
    if up <= total * ROUNDING:
        up = 0.0
    return Importance(
        component=index,
        birnbaum=birnbaum,
        criticality=min(chance * birnbaum / total, 1.0) if total else 0.0,
        loss_per_year=chance * birnbaum * HOURS_PER_YEAR,
        raw=(total + (1 - chance) * birnbaum) / total if total else None,
        rrw=total / up if up else None,
    )
