"""What `govern dry-run` tells: the verdict of every probe, by task class."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from itertools import groupby

from msgspec.structs import replace

from multillm_gov.content import Block, Cell, Column, Items, Status, Table
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.evaluation.probes.judging import FIRST_REFERENCE
from multillm_gov.evaluation.probes.plan import ProbePlan
from multillm_gov.evaluation.running import Ending, ProbeRun
from multillm_gov.evidence.record import ProbeRecord
from multillm_gov.finding import Finding, Severity
from multillm_gov.report import (
    STUB_DRAFT,
    STUB_VERDICT,
    EvidenceOutcome,
    Metric,
    Report,
    Section,
    Verdict,
    judge_counts,
)
from multillm_gov.reporting.check.report import rule_notes
from multillm_gov.reporting.evaluation.dry_run_findings import findings_of, trial_of
from multillm_gov.reporting.evaluation.dry_run_plan import framed
from multillm_gov.state.state import State
from multillm_gov.trials import Trial
from multillm_gov.units import format_money
from multillm_gov.words import count_of

_ENDINGS: dict[Ending, str] = {
    "complete": "",
    "budget": " It stopped where the next call could have passed the limit of cost.",
    "time": " It stopped when the total time was over.",
    "interrupted": " It was interrupted.",
}
_STATUS: dict[str, Status] = {"pass": "good", "failure": "bad", "error": "watch"}


def report_dry_run(
    state: State,
    plan: ProbePlan,
    run: ProbeRun,
    records: tuple[ProbeRecord, ...],
    *,
    limit: Decimal | None,
    evidence: EvidenceOutcome,
) -> Report:
    """The verdict of every probe, grouped by task class, and a finding for each that did not pass.

    Args:
        state: The portfolio.
        plan: What was to be sent.
        run: What was seen.
        records: One a probe of the plan.
        limit: US dollars that the run could spend; ``None``: it spent nothing.
        evidence: Whether it was written.
    """
    pairs = list(zip(run.observations, records, strict=True))
    trials = tuple(trial_of(observation, record, state.documents) for observation, record in pairs)
    if evidence == "offline":
        trials = tuple(
            replace(trial, verdict=STUB_VERDICT) if trial.outcome == "pass" else trial
            for trial in trials
        )
    findings = findings_of(trials)
    unproved = sum(trial.outcome == "error" for trial in trials)
    grouped = groupby(zip(trials, records, strict=True), lambda pair: pair[0].task_class)
    sections = tuple(
        Section(id=f"task-{name}", title=name, blocks=_run_blocks(tuple(group), evidence=evidence))
        for name, group in grouped
    )
    report = replace(
        framed(state, plan, _verdict(findings, unproved)),
        summary=_run_summary(trials, run, limit, evidence),
        headline=_headline(trials, run, limit),
        sections=sections,
        findings=findings,
        rules=rule_notes(findings),
        trials=trials,
        is_stubbed=evidence == "offline",
        draft=(STUB_DRAFT,) if evidence == "offline" else (),
    )
    return masked(report, state.secrets)


def _verdict(findings: tuple[Finding, ...], unproved: int) -> Verdict:
    counted = judge_counts(findings, Severity.ERROR)
    return Verdict(
        fail_on=Severity.ERROR,
        errors=counted.errors,
        warnings=counted.warnings,
        notes=0,
        waived=0,
        unproved=unproved,
    )


def _run_blocks(
    pairs: tuple[tuple[Trial, ProbeRecord], ...], *, evidence: EvidenceOutcome
) -> tuple[Block, ...]:
    """The table of a task class, without empty columns, and what was not judged."""
    rows = [_run_row(trial, record) for trial, record in pairs]
    telling = [
        number for number in range(len(_RUN_COLUMNS)) if any(row[number].text for row in rows)
    ]
    if len({trial.kind for trial, _ in pairs}) == 1:
        telling.remove(1)
    table = Table(
        title="",
        columns=tuple(_RUN_COLUMNS[number] for number in telling),
        rows=tuple(tuple(row[number] for number in telling) for row in rows),
    )
    remaining = (
        (trial, note)
        for trial, record in pairs
        for note in record.notes
        if evidence == "written" or note != FIRST_REFERENCE
    )
    notes = tuple(f"{trial.model}: {note}" for trial, note in remaining)
    return (table, Items(notes)) if notes else (table,)


_RUN_COLUMNS = (
    Column("Model"),
    Column("Kind"),
    Column("Verdict"),
    Column("By"),
    Column("Answers", numeric=True),
    Column("p50", numeric=True),
    Column("p95", numeric=True),
    Column("Tokens", numeric=True),
    Column("USD", numeric=True),
)


def _run_row(trial: Trial, record: ProbeRecord) -> tuple[Cell, ...]:
    # Checks are in order of gravity, so the first one is the reason; its words are those of the
    # finding.
    by = record.checks[0].name if record.checks and trial.outcome != "pass" else ""
    return (
        Cell(trial.model, strong=True),
        Cell(trial.kind),
        Cell(trial.verdict, "neutral" if trial.verdict == STUB_VERDICT else _STATUS[trial.outcome]),
        Cell(by),
        Cell(f"{trial.answers:,}/{trial.calls:,}"),
        Cell(_seconds(trial.p50_seconds)),
        Cell(_seconds(trial.p95_seconds)),
        Cell(_tokens(record)),
        Cell("not known" if trial.usd is None else format_money(trial.usd).removesuffix(" USD")),
    )


def _run_summary(
    trials: tuple[Trial, ...], run: ProbeRun, limit: Decimal | None, evidence: EvidenceOutcome
) -> str:
    outcomes = [trial.outcome for trial in trials]
    passed = STUB_VERDICT if evidence == "offline" else "passed"
    text = (
        f"{count_of(len(trials), 'probe')}: {outcomes.count('pass'):,} {passed}, "
        f"{outcomes.count('failure'):,} failed, "
        f"{outcomes.count('error'):,} could not be judged. {count_of(run.calls, 'call')} "
        f"{_cost_words(run, limit)} in {run.seconds:,.1f} s.{_ENDINGS[run.ending]}"
    )
    return text + ("" if evidence == "written" else " No evidence was written.")


def _cost_words(run: ProbeRun, limit: Decimal | None) -> str:
    if limit is None:
        return f"would have cost {format_money(run.spent_usd, rounding=ROUND_UP)}"
    return (
        f"cost {format_money(run.spent_usd, rounding=ROUND_UP)} of "
        f"{format_money(limit, rounding=ROUND_DOWN)} allowed"
    )


def _headline(
    trials: tuple[Trial, ...], run: ProbeRun, limit: Decimal | None
) -> tuple[Metric, ...]:
    passed = sum(trial.outcome == "pass" for trial in trials)
    stubbed = any(trial.verdict == STUB_VERDICT for trial in trials)
    return (
        Metric(
            id="probes-passed",
            label="Probes answered by the stub" if stubbed else "Probes passed",
            value=f"{passed:,} of {len(trials):,}",
            number=float(passed),
        ),
        Metric(
            id="dry-run-cost",
            label="Cost of the run",
            value=format_money(run.spent_usd, rounding=ROUND_UP),
            limit="" if limit is None else format_money(limit, rounding=ROUND_DOWN),
            number=float(run.spent_usd),
            unit="USD",
        ),
    )


def _seconds(value: Decimal | None) -> str:
    return "" if value is None else f"{float(value):,.2f} s"


def _tokens(record: ProbeRecord) -> str:
    """Mean tokens in and out."""
    text = [
        "?" if mean is None else f"{mean:,.0f}"
        for mean in (record.input_tokens, record.output_tokens)
    ]
    return text[0] if record.kind == "embedding" else "/".join(text)
