"""Whole runs through the command, LiteLLM and a socket: verdicts, exit codes, evidence, formats."""

import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from multillm_gov import exits
from multillm_gov.documents.document import SourceFile
from multillm_gov.documents.shape import convert
from multillm_gov.documents.yaml_reader import read_document
from multillm_gov.evidence.record import EvidenceFile
from multillm_gov.offline.script import Script, ScriptRule

pytestmark = pytest.mark.litellm


def evidence(portfolio: Path) -> EvidenceFile:
    document, flaws = read_document(
        SourceFile("evidence/current.json", (portfolio / "evidence/current.json").read_bytes())
    )
    assert flaws == ()
    file, flaws = convert(document, (), EvidenceFile)
    assert flaws == ()
    return file


def history(portfolio: Path) -> list[dict]:
    return [
        json.loads(line)
        for path in sorted((portfolio / "evidence/history").glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]


def everything_below(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def verdicts(report: dict) -> dict[str, str]:
    return {trial["model"]: trial["verdict"] for trial in report["trials"]}


def test_all_pass_and_the_evidence_says_what_was_proved(
    dry_run, govern, portfolio, server, environment
):
    done = dry_run("--format", "json", "--format", "junit=junit.xml")
    report = json.loads(done.stdout)
    assert done.returncode == exits.CLEAN, done.stdout.decode() + done.stderr.decode()
    assert set(verdicts(report).values()) == {"pass"}
    assert report["verdict"]["passed"] is True
    assert len(server.journal.entries) == 9, "three probes of three calls, and nothing else"
    found = {probe.model: probe for probe in evidence(portfolio).probes}
    assert set(found) == {"openai/gpt-5.4", "custom/sorter", "openai/text-embedding-3-small"}
    routed = found["openai/gpt-5.4"]
    assert (routed.calls, routed.answers, routed.role, routed.native_schema) == (
        3,
        3,
        "route",
        True,
    )
    assert routed.date.isoformat() == "2026-11-24"
    assert routed.served_models == ("gpt-5.4",)
    assert routed.usd > 0
    assert {check.name for check in routed.checks} >= {
        "contract",
        "reachability",
        "latency",
        "identity",
        "stop",
    }
    assert set(routed.versions) == {"govern", "litellm"}
    assert all((routed.task, routed.prompt, routed.output_schema))
    assert found["custom/sorter"].role == "fallback"
    assert found["openai/text-embedding-3-small"].dimensions == 1536
    assert ["probe" in line for line in history(portfolio)] == [True] * 3
    assert len(list((portfolio / "evidence/references").iterdir())) == 1
    written = everything_below(portfolio / "evidence")
    assert b"My bill is wrong" not in written
    assert b"queue" not in written
    assert environment["OPENAI_API_KEY"].encode() not in written + done.stdout + done.stderr
    suites = ET.fromstring((portfolio / "junit.xml").read_bytes())  # noqa: S314 - our own
    assert {suite.get("name"): suite.get("tests") for suite in suites} == {
        "triage": "2",
        "search": "1",
    }
    assert (suites.get("failures"), suites.get("errors")) == ("0", "0")
    checked = json.loads(
        govern("check", "--format", "json", "--as-of", "2026-11-24", cwd=portfolio).stdout
    )
    assert not [
        one for one in checked["findings"] if one["location"]["path"].startswith("evidence/")
    ]


FAULTS = {
    "wrong-key": "credentials",
    "not-found": "not-found",
    "retired": "retired",
    "rate-limit": "rate-limited",
    "timeout": "timeout",
    "content-filter": "refused-by-filter",
    "context-overflow": "context",
    "malformed-body": "contract",
    "server-error": "provider-fault",
    "connection-refused": "unreachable",
}
OTHERS = {
    "slow": "latency",
    "talking": "contract",
    "fenced": "pass",
    "dear": "cost",
    "sound": "pass",
}
AT_FAULT = {"not-found", "retired", "refused-by-filter", "context", "contract", "latency", "cost"}


def portfolio_of_faults() -> dict[str, str]:
    names = [*FAULTS, *OTHERS]
    extra = {
        "slow": "    latency: {p95_seconds: 0.2}\n",
        "dear": "    spend_cap: {per_request: 0.000001}\n",
        "fenced": "    normalize: [strip-fences]\n",
    }
    tasks = "".join(
        f"  task-{name}:\n    route: [{{model: custom/{name}}}]\n    prompt: prompts/triage.md\n"
        f"    output_schema: schemas/triage.json\n{extra.get(name, '')}"
        for name in names
    )
    models = "".join(
        f"  custom/{name}:\n    base: openai/gpt-5.4-mini\n    capabilities: []\n"
        f"    endpoint: {{model: openai/{name}, environment: SORTER}}\n"
        for name in names
    )
    return {
        "allocations/support.yaml": f"owner: support\ntask_classes:\n{tasks}",
        "catalog/models.yaml": f"models:\n{models}",
    }


def test_each_fault_has_its_verdict_its_exit_code_and_its_place(
    dry_run, portfolio, server, writing
):
    writing(portfolio, portfolio_of_faults())
    answers = {"talking": "no JSON at all", "fenced": '```json\n{"queue": "billing"}\n```'}
    server.play(
        Script(
            rules=(
                *(ScriptRule(model=fault, fault=fault, retry_after="0") for fault in FAULTS),
                ScriptRule(model="slow", seconds=0.5),
                *(ScriptRule(model=model, text=text) for model, text in answers.items()),
            )
        )
    )
    done = dry_run(
        "--samples", "1", "--timeout", "5", "--format", "json", "--format", "junit=junit.xml"
    )
    assert done.returncode == exits.FINDINGS, done.stderr
    report = json.loads(done.stdout)
    expected = {f"custom/{name}": verdict for name, verdict in {**FAULTS, **OTHERS}.items()}
    assert verdicts(report) == expected
    for trial in report["trials"]:
        kind = (
            "pass"
            if trial["verdict"] == "pass"
            else "failure"
            if trial["verdict"] in AT_FAULT
            else "error"
        )
        assert trial["outcome"] == kind, trial
        assert bool(trial["remedy"]) == (kind != "pass")
        written = (
            (portfolio / "allocations/support.yaml")
            .read_text()
            .splitlines()[trial["location"]["line"] - 1]
        )
        assert trial["model"] in written
    records = {probe.model: probe for probe in evidence(portfolio).probes}
    assert {model: record.verdict for model, record in records.items()} == expected
    assert records["custom/fenced"].normalizers == ("strip-fences",)
    assert records["custom/server-error"].calls == 3, (
        "sent again, since no refusal of a server is billed"
    )
    assert records["custom/rate-limit"].calls == 3
    assert records["custom/wrong-key"].calls == 1
    suites = ET.fromstring((portfolio / "junit.xml").read_bytes())  # noqa: S314 - our own
    counts = {suite.get("name"): (suite.get("failures"), suite.get("errors")) for suite in suites}
    assert counts["task-talking"] == ("1", "0")
    assert counts["task-server-error"] == ("0", "1")
    assert counts["task-sound"] == ("0", "0")


def test_what_could_not_be_judged_alone_exits_3(dry_run, portfolio, server):
    server.play(Script(rules=(ScriptRule(fault="wrong-key"),)))
    done = dry_run("--samples", "1", "--format", "text")
    assert done.returncode == exits.UNABLE
    assert b"Not proved with 3 warnings; 3 probes could not be judged" in done.stdout
    assert b"credentials" in done.stdout


def test_another_model_than_declared_and_one_that_was_re_pointed(dry_run, portfolio, server):
    server.play(Script(rules=(ScriptRule(model="gpt-5.4", served_model="gpt-4o-mini"),)))
    report = json.loads(dry_run("--model", "openai/gpt-5.4", "--format", "json").stdout)
    (trial,) = report["trials"]
    assert trial["verdict"] == "contract"
    assert "`gpt-4o-mini` answered" in trial["message"]
    server.play(Script(rules=(ScriptRule(model="gpt-5.4", served_model="gpt-5.4-2026-03-05"),)))
    assert dry_run("--model", "openai/gpt-5.4").returncode == exits.CLEAN, (
        "the declared model is back"
    )
    server.play(Script(rules=(ScriptRule(model="gpt-5.4", served_model="gpt-5.4-2026-09-01"),)))
    report = json.loads(
        dry_run("--model", "openai/gpt-5.4", "--no-write", "--format", "json").stdout
    )
    assert report["trials"][0]["verdict"] == "contract"
    assert "it was `gpt-5.4-2026-03-05`: changed since then" in report["trials"][0]["message"]


def test_drift_of_embeddings_is_found_against_the_reference(dry_run, portfolio, server):
    assert dry_run("search").returncode == exits.CLEAN
    assert dry_run("search", "--format", "json").returncode == exits.CLEAN
    assert evidence(portfolio).probes[0].rank_stability == 1
    (reference,) = (portfolio / "evidence/references").iterdir()
    stored = json.loads(reference.read_bytes())
    stored["vectors"] = stored["vectors"][::-1]
    reference.write_text(json.dumps(stored))
    done = dry_run("search", "--format", "json")
    assert done.returncode == exits.FINDINGS
    assert "rank correlation" in json.loads(done.stdout)["trials"][0]["message"]
    assert json.loads(reference.read_bytes()) == stored, (
        "a reference is not replaced by what differs from it"
    )


def test_a_cassette_is_replayed_without_keys_or_network(dry_run, portfolio, server, tmp_path):
    cassette = tmp_path / "nightly.jsonl"
    first = dry_run("--record", str(cassette), "--format", "json")
    assert first.returncode == exits.CLEAN
    asked = len(server.journal.entries)
    before = everything_below(portfolio / "evidence")
    gone = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "http://127.0.0.1:9", "SORTER_API_BASE": ""}
    again = dry_run("--replay", str(cassette), "--format", "json", env=gone)
    assert again.returncode == exits.CLEAN, again.stderr
    assert verdicts(json.loads(again.stdout)) == verdicts(json.loads(first.stdout))
    assert len(server.journal.entries) == asked
    assert everything_below(portfolio / "evidence") == before, "a replay proves nothing new"
    prompt = portfolio / "prompts/triage.md"
    prompt.write_text(prompt.read_text().replace("Sort the ticket.", "Sort this ticket."))
    refused = dry_run("--replay", str(cassette), env=gone)
    assert refused.returncode == exits.UNABLE
    assert b"the prompt differs" in refused.stderr


def test_what_was_paid_for_is_recorded_though_the_cassette_cannot_be_written(
    dry_run, portfolio, server, tmp_path
):
    (tmp_path / "file").write_text("")
    done = dry_run("--record", str(tmp_path / "file" / "c.jsonl"), "triage")
    assert done.returncode == exits.UNABLE
    assert b"Cannot write" in done.stderr
    assert b"c.jsonl" in done.stderr
    assert len(evidence(portfolio).probes) == 2


def test_no_evidence_is_dated_to_a_day_to_come(dry_run, portfolio, server):
    done = dry_run("--as-of", "2999-01-01", "search", "--format", "json")
    assert done.returncode == exits.CLEAN, done.stdout
    assert "No evidence was written." in json.loads(done.stdout)["summary"]
    assert not (portfolio / "evidence").exists()


def test_offline_needs_no_key_and_writes_no_evidence(govern_with_litellm, portfolio):
    done = govern_with_litellm("dry-run", "--offline", "--format", "json", cwd=portfolio)
    assert done.returncode == exits.CLEAN, done.stdout
    assert not (portfolio / "evidence").exists()
    assert "No evidence was written." in json.loads(done.stdout)["summary"]


def test_texts_are_kept_only_where_asked_and_without_secrets(
    dry_run, portfolio, server, tmp_path, environment
):
    secret = environment["OPENAI_API_KEY"]
    server.play(
        Script(rules=(ScriptRule(model="gpt-5.4", text=f'{{"queue": "the key is {secret}"}}'),))
    )
    folder = tmp_path / "texts"
    done = dry_run("--keep-text", str(folder), "--samples", "1", "triage")
    assert done.returncode == exits.CLEAN
    kept = everything_below(folder)
    assert b"the key is" in kept
    assert secret.encode() not in kept
    assert b"the key is" not in everything_below(portfolio / "evidence") + done.stdout + done.stderr
    refused = dry_run("--keep-text", str(portfolio / "evidence/texts"))
    assert refused.returncode == exits.USAGE


PLANTED = {
    "OPENAI_API_KEY": "sk-proj-" + "Ab3dEf6hIj" * 4,
    "ANTHROPIC_API_KEY": "sk-ant-api03-" + "Zy9xWv8uTs" * 4,
    "SORTER_API_KEY": "gsk_" + "Qw3rTy5uIo" * 5,
}


def test_no_planted_secret_is_ever_told(dry_run, portfolio, server, tmp_path):
    """A careless server repeats the key in its errors and answers; a user writes one into the
    address."""
    cassette = tmp_path / "c.jsonl"
    rules = (
        ScriptRule(
            model="gpt-5.4", text=PLANTED["OPENAI_API_KEY"], served_model=PLANTED["OPENAI_API_KEY"]
        ),
        ScriptRule(model="sorter", fault="wrong-key"),
        ScriptRule(model="text-embedding-3-small", fault="server-error"),
    )
    server.play(Script(echo_key=True, rules=rules))
    out = dry_run(
        "--record", str(cassette), "--format", "json", "--format", "text=t.txt", "--format", "junit=j.xml",  # noqa: E501
        "--format", "sarif=s.sarif", "--format", "markdown=m.md", env=PLANTED,
    )  # fmt: skip
    assert out.returncode == exits.FINDINGS, out.stderr
    told = out.stdout + out.stderr + everything_below(portfolio) + cassette.read_bytes()
    for secret in PLANTED.values():
        assert secret.encode() not in told
        assert secret[:24].encode() not in told
    assert any(entry.key for entry in server.journal.entries), "the keys were really sent"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_valid_evidence_and_exits_130(portfolio, server, environment, ending):
    server.play(Script(rules=(ScriptRule(model="sorter", seconds=60.0),)))
    running = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "multillm_gov",
            "dry-run",
            "--as-of",
            "2026-11-24",
            "--format",
            "json",
        ],
        cwd=portfolio,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    # Both others are answered before the one that waits is interrupted.
    while len(server.journal.entries) < 9 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.0)
    running.send_signal(ending)
    out, errors = running.communicate(timeout=60)
    assert running.returncode == exits.INTERRUPTED, errors
    report = json.loads(out)
    assert "It was interrupted." in report["summary"]
    assert verdicts(report)["custom/sorter"] == "inconclusive"
    found = evidence(portfolio).probes
    assert {probe.model for probe in found} == {"openai/gpt-5.4", "openai/text-embedding-3-small"}
    assert {probe.verdict for probe in found} == {"pass"}
    assert len(history(portfolio)) == 2


def test_no_first_answer_waits_for_what_litellm_loads(govern, portfolio):
    """Gemini's code is loaded before the clock runs: a second, which a limit of half a second
    cannot bear."""
    path = portfolio / "allocations/support.yaml"
    text = path.read_text().replace("p95_seconds: 20", "p95_seconds: 0.5")
    path.write_text(text.replace("openai/gpt-5.4}", "gemini/gemini-3.5-flash}"))
    arguments = (
        "triage",
        "--model",
        "gemini/gemini-3.5-flash",
        "--samples",
        "1",
        "--format",
        "json",
    )
    done = govern("dry-run", "--offline", *arguments, cwd=portfolio)
    assert done.returncode == exits.CLEAN, done.stdout


def test_streams_on_demand(dry_run, portfolio, server):
    done = dry_run("--kind", "stream", "--format", "json")
    assert done.returncode == exits.CLEAN, done.stdout
    assert {(trial["kind"], trial["verdict"]) for trial in json.loads(done.stdout)["trials"]} == {
        ("stream", "pass")
    }
    assert {probe.kind for probe in evidence(portfolio).probes} == {"stream"}


def test_the_run_stops_at_its_total_time(dry_run, portfolio, server):
    server.play(Script(seconds=30.0))
    started = time.monotonic()
    done = dry_run("--total-timeout", "2", "--format", "json")
    assert time.monotonic() - started < 30
    assert done.returncode == exits.UNABLE
    assert "It stopped when the total time was over." in json.loads(done.stdout)["summary"]
    assert not (portfolio / "evidence/current.json").exists(), (
        "nothing was shown, so nothing is recorded"
    )
