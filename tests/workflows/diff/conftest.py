"""A real git repository with a small portfolio, and the command run in it as a user would."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portfolios import REPOSITORY, REPOSITORY_ALLOCATION, replaced

ALLOCATION = replaced(
    REPOSITORY_ALLOCATION,
    ("monthly: 2000}", "monthly: 2000}\n    cost_of_wrong_model: {value_at_stake: 45000}"),
    ("monthly: 1000}", "monthly: 500}\n    cost_of_wrong_model: {value_at_stake: 20000}"),
)
POLICY = """\
policies:
  capped:
    rule: cap-missing
    enforcement: hard-mandatory
  spread:
    rule: concentration
    level: vendor
    weigh_by: spend
    max_share: 0.75
    enforcement: soft-mandatory
"""
DAY = "2026-11-24"
Git = Callable[..., str]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one flag; other folders' conftest may have added it first."""
    try:
        parser.addoption(
            "--refresh-golden",
            action="store_true",
            help="rewrite golden files from what is rendered now",
        )
    except ValueError:
        return


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The portfolio's files, not yet in git; every model is declared, so no price map is read."""
    root = tmp_path / "portfolio"
    files = REPOSITORY | {"allocations/a.yaml": ALLOCATION, "policies/p.yaml": POLICY}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.fixture
def git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Run git in the portfolio, apart from any configuration of the machine."""
    for name, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }.items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    return run


@pytest.fixture
def repository(folder: Path, git: Git) -> Path:
    """The portfolio as the first commit of ``main``."""
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "Start")
    return folder


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str, str], None]:
    def replace(path: str, old: str, new: str) -> None:
        text = (folder / path).read_text()
        assert old in text
        (folder / path).write_text(text.replace(old, new, 1))

    return replace


@pytest.fixture
def run(folder: Path) -> Callable[..., Result]:
    """``govern diff`` with some words."""

    def call(*words: str) -> Result:
        from multillm_gov.cli.diff import command

        return CliRunner().invoke(command, ["--root", str(folder), "--as-of", DAY, *words])

    return call


@pytest.fixture
def told(run: Callable[..., Result]) -> Callable[..., dict[str, Any]]:
    """The same as parsed JSON."""

    def call(*words: str) -> dict[str, Any]:
        result = run("--format", "json", *words)
        assert result.exit_code in {0, 1}, (result.output, result.exception)
        report: dict[str, Any] = json.loads(result.stdout)
        return report

    return call
