"""How much hangs on each component: Birnbaum, criticality, risk achievement and risk reduction worth (method 3.3).

Exact by conditioning: the expected loss with a component down for sure, and with it up for sure. Components fail
independently, so E[L] = p E[L|down] + (1 - p) E[L|up].
"""

from collections import defaultdict

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.risk.availability import chain_unavailability
from multillm_gov.risk.priors import HOURS_PER_YEAR
from multillm_gov.risk.system import Chain, System

_Key = tuple[float, tuple[frozenset[int], ...]]


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

    Where a chain is too entangled to follow (`availability.MOST_STATES`) the figures are those of a shorter chain.
    """
    conditioned = _Conditioned(system)
    total = 0.0
    birnbaum: defaultdict[int, float] = defaultdict(float)
    for (coverage, _), (chain, value) in _distinct(system).items():
        total += value * chain_unavailability(system, chain, coverage)
        felt = chain.hops if coverage > 0 else chain.hops[:1]
        for index in sorted({each for hop in felt for each in hop.components}):
            down = chain_unavailability(conditioned.on(index, 1.0), chain, coverage)
            up = chain_unavailability(conditioned.on(index, 0.0), chain, coverage)
            birnbaum[index] += value * max(down - up, 0.0)
    found = (_importance(system, index, worth, total) for index, worth in birnbaum.items())
    return Importances(
        loss_per_hour=total,
        components=tuple(sorted(found, key=lambda each: (-each.criticality, -each.birnbaum, each.component))),
    )


def _distinct(system: System) -> dict[_Key, tuple[Chain, float]]:
    """Distinct chains with the value per hour that hangs on all like them."""
    found: dict[_Key, tuple[Chain, float]] = {}
    for task in system.tasks:
        for chain in task.chains:
            key = task.coverage, tuple(hop.components for hop in chain.hops)
            kept, value = found.get(key, (chain, 0.0))
            found[key] = kept, value + chain.share * task.value_per_hour
    return found


class _Conditioned:
    """The system with one component up or down for sure, made once each."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._made: dict[tuple[int, float], System] = {}

    def on(self, index: int, unavailability: float) -> System:
        key = index, unavailability
        if key not in self._made:
            parts = list(self._system.components)
            parts[index] = replace(parts[index], unavailability=unavailability)
            self._made[key] = replace(self._system, components=tuple(parts))
        return self._made[key]


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
