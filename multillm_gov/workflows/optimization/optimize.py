"""``govern optimize``: a better allocation, what each limit costs, a plan, frontiers, leverage."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.documents.document import SourceFile
from multillm_gov.optimization.highs import Effort
from multillm_gov.optimization.leverage import leverages
from multillm_gov.optimization.policy_prices import policy_prices
from multillm_gov.optimization.problem import Problem, Solution
from multillm_gov.optimization.solving import extras_of
from multillm_gov.report import Report
from multillm_gov.reporting.optimization.report import report_optimization
from multillm_gov.reporting.optimization.result import (
    OptimizationResult,
    PriceResult,
    SolverFacts,
    StageResult,
)
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.workflows.optimization.analyses import (
    conflict_results,
    price_results,
    trace_frontiers,
)
from multillm_gov.workflows.optimization.optimum import Optimum
from multillm_gov.workflows.optimization.plan_stages import exact, prove_stages
from multillm_gov.workflows.optimization.preparing import expected_loss
from multillm_gov.workflows.optimization.proposing import optimize_state
from multillm_gov.workflows.optimization.what_if import assume
from multillm_gov.workflows.states import assess_folder, working_revision

FRONTIER_POINTS = 12
Progress = Callable[[str], None]


class OptimizeOptions(Struct, frozen=True, kw_only=True):
    """What a call requests."""

    public: bool = False
    what_if: tuple[str, ...] = ()
    seconds: float = 60.0
    gap: float = 1e-4
    frontier_points: int = FRONTIER_POINTS
    """0: no frontier."""
    prices: bool = True


class Optimized(Struct, frozen=True, kw_only=True):
    """The report, what it rests on, and the files of each stage."""

    report: Report
    result: OptimizationResult
    root: Path
    assessment: Assessment
    files: dict[str, tuple[SourceFile, ...]]
    """By name of the stage: the allocation files as they would be."""


def optimize(
    options: OptimizeOptions,
    *,
    as_of: date,
    root: Path | None = None,
    progress: Progress = lambda _doing: None,
) -> Optimized:
    """Optimize the portfolio on the disk.

    Raises:
        UsageError: an assumption that is none.
        SourceError: no portfolio, or a layout that leaves no safe place for a route.
        CatalogError: the lock or the price map cannot be read.
        ProposalError: a proposal that its own proof refuses: a defect.
    """
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of, revision=working_revision(top))
    if options.what_if:
        assessment = assume(assessment.state, options.what_if)
    progress("looking for a better allocation")
    effort = Effort(seconds=options.seconds, gap=options.gap)
    on_files = not options.what_if
    optimum = optimize_state(assessment, effort=effort, public=options.public, on_files=on_files)
    pairs = prove_stages(optimum, effort, on_files=on_files)
    progress("pricing the limits")
    result = _result(optimum, options, tuple(stage for stage, _ in pairs), effort, progress)
    report = replace(report_optimization(result), path_prefix=path_prefix(top))
    return Optimized(
        report=report,
        result=result,
        root=top,
        assessment=assessment,
        files={stage.name: files for stage, files in pairs},
    )


def _result(
    optimum: Optimum,
    options: OptimizeOptions,
    plan: tuple[StageResult, ...],
    effort: Effort,
    progress: Progress,
) -> OptimizationResult:
    state, inputs = optimum.prepared.assessment, optimum.prepared.inputs
    problem, solution = optimum.problem, optimum.solution
    prices: tuple[PriceResult, ...] = ()
    if solution is not None and options.prices:
        prices = price_results(optimum, policy_prices(problem, solution, effort=effort))
    progress("tracing frontiers")
    extras = {} if solution is None else extras_of(problem, solution.found)
    proposal = optimum.proposal or state
    has_value = bool(state.state.figures.value_at_stake_per_month)
    return OptimizationResult(
        state=state,
        currency=state.state.figures.currency,
        today=exact(optimum.today),
        cost=None if solution is None else exact(solution.cost),
        extras=tuple((name, exact(value)) for name, value in extras.items() if value),
        stages=plan,
        held=inputs.options.held,
        conflicts=conflict_results(optimum),
        dropped=optimum.dropped,
        prices=prices,
        frontiers=trace_frontiers(optimum, options.frontier_points, effort),
        leverages=leverages(inputs.options, problem),
        losses=(exact(expected_loss(state.state)), exact(expected_loss(proposal.state)))
        if has_value
        else None,
        assumptions=options.what_if,
        judged_afterwards=inputs.declared.judged_afterwards,
        public=_public(optimum),
        solver=None if solution is None else _solver_facts(solution, problem),
    )


def _public(optimum: Optimum) -> tuple[str, ...]:
    """New models whose quality rests on results that are not the organization's own."""
    new = {(move.task, model) for move in optimum.moves for model in move.new_models}
    return tuple(
        sorted(
            {
                option.candidate.model
                for option in optimum.prepared.inputs.options.options
                if option.candidate.public
                and (option.task.task.name, option.candidate.model) in new
            }
        )
    )


def _solver_facts(solution: Solution, problem: Problem) -> SolverFacts:
    return SolverFacts(
        status=solution.status,
        gap=solution.gap,
        seconds=solution.seconds,
        task_classes=len(problem.tasks),
        options=problem.size,
    )
