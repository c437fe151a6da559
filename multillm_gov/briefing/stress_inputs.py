"""What stresses are run against, from an assessed state."""

from multillm_gov.risk.building import build_system
from multillm_gov.risk.preparing import stress_context
from multillm_gov.risk.stress_context import StressContext
from multillm_gov.rules.assessment import Measured


def context_of(state: Measured) -> StressContext:
    """The state's system, figures and evidence, ready for any number of stresses."""
    system = build_system(
        state.portfolio, state.figures, state.drills, state.incidents, state.as_of, overrides=state.overrides
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
