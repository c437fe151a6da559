"""``govern bench``: plan, refuse what costs too much, ask, score, compare, record, tell."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_UP, Decimal
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.errors import UnableError
from multillm_gov.evaluation.bench.bench import LeftOutCase, Limits
from multillm_gov.evaluation.bench.paired_comparison import Margins
from multillm_gov.evaluation.bench.plan import BenchPlan, Planner, plan_bench
from multillm_gov.evaluation.bench.results import BenchResult, Facts, records_of, result_of
from multillm_gov.evaluation.bench.run import BenchRun, run_bench
from multillm_gov.evaluation.bench.writing_style_baseline import Earlier, voices_of
from multillm_gov.evaluation.budget import Budget
from multillm_gov.evaluation.client import Client
from multillm_gov.evaluation.pacing import Pace
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evaluation.running import Progress, Run, Runner, Told
from multillm_gov.evidence.record import EvidenceRecord
from multillm_gov.providers.quiet import litellm_version
from multillm_gov.report import TOOL_VERSION, Report
from multillm_gov.reporting.evaluation.bench import brief_bench, brief_bench_plan
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.units import format_money
from multillm_gov.words import count_of
from multillm_gov.workflows.evaluation.bench_cases import BenchFilter, benches_of
from multillm_gov.workflows.evaluation.client import keys_of, no_keys, trial_client
from multillm_gov.workflows.evaluation.dry_run import DEFAULT_MAX_USD, RunResult
from multillm_gov.workflows.evaluation.evidence import record_evidence
from multillm_gov.workflows.evaluation.machine import collecting, time_of
from multillm_gov.workflows.states import assess_folder

SOURCE = "govern bench"


class BenchOptions(Struct, frozen=True, kw_only=True):
    """What a call of ``govern bench`` asks for."""

    wanted: BenchFilter = BenchFilter()
    margins: Margins = Margins()
    samples: int = 1
    accept_tone: bool = False
    """Whether today's voices are the ones that later runs are compared with, whatever they were before."""
    pairwise: bool = False
    max_usd: Decimal | None = None
    """``None``: `DEFAULT_MAX_USD` where calls are billed, no limit where they are not."""
    unknown_price_allowed: bool = False
    concurrency: int = 8
    timeout_seconds: float = 60.0
    offline: bool = False
    record: Path | None = None
    replay: Path | None = None
    write: bool = True

    @property
    def is_billed(self) -> bool:
        """Whether calls reach providers."""
        return not self.offline and self.replay is None

    @property
    def limit(self) -> Decimal | None:
        """US dollars that the run may spend; ``None``: it spends nothing."""
        return DEFAULT_MAX_USD if self.max_usd is None and self.is_billed else self.max_usd


class PreparedBench(Struct, frozen=True, kw_only=True):
    """A plan and the portfolio it is of; nothing was sent."""

    root: Path
    assessment: Assessment
    plan: BenchPlan
    planner: Planner
    left_out: tuple[LeftOutCase, ...]
    asked: BenchOptions

    def check(self) -> None:
        """Refuse what may cost too much.

        Raises:
            UnableError: it could cost more than the limit, or nobody knows what it costs.
        """
        limit, plan = self.asked.limit, self.plan
        if plan.unpriced and limit is not None and not self.asked.unknown_price_allowed:
            names = ", ".join(f"`{name}`" for name in plan.unpriced[:5])
            raise UnableError(
                f"What the benchmark may cost is not known: no price of {names}",
                "Declare `usd_per_million_tokens` below `models` in `catalog/`, or pass "
                "--allow-unknown-price.",
            )
        if limit is not None and plan.worst_usd > limit:
            raise UnableError(
                f"{count_of(plan.calls, 'call')} may cost "
                f"{format_money(plan.worst_usd, rounding=ROUND_UP)}; --max-usd "
                f"allows {format_money(limit)}",
                f"Pass --max-usd {plan.worst_usd.quantize(Decimal('0.01'), ROUND_UP)}, or ask "
                "less: name task classes, "
                "draw fewer --cases, or declare `demand.max_output_tokens`; --plan shows the worst "
                "case of each model.",
            )

    def report(self) -> Report:
        """The plan as it is told."""
        told = brief_bench_plan(self.assessment, self.plan, self.left_out, self.asked.limit)
        return replace(told, path_prefix=path_prefix(self.root))


def prepare_bench(asked: BenchOptions, *, as_of: date, root: Path | None = None) -> PreparedBench:
    """Load the portfolio and plan all calls; LiteLLM is not loaded, and nothing is sent.

    Raises:
        UsageError: a task class that the portfolio does not have.
        UnableError: no cases, or a judge that is not independent.
        SourceError: no portfolio there, or cases that cannot be run.
        CatalogError: the lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    assessment = assess_folder(top, as_of=as_of)
    benches, left_out = benches_of(assessment, asked.wanted)
    planner = Planner(
        day=as_of,
        limits=Limits(
            samples=asked.samples, timeout_seconds=asked.timeout_seconds, pairwise=asked.pairwise
        ),
        find=assessment.catalog.find,
        keys_of=keys_of(assessment) if asked.is_billed else no_keys,
    )
    return PreparedBench(
        root=top,
        assessment=assessment,
        plan=plan_bench(benches, planner),
        planner=planner,
        left_out=left_out,
        asked=asked,
    )


def bench(
    prepared: PreparedBench, on_progress: Callable[[Progress], None] | None = None
) -> RunResult:
    """Send the plan, score what comes back, compare, record and tell it.

    Evidence is written only of whole runs and only of what real providers answered: never of the
    offline server or a cassette. Ctrl-C ends the run cleanly: what is known is told.

    Raises:
        UnableError: the plan may cost too much, or a replay lacks a call.
        MissingExtraError: a package that is needed is not installed.
        OutputError: evidence or a cassette may not be written.
    """
    prepared.check()
    asked, state = prepared.asked, prepared.assessment
    with (
        collecting(),
        trial_client(
            state, offline=asked.offline, record=asked.record, replay=asked.replay
        ) as client,
    ):
        run = asyncio.run(_run(prepared, client, on_progress))
    results, records = _results(prepared, run)
    written = asked.write and asked.is_billed and run.ending == "complete"
    if written:
        record_evidence(prepared.root, records)
    report = brief_bench(
        state,
        results,
        run,
        asked.margins,
        limit=asked.limit,
        written=written,
        offline=asked.offline,
    )
    return RunResult(
        report=replace(report, path_prefix=path_prefix(prepared.root)),
        interrupted=run.ending == "interrupted",
    )


async def _run(
    prepared: PreparedBench, client: Client, on_progress: Callable[[Progress], None] | None
) -> BenchRun:
    asked = prepared.asked
    budget, pace, time = (
        Budget(asked.limit),
        Pace(concurrency=asked.concurrency),
        time_of(replayed=asked.replay is not None),
    )

    async def send(probes: Sequence[Probe], told: Told) -> Run:
        runner = Runner(
            probes,
            client,
            pace=pace,
            budget=budget,
            time=time,
            on_progress=on_progress,
            on_answer=told,
        )
        return await runner.run()

    try:
        return await run_bench(prepared.plan, prepared.planner, send)
    finally:
        await client.close()


def _results(
    prepared: PreparedBench, run: BenchRun
) -> tuple[tuple[BenchResult, ...], tuple[EvidenceRecord, ...]]:
    day = prepared.planner.day
    versions = {"govern": TOOL_VERSION, "litellm": litellm_version()}
    results: list[BenchResult] = []
    records: list[EvidenceRecord] = []
    for one in prepared.plan.benches:
        name, models = one.task.name, [contender.model for contender in one.contenders]
        voices, kept = voices_of(one, run, _earlier(prepared), day)
        outcomes = {model: run.outcomes[name, model] for model in models}
        preferred = {model: run.preferred.get((name, model), ()) for model in models}
        result = result_of(
            name,
            one.incumbent,
            outcomes,
            prepared.asked.margins,
            preferred=preferred,
            voices=voices,
        )
        facts = Facts(
            day=day,
            source=SOURCE,
            prompt=one.digests.prompt,
            output_schema=one.digests.output_schema,
            cases=one.cases_digest,
            versions=versions,
        )
        results.append(result)
        records += records_of(result, outcomes, facts, kept)
    return tuple(results), tuple(records)


def _earlier(prepared: PreparedBench) -> Earlier:
    """Internal records of a model in a task class, newest first; none where today's tone is accepted as it is."""

    def records(task: str, model: str) -> tuple[EvidenceRecord, ...]:
        if prepared.asked.accept_tone:
            return ()
        placed = prepared.assessment.evidence.get((task, model), ())
        return tuple(one.record for one in placed if one.record.origin == "internal")

    return records
