"""``govern dry-run --kind failover``: plan, refuse what costs too much, drill, judge, record, tell."""

import asyncio
import gc
import os
import time
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.catalog.endpoints import endpoints_of
from multillm_gov.errors import UnableError, UsageError
from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.drills.drill import DrillPlan, Outcome, plan_drills
from multillm_gov.evaluation.drills.judging import judge_drills
from multillm_gov.evaluation.probes.plan import Settings
from multillm_gov.evaluation.running import Progress
from multillm_gov.providers.addresses import Addressing, addresses_from
from multillm_gov.providers.offline import offline_addresses
from multillm_gov.providers.quiet import litellm_version
from multillm_gov.report import TOOL_VERSION, Report
from multillm_gov.reporting.evaluation.drill import brief_drill_plan, brief_drills
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.units import format_money
from multillm_gov.words import count_of
from multillm_gov.workflows.evaluation.client import keys_of, no_keys
from multillm_gov.workflows.evaluation.drill_routing import hold_drills
from multillm_gov.workflows.evaluation.dry_run import DryRunOptions, RunResult
from multillm_gov.workflows.evaluation.evidence import record_evidence
from multillm_gov.workflows.evaluation.machine import collecting, end_on_termination
from multillm_gov.workflows.evaluation.plan import plan_trials
from multillm_gov.workflows.states import assess_folder


class PreparedDrills(Struct, frozen=True, kw_only=True):
    """Drills and the portfolio they are of; nothing was sent."""

    root: Path
    assessment: Assessment
    plan: DrillPlan
    asked: DryRunOptions

    def check(self) -> None:
        """Refuse what may cost too much, as `Prepared.check` does.

        Raises:
            UnableError: it could cost more than the limit, or nobody knows what it costs.
        """
        limit, plan = self.asked.limit, self.plan
        if plan.unpriced and limit is not None and not self.asked.unknown_price_allowed:
            names = sorted({name for one in plan.unpriced for name in one.chain[1:]})
            raise UnableError(
                f"What {count_of(len(plan.unpriced), 'request')} may cost is not known: no price "
                "of one of "
                f"{', '.join(f'`{name}`' for name in names[:5])}",
                "Declare `usd_per_million_tokens` below `models` in `catalog/`, or pass "
                "--allow-unknown-price.",
            )
        if limit is not None and plan.worst_usd > limit:
            raise UnableError(
                f"{count_of(len(plan.drills), 'request')} may cost "
                f"{format_money(plan.worst_usd, rounding=ROUND_UP)}; "
                f"--max-usd allows {format_money(limit)}",
                f"Pass --max-usd {plan.worst_usd.quantize(Decimal('0.01'), ROUND_UP)}, or drill "
                "less with --only.",
            )

    def report(self) -> Report:
        """The plan as it is told."""
        told = brief_drill_plan(self.assessment, self.plan, self.asked.limit)
        return replace(told, path_prefix=path_prefix(self.root))


def prepare_drills(
    asked: DryRunOptions, *, as_of: date, root: Path | None = None
) -> PreparedDrills:
    """Load the portfolio and plan the drills; LiteLLM is not loaded, and nothing is sent.

    Raises:
        UsageError: an option that a drill has no use for, or a task class that the portfolio does
        not have.
        UnableError: no task class has a fallback.
        SourceError: no portfolio there, or a prompt that cannot be filled in.
    """
    if (
        asked.models
        or asked.record is not None
        or asked.replay is not None
        or asked.keep_text is not None
    ):
        raise UsageError(
            "A failover drill runs whole chains through LiteLLM's router: --model, --record, "
            "--replay and --keep-text "
            "have no meaning for it",
            "Leave them out; --only chooses task classes.",
        )
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of)
    settings = Settings(
        day=as_of,
        samples=1,
        timeout_seconds=asked.timeout_seconds,
        kinds=frozenset({"answer", "embedding"}),
        tasks=asked.tasks,
        usd_per_unit=assessment.figures.usd_per_unit,
    )
    plan = plan_drills(
        plan_trials(top, assessment, settings, keys_of(assessment) if asked.is_billed else no_keys)
    )
    if not plan.drills:
        raise UnableError(
            "There is no failover to drill: no task class has a fallback", "Declare `fallbacks`."
        )
    return PreparedDrills(root=top, assessment=assessment, plan=plan, asked=asked)


def hold(
    prepared: PreparedDrills, on_progress: Callable[[Progress], None] | None = None
) -> RunResult:
    """Drill, judge, record and tell.

    Ctrl-C and the total time-out end the run cleanly: what is known is told; evidence is written of
    whole drills only, and never of what the offline server answered.

    Raises:
        UnableError: the plan may cost too much.
        MissingExtraError: the offline extra, whose server injects the faults, is not installed.
        OutputError: evidence may not be written.
    """
    prepared.check()
    asked, plan, state = prepared.asked, prepared.plan, prepared.assessment
    versions = {"govern": TOOL_VERSION, "litellm": litellm_version()}
    watch = _Watch(len(plan.drills), Budget(asked.limit), on_progress)
    interrupted = False
    with _addresses(state, offline=asked.offline) as addressing:
        drilling = hold_drills(
            plan,
            state,
            addressing,
            versions=versions,
            budget=watch.budget,
            concurrency=min(asked.concurrency, asked.provider_concurrency or asked.concurrency),
            on_outcome=watch.note,
        )
        try:
            with _quiet_end():
                asyncio.run(_within(drilling, asked.total_seconds))
        except (KeyboardInterrupt, asyncio.CancelledError):
            interrupted = True
        except TimeoutError:
            pass  # what was not sent is told by its number
    outcomes = watch.outcomes
    records = judge_drills(_in_order(plan, outcomes), versions)
    whole = tuple(record for record in records if record.calls == _planned(plan, record.task_class))
    written = asked.write and asked.is_billed
    if written:
        record_evidence(prepared.root, drills=whole)
    report = brief_drills(
        state, plan, records, limit=asked.limit, interrupted=interrupted, written=written
    )
    return RunResult(
        report=replace(report, path_prefix=path_prefix(prepared.root)), interrupted=interrupted
    )


async def _within(drilling: Coroutine[Any, Any, object], seconds: float | None) -> None:
    """The drills, for so long at most; SIGTERM ends them as Ctrl-C does."""
    end_on_termination()
    await asyncio.wait_for(drilling, seconds)


@contextmanager
def _quiet_end() -> Iterator[None]:
    """No word about calls that an interruption met before LiteLLM awaited them."""
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
    """Keeps what became of drills, and tells how far they are."""

    def __init__(
        self, total: int, budget: Budget, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self.outcomes: list[Outcome] = []
        self.budget = budget
        self._total, self._on_progress, self._start = total, on_progress, time.monotonic()

    def note(self, outcome: Outcome) -> None:
        """Keep one."""
        self.outcomes.append(outcome)
        if self._on_progress is not None:
            seconds = time.monotonic() - self._start
            done = len(self.outcomes)
            self._on_progress(
                Progress(done=done, total=self._total, spent_usd=self.budget.spent, seconds=seconds)
            )


@contextmanager
def _addresses(state: Assessment, *, offline: bool) -> Iterator[Addressing]:
    """Where fallbacks are called."""
    endpoints = endpoints_of(state.overrides)
    if not offline:
        yield addresses_from(os.environ, endpoints)
        return
    from multillm_gov.offline.serving import serve

    with serve() as server:
        yield offline_addresses(server.base_url, endpoints)


def _in_order(plan: DrillPlan, outcomes: list[Outcome]) -> list[Outcome]:
    """As planned: drills settle in any order, and by fault."""
    places = {id(one): number for number, one in enumerate(plan.drills)}
    return sorted(outcomes, key=lambda outcome: places[id(outcome.drill)])


def _planned(plan: DrillPlan, task: str) -> int:
    return sum(one.task.name == task for one in plan.drills)
