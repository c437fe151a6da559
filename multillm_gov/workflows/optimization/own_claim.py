"""``govern optimize --claim`` without a table: the claim on the company's own results and usage."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from multillm_gov.errors import SourceError
from multillm_gov.optimization.candidates import Candidate, candidates_of
from multillm_gov.optimization.claim.baselines import select
from multillm_gov.optimization.claim.scores import Scores
from multillm_gov.optimization.problem import Floats
from multillm_gov.report import Report
from multillm_gov.reporting.optimization.claim_tables import ClaimResult
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.state.state import State
from multillm_gov.workflows.optimization.claim import (
    ClaimBasis,
    ClaimOptions,
    conclude,
    report_claim,
)
from multillm_gov.workflows.states import assess_folder, working_revision


def try_claim_on_own_data(
    options: ClaimOptions,
    *,
    as_of: date,
    root: Path | None = None,
    progress: Callable[[str], None] = lambda _doing: None,
) -> tuple[Report, ClaimResult]:
    """Test the claim on internal results, prices and the requests of the last full month.

    Requests are those of `usage/` where it has them, else the declared demand.

    Raises:
        SourceError: no portfolio, or no task class in which two models were measured.
    """
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of, revision=working_revision(top))
    scores, incumbent = own_scores(assessment.state)
    floors = _floors(assessment.state, scores)
    progress("testing the claim")
    basis = ClaimBasis(
        source="own results",
        currency=assessment.state.figures.currency,
        incumbent=incumbent,
        floors=floors,
        extra_costs=_moving(assessment.state, scores, incumbent, floors),
    )
    result = conclude(scores, options, basis)
    report = replace(
        report_claim(result, scores, as_of),
        organization=assessment.state.portfolio.settings.organization,
        revision=assessment.state.revision,
        provenance=provenance(assessment.state),
        path_prefix=path_prefix(top),
    )
    return report, result


def own_scores(state: State) -> tuple[Scores, Floats]:
    """Scores of the models with internal results, and the shares that answer today.

    Raises:
        SourceError: no task class has results and costs of two models, its routed ones included.
    """
    used = _measured_candidates(state)
    tasks = _comparable(state, used)
    models = tuple(sorted({candidate.model for name in tasks for candidate in used[name]}))
    arrays = np.full((3, len(tasks), len(models)), np.nan)
    shares = np.zeros((len(tasks), len(models)))
    for row, task_name in enumerate(tasks):
        for candidate in used[task_name]:
            column = models.index(candidate.model)
            arrays[:, row, column] = _measured(candidate)
            shares[row, column] = candidate.share_today
    requests = np.array([_requests(state, name) for name in tasks])
    cases = np.nan_to_num(arrays[2])
    scores = Scores(
        tasks=tasks,
        models=models,
        vendors=tuple(_vendor(state, model) for model in models),
        requests=requests,
        chosen=arrays[0],
        chosen_costs=arrays[1],
        chosen_cases=cases,
        scored=arrays[0],
        scored_costs=arrays[1],
        scored_cases=cases,
        held_out=False,
    )
    return scores, shares


def _measured_candidates(state: State) -> dict[str, list[Candidate]]:
    """By task class: the models with results and costs, where all that answers today has them."""
    used = {}
    for task in state.figures.tasks:
        measured = [
            candidate
            for candidate in candidates_of(state, task)
            if candidate.record is not None and candidate.cost_per_request
        ]
        routed = sum(candidate.share_today for candidate in measured)
        if len(measured) > 1 and routed > 1 - 1e-9:
            used[task.task.name] = measured
    if not used:
        raise SourceError(
            "No task class has internal results of what answers today and of another model",
            "Run `govern bench` with a challenger, or name a table: --claim TABLE.",
        )
    return used


def _comparable(state: State, used: dict[str, list[Candidate]]) -> tuple[str, ...]:
    """The task classes in which one and the same model was measured, most requests first.

    A single model can only be compared with where it has results everywhere.
    """
    covered: dict[str, float] = {}
    for name, measured in used.items():
        for candidate in measured:
            covered[candidate.model] = covered.get(candidate.model, 0.0) + _requests(state, name)
    widest = min(covered, key=lambda model: (-covered[model], model))
    names = (name for name, measured in used.items() if any(o.model == widest for o in measured))
    return tuple(sorted(names))


def _moving(state: State, scores: Scores, incumbent: Floats, floors: Floats | None) -> float:
    """What evaluating and migrating the portfolio's new models costs a month."""
    settings = state.portfolio.settings.optimization
    each = float(settings.evaluation_per_move + settings.migration_per_move) / settings.months
    chosen = select(scores, scores.chosen, floors).portfolio
    new = incumbent[np.arange(len(scores.tasks)), chosen] <= 0
    return each * int(new.sum())


def _measured(candidate: Candidate) -> tuple[float, float, float]:
    record = candidate.record
    if record is None or candidate.cost_per_request is None:
        raise ValueError("only measured and priced models count")
    return float(record.score), candidate.cost_per_request, float(record.sample_size)


def _vendor(state: State, model: str) -> str:
    facts = state.catalog.find(model)
    return facts.exposure.priced_by if facts is not None else model


def _requests(state: State, name: str) -> float:
    """Of the newest full month that usage has, else as declared."""
    months = [
        placed.actual
        for placed in state.actuals.task_classes.get(name, ())
        if placed.actual.requests and placed.actual.through.day == placed.actual.days
    ]
    if months:
        return float(max(months, key=lambda each: each.month).requests or 0)
    task = next(each for each in state.figures.tasks if each.task.name == name)
    return float(task.requests_per_month)


def _floors(state: State, scores: Scores) -> Floats | None:
    """The declared floors, where every task class has one."""
    declared = {task.name: task.declared.quality for task in state.portfolio.task_classes}
    floors = [declared[name] for name in scores.tasks]
    if any(each is None for each in floors):
        return None
    return np.array([float(each.floor) for each in floors if each is not None])
