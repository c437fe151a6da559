"""The starter: written by init, clean in check, and the same as this repository's own portfolio."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from multillm_gov.errors import OutputError
from multillm_gov.finding import Severity
from multillm_gov.report import TOOL_VERSION
from multillm_gov.workflows.check import check
from multillm_gov.workflows.init import (
    extras_used,
    host_files,
    init,
    portfolio_of,
    starter_files,
)
from multillm_gov.workflows.report import PackOptions, report

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
    pack = report(PackOptions(audience="engineering"), as_of=DAY, root=tmp_path)
    assert pack.kind == "board"
    assert pack.verdict.exit_code == 0
    titles = {section.id for section in pack.sections}
    assert {"exposure", "cost", "resilience", "lifecycle", "findings"} <= titles
    assert all(section.blocks for section in pack.sections)


def test_stress_of_the_starter_fits_two_screens(tmp_path: Path, govern, monkeypatch) -> None:
    """Short by default: at most 60 lines at 80 columns, the verdict first and last."""
    init(tmp_path, as_of=DAY)
    monkeypatch.setenv("COLUMNS", "80")
    done = govern("stress", "--as-of", "2026-11-24", cwd=tmp_path)
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert len(lines) <= 60
    verdict = "Outside appetite: Largest loss in one scenario; Cost at risk, 1 year in 20."
    assert (lines[0], lines[-2]) == (verdict, verdict)
    assert lines[1] == lines[-1] == "Figures only: `govern check` is the gate."
    text = " ".join(line.strip() for line in lines)
    assert "- Scenarios: severe-repricing, tone-drift, jurisdiction-withdrawn and" in text
    assert "`govern stress --all` shows them." in text


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


WHERE = ["", "ai", "my команда: #1"]


@pytest.mark.parametrize("where", WHERE)
def test_the_generated_workflow_gates_without_a_right_to_write(
    where: str, checkout, govern, tmp_path: Path
) -> None:
    """Its own script, run in a repository, for folders of any script."""
    checkout.commit({"README.md": "x"})
    assert govern("init", where or ".", cwd=checkout.folder).returncode == 0
    text = (checkout.folder / ".github/workflows/govern.yml").read_text()
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert all(len(s["uses"].partition("@")[2]) == 40 for s in job["steps"] if "uses" in s)
    assert f'"multillm-gov[risk]=={TOOL_VERSION}"' in text
    checkout.commit()
    clone = checkout.clone(tmp_path / "clone")
    policy = clone.folder / where / "policies/portfolio.yaml"
    policy.write_text(policy.read_text().replace("hard-mandatory", "advisory"))
    (gate,) = [step for step in job["steps"] if step.get("name") == "The gate"]
    shim = tmp_path / "bin/govern"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m multillm_gov "$@"\n')
    shim.chmod(0o755)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", gate["run"]],
        cwd=clone.folder,
        env={
            **os.environ,
            "PATH": f"{shim.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "BASE": "main",
            "RESULTS": str(tmp_path / "results"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in {0, 1}, done.stderr
    assert "oosened" in (tmp_path / "results/diff.md").read_text().splitlines()[1]
    assert json.loads((tmp_path / "results/govern.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "summary").read_text().count("<!-- govern") == 2


ACTION = f"example/govern@{'0123456789' * 4}"


def _steps(workflow: Path) -> list[dict[str, object]]:
    (job,) = yaml.safe_load(workflow.read_text())["jobs"].values()
    return job["steps"]


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("action", ["", ACTION])
def test_all_that_the_generated_workflow_uses_is_pinned(
    where: str, action: str, checkout, govern
) -> None:
    options = ("--action", action) if action else ()
    assert govern("init", where or ".", *options, cwd=checkout.folder).returncode == 0
    path = checkout.folder / ".github/workflows/govern.yml"
    steps = _steps(path)
    used = [str(step["uses"]) for step in steps if "uses" in step]
    assert all(re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", one) for one in used)
    installed = [
        word for step in steps for word in re.findall(r"multillm-gov\S*", str(step.get("run", "")))
    ]
    if action:
        assert used[1:] == [action]
        assert installed == [], "the action installs the package of its own commit"
        assert steps[-1]["with"] == {"path": where or ".", "extras": "risk"}
    else:
        assert installed == [f'multillm-gov[risk]=={TOOL_VERSION}"']
    zizmor = Path(sys.executable).with_name("zizmor")
    if zizmor.exists():
        judged = subprocess.run(
            [zizmor, "--offline", "--quiet", "--pedantic", path],
            capture_output=True,
            text=True,
            check=False,
        )
        assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize(
    "action",
    [
        "example/govern",
        "example/govern@v1",
        "example/govern@0123abc",
        f"../x@{'a' * 40}",
        "x y/z@1",
    ],
)
def test_an_action_that_is_not_pinned_is_refused(action: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is not pinned to a commit"):
        init(tmp_path, as_of=DAY, action=action)
    assert list(tmp_path.iterdir()) == []


def test_a_workflow_that_is_there_is_told_the_step_of_the_action(checkout, govern) -> None:
    assert govern("init", "team-a", cwd=checkout.folder).returncode == 0
    done = govern("init", "team-b", "--action", ACTION, cwd=checkout.folder)
    notes = done.stderr.decode()
    assert f"      - uses: {ACTION}\n        with:\n          path: team-b\n" in notes
    assert "actions/checkout" not in notes


@pytest.mark.parametrize("name", ["${{ github.token }}", "-C", "a\nb"])
def test_a_folder_that_a_workflow_would_not_read_as_a_name_is_refused(
    name: str, checkout, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="a workflow would not read"):
        init(checkout.folder / name, as_of=DAY)
    assert not (checkout.folder / ".github").exists()


def test_a_second_portfolio_of_a_repository_is_told_what_to_add(checkout, govern) -> None:
    assert govern("init", "team-a", cwd=checkout.folder).returncode == 0
    before = (checkout.folder / ".github/workflows/govern.yml").read_bytes()
    done = govern("init", "команда", cwd=checkout.folder)
    assert done.returncode == 0
    assert (checkout.folder / ".github/workflows/govern.yml").read_bytes() == before
    notes = done.stderr.decode()
    assert "entry: \"govern check -C 'команда'\"" in notes
    assert "govern diff -C 'команда'" in notes


@pytest.mark.parametrize(
    ("files", "extras"),
    [
        ({}, ("risk",)),
        (
            {"policies/p.yaml": "policies: {own: {rule: custom, expression: 'true'}}\n"},
            ("risk", "cel"),
        ),
        ({"govern.yaml": "usage: [{path: logs/a.jsonl}]\n"}, ("risk", "usage")),
        ({"govern.yaml": "usage: [{url_from: DB}]\n"}, ("risk", "usage", "postgres")),
    ],
)
def test_extras_that_a_portfolio_uses_are_installed(files, extras) -> None:
    portfolio = portfolio_of({path: text.encode() for path, text in files.items()})
    assert extras_used(portfolio) == extras
    workflow = host_files("", portfolio)[".github/workflows/govern.yml"].decode()
    assert f'"multillm-gov[{",".join(extras)}]=={TOOL_VERSION}"' in workflow
