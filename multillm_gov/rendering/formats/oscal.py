"""OSCAL 1.x assessment results: observations for all, findings for what fails."""

from typing import Any
from uuid import UUID, uuid5

from multillm_gov.finding import Finding
from multillm_gov.location import Location
from multillm_gov.rendering.formats.json import write_json
from multillm_gov.rendering.plain.wording import (
    checked_sentence,
    draft_sentence,
    policy_line,
    verdict_sentence,
)
from multillm_gov.report import TOOL_VERSION, Report

ENDINGS = ()
MEDIA_TYPE = "application/oscal+json"
OSCAL_VERSION = "1.2.1"
"""Release whose schema the result is valid for; every 1.x reader takes it."""
_NAMESPACE = UUID("5b6b1f5e-52a4-5d0e-9a62-3c8f4d1f6f60")
"""Ours: ids are derived from what they name, so that the same state gives the same document."""
_SYSTEM = "urn:govern"


_REVIEWED_CONTROLS = {
    "control-selections": [
        {
            "description": "The rules of govern that apply to the portfolio, and the "
            "controls of published frameworks that its policies name.",
            "include-all": {},
        }
    ]
}


def render(report: Report) -> bytes:
    """One result; the run itself is its first observation, each finding another.

    A finding at or above the gate that no waiver excepts is a finding of the result, too: its
    target is the rule, which is not satisfied.
    """
    stamp = f"{report.as_of}T00:00:00Z"
    run = (report.organization, report.kind, report.as_of, report.revision, report.path_prefix)
    known = {note.id: note for note in report.rules}
    observations = [_run_observation(report, stamp, run)]
    findings = []
    for number, finding in enumerate(report.findings):
        identity = (*run, finding.fingerprint, str(number))
        observations.append(_observation(finding, report, stamp, identity))
        if _fails(finding, report):
            title = known[finding.rule].title if finding.rule in known else finding.name
            findings.append(_finding(finding, title, identity))
    result = _result(report, stamp, run, observations)
    plan = _id("plan", *run)
    document: dict[str, Any] = {
        "uuid": _id("document", *run),
        "metadata": _metadata(report, stamp),
        "import-ap": {"href": f"#{plan}"},
        "results": [result | ({"findings": findings} if findings else {})],
        "back-matter": {
            "resources": [
                {
                    "uuid": plan,
                    "title": "Policies as code",
                    "description": "The plan is the portfolio's own `policies/` at the revision, "
                    f"judged by govern {TOOL_VERSION}.",
                }
            ]
        },
    }
    return write_json({"assessment-results": document})


def _metadata(report: Report, stamp: str) -> dict[str, Any]:
    return {
        "title": _line(f"{report.title}: {report.organization}"),
        "last-modified": stamp,
        "version": report.revision or report.as_of,
        "oscal-version": OSCAL_VERSION,
        "parties": [
            {
                "uuid": _id("party", report.organization),
                "type": "organization",
                "name": _line(report.organization),
            }
        ],
    }


def _result(
    report: Report, stamp: str, run: tuple[str, ...], observations: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "uuid": _id("result", *run),
        "title": _line(report.title),
        "description": _line(f"{verdict_sentence(report)} {checked_sentence(report)}"),
        "start": stamp,
        "end": stamp,
        "props": _props({"outcome": report.outcome, "draft": draft_sentence(report)}),
        "reviewed-controls": _REVIEWED_CONTROLS,
        "observations": observations,
    }


def _run_observation(report: Report, stamp: str, run: tuple[str, ...]) -> dict[str, Any]:
    return {
        "uuid": _id("run", *run),
        "title": "All rules applied",
        "description": _line(checked_sentence(report)),
        "methods": ["TEST"],
        "types": ["control-objective"],
        "collected": stamp,
    }


def _observation(
    finding: Finding, report: Report, stamp: str, identity: tuple[str, ...]
) -> dict[str, Any]:
    props = {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "subject": finding.subject,
        "policy": finding.policy,
        "fingerprint": finding.fingerprint,
        "waiver": finding.waiver.words if finding.waiver else "",
    }
    texts = [finding.message.removesuffix(".") + "."]
    texts += [f"Risk: {finding.risk}"] if finding.risk else []
    texts += [policy_line(finding)] if finding.policy else []
    return {
        "uuid": _id("observation", *identity),
        "title": _line(f"{finding.rule} {finding.name}"),
        "description": _line(" ".join(texts)),
        "props": [*_props(props), *(_prop("control", control) for control in finding.controls)],
        "methods": ["TEST"],
        "types": ["finding"],
        "relevant-evidence": [
            {"description": _line(text)}
            for text in (
                _place(finding.location, report),
                *(f"{_place(each.location, report)}: {each.message}" for each in finding.related),
            )
        ],
        "collected": stamp,
        **({"remarks": _line(f"Fix: {finding.remedy}")} if finding.remedy else {}),
    }


def _place(place: Location, report: Report) -> str:
    return f"{report.path_prefix}{place.path}, line {place.line}, column {place.column}"


def _finding(finding: Finding, title: str, identity: tuple[str, ...]) -> dict[str, Any]:
    return {
        "uuid": _id("finding", *identity),
        "title": _line(title),
        "description": _line(finding.message),
        "target": {
            "type": "objective-id",
            "target-id": finding.rule,
            "status": {"state": "not-satisfied", "reason": "fail"},
        },
        "related-observations": [{"observation-uuid": _id("observation", *identity)}],
    }


def _fails(finding: Finding, report: Report) -> bool:
    gate = report.verdict.fail_on
    return finding.active and gate is not None and finding.severity >= gate


def _props(values: dict[str, str]) -> list[dict[str, str]]:
    return [_prop(name, value) for name, value in values.items() if value.strip()]


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": _SYSTEM, "value": _line(value)}


def _line(text: str) -> str:
    """One line that is not empty: the model takes no other."""
    return " ".join(text.split()) or "–"


def _id(*parts: str) -> str:
    name = "\x1f".join(parts).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return str(uuid5(_NAMESPACE, name))
