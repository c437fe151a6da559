"""What `govern drill` tells: which requests would be sent, and what the chains did."""

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from itertools import groupby

from msgspec.structs import replace

from multillm_gov.content import Cell, Column, Items, Paragraph, Status, Table
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.evaluation.drills.drill import Drill, DrillPlan
from multillm_gov.evidence.drill_record import DrillRecord, FaultResult
from multillm_gov.finding import Severity
from multillm_gov.report import (
    STUB_DRAFT,
    EvidenceOutcome,
    Metric,
    Report,
    Section,
    Verdict,
    judge_counts,
)
from multillm_gov.reporting.check.report import rule_notes
from multillm_gov.reporting.evaluation.drill_findings import findings_of, trials_of
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.state.state import State
from multillm_gov.units import format_money, format_share
from multillm_gov.words import count_of

_STATUS: dict[str, Status] = {"survives": "good", "degraded": "watch", "fails": "bad"}
_METHOD = (
    "The routed model is replaced by an address on this machine that fails as asked; its provider "
    "is never called. The "
    "chain runs in LiteLLM's router as `govern export litellm` writes it."
)


def report_drill_plan(state: State, plan: DrillPlan, limit: Decimal | None) -> Report:
    """Every chain with its requests and worst case; ``limit``: what the run may spend."""
    rows = tuple(
        _plan_row(tuple(group))
        for _, group in groupby(plan.drills, lambda drill: (drill.task.name, drill.leg))
    )
    columns = (
        Column("Task class"),
        Column("Fails"),
        Column("Then asked, in order"),
        Column("Requests", numeric=True),
        Column("At most", numeric=True),
    )
    table = Table(title="", columns=columns, rows=rows)
    report = replace(
        _report(state, plan, Verdict(fail_on=None, errors=0, warnings=0, notes=0, waived=0)),
        title="Failover drill plan",
        summary=_plan_summary(plan, limit),
        sections=(Section(id="chains", title="Chains", blocks=(Paragraph(_METHOD), table)),),
    )
    return masked(report, state.secrets)


def report_drills(
    state: State,
    plan: DrillPlan,
    records: tuple[DrillRecord, ...],
    *,
    limit: Decimal | None,
    interrupted: bool,
    evidence: EvidenceOutcome,
) -> Report:
    """The result of every task class, and a finding for each chain that failed.

    Args:
        state: The portfolio.
        plan: What was to be sent.
        records: One a task class; drills that the budget had no room for are not in them.
        limit: US dollars that the run could spend; ``None``: it spent nothing.
        interrupted: Whether the run was cut short.
        evidence: Whether it was written.
    """
    findings = findings_of(records, state)
    counted = judge_counts(findings, Severity.ERROR)
    planned = Counter(drill.task.name for drill in plan.drills)
    whole = tuple(record for record in records if record.calls == planned[record.task_class])
    spent = sum((record.usd for record in records), Decimal(0))
    report = replace(
        _report(state, plan, replace(counted, unproved=len(planned) - len(whole))),
        summary=_summary(records, whole, planned, spent, limit)
        + (" It was interrupted." if interrupted else "")
        + ("" if evidence == "written" else " No evidence was written."),
        headline=_headline(whole, spent, limit),
        sections=tuple(_section(record, planned[record.task_class]) for record in records),
        findings=findings,
        rules=rule_notes(findings),
        trials=trials_of(records, state),
        is_stubbed=evidence == "offline",
        draft=(STUB_DRAFT,) if evidence == "offline" else (),
    )
    return masked(report, state.secrets)


def _summary(
    records: tuple[DrillRecord, ...],
    whole: tuple[DrillRecord, ...],
    planned: Counter[str],
    spent: Decimal,
    limit: Decimal | None,
) -> str:
    results, sent = [record.result for record in whole], sum(record.calls for record in records)
    text = (
        f"{count_of(len(whole), 'failover')} drilled: {results.count('survives'):,} survived, "
        f"{results.count('degraded'):,} degraded, {results.count('fails'):,} failed. "
        f"{count_of(sent, 'request')} "
        f"{'would have cost' if limit is None else 'cost'} "
        f"{format_money(spent, rounding=ROUND_UP)}."
    )
    left = planned.total() - sent
    return (
        f"{text} Not sent: {count_of(left, 'request')}; some chains are not proved."
        if left
        else text
    )


def _report(state: State, plan: DrillPlan, verdict: Verdict) -> Report:
    settings = state.portfolio.settings
    return Report(
        kind="dry-run",
        title="Failover drill",
        organization=settings.organization,
        as_of=state.as_of.isoformat(),
        currency=settings.currency,
        verdict=verdict,
        revision=state.revision,
        provenance=provenance(state),
        checked=(
            ("task classes", len({drill.task.name for drill in plan.drills})),
            ("requests", len(plan.drills)),
        ),
    )


def _plan_row(drills: tuple[Drill, ...]) -> tuple[Cell, ...]:
    first, worst = drills[0], [drill.worst_usd for drill in drills]
    known = [usd for usd in worst if usd is not None]
    cost = Cell("price not known", "watch")
    if len(known) == len(worst):
        cost = Cell(format_money(sum(known, Decimal(0)), rounding=ROUND_UP))
    return (
        Cell(first.task.name, strong=True),
        Cell(first.chain[0]),
        Cell(" → ".join(first.chain[1:])),
        Cell(f"{len(drills):,}"),
        cost,
    )


def _plan_summary(plan: DrillPlan, limit: Decimal | None) -> str:
    text = (
        f"{count_of(len(plan.drills), 'request')} to the fallbacks cost "
        f"{format_money(plan.worst_usd, rounding=ROUND_UP)} at most"
    )
    text += (
        "; nothing is billed."
        if limit is None
        else f"; --max-usd allows {format_money(limit, rounding=ROUND_DOWN)}."
    )
    missing = [key.name for key in plan.keys if key.is_missing]
    text += f" Not set: {', '.join(missing)}." if missing else ""
    return text + "".join(f" Left out: `{left.task_class}`, {left.why}." for left in plan.left_out)


def _section(record: DrillRecord, planned: int) -> Section:
    columns = (
        Column("Fault"),
        Column("Result"),
        Column("Answered by"),
        Column("After", numeric=True),
        Column("Missed"),
    )
    rows = tuple(_fault_row(fault) for fault in record.faults)
    covered = format_share(record.coverage or Decimal(0))
    facts = [f"{record.result}: {covered} of the faults covered"]
    if record.calls < planned:
        facts = [
            f"not drilled in full: {record.calls:,} of {count_of(planned, 'request')} were sent"
        ]
    if record.seconds_to_recover is not None:
        facts.append(f"longest time to an answer: {record.seconds_to_recover:.2f} s")
    table = Table(title="", columns=columns, rows=rows)
    return Section(
        id=f"task-{record.task_class}", title=record.task_class, blocks=(Items(tuple(facts)), table)
    )


def _fault_row(result: FaultResult) -> tuple[Cell, ...]:
    return (
        Cell(result.fault.replace("-", " "), strong=True),
        Cell(result.result, _STATUS[result.result]),
        Cell(result.answered_by),
        Cell("" if result.seconds is None else f"{result.seconds:.2f} s"),
        Cell(result.detail.replace("`", "")),
    )


def _headline(
    records: Iterable[DrillRecord], spent: Decimal, limit: Decimal | None
) -> tuple[Metric, ...]:
    held = tuple(records)
    survived = sum(record.result == "survives" for record in held)
    covered = [float(record.coverage) for record in held if record.coverage is not None]
    return (
        Metric(
            id="drills-survived",
            label="Failovers that survived",
            value=f"{survived:,} of {len(held):,}",
            number=float(survived),
        ),
        Metric(
            id="drill-coverage",
            label="Least share of faults covered",
            value=format_share(min(covered)) if covered else "none drilled",
            number=min(covered) if covered else None,
        ),
        Metric(
            id="dry-run-cost",
            label="Cost of the run",
            value=format_money(spent, rounding=ROUND_UP),
            limit="" if limit is None else format_money(limit, rounding=ROUND_DOWN),
            number=float(spent),
            unit="USD",
        ),
    )
