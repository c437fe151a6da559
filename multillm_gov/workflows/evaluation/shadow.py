"""``govern bench --shadow FILE``: a candidate's answers beside the incumbent's, and the saving."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.errors import UnableError, UsageError
from multillm_gov.evaluation.bench.benchmark import independence_of
from multillm_gov.evaluation.running import Progress
from multillm_gov.evaluation.shadow import ShadowResult, compare_shadow
from multillm_gov.evaluation.shadow_plan import (
    ShadowPlan,
    ShadowPlanner,
    ShadowRequest,
    plan_shadow,
)
from multillm_gov.evaluation.shadow_run import ShadowRun, run_shadow
from multillm_gov.report import Report
from multillm_gov.reporting.evaluation.shadow import (
    ShadowFinding,
    report_shadow,
    report_shadow_plan,
)
from multillm_gov.sources.given_file import read_given
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.state.state import State
from multillm_gov.words import count_of
from multillm_gov.workflows.evaluation.client import keys_of, no_keys, run_client
from multillm_gov.workflows.evaluation.sending import (
    RunResult,
    SendingOptions,
    WorstCase,
    collecting,
    refuse_unaffordable,
    run_and_close,
)
from multillm_gov.workflows.evaluation.shadow_file import read_requests
from multillm_gov.workflows.states import assess_folder, working_revision


class ShadowOptions(Struct, frozen=True, kw_only=True):
    """What a call of ``govern bench --shadow`` requests."""

    file: Path
    tasks: frozenset[str] = frozenset()
    """Only these task classes; empty: all of the file."""
    candidates: tuple[str, ...] = ()
    """The candidate of rows that name none: one at most."""
    judge: str = ""
    most_cases: int | None = None
    """Requests of each task class, drawn; ``None``: all."""
    seed: int = 1
    sending: SendingOptions = SendingOptions()


class PlannedShadow(Struct, frozen=True, kw_only=True):
    """What would be sent; nothing was."""

    root: Path
    state: State
    plan: ShadowPlan
    planner: ShadowPlanner
    options: ShadowOptions

    def check(self) -> None:
        """Refuse what may cost too much.

        Raises:
            UnableError: it could cost more than the limit, or nobody knows what it costs.
        """
        if not self.plan.calls:
            return
        worst = WorstCase(
            usd=self.plan.worst_usd,
            parts=count_of(self.plan.calls, "call"),
            unpriced=self.plan.unpriced,
            how_to_send_less="name task classes, --cases, no --judge, or declare a lower "
            "`demand.max_output_tokens`",
        )
        refuse_unaffordable(worst, self.options.sending)

    def report(self) -> Report:
        """The plan as a report."""
        report = report_shadow_plan(self.state, self.plan, self.options.sending.limit)
        return replace(report, path_prefix=path_prefix(self.root))


def plan_shadowing(
    options: ShadowOptions, *, as_of: date, root: Path | None = None
) -> PlannedShadow:
    """Read the file and plan a call for every answer that it lacks.

    Raises:
        SourceError: no portfolio, a file that is no shadow evidence, or no row of the task classes.
        UsageError: more than one candidate.
        UnableError: a judge that is not independent of a model that it would judge.
    """
    if len(options.candidates) > 1:
        raise UsageError("--shadow compares one candidate", "Pass --model once.")
    top, _ = split_paths((), root)
    state = assess_folder(top, as_of=as_of, revision=working_revision(top)).state
    tasks = {task.task.name: task for task in state.figures.tasks}
    candidate = options.candidates[0] if options.candidates else ""
    requests = read_requests(read_given(options.file), options.file.name, tasks, candidate)
    chosen = _sampled(requests, options)
    _check_judge(chosen, options.judge, state)
    planner = ShadowPlanner(
        day=as_of,
        find=state.catalog.find,
        keys_of=keys_of(state) if options.sending.is_billed else no_keys,
        judge=options.judge,
        timeout_seconds=options.sending.timeout_seconds,
    )
    return PlannedShadow(
        root=top,
        state=state,
        plan=plan_shadow(chosen, planner),
        planner=planner,
        options=options,
    )


def _sampled(
    requests: Sequence[ShadowRequest], options: ShadowOptions
) -> tuple[ShadowRequest, ...]:
    """The requests of the task classes, drawn where there are more than wanted, in their order."""
    by_task: dict[str, list[int]] = {}
    for number, request in enumerate(requests):
        if not options.tasks or request.row.task in options.tasks:
            by_task.setdefault(request.row.task, []).append(number)
    missing = sorted(options.tasks - by_task.keys())
    if missing:
        raise UsageError(
            f"The file has no request of `{missing[0]}`", "Name a task class that it has."
        )
    most = options.most_cases
    kept_values = [
        number
        for numbers in by_task.values()
        for number in (
            Random(options.seed).sample(numbers, most)  # noqa: S311 - a sample, no secret
            if most is not None and len(numbers) > most
            else numbers
        )
    ]
    return tuple(requests[number] for number in sorted(kept_values))


def _check_judge(requests: Iterable[ShadowRequest], judge: str, state: State) -> None:
    if not judge:
        return
    find = state.catalog.find
    pairs = {(request.row.incumbent, request.row.candidate) for request in requests}
    for model in sorted({model for pair in pairs for model in pair}):
        result = "same vendor" if model == judge else independence_of(find(judge), find(model))
        if result == "same vendor":
            raise UnableError(
                f"`{judge}` would judge `{model}`, and both are from the same vendor: models favor "
                "their own kind",
                "Name a --judge from another vendor.",
            )
        if result != "independent":
            raise UnableError(
                f"It is not known whether `{judge}` is from another vendor than `{model}`, which "
                "it would judge",
                "Declare the `vendor` of both below `models` in `catalog/`, or name another "
                "--judge.",
            )


def run_shadowing(
    planned: PlannedShadow, on_progress: Callable[[Progress], None] | None = None
) -> RunResult:
    """Get what is missing, compare, and report; answers are never kept.

    Raises:
        UnableError: the plan may cost too much, or a replay lacks a call.
        MissingExtraError: a package that is needed is not installed.
        OutputError: a cassette may not be written.
    """
    planned.check()
    if planned.plan.calls:
        with collecting(), run_client(planned.state, planned.options.sending) as client:
            run = asyncio.run(
                run_and_close(
                    partial(run_shadow, planned.plan, planned.planner),
                    client,
                    planned.options.sending.conditions,
                    on_progress,
                )
            )
    else:
        run = ShadowRun(
            rows=tuple(request.row for request in planned.plan.requests), unanswered=0, unjudged=0
        )
    state = planned.state
    findings = tuple(
        ShadowFinding(result=result, saving=_saving(state, result))
        for result in compare_shadow(run.rows)
    )
    report = report_shadow(
        state, findings, planned.options.file.name, run, offline=planned.options.sending.offline
    )
    return RunResult(
        report=replace(report, path_prefix=path_prefix(planned.root)),
        interrupted="interrupted" in run.endings,
    )


def _saving(state: State, result: ShadowResult) -> Decimal | None:
    """Of the incumbent's part of the route alone: the other models' answers were not compared.

    ``None`` where a cost is not known, the incumbent answers nothing today, or the candidate has
    hosting costs.
    """
    task = next(task for task in state.figures.tasks if task.task.name == result.task)
    facts = state.catalog.find(result.candidate)
    cost = state.figures.pricing.mean_cost(facts, task.task.demand)
    legs = tuple(entry for entry in task.legs if entry.model == result.incumbent)
    if cost is None or not legs or (facts is not None and facts.usd_fixed_per_month):
        return None
    saving = Decimal(0)
    for entry in legs:
        if entry.cost_per_request is None:
            return None
        saving += entry.requests_per_month * (entry.cost_per_request - cost)
    return saving
