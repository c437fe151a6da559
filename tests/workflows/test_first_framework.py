"""The framework as first published: check says what is retired, since when, and what to move to."""

from datetime import date
from pathlib import Path

import pytest

from multillm_gov.report import Report
from multillm_gov.workflows.check import check

FOLDER = Path(__file__).parents[1] / "data" / "first-framework"
DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def result() -> Report:
    return check([FOLDER], as_of=DAY)


def test_it_fails(result: Report) -> None:
    assert result.verdict.exit_code == 1


@pytest.mark.parametrize(
    ("model", "since", "remedy"),
    [
        ("anthropic/claude-3-5-sonnet-20241022", "2025-10-28", "Write `"),
        # Its next version retires within days: no successor is better than that one.
        ("gemini/gemini-1.5-pro", "2025-09-", "Choose another model"),
    ],
)
def test_retired_models_are_named_with_date_and_successor(
    result: Report, model: str, since: str, remedy: str
) -> None:
    found = [
        finding
        for finding in result.findings
        if finding.rule == "GOV102" and model in finding.message
    ]
    assert found
    for finding in found:
        assert since in finding.message
        assert finding.remedy.startswith(remedy)
        assert ("The migration changes:" in finding.remedy) is remedy.startswith("Write")
        assert finding.location.source_line[finding.location.column - 1 :].startswith(model)


def test_no_known_model_is_called_unknown(result: Report) -> None:
    assert not [finding for finding in result.findings if finding.rule == "GOV101"]


def test_what_it_says_moves_with_the_day() -> None:
    then = check([FOLDER], as_of=date(2024, 11, 5))
    assert not [finding for finding in then.findings if finding.rule == "GOV102"]


def test_only_findings_in_the_paths_asked_for_are_told() -> None:
    only = check([FOLDER / "policies"], as_of=DAY)
    assert {finding.location.path for finding in only.findings} == {"policies/portfolio.yaml"}
