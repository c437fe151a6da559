"""``govern fix``: what it settles, and that every other byte stays."""

from datetime import date

import pytest

from multillm_gov.rules.engine.registry import all_rules
from multillm_gov.workflows.check import check
from multillm_gov.workflows.fix import fix

DAY = date(2026, 11, 30)
POLICIES = """\
# the limits
policies:
  capped:
    rule: cap-missing
    because: Board minute #12 of October   # in the archive
  reserve: {rule: fallback-missing, because: 'quoted'}   # kept
waivers:
  - {policy: reserve, subject: triage, reason: over, approved_by: cfo, expires: 2026-01-31}
  # still needed
  - {policy: capped, subject: triage, reason: pending, approved_by: cfo, expires: 2027-01-31}
  - {policy: GOV106, subject: triage, reason: x, approved_by: cfo, expires: 2026-02-01}  # why
"""
POLICIES_FIXED = POLICIES.replace(
    "Board minute #12 of October ", '"Board minute #12 of October" '
).replace(POLICIES.splitlines(keepends=True)[7], "")
ALLOCATION = """\
owner: support
task_classes:
  triage:
    purpose: no
    route: [{model: custom/a}]
    fallbacks: [custom/b, custom/a, custom/b]  # order matters
    # govern: ignore GOV404 because nothing here
    review: {last: 2026-11-01}   # govern: ignore GOV403 because old
"""
ALLOCATION_FIXED = """\
owner: support
task_classes:
  triage:
    purpose: "no"
    route: [{model: custom/a}]
    fallbacks: [custom/b]  # order matters
    review: {last: 2026-11-01}
"""
CATALOG = """\
models:
  custom/a: {mode: chat, usd_per_million_tokens: {input: 1, output: 1}}
  custom/b: {mode: chat, usd_per_million_tokens: {input: 1, output: 1}}
"""


@pytest.fixture
def root(tmp_path):
    for path, text in {
        "allocations/a.yaml": ALLOCATION,
        "catalog/m.yaml": CATALOG,
        "policies/p.yaml": POLICIES,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, newline="")
    return tmp_path


def rules_found(root):
    return [f.rule for f in check([], as_of=DAY, root=root).findings if f.active]


def test_what_is_safe_is_fixed_and_every_other_byte_stays(root):
    before = rules_found(root)
    done = fix(as_of=DAY, root=root)
    assert (root / "policies/p.yaml").read_text() == POLICIES_FIXED
    assert (root / "allocations/a.yaml").read_text() == ALLOCATION_FIXED
    assert (root / "catalog/m.yaml").read_text() == CATALOG
    settled = sorted({finding.rule for finding in done.findings})
    assert settled == ["GOV004", "GOV016", "GOV206", "GOV703", "GOV709"]
    assert [one.rule for one in done.left] == ["GOV703"], "its comment would go with it"
    after = rules_found(root)
    assert not set(after) - set(before)
    assert after.count("GOV703") == 1


def test_once_more_changes_nothing(root):
    fix(as_of=DAY, root=root)
    assert fix(as_of=DAY, root=root).files == ()


def test_a_dry_run_writes_nothing_and_shows_the_same(root):
    shown = fix(as_of=DAY, root=root, dry_run=True)
    assert (root / "policies/p.yaml").read_text() == POLICIES
    assert fix(as_of=DAY, root=root).diff == shown.diff
    assert '+    because: "Board minute #12 of October"' in shown.diff


def test_line_breaks_of_windows_and_a_byte_order_mark_stay(root):
    data = b"\xef\xbb\xbf" + POLICIES.replace("\n", "\r\n").encode()
    (root / "policies/p.yaml").write_bytes(data)
    fix(as_of=DAY, root=root)
    wanted = b"\xef\xbb\xbf" + POLICIES_FIXED.replace("\n", "\r\n").encode()
    assert (root / "policies/p.yaml").read_bytes() == wanted


def test_the_only_waiver_leaves_an_empty_list(root):
    text = (
        "waivers:\n- {policy: GOV106, subject: x, reason: y, approved_by: z, expires: 2026-01-02}\n"
    )
    (root / "policies/p.yaml").write_text(text)
    fix(as_of=DAY, root=root)
    assert (root / "policies/p.yaml").read_text() == "waivers:\n  []\n"
    assert "GOV003" not in rules_found(root)


def test_an_edit_that_would_bring_a_finding_is_not_applied(root):
    """`010` as a number of requests is refused as text."""
    text = ALLOCATION.replace("purpose: no", "demand: {requests: 010}")
    (root / "allocations/a.yaml").write_text(text)
    fix(as_of=DAY, root=root)
    assert "{requests: 010}" in (root / "allocations/a.yaml").read_text()


def test_the_book_says_which_rules_have_a_safe_fix():
    for rule in all_rules():
        assert bool(rule.safe_fix) == (rule.fix is not None), rule.id
    assert {rule.id for rule in all_rules() if rule.safe_fix} >= {"GOV004", "GOV016", "GOV703"}


def test_the_command_prints_what_it_did(govern, root):
    done = govern("fix", "--as-of", DAY.isoformat(), cwd=root)
    assert done.returncode == 0, done.stderr
    assert b"policies/p.yaml:8: GOV703: the waiver of `reserve`" in done.stdout
    assert done.stderr.endswith(b"fixed; 1 finding left to a person.\n")
