"""SARIF against the published schema, and what the schema cannot say."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multillm_gov.finding import Finding, Severity
from multillm_gov.location import Location
from multillm_gov.rendering.formats.sarif import render
from multillm_gov.report import Report, judge_counts

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "data" / "sarif" / "sarif-2.1.0.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def _run(report: Report) -> dict[str, Any]:
    document = json.loads(render(report))
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    run: dict[str, Any] = document["runs"][0]
    return run


def _report(*findings: Finding) -> Report:
    return Report(
        kind="check",
        title="t",
        organization="o",
        as_of="2026-11-24",
        findings=findings,
        verdict=judge_counts(findings, None),
    )


def _finding(path: str = "a.yaml", message: str = "m") -> Finding:
    return Finding(
        rule="GOV001",
        name="syntax",
        severity=Severity.ERROR,
        message=message,
        location=Location(path),
        subject=message,
        remedy=message,
        fingerprint="00",
    )


def test_the_schema_refuses_what_is_wrong(check_report: Report) -> None:
    document = json.loads(render(check_report))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize("kind", ["check", "clean", "diff", "board"])
def test_golden(
    kind: str, golden: Callable[[str, bytes], None], request: pytest.FixtureRequest
) -> None:
    report = request.getfixturevalue(f"{kind}_report")
    active = [finding for finding in report.findings if finding.active]
    assert len(_run(report)["results"]) == len(active)
    golden(f"{kind}.sarif", render(report))


def test_every_result_names_its_rule_by_id_and_index(check_report: Report) -> None:
    run = _run(check_report)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        r["ruleId"] for r in run["results"]
    ]
    assert {rule["id"] for rule in rules} == {"GOV102", "GOV202", "GOV401", "GOV701"}, (
        "GOV701 has no note but a rule"
    )


def test_regions_count_characters_and_keep_the_span(check_report: Report) -> None:
    run = _run(check_report)
    assert run["columnKind"] == "unicodeCodePoints"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 12, "startColumn": 21, "endLine": 12, "endColumn": 42}


def test_an_empty_span_reaches_to_the_end_of_its_line() -> None:
    run = _run(_report(_finding()))
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 1,
        "startColumn": 1,
    }


def test_waived_findings_are_no_alerts(check_report: Report) -> None:
    """Code scanning reads no suppressions: what is waived must not be a result."""
    run = _run(check_report)
    waived = {finding.fingerprint for finding in check_report.findings if finding.waiver}
    shown = {result["partialFingerprints"]["govern/v1"] for result in run["results"]}
    assert waived
    assert not waived & shown
    (listed,) = run["properties"]["waived"]
    assert listed["justification"] == "migration under way"
    assert (listed["approvedBy"], listed["expires"], listed["ticket"]) == (
        "cfo",
        "2026-12-31",
        "FIN-12",
    )


@pytest.mark.parametrize(
    "folders", [("team-a/", "team-b/"), ("команда-а/", "команда-б/"), ("甲/", "乙/")]
)
def test_alerts_of_one_line_and_of_two_portfolios_are_told_apart(
    check_report: Report, folders: tuple[str, str]
) -> None:
    """Code scanning identifies an alert by rule, file and line hash, an analysis by its
    category."""
    first = check_report.findings[0]
    other = msgspec.structs.replace(first, subject="another", fingerprint="f" * 16)
    here = msgspec.structs.replace(check_report, findings=(first, other), path_prefix=folders[0])
    there = msgspec.structs.replace(here, path_prefix=folders[1])
    hashes = [
        result["partialFingerprints"]["primaryLocationLineHash"]
        for report in (here, there)
        for result in _run(report)["results"]
    ]
    assert len(set(hashes)) == 4
    categories = [_run(report)["automationDetails"]["id"] for report in (here, there)]
    assert len(set(categories)) == 2
    assert all(each.isascii() and each.endswith("/") for each in categories)


@pytest.mark.parametrize(
    "path",
    [
        "allocations/sales team/größe.yaml",
        "a:b.yaml",
        "with\nnewline.yaml",
        "100%#?.yaml",
        "not-\udcff-utf8.yaml",
    ],
)
def test_paths_survive_as_uris(path: str) -> None:
    artifact = _run(_report(_finding(path)))["results"][0]["locations"][0]["physicalLocation"][
        "artifactLocation"
    ]
    assert artifact["uriBaseId"] == "%SRCROOT%"
    parts = urlsplit(artifact["uri"])
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert unquote_to_bytes(parts.path) == path.encode("utf-8", "surrogateescape")


def test_messages_hold_no_embedded_links() -> None:
    text = _run(_report(_finding(message="read [this](http://evil.example)")))["results"][0][
        "message"
    ]["text"]
    assert "](" not in text


def test_fingerprints_identify_results(check_report: Report) -> None:
    moved = msgspec.structs.replace(
        check_report.findings[0], location=Location("allocations/framework.yaml", 99)
    )
    before = _run(_report(check_report.findings[0]))["results"][0]["partialFingerprints"]
    assert (
        before
        == _run(_report(moved))["results"][0]["partialFingerprints"]
        == {
            "govern/v1": "0f1e2d3c4b5a6978",
            "primaryLocationLineHash": before["primaryLocationLineHash"],
        }
    )


@given(st.text(st.characters(), min_size=1, max_size=40), st.text(st.characters(), max_size=80))
def test_any_text_gives_a_valid_file(path: str, message: str) -> None:
    _run(_report(_finding(path, message)))
