"""The report of `govern diff --compare-to`: findings and figures against a stored check."""

from msgspec import Struct

from multillm_gov.content import Paragraph
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Finding, Severity
from multillm_gov.report import Metric, Report, Section, judge_counts
from multillm_gov.reporting.check.report import rule_notes
from multillm_gov.reporting.diff.findings import Renames, shift_findings
from multillm_gov.reporting.shared.headline import headline, with_before
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.words import count_of


class Snapshot(Struct, frozen=True, kw_only=True):
    """The part of a stored check that a later one is compared with."""

    as_of: str
    revision: str
    headline: tuple[Metric, ...]
    findings: tuple[Finding, ...]


def report_snapshot(before: Snapshot, after: Assessment, fail_on: Severity | None) -> Report:
    """The report of a comparison; a snapshot has no declarations, so none is compared."""
    findings = shift_findings(before.findings, after.findings, None, Renames())
    metrics = with_before(before.headline, headline(after.state))
    changed = sum(metric.value != metric.before for metric in metrics)
    active = sum(finding.active for finding in findings.new)
    same = not (findings.new or findings.resolved or changed)
    summary = "No changes: findings and figures are those of the snapshot."
    if not same:
        summary = f"{count_of(active, 'new finding')}, {len(findings.resolved):,} resolved"
        summary += f"; {count_of(changed, 'figure')} changed."
    limits = (
        f"The snapshot was taken as of {before.as_of}. It has findings and figures, but no "
        "declarations: use `govern diff BASE` to see which caps, routes and policies changed. "
        "Findings that were fixed and findings that a looser policy no longer enforces both count "
        "as resolved."
    )
    report = Report(
        kind="diff",
        title="Portfolio against a snapshot",
        organization=after.state.portfolio.settings.organization,
        as_of=after.state.as_of.isoformat(),
        currency=after.state.figures.currency,
        verdict=judge_counts(findings.new, fail_on),
        revision=after.state.revision,
        base=before.revision,
        summary=summary,
        headline=() if same else metrics,
        sections=()
        if same
        else (Section(id="limits", title="Compared", blocks=(Paragraph(limits),), folded=True),),
        findings=findings.new,
        resolved=findings.resolved,
        provenance=(*provenance(after.state), ("snapshot as of", before.as_of)),
        rules=rule_notes((*findings.new, *findings.resolved)),
    )
    return masked(report, after.state.secrets)
