"""The starter: written by init, clean in check, and the same as this repository's own portfolio."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from multillm_gov.errors import OutputError
from multillm_gov.finding import Severity
from multillm_gov.workflows.check import check
from multillm_gov.workflows.init import init, starter_files
from multillm_gov.workflows.report import report

ROOT = Path(__file__).parents[2]
DAY = date(2026, 11, 24)
OWN = ("allocations/", "policies/", "catalog/", "evals/", "tests/", "govern.yaml")
"""Governed YAML of the starter that this repository's portfolio is made of."""
DIGESTED = ("prompts/", "schemas/")


def test_the_starter_passes_check_and_says_what_is_not_proved_yet(tmp_path: Path) -> None:
    init(tmp_path, as_of=DAY)
    result = check([tmp_path], as_of=DAY)
    assert result.verdict.exit_code == 0
    assert dict(result.checked)["task classes"] == 5
    # No internal evidence exists for any model on a fresh start, and no finding but that may
    # remain.
    assert [finding.rule for finding in result.findings] == ["GOV501"] * 5
    assert all(metric.status == "good" for metric in result.headline[:3])


def test_init_writes_nothing_where_a_portfolio_is(tmp_path: Path) -> None:
    (tmp_path / "govern.yaml").write_text("organization: Mine\n")
    with pytest.raises(OutputError, match=r"govern\.yaml"):
        init(tmp_path, as_of=DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["govern.yaml"]


def test_init_leaves_other_tools_files_alone(tmp_path: Path) -> None:
    (tmp_path / ".pre-commit-config.yaml").write_text("repos: []\n")
    written = init(tmp_path, as_of=DAY).paths
    assert ".pre-commit-config.yaml" not in written
    assert (tmp_path / ".pre-commit-config.yaml").read_text() == "repos: []\n"


def test_every_yaml_file_carries_the_editors_modeline_to_a_schema_that_exists(
    tmp_path: Path,
) -> None:
    init(tmp_path, as_of=DAY)
    governed = [path for path in starter_files(DAY) if path.startswith(OWN)]
    assert governed
    for path in governed:
        first = (tmp_path / path).read_text().splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        schema = (tmp_path / path).parent / first.partition("=")[2]
        assert json.loads(schema.read_text())["$schema"].endswith("2020-12/schema")


def test_this_repositorys_portfolio_is_the_starter() -> None:
    for path, data in starter_files(DAY).items():
        if path.startswith((*OWN, *DIGESTED)):
            assert (ROOT / path).read_bytes() == data, (
                f"{path} differs: run `govern init` into an empty folder"
            )


def test_the_report_on_the_starter_tells_every_section(tmp_path: Path) -> None:
    init(tmp_path, as_of=DAY)
    pack = report(as_of=DAY, root=tmp_path)
    assert pack.kind == "board"
    assert pack.verdict.exit_code == 0
    titles = {section.id for section in pack.sections}
    assert {"exposure", "cost", "resilience", "lifecycle", "findings"} <= titles
    assert all(section.blocks for section in pack.sections)


def test_init_from_the_command_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "multillm_gov",
            "init",
            str(tmp_path / "a b"),
            "--as-of",
            "2026-11-24",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Next:" in done.stderr
    assert (tmp_path / "a b" / "catalog" / "catalog.lock.json").is_file()


def test_a_later_day_brings_the_next_review(tmp_path: Path) -> None:
    init(tmp_path, as_of=DAY)
    later = check([tmp_path], as_of=date(2027, 6, 1))
    overdue = [finding for finding in later.findings if finding.rule == "GOV701"]
    assert len(overdue) == 5
    assert all(
        finding.severity == Severity.ERROR and finding.policy == "quarterly-review"
        for finding in overdue
    )
