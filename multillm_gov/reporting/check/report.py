"""The report of `govern check`: findings, the verdict, and the headline figures."""

from collections.abc import Iterable

from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Finding, Severity, with_needs
from multillm_gov.report import Report, RuleNote, Verdict, judge_counts
from multillm_gov.reporting.shared.headline import headline
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.reporting.shared.waivers import list_waivers
from multillm_gov.risk.limits.appetite import appetite_limits
from multillm_gov.risk.limits.judging import left_out_of_figures
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.rules.policy_limits import policy_limits
from multillm_gov.state.state import State
from multillm_gov.words import count_of


def report_check(assessment: Assessment, fail_on: Severity | None) -> Report:
    """The report of one state; ``fail_on`` is the least severity that fails, ``None`` for never."""
    settings = assessment.state.portfolio.settings
    verdict = judge_counts(assessment.findings, fail_on)
    checked = _checked(assessment.state)
    report = Report(
        kind="check",
        title="Portfolio check",
        organization=settings.organization,
        as_of=assessment.state.as_of.isoformat(),
        currency=settings.currency,
        verdict=verdict,
        revision=assessment.state.revision,
        summary=_summary(verdict, dict(checked)) + incomplete_words(assessment.state),
        headline=headline(assessment.state),
        limits=(*appetite_limits(assessment.state), *policy_limits(assessment)),
        findings=with_needs(assessment.findings, fail_on),
        waivers=list_waivers(assessment, fail_on),
        provenance=provenance(assessment.state),
        checked=checked,
        rules=rule_notes(assessment.findings),
    )
    return masked(report, assessment.state.secrets)


def incomplete_words(state: State) -> str:
    """A sentence where figures exclude what could not be read; else empty."""
    paths = left_out_of_figures(state)
    if not paths:
        return ""
    return f" The figures are incomplete: {count_of(len(paths), 'file')} could not be read in full."


def rule_notes(findings: Iterable[Finding]) -> tuple[RuleNote, ...]:
    """Each rule that findings name, in short."""
    notes = []
    for identifier in sorted({finding.rule for finding in findings}):
        rule = find_rule(identifier)
        if rule is not None:
            notes.append(
                RuleNote(
                    id=rule.id,
                    name=rule.name,
                    title=rule.title,
                    why=rule.why,
                    remediation=rule.remediation,
                    severity=rule.severity,
                    controls=rule.controls,
                )
            )
    return tuple(notes)


def _checked(state: State) -> tuple[tuple[str, int], ...]:
    files = set(state.files) | {flaw.location.path for flaw in state.flaws}
    models = {name for task in state.portfolio.task_classes for name in task.models}
    return (
        ("files", len(files)),
        ("task classes", len(state.portfolio.task_classes)),
        ("policies", len(state.portfolio.policies)),
        ("models", len(models)),
    )


def _summary(verdict: Verdict, checked: dict[str, int]) -> str:
    scope = (
        f"{count_of(checked['task classes'], 'task class')} in {count_of(checked['files'], 'file')}"
    )
    return f"{scope}: {verdict.counts_with_waived}."
