"""A real repository whose portfolio is changed, and ``govern check --base`` run in it as a user would."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DAY = "2026-11-24"
ALLOCATION = """\
owner: growth
task_classes:
  writing:
    route:
      - {model: custom/alpha, weight: 70}
      - {model: custom/beta, weight: 30}
    fallbacks: [custom/gamma]
    demand: {requests: 100000, input_tokens: 1000, output_tokens: 500}
    spend_cap: {monthly: 2000}
    review: {last: 2026-11-01, every_months: 3}
  scoring:
    route: [{model: custom/beta}]
    fallbacks: [custom/gamma]
    demand: {requests: 400000, input_tokens: 200, output_tokens: 10}
    spend_cap: {monthly: 1000}
    review: {last: 2026-11-01, every_months: 3}
"""
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
MODEL = """\
  custom/{name}:
    mode: chat
    usd_per_million_tokens: {{input: {price}, output: {price}}}
    max_input_tokens: 200000
    max_output_tokens: 8000
    exposure: {{family: {name}, vendor: {name}, provider: {name}, cloud: {name}-cloud, jurisdiction: US}}
    regions: [US]
"""
FILES = {
    "allocations/a.yaml": ALLOCATION,
    "policies/p.yaml": POLICY,
    "catalog/models.yaml": "models:\n"
    + "".join(
        MODEL.format(name=name, price=price)
        for name, price in (("alpha", 6), ("beta", 4), ("gamma", 2))
    ),
    "govern.yaml": "organization: Example\n",
}


@pytest.fixture
def repository(checkout) -> Path:
    """The portfolio as the first commit of ``main``; every model is declared, so no price map is read."""
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
