"""The stages of a plan, each a proposal of its own, proved like the whole."""

from decimal import Decimal

from msgspec.structs import replace

from multillm_gov.documents.document import SourceFile
from multillm_gov.optimization.highs import Effort
from multillm_gov.optimization.plan import Stage, stages, to_measure
from multillm_gov.optimization.proposal import RouteMove, moves_of, rounded
from multillm_gov.optimization.solving import cost_of, extras_of, spend_of
from multillm_gov.reporting.optimization.effects import effects
from multillm_gov.reporting.optimization.result import (
    StageResult,
)
from multillm_gov.state.state import State
from multillm_gov.workflows.optimization.optimum import Optimum
from multillm_gov.workflows.optimization.proving import prove


def prove_stages(
    optimum: Optimum, effort: Effort, *, on_files: bool
) -> list[tuple[StageResult, tuple[SourceFile, ...]]]:
    """Every stage as a proposal of its own, each proved like the whole."""
    if optimum.solution is None or not optimum.moves:
        return []
    pairs = []
    plan = stages(optimum.problem, optimum.solution, effort)
    for number, stage in enumerate(plan):
        partial = _partial(optimum, stage)
        proved, refused = prove(partial, on_files=on_files)
        if refused and number < len(plan) - 1:
            continue  # what holds for the whole need not hold for a part: it is no stage then
        name = "whole" if number == len(plan) - 1 else _name(stage)
        pairs.append((_stage_result(name, proved), proved.files))
    return pairs


def _name(stage: Stage) -> str:
    return "best single move" if len(stage.tasks) == 1 else f"best {len(stage.tasks)}"


def _partial(optimum: Optimum, stage: Stage) -> Optimum:
    problem, inputs = optimum.problem, optimum.prepared.inputs
    shares = rounded(problem, stage.solution.found)
    solution = replace(
        stage.solution,
        shares=shares,
        spend=spend_of(problem, shares),
        cost=cost_of(problem, shares),
    )
    moves = moves_of(
        optimum.prepared.assessment.state,
        inputs.options,
        problem,
        solution,
        inputs.fallback_candidates,
    )
    kept_moves = tuple(move for move in moves if move.task in stage.tasks)
    return replace(optimum, solution=solution, moves=kept_moves)


def _stage_result(name: str, optimum: Optimum) -> StageResult:
    problem, options = optimum.problem, optimum.prepared.inputs.options
    solution = optimum.solution
    if solution is None or optimum.proposal is None or optimum.stress is None:
        raise ValueError("a stage has a proposal")
    shares = solution.found
    short = extras_of(problem, shares)["minimums"] - extras_of(problem, problem.today)["minimums"]
    spend_saving = spend_of(problem, problem.today) - solution.spend
    new = [(move.task, model) for move in optimum.moves for model in move.new_models]
    state = optimum.prepared.assessment
    return StageResult(
        name=name,
        moves=optimum.moves,
        saving=exact(optimum.today - solution.cost),
        spend_saving=exact(spend_saving),
        cash_saving=exact(spend_saving - short),
        measurements=to_measure(options, new),
        rollback=tuple(_rollback(move, state.state) for move in optimum.moves),
        effects=effects(state.state, optimum.proposal.state, optimum.prepared.inputs.declared),
        afterwards=optimum.afterwards,
        stress=optimum.stress,
    )


def _rollback(move: RouteMove, state: State) -> str:
    """When to go back, from the task class's own limits."""
    task = next(each for each in state.portfolio.task_classes if each.name == move.task)
    declared = task.declared
    parts = [
        f"the accepted share falls below {float(declared.quality.floor):.3f}"
        if declared.quality is not None
        else "the accepted share falls below the incumbent's on the same cases"
    ]
    if declared.latency is not None:
        parts.append(f"the p95 latency exceeds {float(declared.latency.p95_seconds):g} s")
    if declared.spend_cap.monthly is not None:
        parts.append("the forecast exceeds the monthly cap")
    old = ", ".join(f"{model} {weight:f}%" for model, weight in move.before)
    return f"Back to {old} if {' or '.join(parts)}."


def exact(value: float) -> Decimal:
    """A solver's amount as a decimal, to nine places."""
    return Decimal(repr(round(value, 9)))
