"""Open findings, one row per rule, and waived ones."""

from collections import defaultdict

from multillm_gov.content import Block, Cell, Column, Paragraph, Status
from multillm_gov.finding import Finding
from multillm_gov.report import Section, Verdict
from multillm_gov.reporting.shared.tables import bounded
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.words import join_some

_STATUS: dict[str, Status] = {"error": "bad", "warning": "watch", "note": "neutral"}
_OPEN = (Column("Severity"), Column("Problem"), Column("Where"), Column("Remediation"))
_WAIVED = (
    Column("Waived finding"),
    Column("Policy"),
    Column("Reason"),
    Column("Approver"),
    Column("Expires"),
)
_SUBJECTS = 6


def findings_section(assessment: Assessment, verdict: Verdict) -> Section:
    """Open findings by rule, most severe first, then what is waived, by whom and until when."""
    groups: defaultdict[tuple[int, str, str], list[Finding]] = defaultdict(list)
    for finding in assessment.findings:
        if finding.active:
            groups[-finding.severity, finding.rule, finding.policy].append(finding)
    waived = sorted(
        (f for f in assessment.findings if not f.active),
        key=lambda f: (_expiry(f), f.rule, f.subject),
    )
    blocks: list[Block] = [
        Paragraph(f"Open: {verdict.counts_with_waived}. `govern check` lists each with its line.")
    ]
    rows = [_row(found) for _, found in sorted(groups.items())]
    blocks += bounded("Open findings by rule", _OPEN, rows, "further rule", "No open findings.")
    blocks += bounded(
        "Waived findings",
        _WAIVED,
        [_waived(f) for f in waived],
        "further finding",
        "No waived findings.",
    )
    return Section(id="findings", title="Findings and waivers", blocks=tuple(blocks))


def _row(found: list[Finding]) -> tuple[Cell, ...]:
    """One finding's message and remedy; of several, their rule's sentence and remediation."""
    first, rule = found[0], find_rule(found[0].rule)
    label = first.severity.label
    if len(found) == 1 or rule is None:
        risk = f" Risk: {first.risk}" if first.risk else ""
        problem, remediation = f"{_sentence(first.message)}{risk}", first.remedy
    else:
        problem = _sentence(rule.summary([finding.subject for finding in found]))
        remediation = rule.remediation
    subjects = list(dict.fromkeys(finding.subject for finding in found))
    return (
        Cell(label.capitalize(), _STATUS[label]),
        Cell(f"{problem} ({first.rule} {first.policy or first.name})"),
        Cell(join_some(subjects, _SUBJECTS)),
        Cell(remediation),
    )


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."


def _expiry(finding: Finding) -> str:
    return (finding.waiver.expires if finding.waiver else "") or "never"


def _waived(finding: Finding) -> tuple[Cell, ...]:
    waiver = finding.waiver
    if waiver is None:
        raise ValueError(f"{finding.rule} on {finding.subject} is not waived")
    reason = f"{waiver.reason} ({waiver.ticket})" if waiver.ticket else waiver.reason
    return (
        Cell(_sentence(finding.message)),
        Cell(finding.policy or finding.name),
        Cell(reason),
        Cell(waiver.approved_by or "none: ignored in its file"),
        Cell(waiver.expires or "never"),
    )
