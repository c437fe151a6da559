"""A finding for each failed chain, and each fault as a trial for programs."""

from multillm_gov.documents.document import locate
from multillm_gov.evaluation.drills.judging import CUT
from multillm_gov.evidence.drill_record import DrillRecord, FaultResult
from multillm_gov.finding import Finding, Severity, fingerprint
from multillm_gov.location import Location
from multillm_gov.state.state import State
from multillm_gov.trials import Trial, TrialCheck

RULE = "GOV210"
"""The rule that a failed drill breaks, in `govern check` as here."""
_NAME = "failover-drill-failed"


def findings_of(records: tuple[DrillRecord, ...], state: State) -> tuple[Finding, ...]:
    """One per task class that failed (error) or was degraded (warning), by place."""
    findings = [_finding(record, state) for record in records if record.result != "survives"]
    return tuple(
        sorted(
            findings,
            key=lambda finding: (finding.location.path, finding.location.line, finding.message),
        )
    )


def trials_of(records: tuple[DrillRecord, ...], state: State) -> tuple[Trial, ...]:
    """Every fault of every task class."""
    return tuple(
        Trial(
            task_class=record.task_class,
            model=record.chain[0],
            kind=f"failover: {fault.fault}",
            verdict=fault.result,
            outcome="pass" if fault.result == "survives" or fault.fault == CUT else "failure",
            location=_place(record, state),
            checks=(TrialCheck(name="chain", verdict=fault.result, detail=fault.detail),),
            message=fault.detail,
            calls=1,
            answers=int(fault.result != "fails"),
            p50_seconds=fault.seconds,
            usd=None,
        )
        for record in records
        for fault in record.faults
    )


def _finding(record: DrillRecord, state: State) -> Finding:
    missed = [fault for fault in record.faults if fault.result != "survives" and fault.fault != CUT]
    text = "; ".join(f"{result.fault}: {result.detail or result.result}" for result in missed[:3])
    rest = f" and {len(missed) - 3} more" if len(missed) > 3 else ""
    fails = record.result == "fails"
    return Finding(
        rule=RULE,
        name=_NAME,
        severity=Severity.ERROR if fails else Severity.WARNING,
        message=f"the failover of `{record.task_class}` {'fails' if fails else 'is degraded'} "
        f"({text}{rest})",
        location=_place(record, state),
        subject=record.task_class,
        remedy=_remedy(record, missed),
        figures={"faults": len(record.faults), "coverage": record.coverage, "missed": len(missed)},
        fingerprint=fingerprint(RULE, "", record.task_class, record.result),
    )


def _remedy(record: DrillRecord, missed: list[FaultResult]) -> str:
    if any(result.result == "fails" for result in missed):
        first = record.chain[-1]
        return (
            f"Test the fallbacks directly: `govern dry-run {record.task_class}`; then "
            "replace the one that "
            f"does not answer, or add another behind `{first}`."
        )
    if any("limit is" in result.detail for result in missed):
        return (
            "Give a model up earlier, so that time is left for the next one: "
            "`latency.timeout_seconds` well below "
            "`latency.p95_seconds`; or use a faster fallback."
        )
    if any("schema" in result.detail for result in missed):
        return (
            "Use fallbacks that satisfy the schema, or declare normalizers for their answers "
            "in `normalize`."
        )
    return f"Test the fallbacks directly: `govern dry-run {record.task_class}`."


def _place(record: DrillRecord, state: State) -> Location:
    tasks = {task.name: task for task in state.portfolio.task_classes}
    return locate(tasks[record.task_class].place.at("fallbacks"), state.documents)
