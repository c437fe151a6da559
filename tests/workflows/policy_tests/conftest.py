"""A portfolio on the disk with its own policy tests, and the runs of `govern test` over it."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from multillm_gov.workflows.policy_tests.running import PolicyTestRun, run_policy_tests

PORTFOLIO = {
    "policies/own.yaml": """\
policies:
  capped:
    rule: cap-missing
  one-vendor:
    rule: concentration
    weigh_by: requests
    max_share: 0.6
""",
    "allocations/support.yaml": """\
owner: support
task_classes:
  triage:
    route: [{model: claude-haiku-4-5, weight: 50}, {model: gpt-5-mini, weight: 50}]
    demand: {requests: 100000, input_tokens: 1500, output_tokens: 300}
    spend_cap: {monthly: 500}
    review: {last: 2026-11-01}
""",
}

Write = Callable[[Mapping[str, str]], Path]
Tested = Callable[..., PolicyTestRun]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files by path below a new folder."""

    def run(files: Mapping[str, str]) -> Path:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        return tmp_path

    return run


@pytest.fixture
def tested(write: Write) -> Tested:
    """Run cases, given as the text below ``cases:``, over the portfolio; further files by path."""

    def run(cases: str, files: Mapping[str, str] | None = None, **options: Any) -> PolicyTestRun:
        root = write(
            {**PORTFOLIO, **(files or {}), "tests/policies/cases.yaml": f"cases:\n{cases}"}
        )
        return run_policy_tests([], root=root, as_of=date(2026, 11, 24), **options)

    return run
