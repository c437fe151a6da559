"""``govern drill``: the whole flow through the command, offline."""

import json
import os
import signal
from datetime import date
from pathlib import Path

import pytest

from multillm_gov.workflows.evaluation.drill import DrillOptions, plan_failovers, run_drills
from multillm_gov.workflows.evaluation.sending import SendingOptions

ALLOCATION = """\
owner: support
task_classes:
  triage:
    route: [{model: anthropic/claude-haiku-4-5}]
    fallbacks: [openai/gpt-5-mini]
    latency: {p95_seconds: 20, timeout_seconds: 1.5}
    prompt: prompts/triage.md
    output_schema: schemas/triage.json
  alone:
    route: [{model: openai/gpt-5-mini}]
"""
FILES = {
    "govern.yaml": "organization: Example\n",
    "allocations/support.yaml": ALLOCATION,
    "prompts/triage.md": "---\nvariables: {ticket: {}}\ncanaries: [{ticket: My bill}]\n---\nSort "
    "{{ ticket }}\n",
    "schemas/triage.json": '{"type": "object", "properties": {"queue": {"type": "string"}}, '
    '"required": ["queue"], '
    '"additionalProperties": false}',
}


@pytest.fixture
def portfolio(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_the_plan_loads_no_litellm_and_costs_nothing(portfolio, govern) -> None:
    done = govern("drill", "--plan", "--format", "json", cwd=portfolio)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["summary"].startswith("8 requests to the fallbacks cost ")
    assert "Left out: `alone`, it declares no fallback." in report["summary"]
    assert (
        "OPENAI_API_KEY" in report["summary"]
    )  # of the fallback; the failing model's key is not needed
    assert "ANTHROPIC_API_KEY" not in report["summary"]


def test_too_dear_a_plan_is_refused_before_the_first_request(portfolio, govern) -> None:
    done = govern("drill", "--max-usd", "0.00001", cwd=portfolio)
    assert done.returncode == 3
    assert b"8 requests may cost" in done.stderr


@pytest.mark.litellm
def test_a_drill_offline(portfolio, govern_with_litellm) -> None:
    done = govern_with_litellm("drill", "--offline", "--format", "json", cwd=portfolio)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    report = json.loads(done.stdout)
    assert report["summary"].startswith(
        "1 failover drilled: 1 survived, 0 degraded, 0 failed. 8 requests would have"
    )
    assert "87.5%" in done.stdout.decode()
    assert not (portfolio / "evidence").exists()  # nothing is proved by a server on this machine


@pytest.mark.litellm
def test_a_drill_cut_short_proves_nothing(portfolio, govern_with_litellm) -> None:
    arguments = (
        "drill",
        "--offline",
        "--total-timeout",
        "0.1",
        "--format",
        "json",
    )
    done = govern_with_litellm(*arguments, cwd=portfolio)
    assert done.returncode == 3, done.stderr
    summary = json.loads(done.stdout)["summary"]
    assert summary.startswith("0 failovers drilled: 0 survived, 0 degraded, 0 failed.")
    assert "Not sent: 8 requests" in summary


@pytest.mark.litellm
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_drill_tells_what_is_known(portfolio, sent) -> None:
    prepared = plan_failovers(
        DrillOptions(sending=SendingOptions(offline=True, concurrency=1)),
        as_of=date(2026, 11, 24),
        root=portfolio,
    )
    settled = []

    def interrupt(progress) -> None:
        settled.append(progress.done)
        if progress.done == 1:
            os.kill(os.getpid(), sent)

    before = signal.signal(
        signal.SIGTERM, signal.SIG_IGN
    )  # a drill that left it alone would end these tests
    try:
        done = run_drills(prepared, interrupt)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert done.interrupted
    assert 1 <= len(settled) < 8
    assert "Not sent:" in done.report.summary


@pytest.mark.litellm
def test_no_key_is_told_though_the_chain_fails(portfolio, govern_with_litellm) -> None:
    """Real addresses, none of which may be reached: the fallback's is one's own, and nobody listens
    there."""
    (portfolio / "catalog").mkdir()
    (portfolio / "catalog/models.yaml").write_text(
        "models:\n  own/sorter:\n    base: openai/gpt-5-mini\n"
        "    endpoint: {model: openai/sorter, environment: SORTER}\n"
    )
    (portfolio / "allocations/support.yaml").write_text(
        ALLOCATION.replace("[openai/gpt-5-mini]", "[own/sorter]")
    )
    keys = {
        "SORTER_API_KEY": "sk-proj-Planted0000000000000000000000",
        "OPENAI_API_KEY": "sk-Planted1111111111111",
    }
    done = govern_with_litellm(
        *("drill", "--format", "json", "--as-of", "2026-11-24"),
        cwd=portfolio,
        env={**keys, "SORTER_API_BASE": "http://127.0.0.1:9/v1"},
    )
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert report["summary"].startswith("1 failover drilled: 0 survived, 0 degraded, 1 failed.")
    assert (
        "the failover of `triage` fails (connection-refused: no answer from `own/sorter` either"
        in str(report)
    )
    written = "".join(
        path.read_text() for path in (portfolio / "evidence").rglob("*") if path.is_file()
    )
    assert '"result": "fails"' in written
    assert "Planted" not in written + done.stdout.decode() + done.stderr.decode()
    found = govern_with_litellm("check", "--as-of", "2026-11-24", cwd=portfolio)
    assert b"GOV0" not in found.stdout  # the evidence that was written is sound


def test_a_drill_cannot_be_recorded_or_replayed(portfolio, govern) -> None:
    for option in ("--record", "--replay"):
        assert govern("drill", option, "a.jsonl", cwd=portfolio).returncode == 2


def test_unknown_task_classes_are_refused(portfolio, govern) -> None:
    done = govern("drill", "triag", cwd=portfolio)
    assert done.returncode == 2
    assert b"Did you mean `triage`" in done.stderr


def test_a_portfolio_without_fallbacks_has_nothing_to_drill(portfolio, govern) -> None:
    done = govern("drill", "alone", cwd=portfolio)
    assert done.returncode == 3
    assert b"There is no failover to drill" in done.stderr
