"""An approval that only a verified signature can give, with a really signed commit."""

import json
import shutil
import subprocess

import pytest

from multillm_gov.rules.approval_checks import UNPROVED

POLICY = """\
policies:
  consent:
    rule: approval-required
    approvers: [cfo]
    identity: signed
  measured:
    rule: evidence-introduced
    identity: signed
    recorders: [cfo]
"""
FILES = {
    "govern.yaml": "people:\n  cfo: [cfo@example.com]\n",
    "policies/p.yaml": POLICY,
    "catalog/m.yaml": "models:\n  custom/a: {mode: chat, usd_per_million_tokens: {input: 1}}\n",
    "allocations/a.yaml": "owner: o\ntask_classes:\n  triage: {route: [{model: custom/a}]}\n",
}
RECORD = """\
records:
  - {task_class: triage, model: custom/a, date: 2026-11-01, sample_size: 9, score: 0.9}
"""
pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen here")


@pytest.fixture
def signed(checkout, tmp_path):
    """Commit everything as somebody, signed with a key made here; only the CFO's is allowed."""
    for name in ("cfo", "stranger"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True
        )
    allowed = tmp_path / "allowed"
    allowed.write_text(f"cfo@example.com {(tmp_path / 'cfo.pub').read_text()}")
    checkout.git("config", "gpg.format", "ssh")
    checkout.git("config", "gpg.ssh.allowedSignersFile", str(allowed))

    def commit(author, key):
        checkout.git("add", "--all")
        sign = ["-c", f"user.signingkey={tmp_path / key}.pub"] if key else []
        checkout.git(
            *sign,
            "commit",
            "--quiet",
            "--amend" if checkout.git("log", "-1", "--format=%s") == "consent" else "--no-edit",
            "-m",
            "consent",
            f"--author={author} <{author}@example.com>",
            *(["-S"] if key else []),
        )

    return commit


@pytest.mark.parametrize(
    ("author", "key", "says"),
    [
        ("cfo", "cfo", ""),
        ("cfo", "", "is unsigned, and anyone can type its author's name"),
        ("cfo", "stranger", "is with a signature that could not be verified"),
        ("stranger", "cfo", "names `stranger@example.com` as author (with a verified signature)"),
    ],
)
def test_only_the_signed_commit_of_the_approver_counts(checkout, govern, signed, author, key, says):
    checkout.commit(FILES)
    day = ("--as-of", "2026-11-24")
    done = govern("approve", "task_class:triage", "--by", "cfo", *day, cwd=checkout.folder)
    assert done.returncode == 0, done.stderr
    (checkout.folder / "evidence").mkdir()
    (checkout.folder / "evidence/e.yaml").write_text(RECORD)
    signed(author, key)
    report = json.loads(govern("check", "--format", "json", *day, cwd=checkout.folder).stdout)
    found = {f["rule"]: f for f in report["findings"] if f["rule"] in {"GOV706", "GOV517"}}
    assert set(found) == ({"GOV706", "GOV517"} if says else set())
    assert all(says in finding["message"] for finding in found.values())


def test_what_an_unsigned_identity_is_worth_is_said(checkout, govern):
    weak = POLICY.replace("identity: signed", "identity: git")
    checkout.commit(FILES | {"policies/p.yaml": weak})
    done = govern("check", "--format", "json", "--as-of", "2026-11-24", cwd=checkout.folder)
    (finding,) = [f for f in json.loads(done.stdout)["findings"] if f["rule"] == "GOV706"]
    assert finding["risk"] == UNPROVED
    assert "self-declared" in UNPROVED
    assert "signed" in UNPROVED
