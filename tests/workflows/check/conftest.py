"""A real repository whose portfolio is changed, and ``govern check --base`` run in it as a user
would."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portfolios import REPOSITORY

DAY = "2026-11-24"
POLICY = """\
policies:
  spread:
    rule: concentration
    level: vendor
    max_share: 0.7
    enforcement: soft-mandatory
  capped:
    rule: cap-missing
    enforcement: hard-mandatory
  sheltered:
    rule: fallback-missing
    enforcement: soft-mandatory
"""
FILES = REPOSITORY | {"policies/p.yaml": POLICY}


@pytest.fixture
def repository(checkout) -> Path:
    """The portfolio as the first commit of ``main``; every model is declared, so no price map is
    read."""
    checkout.commit(FILES)
    return checkout.folder


@pytest.fixture
def edit(repository: Path) -> Callable[..., None]:
    """Replace a text of a file that is there."""

    def replace(path: str, old: str, new: str) -> None:
        text = (repository / path).read_text()
        assert old in text
        (repository / path).write_text(text.replace(old, new, 1))

    return replace


@pytest.fixture
def check(govern, repository: Path) -> Callable[..., Any]:
    """``govern check`` with some words."""

    def run(*words: str) -> Any:
        return govern("check", "--as-of", DAY, *words, cwd=repository)

    return run


@pytest.fixture
def told(check: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """``govern check --base HEAD`` as parsed JSON."""

    def run(*words: str, base: str = "HEAD") -> dict[str, Any]:
        done = check("--base", base, "--format", "json", *words)
        assert done.returncode in (0, 1), done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        assert report["verdict"]["exit_code"] == done.returncode
        return report

    return run
