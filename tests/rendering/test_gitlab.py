"""GitLab's code quality: the fields it requires, paths it can find, nothing waived that looks
open."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from multillm_gov.finding import Enforcement, Finding, Severity
from multillm_gov.location import Location
from multillm_gov.rendering.formats.gitlab import render
from multillm_gov.rendering.plain.escaping import encodable
from multillm_gov.report import Report, judge_counts

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def _issues(report: Report) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads(render(report))
    for issue in issues:
        assert set(issue) - {"other_locations"} == {
            "description",
            "check_name",
            "fingerprint",
            "severity",
            "location",
        }
        assert issue["severity"] in SEVERITIES
        assert set(issue["location"]) == {"path", "lines"}
        assert issue["location"]["lines"]["begin"] >= 1
        assert all(
            isinstance(issue[name], str) and issue[name]
            for name in ("description", "check_name", "fingerprint")
        )
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    return issues


@pytest.mark.parametrize("kind", ["check", "clean", "diff", "board"])
def test_golden(
    kind: str, golden: Callable[[str, bytes], None], request: pytest.FixtureRequest
) -> None:
    report = request.getfixturevalue(f"{kind}_report")
    assert len(_issues(report)) == len(report.findings)
    golden(f"{kind}.gitlab.json", render(report))


def test_severities_and_waivers(check_report: Report) -> None:
    issues = _issues(check_report)
    assert [issue["severity"] for issue in issues] == ["major", "minor", "info", "info"]
    assert issues[2]["description"].startswith(
        "Waived until 2026-12-31 by cfo (would fail without it): `crm-scoring`"
    )


def test_what_nobody_can_waive_is_critical(check_report: Report) -> None:
    hard = replace(check_report.findings[0], enforcement=Enforcement.HARD_MANDATORY)
    advice = replace(hard, severity=Severity.WARNING, fingerprint="1")
    report = replace(check_report, findings=(hard, advice))
    assert [issue["severity"] for issue in _issues(report)] == ["critical", "minor"]


def test_paths_start_at_the_repository(check_report: Report) -> None:
    issues = _issues(replace(check_report, path_prefix="services/ai/"))
    assert issues[0]["location"] == {
        "path": "services/ai/allocations/framework.yaml",
        "lines": {"begin": 12},
    }


def test_fingerprints_tell_portfolios_of_one_repository_apart(check_report: Report) -> None:
    folders = ("", "team-a/", "team-b/", "команда-а/", "команда-б/", "甲/", "乙/")
    issues = [_issues(replace(check_report, path_prefix=folder)) for folder in folders]
    marks = {issue["fingerprint"] for each in issues for issue in each}
    assert len(marks) == len(folders) * len(issues[0])


@given(st.text(st.characters(), min_size=1, max_size=40), st.text(st.characters(), max_size=60))
def test_any_text_gives_valid_json(path: str, message: str) -> None:
    finding = Finding(
        rule="GOV001",
        name="syntax",
        severity=Severity.ERROR,
        message=message,
        location=Location(path),
        subject=message,
        remedy=message,
        fingerprint="00",
    )
    report = Report(
        kind="check",
        title="t",
        organization="o",
        as_of="2026-11-24",
        findings=(finding,),
        verdict=judge_counts((), None),
    )
    (issue,) = _issues(report)
    assert issue["location"]["path"] == encodable(path)
