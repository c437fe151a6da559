"""``govern drill``: plan, refuse what costs too much, drill, judge, record, report."""

import asyncio
import gc
import os
import time
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.catalog.overrides import endpoints_of
from multillm_gov.errors import UnableError
from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.drills.drill import FAULTS, DrillOutcome, DrillPlan, plan_drills
from multillm_gov.evaluation.drills.judging import judge_drills
from multillm_gov.evaluation.probes.plan import ProbeSettings
from multillm_gov.evaluation.running import Progress
from multillm_gov.providers.addresses import Addressing, addresses_from
from multillm_gov.providers.offline import offline_addresses
from multillm_gov.providers.quiet import litellm_version
from multillm_gov.report import TOOL_VERSION, Report
from multillm_gov.reporting.evaluation.drill import report_drill_plan, report_drills
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.state.state import State
from multillm_gov.words import count_of
from multillm_gov.workflows.evaluation.client import keys_of, no_keys
from multillm_gov.workflows.evaluation.evidence import evidence_outcome, record_evidence
from multillm_gov.workflows.evaluation.gateway_drill import FAULTS as MOCKED_FAULTS
from multillm_gov.workflows.evaluation.gateway_drill import refuse_both, send_to_gateway
from multillm_gov.workflows.evaluation.plan import plan_all_probes
from multillm_gov.workflows.evaluation.routing import send_drills
from multillm_gov.workflows.evaluation.sending import (
    RunResult,
    SendingOptions,
    WorstCase,
    collecting,
    end_on_termination,
    refuse_unaffordable,
)
from multillm_gov.workflows.states import assess_folder


class DrillOptions(Struct, frozen=True, kw_only=True):
    """What a call of ``govern drill`` requests."""

    tasks: frozenset[str] = frozenset()
    sending: SendingOptions = SendingOptions()
    url: str = ""
    """A running gateway that mocks the faults itself; empty: LiteLLM's router in this process."""


class PlannedDrills(Struct, frozen=True, kw_only=True):
    """Drills and the portfolio they are of; nothing was sent."""

    root: Path
    state: State
    plan: DrillPlan
    options: DrillOptions

    def check(self) -> None:
        """Refuse what may cost too much.

        Raises:
            UnableError: it could cost more than the limit, or its price is not known.
        """
        plan = self.plan
        worst = WorstCase(
            usd=plan.worst_usd,
            parts=count_of(len(plan.drills), "request"),
            unpriced=sorted({name for drill in plan.drills for name in drill.unpriced}),
            how_to_send_less="name task classes",
        )
        refuse_unaffordable(worst, self.options.sending)

    def report(self) -> Report:
        """The plan as a report."""
        report = report_drill_plan(self.state, self.plan, self.options.sending.limit)
        return replace(report, path_prefix=path_prefix(self.root))


def plan_failovers(
    options: DrillOptions, *, as_of: date, root: Path | None = None
) -> PlannedDrills:
    """Load the portfolio and plan the drills; LiteLLM is not loaded, and nothing is sent.

    Raises:
        UsageError: a task class that the portfolio does not have.
        UnableError: no task class has a fallback.
        SourceError: no portfolio there, or a prompt that cannot be filled in.
    """
    refuse_both(options.url, offline=options.sending.offline)
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of).state
    settings = ProbeSettings(
        day=as_of,
        samples=1,
        timeout_seconds=options.sending.timeout_seconds,
        kinds=frozenset({"answer", "embedding"}),
        tasks=options.tasks,
        usd_per_unit=assessment.figures.exchange_rate,
    )
    direct = options.sending.is_billed and not options.url
    find_keys = keys_of(assessment) if direct else no_keys
    probes = plan_all_probes(top, assessment, settings, find_keys)
    plan = plan_drills(probes, MOCKED_FAULTS if options.url else FAULTS)
    if not plan.drills:
        raise UnableError(
            "There is no failover to drill: no task class has a fallback", "Declare `fallbacks`."
        )
    return PlannedDrills(root=top, state=assessment, plan=plan, options=options)


def run_drills(
    planned: PlannedDrills, on_progress: Callable[[Progress], None] | None = None
) -> RunResult:
    """Drill, judge, record and report.

    Ctrl-C and the total timeout end the run cleanly: what is known is reported; evidence is written
    of complete drills only, and never of the offline server's answers.

    Raises:
        UnableError: the plan may cost too much.
        MissingExtraError: the offline extra, whose server injects the faults, is not installed.
        OutputError: evidence may not be written.
    """
    planned.check()
    options, plan, state = planned.options.sending, planned.plan, planned.state
    watch = _Watch(len(plan.drills), Budget(options.limit), on_progress)
    interrupted = _send(planned, watch)
    versions = {"govern": TOOL_VERSION, "litellm": litellm_version()}
    source = "govern drill --url" if planned.options.url else "govern drill"
    records = judge_drills(_in_order(plan, watch.outcomes), versions, source)
    whole = tuple(record for record in records if record.calls == _planned(plan, record.task_class))
    written = options.write and options.is_billed
    if written:
        record_evidence(planned.root, drills=whole)
    outcome = evidence_outcome(written=written, offline=options.offline)
    report = report_drills(
        state, plan, records, limit=options.limit, interrupted=interrupted, evidence=outcome
    )
    return RunResult(
        report=replace(report, path_prefix=path_prefix(planned.root)), interrupted=interrupted
    )


def _send(planned: PlannedDrills, watch: "_Watch") -> bool:
    """Send the drills; whether Ctrl-C ended them. The report counts those that were not sent."""
    options, state = planned.options.sending, planned.state
    if planned.options.url:
        drilling: Coroutine[Any, Any, object] = send_to_gateway(
            *(planned.plan, state, planned.options.url),
            budget=watch.budget,
            concurrency=options.concurrency,
            on_outcome=watch.note,
        )
        return _run(drilling, options)
    with _addresses(state, offline=options.offline) as addressing:
        drilling = send_drills(
            planned.plan,
            state,
            addressing,
            budget=watch.budget,
            concurrency=min(
                options.concurrency, options.provider_concurrency or options.concurrency
            ),
            on_outcome=watch.note,
        )
        return _run(drilling, options)


def _run(drilling: Coroutine[Any, Any, object], options: SendingOptions) -> bool:
    try:
        with _quiet_end(), suppress(TimeoutError):
            asyncio.run(_within(drilling, options.total_seconds))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return True
    return False


async def _within(drilling: Coroutine[Any, Any, object], seconds: float | None) -> None:
    """The drills, for so long at most; SIGTERM ends them as Ctrl-C does."""
    end_on_termination()
    await asyncio.wait_for(drilling, seconds)


@contextmanager
def _quiet_end() -> Iterator[None]:
    """No warning about calls that an interruption met before LiteLLM awaited them."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="coroutine .* was never awaited", category=RuntimeWarning
        )
        try:
            with collecting():
                yield
        finally:
            gc.collect()


class _Watch:
    """Keeps the outcomes of drills and reports progress."""

    def __init__(
        self, total: int, budget: Budget, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self.outcomes: list[DrillOutcome] = []
        self.budget = budget
        self._total, self._on_progress, self._start = total, on_progress, time.monotonic()

    def note(self, outcome: DrillOutcome) -> None:
        """Keep one."""
        self.outcomes.append(outcome)
        if self._on_progress is not None:
            seconds = time.monotonic() - self._start
            done = len(self.outcomes)
            self._on_progress(
                Progress(done=done, total=self._total, spent_usd=self.budget.spent, seconds=seconds)
            )


@contextmanager
def _addresses(state: State, *, offline: bool) -> Iterator[Addressing]:
    """Where fallbacks are called."""
    endpoints = endpoints_of(state.overrides)
    if not offline:
        yield addresses_from(os.environ, endpoints)
        return
    from multillm_gov.offline.serving import serve

    with serve() as server:
        yield offline_addresses(server.base_url, endpoints)


def _in_order(plan: DrillPlan, outcomes: list[DrillOutcome]) -> list[DrillOutcome]:
    """As planned: drills settle in any order, and by fault."""
    places = {id(drill): number for number, drill in enumerate(plan.drills)}
    return sorted(outcomes, key=lambda outcome: places[id(outcome.drill)])


def _planned(plan: DrillPlan, task: str) -> int:
    return sum(drill.task.name == task for drill in plan.drills)
