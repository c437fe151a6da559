"""What failovers add to the bill of a mean year: fallbacks bill at their own prices while they carry requests."""

from math import fsum

from multillm_gov.risk.availability.availability import all_down
from multillm_gov.risk.stress.stress_context import StressContext, StressedTask
from multillm_gov.risk.system.priors import HOURS_PER_YEAR
from multillm_gov.risk.system.system import Chain, System


def failover_cost(context: StressContext) -> float:
    """Expected per year, in the portfolio's currency; negative where fallbacks are cheaper.

    Hours that a routed model is away, are covered, and the first fallback is up, times requests,
    times the difference in price; later fallbacks, which stand in for two failures at once, are
    left out, as is what has no known price.
    """
    by_name = {one.name: one.chains for one in context.system.tasks}
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
