"""Risk of one state: scenarios, dependencies, breaking points, simulated years, retirements."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec

from msgspec import Struct

from multillm_gov.errors import missing_extra
from multillm_gov.measures.failover import Failover
from multillm_gov.risk.availability.availability import (
    expected_loss_per_year,
    retired_loss_per_year,
)
from multillm_gov.risk.availability.dependence import Dependence, measure_dependence
from multillm_gov.risk.retirement import RetirementOutlook, retirement_outlook
from multillm_gov.risk.reverse.breaking_point import BreakingPoint
from multillm_gov.risk.reverse.reverse_stress import reverse
from multillm_gov.risk.simulation.assumptions import assumptions_of
from multillm_gov.risk.simulation.cost_lines import costs_of
from multillm_gov.risk.simulation.simulation_result import DEFAULT_YEARS, Simulation
from multillm_gov.risk.stress.already_broken import already_broken
from multillm_gov.risk.stress.failover_effects import failover_cost, overflows
from multillm_gov.risk.stress.outcome import LimitBreach
from multillm_gov.risk.stress.scenario_book import BookedScenario
from multillm_gov.risk.stress.stress_context import StressContext
from multillm_gov.risk.stress.stress_context_builder import stress_context
from multillm_gov.risk.stress.variants import (
    MOST_SCENARIOS,
    MOST_VARIANTS,
    ScenarioResult,
    affordable_variants,
    run_scenario,
)
from multillm_gov.state.state import State
from multillm_gov.units import MONTHS_PER_YEAR

_BOARD_VARIANTS = 12
_BOARD_RUNS = 1_500
"""Task classes times variants of one scenario, which bounds what a pack of thousands costs."""
_BOARD_TASKS = 1_000
"""Task classes up to which a board pack simulates years; beyond them it has the exact mean only."""
_REVIEW_YEARS = DEFAULT_YEARS
"""Simulated for a review: as many as everywhere, so that one figure is the same in each command."""
_REVIEW_TASKS = 300
"""Task classes up to which a review simulates years; beyond them it has the exact mean only."""

Progress = Callable[[str], None]
"""Receives a word on what is being done next."""


class PortfolioRisk(Struct, frozen=True, kw_only=True):
    """The risk of one state; what was not requested is ``None``."""

    state: State
    context: StressContext
    results: tuple[ScenarioResult, ...]
    not_run: int
    """Further scenarios, which would have taken too long."""
    most_variants: int = MOST_VARIANTS
    """Entities that one scenario was run for, at most."""
    retirements: RetirementOutlook
    expected_loss: float
    """Value lost in a mean year, exact: outages, and what retired models leave unanswered."""
    retired_loss: float
    """The part of it that is no outage: routed models that are already retired."""
    already_broken: tuple[LimitBreach, ...]
    """Limits broken and requests unanswered without any shock, which no scenario counts."""
    dependence: Dependence | None = None
    breaking_points: tuple[BreakingPoint, ...] | None = None
    """The smallest shocks that break a limit."""
    simulation: Simulation | None = None
    failover_cost: float = 0.0
    """What failovers add to the bill of a mean year; negative where fallbacks are cheaper."""


def measure_risk(
    state: State,
    scenarios: Sequence[BookedScenario],
    *,
    whole: bool = True,
    years: int = DEFAULT_YEARS,
    seed: int = 1,
    progress: Progress = lambda _doing: None,
) -> PortfolioRisk:
    """Run the scenarios; for the whole report also dependencies, breaking points and years.

    Args:
        state: What is stressed.
        scenarios: In the order of the report; more than `MOST_SCENARIOS` are not run.
        whole: Whether more than scenarios is requested.
        years: Simulated years; 0: none.
        seed: Of the simulation.
        progress: For people who wait.
    """
    context = stress_context(state)
    results = _run(context, scenarios, MOST_VARIANTS, progress)
    dependence = breaking_points = simulation = None
    if whole:
        progress("looking for single points of failure")
        dependence = measure_dependence(context.system)
        progress("looking for what breaks a limit")
        breaking_points = reverse(context)
        if years:
            progress("simulating years")
            simulation = simulate_years(context, years=years, seed=seed)
    return PortfolioRisk(
        state=state,
        context=context,
        results=results,
        not_run=len(scenarios) - len(results),
        retirements=retirement_outlook(context),
        expected_loss=expected_loss_per_year(context.system),
        retired_loss=retired_loss_per_year(context.system),
        already_broken=already_broken(context),
        dependence=dependence,
        breaking_points=breaking_points,
        simulation=simulation,
        failover_cost=failover_cost(context) if simulation is not None else 0.0,
    )


def measure_board_risk(state: State, scenarios: Sequence[BookedScenario]) -> PortfolioRisk:
    """What a board pack shows: fewer variants, and no years where task classes are too many."""
    context = stress_context(state)
    most = max(1, min(_BOARD_VARIANTS, _BOARD_RUNS // max(len(context.tasks), 1)))
    results = _run(context, scenarios, most) if context.tasks else ()
    simulated = 0 < len(context.tasks) <= _BOARD_TASKS and context.figures.value_at_stake_per_month
    return PortfolioRisk(
        state=state,
        context=context,
        results=results,
        not_run=len(scenarios) - len(results),
        most_variants=most,
        retirements=retirement_outlook(context),
        expected_loss=expected_loss_per_year(context.system),
        retired_loss=retired_loss_per_year(context.system),
        already_broken=already_broken(context),
        simulation=simulate_years(context) if simulated and find_spec("numpy") else None,
    )


class RiskFigures(Struct, frozen=True, kw_only=True):
    """The few figures of risk that a change of routes, fallbacks or limits is reviewed by."""

    outage_loss: float | None
    """95th percentile of the value lost in a year; ``None``: not simulated."""
    expected_loss: float
    """Value lost in a mean year, exact."""
    value_at_stake: float
    """A year's."""
    single_points: int
    usable_fallbacks: int
    declared_fallbacks: int


def measure_figures(state: State) -> RiskFigures:
    """The figures of a review: fewer years than a risk report, since both states have the same."""
    context = stress_context(state)
    tasks = context.figures.tasks
    failover = Failover(state.as_of, state.drills)
    years = _REVIEW_YEARS if len(tasks) <= _REVIEW_TASKS else 0
    value = float(context.figures.value_at_stake_per_month) * MONTHS_PER_YEAR
    loss = None
    if value and tasks and years and find_spec("numpy"):
        loss = simulate_years(context, years=years).loss.p95.value
    return RiskFigures(
        outage_loss=loss if value else 0.0,
        expected_loss=expected_loss_per_year(context.system),
        value_at_stake=value,
        single_points=len(measure_dependence(context.system).singles),
        usable_fallbacks=sum(len(failover.usable(task)) for task in tasks),
        declared_fallbacks=sum(len(task.fallbacks) for task in tasks),
    )


def simulate_years(
    context: StressContext, *, years: int = DEFAULT_YEARS, seed: int = 1
) -> Simulation:
    """Years of outages, prices, demand and retirements.

    Raises:
        MissingExtraError: the extra `risk` (numpy) is not installed.
    """
    try:
        from multillm_gov.risk.simulation.simulation import Sampling, simulate
    except ImportError as error:
        raise missing_extra("Simulating years", "numpy", "risk") from error
    successors = {model: named.facts for model, named in context.successors.items()}
    return simulate(
        context.system,
        costs_of(context.figures, context.settings, successors, context.as_of),
        assumptions_of(context.settings.risk),
        overflows=overflows(context),
        loss_appetite=float(context.settings.risk.max_outage_loss_share),
        sampling=Sampling(years=years, seed=seed),
    )


def _run(
    context: StressContext,
    scenarios: Sequence[BookedScenario],
    most: int,
    progress: Progress = lambda _doing: None,
) -> tuple[ScenarioResult, ...]:
    """Those that are affordable, each over as many variants as are."""
    candidates = scenarios[:MOST_SCENARIOS]
    results = []
    for booked, variants in zip(
        candidates, affordable_variants(context, candidates, most=most), strict=True
    ):
        if variants:
            progress(f"running {booked.name}")
            results.append(run_scenario(context, booked, variants))
    return tuple(results)
