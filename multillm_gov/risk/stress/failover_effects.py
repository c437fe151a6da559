"""Which requests fallbacks cannot take during an outage: rate limits as in the forward stress."""

from decimal import Decimal
from math import fsum

from multillm_gov.risk.availability.availability import all_down
from multillm_gov.risk.stress.interval.flows import Flow, flows
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.stress_context import StressContext, StressedTask
from multillm_gov.risk.system.priors import HOURS_PER_YEAR
from multillm_gov.risk.system.system import Chain, System

Overflow = dict[tuple[str, int], dict[int, float]]
"""By task class and chain: component index to the share of requests (0..1) left unserved."""


def overflows(context: StressContext) -> Overflow:
    """For every component that may be down, alone and at mean demand, where failovers work.

    Nothing where no rate limit is declared. Chains whose every hop depends on it are left out: they
    lose everything.
    """
    numbers_by_key: Overflow = {}
    if not context.limits:
        return numbers_by_key
    limited = set(context.on_limits)
    chains = {task.name: task.chains for task in context.system.tasks}
    for index, component in enumerate(context.system.components):
        label = component.kind, component.name
        if not 0 < component.unavailability < 1 or limited.isdisjoint(context.users.get(label, ())):
            continue
        effect = ShockEffect(hours=Decimal(1), targets=frozenset({label}), down=True)
        for task, task_flows in flows(context, (effect,), tasks=context.on_limits).items():
            name = context.tasks[task].name
            for chain, flow in enumerate(task_flows):
                part = _left_over(flow)
                if part > 0 and not all(
                    index in hop.components for hop in chains[name][chain].hops
                ):
                    numbers_by_key.setdefault((name, chain), {})[index] = part
    return numbers_by_key


def _left_over(flow: Flow) -> float:
    """Of what the routed model does not answer because it is down."""
    if not flow.routed.state.down or not flow.demand:
        return 0.0
    return float(max(1 - flow.by_fallbacks / flow.demand, Decimal(0)))


def failover_cost(context: StressContext) -> float:
    """Expected per year, in the portfolio's currency; negative where fallbacks are cheaper.

    Hours that a routed model is down, are covered, and the first fallback is up, times requests,
    times the difference in price; later fallbacks, which stand in for two failures at once, are
    left out, as is what has no known price.
    """
    by_name = {task.name: task.chains for task in context.system.tasks}
    return fsum(_task(context.system, task, by_name[task.name]) for task in context.tasks)


def _task(system: System, task: StressedTask, chains: tuple[Chain, ...]) -> float:
    added = []
    for chain, stressed in zip(chains, task.chains, strict=True):
        if len(chain.hops) < 2:
            continue
        routed, fallback = stressed.hops[0].cost_per_request, stressed.hops[1].cost_per_request
        if routed is None or fallback is None:
            continue
        hops = [hop.components for hop in chain.hops[:2]]
        carried = (
            float(task.coverage)
            * (all_down(system, hops[:1]) - all_down(system, hops))
            * HOURS_PER_YEAR
        )
        added.append(carried * float(stressed.share * task.requests_per_hour * (fallback - routed)))
    return fsum(added)
