"""``govern waive --generate``: a messy estate adopts the gate today."""

from datetime import date

import pytest

from multillm_gov.errors import UsageError
from multillm_gov.finding import Severity
from multillm_gov.workflows.check import check
from multillm_gov.workflows.waivers.adoption import waive_all
from multillm_gov.workflows.waivers.granting import WaiverTerms

DAY = date(2026, 11, 24)
TERMS = WaiverTerms(reason="Open since 2026", expires=date(2027, 3, 31), approved_by="cfo")
ALLOCATION = """\
# the desk
owner: support
task_classes:
  triage:
    route: [{model: custom/alpha}]
  replies:
    route: [{model: custom/alpha}]   # kept as it is
    spend_cap: {monthly: 100}
"""
CATALOG = """\
models:
  custom/alpha: {mode: chat, usd_per_million_tokens: {input: 1, output: 1}}
"""
POLICIES = """\
policies:
  capped: {rule: cap-missing, enforcement: hard-mandatory}
  reserve: {rule: fallback-missing, approvers: [cfo]}   # strict
  reviewed: {rule: review-overdue, approvers: [cro]}
waivers:
  # minutes of May
  - {policy: reserve, subject: triage, reason: earlier, approved_by: cfo, expires: 2026-06-30}
"""


@pytest.fixture
def root(tmp_path):
    for path, text in {
        "allocations/a.yaml": ALLOCATION,
        "catalog/m.yaml": CATALOG,
        "policies/p.yaml": POLICIES,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def open_findings(root, least=Severity.WARNING):
    report = check([], as_of=DAY, root=root)
    return {
        (finding.rule, finding.subject)
        for finding in report.findings
        if finding.active and finding.severity >= least
    }


def test_every_open_finding_that_can_be_waived_is_and_the_rest_is_listed(root):
    before = open_findings(root)
    done = waive_all(TERMS, least=Severity.WARNING, as_of=DAY, root=root)
    refused = {(one.finding.rule, one.finding.subject): one.reason for one in done.refused}
    assert refused == {
        ("GOV403", "triage"): "policy `capped` is hard-mandatory",
        ("GOV701", "triage"): "policy `reviewed` is waived only by cro",
        ("GOV701", "replies"): "policy `reviewed` is waived only by cro",
        ("GOV703", "triage"): "it is about a file or a waiver: fix it",
    }
    assert done.covered == len(before - refused.keys())
    left = open_findings(root)
    assert left == refused.keys() - {("GOV703", "triage")}, "the ended waiver is renewed"
    assert (done.renewed, done.added) == (1, done.covered - 1)


def test_comments_and_other_bytes_stay(root):
    waive_all(TERMS, least=Severity.WARNING, as_of=DAY, root=root)
    assert (root / "allocations/a.yaml").read_text() == ALLOCATION
    written = (root / "policies/p.yaml").read_text().splitlines()
    renewed = POLICIES.replace("earlier", "Open since 2026").replace("2026-06-30", "2027-03-31")
    assert written[: len(renewed.splitlines())] == renewed.splitlines()
    assert all(line.startswith("  - {policy: ") for line in written[7:])


def test_once_more_changes_nothing(root):
    waive_all(TERMS, least=Severity.WARNING, as_of=DAY, root=root)
    again = waive_all(TERMS, least=Severity.WARNING, as_of=DAY, root=root)
    assert (again.paths, again.added, again.renewed) == ((), 0, 0)


def test_only_what_fails(root):
    path = root / "policies/p.yaml"
    path.write_text(
        path.read_text().replace("  reviewed: {rule: review-overdue, approvers: [cro]}\n", "")
    )
    done = waive_all(TERMS, least=Severity.ERROR, as_of=DAY, root=root)
    assert {one.finding.severity for one in done.refused} == {Severity.ERROR}
    assert ("GOV701", "triage") in open_findings(root) - open_findings(root, Severity.ERROR)


def test_a_day_in_the_past_is_refused(root):
    past = WaiverTerms(reason="r", expires=date(2026, 11, 1), approved_by="cfo")
    with pytest.raises(UsageError, match="past"):
        waive_all(past, least=Severity.WARNING, as_of=DAY, root=root)
    assert (root / "policies/p.yaml").read_text() == POLICIES


def test_the_command_says_what_it_did_and_what_it_could_not(govern, root):
    words = ("--expires", "2027-03-31", "--approved-by", "cfo", "--as-of", DAY.isoformat())
    done = govern("waive", "--generate", *words, cwd=root)
    assert done.returncode == 0, done.stderr
    assert b"until 2027-03-31: " in done.stdout
    refused = b" ".join(done.stderr.split())
    assert b"not waived: GOV403 `triage`: policy `capped` is hard-mandatory" in refused
    both = govern("waive", "GOV201:triage", "--generate", *words, cwd=root)
    assert both.returncode == 2
