"""A changed prompt in `govern diff`: told as what it is, with the pin that no longer fits."""

from hashlib import sha256

ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{{model: claude-haiku-4-5}}]
    prompt: prompts/triage.md
    prompt_digest: sha256:{digest}
"""
BEFORE = "---\nversion: 3\nvariables: {ticket: {}}\n---\nSort {{ ticket }}.\n"
AFTER = BEFORE.replace("version: 3", "version: 4").replace("Sort", "Sort with care")


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_a_changed_prompt_is_told_and_its_pin_found_stale(checkout, govern) -> None:
    allocation = {"allocations/a.yaml": ALLOCATION.format(digest=digest(BEFORE))}
    checkout.commit({**allocation, "prompts/triage.md": BEFORE})
    checkout.write({"prompts/triage.md": AFTER})
    done = govern("diff", "--as-of", "2026-11-24", cwd=checkout.folder)
    told = " ".join(done.stdout.decode().split())
    assert done.returncode == 1
    assert "GOV511" in told
    assert "text of the prompt" in told
    assert "version 4," in told
    assert f"sha256:{digest(AFTER)[:12]}…" in told
    assert govern("pin", cwd=checkout.folder).returncode == 0
    told = " ".join(
        govern("diff", "--as-of", "2026-11-24", cwd=checkout.folder).stdout.decode().split()
    )
    assert "GOV511" not in told
    assert "pinned prompt" in told
