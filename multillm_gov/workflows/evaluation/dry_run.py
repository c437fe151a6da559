"""``govern dry-run``: plan, refuse what costs too much, send, judge, record, report."""

import asyncio
import re
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.errors import GovernError, UnableError, UsageError
from multillm_gov.evaluation.client import Answer, Client
from multillm_gov.evaluation.probes.check import Observation
from multillm_gov.evaluation.probes.judging import fresh_reference, probe_record
from multillm_gov.evaluation.probes.plan import ProbePlan, ProbeSettings
from multillm_gov.evaluation.probes.probe import Probe
from multillm_gov.evaluation.running import ProbeRun, Progress, Runner
from multillm_gov.evidence.record import ProbeKind, ProbeRecord
from multillm_gov.providers.live import warm_up
from multillm_gov.providers.quiet import litellm_version
from multillm_gov.providers.scrubbing import Scrubber
from multillm_gov.report import TOOL_VERSION, Report
from multillm_gov.reporting.evaluation.dry_run import report_dry_run
from multillm_gov.reporting.evaluation.dry_run_plan import report_dry_run_plan
from multillm_gov.sources.evidence_store import write_reference
from multillm_gov.sources.output import write_bytes
from multillm_gov.sources.root import path_prefix, split_paths
from multillm_gov.state.state import State
from multillm_gov.words import count_of
from multillm_gov.workflows.evaluation.client import keys_of, no_keys, run_client
from multillm_gov.workflows.evaluation.evidence import evidence_outcome, record_evidence
from multillm_gov.workflows.evaluation.plan import plan_all_probes, refuse_incomplete
from multillm_gov.workflows.evaluation.sending import (
    RunResult,
    SendingOptions,
    WorstCase,
    collecting,
    end_on_termination,
    refuse_unaffordable,
)
from multillm_gov.workflows.states import assess_folder

_PROBED_KINDS = frozenset({"settings", "allocation", "catalog", "lock", "prompt", "evals"})


class TextKeeper:
    """Writes each answer's text to a file of its own as it arrives."""

    def __init__(self, folder: Path) -> None:
        """Keep texts below a folder, which is made if it is missing."""
        self._folder = folder
        self._scrubber = Scrubber()

    def __call__(self, probe: Probe, sample: int, answer: Answer) -> None:
        """Write ``<task class>/<model>-<kind>-<sample>.txt``; embeddings have no text.

        Raises:
            OutputError: the file may not be written.
        """
        if probe.kind == "embedding":
            return
        model = re.sub(r"[^A-Za-z0-9._-]+", "-", probe.model)[:80]
        mark = sha256(probe.model.encode()).hexdigest()[:6]
        name = f"{model}-{mark}-{probe.kind}-{sample + 1}.txt"
        write_bytes(
            self._folder / probe.task.name / name,
            self._scrubber.text(answer.text).encode("utf-8", "replace"),
        )


class DryRunOptions(Struct, frozen=True, kw_only=True):
    """What a call of ``govern dry-run`` requests."""

    tasks: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()
    kinds: frozenset[ProbeKind] = frozenset({"answer", "embedding"})
    samples: int = 3
    keep_text: Path | None = None
    sending: SendingOptions = SendingOptions()


class PlannedDryRun(Struct, frozen=True, kw_only=True):
    """A plan and the portfolio it is of; nothing was sent."""

    root: Path
    state: State
    plan: ProbePlan
    options: DryRunOptions

    def check(self) -> None:
        """Refuse what may cost too much.

        Raises:
            UnableError: it could cost more than the limit, or nobody knows what it costs.
        """
        plan = self.plan
        worst = WorstCase(
            usd=plan.worst_usd,
            parts=count_of(len(plan.probes), "probe"),
            unpriced=sorted({probe.model for probe in plan.unpriced}),
            how_to_send_less="name task classes, --model, --kind, --samples",
        )
        refuse_unaffordable(worst, self.options.sending)

    def report(self) -> Report:
        """The plan as a report."""
        report = report_dry_run_plan(self.state, self.plan, self.options.sending.limit)
        return replace(report, path_prefix=path_prefix(self.root))


def plan_dry_run(options: DryRunOptions, *, as_of: date, root: Path | None = None) -> PlannedDryRun:
    """Load the portfolio and plan the probes; LiteLLM is not loaded, and nothing is sent.

    Raises:
        UsageError: a task class or model that the portfolio does not have.
        UnableError: there is nothing to probe, or files that say what is to be probed cannot be
        read as written.
        SourceError: no portfolio there, or a prompt that cannot be filled in.
        CatalogError: the lock or the price map cannot be read.
    """
    top, _ = split_paths((), root)
    _check_text_folder(options.keep_text, top)
    assessment = assess_folder(top, as_of=as_of).state
    if not options.tasks and not options.models:
        refuse_incomplete(assessment, _PROBED_KINDS, "dry-run")
    settings = ProbeSettings(
        day=as_of,
        samples=options.samples,
        timeout_seconds=options.sending.timeout_seconds,
        kinds=options.kinds,
        tasks=options.tasks,
        models=options.models,
        usd_per_unit=assessment.figures.exchange_rate,
    )
    plan = plan_all_probes(
        top, assessment, settings, keys_of(assessment) if options.sending.is_billed else no_keys
    )
    if not plan.probes:
        raise UnableError(
            "There is nothing to probe",
            "Choose other task classes, models or kinds (TASK, --model, --kind), or "
            "declare some in `allocations/`.",
        )
    return PlannedDryRun(root=top, state=assessment, plan=plan, options=options)


def run_dry_run(
    planned: PlannedDryRun, on_progress: Callable[[Progress], None] | None = None
) -> RunResult:
    """Send the plan, judge the answers, record and report them.

    Ctrl-C ends the run cleanly: what is known is recorded and reported. Evidence is written only of
    what real providers answered, never of the offline server or a cassette, and only of probes that
    were sent in full.

    Raises:
        UnableError: the plan may cost too much, or a replay lacks a call.
        MissingExtraError: a package that is needed is not installed.
        OutputError: evidence, texts or a cassette may not be written.
    """
    planned.check()
    options, state = planned.options, planned.state
    run, error = _send(planned, on_progress)
    versions = {"govern": TOOL_VERSION, "litellm": litellm_version()}
    records = [
        probe_record(observation, versions, is_complete=_is_complete(observation))
        for observation in run.observations
    ]
    written = options.sending.write and options.sending.is_billed
    if written:
        _record(planned.root, run, records)
    if error is not None:
        raise error
    limit = options.sending.limit
    evidence = evidence_outcome(written=written, offline=options.sending.offline)
    report = report_dry_run(
        state, planned.plan, run, tuple(records), limit=limit, evidence=evidence
    )
    return RunResult(
        report=replace(report, path_prefix=path_prefix(planned.root)),
        interrupted=run.ending == "interrupted",
    )


def _send(
    planned: PlannedDryRun, on_progress: Callable[[Progress], None] | None
) -> tuple[ProbeRun, GovernError | None]:
    options, probes = planned.options, planned.plan.probes
    keeper = None if options.keep_text is None else TextKeeper(options.keep_text)
    with collecting(), run_client(planned.state, options.sending) as client:
        conditions = options.sending.conditions
        runner = Runner(probes, client, conditions, on_progress=on_progress, on_answer=keeper)
        return asyncio.run(_run(runner, client, () if options.sending.replay else probes))


async def _run(
    runner: Runner, client: Client, sent: tuple[Probe, ...]
) -> tuple[ProbeRun, GovernError | None]:
    """The run, and what failed when the client closed: paid results are recorded all the same."""
    if sent:
        await warm_up(call for probe in sent for call in probe.calls)
    end_on_termination()
    try:
        run = await runner.run()
    except BaseException:
        await client.close()
        raise
    try:
        await client.close()
    except GovernError as error:
        return run, error
    return run, None


def _record(root: Path, run: ProbeRun, records: list[ProbeRecord]) -> None:
    """Only what was sent in full: a probe cut short must not stand before a whole one."""
    complete = [
        (observation, record)
        for observation, record in zip(run.observations, records, strict=True)
        if _is_complete(observation)
    ]
    record_evidence(root, probes=[record for _, record in complete])
    for observation, _ in complete:
        reference = fresh_reference(observation)
        if reference is not None:
            data = msgspec.json.format(msgspec.json.encode(reference), indent=1) + b"\n"
            write_reference(root, reference.task_class, reference.model, data)


def _is_complete(observation: Observation) -> bool:
    return len(observation.seen) == observation.probe.samples


def _check_text_folder(folder: Path | None, root: Path) -> None:
    if folder is not None and folder.resolve().is_relative_to((root / "evidence").resolve()):
        raise UsageError(
            "--keep-text names a folder inside `evidence/`",
            "Choose a folder outside the governed files.",
        )
