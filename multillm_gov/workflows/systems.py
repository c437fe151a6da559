"""The dependency system of one state of a portfolio: where every risk command starts."""

from multillm_gov.risk.system.system import System
from multillm_gov.risk.system.system_builder import build_system
from multillm_gov.rules.engine.assessment import Measured


def system_of(state: Measured) -> System:
    """Components and chains, with what is declared, measured and assumed of how often they fail."""
    return build_system(
        state.portfolio,
        state.figures,
        state.drills,
        state.incidents,
        state.as_of,
        overrides=state.overrides,
    )
