"""What `govern diff --compare-to` tells: findings and figures against a stored check, without any repository."""

from msgspec import Struct

from multillm_gov.content import Paragraph
from multillm_gov.documents.masking import masked
from multillm_gov.finding import Finding, Severity
from multillm_gov.report import Metric, Report, Section, judge_counts
from multillm_gov.reporting.check.report import rule_notes
from multillm_gov.reporting.diff.findings import Renames, shift_findings
from multillm_gov.reporting.shared.headline import headline, with_before
from multillm_gov.reporting.shared.provenance import provenance
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.words import count_of


class Snapshot(Struct, frozen=True, kw_only=True):
    """What a stored check holds that a later one can be compared with."""

    as_of: str
    revision: str
    headline: tuple[Metric, ...]
    findings: tuple[Finding, ...]


def report_snapshot(before: Snapshot, after: Assessment, fail_on: Severity | None) -> Report:
    """The report of a comparison with a snapshot; it holds no declarations, so no change of one is listed."""
    findings = shift_findings(before.findings, after.findings, None, Renames())
    metrics = with_before(before.headline, headline(after))
    moved = sum(metric.value != metric.before for metric in metrics)
    active = sum(finding.active for finding in findings.new)
    same = not (findings.new or findings.resolved or moved)
    told = "Nothing changed: findings and figures are those of the snapshot."
    if not same:
        told = f"{count_of(active, 'new finding')}, {len(findings.resolved):,} resolved"
        told += f"; {count_of(moved, 'figure')} moved."
    limits = (
        f"The snapshot was taken as of {before.as_of}. It holds findings and figures, not what was "
        "declared: which "
        "caps, routes and policies changed is told by `govern diff BASE`. What was mended and what "
        "a looser policy no "
        "longer asks for count alike as resolved."
    )
    report = Report(
        kind="diff",
        title="Portfolio against a snapshot",
        organization=after.portfolio.settings.organization,
        as_of=after.as_of.isoformat(),
        currency=after.figures.currency,
        verdict=judge_counts(findings.new, fail_on),
        revision=after.revision,
        base=before.revision,
        summary=told,
        headline=() if same else metrics,
        sections=()
        if same
        else (Section(id="limits", title="Compared", blocks=(Paragraph(limits),), folded=True),),
        findings=findings.new,
        resolved=findings.resolved,
        provenance=(*provenance(after), ("snapshot as of", before.as_of)),
        rules=rule_notes((*findings.new, *findings.resolved)),
    )
    return masked(report, after.secrets)
