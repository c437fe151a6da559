"""``govern bench``: plan, refuse what costs too much, send, score, compare, record, report."""

import asyncio
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.evaluation.bench.benchmark import BenchSettings, LeftOutCase
from multillm_gov.evaluation.bench.outcomes import BenchRun
from multillm_gov.evaluation.bench.paired_comparison import Margins
from multillm_gov.evaluation.bench.plan import BenchPlan, BenchPlanner, plan_bench
from multillm_gov.evaluation.bench.results import (
    BenchResult,
    RecordContext,
    bench_result,
    records_of,
)
from multillm_gov.evaluation.bench.run import run_bench
from multillm_gov.evaluation.bench.writing_style import EarlierRecords, writing_styles_of
from multillm_gov.evaluation.running import Progress
from multillm_gov.evidence.record import EvidenceRecord
from multillm_gov.providers.quiet import litellm_version
from multillm_gov.report import TOOL_VERSION, Report
from multillm_gov.reporting.evaluation.bench import report_bench, report_bench_plan
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.state.state import State
from multillm_gov.words import count_of
from multillm_gov.workflows.evaluation.cases import BenchFilter, benches_of
from multillm_gov.workflows.evaluation.client import keys_of, no_keys, run_client
from multillm_gov.workflows.evaluation.evidence import evidence_outcome, record_evidence
from multillm_gov.workflows.evaluation.plan import refuse_incomplete
from multillm_gov.workflows.evaluation.sending import (
    RunResult,
    SendingOptions,
    WorstCase,
    collecting,
    refuse_unaffordable,
    run_and_close,
)
from multillm_gov.workflows.states import assess_folder

SOURCE = "govern bench"


class BenchOptions(Struct, frozen=True, kw_only=True):
    """What a call of ``govern bench`` requests."""

    filter: BenchFilter = BenchFilter()
    margins: Margins = Margins()
    samples: int = 1
    accept_tone: bool = False
    """Whether later runs compare with the writing styles of this run, whatever came before."""
    pairwise: bool = False
    sending: SendingOptions = SendingOptions()


class PlannedBench(Struct, frozen=True, kw_only=True):
    """A plan and the portfolio it is of; nothing was sent."""

    root: Path
    state: State
    plan: BenchPlan
    planner: BenchPlanner
    left_out: tuple[LeftOutCase, ...]
    options: BenchOptions

    def check(self) -> None:
        """Refuse what may cost too much.

        Raises:
            UnableError: it could cost more than the limit, or nobody knows what it costs.
        """
        plan = self.plan
        worst = WorstCase(
            usd=plan.worst_usd,
            parts=count_of(plan.calls, "call"),
            unpriced=plan.unpriced,
            how_to_send_less="name task classes, --cases, --samples, or declare a lower "
            "`demand.max_output_tokens`",
        )
        refuse_unaffordable(worst, self.options.sending)

    def report(self) -> Report:
        """The plan as a report."""
        limit = self.options.sending.limit
        report = report_bench_plan(self.state, self.plan, self.left_out, limit)
        return replace(report, path_prefix=path_prefix(self.root))


def plan_benchmarks(
    options: BenchOptions, *, as_of: date, root: Path | None = None
) -> PlannedBench:
    """Load the portfolio and plan all calls; LiteLLM is not loaded, and nothing is sent.

    Raises:
        UsageError: a task class that the portfolio does not have.
        UnableError: no cases, or a judge that is not independent.
        SourceError: no portfolio there, or cases that cannot be run.
        CatalogError: the lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of).state
    if not options.filter.tasks:
        refuse_incomplete(assessment, frozenset({"allocation", "prompt", "evals"}), "benchmark")
    benches, left_out = benches_of(assessment, options.filter)
    planner = BenchPlanner(
        day=as_of,
        limits=BenchSettings(
            samples=options.samples,
            timeout_seconds=options.sending.timeout_seconds,
            pairwise=options.pairwise,
        ),
        find=assessment.catalog.find,
        keys_of=keys_of(assessment) if options.sending.is_billed else no_keys,
    )
    return PlannedBench(
        root=top,
        state=assessment,
        plan=plan_bench(benches, planner),
        planner=planner,
        left_out=left_out,
        options=options,
    )


def run_benchmarks(
    planned: PlannedBench, on_progress: Callable[[Progress], None] | None = None
) -> RunResult:
    """Send the plan, score the answers, compare, record and report.

    Evidence is written only of whole runs and only of what real providers answered: never of the
    offline server or a cassette. Ctrl-C ends the run cleanly: what is known is reported.

    Raises:
        UnableError: the plan may cost too much, or a replay lacks a call.
        MissingExtraError: a package that is needed is not installed.
        OutputError: evidence or a cassette may not be written.
    """
    planned.check()
    options, state = planned.options, planned.state
    with (
        collecting(),
        run_client(state, options.sending) as client,
    ):
        run = asyncio.run(
            run_and_close(
                partial(run_bench, planned.plan, planned.planner),
                client,
                planned.options.sending.conditions,
                on_progress,
            )
        )
    results, records = _results(planned, run)
    written = options.sending.write and options.sending.is_billed and run.ending == "complete"
    if written:
        record_evidence(planned.root, records)
    report = report_bench(
        state,
        results,
        run,
        options.margins,
        limit=options.sending.limit,
        evidence=evidence_outcome(written=written, offline=options.sending.offline),
    )
    return RunResult(
        report=replace(report, path_prefix=path_prefix(planned.root)),
        interrupted=run.ending == "interrupted",
    )


def _results(
    planned: PlannedBench, run: BenchRun
) -> tuple[tuple[BenchResult, ...], tuple[EvidenceRecord, ...]]:
    day = planned.planner.day
    versions = {"govern": TOOL_VERSION, "litellm": litellm_version()}
    results: list[BenchResult] = []
    records: list[EvidenceRecord] = []
    for bench in planned.plan.benches:
        name, models = bench.task.name, [contender.model for contender in bench.contenders]
        styles, style_records = writing_styles_of(bench, run, _earlier(planned), day)
        outcomes = {model: run.outcomes[name, model] for model in models}
        preferred = {model: run.preferred.get((name, model), ()) for model in models}
        result = bench_result(
            name,
            bench.incumbent,
            outcomes,
            planned.options.margins,
            preferred=preferred,
            writing_styles=styles,
        )
        facts = RecordContext(
            day=day,
            source=SOURCE,
            prompt=bench.digests.prompt,
            output_schema=bench.digests.output_schema,
            cases=bench.cases_digest,
            versions=versions,
        )
        results.append(result)
        records += records_of(result, outcomes, facts, style_records)
    return tuple(results), tuple(records)


def _earlier(planned: PlannedBench) -> EarlierRecords:
    """Internal records of a model in a task class, newest first; none if the tone is accepted."""

    def records(task: str, model: str) -> tuple[EvidenceRecord, ...]:
        if planned.options.accept_tone:
            return ()
        placed = planned.state.evidence.get((task, model), ())
        return tuple(record.record for record in placed if record.record.origin == "internal")

    return records
