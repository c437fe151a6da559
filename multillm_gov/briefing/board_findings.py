"""Findings, and the waivers over them, told apart."""

from multillm_gov.briefing.board_wording import bounded
from multillm_gov.finding import Finding
from multillm_gov.report import Block, Cell, Column, Paragraph, Section, Status, Verdict
from multillm_gov.rules.assessment import Assessment

_STATUS: dict[str, Status] = {"error": "bad", "warning": "watch", "note": "neutral"}

_OPEN = (Column("Weight"), Column("Subject"), Column("What is wrong"), Column("What mends it"))
_WAIVED = (Column("Waived finding"), Column("Policy"), Column("Reason"), Column("Approved by"), Column("Expires"))


def findings_section(assessment: Assessment, verdict: Verdict) -> Section:
    """Open findings, heaviest first, then what is waived by whom and until when."""
    active = sorted(
        (finding for finding in assessment.findings if finding.active),
        key=lambda f: (-f.severity, f.rule, f.subject, f.location.path, f.location.line),
    )
    blocks: list[Block] = [Paragraph(f"The rules and policies in force make {verdict.words}.")]
    blocks += bounded("Open findings", _OPEN, [_row(f) for f in active], "finding", "There is no open finding.")
    waived = [finding for finding in assessment.findings if not finding.active]
    rows = [_waived(finding) for finding in sorted(waived, key=_expiry)]
    blocks += bounded("Waived findings", _WAIVED, rows, "waived finding", "No finding is waived.")
    return Section(id="findings", title="Findings and waivers", blocks=tuple(blocks))


def _row(finding: Finding) -> tuple[Cell, ...]:
    label = finding.severity.label
    message = f"{finding.message}. Risk: {finding.risk}" if finding.risk else finding.message
    asked = f"{finding.rule} {finding.policy}" if finding.policy else f"{finding.rule} {finding.name}"
    return (
        Cell(label.capitalize(), _STATUS[label]),
        Cell(finding.subject),
        Cell(f"{message} ({asked})"),
        Cell(finding.remedy),
    )


def _expiry(finding: Finding) -> tuple[str, str, str]:
    return (finding.waiver.expires if finding.waiver else "", finding.rule, finding.subject)


def _waived(finding: Finding) -> tuple[Cell, ...]:
    waiver = finding.waiver
    if waiver is None:
        raise ValueError(f"{finding.rule} on {finding.subject} is not waived")
    reason = f"{waiver.reason} ({waiver.ticket})" if waiver.ticket else waiver.reason
    return (
        Cell(f"{finding.subject}: {finding.message}"),
        Cell(finding.policy or finding.name),
        Cell(reason),
        Cell(waiver.approved_by),
        Cell(waiver.expires),
    )
