"""What stresses are run against, from an assessed state."""

from multillm_gov.risk.simulation.assumptions import assumptions_of
from multillm_gov.risk.simulation.cost_lines import costs_of
from multillm_gov.risk.simulation.simulation import simulate
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.risk.stress.failover_effects import overflows
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.stress_context_builder import stress_context
from multillm_gov.risk.system.system_builder import build_system
from multillm_gov.rules.engine.assessment import Measured


def context_of(state: Measured) -> StressContext:
    """The state's system, figures and evidence, ready for any number of stresses."""
    system = build_system(
        state.portfolio,
        state.figures,
        state.drills,
        state.incidents,
        state.as_of,
        overrides=state.overrides,
    )
    return stress_context(
        system,
        state.figures,
        state.portfolio.settings,
        state.catalog,
        as_of=state.as_of,
        evidence=state.evidence,
        probes=state.probes,
        overrides=state.overrides,
    )


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
