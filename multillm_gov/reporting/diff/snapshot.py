"""The report of `govern diff --compare-to`: findings and figures against a stored check."""

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from multillm_gov.briefing import Briefing
from multillm_gov.content import Paragraph
from multillm_gov.documents.secrets.masking import masked
from multillm_gov.finding import Finding, Severity, with_needs
from multillm_gov.report import Metric, Report, Section, Verdict, judge_counts
from multillm_gov.reporting.check.report import rule_notes
from multillm_gov.reporting.diff.attention import MOST_SENTENCES
from multillm_gov.reporting.diff.briefing import new_findings_words, unmoved_words
from multillm_gov.reporting.diff.findings import FindingsShift, Renames, shift_findings
from multillm_gov.reporting.diff.grouping import group_findings
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
    same = not (findings.new or findings.resolved or changed)
    verdict = judge_counts(findings.new, fail_on)
    report = Report(
        kind="diff",
        title="Portfolio against a snapshot",
        organization=after.state.portfolio.settings.organization,
        as_of=after.state.as_of.isoformat(),
        currency=after.state.figures.currency,
        verdict=verdict,
        revision=after.state.revision,
        base=before.revision,
        summary=_summary(findings, changed),
        headline=() if same else metrics,
        sections=() if same else (_limits(before.as_of),),
        findings=with_needs(findings.new, fail_on),
        resolved=findings.resolved,
        provenance=(*provenance(after.state), ("snapshot as of", before.as_of)),
        rules=rule_notes((*findings.new, *findings.resolved)),
        briefing=_brief(findings, metrics, after, verdict, before.as_of, calm=same),
    )
    return masked(report, after.state.secrets)


def _summary(findings: FindingsShift, changed: int) -> str:
    if not (findings.new or findings.resolved or changed):
        return "No changes: findings and figures are those of the snapshot."
    active = count_of(sum(finding.active for finding in findings.new), "new finding")
    figures = count_of(changed, "figure")
    return f"{active}, {len(findings.resolved):,} resolved; {figures} changed."


def _limits(taken: str) -> Section:
    """What such a comparison cannot show."""
    text = (
        f"The snapshot was taken as of {taken}. It has findings and figures, but no "
        "declarations: use `govern diff BASE` to see which caps, routes and policies changed. "
        "Findings that were fixed and findings that a looser policy no longer enforces both count "
        "as resolved."
    )
    blocks = (Paragraph(text),)
    return Section(id="limits", title="Compared", blocks=blocks, folded=True)


def _brief(
    findings: FindingsShift,
    metrics: tuple[Metric, ...],
    after: Assessment,
    verdict: Verdict,
    then: str,
    *,
    calm: bool,
) -> Briefing:
    """As of two states, but that a snapshot has no declarations, so no cause is known."""
    if calm:
        return Briefing(lead=("no changes",), calm=True)
    figures = after.state.figures
    values = {task.task.name: task.value_at_stake_per_month or Decimal(0) for task in figures.tasks}
    groups = group_findings(findings.new, (), values, figures.currency)
    moved = sum(metric.moved for metric in metrics)
    lead = [f"{count_of(moved, 'figure')} moved"] if moved else []
    lead += new_findings_words(verdict)
    lead += [count_of(len(findings.resolved), "resolved finding")] if findings.resolved else []
    if verdict.exit_code:
        lead.append("not mergeable")
    first = [
        replace(matter, text=f"{group.title}: {matter.text}")
        for group in groups
        for matter in group.matters[:1]
        if matter.severity is Severity.ERROR
    ]
    return Briefing(
        lead=tuple(lead),
        calm=False,
        context=f"Compared with a snapshot of {then}.",
        look_first=tuple(first[:MOST_SENTENCES]),
        unmoved=unmoved_words(metrics),
        groups=groups,
    )
