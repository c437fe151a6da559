"""The report of `govern check`: findings, the verdict, and the headline figures."""

from collections.abc import Iterable

from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Finding, Severity
from multillm_gov.report import Report, RuleNote, Verdict, judge_counts
from multillm_gov.reporting.shared.headline import headline
from multillm_gov.reporting.shared.provenance import left_out_of_figures, provenance
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.words import count_of


def report_check(assessment: Assessment, fail_on: Severity | None) -> Report:
    """The report of one state; ``fail_on`` is the least severity that fails, ``None`` for never."""
    settings = assessment.portfolio.settings
    verdict = judge_counts(assessment.findings, fail_on)
    checked = _checked(assessment)
    report = Report(
        kind="check",
        title="Portfolio check",
        organization=settings.organization,
        as_of=assessment.as_of.isoformat(),
        currency=settings.currency,
        verdict=verdict,
        revision=assessment.revision,
        summary=_summary(verdict, dict(checked)) + incomplete_words(assessment),
        headline=headline(assessment),
        findings=assessment.findings,
        provenance=provenance(assessment),
        checked=checked,
        rules=rule_notes(assessment.findings),
    )
    return masked(report, assessment.secrets)


def incomplete_words(assessment: Assessment) -> str:
    """A sentence where figures exclude what could not be read; else empty."""
    paths = left_out_of_figures(assessment)
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


def _checked(assessment: Assessment) -> tuple[tuple[str, int], ...]:
    files = set(assessment.files) | {flaw.location.path for flaw in assessment.flaws}
    models = {name for task in assessment.portfolio.task_classes for name in task.models}
    return (
        ("files", len(files)),
        ("task classes", len(assessment.portfolio.task_classes)),
        ("policies", len(assessment.portfolio.policies)),
        ("models", len(models)),
    )


def _summary(verdict: Verdict, checked: dict[str, int]) -> str:
    scope = (
        f"{count_of(checked['task classes'], 'task class')} in {count_of(checked['files'], 'file')}"
    )
    return f"{scope}: {verdict.counts_with_waived}."
