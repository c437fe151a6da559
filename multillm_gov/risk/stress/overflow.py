"""What fallbacks have no room for while one thing is away: rate limits, as the forward stress applies them."""

from decimal import Decimal

from multillm_gov.risk.stress.flows import Flow, flows
from multillm_gov.risk.stress.shock_effect import ShockEffect
from multillm_gov.risk.stress.stress_context import StressContext

Overflow = dict[tuple[str, int], dict[int, float]]
"""By task class and chain: by component (index in the system), the part of the chain's requests (0..1) left over."""


def overflows(context: StressContext) -> Overflow:
    """For every component that may be away, alone and at mean demand, where failovers work.

    Nothing where no rate limit is declared. Chains whose every hop hangs on it are left out: they
    lose everything.
    """
    found: Overflow = {}
    if not context.limits:
        return found
    limited = set(context.on_limits)
    chains = {task.name: task.chains for task in context.system.tasks}
    for index, component in enumerate(context.system.components):
        label = component.kind, component.name
        if not 0 < component.unavailability < 1 or limited.isdisjoint(context.users.get(label, ())):
            continue
        strain = ShockEffect(hours=Decimal(1), aims=frozenset({label}), away=True)
        for task, of_task in flows(context, (strain,), tasks=context.on_limits).items():
            name = context.tasks[task].name
            for chain, flow in enumerate(of_task):
                part = _left_over(flow)
                if part > 0 and not all(
                    index in hop.components for hop in chains[name][chain].hops
                ):
                    found.setdefault((name, chain), {})[index] = part
    return found


def _left_over(flow: Flow) -> float:
    """Of what the routed model does not answer because it is away."""
    if not flow.routed.state.away or not flow.demand:
        return 0.0
    return float(max(1 - flow.by_fallbacks / flow.demand, Decimal(0)))
