"""The report of `govern drift`: findings with both sides."""

from collections.abc import Iterable

from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Finding, Severity
from multillm_gov.report import Report, RuleNote, judge_counts
from multillm_gov.state.state import State
from multillm_gov.words import count_of


def report_drift(
    state: State,
    findings: Iterable[Finding],
    notes: Iterable[RuleNote],
    fail_on: Severity | None,
    *,
    origins: tuple[str, ...],
    compared: int,
) -> Report:
    """The report.

    Args:
        state: The portfolio.
        findings: One per difference.
        notes: Every kind of difference.
        fail_on: The least severity that fails; ``None``: never.
        origins: What it was compared with: files, addresses, providers.
        compared: Task classes.
    """
    ordered = tuple(
        sorted(
            findings,
            key=lambda finding: (finding.location.path, finding.location.line, finding.rule),
        )
    )
    settings = state.portfolio.settings
    verdict = judge_counts(ordered, fail_on)
    used = {finding.rule for finding in ordered}
    where = ", ".join(origins)
    report = Report(
        kind="check",
        title="Drift",
        organization=settings.organization,
        as_of=state.as_of.isoformat(),
        currency=settings.currency,
        verdict=verdict,
        revision=state.revision,
        summary=f"{count_of(compared, 'task class')} compared with {where}: {verdict.counts()}.",
        findings=ordered,
        provenance=tuple(("Compared with", origin) for origin in origins),
        checked=(("task classes", compared),),
        rules=tuple(note for note in notes if note.id in used),
    )
    return masked(report, state.secrets)
