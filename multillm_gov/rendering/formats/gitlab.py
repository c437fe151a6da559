"""GitLab's code-quality report: findings in the merge request and on its changed lines."""

from hashlib import sha256
from typing import Any

from multillm_gov.finding import Enforcement, Finding, Severity
from multillm_gov.rendering.formats.json import write_json
from multillm_gov.rendering.plain.escaping import encodable
from multillm_gov.rendering.plain.wording import draft_sentence, policy_line
from multillm_gov.report import Report

MEDIA_TYPE = "application/json"
_GRADES = {Severity.NOTE: "info", Severity.WARNING: "minor", Severity.ERROR: "major"}


def render(report: Report) -> bytes:
    """One issue per finding; a waived one says so and is graded ``info``."""
    issues = [_issue(finding, report.path_prefix) for finding in report.findings]
    return write_json([*_draft(report), *issues])


def _draft(report: Report) -> list[dict[str, Any]]:
    """The format has no other place for what is true of the whole report."""
    if not report.draft:
        return []
    return [
        {
            "description": draft_sentence(report),
            "check_name": f"govern {report.kind}",
            "fingerprint": sha256(f"{report.path_prefix}\x1fdraft".encode()).hexdigest()[:16],
            "severity": "info",
            "location": {
                "path": encodable(f"{report.path_prefix}govern.yaml"),
                "lines": {"begin": 1},
            },
        }
    ]


def _issue(finding: Finding, prefix: str) -> dict[str, Any]:
    """Fingerprints stay when lines move or figures change, and differ between portfolios."""
    return {
        "description": _description(finding),
        "check_name": f"{finding.rule} {finding.name}",
        "fingerprint": _fingerprint(finding, prefix),
        "severity": _grade(finding),
        "location": {
            "path": encodable(prefix + finding.location.path),
            "lines": {"begin": finding.location.line},
        },
        **_others(finding, prefix),
    }


def _others(finding: Finding, prefix: str) -> dict[str, Any]:
    """Further places, as Code Climate's format has them; GitLab shows the first place alone."""
    places = [
        {
            "path": encodable(prefix + each.location.path),
            "lines": {"begin": each.location.line},
        }
        for each in finding.related
    ]
    return {"other_locations": places} if places else {}


def _fingerprint(finding: Finding, prefix: str) -> str:
    """The finding's own, with the folder of its portfolio where several share a repository."""
    if not prefix:
        return finding.fingerprint
    return sha256(f"{prefix}\x1f{finding.fingerprint}".encode()).hexdigest()[:16]


def _grade(finding: Finding) -> str:
    """An error of a hard-mandatory policy, which nobody can waive, is ``critical``."""
    if not finding.active:
        return "info"
    hard = finding.enforcement is Enforcement.HARD_MANDATORY and finding.severity is Severity.ERROR
    return "critical" if hard else _GRADES[finding.severity]


def _description(finding: Finding) -> str:
    parts = [finding.message.removesuffix(".") + "."]
    if finding.waiver is not None:
        parts.insert(0, f"{finding.waiver.words[0].upper()}{finding.waiver.words[1:]}:")
    elif finding.remedy:
        parts.append(f"Fix: {finding.remedy}")
    if finding.policy:
        parts.append(policy_line(finding))
    return " ".join(parts)
