"""What stresses are run against, from an assessed state."""

from multillm_gov.risk.simulation.assumptions import assumptions_of
from multillm_gov.risk.simulation.cost_lines import costs_of
from multillm_gov.risk.simulation.simulation import simulate
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.risk.stress.failover_effects import overflows
from multillm_gov.risk.stress.stress_context import StressContext


def simulation_of(context: StressContext, *, years: int, seed: int) -> Simulation:
    """Years of outages, prices, demand and retirements of the same state."""
    successors = {model: named.facts for model, named in context.successors.items()}
    return simulate(
        context.system,
        costs_of(context.figures, context.settings, successors, context.as_of),
        assumptions_of(context.settings.risk),
        overflows=overflows(context),
        loss_appetite=float(context.settings.risk.max_outage_loss_share),
        years=years,
        seed=seed,
    )
