"""Proving an answer: its moves are written, loaded, judged, and costed by the measures."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from msgspec.structs import replace

from multillm_gov.documents.document import SourceFile
from multillm_gov.errors import SourceError
from multillm_gov.finding import Finding, Severity
from multillm_gov.measures.portfolio_figures import measure
from multillm_gov.optimization.problem import (
    Floats,
    Problem,
)
from multillm_gov.optimization.proposal import RouteMove
from multillm_gov.optimization.solving import spend_of
from multillm_gov.portfolio.allocation import RouteEntry, TaskClassDeclaration
from multillm_gov.portfolio.route_editing import with_route
from multillm_gov.reporting.stress.status import format_broken
from multillm_gov.rules.engine.assessment import Assessment, assess
from multillm_gov.sources.price_map import read_price_map
from multillm_gov.state.loading import load_state
from multillm_gov.state.state import State
from multillm_gov.units import Percent
from multillm_gov.workflows.optimization.optimum import Objection, Optimum, ProposalError
from multillm_gov.workflows.optimization.stressing import newly_broken, stress_effect, stressed

PROCESS = frozenset(
    {
        *("GOV107", "GOV209", "GOV408", "GOV409", "GOV501", "GOV507", "GOV508", "GOV511"),
        *("GOV512", "GOV706", "GOV707", "GOV010"),
    }
)
"""Findings that a change brings until its own steps are done: lock, probe, drill, approve."""
_CLOSE = 1e-9
"""Largest difference, as a part of the spend, between the solver's cost and the measures'."""


def prove(
    optimum: Optimum, *, on_files: bool = True, most: int = 1
) -> tuple[Optimum, list[Objection]]:
    """Write the moves into the files, load them, judge them, compare costs, and stress them.

    Args:
        optimum: With its moves.
        on_files: Whether the state is what the files say; under an assumption the same moves are
            judged without being written.
        most: How many task classes, the smallest moves first, an objection to the portfolio as a
            whole is laid to.

    Returns:
        The optimum with its proposal, and objections to it, each with the task class to leave.

    Raises:
        ProposalError: the measures cost the proposal otherwise than the solver did, or a policy
            that was part of the model does not hold in it.
    """
    state = optimum.prepared.assessment
    files = edited(state.state, optimum.moves) if on_files else ()
    proposal = proposed(state.state, files) if on_files else moved(state.state, optimum.moves)
    _compare_costs(optimum, proposal.state)
    _require_limits(optimum, proposal)
    new = new_findings(state, proposal)
    afterwards = tuple(finding for finding in new if finding.rule in PROCESS)
    against = [finding for finding in new if finding.rule not in PROCESS]
    names = {move.task for move in optimum.moves}
    refused = [
        Objection(task=task, rule=finding.rule, message=finding.message)
        for finding in against
        for task in _blamed(finding.subject, optimum, names, most)
    ]
    proved = replace(optimum, proposal=proposal, files=files, afterwards=afterwards)
    return (proved, refused) if refused else _stress(proved, proposal.state, names, most)


def _stress(
    optimum: Optimum, proposal: State, moved: set[str], most: int
) -> tuple[Optimum, list[Objection]]:
    """The scenario book on both sides; a limit newly broken without any shock is an objection."""
    before = optimum.stressed_today or stressed(optimum.prepared.assessment.state)
    after = stressed(proposal)
    currency = after.context.figures.currency
    refused = [
        Objection(task=task, rule="stress", message=format_broken(breach, currency))
        for breach in newly_broken(before, after)
        for task in _blamed(breach.subject, optimum, moved, most)
    ]
    effect = stress_effect(before, after)
    return replace(optimum, stressed_today=before, stress=effect), refused


def moved(state: State, moves: Sequence[RouteMove]) -> Assessment:
    """The state with the moves made, measured and judged, nothing written."""
    return assess(with_moves(state, moves))


def with_moves(state: State, moves: Sequence[RouteMove]) -> State:
    """The state with the moves made, measured and not judged."""
    by_task = {move.task: move for move in moves}
    tasks = tuple(
        replace(task, declared=_declared(task.declared, by_task[task.name]))
        if task.name in by_task
        else task
        for task in state.portfolio.task_classes
    )
    portfolio = replace(state.portfolio, task_classes=tasks)
    figures = measure(portfolio, state.catalog, state.figures)
    return replace(state, portfolio=portfolio, figures=figures)


def _declared(task: TaskClassDeclaration, move: RouteMove) -> TaskClassDeclaration:
    alone = len(move.route) == 1
    route = tuple(
        RouteEntry(model=model, weight=None if alone else Percent(str(weight)))
        for model, weight in move.route
    )
    return replace(task, route=route, fallbacks=move.fallbacks)


def edited(state: State, moves: Sequence[RouteMove]) -> tuple[SourceFile, ...]:
    """The allocation files with the moves written in.

    Raises:
        SourceError: a file's layout leaves no safe place.
    """
    places = {task.name: task.place.path for task in state.portfolio.task_classes}
    changed: dict[str, SourceFile] = {}
    for move in moves:
        path = places[move.task]
        file = changed.get(path, state.files[path])
        new = with_route(file, move.task, move.route, move.fallbacks)
        if new is None:
            raise SourceError(
                f"`{path}` has a layout that leaves no safe place for the route of `{move.task}`",
                "Write `route` as a list of `{model: …, weight: …}`.",
            )
        changed[path] = new
    return tuple(changed[path] for path in sorted(changed))


def proposed(state: State, files: Sequence[SourceFile]) -> Assessment:
    """The state with some files replaced, loaded and judged like any other."""
    every = {**state.files, **{file.path: file for file in files}}
    loaded = load_state(
        [every[path] for path in sorted(every)],
        as_of=state.as_of,
        price_map=read_price_map,
        known=state,
        revision=state.revision,
    )
    return assess(loaded)


def new_findings(before: Assessment, after: Assessment) -> tuple[Finding, ...]:
    """Warnings and errors in force beyond those that the state before has.

    A rule that said something of a task class and says it as often of its new models is nothing
    new: the same doubt about a price moves with the model from the fallbacks to the route.
    """
    old = {finding.fingerprint for finding in before.findings if finding.active}
    room = Counter(_kind(finding) for finding in before.findings if finding.active)
    findings = []
    for finding in sorted(_weighty(after), key=lambda each: each.fingerprint not in old):
        if room[_kind(finding)] > 0:
            room[_kind(finding)] -= 1
        else:
            findings.append(finding)
    return tuple(findings)


def _weighty(assessment: Assessment) -> tuple[Finding, ...]:
    return tuple(
        finding
        for finding in assessment.findings
        if finding.active and finding.severity >= Severity.WARNING
    )


def _kind(finding: Finding) -> tuple[str, str, str, Severity]:
    return finding.rule, finding.policy, finding.subject, finding.severity


def _blamed(subject: str, optimum: Optimum, moved: set[str], most: int) -> tuple[str, ...]:
    """The task classes to leave as they are: the subject of what is said, else small moves."""
    if subject in moved:
        return (subject,)
    problem, shares = optimum.problem, optimum.problem.today
    weight = {
        name: float(np.abs(_part(problem, problem.costs * shares, name))) for name in sorted(moved)
    }
    return tuple(sorted(weight, key=lambda name: (weight[name], name))[:most])


def _part(problem: Problem, values: Floats, name: str) -> float:
    task = problem.tasks.index(name)
    return float(values[problem.task_of == task].sum())


def _require_limits(optimum: Optimum, proposal: Assessment) -> None:
    """Every policy that has rows must hold in the proposal, whether it held before or not.

    Shares of spend have no term for hosting that routes decide: with it, `check` objects instead.
    """
    if optimum.problem.fixed_costs:
        return
    declared = optimum.prepared.inputs.declared
    modeled = {entity.name for entity in declared.entities} | {
        limit.name for limit in declared.spend
    }
    for finding in proposal.findings:
        if finding.active and finding.severity is Severity.ERROR and finding.policy in modeled:
            raise ProposalError(f"the proposal breaks `{finding.policy}`: {finding.message}")


def _compare_costs(optimum: Optimum, proposal: State) -> None:
    solution, problem = optimum.solution, optimum.problem
    if solution is None:
        return
    before = optimum.prepared.assessment.state.figures.spend_per_month
    measured = float(proposal.figures.spend_per_month - before)
    solved = solution.spend - spend_of(problem, problem.today)
    scale = max(float(before), abs(measured), float(Decimal("0.01")))
    if abs(measured - solved) > _CLOSE * scale:
        raise ProposalError(
            f"the solver's change of spend is {solved:,.6f} a month, the measures' {measured:,.6f}"
        )
