"""Exact unavailability of chains and task classes: no sampling, no rare-event approximation (method 3.3)."""

from collections.abc import Sequence
from math import expm1, inf, log1p

from multillm_gov.risk.priors import HOURS_PER_YEAR
from multillm_gov.risk.system import Chain, System, TaskSystem

MOST_STATES = 20_000
"""Combinations of hops that are down which are followed at once. A chain that needs more (tens of hops that share
causes crosswise) is cut to its first half: a shorter chain is never better, so what is told is never too good."""
MOST_STATES_IN_ALL = 400_000
"""The same over all distinct chains of a system, shared out evenly: a stranger may route ten thousand of them."""
FEWEST_STATES = 64
"""What each chain gets all the same: those of up to six hops are always exact."""
_Causes = dict[int, float]
"""Logarithm of the probability that all components which exactly these hops (a bit each) hang on are up."""


def steady_unavailability(mean_hours_between: float, mean_hours_to_repair: float) -> float:
    """U = MTTR / (MTBF + MTTR): 300 h and 1.5 h give .0049751 (method 3.3).

    Raises:
        ValueError: a time below 0, or both 0.
    """
    if min(mean_hours_between, mean_hours_to_repair) < 0 or mean_hours_between + mean_hours_to_repair == 0:
        raise ValueError("times lie at or above 0, and not both are 0")
    return mean_hours_to_repair / (mean_hours_between + mean_hours_to_repair)


def chain_unavailability(system: System, chain: Chain, coverage: float, most_states: int = MOST_STATES) -> float:
    """Share of the time (0..1) in which a request of the chain is not answered.

    U = P(first hop down) * (1 - c) + c * P(all hops down): a failover that is not covered does not happen.
    """
    hops = [hop.components for hop in chain.hops]
    first = all_down(system, hops[:1])
    if len(hops) == 1:
        return first
    return first * (1 - coverage) + coverage * all_down(system, hops, most_states)


def task_unavailability(system: System, task: TaskSystem) -> float:
    """Expected share of a task class's requests (0..1) that are not answered: over its chains, by their shares."""
    return sum(chain.share * chain_unavailability(system, chain, task.coverage) for chain in task.chains)


def unavailabilities(system: System) -> tuple[float, ...]:
    """The same of every task class, in order; chains of the same components are computed once."""
    distinct = {
        (tuple([hop.components for hop in chain.hops]), task.coverage): chain
        for task in system.tasks
        for chain in task.chains
    }
    most = min(MOST_STATES, max(FEWEST_STATES, MOST_STATES_IN_ALL // max(len(distinct), 1)))
    known = {key: chain_unavailability(system, chain, key[1], most) for key, chain in distinct.items()}
    return tuple(
        sum(chain.share * known[tuple([hop.components for hop in chain.hops]), task.coverage] for chain in task.chains)
        for task in system.tasks
    )


def expected_loss_per_year(system: System) -> float:
    """Value lost to outages in a mean year, in the portfolio's currency: sum of v * 8,760 h * U (method 3.3, 8)."""
    shares = unavailabilities(system)
    return sum(task.value_per_hour * HOURS_PER_YEAR * share for task, share in zip(system.tasks, shares, strict=True))


def all_down(system: System, hops: Sequence[frozenset[int]], most_states: int = MOST_STATES) -> float:
    """Probability that every one of several hops has some component down, exact whatever they share.

    Components are grouped by which hops hang on them. The groups are walked one after the other, keeping the
    probability of every combination of hops that are down; once nothing more can take a hop down, only combinations in
    which it is down are followed. All terms are positive, so small probabilities keep their digits.
    """
    kept = list(hops)
    while True:
        if len(kept) == 1:
            return _down(system, kept[0])
        found = _walk(_causes(system, kept), len(kept), most_states)
        if found is not None:
            return found
        kept = kept[: len(kept) // 2]


def _down(system: System, components: frozenset[int]) -> float:
    ups = [system.components[index].unavailability for index in sorted(components)]
    return 1.0 if 1 in ups else -expm1(sum(log1p(-each) for each in ups))


def _causes(system: System, hops: Sequence[frozenset[int]]) -> _Causes:
    masks: dict[int, int] = {}
    for bit, components in enumerate(hops):
        for component in components:
            masks[component] = masks.get(component, 0) | 1 << bit
    causes: _Causes = {}
    for component, mask in sorted(masks.items()):
        unavailability = system.components[component].unavailability
        if unavailability > 0:
            up = log1p(-unavailability) if unavailability < 1 else -inf
            causes[mask] = causes.get(mask, 0.0) + up
    return causes


def _walk(causes: _Causes, count: int, most_states: int) -> float | None:
    """Walk the groups hop by hop, those shared by many last to be needed first; ``None``: too many combinations."""
    states = {0: 1.0}
    rest = dict(causes)
    open_hops = set(range(count))
    for mask in sorted(rest, key=lambda mask: (-mask.bit_count(), mask)):
        if mask.bit_count() == count:
            states = _step(states, mask, rest.pop(mask))
    waiting = [{mask for mask in rest if mask >> hop & 1} for hop in range(count)]
    while open_hops:
        hop = min(open_hops, key=lambda hop: (len(waiting[hop]), hop))
        open_hops.discard(hop)
        for mask in sorted(waiting[hop]):
            states = _step(states, mask, rest[mask])
            if len(states) > most_states:
                return None
            for other in open_hops:
                waiting[other].discard(mask)
        states = _settled(states, hop)
    return sum(states.values())


def _step(states: dict[int, float], mask: int, log_up: float) -> dict[int, float]:
    """Either a group has some component down, which takes its hops down, or it has not."""
    down, up = -expm1(log_up), 1 + expm1(log_up)
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
