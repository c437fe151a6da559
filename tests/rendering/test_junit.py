"""JUnit XML: well-formed for any text, counts that agree with its content and with the verdict."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from multillm_gov.finding import Finding, Severity
from multillm_gov.location import Location
from multillm_gov.rendering.formats.junit import render
from multillm_gov.rendering.plain.escaping import visible
from multillm_gov.report import Report, judge_counts


def _report(*findings: Finding, fail_on: Severity | None = Severity.ERROR) -> Report:
    return Report(
        kind="check",
        title="t",
        organization="o",
        as_of="2026-11-24",
        findings=findings,
        verdict=judge_counts(findings, fail_on),
    )


def _finding(path: str, message: str) -> Finding:
    return Finding(
        rule="GOV001",
        name="syntax",
        severity=Severity.ERROR,
        message=message,
        location=Location(path, 3),
        subject=message,
        remedy=message,
        policy=message,
        fingerprint="00",
    )


def _parsed(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314 - our own output


def _counts(element: ET.Element) -> tuple[int, int, int]:
    cases = list(element.iter("testcase"))
    found = (
        len(cases),
        sum(case.find("failure") is not None for case in cases),
        sum(case.find("skipped") is not None for case in cases),
    )
    told = tuple(int(element.get(name, "")) for name in ("tests", "failures", "skipped"))
    assert told == found
    return found


@pytest.mark.parametrize("kind", ["check", "clean", "diff", "board"])
def test_golden(
    kind: str, golden: Callable[[str, bytes], None], request: pytest.FixtureRequest
) -> None:
    golden(f"{kind}.junit.xml", render(request.getfixturevalue(f"{kind}_report")))


def test_suites_are_files_and_counts_agree(check_report: Report) -> None:
    root = _parsed(render(check_report))
    assert [suite.get("name") for suite in root] == [
        "allocations/framework.yaml",
        "allocations/sales team/größe.yaml",
    ]
    assert _counts(root) == (4, 1, 1)
    assert [_counts(suite) for suite in root] == [(2, 1, 0), (2, 0, 1)]


@pytest.mark.parametrize(
    ("gate", "failures"),
    [(None, 0), (Severity.ERROR, 1), (Severity.WARNING, 2), (Severity.NOTE, 3)],
)
def test_failures_are_what_the_gate_counts(
    check_report: Report, gate: Severity | None, failures: int
) -> None:
    report = replace(check_report, verdict=judge_counts(check_report.findings, gate))
    assert _counts(_parsed(render(report)))[1] == failures
    assert report.verdict.exit_code == (1 if failures else 0)


def test_a_waived_finding_says_by_whom_and_until_when(check_report: Report) -> None:
    (skipped,) = _parsed(render(check_report)).iter("skipped")
    assert skipped.get("message") == (
        "waived until 2026-12-31 by cfo (would fail without it): migration under way"
    )


def test_a_calm_report_is_not_empty(clean_report: Report) -> None:
    root = _parsed(render(clean_report))
    assert _counts(root) == (1, 0, 0)
    assert "Passed" in (root.findtext(".//system-out") or "")


def test_names_tell_findings_apart_without_their_figures() -> None:
    twice = (_finding("a", "m"), replace(_finding("a", "m"), message="12 is more than 10"))
    names = [case.get("name") for case in _parsed(render(_report(*twice))).iter("testcase")]
    assert names == ["m (m)", "m (m) #2"]


def test_paths_start_at_the_repository(check_report: Report) -> None:
    root = _parsed(render(replace(check_report, path_prefix="services/ai/")))
    assert next(root.iter("testcase")).get("file") == "services/ai/allocations/framework.yaml"


@given(st.text(st.characters(), min_size=1, max_size=60), st.text(st.characters(), max_size=60))
def test_any_text_gives_well_formed_xml(path: str, message: str) -> None:
    root = _parsed(render(_report(_finding(path, message))))
    assert root[0].get("name") == visible(path)
    (failure,) = root.iter("failure")
    assert failure.get("message") == visible(message)


@pytest.mark.parametrize(
    "hostile",
    [
        "]]>",
        "<!--",
        "--><x>",
        "&lol;",
        '"><failure/>',
        "\x00\x1b]0;x\x07",
        "\ufffe\uffff",
        "\ud800",
    ],
)
def test_hostile_text_stays_text(hostile: str) -> None:
    root = _parsed(render(_report(_finding(hostile, hostile))))
    assert _counts(root) == (1, 1, 0)
