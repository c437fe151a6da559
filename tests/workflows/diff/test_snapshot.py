"""Comparing with the JSON that an earlier check wrote, outside any repository."""

import json

import pytest
from click.testing import CliRunner

from multillm_gov.errors import SourceError

DAY = "2026-11-24"


@pytest.fixture
def snapshot(folder, tmp_path):
    from multillm_gov.cli.check import command

    file = tmp_path / "base.json"
    words = [
        str(folder),
        "--as-of",
        DAY,
        "--format",
        "json",
        "--fail-on",
        "never",
        "--output",
        str(file),
    ]
    assert CliRunner().invoke(command, words).exit_code == 0
    return file


def test_nothing_changed(snapshot, told):
    report = told("--compare-to", str(snapshot))
    assert report["summary"] == "No changes: findings and figures are those of the snapshot."
    assert report["verdict"]["passed"]


def test_new_and_resolved_findings_and_moved_figures(folder, edit, snapshot, told, run):
    edit("allocations/a.yaml", "    spend_cap: {monthly: 500}\n", "")
    edit("allocations/a.yaml", "requests: 400000", "requests: 800000")
    report = told("--compare-to", str(snapshot))
    assert [f["rule"] for f in report["findings"] if f["severity"] == "error"] == ["GOV403"]
    # 100,000 x (0.7 x 0.009 + 0.3 x 0.006) + 400,000 x 0.00084, the latter doubled.
    spend = next(metric for metric in report["headline"] if metric["id"] == "forecast-spend")
    assert (spend["before"], spend["value"]) == ("1,146 USD", "1,482 USD")
    assert "GOV403" in run("--compare-to", str(snapshot)).stdout
    stored = snapshot.with_name("later.json")
    from multillm_gov.cli.check import command

    CliRunner().invoke(
        command, [str(folder), "--as-of", DAY, "--format", "json", "--output", str(stored)]
    )
    edit(
        "allocations/a.yaml",
        "    purpose: Lead scores\n",
        "    purpose: Lead scores\n    spend_cap: {monthly: 900}\n",
    )
    report = told("--compare-to", str(stored))
    assert [f["rule"] for f in report["resolved"]] == ["GOV403"]
    assert report["verdict"]["passed"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"schema": "govern/report/9", "kind": "check"}',
    ],
)
def test_another_file_is_refused_with_the_command_that_writes_one(tmp_path, folder, run, content):
    file = tmp_path / "other.json"
    file.write_bytes(content)
    error = run("--compare-to", str(file)).exception
    assert isinstance(error, SourceError)
    assert "govern check --format json" in error.hint


def test_the_json_of_a_diff_is_no_snapshot(tmp_path, snapshot, run):
    file = tmp_path / "diff.json"
    file.write_text(json.dumps(json.loads(snapshot.read_text()) | {"kind": "diff"}))
    assert isinstance(run("--compare-to", str(file)).exception, SourceError)


def test_a_missing_file_and_two_bases_are_refused(tmp_path, folder, snapshot, run):
    assert isinstance(run("--compare-to", str(tmp_path / "none.json")).exception, SourceError)
    assert run("HEAD", "--compare-to", str(snapshot)).exit_code == 2
