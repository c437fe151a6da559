"""`govern dry-run` against a server that repeats the keys it is shown: nothing printed or written
holds one."""

import json
from pathlib import Path

import pytest

from multillm_gov.offline.script import Script, ScriptRule
from multillm_gov.offline.serving import Server

pytestmark = pytest.mark.litellm

MODELS = ("anthropic/claude-sonnet-4-6", "openai/gpt-5.4-2026-03-05", "custom/lead-scorer-v3")


@pytest.fixture
def portfolio(tmp_path: Path, govern) -> Path:
    folder = tmp_path / "portfolio"
    folder.mkdir()
    done = govern("init", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("fault", ["wrong-key", None])
def test_a_dry_run_tells_no_key(fault: str | None, portfolio: Path, server: Server, govern) -> None:
    letters = "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zC0fR"
    keys = {
        "ANTHROPIC_API_KEY": "sk-ant-api03-" + letters * 3,
        "OPENAI_API_KEY": "sk-proj-" + letters * 4,
        "LEAD_SCORER_API_KEY": "Zx" + letters,
    }
    bases = {
        "ANTHROPIC_API_BASE": server.base_url("anthropic"),
        "OPENAI_API_BASE": server.base_url("openai"),
        "LEAD_SCORER_API_BASE": server.base_url("compatible"),
    }
    rule = ScriptRule(fault=fault) if fault else ScriptRule(text=f"Keys: {' '.join(keys.values())}")
    server.play(Script(echo_key=True, rules=(rule,)))
    done = govern(
        *(
            "dry-run",
            "--samples",
            "1",
            "--record",
            "calls.jsonl",
            "--format",
            "json",
            "--format",
            "markdown=told.md",
        ),
        *(part for model in MODELS for part in ("--model", model)),
        cwd=portfolio,
        env={**keys, **bases, "GOVERN_DEBUG": "1", "LITELLM_LOG": "DEBUG"},
    )
    assert done.returncode in {0, 1, 3}, done.stderr
    shown = {entry.key for entry in server.journal.entries}
    assert set(keys.values()) <= shown, "each key really went to its own server"
    json.loads(done.stdout)
    assert (portfolio / "calls.jsonl").is_file()
    written = {path: path.read_bytes() for path in portfolio.rglob("*") if path.is_file()}
    for key in keys.values():
        for part in (key, key[:20], key[-20:]):
            assert part.encode() not in done.stdout
            assert part.encode() not in done.stderr
            assert not [path for path, data in written.items() if part.encode() in data]
