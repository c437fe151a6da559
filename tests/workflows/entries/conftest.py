"""A small portfolio in which consent matters, in a real repository."""

import os
import subprocess

import pytest

ALLOCATION = """\
# the desk
owner: support
task_classes:
  triage:   # first line
    route: [{model: claude-haiku-4-5}]
    cost_of_wrong_model: {value_at_stake: 45000}
    spend_cap: {monthly: 100}
"""
POLICIES = """\
policies:
  fallbacks:
    rule: fallback-missing     # kept as it is
    approvers: [cfo, cro]
  capped: {rule: cap-missing, enforcement: hard-mandatory}
  consent:
    rule: approval-required
    approvers: [cfo]
    value_at_stake_above: 20000
    identity: git

waivers: []  # none so far
# the end
"""
SETTINGS = """\
people:
  cfo: [CFO@example.com]
  cto: [cto@example.com]
"""
FILES = {"allocations/a.yaml": ALLOCATION, "policies/p.yaml": POLICIES, "govern.yaml": SETTINGS}


@pytest.fixture
def files():
    return dict(FILES)


@pytest.fixture
def portfolio(checkout, files):
    """The committed portfolio."""
    checkout.commit(files)
    return checkout


@pytest.fixture
def commit_as(checkout):
    """Commit everything with an author's address; the committer is the suite's own."""

    def commit(address, *options):
        environment = {**os.environ, "GIT_AUTHOR_NAME": address, "GIT_AUTHOR_EMAIL": address}
        for arguments in (["add", "--all"], ["commit", "--quiet", "-m", "change", *options]):
            subprocess.run(
                ["git", *arguments], cwd=checkout.folder, env=environment, check=True, timeout=60
            )
        return checkout.git("rev-parse", "HEAD")

    return commit
