"""Who answers what: requests go down their chains, each deployment taking only what its rate limits allow.

Round by round: first what is routed to each model, then what the first fallback is asked for, and
so on, so that a fallback takes over only what its limit leaves beyond its own demand. Within a
round those who ask one deployment share it in proportion to what they ask (N+1, method 3.3). All
failovers are taken to
work here: that is what a limit has to hold; how likely they work is the task class's coverage,
applied by `stress`.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import Struct

from multillm_gov.measures.capacity import demand_with_retries, served_share
from multillm_gov.risk.stress.hop_state import HopState, States, demand_factor
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.stress_context import (
    Limits,
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
        return sum((one.share for one in self.fallbacks), _ZERO)


Flows = dict[int, tuple[Flow, ...]]
"""By position of the task class in the context: its chains' flows."""


class _Run:
    """One chain on its way down."""

    def __init__(
        self,
        task: StressedTask,
        chain: StressedChain,
        effects: Sequence[ShockEffect],
        states: States,
    ) -> None:
        self.task = task
        self.chain = chain
        self.demand = chain.share * demand_factor(task.name, chain.hops[0], effects)
        self.left = self.demand
        self.states = [
            states.of(task.name, hop, routed=not index) for index, hop in enumerate(chain.hops)
        ]
        self.answered = [_ZERO] * len(chain.hops)

    def asks(self, index: int) -> bool:
        return index < len(self.chain.hops) and bool(self.left) and not self.states[index].down

    def load(self, index: int, peak: Decimal) -> tuple[Decimal, Decimal]:
        """Requests and tokens a minute asked of the model at a position."""
        requests = self.left * self.task.requests_per_minute * peak
        return requests, requests * self.task.tokens_per_request * self.states[index].token_factor

    def answer(self, index: int, served: Decimal) -> None:
        self.answered[index] = self.left * served
        self.left -= self.answered[index]

    def flow(self) -> Flow:
        told = tuple(map(HopFlow, self.chain.hops, self.states, self.answered))
        return Flow(self.demand, told[0], tuple(one for one in told[1:] if one.share))


def involved(context: StressContext, effects: Iterable[ShockEffect]) -> tuple[int, ...]:
    """Positions of the task classes that effects may touch: those they hit, and all that share a limited deployment."""
    found = set(context.on_limits)
    for effect in effects:
        if effect.targets is None:
            return tuple(range(len(context.tasks)))
        for label in effect.targets:
            found.update(context.users.get(label, ()))
    return tuple(sorted(found))


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
    runs = {
        index: [
            _Run(context.tasks[index], chain, effects, states)
            for chain in context.tasks[index].chains
        ]
        for index in looked_at
    }
    every = [run for task_flows in runs.values() for run in task_flows]
    used: dict[int, tuple[Decimal, Decimal]] = {}
    busiest = context.settings.risk.peak_factor
    for index in range(max((len(run.chain.hops) for run in every), default=0)):
        _round(
            [run for run in every if run.asks(index)], index, context.limits, used, (peak, busiest)
        )
    return {index: tuple(run.flow() for run in task_flows) for index, task_flows in runs.items()}


def _round(
    asking: list[_Run],
    index: int,
    limits: dict[int, Limits],
    used: dict[int, tuple[Decimal, Decimal]],
    peaks: tuple[Decimal, Decimal],
) -> None:
    """Let the models at one position of their chains answer; ``peaks`` are demand's factors now and at its busiest."""
    limited: dict[int, list[_Run]] = {}
    for run in asking:
        deployment = run.chain.hops[index].deployment
        if deployment in limits or run.states[index].limit_factor != 1:
            limited.setdefault(deployment, []).append(run)
        else:
            run.answer(index, _ONE)
    for deployment, runs in limited.items():
        loads = [run.load(index, peaks[0]) for run in runs]
        asked = sum((one for one, _ in loads), _ZERO), sum((one for _, one in loads), _ZERO)
        before = used.get(deployment, (_ZERO, _ZERO))
        factor = min(run.states[index].limit_factor for run in runs)
        tries = max(run.states[index].tries for run in runs)
        limit = limits.get(deployment)
        room = _room(limit, before, asked, factor, peaks[1] / peaks[0])
        served = min(_served(room[0], asked[0], tries), _served(room[1], asked[1], tries))
        used[deployment] = before[0] + served * asked[0], before[1] + served * asked[1]
        for run in runs:
            run.answer(index, served)


def _room(
    limit: Limits | None,
    used: tuple[Decimal, Decimal],
    asked: tuple[Decimal, Decimal],
    factor: Decimal,
    spare: Decimal,
) -> tuple[Decimal | None, Decimal | None]:
    """What a deployment can take beside what it takes already.

    Where no limit is declared it is taken to be just enough for the busiest minute of what is
    asked, and a factor cuts that.
    """
    if limit is None:
        return asked[0] * spare * factor, None
    return _left(limit.requests, factor, used[0]), _left(limit.tokens, factor, used[1])


def _left(limit: Decimal | None, factor: Decimal, used: Decimal) -> Decimal | None:
    return None if limit is None else max(limit * factor - used, _ZERO)


def _served(room: Decimal | None, asked: Decimal, tries: int) -> Decimal:
    if room is None or not asked:
        return _ONE
    first = served_share(room, asked)
    if first == 1 or tries == 1:
        return first
    return served_share(room, demand_with_retries(asked, 1 - first, tries))
