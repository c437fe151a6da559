"""Who answers what: requests pass down their chains, each deployment within its limits.

Within a round those who reach one deployment share it in proportion to what they send (N+1, method
3.3). All failovers are taken to work here: that is what a limit has to hold; how likely they work
is the task class's coverage, applied by `stress`. Where no limit is declared and a shock cuts it,
the limit is taken to be just enough for the busiest minute of everyday demand.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import Struct

from multillm_gov.measures.capacity import demand_with_retries, served_share
from multillm_gov.measures.failover import Walk, walk_down
from multillm_gov.risk.stress.shock_effect import HopState, ShockEffect, States, demand_factor
from multillm_gov.risk.stress.stress_context import (
    RateLimits,
    StressContext,
    StressedChain,
    StressedHop,
    StressedTask,
)

_ZERO = Decimal(0)
_ONE = Decimal(1)


class HopFlow(Struct, frozen=True):
    """What one model of a chain answers."""

    hop: StressedHop
    state: HopState
    share: Decimal
    """Of the task class's declared requests; above the chain's own share where demand has grown."""


class Flow(Struct, frozen=True):
    """One chain's requests."""

    demand: Decimal
    """Share of the task class's declared requests that arrives at the chain."""
    routed: HopFlow
    fallbacks: tuple[HopFlow, ...]
    """As if the failover worked."""

    @property
    def by_fallbacks(self) -> Decimal:
        """What all fallbacks together answer, if the failover works."""
        return sum((fallback.share for fallback in self.fallbacks), _ZERO)


Flows = dict[int, tuple[Flow, ...]]
"""By position of the task class in the context: its chains' flows."""


class _StressedWalk(Walk):
    """The requests of one chain on their way down, with what effects make of each hop."""

    __slots__ = ("chain", "states", "task")

    def __init__(
        self,
        task: StressedTask,
        chain: StressedChain,
        effects: Sequence[ShockEffect],
        states: States,
    ) -> None:
        super().__init__(
            chain.share * demand_factor(task.name, chain.hops[0], effects), len(chain.hops)
        )
        self.task = task
        self.chain = chain
        self.states = [
            states.of(task.name, hop, routed=not index) for index, hop in enumerate(chain.hops)
        ]

    def load(self, index: int, peak: Decimal) -> tuple[Decimal, Decimal]:
        """Requests and tokens a minute that reach the model at a position."""
        requests = self.left * self.task.requests_per_minute * peak
        return requests, requests * self.task.tokens_per_request * self.states[index].token_factor

    def flow(self) -> Flow:
        """What each model answered."""
        hops = tuple(map(HopFlow, self.chain.hops, self.states, self.answered))
        return Flow(self.requests, hops[0], tuple(hop for hop in hops[1:] if hop.share))


def involved(context: StressContext, effects: Iterable[ShockEffect]) -> tuple[int, ...]:
    """Positions of task classes that effects hit or that share a limited deployment."""
    numbers = set(context.on_limits)
    for effect in effects:
        if effect.targets is None:
            return tuple(range(len(context.tasks)))
        for label in effect.targets:
            numbers.update(context.users.get(label, ()))
    return tuple(sorted(numbers))


def flows(
    context: StressContext,
    effects: Sequence[ShockEffect],
    peak: Decimal = _ONE,
    tasks: Iterable[int] | None = None,
) -> Flows:
    """Who answers what under stress.

    Args:
        context: The portfolio.
        effects: All that last at the moment looked at; none: everyday operation.
        peak: What mean demand is multiplied by at that moment.
        tasks: Positions of the task classes looked at, as `involved` gives them; ``None``: all.
    """
    states = States(effects)
    looked_at = range(len(context.tasks)) if tasks is None else tasks
    walks = {
        index: [
            _StressedWalk(context.tasks[index], chain, effects, states)
            for chain in context.tasks[index].chains
        ]
        for index in looked_at
    }
    rounds = _Rounds(context, peak)
    walk_down([walk for of_task in walks.values() for walk in of_task], rounds.serve)
    return {index: tuple(walk.flow() for walk in of_task) for index, of_task in walks.items()}


class _Rounds:
    """Lets models answer, each deployment up to its rate limits over all rounds."""

    def __init__(self, context: StressContext, peak: Decimal) -> None:
        self._context = context
        self._peak = peak
        self._used: dict[int, tuple[Decimal, Decimal]] = {}

    def serve(self, index: int, walks: list[_StressedWalk]) -> None:
        """The models at one position of their chains answer."""
        limited: dict[int, list[_StressedWalk]] = {}
        for walk in walks:
            state = walk.states[index]
            if state.down:
                continue
            deployment = walk.chain.hops[index].deployment
            if deployment in self._context.limits or state.limit_factor != 1:
                limited.setdefault(deployment, []).append(walk)
            else:
                walk.answer(index, _ONE)
        for deployment, sharing in limited.items():
            self._serve_limited(index, deployment, sharing)

    def _serve_limited(self, index: int, deployment: int, walks: list[_StressedWalk]) -> None:
        loads = [walk.load(index, self._peak) for walk in walks]
        load = (
            sum((amount for amount, _ in loads), _ZERO),
            sum((amount for _, amount in loads), _ZERO),
        )
        before = self._used.get(deployment, (_ZERO, _ZERO))
        factor = min(walk.states[index].limit_factor for walk in walks)
        tries = max(walk.states[index].tries for walk in walks)
        limits = self._context.limits.get(deployment) or RateLimits(
            self._context.everyday_load[deployment] * self._context.settings.risk.peak_factor
        )
        part = min(
            _served(_left(limit, factor, used), amount, tries)
            for limit, used, amount in zip(
                (limits.requests, limits.tokens), before, load, strict=True
            )
        )
        self._used[deployment] = before[0] + part * load[0], before[1] + part * load[1]
        for walk in walks:
            walk.answer(index, part)


def _left(limit: Decimal | None, factor: Decimal, used: Decimal) -> Decimal | None:
    return None if limit is None else max(limit * factor - used, _ZERO)


def _served(room: Decimal | None, amount: Decimal, tries: int) -> Decimal:
    if room is None or not amount:
        return _ONE
    first = served_share(room, amount)
    if first == 1 or tries == 1:
        return first
    return served_share(room, demand_with_retries(amount, 1 - first, tries))
