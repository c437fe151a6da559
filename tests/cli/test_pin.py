"""``govern pin``: digests written into allocations, every other byte kept."""

from hashlib import sha256

import pytest

ALLOCATION = """\
owner: support   # who answers
task_classes:
  triage:
    route: [{model: claude-haiku-4-5}]
    prompt: prompts/triage.md  # agreed in May

  drafting: {route: [{model: claude-haiku-4-5}], prompt: prompts/drafting.md}
  plain:
    route: [{model: claude-haiku-4-5}]
"""


@pytest.fixture
def portfolio(tmp_path):
    for path, text in {
        "govern.yaml": "organization: Example\n",
        "allocations/support.yaml": ALLOCATION,
        "prompts/triage.md": "Sort it.\n",
        "prompts/drafting.md": "Write it.\n",
    }.items():
        place = tmp_path / path
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    return tmp_path


def digest(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def test_all_prompts_are_pinned_and_nothing_else_changes(portfolio, govern) -> None:
    done = govern("pin", cwd=portfolio)
    assert done.returncode == 0, done.stderr
    written = (portfolio / "allocations/support.yaml").read_text()
    triage, drafting = digest("Sort it.\n"), digest("Write it.\n")
    assert written.splitlines()[5] == f"    prompt_digest: {triage}"
    assert f"prompts/drafting.md, prompt_digest: {drafting}}}" in written
    kept = written.replace(f"    prompt_digest: {triage}\n", "").replace(
        f", prompt_digest: {drafting}", ""
    )
    assert kept == ALLOCATION
    said = " ".join(done.stdout.decode().split())
    assert said.startswith(
        f"allocations/support.yaml:6: pinned `prompts/triage.md` in `triage`, {triage[:19]}… "
        "allocations/support.yaml:"
    )
    again = govern("pin", cwd=portfolio)
    assert (again.returncode, again.stdout) == (0, b"")
    assert b"nothing was written" in again.stderr


def test_a_changed_prompt_fails_check_until_it_is_pinned_anew(portfolio, govern) -> None:
    govern("pin", cwd=portfolio)
    (portfolio / "prompts/triage.md").write_text("Sort it well.\n")
    found = govern("check", "--as-of", "2026-11-24", cwd=portfolio)
    assert found.returncode == 1
    assert b"GOV511" in found.stdout
    done = govern("pin", "triage", cwd=portfolio)
    assert b"pinned again `prompts/triage.md`" in done.stdout
    assert b"GOV511" not in govern("check", "--as-of", "2026-11-24", cwd=portfolio).stdout


def test_what_cannot_be_pinned_is_said(portfolio, govern) -> None:
    for arguments, code, said in (
        (("plain",), 2, b"`plain` has no prompt file"),
        (("triaje",), 2, b"did you mean `triage`?"),
    ):
        done = govern("pin", *arguments, cwd=portfolio)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    (portfolio / "prompts/drafting.md").unlink()
    done = govern("pin", cwd=portfolio)
    assert (done.returncode, b"which is not a governed file" in done.stderr) == (3, True)
    assert (portfolio / "allocations/support.yaml").read_text() == ALLOCATION
