"""Everything that is measured of one state's risk: what a report tells, and two of which are compared."""

from collections.abc import Sequence

from msgspec import Struct

from multillm_gov.report import Metric, Section
from multillm_gov.reporting.stress.assumptions import assumptions_section
from multillm_gov.reporting.stress.dependency_graph import dependency_section
from multillm_gov.reporting.stress.details import detail_section
from multillm_gov.reporting.stress.retirement import retirement_section
from multillm_gov.reporting.stress.reverse import reverse_metrics, reverse_section
from multillm_gov.reporting.stress.scenarios import scenarios_section
from multillm_gov.reporting.stress.simulation import simulation_metrics, simulation_sections
from multillm_gov.risk.availability.dependence import Dependence
from multillm_gov.risk.reverse.breaking_point import BreakingPoint
from multillm_gov.risk.simulation.simulation_result import Simulation
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.variants import ScenarioResult
from multillm_gov.rules.engine.assessment import Assessment


class StressedState(Struct, frozen=True, kw_only=True):
    """One state with its risk."""

    assessment: Assessment
    context: StressContext
    results: tuple[ScenarioResult, ...]
    not_run: int = 0
    """Further scenarios, which a report has no room for."""
    dependence: Dependence | None = None
    """``None``: only scenarios were asked for."""
    breaking: tuple[BreakingPoint, ...] | None = None
    """The smallest shocks that break a limit; ``None`` as above."""
    simulation: Simulation | None = None
    """``None``: not asked for."""


def whole_report(state: StressedState) -> tuple[Section, ...]:
    """Scenarios, dependencies, what breaks a limit, a year's losses, retirements."""
    sections = [scenarios_section(state.results, state.context, state.not_run)]
    if state.dependence is not None:
        sections.append(dependency_section(state.dependence, state.context.figures.currency))
    if state.breaking is not None:
        sections.append(reverse_section(state.breaking, state.context.figures.currency))
    if state.simulation is not None:
        sections += simulation_sections(state.simulation, state.context)
    sections.append(retirement_section(state.assessment, state.context))
    if state.simulation is not None:
        sections.append(assumptions_section(state.simulation, state.context))
    return tuple(sections)


def details(results: Sequence[ScenarioResult], context: StressContext) -> tuple[Section, ...]:
    """Each scenario in full."""
    return tuple(detail_section(result, context) for result in results)


def further_metrics(state: StressedState) -> tuple[Metric, ...]:
    """Headline figures beside those of the scenarios."""
    simulated = (
        simulation_metrics(state.simulation, state.context) if state.simulation is not None else ()
    )
    return (*reverse_metrics(state.breaking or ()), *simulated)
