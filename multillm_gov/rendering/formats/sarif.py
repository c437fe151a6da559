"""SARIF 2.1.0, as code scanning reads it."""

from hashlib import sha256
from typing import Any
from urllib.parse import quote

from multillm_gov.finding import Finding, Severity, Waived
from multillm_gov.location import Location
from multillm_gov.rendering.formats.json import write_json
from multillm_gov.rendering.plain.escaping import encodable
from multillm_gov.rendering.plain.wording import policy_line
from multillm_gov.rendering.public.publishing import public_figures
from multillm_gov.report import Report, RuleNote

MEDIA_TYPE = "application/sarif+json"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.NOTE: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}


_ROOT_WORDS = "The root of the repository, or of the portfolio outside one."


def render(report: Report) -> bytes:
    """One run: the rules with findings, and a result for each finding that is not waived.

    Code scanning does not read suppressions, so waived findings are listed in the properties.
    """
    rules = [_rule(note) for note in report.rules]
    known = {note.id for note in report.rules}
    unnoted = {
        finding.rule: finding.name for finding in report.findings if finding.rule not in known
    }
    rules += [{"id": identifier, "name": name} for identifier, name in sorted(unnoted.items())]
    index = {rule["id"]: position for position, rule in enumerate(rules)}
    version = dict(report.provenance).get("govern")
    driver = {"name": "govern", **({"semanticVersion": version} if version else {}), "rules": rules}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"govern/{report.kind}/{_uri(report.path_prefix)}"},
        "invocations": [{"executionSuccessful": True, "exitCode": report.verdict.exit_code}],
        "originalUriBaseIds": {_ROOT: {"description": {"text": _ROOT_WORDS}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, index[finding.rule], report.path_prefix)
            for finding in report.findings
            if finding.active
        ],
        "properties": _properties(report),
    }
    schema = (
        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    )
    return write_json({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _rule(note: RuleNote) -> dict[str, Any]:
    return {
        "id": note.id,
        "name": note.name,
        "shortDescription": {"text": _text(note.title)},
        "fullDescription": {"text": _text(note.why)},
        "help": {"text": _text(f"{note.why}\n\nHow to fix: {note.remediation}")},
        "defaultConfiguration": {"level": _LEVELS[note.severity]},
        "properties": {"tags": ["governance"], "controls": list(note.controls)},
    }


def _result(finding: Finding, rule: int, prefix: str) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding.location, prefix)],
        "relatedLocations": [
            {
                "id": number,
                **_location(related.location, prefix),
                "message": {"text": _text(related.message)},
            }
            for number, related in enumerate(finding.related, start=1)
        ],
        "partialFingerprints": {
            "govern/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{_hash(prefix, finding)}:1",
        },
        "properties": {
            "subject": finding.subject,
            "policy": finding.policy,
            "enforcement": finding.enforcement.value if finding.enforcement else "",
            "because": finding.because,
            **({"under": finding.under} if finding.under else {}),
            "controls": list(finding.controls),
            "figures": public_figures(finding),
        },
    }


def _message(finding: Finding) -> str:
    """What is wrong first, since viewers show the first sentence alone; then why and the fix."""
    parts = [finding.message.removesuffix(".") + "."]
    if finding.risk:
        parts.append(f"Risk: {finding.risk}")
    if finding.remedy:
        parts.append(f"Fix: {finding.remedy}")
    if finding.policy:
        parts.append(policy_line(finding))
    return _text("\n".join(parts))


def _hash(prefix: str, finding: Finding) -> str:
    """What tells one alert from another: code scanning knows no more than rule, file and this."""
    return sha256(f"{prefix}\x1f{finding.fingerprint}".encode()).hexdigest()[:16]


def _waived(finding: Finding, waiver: Waived, prefix: str) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "subject": finding.subject,
        "fingerprint": finding.fingerprint,
        "kind": "external" if waiver.kind == "waiver" else "inSource",
        "justification": waiver.reason,
        **({"need": waiver.need} if waiver.need else {}),
        "location": _location(waiver.location, prefix),
        **(
            {
                "approvedBy": waiver.approved_by,
                "expires": waiver.expires,
                "ticket": waiver.ticket,
            }
            if waiver.kind == "waiver"
            else {}
        ),
    }


def _location(location: Location, prefix: str) -> dict[str, Any]:
    artifact = {"uri": _uri(prefix + location.path), "uriBaseId": _ROOT}
    return {"physicalLocation": {"artifactLocation": artifact, "region": _region(location)}}


def _region(location: Location) -> dict[str, int]:
    """The end only where it lies after the start: else a region reaches to the end of its line."""
    start = {"startLine": location.line, "startColumn": location.column}
    if (location.end_line, location.end_column) <= (location.line, location.column):
        return start
    return {**start, "endLine": location.end_line, "endColumn": location.end_column}


def _uri(path: str) -> str:
    """Percent-encoded bytes of the path, those of a name that is not UTF-8 included."""
    try:
        return quote(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return quote(encodable(path))


def _text(text: str) -> str:
    """Message text in which nothing reads as an embedded link (3.11.6)."""
    return text.replace("](", "] (")


def _properties(report: Report) -> dict[str, Any]:
    return {
        "organization": report.organization,
        "asOf": report.as_of,
        "revision": report.revision,
        "draft": list(report.draft),
        "waived": [
            _waived(finding, finding.waiver, report.path_prefix)
            for finding in report.findings
            if finding.waiver is not None
        ],
    }
