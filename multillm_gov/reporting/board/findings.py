"""Findings, one line a rule, and the waivers over them, told apart."""

from collections import defaultdict

from multillm_gov.content import Block, Cell, Column, Paragraph, Status
from multillm_gov.finding import Finding
from multillm_gov.report import Section, Verdict
from multillm_gov.reporting.shared.tables import bounded
from multillm_gov.rules.engine.assessment import Assessment
from multillm_gov.rules.engine.registry import find_rule
from multillm_gov.words import join_some

_STATUS: dict[str, Status] = {"error": "bad", "warning": "watch", "note": "neutral"}
_OPEN = (Column("Weight"), Column("What is wrong"), Column("Where"), Column("What mends it"))
_WAIVED = (
    Column("Waived finding"),
    Column("Policy"),
    Column("Reason"),
    Column("Approved by"),
    Column("Expires"),
)
_SUBJECTS = 6


def findings_section(assessment: Assessment, verdict: Verdict) -> Section:
    """Open findings by rule, heaviest first, then what is waived, by whom and until when."""
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
    blocks += bounded(
        "Open findings, one row a rule", _OPEN, rows, "rule", "There is no open finding."
    )
    blocks += bounded(
        "Waived findings", _WAIVED, [_waived(f) for f in waived], "finding", "No finding is waived."
    )
    return Section(id="findings", title="Findings and waivers", blocks=tuple(blocks))


def _row(found: list[Finding]) -> tuple[Cell, ...]:
    """One finding in its own words; of several, the rule that they break and its general remedy."""
    first, rule = found[0], find_rule(found[0].rule)
    label = first.severity.label
    asked = f"{first.rule} {first.policy or first.name}"
    if len(found) == 1 or rule is None:
        risk = f" Risk: {first.risk}" if first.risk else ""
        wrong, mend = f"{_sentence(first.message)}{risk} ({asked})", first.remedy
    else:
        wrong, mend = (
            f"{_sentence(rule.summary([finding.subject for finding in found]))} ({asked})",
            rule.remediation,
        )
    subjects = list(dict.fromkeys(finding.subject for finding in found))
    return (
        Cell(label.capitalize(), _STATUS[label]),
        Cell(wrong),
        Cell(join_some(subjects, _SUBJECTS)),
        Cell(mend),
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
        Cell(waiver.approved_by or "nobody: ignored in its file"),
        Cell(waiver.expires or "never"),
    )
