"""The GitLab template: valid by GitLab's schema, and its script run for real."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "ci/gitlab.yml"
TEMPLATE = yaml.safe_load(FILE.read_text())
JOB: dict[str, Any] = TEMPLATE["govern"]
ALLOCATION = """\
owner: sales
task_classes:
  triage:
    route: [{model: custom/alpha}]
"""
MODELS = """\
models:
  custom/alpha:
    mode: chat
    usd_per_million_tokens: {input: 5, output: 5}
    exposure: {family: a, vendor: a, provider: a, cloud: a, jurisdiction: US}
"""


def run(folder: Path, stand_in: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
    """The job's script without its installation, under the shell that GitLab's runner uses."""
    venv = folder.parent / "govern-venv"
    govern = venv / "bin/govern"
    govern.parent.mkdir(parents=True, exist_ok=True)
    real = f'exec {shlex.quote(sys.executable)} -m multillm_gov "$@"'
    govern.write_text(f"#!/bin/sh\n{stand_in or real}\n")
    govern.chmod(0o755)
    defaults = {key: str(value) for key, value in TEMPLATE["variables"].items()}
    env = {**os.environ, "PYTHONPATH": str(ROOT), **defaults, **variables, "GOVERN_VENV": str(venv)}
    return subprocess.run(
        ["sh", "-e", "-c", JOB["script"][1]],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def folder(checkout) -> Path:
    policy = "policies:\n  sheltered: {rule: fallback-missing, enforcement: soft-mandatory}\n"
    checkout.commit(
        {
            "ai/allocations/a.yaml": ALLOCATION + "    fallbacks: [custom/alpha]\n",
            "ai/catalog/m.yaml": MODELS,
            "ai/policies/p.yaml": policy,
        }
    )
    return checkout.folder


def test_it_fits_the_published_schema() -> None:
    tool = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [tool, "--builtin-schema", "vendor.gitlab-ci", FILE],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout


def test_it_writes_the_reports_that_it_declares(folder: Path) -> None:
    done = run(folder, GOVERN_PATH="ai")
    assert done.returncode in (0, 1), done.stderr
    reports = JOB["artifacts"]["reports"]
    issues = json.loads((folder / reports["codequality"]).read_text())
    assert {issue["location"]["path"].split("/")[0] for issue in issues} <= {"ai"}
    cases = list(ET.parse(folder / reports["junit"]).iter("testcase"))  # noqa: S314 - our own output
    assert len(cases) == max(len(issues), 1)
    assert set(JOB["artifacts"]["paths"]) == {*reports.values(), "govern-diff.md"}
    assert not (folder / "govern-diff.md").exists()
    assert "Checked" in done.stdout


def test_a_merge_request_is_judged_by_what_it_changes(folder: Path, checkout) -> None:
    base = checkout.git("rev-parse", "HEAD")
    checkout.commit({"ai/allocations/a.yaml": ALLOCATION, "ai/policies/p.yaml": "policies: {}\n"})
    done = run(folder, GOVERN_PATH="ai", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "loosened in this change and used at once" in done.stdout
    assert "not mergeable" in (folder / "govern-diff.md").read_text().splitlines()[1]
    passed = run(
        folder, GOVERN_PATH="ai", CI_MERGE_REQUEST_DIFF_BASE_SHA=base, GOVERN_FAIL_ON="never"
    )
    assert passed.returncode == 0
    assert run(folder, GOVERN_PATH="ai", CI_MERGE_REQUEST_DIFF_BASE_SHA="").returncode == 0


def test_below_the_threshold_of_silence_no_comment_is_linked(folder: Path, checkout) -> None:
    quiet = "spend_change: {increase: {silence: {amount: 1000}}}\n"
    base = checkout.commit({"ai/govern.yaml": quiet})
    demand = "    demand: {requests: 1000, input_tokens: 1000, output_tokens: 10}\n"
    priced = checkout.commit({"ai/allocations/a.yaml": ALLOCATION + demand})
    checkout.commit({"ai/allocations/a.yaml": (ALLOCATION + demand).replace("1000,", "1001,", 1)})
    run(folder, GOVERN_PATH="ai", CI_MERGE_REQUEST_DIFF_BASE_SHA=priced)
    assert not (folder / "govern-diff.md").exists()
    run(folder, GOVERN_PATH="ai", CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert (folder / "govern-diff.md").exists()


def test_what_diff_alone_finds_fails_too(folder: Path) -> None:
    for diff, check, expected in ((0, 0, 0), (1, 0, 1), (0, 1, 1), (3, 0, 3)):
        stand_in = f"case $1 in diff) touch govern-diff.md; exit {diff};; *) exit {check};; esac"
        done = run(folder, stand_in, CI_MERGE_REQUEST_DIFF_BASE_SHA="x")
        assert done.returncode == expected


def test_what_cannot_be_done_is_no_verdict(folder: Path) -> None:
    assert run(folder, GOVERN_PATH="nowhere").returncode == 3
    assert run(folder, GOVERN_PATH="ai", CI_MERGE_REQUEST_DIFF_BASE_SHA="f" * 40).returncode == 3
    assert run(folder, GOVERN_PATH="ai", GOVERN_FAIL_ON="$(touch pwned)").returncode == 2
    assert not (folder / "pwned").exists()


def test_the_environment_is_made_outside_the_checkout() -> None:
    """A merge request could bring an environment of its own, whose `.pth` files run code."""
    setup, command = JOB["script"]
    assert 'GOVERN_VENV="$(mktemp -d)"' in setup
    assert ".govern-venv" not in setup + command
