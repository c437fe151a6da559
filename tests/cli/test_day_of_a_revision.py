"""A revision is judged as of the day it was committed, which is said, unless a day is named."""

import json

import pytest

from portfolios import REPOSITORY


@pytest.mark.parametrize(
    ("command", "day_of"),
    [
        (("report",), lambda told: told["as_of"]),
        (("stress", "--no-simulation"), lambda told: told["as_of"]),
        (("graph",), lambda told: told["as_of"]),
    ],
    ids=["report", "stress", "graph"],
)
def test_a_revision_is_judged_as_of_its_own_day(checkout, govern, command, day_of):
    checkout.commit(REPOSITORY, day="2026-03-14")
    checkout.commit(day="2026-06-01")
    options = ("--at", "HEAD~1", "--format", "json")
    done = govern(*command, *options, cwd=checkout.folder)
    assert done.returncode == 0, done.stderr
    assert day_of(json.loads(done.stdout)) == "2026-03-14"
    assert b"Judged as of 2026-03-14, the day of `HEAD~1`; --as-of" in done.stderr
    named = govern(*command, *options, "--as-of", "2026-11-24", cwd=checkout.folder)
    assert day_of(json.loads(named.stdout)) == "2026-11-24"
    assert b"Judged as of" not in named.stderr


def test_a_revision_that_is_not_there_has_no_day(checkout, govern):
    checkout.commit(REPOSITORY)
    done = govern("report", "--at", "nowhere", cwd=checkout.folder)
    assert done.returncode == 3
    assert b"nowhere" in done.stderr
